"""What is known of names and attributes, element by element."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites.few_element_expressions import Expressions
from profiler_suite.analysis.explain.rewrites.few_elements import (
    Elements,
    Number,
    UnfitError,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {
    "x": "float64 (2,)",
    "t": "float64 number",
    "n": "int 3",
    "o.m": "float 2.0",
    "o.v": "float64 (2,)",
}


def read(text: str) -> tuple[object, list[str]]:
    source = SourceText(
        file="own.py",
        function="f",
        first_line=1,
        text=f"def f(x, t, n, o):\n    return {text}\n",
        names=NAMES,
        bound={"np": "numpy", "math": "math"},
    )
    function = Function(source)
    reading = Expressions(function, "math")
    (returned,) = function.node.body
    assert isinstance(returned, ast.Return)
    assert returned.value is not None
    value = reading.value(returned.value)
    return value, [line.text(("x_0", "x_1", "v_0")) for line in reading.writing.lines]


def texts(value: object) -> list[str]:
    assert isinstance(value, Elements)
    return [ast.unparse(each.node) for each in value.numbers]


def test_an_array_is_unpacked_once_and_only_what_is_needed_has_a_name() -> None:
    value, lines = read("x * n + x + o.v")
    assert lines == ["x_0, x_1 = x.tolist()", "v_0, _ = o.v.tolist()"]
    assert texts(value) == ["x_0 * n + x_0 + v_0", "x_1 * n + x_1 + v_1"]


def test_numbers_of_numpy_become_numbers_of_python() -> None:
    assert read("x * t")[1][-1] == "t_number = float(t)"
    value, lines = read("x * math.sin(t)")  # which takes both alike
    assert lines == ["x_0, x_1 = x.tolist()", "sin_t = math.sin(t)"]
    assert read("o.m * x")[1][0] == "m = o.m"
    assert texts(value) == ["x_0 * sin_t", "x_1 * sin_t"]


def test_what_python_computes_stays_pythons() -> None:
    for text, own in (
        ("n * 2", True),
        ("float(x[0])", True),
        ("x[0]", False),
        ("t + n", False),
    ):
        value, _ = read(text)
        assert isinstance(value, Number)
        assert value.own is own, text


@pytest.mark.parametrize(
    "text", ["y", "o.w", "o", "x.T.real", "x is n", "lambda: x", "x[n]", "len(x)", "x.dtype"]
)
def test_what_is_not_known_is_not_followed(text: str) -> None:
    with pytest.raises(UnfitError):
        read(text)
