"""The roofline of call overhead."""

from typing import Any

import pandas as pd
import pytest

from profiler_suite.report.figures import flop_per_call
from profiler_suite.report.figures.roofline_setting import RooflineSetting
from tests.report.known import known


def setting(**columns: Any) -> RooflineSetting:
    return RooflineSetting(
        known().points.assign(**columns),
        known().roofs["float64", 1],
        "float64",
        1,
        known().marks,
    )


def test_points_are_placed_by_their_work_per_call() -> None:
    found = flop_per_call.over_flop_per_call(setting(), "roofline_x")
    assert found is not None
    frame = setting().frame()
    rows = {row for each in found.rows.values() for row in each}
    assert rows == set(frame.index[frame["calls"].gt(0)])


def test_without_calls_there_is_no_figure_and_without_overhead_there_is_one() -> None:
    assert flop_per_call.over_flop_per_call(setting(calls=0), "x") is None
    nothing = setting(overhead_flop_per_s=float("inf"))
    assert flop_per_call.over_flop_per_call(nothing, "x") is not None


@pytest.mark.parametrize(
    ("per_call", "said"),
    [
        ({"a": [1e6, 3e6]}, "a gives each call 2,000,000 FLOP"),
        (
            {"a": [2000.0], "b": [10.0, 30.0, 20.0]},
            "A call of b does 20 FLOP, one of a 2,000 (medians over the points)",
        ),
    ],
)
def test_the_title_says_the_poorest_and_the_richest(
    per_call: dict[str, list[float]], said: str
) -> None:
    rows = [(name, each) for name, values in per_call.items() for each in values]
    frame = pd.DataFrame(rows, columns=["implementation", "per_call"])
    assert flop_per_call._title_per_call(frame) == said
