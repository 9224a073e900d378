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


ROWS = """
for i in range(len(r)):
    for j in range(r.shape[1]):
        {0}
return m
"""


def of_rows(body: str) -> str:
    names = NAMES | {"p": "int64 (50,)", "m": "float64 (50,)"}
    inside = ROWS.format(body).replace("\n", "\n    ")
    text = f"def f(m, p, r):{inside.rstrip()}\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=names)
    found = lift(Function(source)).lifted
    return found[0].source if found else ""


def test_an_inner_loop_gives_the_extreme_of_all_and_where_it_is() -> None:
    assert "np.minimum(m" in of_rows("if r[i, j] < m[i]: m[i] = r[i, j]")
    assert ".argmin(axis=1)" in of_rows("if r[i, j] < m[i]: m[i] = r[i, j]; p[i] = j")


@pytest.mark.parametrize(
    "body",
    [
        "if r[i, j] < m[i]: m[i] = r[i, j]; p[i] += 1",
        "if r[i, j] < m[i]: m[i] = r[i, j]; p[i] = m[i]",
        "if r[i, j] < m[i]: m[i] = r[i, j] + m[0]",
        "m[i] = min(m[i], r[i, j]); p[i] += m[i]",
    ],
)
def test_what_asks_for_the_extreme_so_far_stays(body: str) -> None:
    assert of_rows(body) == ""


def test_places_that_are_read_in_between_stay() -> None:
    body = "if r[i, j] < m[i]: m[i] = r[i, j]; p[i] = j\n        k[i] += p[i]"
    assert "argmin" not in of_rows(body)
