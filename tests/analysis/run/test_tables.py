"""The tables of a run from its rows: one row each, numbers that can be checked by hand."""

from typing import Any

import msgspec
import pandas as pd
import pytest

from profiler_suite.analysis.run import tables
from profiler_suite.analysis.run.history import History, history_of
from profiler_suite.analysis.run.table_columns import (
    LINE_COLUMNS,
    OPERATION_COLUMNS,
    SAMPLE_COLUMNS,
)
from profiler_suite.errors import UsageError
from profiler_suite.model.experiment import Point, Problem, Skip
from profiler_suite.model.rows import (
    BreakdownRecord,
    LineRecord,
    LinesRecord,
    OperationTime,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    Visit,
    WorkerRecord,
)
from profiler_suite.model.run import Provenance
from tests.fake_rows import breakdown_record
from tests.fake_run import make_run

RUN = make_run().provenance
TEMPLATE = RUN.points[0]
BASELINE_S = 4e-5


def point(name: str, **fields: Any) -> Point:
    return msgspec.structs.replace(TEMPLATE, id=name, replica=0, partner="", **fields)


def provenance(*points: Point, skipped: tuple[Skip, ...] = ()) -> Provenance:
    return msgspec.structs.replace(RUN, points=points, skipped=skipped)


def visit(name: str, *times_s: float, at_s: float = 0.0, slowdown: float = 1.0) -> Visit:
    canary_s = BASELINE_S * slowdown
    return Visit(
        point=name,
        at_s=at_s,
        sample_times_s=times_s,
        canaries_s={"ufunc": (canary_s, canary_s)},
        minor_faults=2.0,
    )


def history(*rows: Row) -> History:
    return history_of(rows, 0, {"ufunc": BASELINE_S})


def rounds(*visits: Visit) -> tuple[RoundRecord, ...]:
    return tuple(RoundRecord(round=k, worker=k % 2, visits=(v,)) for k, v in enumerate(visits))


def table_of(given: Provenance, seen: History) -> pd.DataFrame:
    return tables.points(given, seen, {}).set_index("id")


def test_every_point_has_one_row_with_how_it_ended() -> None:
    a, b, c, d, e = (point(name) for name in "abcde")
    seen = history(
        *rounds(visit("a", 1e-3), visit("b", 1e-3), visit("d", 2e-3)),
        PointRecord(point=a, status=Status.OK, reason="converged"),
        PointRecord(point=b, status=Status.WRONG, reason="differs"),
    )
    found = table_of(provenance(a, b, c, d, skipped=(Skip(point=e, reason="no scipy"),)), seen)
    assert dict(
        zip(found.index, zip(found["status"], found["reason"], strict=True), strict=True)
    ) == {
        "a": ("ok", "converged"),
        "b": ("wrong", "differs"),
        "c": ("skipped", "not measured yet"),
        "d": ("ok", "interrupted"),
        "e": ("skipped", "no scipy"),
    }
    # The time of a wrong answer is no result.
    assert found["time_s"].notna().tolist() == [True, False, False, True, False]


def test_times_and_what_goes_with_them_are_of_all_visits() -> None:
    a = point("a")
    seen = history(
        *rounds(*(visit("a", 1e-3, 1e-3) for _ in range(12))),
        PointRecord(point=a, status=Status.OK, reason="not converged (6.1 %)"),
        WorkerRecord(
            point="a",
            worker=0,
            status=Status.OK,
            cold_s=3e-3,
            evaluations=5,
            largest_error=1e-9,
            error_bound=1e-8,
        ),
        WorkerRecord(point="a", worker=1, status=Status.OK, cold_s=5e-3, evaluations=7),
        WorkerRecord(point="a", worker=2, status=Status.FAILED, cold_s=9e-3),
    )
    row = table_of(provenance(a), seen).loc["a"]
    assert row["time_s"] == pytest.approx(1e-3)
    assert (row["visits"], row["samples"], row["minor_faults"]) == (12, 24, 2.0)
    assert "not converged (6.1 %)" in row["flags"]
    assert (row["workers"], row["evaluations"]) == (2, 7)
    assert row["cold_s"] == pytest.approx(4e-3)
    assert (row["largest_error"], row["error_bound"]) == (1e-9, 1e-8)
    assert row["flop_per_s"] == pytest.approx(a.cost.flop / 1e-3)


def test_faster_than_the_machine_can_be_is_said() -> None:
    a = point("a")
    seen = history(*rounds(*(visit("a", a.cost.flop / 1e15) for _ in range(12))))
    row = table_of(provenance(a), seen).loc["a"]
    assert row["above_roof"]
    assert "above a roof" in row["flags"]


