"""How long all passes over a function may take, and how many calls of a long one that leaves.

A call of twelve seconds cannot be repeated as one of twelve microseconds is: all of it takes
at most eight calls and twenty seconds, or what was asked for. What does not fit is left out,
and said: nothing but its first call is more than a budget allows.
"""

import math
from collections.abc import Callable
from time import monotonic

import msgspec

from profiler_suite import units
from profiler_suite.measure.explain.records import ExplainEffort, Trial, TrialResult

LONG_S = 0.5
"""A call that takes longer is repeated as rarely as possible."""
_CALLS, _BESIDES_S = 8.0, 20.0
# What an explanation takes on its own: canaries, the analysis, the page.
_FIXED_S = 3.0
# All passes over a short function take about as long; more time is no more use beyond.
_USUAL_S, _LEAST_SHARE, _MOST_SHARE = 12.0, 0.02, 5.0
# With this many calls to spend, nothing needs to be left out.
_ENOUGH_CALLS = 40.0
# What each pass over a long function takes, in calls of it. Where they do not all fit, the
# later ones here are worth more: one call shows the lines that take the time.
_TRACE, _REPLAY, _SAMPLE, _LINES = 1.5, 1.0, 1.0, 1.0
# A call whose frames are held.
_NAMES = 1.2
_BREAKDOWN = _REPLAY + _SAMPLE
# An attempt at advice compares a rewrite with one call of a long function and then calls both
# once more: two calls of it, and one of a rewrite that takes about as long, which is seen then.
_CALLS_OF_A_TRIAL = 3.0
# A rewrite that gains much takes next to none of its own. Where advice comes first and no more
# fits it is begun: one that gains little is stopped when the time is over.
_LEAST_CALLS_OF_A_TRIAL = 2.0
# Of the budget of a short function, what is left for advice where that comes first.
_ADVICE_SHARE = 0.6
# 0 would be no budget at all.
_LEAST_BUDGET_S = 1e-3

NO_TIME = "no time was left for it (--budget SECONDS gives more)"

Clock = Callable[[], float]


