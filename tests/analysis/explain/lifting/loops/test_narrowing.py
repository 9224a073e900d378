"""Conditions on loop variables as shorter ranges."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.loops.narrowing import narrowed
from tests.analysis.explain.lifting.reading import loop, reader_of


def made(text: str) -> str:
    return ast.unparse(narrowed(reader_of(), loop(text)))


@pytest.mark.parametrize(
    ("condition", "header"),
    [
        ("i > 0", "range(0 + 1, 9)"),
        ("i >= 2", "range(2, 9)"),
        ("i < 5", "range(0, 5)"),
        ("i <= 5", "range(0, 5 + 1)"),
        ("3 < i", "range(3 + 1, 9)"),
        ("i >= 0", "range(0, 9)"),
        ("i < 20", "range(0, 9)"),
        ("2 <= i < 6", "range(2, 6)"),
        ("i > 1 and i < 7", "range(1 + 1, 7)"),
    ],
)
def test_the_range_is_cut(condition: str, header: str) -> None:
    text = f"for i in range(9):\n    if {condition}:\n        y[i] = x[i]"
    assert made(text) == f"for i in {header}:\n    y[i] = x[i]"
    seen: list[int] = []
    kept: list[int] = []
    exec(text.replace("y[i] = x[i]", "seen.append(i)"), {"seen": seen})
    exec(made(text).replace("y[i] = x[i]", "kept.append(i)"), {"kept": kept})
    assert seen == kept


def test_what_is_left_stays_a_condition() -> None:
    text = "for i in range(n):\n    if i > 0 and x[i] > 0:\n        y[i] = x[i]"
    assert made(text) == ("for i in range(0 + 1, n):\n    if x[i] > 0:\n        y[i] = x[i]")


@pytest.mark.parametrize(
    "text",
    [
        "for i in range(n):\n    if x[i] > 0:\n        y[i] = 1",
        "for i in range(n):\n    if i > 0:\n        y[i] = 1\n    else:\n        y[i] = 2",
        "for i in range(n):\n    if i > 0:\n        y[i] = 1\n    z[i] = 2",
        "for i in range(n):\n    if i > s:\n        y[i] = 1",
        "for i in range(0, n, 2):\n    if i > 1:\n        y[i] = 1",
        "for v in x:\n    if v > 1:\n        y += v",
        "for i in range(n):\n    if i < len(x):\n        y[i] = 1",
    ],
)
def test_others_stay_as_they_are(text: str) -> None:
    node = loop(text)
    assert narrowed(reader_of(), node) is node


def test_the_loop_whose_variable_it_is_gets_cut() -> None:
    text = (
        "for i in range(n):\n    for j in range(n):\n"
        "        if i >= 2:\n            y[i, j] = 0"
    )
    assert made(text).startswith("for i in range(2, n):\n    for j in range(n):\n        y[i")
