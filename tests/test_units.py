"""Text for people."""

import ast
import itertools
import re
from pathlib import Path

import pytest

from profiler_suite import units


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.5, "1.50 s"), (9.8e-3, "9.80 ms"), (217e-6, "217 µs"), (45e-9, "45.0 ns"), (0, "0 ns")],
)
def test_times_have_three_digits_and_a_unit(seconds: float, text: str) -> None:
    assert units.time(seconds) == text


@pytest.mark.parametrize(
    ("half", "text"),
    [
        (0.034, "± 3.4 %"),
        (0.5, "± 50 %"),
        (0.51, "more than ± 50 %"),
        (1.34, "more than ± 50 %"),
    ],
)
def test_no_plus_minus_reaches_below_nothing(half: float, text: str) -> None:
    assert units.plus_minus(half) == text


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (10e-3, 9.8e-3, 10.2e-3, "10.0 ms ± 2.0 %"),
        (10e-3, 4e-3, 31e-3, "10.0 ms (4.00 ms to 31.0 ms)"),
        (10e-3, -2e-3, 24e-3, "10.0 ms (at most 24.0 ms)"),
        (0.0, 0.0, 1e-3, "0 ns (at most 1.00 ms)"),
    ],
)
def test_a_wide_interval_is_said_from_low_to_high(
    value: float, low: float, high: float, text: str
) -> None:
    assert units.estimate(value, low, high) == text


def test_one_is_no_plural() -> None:
    assert [units.some(n, "call") for n in (0, 1, 2)] == ["0 calls", "1 call", "2 calls"]


# A number in front of these is to be said by units.some.
_COUNTED = ("points", "visits", "samples", "experiments", "evaluations", "iterations")
_PACKAGE = Path(units.__file__).parent


def test_no_text_says_one_of_several() -> None:
    """An f-string with a number and a plural is right only where the number is never 1."""
    found = []
    for path in _PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found += [(path.name, said) for said in _plurals(node)]
    never_one = {
        ("progress.py", "points"),  # 1/1 points done
        ("time_breakdown.py", "points"),  # 3.1 points of a hundred
        ("verdict.py", "visits"),  # dozens
    }
    assert set(found) == never_one


def _plurals(node: ast.JoinedStr) -> list[str]:
    """The plural words right behind a number in the text."""
    return [
        word
        for value, text in itertools.pairwise(node.values)
        if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant)
        for word in _COUNTED
        if re.match(rf" {word}\b", str(text.value))
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12, "12 %"), (0.014, "1.4 %"), (0.00012, "0.012 %"), (0, "0.0 %"), (1.4, "140 %")],
)
def test_small_percentages_do_not_become_nothing(value: float, text: str) -> None:
    assert units.percent(value) == text


def test_numbers_next_to_a_step_do_not_get_four_digits() -> None:
    assert units.time(0.9999e-3) == "1.00 ms"
    assert units.three_digits(999.6) == "1000"
    assert units.three_digits(9.996) == "10.0"


def test_rates_sizes_and_counts() -> None:
    assert units.flop_rate(54.9e9) == "54.9 GFLOP/s"
    assert units.byte_rate(31e9) == "31.0 GB/s"
    assert units.size(12 * 2**20) == "12.0 MiB"
    assert units.count(3_072_000) == "3,072,000"
    assert units.duration(200) == "3 min 20 s"
    assert units.ratio(12.34) == "12.3×"


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    text = "49 % of 3 ms, 55.8 GFLOP/s, 2 steps, 7 of 12 points"
    assert units.together(text) == (
        "49\u00a0% of 3\u00a0ms, 55.8\u00a0GFLOP/s, 2 steps, 7 of 12 points"
    )


def test_a_zero_has_no_sign() -> None:
    assert units.percent(-0.0) == units.percent(-1e-9) == "0.0 %"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (8.2e-3, 8.7e-3, "8.20 ms to 8.70 ms"),
        (0.0, 5.28e-3, "at most 5.28 ms"),
        (-1e-6, 5.28e-3, "at most 5.28 ms"),
        (0.0, 0.0, "0 ns"),
        (8.2e-3, 8.2001e-3, "8.20 ms"),
    ],
)
def test_an_interval_does_not_begin_at_an_impossible_zero(
    low: float, high: float, said: str
) -> None:
    assert units.interval(low, high) == said
