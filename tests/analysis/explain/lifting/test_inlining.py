"""Functions that a loop calls for each element."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.inlining import arguments, by_element, inlined
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal, Term
from tests.analysis.explain.lifting.reading import call, read, reader_of


def function(text: str) -> ast.FunctionDef:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef)
    return node


def result(text: str, called: str) -> Term:
    reader = reader_of()
    callee = function(text)
    return inlined(reader, callee, "g", arguments(reader, callee, call(called), "g"))


@pytest.mark.parametrize(
    ("text", "called", "same"),
    [
        ("def g(a, b): return a * b", "g(x, s)", "x * s"),
        ("def g(a, b): return a - b", "g(b=x, a=s)", "s - x"),
        ("def g(a, b=2.0): return a * b", "g(x)", "x * 2.0"),
        (
            "def g(a):\n    'About it.'\n    c = a + 1\n    return c * c",
            "g(s)",
            "(s + 1) * (s + 1)",
        ),
        (
            "def g(a):\n    if a > 1:\n        return a\n    return -a",
            "g(s)",
            "s if s > 1 else -s",
        ),
    ],
)
def test_it_is_as_if_it_had_been_written_there(text: str, called: str, same: str) -> None:
    assert result(text, called) == read(same)


@pytest.mark.parametrize(
    ("text", "called", "reason"),
    [
        ("def g(a): return a * SCALE", "g(x)", "uses SCALE, which comes from outside"),
        ("def g(a):\n    print(a)\n    return a", "g(x)", "does more than compute"),
        ("def g(a):\n    a[0] = 1\n    return a", "g(x)", "does more than compute"),
        ("def g(a):\n    b = a", "g(x)", "may return nothing"),
        ("def g(a):\n    if a > 1:\n        return a", "g(s)", "may return nothing"),
        ("def g(*a): return a", "g(x)", "any number of arguments"),
        ("def g(a): return a", "g(x, y)", "not named one by one"),
        ("def g(a): return a", "g(*x)", "not named one by one"),
        ("def g(a): return a", "g(c=x)", "not named one by one"),
    ],
)
def test_what_is_more_than_a_formula_is_refused(text: str, called: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        result(text, called)


def test_the_names_around_it_are_as_before_also_after_a_refusal() -> None:
    reader = reader_of()
    kept = {"a": read("s", reader)}
    reader.scope.env = dict(kept)
    callee = function("def g(a):\n    b = a\n    return q(b)")
    with pytest.raises(Refusal, match=r"\w"):
        inlined(reader, callee, "g", {"a": read("x", reader)})
    assert reader.scope.env == kept
    assert reader.scope.inlining == []


def test_called_for_each_element_it_keeps_the_axes() -> None:
    reader = reader_of()
    callee = function("def g(a): return a * a")
    found = by_element(reader, callee, "g", [read("m", reader)])
    assert [each.count.text() for each in found.own] == ["m.shape[0]", "m.shape[1]"]
    assert reader.scope.loops == []
    with pytest.raises(Refusal, match="single number"):
        by_element(reader, callee, "g", [read("s", reader)])
