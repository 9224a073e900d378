"""A function of one element as a function of all."""

import ast
import math
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.vectorising import (
    CONSTANT,
    NUMBER,
    CallOverRows,
    NotVectorisedError,
    Value,
)
from tests.own_source import function_of

X = np.linspace(0.5, 3.0, 6)


def callee(text: str) -> Any:
    node = ast.parse(text).body[0]
    return node.value if isinstance(node, ast.Expr) else node


def over(text: str, **kinds: str) -> CallOverRows:
    outer = function_of("def f(x, y):\n    return [g(a) for a in x], math.pi, abs(y)\n")
    return CallOverRows(outer, callee(text), kinds or {"a": NUMBER})


@pytest.mark.parametrize(
    "text",
    [
        "lambda a: a * 2 + 1",
        "lambda a: (a + 1) ** 2 / a",
        "lambda a: math.sqrt(a) if a > 1 else -a",
        "lambda a: abs(a - 2)",
        "def g(a):\n    b = a * a\n    return b - 1 / b",
        "def g(a):\n    if a > 2:\n        return a\n    return 2 * a",
        "lambda a: 1 < a < 2",
    ],
)
def test_it_gives_what_each_call_gives(text: str) -> None:
    source = over(text).definition("all_of_them", ["a"], "For all elements at once.")
    namespace: dict[str, Any] = {"np": np, "math": math}
    exec(source, namespace)
    one: dict[str, Any] = {"math": math}
    exec(text if text.startswith("def") else f"g = {text}", one)
    expected = [one["g"](float(each)) for each in X]
    np.testing.assert_allclose(namespace["all_of_them"](X), expected)


@pytest.mark.parametrize(
    "text",
    [
        "lambda a: 3",
        "lambda a: open(a)",
        "def g(a):\n    print(a)\n    return a",
        "def g(a):\n    b = a",
        "def g(a):\n    while a > 1:\n        a = a / 2\n    return a",
    ],
)
def test_what_cannot_be_written_so_says_why(text: str) -> None:
    with pytest.raises(NotVectorisedError, match=r"\w"):
        over(text)


def test_parentheses_stand_where_an_operator_binds_tighter() -> None:
    total = Value("a + b", NUMBER, binding=4)
    assert total.closed == "(a + b)"
    assert total.within(4) == "a + b"
    assert total.within(5) == "(a + b)"
    assert Value("a", CONSTANT).closed == "a"
