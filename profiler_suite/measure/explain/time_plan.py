"""How long all passes over a function may take, and how many calls of a long one that leaves.

A call of twelve seconds cannot be repeated as one of twelve microseconds is: all of it takes
at most eight calls and twenty seconds, or what was asked for.
"""

from collections.abc import Callable
from time import monotonic

import msgspec

from profiler_suite import units
from profiler_suite.measure.explain.records import ExplainEffort, Trial, TrialResult

LONG_S = 0.5
"""A call that takes longer is repeated as rarely as possible."""
_CALLS, _BESIDES_S = 8.0, 20.0
# What an explanation takes on its own: processes, canaries, the analysis.
_FIXED_S = 5.0
# All passes over a short function take about as long; more time is no more use beyond.
_USUAL_S, _LEAST_SHARE, _MOST_SHARE = 12.0, 0.02, 5.0
# With so many calls to spend, nothing needs to be left out.
_ENOUGH_CALLS = 40.0
# What each pass over a long function takes, in calls of it.
_TRACE, _BREAKDOWN, _LINES = 1.5, 2.0, 1.0
_FEWEST_VISITS = 2
# An attempt at advice calls both sides to compare them, then in turns.
_CALLS_OF_A_TRIAL = 14.0

Clock = Callable[[], float]


class TimePlan:
    """The time that one explanation may take, from the moment it is made."""

    def __init__(self, budget_s: float = 0.0, clock: Clock = monotonic) -> None:
        """`budget_s` 0 for the usual: eight calls and twenty seconds."""
        self._budget_s = budget_s
        self._clock = clock
        self._begun = clock()
        self._call_s = 0.0

    def returned(self, call_s: float) -> None:
        """One call takes so long."""
        self._call_s = call_s

    @property
    def long(self) -> bool:
        """Whether calls have to be saved."""
        return self._call_s > LONG_S

    @property
    def total_s(self) -> float:
        """All that may be spent."""
        return self._budget_s or _CALLS * self._call_s + _BESIDES_S

    @property
    def spare_s(self) -> float:
        """What is left of it."""
        return self.total_s - (self._clock() - self._begun)

    @property
    def spare_calls(self) -> float:
        """How many calls of a long function still fit."""
        return max(0.0, self.spare_s - _FIXED_S) / max(self._call_s, 1e-9)

    @property
    def thrifty(self) -> bool:
        """Whether passes do with fewer calls than they should have."""
        return self.long and self.spare_calls < _ENOUGH_CALLS

    def visits(self, fewest: int) -> int:
        """How many timed calls of a long function leave enough for the other passes."""
        left = self.spare_calls - _TRACE - _BREAKDOWN - _LINES
        return max(_FEWEST_VISITS, min(fewest, int(left)))

    def trace_s(self, usual_s: float) -> float:
        """How long a trace may take, as it runs the whole function."""
        return max(usual_s, _TRACE * self._call_s) if self.long else usual_s

    def left_s(self, visits: int = 0, *, traced: bool = True, replayed: bool = True) -> float:
        """How long a long function's passes will still take; 0 for a short one."""
        if not self.long:
            return 0.0
        calls = visits + _TRACE * traced + _BREAKDOWN * replayed + _LINES
        return calls * self._call_s + _FIXED_S

    def fits_lines(self) -> bool:
        """Whether one more call can be looked at."""
        return not self.long or self.spare_calls >= _LINES

    def refusal(self, trial: Trial) -> TrialResult | None:
        """Why this is not tried, or None where there is time for it."""
        if not self.long and not self._budget_s:
            return None
        needed_s = _CALLS_OF_A_TRIAL * self._call_s if self.long else 0.0
        if self.spare_s >= needed_s:
            return None
        return TrialResult(
            trial=trial,
            before=(),
            after=(),
            same=False,
            reason=f"not tried for lack of time: {units.duration(needed_s)} needed, "
            f"{units.duration(max(0.0, self.spare_s))} left (--budget SECONDS gives more)",
        )

    def in_words(self, visits: int) -> str:
        """What saving calls costs, in a sentence."""
        tried = "" if self.spare_calls >= _CALLS_OF_A_TRIAL else ", advice is not tried"
        return (
            f"a call takes {units.duration(self._call_s)}, so it was timed {visits} times "
            f"after the first, traced, replayed and sampled once{tried}: its time is less "
            "certain than its interval says; --budget SECONDS gives it more calls"
        )


def with_budget(effort: ExplainEffort, budget_s: float) -> ExplainEffort:
    """The passes' time in proportion to a budget; as it is where there is none."""
    if not budget_s:
        return effort
    share = min(_MOST_SHARE, max(_LEAST_SHARE, budget_s / _USUAL_S))
    return msgspec.structs.replace(
        effort,
        budget_s=budget_s,
        timing_s=share * effort.timing_s,
        trace_s=min(share, 1.0) * effort.trace_s,
        coverage_s=min(share, 1.0) * effort.coverage_s,
        replay_s=share * effort.replay_s,
        sample_s=share * effort.sample_s,
        lines_s=share * effort.lines_s,
        trial_s=share * effort.trial_s,
    )
