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
    table = line_table(RECORD, MACHINE)
    assert tuple(table.columns) == LINE_COLUMNS
    assert table["line"].tolist() == [each.line for each in RECORD.lines]
    for row, each in zip(table.to_dict("records"), RECORD.lines, strict=True):
        assert row["hits"] == each.hits / each.evaluations
        assert row["raw_s"] == each.time_s / each.evaluations
        assert row["share"] == pytest.approx(row["time_s"] / row["plain_s"])


def test_a_line_that_was_not_corrected_has_its_raw_time() -> None:
    raw = tuple(msgspec.structs.replace(each, method="") for each in RECORD.lines)
    table = line_table(msgspec.structs.replace(RECORD, lines=raw), MACHINE)
    assert table["time_s"].tolist() == table["raw_s"].tolist()


def test_nothing_that_ran_is_an_empty_table_that_can_be_ordered() -> None:
    nothing = msgspec.structs.replace(
        RECORD.breakdown_record, operations=(), plain_s=0.0, native=None
    )
    empty = msgspec.structs.replace(RECORD, lines=(), breakdown_record=nothing)
    lines = line_table(empty, MACHINE)
    assert tuple(lines.columns) == LINE_COLUMNS
    assert lines.sort_values("time_s").empty
    assert math.isnan(lines["time_s"].max())
    operations = operation_table(empty, MACHINE)
    assert tuple(operations.columns) == OPERATION_COLUMNS
    assert operations.empty
