"""Races that were never run: visits with the noise of a machine, and what is said of them."""

import math
import random

from profiler_suite.analysis.race.breakdown_changes import (
    BreakdownChange,
    OperationChange,
    PartChange,
)
from profiler_suite.analysis.race.results import Answers, Race, RaceResult, judged
from profiler_suite.measure.explain.records import Trial, TrialResult
from profiler_suite.model.results import Verdict
from profiler_suite.model.rows import Visit
from profiler_suite.model.trial import TrialKind
from profiler_suite.workloads.sizes import ArgumentSize

CANARY_S = 40e-6
SMALL = ArgumentSize(label="100", elements=100.0)
LARGE = ArgumentSize(label="10,000", elements=10_000.0)
NAMES = ("old.py:f", "new.py:f")


def visit(time_s: float, slowed: float = 1.0, faults: float = 0.0) -> Visit:
    """A visit whose canaries were slowed by that factor."""
    canary = CANARY_S * slowed
    return Visit(
        point="",
        at_s=0.0,
        sample_times_s=(time_s, time_s, time_s),
        canaries_s={"ufunc": (canary, canary)},
        minor_faults=faults,
    )


def process(
    rng: random.Random,
    ratio: float = 1.0,
    *,
    between: float = 0.006,
    busy: float = 0.0,
    pairs: int = 16,
    old_s: float = 1e-3,
) -> TrialResult:
    """One process: where things lie moves the ratio by `between`, the rest is noise of visits.

    With `busy` that share of the samples, and of the canaries, waits for a core in between,
    and both visits of such a share of the pairs are slowed by a third.
    """
    bias = math.exp(rng.gauss(0.0, between))
    sides: tuple[list[Visit], list[Visit]] = ([], [])
    for _ in range(pairs):
        slowed = 1.3 if rng.random() < busy else 1.0
        for side, time_s in zip(sides, (old_s, old_s * ratio * bias), strict=True):
            took = time_s * slowed * math.exp(rng.gauss(0.0, 0.01))
            samples = tuple(
                took * math.exp(abs(rng.gauss(0.0, 0.02)))
                + (rng.uniform(1e-3, 4e-3) if rng.random() < busy else 0.0)
                for _ in range(5)
            )
            canary = CANARY_S * slowed * rng.uniform(1.0, 1.1)
            waits = 1e-3 if rng.random() < busy else 0.0
            side.append(
                Visit(
                    point="",
                    at_s=0.0,
                    sample_times_s=samples,
                    canaries_s={"ufunc": (canary, canary + waits)},
                    minor_faults=0.0,
                )
            )
    return tried(tuple(sides[0]), tuple(sides[1]))


def tried(
    before: tuple[Visit, ...] = (), after: tuple[Visit, ...] = (), **fields: object
) -> TrialResult:
    """What one process found."""
    known = {"checked": 5} | fields
    return TrialResult(
        trial=Trial(kind=TrialKind.RACE),
        before=before,
        after=after,
        **known,  # type: ignore[arg-type]
    )


def judge(done: list[TrialResult], size: ArgumentSize = SMALL) -> RaceResult:
    """The result of these processes."""
    return judged(done, NAMES, size, {"ufunc": CANARY_S})


def result(
    ratio: float, size: ArgumentSize = SMALL, after: str = "new.py:f", seed: int = 0
) -> RaceResult:
    """A result of that ratio, from four processes."""
    rng = random.Random(seed)
    done = [process(rng, ratio) for _ in range(4)]
    return judged(done, ("old.py:f", after), size, {"ufunc": CANARY_S})


def refused() -> RaceResult:
    """A new version with another answer."""
    return RaceResult(
        before="old.py:f",
        after="new.py:f",
        size=SMALL,
        answers=Answers.DIFFERENT,
        verdict=Verdict.UNKNOWN,
        reason="its answer differs",
        largest_error=0.25,
        bound=1e-12,
    )


CHANGE = BreakdownChange(
    before="old.py:f",
    after="new.py:f",
    size="100",
    before_s=1e-3,
    after_s=1e-4,
    parts=(
        PartChange(name="interpreter", before_s=6e-4, after_s=2e-5),
        PartChange(name="dispatch", before_s=3e-4, after_s=1e-5),
        PartChange(name="arithmetic", before_s=5e-5, after_s=6e-5),
        PartChange(name="residual", before_s=5e-5, after_s=-1e-6),
    ),
    operations=(
        OperationChange(
            name="np.sqrt", before_calls=100.0, after_calls=1.0, before_s=2e-4, after_s=3e-6
        ),
    ),
)


def race(*results: RaceResult, changes: tuple[BreakdownChange, ...] = ()) -> Race:
    """A race with these results."""
    targets = tuple(dict.fromkeys(("old.py:f", *(each.after for each in results))))
    return Race(targets=targets, setup="setup", threads=1, results=results, changes=changes)
