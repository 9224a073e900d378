"""Shares of samples, brought to the state of the machine in which the whole was timed."""

import math
from collections.abc import Mapping

from profiler_suite.model.rows import BreakdownRecord

# Two passes less apart are in one state: sampling itself takes 1 to 2 %.
_SAME_PACE = 1.07
# What is further apart than this is no interference.
_MOST_SLOWED = 3.0
# A slowdown is looked for between 1/8 and 8 (logarithms), to a millionth.
_WIDEST, _HALVINGS = math.log(8), 22


def slower(record: BreakdownRecord) -> float:
    """How much longer an evaluation was on a core while sampled than in the replay's rounds.

    1 where that is no more than what sampling takes, or too much to be the machine's doing.
    """
    samples = record.native
    if samples is None or not samples.cpu_s:
        return 1.0
    awake_s = record.plain_s * (1 - samples.slept_share)
    if awake_s <= 0:
        return 1.0
    found = samples.cpu_s / samples.evaluations / awake_s
    alike = 1 / _SAME_PACE <= found <= _SAME_PACE
    return found if not alike and 1 / _MOST_SLOWED <= found <= _MOST_SLOWED else 1.0


def in_state(
    shares: Mapping[str, float], follows: Mapping[str, float], slower_by: float
) -> dict[str, float]:
    """Shares of a machine that is not slower by that factor: each part as it `follows`.

    With r the shares as sampled and e the exponents, a slowdown s is found so that what is
    left of the time, the sum of r / s**e, is 1 / slower_by.
    """
    if slower_by == 1.0:
        return dict(shares)
    rest = 1 - sum(shares.values())

    def left(log_s: float) -> dict[str, float]:
        return {n: share * math.exp(-follows[n] * log_s) for n, share in shares.items()}

    low, high = -_WIDEST, _WIDEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if sum(left(middle).values()) + rest > 1 / slower_by:
            low = middle
        else:
            high = middle
    found = left(low)
    whole = sum(found.values()) + rest
    return {name: part / whole for name, part in found.items()}
