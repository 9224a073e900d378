"""What an iteration compares with, for all iterations."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import row_conditions
from profiler_suite.analysis.explain.rewrites.row_conditions import (
    ColumnsOfElements,
    NotMatchingError,
)
from tests.own_source import function_of

NAMES = {
    "a": "DataFrame",
    "a['k']": "str (9,)",
    "a['t']": "float64 (9,)",
    "b": "DataFrame",
    "b['k']": "str (7,)",
    "keys": "list of 9",
}
LOOP = """
def f(a, b, keys, h):
    a_t = a['t'].tolist()
    for {head}:
        limit = {limit}
    return limit
"""


def wholes(head: str, limit: str) -> tuple[ColumnsOfElements, ast.expr]:
    function = function_of(LOOP.format(head=head, limit=limit), **NAMES)
    loop = next(n for n in ast.walk(function.node) if isinstance(n, ast.For))
    assert isinstance(loop.body[0], ast.Assign)
    return ColumnsOfElements(function, loop, loop.target, loop.iter), loop.body[0].value


@pytest.mark.parametrize(
    ("head", "limit", "expected"),
    [
        ("k, t in zip(a['k'], a['t'].tolist())", "t - h", "a['t'] - h"),
        ("i in range(len(a))", "a_t[i] + 1", "a['t'] + 1"),
        ("i, k in enumerate(keys)", "k", "pd.Series(keys)"),
        ("k in a['k']", "h", "h"),
    ],
)
def test_elements_become_columns(head: str, limit: str, expected: str) -> None:
    found, node = wholes(head, limit)
    assert found.of(node) == (expected, expected != "h")


@pytest.mark.parametrize(
    ("head", "limit"),
    [
        ("k, t in zip(a['k'], b['k'])", "k + t"),  # labels of two tables
        ("k in a['k']", "g(k)"),
        ("i in range(len(a))", "i + 1"),
    ],
)
def test_what_may_be_otherwise_for_columns_is_refused(head: str, limit: str) -> None:
    found, node = wholes(head, limit)
    with pytest.raises(NotMatchingError):
        found.of(node)


@pytest.mark.parametrize("head", ["k in g(a)", "k, t in a.items()", "i in range(3, 9)"])
def test_other_loops_are_not_known(head: str) -> None:
    with pytest.raises(NotMatchingError):
        wholes(head, "1")


def test_masks_are_left_out_where_they_serve_once() -> None:
    function = function_of(
        "def f(b, a):\n    for k in a:\n        m = b['k'] == k\n"
        "        r = b[m]\n    return r\n"
    )
    loop = next(n for n in ast.walk(function.node) if isinstance(n, ast.For))
    node = next(n for n in ast.walk(loop) if ast.unparse(n) == "b[m]")
    assert isinstance(node, ast.Subscript)
    (gone,) = row_conditions.masks_for_one_use(function, loop, node)
    assert gone is loop.body[0]
