"""Loops that keep the element before."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.elements_before import (
    Neighbours,
    over_neighbours,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

MADE = """
def f(x):
    out = []
    last = None
    for v in x:
        k = v * v
        if k > 4:
            k = 4
        if last is not None and k != last:
            out.append((last, k))
        last = k
    return out
"""
PLACES = """
def f(x):
    out = []
    last = None
    for i in range(len(x)):
        k = x[i] // 2
        if last is not None:
            out.append((i, last + k))
        last = k
    return out
"""
SECOND = """
def f(x):
    out = []
    last = x[0]
    for v in x[1:]:
        if v > last:
            out.append(v)
        last = v
    return out
"""
ARRAYS = (np.arange(9) % 4, np.array([3]), np.array([2, 2, -1, 5])[::-1], np.arange(40) * 7 % 5)


def made(
    text: str, holds: str = "int64 (40,)", kept: str = "int64 number"
) -> Neighbours | None:
    source = SourceText(
        file="f.py",
        function="f",
        first_line=1,
        text=text.lstrip(),
        names={"x": holds, "k": kept, "v": "int64 number"},
        bound={"np": "numpy"},
    )
    return over_neighbours(Function(source))


def defined(text: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"np": np}
    exec(text, space)
    f: Callable[..., Any] = space["f"]
    return f


@pytest.mark.parametrize("text", [MADE, PLACES, SECOND])
@pytest.mark.parametrize("x", ARRAYS, ids=len)
def test_loops_over_neighbours_do_the_same(text: str, x: np.ndarray[Any, Any]) -> None:
    found = made(text)
    assert found is not None
    assert "range(1, len(x))" in found.text
    assert defined(found.text)(x) == defined(text)(x)


@pytest.mark.parametrize("text", [MADE, PLACES])
def test_nothing_has_no_neighbours(text: str) -> None:
    found = made(text)
    assert found is not None
    assert defined(found.text)(np.arange(0)) == []


def test_what_is_kept_has_its_dtype() -> None:
    found = made(MADE, kept="float64 number")
    assert found is not None
    assert "k_values = np.empty(len(x), float)" in found.text
    assert found.held == {"k_values": "float64 (1000,)"}
    assert made(MADE, kept="str 'a'") is None


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (MADE, "last = None\n", "last = 0\n"),
        (MADE, "v * v", "v * len(out)"),
        (MADE, "k = v * v", "k = v * v\n        x[0] = k"),
        (MADE, "out.append((last, k))", "out.append((last, v))"),
        (MADE, "out.append((last, k))", "k = 3"),
        (MADE, "out.append((last, k))", "last = 3"),
        (MADE, "out.append((last, k))", "break"),
        (MADE, "k = v * v\n", "k = v if last is None else last\n"),
        (MADE, "return out", "return out, last"),
        (MADE, "        last = k", "        last = k + 1"),
        (PLACES, "range(len(x))", "range(3)"),
        (PLACES, "out.append((i", "x[i] = 3\n            out.append((i"),
        (SECOND, "x[0]", "x[1]"),
        (SECOND, "x[1:]", "x[2:]"),
        (SECOND, "out.append(v)", "v = 2"),
        (SECOND, "out.append(v)", "x[3] = v"),
        (SECOND, "out.append(v)", "return out"),
        (SECOND, "return out", "return out, last"),
    ],
)
def test_other_loops_stay(text: str, old: str, new: str) -> None:
    assert old in text
    assert made(text.replace(old, new)) is None


@pytest.mark.parametrize("holds", ["int64 (9, 9)", "list of 9", ""])
def test_slices_of_anything_else_stay(holds: str) -> None:
    assert made(SECOND, holds) is None
