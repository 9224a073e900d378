"""Looked-up elements that keep extremes."""

import pytest

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.lifting.loops.kept_elements import kept
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText
from tests.analysis.explain.lifting.reading import loop, reader_of

NAMES = {"m": "float64 (9,)", "k": "int64 (50,)", "x": "float64 (50,)", "r": "float64 (50, 3)"}


def lifted(body: str) -> str:
    text = f"def f(m, k, x, r):\n    for i in range(len(k)):\n        {body}\n    return m\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    found = lift(Function(source)).lifted
    return found[0].source if found else ""


@pytest.mark.parametrize(
    "body",
    [
        "m[k[i]] = max(m[k[i]], x[i])",
        "m[k[i]] = np.maximum(m[k[i]], x[i])",
        "m[k[i]] = x[i] if x[i] > m[k[i]] else m[k[i]]",
        "if x[i] > m[k[i]]: m[k[i]] = x[i]",
        "if m[k[i]] <= x[i]: m[k[i]] = x[i]",
    ],
)
def test_every_spelling_is_one_call(body: str) -> None:
    assert "np.maximum.at(m, k, x[:len(k)])" in lifted(body)


def test_the_smallest_and_sums_too() -> None:
    assert "np.minimum.at(m" in lifted("if x[i] < m[k[i]]: m[k[i]] = x[i]")
    assert "np.bincount(k" in lifted("m[k[i]] = m[k[i]] + x[i]")


@pytest.mark.parametrize(
    "body",
    [
        "if x[i] > m[k[i]]: m[k[i]] = x[i] + 1",  # keeps something else
        "if x[i] > m[k[i]]: m[k[i]] = m[k[i]] * 2",
        "m[k[i]] = max(m[k[i]], x[i] * m[0])",  # depends on what is kept elsewhere
        "m[k[i]] = max(m[k[i]] * 0.5, x[i])",
    ],
)
def test_what_keeps_anything_else_stays(body: str) -> None:
    assert lifted(body) == ""


def test_other_stores_are_left_as_they_are() -> None:
    walk = Walk(reader_of())
    walk.block([loop("for i in range(9):\n    y[i] = max(x[i], 1.0)")])
    assert kept(walk.effects, walk.scope) == walk.effects
