"""What a comparison says: verdicts, changed points, groups of them."""

from profiler_suite.analysis.compare.environment import EnvironmentDifference
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Verdict


class Change(Noun, frozen=True):
    """One point measured twice."""

    id: str
    experiment: str
    implementation: str
    family: str
    problem: str
    dtype: str
    threads: int
    before_s: float
    """Time of one evaluation in the first run, s; 0 when there is none."""
    after_s: float
    ratio: float
    """after_s / before_s, above 1 is slower; of a paired comparison, the median of the
    ratios of visits side by side. 0 when one side has no time."""
    low: float
    """95 % interval of the ratio."""
    high: float
    minima: float
    """The same ratio of the smallest visit medians."""
    threshold: float
    """A change below this share counts as none: max(3 %, 1.5 × what the point differs by
    between its own processes; 12 % beyond the caches)."""
    p: float
    """Probability of such a ratio, or one further out, at a true change of the threshold;
    adjusted for the number of usable points (Holm 1979)."""
    verdict: Verdict
    """Faster and slower also hold in view of how many points were looked at: by p, or
    because all points of the implementation together differ in the same direction."""
    reason: str = ""
    """Why it could not be judged; empty otherwise."""
    usable: bool = True
    """Whether its ratio may count in a mean: measured, undisturbed, on comparable runs."""


class Group(Noun, frozen=True):
    """All usable points of one family, or of one implementation, together."""

    name: str
    points: int
    ratio: float
    """Geometric mean of the points' ratios; 0 without points."""
    low: float
    high: float
    slower: int
    faster: int
    p: float
    """As for a point, but adjusted for the number of groups."""
    verdict: Verdict


class Comparison(Noun, frozen=True):
    """A second run against a first."""

    before: str
    """The first run, or the environment held against, in words."""
    after: str
    paired: bool
    """Measured side by side in one run."""
    differences: tuple[EnvironmentDifference, ...]
    obstacles: tuple[str, ...]
    """Why nothing can be said; empty when something can."""
    warnings: tuple[str, ...]
    changes: tuple[Change, ...]
    families: tuple[Group, ...]
    implementations: tuple[Group, ...]

    def tally(self) -> dict[Verdict, int]:
        """How many points have each verdict."""
        return {v: sum(c.verdict is v for c in self.changes) for v in Verdict}

    def undecided(self, share: float | None = None) -> tuple[Change, ...]:
        """Points that could not be judged; given a share, those that may be as much slower."""
        return tuple(
            c
            for c in self.changes
            if c.verdict is Verdict.UNKNOWN
            and not (share is not None and c.usable and 0 < c.high < 1 + share)
        )

    def regressions(self, share: float) -> tuple[Change, ...]:
        """Slow-downs of at least `share`, the worst first."""
        found = [
            c for c in self.changes if c.verdict is Verdict.SLOWER and c.ratio >= 1 + share
        ]
        return tuple(sorted(found, key=lambda c: -c.ratio))