class TimePlan:
    """The time that one explanation may take, from the moment it is made."""

    def __init__(
        self,
        budget_s: float = 0.0,
        clock: Clock = monotonic,
        *,
        advice_first: bool = False,
        advice_only: bool = False,
    ) -> None:
        """`budget_s` 0 for the usual: eight calls and twenty seconds.

        With `advice_first` a pass that would leave no time for advice is left out, with
        `advice_only` every one.
        """
        self._budget_s = budget_s
        self._advice_first = advice_first and budget_s > 0
        self._advice_only = advice_only
        self._untraced = False
        self._clock = clock
        self._begun = clock()
        self._call_s = self._first_s = 0.0
        self._longest_trial_s = 0.0
        self._left_out: list[str] = []

    def returned(self, first_s: float, later_s: float = 0.0) -> None:
        """Note how long the first call of a process takes, and a later one if that is known."""
        self._first_s = first_s
        self._call_s = min(later_s or first_s, first_s)

    @property
    def call_s(self) -> float:
        """How long one call takes; 0 where that is not known yet."""
        return self._call_s

    @property
    def long(self) -> bool:
        """Whether calls have to be saved."""
        return self._call_s > LONG_S

    @property
    def total_s(self) -> float:
        """All that may be spent."""
        return self._budget_s or _CALLS * self._first_s + _BESIDES_S

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
        """How many timed calls of a long function leave enough for the other passes.

        0 where its first call has to stand for all of them.
        """
        left = self.spare_calls - _TRACE - _BREAKDOWN - _LINES - self._reserved
        return max(0, min(fewest, int(left)))

    def trace_s(self, usual_s: float) -> float:
        """How long a trace may take, as it runs the whole function."""
        return max(usual_s, _TRACE * self._call_s) if self.long else usual_s

    def replay_s(self) -> float:
        """The most that timing its operations alone may take; 0 for a short one, which repeats
        each for as long as it likes."""
        if not self.thrifty:
            return 0.0
        return max(0.0, self.spare_calls - _SAMPLE - _LINES - self._reserved) * self._call_s

    def left_s(self, visits: int = 0, *, traced: bool = True, replayed: bool = True) -> float:
        """How long a long function's passes will still take; 0 for a short one."""
        if not self.long:
            return 0.0
        calls = visits + _TRACE * traced + _BREAKDOWN * replayed + _LINES
        return min(calls * self._call_s + _FIXED_S, max(0.0, self.spare_s))

    def fits_names(self) -> bool:
        """Whether one more call may tell what its names hold, and advice can be tried then."""
        return not self.long or self.spare_calls >= _NAMES + _CALLS_OF_A_TRIAL

    def fits_trace(self) -> bool:
        """Whether it can be traced, and all that is worth more can be had, too."""
        # A trace takes many times as long as the function: no advice needs it that much.
        first = self._advice_first and self.long
        calls = math.inf if first else _TRACE + _BREAKDOWN + _LINES
        fits = self._fits(calls, "its operations are not counted")
        self._untraced = not fits
        return fits

    def fits_replay(self) -> bool:
        """Whether its operations can be timed alone."""
        return self._fits(_BREAKDOWN + _LINES, "its operations are not timed alone")

    def fits_sample(self) -> bool:
        """Whether one call can be sampled, and another one looked at."""
        return self._fits(_SAMPLE + _LINES, "its compiled code is not sampled")

    def fits_lines(self) -> bool:
        """Whether one more call can be looked at."""
        return self._fits(_LINES, "its lines are not profiled")

    def fits_more(self) -> bool:
        """Whether there is time for what is neither needed for advice nor an answer to why."""
        if self._advice_only:
            return False
        return not self._advice_first or (not self.long and self._spares_advice())

    @property
    def _reserved(self) -> float:
        """Calls of a long function that are left for advice, where that comes first."""
        return _NAMES + _CALLS_OF_A_TRIAL if self._advice_first else 0.0

    def _spares_advice(self) -> bool:
        return self.spare_s > _ADVICE_SHARE * self._budget_s

    def _fits(self, calls: float, otherwise: str) -> bool:
        if self.long:
            # Where operations are not known, times and samples of them say little.
            idle = self._advice_first and self._untraced and calls > _LINES
            fits = not idle and self.spare_calls >= calls + self._reserved
        else:
            fits = not self._advice_first or self._spares_advice()
        fits &= not self._advice_only
        if not fits:
            self._left_out.append(otherwise)
        return fits

    def tried(self, seconds: float) -> None:
        """Note how long an attempt at advice took; the next one may take as long."""
        self._longest_trial_s = max(self._longest_trial_s, seconds)

    def refusal(self, trial: Trial) -> TrialResult | None:
        """Why this is not tried, or None where there is time for it."""
        reason = self._lack() if self.long or self._budget_s else ""
        if not reason:
            return None
        return untried(trial, reason)

    def beyond_budget(self) -> str:
        """Why what was asked for by name is not tried: a budget alone forbids it."""
        return self._lack() if self._budget_s else ""

    def _lack(self) -> str:
        """Why nothing more is tried; empty where there is time for one."""
        least = _LEAST_CALLS_OF_A_TRIAL if self._advice_first else _CALLS_OF_A_TRIAL
        calls_s = self._first_s + (least - 1) * self._call_s
        needed_s = calls_s if self.long else self._longest_trial_s
        left_s = self.spare_s
        if left_s >= needed_s:
            return ""
        reason = "not tried for lack of time"
        if needed_s:  # nothing is known before the first was tried
            left = _shortly(left_s) if left_s > 0 else "none"
            reason += f": {_shortly(needed_s)} needed, {left} left"
        return f"{reason} (--budget SECONDS gives more)"

    def in_words(self, visits: int) -> str:
        """What saving calls costs, in a sentence."""
        left_out = list(self._left_out)
        if self.spare_calls < _CALLS_OF_A_TRIAL:
            left_out.append("advice is not tried")
        timed = (
            f"it was timed {units.some(visits, 'time')} after the first, and its time is less "
            "certain than its interval says"
            if visits
            else "its first call, which is slower than later ones, stands for its time"
        )
        return (
            f"a call takes {units.duration(self._call_s)}, so {'; '.join([timed, *left_out])}; "
            "--budget SECONDS gives it more calls"
        )

    def exceeded(self) -> str:
        """That a budget could not be kept, in a sentence; empty where it was."""
        if not self._budget_s or self.spare_s >= 0.0:
            return ""
        return (
            f"its first call alone took {units.duration(self._call_s)}: a budget of "
            f"{units.duration(self._budget_s)} cannot be kept"
        )


def untried(trial: Trial, reason: str) -> TrialResult:
    """What no time was left for."""
    return TrialResult(
        trial=trial, before=(), after=(), same=False, reason=reason, lacked_time=True
    )


def plan_for(effort: ExplainEffort) -> TimePlan:
    """The plan of an explanation that begins now."""
    return TimePlan(
        effort.budget_s, advice_first=effort.advice_first, advice_only=effort.advice_only
    )


def with_budget(effort: ExplainEffort, budget_s: float, spent_s: float = 0.0) -> ExplainEffort:
    """The passes' time in proportion to a budget; as it is where there is none.

    `spent_s` of it are over already.
    """
    if not budget_s:
        return effort
    budget_s = max(budget_s - spent_s, _LEAST_BUDGET_S)
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
        look_s=min(share, 1.0) * effort.look_s,
        looks_s=min(share, 1.0) * effort.looks_s,
        layers_s=min(share, 1.0) * effort.layers_s,
        threads_s=min(share, 1.0) * effort.threads_s,
        memory_s=min(share, 1.0) * effort.memory_s,
        trial_s=share * effort.trial_s,
    )


def _shortly(seconds: float) -> str:
    """Whole seconds, and what is shorter exactly: never '0 s'."""
    return units.duration(seconds) if seconds >= 1 else units.time(seconds)
