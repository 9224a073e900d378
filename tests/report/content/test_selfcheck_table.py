"""A selfcheck as a table."""

from typing import Any

import msgspec
import pytest

from profiler_suite.model.run import Check
from profiler_suite.report.content import selfcheck_table
from tests.fake_run import selfcheck


def check(**fields: Any) -> Check:
    return msgspec.structs.replace(
        selfcheck().checks[0],
        **(
            {"error": 0.02, "limit": 0.05, "at_least": False, "low": None, "high": None}
            | fields
        ),
    )


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (1.5e-6, "s", "1.50 µs"),
        (1234, "count", "1,234"),
        (0.0, "share", "0 %"),
        (0.0, "deviation", "0 %"),
        (0.021, "share", "2.1 %"),
        (0.021, "deviation", "+2.1 %"),
        (-0.021, "deviation", "-2.1 %"),
        (2e-9, "deviation", "+2e-07 %"),
        (2e-9, "share", "2e-07 %"),
    ],
)
def test_a_number_is_written_in_its_unit(number: float, unit: str, text: str) -> None:
    assert selfcheck_table.value(number, unit) == text


@pytest.mark.parametrize(
    ("fields", "cells"),
    [
        ({}, ("2.0 %", "≤ 5.0 %", "40 pairs", "ok")),
        ({"ok": False}, ("2.0 %", "≤ 5.0 %", "40 pairs", "exceeded")),
        ({"ok": False, "at_least": True}, ("2.0 %", "≥ 5.0 %", "40 pairs", "missed")),
        ({"unit": "deviation"}, ("+2.0 %", "± 5.0 %", "40 pairs", "ok")),
        ({"ok": False, "undisturbed": 0.2}, ("2.0 %", "≤ 5.0 %", "40 pairs", "open")),
        ({"low": 0.011, "high": 0.042}, ("2.0 % (1–4)", "≤ 5.0 %", "40 pairs", "ok")),
    ],
)
def test_a_check_says_error_limit_sample_and_a_word(
    fields: dict[str, Any], cells: tuple[str, ...]
) -> None:
    assert selfcheck_table.cells(check(**fields)) == cells


def test_a_defect_is_called_so_and_an_open_miss_says_how_much_was_undisturbed() -> None:
    found = msgspec.structs.replace(
        selfcheck(),
        checks=(
            check(ok=False, of_suite=True, note="read the clock"),
            check(ok=False, of_suite=True, undisturbed=0.25),
            check(),
        ),
    )
    remarks = [row[-1] for row in selfcheck_table.table(found).rows]
    assert remarks == [
        "a defect. read the clock",
        "could not be judged here: 25 % undisturbed",
        "",
    ]


def test_every_row_has_a_cell_for_each_heading() -> None:
    table = selfcheck_table.table(selfcheck())
    assert {len(row) for row in table.rows} == {len(table.headings)} == {len(table.numeric)}
