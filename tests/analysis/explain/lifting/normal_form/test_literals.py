"""Small arrays that a function writes out."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.literals import written_out


def found(text: str, before: str = "a = np.array([[1, 2], [3, 4]])") -> object:
    body = f"def f(x, n):\n    {before}\n    k = {text}\n    return x\n"
    value = written_out(Facts(ast.parse(body).body[0], {}, "np"), "k")
    return None if value is None else (value.dtype.kind, value.tolist())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("np.array([1, -2, 1])", ("i", [1, -2, 1])),
        ("np.array([1, 2], dtype=np.float64)", ("f", [1.0, 2.0])),
        ("np.array([1, 2], float)", ("f", [1.0, 2.0])),
        ("a.T", ("i", [[1, 3], [2, 4]])),
        ("a / 2", ("f", [[0.5, 1.0], [1.5, 2.0]])),
        ("-np.ones((1, 2)) / 4", ("f", [[-0.25, -0.25]])),
        ("np.outer([1, 2], [1, 0])", ("i", [[1, 0], [2, 0]])),
        ("[0.5, 0.5]", ("f", [0.5, 0.5])),
    ],
)
def test_numbers_that_are_written_out_are_known(text: str, value: object) -> None:
    assert found(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("x", "np.array([1, n])", "np.ones(n)", "np.array([1, 2], dtype=np.uint8)", "3.0"),
        *("np.ones((99, 99))", "np.array([1, 2]) / 0", "np.array([[1], [1, 2]])", "[1] * 3"),
        *("np.array([1, 2], order='F')", "np.random.rand(3)", "np.array([True, False])"),
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert found(text) is None


def test_what_is_set_twice_is_not() -> None:
    assert found("a", "k = np.zeros(3)") is None
