"""Coupled linear recursions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.signal

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites.linear_recursions import (
    LINEAR_RECURSION,
    linear_recursions,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

TREND = """
def f(x, a, b):
    out = np.zeros(len(x))
    s = 0.5
    t = 0.1
    for i in range(2, len(x)):
        last = s
        s = a * x[i] + (1 - a) * (s + t)
        t += b * (s - last - t)
        out[i] = s + t
    return out
"""
FILTER = """
def f(x, a, b):
    out = []
    u = 0.0
    w = 0.0
    y = 0.0
    for v in x:
        out.append(a * v + b * u - 0.5 * w + 0.2 * y)
        y = w
        w = a * v + b * u - 0.5 * w
        u = v
    return np.array(out)
"""
TRANSPOSED = """
def f(x, a, b):
    y = np.zeros(len(x))
    u = 0.0
    w = 0.0
    for i in range(len(x)):
        y[i] = a * x[i] + u
        u = b * x[i] - 0.4 * y[i] + w
        w = 0.1 * x[i] - 0.3 * y[i]
    return y
"""
AT_ONCE = """
def f(x, a, b):
    out = []
    u = 0.1
    w = 0.0
    for i in range(len(x)):
        u, w = a * x[i] + w, u * b
        out.append(u - w)
    return np.array(out)
"""
rng = np.random.default_rng(5)


def made(text: str, **more: str) -> str:
    names = {"x": "float64 (40,)", **dict.fromkeys("abstuwyvi", "float 0.3"), **more}
    source = SourceText(
        file="f.py",
        function="f",
        first_line=1,
        text=text.lstrip(),
        names=names,
        bound={"np": "numpy"},
    )
    function = Function(source)
    found = next(linear_recursions(function), None)
    rewrite = rewriting.spliced(function, [found.edit]) if found is not None else None
    return rewrite.source if rewrite is not None else ""


def defined(text: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"np": np, "scipy": scipy}
    exec(f"{LINEAR_RECURSION}\n\n\n{text}", space)
    f: Callable[..., Any] = space["f"]
    return f


@pytest.mark.parametrize("text", [TREND, FILTER, TRANSPOSED, AT_ONCE])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 6, 400])
@pytest.mark.parametrize("whole", [False, True])
def test_one_filter_does_the_same(text: str, n: int, whole: bool) -> None:
    x = rng.standard_normal(2 * n)[::2]
    if whole:
        x = np.round(9 * x).astype(int)
    expected = defined(text)(x, 0.3, 0.2)
    np.testing.assert_allclose(defined(made(text))(x, 0.3, 0.2), expected, atol=1e-11)


def test_what_is_no_number_any_more_stays_so() -> None:
    x = rng.standard_normal(30)
    x[9] = np.nan
    np.testing.assert_allclose(
        defined(made(TREND))(x, 0.3, 0.2), defined(TREND)(x, 0.3, 0.2), atol=1e-12
    )


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (TREND, "(s + t)", "s * t"),
        (TREND, "a * x[i] +", "a +"),
        (TREND, "x[i]", "x[i - 1]"),
        (TREND, "x[i]", "abs(x[i])"),
        (TREND, "s + t\n", "s + t + 1\n"),
        (TREND, "s + t\n", "s + i\n"),
        (TREND, "len(x)):", "9):"),
        (TREND, "range(2", "range(-2"),
        (TREND, "return out", "return out, t"),
        (TREND, "t += b * (s - last - t)", "pass"),
        (TREND, "last = s\n", "last = s\n        out[i] = 3\n"),
        (TREND, "t += b", "if t > 0:\n            t = 0\n        t += b"),
        (FILTER, "y = w", "y = w * w"),
        (TRANSPOSED, "+ u", "+ u + y[i]"),
        (TRANSPOSED, "0.3 * y[i]", "0.3 * y[i - 1]"),
        (AT_ONCE, "u, w = a * x[i] + w, u * b", "u, out[0] = a * x[i] + w, u * b"),
        (AT_ONCE, "u * b", "u * w"),
        (FILTER, "return np.array(out)", "return np.array(out), u"),
    ],
)
def test_other_loops_stay(text: str, old: str, new: str) -> None:
    assert old in text
    assert not made(text.replace(old, new))


def test_rows_and_coefficients_that_are_arrays_stay() -> None:
    assert made(TREND)
    assert not made(TREND, x="float64 (40, 2)")
    assert not made(TREND, x="float32 (40,)")
    assert not made(TREND, a="float64 (40,)")
