"""Searches that return or break at their first hit."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.loops import exits
from tests.analysis.explain.lifting.reading import lifted_text

NAMES = {"x": "float64 (6,)", "a": "float64 (6, 6)", "t": "float 1.0"}


def source(body: str) -> str:
    found = lifted_text(body, NAMES).lifted
    assert found
    assert found[0].whole
    return found[0].source


def test_what_is_done_at_the_hit_stays_as_it_was_written() -> None:
    made = source("for i in range(len(x)):\n    if x[i] > t:\n        return i\nreturn -1")
    assert "hits = x > t" in made
    assert "i = int(hits.argmax())" in made
    assert made.rstrip().endswith("return -1")


def test_variables_that_are_not_used_are_not_computed() -> None:
    body = "for i in range(6):\n    for j in range(6):\n        if a[i, j] != a[j, i]:\n"
    made = source(body + "            return False\nreturn True")
    assert "argmax" not in made
    assert "i = " not in made


def test_names_that_are_set_on_the_way_are_set_at_the_hit() -> None:
    body = "for i in range(2, len(x)):\n    d = x[i] - x[i - 2]\n    if d > t:\n        break\n"
    made = source(body + "return i")
    assert "i = at + 2" in made
    assert "i = len(x) - 1" in made
    assert "d = " not in made


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(len(x)):\n    x[i] = 0\n    if x[i] > t:\n        return i\nreturn 0",
        "s = 0.0\nfor v in x:\n    s += v\n    if s > t:\n        return s\nreturn s",
        "for v in x:\n    if v > t:\n        break\nreturn v",
        "for i in range(6):\n    for j in range(6):\n        if a[i, j] > t:\n"
        "            break\nreturn i, j",
    ],
    ids=["stores", "adds up", "last element", "only the inner loop"],
)
def test_other_loops_with_an_early_end_stay(body: str) -> None:
    found = lifted_text(body, NAMES)
    assert not any(each.whole for each in found.lifted)
    assert found.unlifted


def test_only_what_the_action_needs_is_done_before_it() -> None:
    before = ast.parse("d = x[i] - x[i - 1]\ne = d * 2\ng = 7").body
    found = exits.Exit(before=list(before), action=ast.parse("print(e)").body)
    kept, wanted = exits.needed(found, exits.read_in(found.action))
    assert [ast.unparse(each) for each in kept] == ["d = x[i] - x[i - 1]", "e = d * 2"]
    assert "i" in wanted
    assert "g" not in wanted
