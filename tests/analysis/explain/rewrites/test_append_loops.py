"""Loops that only append are read as the list comprehensions that they are."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites.append_loops import comprehended
from profiler_suite.measure.explain.records import SourceText


def function_of(body: str) -> rewriting.Function:
    text = "def f(values, g):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n"
    found = rewriting.parsed(
        SourceText(file="own.py", function="f", first_line=11, text=text, bound={"np": "numpy"})
    )
    assert found is not None
    return found


def test_steps_of_a_loop_are_put_into_its_expression() -> None:
    made = comprehended(
        function_of(
            """
            out = []
            for v in values:
                a, b = g(v)
                out.append(a + 1)
            return out
            """
        )
    )
    assert made is not None
    assert "out = [g(v)[0] + 1 for v in values]\n    return out" in made.function.text
    assert made.loops == {2: range(13, 16)}


def test_a_list_that_only_becomes_an_array_stands_in_its_place() -> None:
    made = comprehended(
        function_of("out = []\nfor v in values:\n    out.append(g(v))\nreturn np.array(out)\n")
    )
    assert made is not None
    assert ast.unparse(made.function.node.body[0]) == "return np.array([g(v) for v in values])"


def test_loops_and_arrays_of_several_lines() -> None:
    made = comprehended(
        function_of(
            """
            out = []
            for v in zip(
                values,
                values,
            ):
                out.append(g(v))
            return np.array(
                out
            )
            """
        )
    )
    assert made is not None
    text = "np.array([g(v) for v in zip(values, values)])"
    assert ast.unparse(made.function.node.body[0]) == f"return {text}"
    assert set(made.loops) == {2, 3, 4}
    assert set(made.loops.values()) == {range(13, 18)}


@pytest.mark.parametrize(
    "body",
    [
        "out = [0]\nfor v in values:\n    out.append(v)\nreturn out",
        "out = []\nout.append(1)\nfor v in values:\n    out.append(v)\nreturn out",
        "out = []\nfor v in values:\n    if v:\n        out.append(v)\nreturn out",
        "out = []\nfor v in values:\n    out.append(len(out))\nreturn out",
        "out = []\nfor v in values:\n    out.append(v)\nelse:\n    g(out)\nreturn out",
        "for v in values:\n    g.append(v)\nreturn g",
    ],
)
def test_what_is_no_comprehension_is_left_alone(body: str) -> None:
    assert comprehended(function_of(body)) is None
