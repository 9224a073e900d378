"""How long and how well to measure: the parameters of quick, default and full."""

import msgspec

from profiler_suite.errors import unknown_name
from profiler_suite.model.experiment import Cost
from profiler_suite.model.noun import Noun


class Schedule(Noun, frozen=True):
    """Parameters of one sweep."""

    mode: str
    workers: int
    """Processes that share the rounds: the spread between processes is 1 to 3 %."""
    span_s: float
    """A point's visits are spread over at least this long: slow periods last for seconds."""
    half_width: float
    """A point is done when half its interval is below this share of its time."""
    budget_s: float
    """All rounds of a large sweep together; points that miss it are labelled."""
    longest_evaluation_s: float
    """Points predicted to take longer are skipped."""
    budget_per_point_s: float = 0.4
    """What a point adds to the budget of a small sweep, beyond three times the span."""
    memory_share: float = 0.5
    """Plans that need more than this share of the memory are cut down."""
    fewest_visits: int = 6
    """A point with fewer is not done, however well they agree."""
    visits_beyond_caches: int = 10
    """A point whose data exceed the caches is done with so many undisturbed visits: its
    interval ends at their median, which more of them do not move. 0: it goes on."""
    visits_in_vain: int = 24
    """After so many visits a point is done whose interval has not narrowed while their number
    doubled: its processes differ, or its times are no sample of one. 0: it goes on."""
    rounds_per_worker: int = 0
    """The fewest rounds that every process takes, if the budget allows it."""
    visits_kept: int = 400
    """Visits per point, at most: the cap on raw samples kept."""
    line_profile_s: float = 0.15
    """Time for the lines of one implementation: plain, profiled and sampled evaluations."""
    replay_s: float = 0.04
    """Operation replay per point of the time breakdown."""
    trace_s: float = 0.25
    """A point whose trace is expected to take longer has none…"""
    trace_with_lines_s: float = 1.5
    """… unless its lines are profiled: they are split by what the trace finds."""
    sample_s: float = 0.04
    """Native sampling per point of the time breakdown."""
    visit_timeout_s: float = 60.0
    """A visit or warm-up that takes longer is given up: its child is killed."""
    paces: dict[str, float] = msgspec.field(default_factory=dict)
    """Phase → how much longer than predicted it took in earlier sweeps on this machine."""

    def pace(self, phase: str) -> float:
        """What a prediction of that phase is multiplied by."""
        return self.paces.get(phase, 1.0)

    @property
    def fewest_rounds(self) -> int:
        """How many rounds of every process give each point its fewest visits."""
        return -(-self.fewest_visits // self.workers)

    @property
    def rounds_of_each(self) -> int:
        """How many rounds every process should make."""
        return max(self.fewest_rounds, self.rounds_per_worker)


QUICK = Schedule(
    mode="quick",
    workers=2,
    span_s=5.0,
    half_width=0.05,
    budget_s=12.0,
    longest_evaluation_s=0.05,
    line_profile_s=0.06,
    replay_s=0.02,
    sample_s=0.03,
)
DEFAULT = Schedule(
    mode="default",
    workers=3,
    span_s=10.0,
    half_width=0.04,
    budget_s=70.0,
    longest_evaluation_s=0.5,
)
FULL = Schedule(
    mode="full",
    workers=5,
    span_s=30.0,
    half_width=0.02,
    budget_s=1800.0,
    longest_evaluation_s=5.0,
    fewest_visits=10,
    visits_beyond_caches=0,
    visits_in_vain=0,
    visits_kept=2000,
    budget_per_point_s=5.0,
    sample_s=0.08,
)


# What tracing takes per call and per scalar step, s (loops of 5,000 to 300,000: 12 to 13 µs
# and 4.9 to 5.3 µs).
_TRACED_CALL_S, _TRACED_STEP_S = 13e-6, 5.2e-6


def trace_s(cost: Cost) -> float:
    """Expected length of a trace beyond the evaluation itself, s."""
    return cost.calls * _TRACED_CALL_S + cost.scalar_steps * _TRACED_STEP_S


def most_trace_s(schedule: Schedule, lines_profiled: bool) -> float:
    """How long the trace of a point may take, s."""
    return schedule.trace_with_lines_s if lines_profiled else schedule.trace_s


PREPARE, ROUNDS, LINES, BREAKDOWN = "prepare", "rounds", "lines", "breakdown"
"""Phases of a sweep whose pace is learned."""
LONG_REPLAY_S = 10e-3
"""An evaluation that lasts longer is replayed in fewer rounds."""
MOST_OVER = 3.0
"""So many times its budget a sweep takes where the machine is too busy for the fewest visits of
each point within it: without them there are times but no intervals."""


def budget_s(schedule: Schedule, points: int) -> float:
    """Time for all rounds of a sweep of that many points, s.

    A few points that a noisy machine keeps from converging get no more of it
    than they would get in a large sweep.
    """
    small_s = 3 * schedule.span_s + points * schedule.budget_per_point_s
    return min(schedule.budget_s, small_s)


def of_mode(mode: str) -> Schedule:
    """The schedule of that name."""
    known = {schedule.mode: schedule for schedule in (QUICK, DEFAULT, FULL)}
    if mode not in known:
        raise unknown_name("mode", mode, known)
    return known[mode]
