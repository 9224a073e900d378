"""The pieces of a function that may be lifted."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.lifting.source.units import Unit, is_mapping, units
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


def found(text: str) -> list[Unit]:
    return list(units(ast.parse(textwrap.dedent(text)).body))


def test_outermost_loops_and_statements_with_comprehensions_are_units() -> None:
    made = found(
        """
        a = 1
        for i in r:
            for j in r:
                a += j
        b = [g(v) for v in x]
        c = sum(v for v in x)
        """
    )
    assert [type(each.node).__name__ for each in made] == ["For", "Assign", "Assign"]
    assert [each.is_loop for each in made] == [True, False, False]
    assert [len(each.before) for each in made] == [1, 2, 3]


def test_units_inside_compound_statements_know_what_is_around_them() -> None:
    made = found(
        """
        if a:
            while i < n:
                i += 1
        else:
            for k in r: pass
        try:
            for k in r: pass
        except ValueError:
            x = list(map(f, y))
        finally:
            z = np.vectorize(f)(y)
        with open(p) as h:
            for line in h: pass
        """
    )
    around = [[type(a).__name__ for a in each.around] for each in made]
    assert around == [["If"], ["If"], ["Try"], ["Try"], ["Try"], ["With"]]
    assert not any(each.inside_loop for each in made)


def test_functions_and_classes_are_not_entered() -> None:
    assert not found("def g():\n    for i in r: pass\nclass C:\n    x = [i for i in r]")
    assert not found("")


def test_a_loop_around_is_seen() -> None:
    outer = ast.parse("for i in r:\n    y = [v for v in x]").body[0]
    assert isinstance(outer, ast.For)
    (inner,) = units(outer.body, (outer,))
    assert inner.inside_loop


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("for i in r: pass", "i"),
        ("for i in r:\n    for j in r: pass", "i and j"),
        ("for i in r:\n    for j in r:\n        for k in r: pass", "i, j, k"),
        ("for i in r:\n    a = 1\n    for j in r: pass", "i"),
        ("for a, b in r: pass", "(a, b)"),
        ("while i < n: i += 1", "i"),
        ("x = [v for v in y]", ""),
    ],
)
def test_a_unit_says_what_it_runs_over(text: str, words: str) -> None:
    (unit,) = found(text)
    assert unit.words == words


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("np.vectorize(f)", True),
        ("np.apply_along_axis(f, 0, x)", True),
        ("map(f, x)", True),
        ("(v for v in x)", True),
        ("{v for v in x}", False),
        ("mapping(f, x)", False),
        ("x.map", False),
    ],
)
def test_what_calls_something_for_each_element(text: str, answer: bool) -> None:
    assert is_mapping(ast.parse(text, mode="eval").body) is answer


def test_a_function_in_one_line_gets_a_line_for_its_body() -> None:
    text = "def f(x): return np.array([v * 2 for v in x])\n"
    source = SourceText(
        file="f.py", function="f", first_line=1, text=text, names={"x": "float64 (5,)"}
    )
    (found,) = {each.source for each in lift(Function(source)).lifted}
    assert found == "def f(x):\n    return x * 2\n"


def test_a_statement_beside_others_in_its_line_stays() -> None:
    text = "def f(x):\n    a = 1; y = np.array([v * 2 for v in x])\n    return y\n"
    source = SourceText(
        file="f.py", function="f", first_line=1, text=text, names={"x": "float64 (5,)"}
    )
    assert not lift(Function(source)).lifted
