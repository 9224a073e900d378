"""The Python function that compiled code calls back, found and written for whole arrays."""

import ast
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.callbacks import ArrayForm, array_form, find_callee
from tests.analysis.explain.rules.own_function import Own

V = np.linspace(-2, 2, 9)
A = np.arange(12.0).reshape(4, 3)
TEXT = """
def half(v):
    return v / 2 if v > 0 else 0.0

def spread(row):
    return row.max() - row.min()

def printed(v):
    print(end="")
    return v

def f(x, c):
    def shifted(v):
        return v + c
    @np.vectorize
    def decorated(v):
        return v
    squared = lambda v: v * v
    half(1.0), printed(1.0), spread(np.ones(2))
    return x
"""


@pytest.fixture(scope="module")
def own() -> Own:
    return Own(TEXT, V, 3.0)


def asked(own: Own, text: str) -> tuple[Function, ast.expr]:
    (function,) = (e for e in own.observed.functions if e.source.function == "f")
    return function, ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("text", "name", "inside"),
    [
        ("lambda v: v + 1", "Lambda", "f"),
        ("shifted", "shifted", "f"),
        ("squared", "Lambda", "f"),
        ("half", "half", "half"),
    ],
)
def test_a_callee_is_found_wherever_it_is_defined(
    own: Own, text: str, name: str, inside: str
) -> None:
    found = find_callee(own.observed, *asked(own, text))
    assert found is not None
    callee, context = found
    assert getattr(callee, "name", type(callee).__name__) == name
    assert context.source.function == inside


@pytest.mark.parametrize("text", ["decorated", "nowhere", "np.sin", "partial(half)"])
def test_what_is_decorated_or_not_the_persons_own_is_none(own: Own, text: str) -> None:
    assert find_callee(own.observed, *asked(own, text)) is None
    assert array_form(own.observed, *asked(own, text), "number", "elements") is None


def form(own: Own, text: str, kind: str = "number", many: str = "elements") -> ArrayForm:
    found = array_form(own.observed, *asked(own, text), kind, many)
    assert found is not None
    return found


def made(found: ArrayForm, **names: Any) -> Any:
    namespace: dict[str, Any] = {"np": np}
    exec(found.text, namespace)
    return eval(found.call("given"), namespace, names)


def test_for_many_it_gives_what_it_gives_for_each(own: Own) -> None:
    half, squared, shifted = (form(own, text) for text in ("half", "squared", "shifted"))
    np.testing.assert_array_equal(made(half, given=V), [v / 2 if v > 0 else 0.0 for v in V])
    np.testing.assert_array_equal(made(squared, given=V), V * V)
    np.testing.assert_array_equal(made(shifted, given=V, c=3.0), V + 3.0)
    assert half.call("x") == "half_of_elements(x)"
    assert squared.name == "expression_of_elements"
    assert shifted.call("x") == "shifted_of_elements(x, c)"
    assert (half.free, shifted.free, half.parameters) == ((), ("c",), ("v",))


def test_of_rows_it_gives_one_number_each(own: Own) -> None:
    found = form(own, "spread", "row", "rows")
    assert found.name == "spread_of_rows"
    assert found.kind == "number"
    np.testing.assert_array_equal(made(found, given=A), A.max(axis=1) - A.min(axis=1))


def test_what_does_more_than_compute_has_no_such_form(own: Own) -> None:
    assert array_form(own.observed, *asked(own, "printed"), "number", "elements") is None
    assert array_form(own.observed, *asked(own, "lambda *v: v"), "number", "elements") is None
