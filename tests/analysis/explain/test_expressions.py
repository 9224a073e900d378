"""The expressions of a function in the order of its source, found by what they are."""

import ast

import pytest

from profiler_suite.analysis.explain.expressions import (
    ANY,
    ExpressionIndex,
    Label,
    calling,
    method,
    operated,
)
from tests.own_source import function_of

FUNCTION = function_of(
    """
    def f(x, y=1 + 2):
        total = np.sum(x * y) - x.sum() * y
        return -total if x < y else np.sum(total)
    """
)
EVERY = FUNCTION.expressions


def operation(text: str) -> Label:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare)
    return operated(node)


@pytest.mark.parametrize(
    ("label", "texts"),
    [
        (calling("numpy.sum"), ["np.sum(x * y)", "np.sum(total)"]),
        (method("sum"), ["np.sum(x * y)", "x.sum()", "np.sum(total)"]),
        (operation("a * b"), ["x * y", "x.sum() * y"]),
        (operation("a + b"), ["1 + 2"]),
        (operation("-a"), ["-total"]),
        (operation("a < b"), ["x < y"]),
        (operation("a < b < c"), []),
        (operation("a and b"), []),
        ((ast.IfExp,), ["-total if x < y else np.sum(total)"]),
        (calling("numpy.prod"), []),
    ],
)
def test_expressions_are_found_by_what_they_are(label: Label, texts: list[str]) -> None:
    assert [ast.unparse(EVERY[place]) for place in EVERY.places(label)] == texts


def test_outer_expressions_come_before_those_inside_of_them_and_end_behind_them() -> None:
    places = EVERY.places(ANY)
    assert list(places) == list(range(len(places)))
    for place in places:
        inside = {id(n) for n in ast.walk(EVERY[place]) if isinstance(n, ast.expr)}
        assert {id(EVERY[k]) for k in range(place, EVERY.end(place))} == inside


def test_an_expression_from_elsewhere_has_labels_too() -> None:
    node = ast.parse("np.sum(z)", mode="eval").body
    assert EVERY.has(node, calling("numpy.sum"))
    assert not EVERY.has(node, calling("numpy.prod"))


def test_a_name_that_nobody_knows_is_called_by_none() -> None:
    found = ExpressionIndex(ast.parse("g(1)"), lambda node: "")
    assert list(found.places((ast.Call,))) == [0]
    assert not found.places(calling(""))
