"""Expressions found by a pattern and written another way by a template."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import (
    cheap,
    edits,
    found,
    match,
    pure,
    rendered,
)
from tests.own_source import function_of


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def matched(text: str, pattern: str) -> dict[str, str] | None:
    function = function_of(f"def f(x, y, z):\n    return {text}\n")
    (statement,) = function.node.body
    assert isinstance(statement, ast.Return)
    assert statement.value is not None
    one = match(function, statement.value, pattern)
    if one is None:
        return None
    return {
        name: ", ".join(map(ast.unparse, held)) if isinstance(held, list) else ast.unparse(held)
        for name, held in one.captures.items()
    }


@pytest.mark.parametrize(
    ("text", "pattern", "captures"),
    [
        ("np.sum(x * y)", "np.sum(A * B)", {"A": "x", "B": "y"}),
        ("np.amax(x)", "np.max(A)", {"A": "x"}),
        ("x[0] * x[0]", "A * A", {"A": "x[0]"}),
        ("x * y", "A * A", None),
        ("f(x) * f(x)", "A * A", None),
        ("np.sum(x, axis=1)", "np.sum(A)", None),
        ("np.sum(x, axis=1)", "np.sum(A, **KW)", {"A": "x", "KW": "axis=1"}),
        ("np.sum(x)", "np.sum(A, **KW)", {"A": "x", "KW": ""}),
        ("np.f(x, y, 2)", "np.f(A, *REST)", {"A": "x", "REST": "y, 2"}),
        ("x ** 2.0", "A ** 2", {"A": "x"}),
        ("x ** True", "A ** 1", None),
        ("np.sum(*x)", "np.sum(A)", None),
        ("np.sum(**x)", "np.sum(**KW)", None),
        ("sum(x)", "np.sum(A)", None),
        ("x.sum(y)", "A.sum(B)", {"A": "x", "B": "y"}),
        ("len(x)", "len(A)", {"A": "x"}),
    ],
)
def test_an_expression_is_an_instance_of_a_pattern(
    text: str, pattern: str, captures: dict[str, str] | None
) -> None:
    assert matched(text, pattern) == captures


def test_a_name_of_the_functions_own_is_not_numpys() -> None:
    function = function_of("def f(np):\n    return np.sum(np)\n")
    assert found(function, ["np.sum(A)"], lambda _: True) == []


@pytest.mark.parametrize(
    ("text", "table", "expected"),
    [
        ("np.inv(x) @ y", [("np.inv(A) @ B", "np.solve(A, B)")], "np.solve(x, y)"),
        ("(x + 1) ** 2", [("A ** 2", "np.square(A)")], "np.square(x + 1)"),
        ("np.square(x + 1)", [("np.square(A)", "A ** 2")], "(x + 1) ** 2"),
        ("np.t(x, axis=1)", [("np.t(A, **KW)", "A.t(**KW)")], "x.t(axis=1)"),
        ("np.t(x)", [("np.t(A, **KW)", "np.u(A, **KW)")], "np.u(x)"),
        ("np.t()", [("np.t(*REST, **KW)", "np.u(*REST, **KW)")], "np.u()"),
        ("np.t(x)", [("np.t(*REST, **KW)", "np.u(*REST, **KW)")], "np.u(x)"),
        ("g(g(x))", [("np.no(A)", "A")], None),
        ("np.abs(np.abs(x))", [("np.abs(A)", "np.fabs(A)")], "np.fabs(np.fabs(x))"),
        (
            "np.square(np.exp(x))",
            [("np.square(A)", "A * A")],
            "(a_once := np.exp(x)) * a_once",
        ),
        ("np.square(x)", [("np.square(A)", "A * A")], "x * x"),
    ],
)
def test_the_template_says_what_is_written_instead(
    text: str, table: list[tuple[str, str]], expected: str | None
) -> None:
    function = function_of(f"def f(x, y):\n    return {text}\n")
    made = edits(function, table)
    assert [each.text for _, each in made] == ([] if expected is None else [expected])


def test_where_decides_and_lines_are_those_of_the_file() -> None:
    function = function_of("def f(x):\n    y = np.abs(x)\n    return np.abs(2)\n")
    some = found(function, ["np.abs(A)"], lambda one: one.number("A") is not None)
    assert [(each.line, each.number("A")) for each in some] == [(13, 2.0)]
    (first, _) = found(function, ["np.abs(A)"], lambda _: True)
    assert first.number("A") is None
    assert rendered(first, "np.f(A, 1)") == "np.f(x, 1)"
    assert patterns.match(function, first.node, "np.no(A)") is None


@pytest.mark.parametrize(
    ("text", "once", "twice"),
    [
        *(("x", True, True), ("x.T", True, True), ("-2", True, True), ("x[0]", False, True)),
        *(("x + 1", False, True), ("f(x)", False, False), ("[x]", False, False)),
    ],
)
def test_what_may_be_written_twice(text: str, once: bool, twice: bool) -> None:
    assert cheap(expression(text)) is once
    assert pure(expression(text)) is twice


@pytest.mark.parametrize(
    ("body", "pattern"),
    [
        ("from numpy.linalg import inv as turned\n    return turned(x)", "np.linalg.inv(A)"),
        ("from numpy import amax as top\n    return top(x)", "np.max(A)"),
        ("return np.isin(x, y)", "np.in1d(A, B)"),
        ("return x.astype('float' '32')", "A.astype('float32')"),
        ("return x[np.newaxis]", "A[None]"),
        (
            "def g(v):\n        return v.strip()\n    return x.map(g)",
            "A.map(lambda V: V.strip())",
        ),
    ],
)
def test_an_instance_is_found_by_whatever_names_it_is_written(body: str, pattern: str) -> None:
    function = function_of(f"def f(x, y):\n    {body}\n")
    expressions = [n for n in ast.walk(function.node) if isinstance(n, ast.expr)]
    alone = [one for one in expressions if match(function, one, pattern)]
    assert alone
    assert [one.node for one in found(function, [pattern], lambda _: True)] == alone


def test_what_is_inside_of_an_instance_is_no_other() -> None:
    function = function_of("def f(x):\n    return np.abs(np.sum(x)) + np.sum(np.abs(x))\n")
    every = found(function, ["np.sum(A)", "np.abs(A)"], lambda _: True)
    assert [ast.unparse(one.node) for one in every] == [
        "np.abs(np.sum(x))",
        "np.sum(np.abs(x))",
    ]
    inner = found(function, ["np.sum(A)", "np.abs(A)"], lambda one: one["A"] != every[0]["A"])
    assert [ast.unparse(one.node) for one in inner] == ["np.sum(x)", "np.sum(np.abs(x))"]
