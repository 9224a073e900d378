"""Loops that arrays cannot do are told from those that only add up by key."""

import ast
import textwrap

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import not_for_arrays
from profiler_suite.measure.explain.records import SourceText
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Silent, check_silent


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
        "while x < d:\n    if x.weekday() < 5:\n        n += 1\n    x += timedelta(days=1)",
    ],
)
def test_what_is_added_by_key_may_be_done_in_any_order(body: str) -> None:
    assert carried(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(n):\n    t = d(x[i])\n    if t < best:\n        best, at = t, i",
        "for t in x:\n    if t > best:\n        best = t\n        at = t.name",
        "for line in x:\n    if line.strip():\n        yield json.loads(line)",
        "for t in x:\n    if t.id == n:\n        return t",
        "for t in x:\n    if t.id == n:\n        break",
        "for k, v in x:\n    n.append(v - d[k] if k in d else 0)\n    d[k] = v",
        "for i in range(n):\n    s = np.hypot(x[i], x)[0]\n    s[i] = -1\n"
        "    d[i] = np.argmax(s)",
    ],
)
def test_what_may_be_done_in_any_order_is_not_carried(body: str) -> None:
    assert carried(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "for t in x:\n    if t > best:\n        best = t + best",
        "for t in x:\n    if t * n > best:\n        best = t\n    n = n * t",
        "for t in x:\n    n = n * t % 7\n    yield n",
        "for _ in range(n):\n    x = d(x)\n    if x < 1:\n        break",
        "for i in range(2, n):\n    d[i] = d[i - 1] + d[i - 2]",
        "for i in range(n):\n    d[0] = d[0] + x[i] * d[0]",
        "for k in x:\n    d[k] = d.get(k, 0) * 2",
        "for k, v in x:\n    v = v + d.get(k, 0)\n    d[k] = v - d[k]",
        "for k, v in x:\n    n.append(d[v])\n    d[k] = v",
        "for k in x:\n    d[k] = d.get(k, 0) + len(d)",
        "for k in x:\n    d[k] = d.get(k, 0) + 1\n    n = n * 2 + d[k]",
        "while n > 1:\n    d[n] = d.get(n, 0) + 1\n    n = n // 2",
        "for i in range(n):\n    t = s[i]\n    s = np.hypot(x[i], x)[0]\n    s[i] = t",
    ],
)
def test_what_needs_the_step_before_is_carried(body: str) -> None:
    assert carried(body)


FIBONACCI = """
def f(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, (a * a + b) % 1000003
    return a
"""


def test_a_carried_recursion_is_for_a_compiler_also_where_none_is_installed() -> None:
    for text in (
        FIBONACCI,
        "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n",
    ):
        own = Own(text, 9)
        (finding,) = own.findings("compiler")
        assert finding.stands
        assert finding.trial.kind == "compiled"
        assert "not NumPy" in finding.title


@pytest.mark.parametrize(
    "case",
    [Silent("compiler", "def f(a):\n    return a.sum()\n", lambda: (np.ones((4, 7)),))],
)
def test_sums_of_arrays_need_no_compiler(case: Silent) -> None:
    check_silent(case)
