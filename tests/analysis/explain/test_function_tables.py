"""Tables of one explained function."""

import math

import msgspec
import pytest

from profiler_suite.analysis.explain.function_tables import (
    LINE_COLUMNS,
    OPERATION_COLUMNS,
    line_table,
    operation_table,
)
from profiler_suite.analysis.run.line_breakdown import SPLIT_COLUMNS
from tests.stored_explanation import stored_explanation

STORED = stored_explanation()
RECORD, MACHINE = STORED.explained, STORED.machine


def test_the_costliest_operation_comes_first() -> None:
    table = operation_table(RECORD, MACHINE)
    assert tuple(table.columns) == OPERATION_COLUMNS
    totals = table["total_s"].dropna().tolist()
    assert totals == sorted(totals, reverse=True)
    assert len(table) == len(RECORD.breakdown_record.operations)


def test_lines_stand_as_they_do_in_the_source() -> None:
    table = line_table(RECORD, MACHINE, STORED.time.time_s)
    assert tuple(table.columns) == LINE_COLUMNS
    assert table["line"].tolist() == [each.line for each in RECORD.lines]
    for row, each in zip(table.to_dict("records"), RECORD.lines, strict=True):
        assert row["hits"] == each.hits / each.evaluations
        assert row["raw_s"] == each.time_s / each.evaluations
        assert row["share"] == pytest.approx(row["time_s"] / row["function_s"])


@pytest.mark.parametrize("pace", [1.5, 1.0, 0.6])
def test_lines_sum_to_the_time_of_the_function_whatever_their_own_passes_took(
    pace: float,
) -> None:
    function_s = pace * sum(each.plain_s for each in RECORD.lines[:1])
    table = line_table(RECORD, MACHINE, function_s)
    outer = [each for each in RECORD.lines if each.function == RECORD.lines[0].function]
    share = sum(each.corrected_s for each in outer) / outer[0].plain_s
    own = table[table["function"] == outer[0].function]
    assert own["time_s"].sum() == pytest.approx(share * function_s)
    assert own["time_s"].sum() <= function_s + own["uncertainty_s"].sum()
    parts = own[["callees_s", *SPLIT_COLUMNS]].sum(axis=1, min_count=1).dropna()
    assert parts.tolist() == pytest.approx(own.loc[parts.index, "time_s"].tolist())


def test_passes_of_another_pace_leave_open_which_line_took_it() -> None:
    plain_s = RECORD.lines[0].plain_s
    as_fast = line_table(RECORD, MACHINE, plain_s)
    slower = line_table(RECORD, MACHINE, 0.5 * plain_s)
    inner = min(range(len(RECORD.lines)), key=lambda i: abs(as_fast["share"][i] - 0.5))
    share = as_fast["share"][inner]
    assert slower["uncertainty_s"][inner] / slower["time_s"][inner] == pytest.approx(
        as_fast["uncertainty_s"][inner] / as_fast["time_s"][inner]
        + 0.5 * min(share, 1 - share) / share
    )
    assert not (slower["resolved"] & (slower["time_s"] <= slower["uncertainty_s"])).any()


def test_a_line_that_was_not_corrected_has_its_raw_time() -> None:
    raw = tuple(msgspec.structs.replace(each, method="") for each in RECORD.lines)
    table = line_table(msgspec.structs.replace(RECORD, lines=raw), MACHINE, STORED.time.time_s)
    assert table["time_s"].tolist() == table["raw_s"].tolist()


def test_nothing_that_ran_is_an_empty_table_that_can_be_ordered() -> None:
    nothing = msgspec.structs.replace(
        RECORD.breakdown_record, operations=(), plain_s=0.0, native=None
    )
    empty = msgspec.structs.replace(RECORD, lines=(), breakdown_record=nothing)
    lines = line_table(empty, MACHINE, math.nan)
    assert tuple(lines.columns) == LINE_COLUMNS
    assert lines.sort_values("time_s").empty
    assert math.isnan(lines["time_s"].max())
    operations = operation_table(empty, MACHINE)
    assert tuple(operations.columns) == OPERATION_COLUMNS
    assert operations.empty