def test_dimensions_are_columns_and_missing_ones_are_empty() -> None:
    a = point("a", problem=Problem(workload="dense", dims={"rows": 3, "columns": 4}))
    b = point("b", problem=Problem(workload="dense", dims={"rows": 5}))
    found = table_of(provenance(a, b), history())
    assert found["rows"].tolist() == [3, 5]
    assert found["columns"].isna().tolist() == [False, True]
    assert list(found.columns)[-2:] == ["rows", "columns"]


def test_a_dimension_that_is_called_as_a_column_is_refused() -> None:
    a = point("a", problem=Problem(workload="dense", dims={"time_s": 3}))
    with pytest.raises(UsageError, match="the column 'time_s' cannot be added"):
        tables.points(provenance(a), history(), {})


def test_a_run_without_points_is_an_empty_table() -> None:
    found = tables.points(provenance(), history(), {})
    assert len(found) == 0
    assert "time_s" in found.columns


def test_one_row_per_sample_says_in_which_round_and_process() -> None:
    seen = history(*rounds(visit("a", 1.0, 2.0, at_s=3.0), visit("a", 4.0, slowdown=3.0)))
    found = tables.samples([point("a"), point("never")], seen)
    assert list(found.columns) == list(SAMPLE_COLUMNS)
    assert found["time_s"].tolist() == [1.0, 2.0, 4.0]
    assert found["sample"].tolist() == [0, 1, 0]
    assert found["round"].tolist() == [0, 0, 1]
    assert found["worker"].tolist() == [0, 0, 1]
    assert found["at_s"].tolist() == [3.0, 3.0, 0.0]
    assert found["canary"].tolist() == pytest.approx([1.0, 1.0, 3.0])
    assert found["undisturbed"].tolist() == [True, True, False]


@pytest.mark.parametrize(("most", "kept"), [(100, 10), (10, 10), (9, 5), (3, 3), (1, 1)])
def test_of_many_visits_every_so_many_th_is_shown(most: int, kept: int) -> None:
    seen = history(*rounds(*(visit("a", 1.0, at_s=float(k)) for k in range(10))))
    found = tables.visits(seen, most)
    assert len(found) == kept <= most
    steps = set(found["at_s"].diff().dropna())
    assert len(steps) <= 1
    assert found["undisturbed"].all()


def operation(name: str, calls: int, call_s: float) -> OperationTime:
    return OperationTime(
        name=name,
        kind="ufunc",
        via="",
        calls=calls,
        flop=10.0,
        traffic_bytes=80.0,
        shapes="",
        file="f.py",
        line=3,
        full_s=call_s,
        fixed_s=0.0,
        full_spread_s=0.0,
        fixed_spread_s=0.0,
        minor_faults=0.0,
        replayed=True,
    )


def breakdown_of(name: str, plain_s: float, *operations: OperationTime) -> BreakdownRecord:
    return breakdown_record(
        name, plain_s=plain_s, operations=operations, calls=3, flop=20.0, traffic_bytes=160.0
    )


def test_one_row_per_operation_with_its_share_of_the_plain_time() -> None:
    add, multiply = operation("np.add", 2, 1e-3), operation("np.multiply", 1, 4e-3)
    seen = history(
        breakdown_of("a", 1e-2, add, multiply),
        breakdown_of("untimed", 0.0, add),
        breakdown_of("elsewhere", 1e-2, add),
    )
    found = tables.operations(provenance(point("a")), seen)
    assert list(found.columns) == list(OPERATION_COLUMNS)
    assert found["id"].tolist() == ["a", "a", "elsewhere"]
    assert found["share"].tolist() == pytest.approx([0.2, 0.4, 0.2])
    assert found["implementation"].tolist() == [TEMPLATE.implementation] * 2 + [""]


def line(name: str, number: int, **fields: Any) -> LineRecord:
    given: dict[str, Any] = {"hits": 10, "time_s": 1.0, "evaluations": 5, **fields}
    return LineRecord(
        point=name,
        implementation="i",
        file="f.py",
        function="f",
        line=number,
        source="x",
        **given,
    )


def test_one_row_per_line_of_one_evaluation_and_of_its_own_point() -> None:
    lines = (line("a", 1), line("a", 2, time_s=3.0, corrected_s=0.1, plain_s=0.4))
    seen = history(
        LinesRecord(point="a", lines=lines),
        LinesRecord(point="b", lines=(line("b", 1, time_s=0.0),)),
    )
    found = tables.lines(provenance(point("a")), seen)
    assert list(found.columns) == list(LINE_COLUMNS)
    assert found["hits"].tolist() == [2.0, 2.0, 2.0]
    assert found["time_s"].tolist() == pytest.approx([0.2, 0.6, 0.0])
    assert found["share"].tolist() == pytest.approx([0.25, 0.75, 0.0])
    assert found["corrected_share"].tolist() == pytest.approx([0.0, 0.25, 0.0])
    assert found["experiment"].tolist() == [TEMPLATE.experiment] * 2 + [""]
