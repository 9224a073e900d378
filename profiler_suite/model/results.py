"""What the analysis derives: estimates, verdicts and time breakdowns."""

import enum

from profiler_suite.model.noun import Noun


class Verdict(enum.Enum):
    """A comparison in a word: what one side is against the other."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same within noise"
    UNKNOWN = "could not be judged"


DIFFERENT = (Verdict.FASTER, Verdict.SLOWER)


class Estimate(Noun, frozen=True):
    """What the visits of one point say: time per evaluation with an interval."""

    time_s: float
    """Of an undisturbed machine: the level of all visits, each corrected by its canaries."""
    low_s: float
    high_s: float
    minimum_s: float
    raw_median_s: float
    """Median over all visits as they were: what a plain timer shows here."""
    p95_s: float
    visits: int
    undisturbed_visits: int
    switched_out: float = 0.0
    """Share of samples during which the thread had to wait for a core."""
    flags: tuple[str, ...] = ()
    """'few undisturbed visits', 'machine slowed', 'contended', 'not converged (6 %)'."""

    @property
    def half_width(self) -> float:
        """Half the interval relative to the time."""
        return (self.high_s - self.low_s) / 2 / self.time_s if self.time_s else 0.0


class BreakdownEntry(Noun, frozen=True):
    """One entry of the time breakdown: a time with an interval, and how it was found."""

    name: str
    """'interpreter', 'dispatch', 'memory', 'copy', 'arithmetic' or 'residual'."""
    time_s: float
    low_s: float
    high_s: float
    method: str
    """'replay', 'native', 'native less replay', 'replay divided by native', 'faults' (× their
    cost) or 'difference'."""


class Breakdown(Noun, frozen=True):
    """Where the time of one evaluation goes; the entries sum to the plain time exactly."""

    point: str
    time_s: float
    """Plain, uninstrumented time of one evaluation, from the same rounds as the replay, s."""
    entries: tuple[BreakdownEntry, ...]
    replay: tuple[BreakdownEntry, ...]
    """What the operation replay alone says; empty without a trace."""
    native: tuple[BreakdownEntry, ...]
    """What native samples alone say; empty without samples."""
    overhead_shares: dict[str, float]
    """Per method: 1 − (copy + arithmetic) / time."""
    coverage: float
    """Share of calls that could be counted."""
    undisturbed: bool
    """Whether enough rounds were taken in the machine's undisturbed state."""
    notes: tuple[str, ...]
    """What is missing or disagrees, in words."""

    def share(self, name: str) -> float:
        """An entry's share of the time."""
        found = sum(entry.time_s for entry in self.entries if entry.name == name)
        return found / self.time_s if self.time_s else 0.0
