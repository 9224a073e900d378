"""Cells of the table of all points, also of points without a time, a name or a roof."""

import math
from collections import namedtuple
from typing import Any

import pytest

from profiler_suite.report.content import columns
from tests.report.known import known


def row(**fields: Any) -> Any:
    return namedtuple("Row", fields)(**fields)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234.5, 3, "1230"),
        (0.01234, 3, "0.0123"),
        (0, 3, "0"),
        (1234.5, 0, "1234"),
        (math.nan, 3, ""),
        (math.inf, 3, ""),
        (None, 3, ""),
        ("12", 3, ""),
    ],
)
def test_a_number_has_no_exponent_and_nothing_stands_for_none(
    value: Any, digits: int, text: str
) -> None:
    assert columns.number(value, digits) == text


def test_the_second_name_of_a_pair_says_so() -> None:
    assert columns.implementation(row(implementation="fft", replica=0)) == "fft"
    assert columns.implementation(row(implementation="fft", replica=1)) == "fft (again)"


def test_a_named_problem_has_its_name_in_front() -> None:
    assert columns.problem(row(name="", problem="8x8")) == "8x8"
    assert columns.problem(row(name="conv1", problem="8x8")) == "conv1: 8x8"


def test_a_problem_without_words_is_called_by_its_label() -> None:
    found = columns.in_words(row(workload="unknown", name="conv1", problem="8x8"))
    assert found == "conv1: 8x8"


@pytest.mark.parametrize(
    ("time_s", "low_s", "high_s", "half"),
    [(2.0, 1.0, 3.0, 0.5), (2.0, 2.0, 2.0, 0.0), (0.0, 0.0, 0.0, math.nan)],
)
def test_half_the_interval_is_relative_to_the_time(
    time_s: float, low_s: float, high_s: float, half: float
) -> None:
    found = columns.half_width(row(time_s=time_s, low_s=low_s, high_s=high_s))
    assert found == pytest.approx(half, nan_ok=True)


@pytest.mark.parametrize(
    ("bound", "said"),
    [
        ("memory", "L2 bandwidth"),
        ("overhead", "call overhead"),
        ("compute", "arithmetic"),
        ("something", "something"),
        ("", ""),
        (math.nan, ""),
    ],
)
def test_what_bounds_a_point_is_said_in_words(bound: object, said: str) -> None:
    assert columns.bound(row(bound=bound, level="L2")) == said


@pytest.mark.parametrize(
    ("flags", "status", "reason", "said"),
    [
        ("", "ok", "converged", ""),
        ("contended", "ok", "converged", "contended"),
        ("contended", "failed", "ValueError", "contended; ValueError"),
        (math.nan, "failed", math.nan, ""),
    ],
)
def test_a_remark_says_what_is_doubtful_or_why_there_is_nothing(
    flags: object, status: str, reason: object, said: str
) -> None:
    assert columns.remark(row(flags=flags, status=status, reason=reason)) == said


def test_every_column_writes_a_text_for_every_point() -> None:
    for each in known().points.itertuples():
        for column in columns.page_columns():
            text = column.cell(each)
            assert isinstance(text, str)
            assert text != "nan", (column.key, each.id)


def test_columns_have_keys_and_headings_of_their_own() -> None:
    found = columns.page_columns()
    assert len({column.key for column in found}) == len(found)
    assert len({column.heading for column in found}) == len(found)


def test_an_interval_too_wide_for_plus_minus_is_said_to_be_wider() -> None:
    (spread,) = (each for each in columns.page_columns() if each.key == "spread")
    assert spread.cell(row(time_s=1.0, low_s=0.1, high_s=4.0)) == ">50"
    assert spread.cell(row(time_s=1.0, low_s=0.9, high_s=1.1)) == "10.0"
    assert spread.cell(row(time_s=math.nan, low_s=1.0, high_s=1.0)) == ""


@pytest.mark.parametrize(
    ("bound", "reached", "text"),
    [
        ("memory", 0.69, "69 %"),
        ("compute", 1.3, "above"),
        ("overhead", 0.91, "–"),
        ("", 0.5, ""),
    ],
)
def test_calls_are_no_roof_of_which_there_is_a_share(
    bound: str, reached: float, text: str
) -> None:
    assert columns.of_roof(row(bound=bound, level="L2", of_attainable=reached)) == text
