"""Rows that a figure shows, and who is fastest among them in a sentence."""

import pandas as pd
import pytest

from profiler_suite.analysis.run.fastest import Fastest
from profiler_suite.report.content import selection
from tests.report.known import known


def fastest(value: float | str, name: str, *tied: str) -> Fastest:
    return Fastest(value=value, row=0, implementation=name, tied=tied)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "Nothing was measured"),
        ([fastest(8.0, "a")], "a is fastest at tile size 8"),
        ([fastest(8, "a"), fastest(16, "a")], "a is fastest at every tile size"),
        (
            [fastest(8, "a"), fastest(16, "a", "b")],
            "a is fastest at every tile size, at times within noise of another",
        ),
        (
            [fastest(8, "a"), fastest(16, "b", "a")],
            "a is fastest, or within noise of the fastest, at every tile size",
        ),
        (
            [fastest(8, "a"), fastest(16, "b"), fastest(32, "b")],
            "a is fastest at tile size 8, b from 16",
        ),
        (
            [fastest(4, "a"), fastest(8, "a"), fastest(16, "b")],
            "a is fastest up to tile size 8, b from 16",
        ),
        (
            [fastest(n, name) for n, name in enumerate("abcdef")],
            "a is fastest at tile size 0, b from 1, c from 2, d from 3, and 2 more changes",
        ),
        ([fastest("conv1", "a")], "a is fastest at tile size conv1"),
    ],
)
def test_who_is_fastest_where_is_one_sentence(found: list[Fastest], said: str) -> None:
    assert selection.sentence_of_fastest(found, "tile_size") == said


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": list("pqrs"),
            "implementation": ["x", "y", "x", "z"],
            "time_s": [3.0, 1.0, 2.0, float("nan")],
            "flop": 100.0,
            "executed_flop": [100.0, 96.0, 40.0, float("nan")],
        }
    )


def test_fewer_operations_than_the_textbook_s_are_notably_fewer() -> None:
    assert list(selection.executing_fewer(table())["id"]) == ["r"]


def test_the_fastest_row_is_one_with_a_time() -> None:
    assert selection.fastest(table())["id"] == "q"


def test_rows_are_found_by_id_in_the_order_asked_for() -> None:
    found = selection.by_id(table(), ["r", "missing", "p"])
    assert [(name, row.time_s) for name, row in found.items()] == [("r", 2.0), ("p", 3.0)]


def test_implementations_come_in_order_of_first_appearance() -> None:
    parts = dict(selection.by_implementation(table()))
    assert list(parts) == ["x", "y", "z"]
    assert list(parts["x"]["id"]) == ["p", "r"]


def frame(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"stride": values, "time_s": 1.0})


def test_panels_hold_one_value_each_and_say_it() -> None:
    assert selection.panels(frame([1.0, 2.0]), [], 4)[0][0] == ""
    found = selection.panels(frame([2.0, 1.0, 2.0]), ["stride"], 4)
    assert [(title, len(part)) for title, part in found] == [("stride 1", 1), ("stride 2", 2)]


def test_of_too_many_panels_the_ends_and_some_between_are_chosen() -> None:
    found = selection.panels(frame([float(n) for n in range(1, 10)]), ["stride"], 3)
    assert [title for title, _ in found] == ["stride 1", "stride 5", "stride 9"]


def test_an_experiment_is_swept_where_its_axis_is_a_dimension() -> None:
    by_name = {each.name: each for each in known().run.provenance.experiments}
    points = known().points
    assert selection.is_swept(by_name["input_size"], points)
    assert not selection.is_swept(by_name["blas_threads"], points)
    assert not selection.is_swept(by_name["network_layers"], points)


def test_dimensions_are_the_columns_that_the_suite_does_not_know() -> None:
    found = selection.dimensions(known().points)
    assert {"height", "stride", "rows"} <= set(found)
    assert not {"time_s", "threads", "dtype"} & set(found)


def test_points_with_a_breakdown_are_measured_ones() -> None:
    points = known().points
    assert selection.with_breakdown(points).empty
    found = selection.with_breakdown(points.assign(residual=0.1))
    assert len(found) == len(selection.measured(points))
