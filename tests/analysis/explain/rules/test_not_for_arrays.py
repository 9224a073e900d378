"""Loops that arrays cannot do are told from those that only add up by key."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import not_for_arrays
from profiler_suite.measure.explain.records import SourceText


def carried(body: str) -> list[tuple[int, int]]:
    text = f"def f(x, n, d):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    function = Function(SourceText(file="f.py", function="f", first_line=1, text=text))
    assert isinstance(function.node, ast.FunctionDef)
    return list(not_for_arrays._carried(function))


@pytest.mark.parametrize(
    "body",
    [
        "for k in x:\n    d[k] = d.get(k, 0) + 1",
        "for t in x:\n    k = t.upper()\n    d[k] = d.get(k, 0) + 1",
        "for k in x:\n    if k not in d:\n        d[k] = 0\n    d[k] += 1",
        "for k in x:\n    d[k // 2] += 1.5",
    ],
)
def test_what_is_added_by_key_may_be_done_in_any_order(body: str) -> None:
    assert carried(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(2, n):\n    d[i] = d[i - 1] + d[i - 2]",
        "for i in range(n):\n    d[0] = d[0] + x[i] * d[0]",
        "for k in x:\n    d[k] = d.get(k, 0) * 2",
        "for k in x:\n    d[k] = d.get(k, 0) + len(d)",
        "for k in x:\n    d[k] = d.get(k, 0) + 1\n    n = n * 2 + d[k]",
        "while n > 1:\n    d[n] = d.get(n, 0) + 1\n    n = n // 2",
    ],
)
def test_what_needs_the_step_before_is_carried(body: str) -> None:
    assert carried(body)
