"""Which point of a plan is the slow side of the founding question."""

import msgspec
import pytest

from profiler_suite.measure.planning.question_point import slow_side
from profiler_suite.model.experiment import Point
from profiler_suite.workloads import question
from tests.fake_run import make_run

QUESTION = question.experiment()
LOOP, PRODUCT = QUESTION.pair
TEMPLATE = make_run().provenance.points[0]


def point(implementation: str, **fields: object) -> Point:
    given = {"experiment": question.NAME, "id": implementation, "replica": 0, **fields}
    return msgspec.structs.replace(TEMPLATE, implementation=implementation, **given)


BOTH = [point("another"), point(PRODUCT), point(LOOP)]


def test_the_first_of_the_pair_is_the_slow_side() -> None:
    found = slow_side([QUESTION], BOTH)
    assert found is not None
    assert found.implementation == LOOP


@pytest.mark.parametrize(
    "points",
    [
        [],
        [point(LOOP)],
        [point(PRODUCT)],
        [point(LOOP), point(PRODUCT, replica=1)],
        [point(LOOP, environment="other"), point(PRODUCT)],
        [point(LOOP, experiment="another"), point(PRODUCT)],
    ],
)
def test_without_both_sides_in_this_environment_there_is_none(points: list[Point]) -> None:
    assert slow_side([QUESTION], points) is None


def test_without_its_experiment_nobody_asks() -> None:
    assert slow_side([], BOTH) is None
    assert slow_side([msgspec.structs.replace(QUESTION, name="another")], BOTH) is None
