"""Work that moves out of loops: what it becomes, and what has to stay."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import hoisting
from profiler_suite.analysis.explain.rules.observed import Finding
from tests.analysis.explain.rules.own_function import Own

V = np.arange(1.0, 7.0)
A = np.arange(12.0).reshape(4, 3)


def own_of(body: str, *arguments: Any) -> tuple[Own, Function]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    own = Own(f"def f(x, a):\n{lines}", *(arguments or (V, A)), traced=False)
    (function,) = own.observed.functions
    return own, function


def rewritten(find: Any, body: str, *arguments: Any) -> list[str]:
    """Sources of all findings, each of which must agree with the original."""
    own, function = own_of(body, *arguments)
    found: Iterator[Finding] = find(own.observed, function)
    kept = [each for each in found if own.agreement(each).same]
    return [each.trial.rewrites[0].source for each in kept]


@pytest.mark.parametrize(
    ("append", "joined"),
    [
        ("out = np.append(out, v)", "np.append(out, out_parts)"),
        ("out = np.r_[out, v]", "np.append(out, out_parts)"),
        ("out = np.concatenate((out, [v]))", "np.concatenate([out, *out_parts])"),
        (
            "out = np.concatenate([out, [v]], axis=0)",
            "np.concatenate([out, *out_parts], axis=0)",
        ),
        ("out = np.hstack((out, [v]))", "np.hstack([out, *out_parts])"),
    ],
)
def test_an_array_that_grows_is_joined_once(append: str, joined: str) -> None:
    body = f"out = np.zeros(0)\nfor v in x:\n    {append}\nreturn out"
    found = rewritten(hoisting.growth, body)
    assert any(f"    out = {joined}\n    return out" in each for each in found), found
    assert all("out_parts = []\n    for v in x" in each for each in found)


@pytest.mark.parametrize(
    "body",
    [
        "out = x[:0]\nfor v in x:\n    out = np.append(out, v)\n    out.sum()\nreturn out",
        "out = np.zeros(0)\nfor v in x:\n    out = np.append(x, v)\nreturn out",
        "out = np.zeros(0)\nfor v in x:\n    out = np.append(v, out)\nreturn out",
        "out = np.append(x, x)\nreturn out",
    ],
)
def test_what_is_read_on_the_way_or_does_not_grow_stays(body: str) -> None:
    assert rewritten(hoisting.growth, body) == []


def test_what_no_iteration_changes_is_computed_before_the_loop() -> None:
    body = (
        "t = 0.0\nfor i in range(4):\n"
        "    t += np.sqrt(x).sum() * a[i].sum() + np.sqrt(x)[0]\nreturn t"
    )
    (found,) = rewritten(hoisting.invariants, body)
    assert "sqrt_before_" in found or "sum_before_" in found
    head, _, loop = found.partition("for i in range(4):")
    assert "np.sqrt(x)" in head
    assert "np.sqrt(x)" not in loop
    assert "a[i].sum()" in loop


@pytest.mark.parametrize(
    "line",
    [
        "t += np.sqrt(a[i]).sum()",
        "t += len(x)",
        "t += np.random.default_rng(1).random()",
        "t += np.sum(x) if i else 0.0",
        "if i:\n        t += np.sum(x)",
        "t += np.sum(b := x)",
        "x = np.sqrt(x)",
        "np.multiply(x, 2, out=x)\n    t += np.sum(x)",
    ],
)
def test_what_changes_or_is_not_always_evaluated_stays(line: str) -> None:
    assert (
        rewritten(hoisting.invariants, f"t = 0.0\nfor i in range(4):\n    {line}\nreturn t")
        == []
    )


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("t = 0.0\nfor i in range(len(x)):\n    t += x[i]\nreturn t", "x_list[i]"),
        ("t = 0.0\nfor v in x:\n    t += v\nreturn t", "in x_list"),
        ("t = 0.0\nfor i in range(3):\n    t += a[i, 0] * a[i][1]\nreturn t", "a_list[i][0]"),
        ("t = 0.0\nfor i in range(3):\n    t += x[i + 1]\nreturn t", "x_list[i + 1]"),
    ],
)
def test_an_array_that_is_read_element_by_element_becomes_a_list(body: str, read: str) -> None:
    found = rewritten(hoisting.lists_for_loops, body)
    assert any(read in each and ".tolist()" in each for each in found), found


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(3):\n    x[i] = i\nreturn x",
        "t = 0.0\nfor i in range(3):\n    t += a[i].sum()\nreturn t",
        "t = 0.0\nfor i in range(3):\n    t += x[i:].sum()\nreturn t",
        "t = 0.0\nfor i in range(3):\n    t += x[0]\nreturn t",
        "t = 0.0\nfor i in range(3):\n    t += x.sum() * x[i]\nreturn t",
    ],
)
def test_an_array_that_is_used_otherwise_stays_one(body: str) -> None:
    assert rewritten(hoisting.lists_for_loops, body) == []
