"""Values of expressions."""

import ast
import math

import pytest

from profiler_suite.analysis.explain.rewrites.evaluation import value_of
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

FUNCTION = Function(
    SourceText(
        file="f.py",
        function="f",
        first_line=1,
        text="def f(x, k):\n    return np.cos(math.pi), cmath.exp(1), complex(1, 2), x, k\n",
        names={},
        bound={"np": "numpy", "math": "math", "cmath": "cmath"},
    )
)


def value(text: str) -> complex | None:
    node = ast.parse(text, mode="eval").body
    return value_of(FUNCTION, node, {"k": 3, "x[k]": 0.5})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 * k - x[k] ** 2 / 4", 2 * 3 - 0.25 / 4),
        ("-np.cos(k)", -math.cos(3)),
        ("cmath.exp(1j * math.pi)", -1),
        ("complex(k, -x[k])", 3 - 0.5j),
    ],
)
def test_arithmetic_and_waves_have_values(text: str, expected: complex) -> None:
    found = value(text)
    assert found is not None
    assert abs(found - expected) < 1e-12


@pytest.mark.parametrize("text", ["x", "x[0]", "len(x)", "k // 2", "k / 0", "k if k else 1"])
def test_anything_else_has_none(text: str) -> None:
    assert value(text) is None
