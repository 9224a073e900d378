"""The time left as it is shown: it runs down with the clock and hardly ever goes up.

A forecast that is corrected is corrected in steps that a reader who waits can bear: up by at
most a fifth over any ten seconds, down by and by.
"""

import math

MOST_UP = 1.2
"""What is shown may be this much more than what was shown within `OVER_S` before."""
OVER_S = 10.0
# A forecast that falls is followed with this delay: it may rise again.
_DELAY_S = 5.0


def steady(shown_s: float, since_s: float, estimate_s: float) -> float:
    """What to show now, where `shown_s` was shown that long ago and now so much is expected."""
    expected_s = max(0.0, shown_s - since_s)
    if estimate_s <= expected_s:
        followed = -math.expm1(-since_s / _DELAY_S)
        return expected_s + (max(0.0, estimate_s) - expected_s) * followed
    most = float(MOST_UP ** min(1.0, max(0.0, since_s) / OVER_S))
    return max(expected_s, min(estimate_s, shown_s * most))


class TimeLeft:
    """The time left of a command, as it was last shown."""

    def __init__(self) -> None:
        self._shown_s: float | None = None
        self._at_s = 0.0

    def update(self, now_s: float, estimate_s: float) -> float:
        """What to show for this estimate."""
        if self._shown_s is None:
            shown_s = max(0.0, estimate_s)
        else:
            shown_s = steady(self._shown_s, now_s - self._at_s, estimate_s)
        self._shown_s, self._at_s = shown_s, now_s
        return shown_s

    def now(self, now_s: float) -> float | None:
        """What is left by now; None where nothing was ever expected."""
        if self._shown_s is None:
            return None
        return max(0.0, self._shown_s - (now_s - self._at_s))
