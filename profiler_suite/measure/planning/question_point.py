"""Which point of a plan is the slow side of the founding question."""

from collections.abc import Sequence

from profiler_suite.model.experiment import Experiment, Point
from profiler_suite.workloads import question


def slow_side(experiments: Sequence[Experiment], points: Sequence[Point]) -> Point | None:
    """The first of the question's pair, where both are planned here; else None."""
    if question.NAME not in {experiment.name for experiment in experiments}:
        return None
    first, second = question.experiment().pair
    own = {
        p.implementation: p
        for p in points
        if p.experiment == question.NAME and not p.replica and not p.environment
    }
    return own.get(first) if second in own else None
