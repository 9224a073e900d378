"""Lines of numbers: none that nobody asks for, none too long, and what they assume."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import element_lines
from profiler_suite.analysis.explain.rewrites.few_elements import Number, Writing


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def test_only_what_is_asked_for_is_written() -> None:
    writing = Writing((), "math")
    first, _ = writing.unpacked(ast.Name("x"), (2,), ["x_0", "x_1"])
    writing.named(Number(parsed("x_1 + 1.0"), "float"), "unused")
    used = writing.named(Number(ast.BinOp(first.node, ast.Mult(), first.node), "float"), "y")
    writing.stay(ast.Return(used.node))
    assert element_lines.texts(writing.lines) == [
        "x_0, _ = x.tolist()",
        "",
        "y = x_0 * x_0",
        "return y",
    ]


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("x / y", "nothing is divided by zero"),
        ("x % y", "nothing is divided by zero"),
        ("x / 2.0 + y", ""),
        ("math.log(x)", "functions of math are in their domain"),
        ("math.sqrt(x * x + y * y)", ""),
        ("math.sqrt(x * y)", "functions of math are in their domain"),
        ("math.sin(x)", ""),
    ],
)
def test_what_python_raises_for_is_said(text: str, assumed: str) -> None:
    writing = Writing((), "math")
    writing.named(Number(parsed(text), "float"), "v")
    assert "".join(element_lines.assumptions(writing.lines)) == assumed


def test_a_long_line_is_broken_at_its_terms_or_elements() -> None:
    long = " + ".join(f"(first_{k} - other_{k}) * factor" for k in range(4))
    made = element_lines.broken(f"total = {long}", 4)
    assert made.splitlines()[0] == "total = ("
    assert len(made.splitlines()) == 6
    assert ast.dump(ast.parse(made)) == ast.dump(ast.parse(f"total = {long}"))
    array = f"return np.array([{long}, 1.0])"
    made = element_lines.broken(array, 4)
    assert made.splitlines()[-2:] == ["    1.0,", "])"]
    inside = [f"def f():\n {text}" for text in (array, made)]
    assert ast.dump(ast.parse(inside[0])) == ast.dump(ast.parse(inside[1]))
    assert element_lines.broken("x = 1.0", 4) == "x = 1.0"
