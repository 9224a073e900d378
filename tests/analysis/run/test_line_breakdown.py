"""The time breakdown of single lines, and how a terminal shows them."""

import math
from typing import Any

import msgspec
import pandas as pd
import pytest

from profiler_suite.analysis.run import line_breakdown
from profiler_suite.analysis.run.line_breakdown import LineBreakdown
from profiler_suite.model.rows import LineRecord, OperationTime
from profiler_suite.model.trace import OperationLine
from profiler_suite.report.content.source_text import dedented
from profiler_suite.report.terminal import annotated_source
from profiler_suite.report.terminal.console import Page, cell_len
from tests.analysis.test_time_breakdown import FAULT_S, PRICED, breakdown_record, operation


def at(made: OperationTime, **calls: int) -> OperationTime:
    """The operation, called so often from lines 'l1', 'l2', …"""
    places = tuple(
        OperationLine(file="f.py", line=int(name[1:]), calls=count)
        for name, count in calls.items()
    )
    return msgspec.structs.replace(made, lines=places)


def record(line: int, **fields: Any) -> LineRecord:
    """A line of 500 µs in a function of 1 ms."""
    base: dict[str, Any] = {
        "point": "p",
        "implementation": "i",
        "file": "f.py",
        "function": "f",
        "line": line,
        "source": "    y = np.add(x, x)",
        "hits": 10,
        "time_s": 5e-3,
        "evaluations": 2,
        "corrected_s": 500e-6,
        "uncertainty_s": 20e-6,
        "resolved": True,
        "method": "sampled",
        "plain_s": 1e-3,
        "profiled_s": 3e-3,
    }
    return LineRecord(**(base | fields))


def test_a_line_is_what_its_operations_take_and_the_interpreter() -> None:
    breakdown = LineBreakdown(
        breakdown_record(
            operations=(
                at(operation("ufunc", 100, 4e-6, 3e-6), l1=100),
                at(operation("copy", 1, 60e-6, 1e-6, faults=9.0), l1=1),
            )
        ),
        PRICED,
    )
    assert breakdown.split(record(1)) == pytest.approx(
        {
            "dispatch_s": 301e-6,
            "memory_s": 9 * FAULT_S,
            "copy_s": 50e-6,
            "arithmetic_s": 100e-6,
            "interpreter_s": 40e-6,
            "callees_s": 0.0,
        }
    )


def test_a_line_that_calls_functions_with_lines_shows_its_own_time_apart() -> None:
    breakdown = LineBreakdown(
        breakdown_record(operations=(at(operation("ufunc", 10, 4e-6, 2e-6), l1=10),)), PRICED
    )
    split = breakdown.split(record(1, profiled_calls=1.0, callees_s=400e-6))
    assert split["callees_s"] == pytest.approx(400e-6)
    assert split["interpreter_s"] == pytest.approx(60e-6)
    said = line_breakdown.in_words(split, 500e-6)
    assert said == "callees 80 %, interpreter 12 %, dispatch 4 %, arithmetic 4 %"
    # Also where it calls nothing else.
    alone = breakdown.split(record(5, profiled_calls=1.0, callees_s=400e-6))
    assert alone["interpreter_s"] == pytest.approx(100e-6)


def test_lines_that_share_an_operation_divide_its_calls() -> None:
    breakdown = LineBreakdown(
        breakdown_record(operations=(at(operation("ufunc", 100, 4e-6, 4e-6), l1=3, l2=1),)),
        PRICED,
    )
    assert breakdown.split(record(1))["dispatch_s"] == pytest.approx(300e-6)
    assert breakdown.split(record(2))["dispatch_s"] == pytest.approx(100e-6)


