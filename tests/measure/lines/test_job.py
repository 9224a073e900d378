"""Which points are profiled line by line, and what is said where that ended early."""

import itertools
from typing import Any

import msgspec
import pytest

from profiler_suite.measure.lines import job
from profiler_suite.measure.lines.job import LinesReply, profile_points, representatives
from profiler_suite.model.experiment import Point
from tests.fake_run import make_run

TEMPLATE = make_run().provenance.points[0]


def point(flop: float, **fields: Any) -> Point:
    given: dict[str, Any] = {"replica": 0, "runs": "", "threads": 1, **fields}
    cost = msgspec.structs.replace(TEMPLATE.cost, flop=flop)
    return msgspec.structs.replace(TEMPLATE, id=f"p{flop}{fields}", cost=cost, **given)


def test_the_middle_problem_stands_for_its_implementation() -> None:
    for order in itertools.permutations([point(1.0), point(5.0), point(9.0)]):
        assert [each.cost.flop for each in representatives(order)] == [5.0]
    assert [each.cost.flop for each in representatives([point(1.0), point(2.0)])] == [2.0]


def test_fewest_threads_come_before_the_middle() -> None:
    points = [point(1.0, threads=4), point(2.0, threads=4), point(9.0, threads=2)]
    assert [each.cost.flop for each in representatives(points)] == [9.0]


def test_each_experiment_and_implementation_has_its_own() -> None:
    points = [
        point(1.0, implementation="loop"),
        point(1.0, implementation="fft"),
        point(1.0, implementation="loop", experiment="another"),
    ]
    assert representatives(points) == points


def test_second_names_and_what_a_model_chose_are_left_out() -> None:
    assert representatives([point(1.0, replica=1), point(1.0, runs="loop")]) == []
    assert representatives([]) == []


@pytest.mark.parametrize(
    ("ended", "said"),
    [("", ""), ("it died", "the line-profiling process was given up: it died")],
)
def test_points_that_were_lost_have_no_lines_and_a_reason(
    ended: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_module: str, opening: Any, points: Any, *rest: Any) -> str:
        *_, tell, lost = rest
        assert opening.seconds == 0.5
        for each in points:
            tell(lost(each, "no answer"))
        return ended

    monkeypatch.setattr(job, "pass_over", lose)
    told: list[LinesReply] = []
    assert profile_points([point(1.0)], (), 0, 0.5, 1.0, told.append) == said
    assert [(each.lines, each.reason) for each in told] == [((), "no answer")]
