"""Which loops add up by key, and in which dictionary."""

import ast
import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.key_sums import summed_by_key
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.loops import SUMS_BY_KEY
from profiler_suite.measure.explain.records import SourceText

NAMES = {
    "days": "datetime64[s] (9,)",
    "keys": "int64 (9,)",
    "x": "float64 (9,)",
    "rows": "float64 (9, 2)",
}


def found(body: str) -> str:
    text = f"def f(keys, x, rows, days):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    function = Function(
        SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    )
    (loop,) = [each for each in function.node.body if isinstance(each, ast.For)]
    return summed_by_key(function, loop)


def test_sums_and_counts_become_one_update() -> None:
    summed = "d = {}\nfor k, v in zip(keys, x):\n    d[k] = d.get(k, 0) + v"
    counted = "d = defaultdict(int)\nfor k in keys:\n    d[k] += 1"
    assert found(summed) == "d.update(sums_by_key(keys, x))"
    assert found(counted) == "d.update(sums_by_key(keys))"


@pytest.mark.parametrize(
    "body",
    [
        "d = {}\nfor k in keys:\n    d[k] += 1",
        "d = {}\nfor v in x:\n    d[v] = d.get(v, 0) + 1",
        "d = {}\nfor k, v in zip(keys, rows):\n    d[k] = d.get(k, 0) + v",
        "d = {}\nfor k, v in zip(keys, x):\n    d[v] = d.get(v, 0) + k",
        "d = {1: 2}\nfor k in keys:\n    d[k] = d.get(k, 0) + 1",
        "d = {}\nfor k in keys:\n    print(k)\n    d[k] = d.get(k, 0) + 1",
    ],
    ids=["no default", "real keys", "rows", "turned round", "not empty", "more than that"],
)
def test_what_does_anything_else_stays(body: str) -> None:
    assert found(body) == ""


@pytest.mark.parametrize(
    ("made", "keys"),
    [
        ("t.astype('M8[D]')", "days.astype('M8[D]')"),
        ("t.astype('M8[D]').astype('M8[M]')", ""),
        ("t.astype(kind)", ""),
        ("t + 1", ""),
    ],
)
def test_days_are_counted_by_what_is_made_of_them(made: str, keys: str) -> None:
    body = f"d = {{}}\nfor t in days:\n    k = {made}\n    d[k] = d.get(k, 0) + 1"
    assert found(body) == (f"d.update(sums_by_key({keys}))" if keys else "")


@pytest.mark.parametrize(
    ("head", "made", "keys"),
    [
        ("k in keys", "k // 10", "keys // 10, "),
        ("k in keys + 1", "k % 7", "(keys + 1) % 7, "),
        ("k, v in zip(keys, x)", "k // 10", "keys // 10, x"),
        ("k in keys", "k / 10", ""),
        ("k in keys", "k // v", ""),
        ("k in keys", "g(k)", ""),
    ],
)
def test_keys_may_be_made_of_whole_numbers(head: str, made: str, keys: str) -> None:
    more = "v" if "v in" in head else "1"
    body = f"d = {{}}\nfor {head}:\n    b = {made}\n    d[b] = d.get(b, 0) + {more}"
    wanted = f"d.update(sums_by_key({keys.removesuffix(', ')}))" if keys else ""
    assert found(body) == wanted


def test_several_dictionaries_of_one_loop_have_an_update_each() -> None:
    both = (
        "n = {}\nt = {}\nfor k, v in zip(keys, x):\n    if k not in n:\n        n[k] = 0\n"
        "        t[k] = 0.0\n    n[k] += 1\n    t[k] += v"
    )
    assert found(both) == "n.update(sums_by_key(keys))\n    t.update(sums_by_key(keys, x))"


@pytest.mark.parametrize(
    "body",
    [
        "    if k in d:\n        d[k] += v\n    else:\n        d[k] = v",
        "    if k not in d:\n        d[k] = v\n    else:\n        d[k] += v",
        "    if k not in d:\n        d[k] = 0\n    d[k] += v",
    ],
)
def test_a_first_element_may_be_told_apart(body: str) -> None:
    assert found(f"d = {{}}\nfor k, v in zip(keys, x):\n{body}") == (
        "d.update(sums_by_key(keys, x))"
    )


@pytest.mark.parametrize(
    "body",
    [
        "    if k in d:\n        d[k] += v\n    else:\n        d[k] = 1",
        "    if k in d:\n        d[k] += v\n    else:\n        e[k] = v",
        "    if k not in e:\n        d[k] = 0\n    d[k] += v",
        "    d[k] = d.get(k, 0) + v\n    if k not in d:\n        d[k] = 0",
        "    if k not in d:\n        d[k] = 0\n        e[k] = 0\n    d[k] += v",
    ],
    ids=["another first", "another dictionary", "another's keys", "too late", "one left out"],
)
def test_a_branch_that_does_anything_else_stays(body: str) -> None:
    assert found(f"d = {{}}\ne = {{}}\nfor k, v in zip(keys, x):\n{body}") == ""


@pytest.mark.parametrize(
    "keys",
    [
        np.array([7, -5, 7, 3, -5]),
        np.array([127, -128, 3, 127], np.int8),
        np.array([2**62, -(2**62), 2**62]),
        np.array([2**64 - 1, 2**64 - 3, 2**64 - 1], np.uint64),
        np.array([], int),
    ],
    ids=["near", "small", "far", "large", "none"],
)
def test_what_is_called_adds_up_as_the_loop_does(keys: np.ndarray) -> None:
    space: dict[str, Any] = {"np": np}
    exec(SUMS_BY_KEY, space)
    values = np.arange(1.0, len(keys) + 1)
    sums: dict[Any, float] = {}
    for k, v in zip(keys, values, strict=True):
        sums[k] = sums.get(k, 0.0) + v
    made = dict(space["sums_by_key"](keys, values))
    assert list(made.items()) == list(sums.items())
    assert [type(each) for each in made] == [type(each) for each in sums]
    assert sum(dict(space["sums_by_key"](keys)).values()) == len(keys)