def test_another_pace_of_the_machine_scales_the_operations() -> None:
    breakdown = LineBreakdown(
        breakdown_record(operations=(at(operation("ufunc", 10, 4e-6, 4e-6), l1=10),)), PRICED
    )
    slow = record(1, plain_s=2e-3)
    assert breakdown.split(slow)["dispatch_s"] == pytest.approx(80e-6)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (9, {}),  # nothing was traced there
        (2, {}),  # its operation was not replayed
        (1, {"profiled_calls": 3.0}),  # what its callees take is not known
        (1, {"method": ""}),  # a raw time holds the profiler's own
    ],
)
def test_what_cannot_be_split_is_not(line: int, fields: dict[str, Any]) -> None:
    lost = msgspec.structs.replace(operation("ufunc", 1, 0.0, 0.0), replayed=False)
    breakdown = LineBreakdown(
        breakdown_record(
            operations=(at(operation("ufunc", 10, 4e-6, 4e-6), l1=10), at(lost, l2=1))
        ),
        PRICED,
    )
    split = breakdown.split(record(line, **fields))
    assert all(math.isnan(value) for value in split.values())
    assert line_breakdown.in_words(split, 500e-6) == ""


def table(**columns: list[Any]) -> pd.DataFrame:
    rows = {
        "function": ["work"] * 3 + ["inner"],
        "file": ["/x/f.py"] * 4,
        "line": [7, 8, 9, 20],
        "source": [
            "    for i in range(n):",
            "        y = f(x)",
            "        z = 1",
            "    return x",
        ],
        "hits": [11.0, 10.0, 10.0, 10.0],
        "time_s": [20e-6, 960e-6, 2e-6, 400e-6],
        "uncertainty_s": [9e-6, 40e-6, 5e-6, 30e-6],
        "share": [0.02, 0.96, 0.002, 0.4],
        "resolved": [True, True, False, True],
        "method": ["sampled"] * 4,
        "indicative": [False] * 4,
        "raw_s": [1e-3, 2e-3, 1e-3, 1e-3],
        "plain_s": [1e-3] * 4,
        "function_s": [1e-3] * 4,
        "profiled_s": [4e-3] * 4,
        "interpreter_s": [math.nan, 240e-6, math.nan, math.nan],
        "dispatch_s": [math.nan, 720e-6, math.nan, math.nan],
        "memory_s": [math.nan, 0.0, math.nan, math.nan],
        "copy_s": [math.nan, 0.0, math.nan, math.nan],
        "arithmetic_s": [math.nan, 0.0, math.nan, math.nan],
    }
    return pd.DataFrame(rows | columns)


def shown(lines: pd.DataFrame, width: int, notes: tuple[str, ...] = ()) -> str:
    page = Page(width, False)
    annotated_source.every(page, lines, notes)
    return page.text()


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_every_line_fits_and_says_all_of_it(width: int) -> None:
    text = shown(table(), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    words = " ".join(text.split())
    assert "raw 4.00 ms, corrected 982 µs, run plainly 1.00 ms (-1.8 %)" in words
    assert "line_profiler made it take 4.00× as long" in words
    assert "96.0 µs per hit" in words or "96.0 µs" in words
    assert "interpreter 25 %, dispatch 75 %" in words
    assert "below 5.00 µs" in words
    assert "its time is also part of the lines that call it" in words
    assert "█████" in words


def test_a_compiled_function_says_so() -> None:
    why = "no line profile: it is compiled and has no Python lines"
    assert why in " ".join(shown(table().head(0), 80, (why,)).split())


def test_source_keeps_its_shape_and_one_line() -> None:
    assert dedented(["    for x in y:", "        z = 1", ""]) == [
        "for x in y:",
        "    z = 1",
        "",
    ]
    assert dedented(["\tif a:\n", "\t\tb\x1b"]) == ["if a:", r"    b\x1b"]


def test_operations_that_take_more_than_their_line_are_said_in_words() -> None:
    parts = {"dispatch_s": 0.0, "memory_s": 0.0, "copy_s": 0.0, "arithmetic_s": 117e-6}
    said = line_breakdown.in_words({"interpreter_s": -17e-6, **parts}, 100e-6)
    assert said == "mostly arithmetic; timed alone, its operations take 17 % more than the line"
    parts |= {"arithmetic_s": 84e-6, "dispatch_s": 21e-6}
    said = line_breakdown.in_words({"interpreter_s": -5e-6, **parts}, 100e-6)
    assert said.startswith(
        "dispatch 20 %, arithmetic 80 %; timed alone, its operations take 5 %"
    )
