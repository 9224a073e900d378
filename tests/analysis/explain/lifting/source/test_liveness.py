"""Whether the value of a name is read once a nest has ended."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.lifting.source.liveness import live_after

FUNCTION = """
def f(x):
    total = 0
    for i in x:
        total += i
        part = i
        once = 1
    once = 2
    if total:
        part = 3
        print(part)
    return once
"""


@pytest.mark.parametrize(
    ("name", "live"),
    [("total", True), ("once", False), ("part", False), ("i", False), ("nowhere", False)],
)
def test_a_name_is_live_where_it_is_read_before_it_is_set_again(name: str, live: bool) -> None:
    (function,) = ast.parse(FUNCTION).body
    assert isinstance(function, ast.FunctionDef)
    assert live_after(function, function.body[1], [], name) is live


@pytest.mark.parametrize(
    ("after", "live"),
    [
        ("return t", True),
        ("t = 1\nreturn t", False),
        ("if x: t = 1\nreturn t", True),
        ("t += 1", True),
        ("for t in x: pass\nreturn t", True),
        ("try:\n    t = 1\nfinally:\n    pass\nreturn t", True),
        ("return x", False),
    ],
)
def test_what_may_not_be_executed_does_not_set_it(after: str, live: bool) -> None:
    text = f"def f(x):\n    for i in x: t = i\n{textwrap.indent(after, '    ')}"
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    assert live_after(function, function.body[0], [], "t") is live


def test_the_next_iteration_of_a_loop_around_reads_it_too() -> None:
    text = "def f(x):\n    for r in x:\n        print(t)\n        for i in x: t = i"
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    outer = function.body[0]
    assert isinstance(outer, ast.For)
    assert live_after(function, outer.body[1], [outer], "t")
    assert not live_after(function, outer.body[1], [], "t")
