"""Loops that look for runs of equal elements."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.equal_runs import (
    RUNS,
    LoopOverRuns,
    loops_over_runs,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

FROM_FIRST = """
def f(x):
    n = len(x)
    out = []
    i = 0
    while i < n:
        j = i
        while j + 1 < n and x[j + 1] == x[i]:
            j += 1
        out.append((x[i], i, j))
        i = j + 1
    return out
"""
BEYOND = """
def f(x):
    out = []
    i = 0
    while i < len(x):
        j = i + 1
        while j < len(x) and x[j] == x[j - 1]:
            j += 1
        if j - i > 2:
            out.append((i, j))
        i = j
    return out
"""
COUNTED = """
def f(x):
    out = []
    i = 0
    while i < len(x):
        k = 1
        while i + 1 < len(x) and x[i] == x[i + 1]:
            i += 1
            k += 1
        out.append((k, x[i], i))
        i += 1
    return out
"""
NEIGHBOURS = """
def f(x):
    out = []
    k = 1
    for i in range(1, len(x)):
        if x[i] == x[i - 1]:
            k += 1
        else:
            out.append((k, i, x[i - 1], x[i]))
            k = 1
    out.append(k)
    return out
"""
PREVIOUS = """
def f(x):
    out = []
    last = x[0]
    k = 1
    for v in x[1:]:
        if v != last:
            out.append((last, v, k))
            last = v
            k = 1
        else:
            k += 1
    out.append((last, k))
    return out
"""
ALWAYS = """
def f(x):
    out = []
    last = x[0]
    k = 1
    for i in range(1, len(x)):
        if x[i] == last:
            k += 1
        else:
            out.append((k, repr(last)))
            k = 1
        last = x[i]
    return out, k, last
"""
EVERY = (FROM_FIRST, BEYOND, COUNTED, NEIGHBOURS, PREVIOUS, ALWAYS)
rng = np.random.default_rng(4)
ARRAYS = (
    rng.integers(0, 3, 60),
    rng.integers(0, 2, 61).astype(bool),
    rng.choice([0.0, -0.0, 1.0, np.nan], 60),
    rng.integers(0, 2, 120)[::-2],
    np.zeros(5),
    np.ones(1),
    rng.choice(["a", "b"], 30),
)


def made(text: str, holds: str = "float64 (60,)") -> LoopOverRuns | None:
    source = SourceText(
        file="f.py",
        function="f",
        first_line=1,
        text=text.lstrip(),
        names={"x": holds},
        bound={"np": "numpy"},
    )
    return next(loops_over_runs(Function(source)), None)


def defined(text: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"np": np}
    exec(f"{RUNS}\n\n\n{text}", space)
    f: Callable[..., Any] = space["f"]
    return f


@pytest.mark.parametrize(
    ("text", "x"), [*itertools.product(EVERY, ARRAYS)], ids=lambda each: type(each).__name__
)
def test_a_loop_over_runs_does_the_same(text: str, x: np.ndarray[Any, Any]) -> None:
    found = made(text)
    assert found is not None
    assert found.array == "x"
    expected = repr(defined(text)(x))
    assert repr(defined(found.plain)(x)) == expected
    assert _as_python(repr(defined(found.indexed)(x))) == _as_python(expected)


def _as_python(written: str) -> str:
    """Whole numbers of NumPy like those of Python."""
    return re.sub(r"np\.int64\((-?\d+)\)", r"\1", written)


@pytest.mark.parametrize("text", [FROM_FIRST, BEYOND, COUNTED, NEIGHBOURS])
def test_nothing_has_no_runs(text: str) -> None:
    found = made(text)
    assert found is not None
    assert defined(found.plain)(np.zeros(0)) == defined(text)(np.zeros(0))


@pytest.mark.parametrize("letters", ["", "a", "aabbba", "é\U0001f600\U0001f600"])
def test_a_text_has_runs_too(letters: str) -> None:
    found = made(COUNTED, "str 'aab'")
    assert found is not None
    assert defined(found.plain)(letters) == defined(COUNTED)(letters)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (FROM_FIRST, "i = j + 1\n", "i = j + 2\n"),
        (FROM_FIRST, "i = 0", "i = 1"),
        (FROM_FIRST, "n = len(x)", "n = 9"),
        (FROM_FIRST, "j += 1", "j += 2"),
        (FROM_FIRST, "== x[i]", "<= x[i]"),
        (FROM_FIRST, "x[j + 1] ==", "x[j + 2] =="),
        (FROM_FIRST, "out.append((x[i], i, j))", "x[i] = j"),
        (FROM_FIRST, "out.append((x[i], i, j))", "if j > 9:\n            break"),
        (FROM_FIRST, "return out", "return out, j"),
        (BEYOND, "x[j - 1]", "x[j - 2]"),
        (COUNTED, "k += 1", "k += i"),
        (NEIGHBOURS, "x[i - 1]:", "x[i - 2]:"),
        (NEIGHBOURS, "range(1,", "range(2,"),
        (NEIGHBOURS, "            k = 1\n    out", "            k = 0\n    out"),
        (NEIGHBOURS, "    k = 1\n    for", "    k = 0\n    for"),
        (NEIGHBOURS, "return out", "return out, i"),
        (PREVIOUS, "last = x[0]", "last = 0"),
        (PREVIOUS, "last = v", "last = v + 1"),
        (PREVIOUS, "x[1:]", "x[2:]"),
    ],
)
def test_other_loops_stay(text: str, old: str, new: str) -> None:
    assert old in text
    assert made(text.replace(old, new)) is None


@pytest.mark.parametrize("holds", ["float64 (60, 2)", "object (60,)", "list of 9", ""])
def test_what_may_be_compared_otherwise_stays(holds: str) -> None:
    assert made(FROM_FIRST, holds) is None
