"""Loops that count characters."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites.character_counts import (
    CHARACTER_COUNTS,
    counting_loops,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

ODD = ["", "a", "abracadabra", "\0\0x", "é\U0001f600é", "\ud800a\ud800"]


def defined(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"np": np}
    exec(text, space)
    return space


def made(body: str, *, over: str = "t", more: str = "") -> str:
    lines = "".join(f"        {line}\n" for line in body.split("\n"))
    text = f"def f(t, n, d, a):\n    for c in {over}:\n{lines}{more}    return n, d\n"
    names = {"t": "str 'abra'", "n": "int 2", "d": "dict of 2", "a": "int8 (300,)"}
    function = Function(
        SourceText(file="f.py", function="f", first_line=1, text=text, names=names)
    )
    edits = [edit for found in counting_loops(function) for edit in found.edits]
    rewrite = rewriting.spliced(function, edits)
    return rewrite.source if rewrite is not None else ""


@pytest.mark.parametrize("text", ODD)
def test_each_different_character_comes_once_in_the_order_of_first_places(text: str) -> None:
    found = defined(CHARACTER_COUNTS)["character_counts"](text)
    assert found == [(each, text.count(each)) for each in dict.fromkeys(text)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("n += 1", "n += times"),
        ("if c in 'aeiou':\n    n -= 2", "n -= 2 * times"),
        ("n += ord(c)", "n += ord(c) * times"),
        ("k = ord(c) - 97\nif 0 <= k < 26:\n    d[k] += 1", "d[k] += times"),
        ("d[c] = d.get(c, 0) + 1", "d[c] = d.get(c, 0) + times"),
        ("if not c.isalpha():\n    continue\nn += 1", "n += times"),
    ],
)
def test_what_is_added_is_multiplied(body: str, expected: str) -> None:
    source = made(body)
    assert "for c, times in character_counts(t):" in source
    assert expected in source


def test_a_text_may_be_in_lower_case() -> None:
    assert "in character_counts(t.lower()):" in made("n += 1", over="t.lower()")


@pytest.mark.parametrize(
    "body",
    [
        "n += 0.1",
        "n *= 2",
        "n += 1\nif n > 3:\n    break",
        "if n < 3:\n    n += 1",
        "if c in d:\n    d[c] += 1",
        "n += 1\nlast = c",
        "if c == 'a':\n    k = 1\nn += 1",
        "n += len(d)\nd[c] += 1",
        "a[ord(c)] += 1",
        "n += g(c)",
        "d[c] = d.get('a', 0) + 1",
        "n += 1\nt = t[1:]",
    ],
)
def test_others_stay(body: str) -> None:
    assert not made(body, more="    n = (n, last)\n" if "last" in body else "")


def test_what_is_left_of_the_last_character_is_not_asked_for() -> None:
    assert made("n += 1")
    assert not made("n += 1", more="    d = c\n")


def test_a_function_of_that_name_of_ones_own_is_another() -> None:
    assert not made("n += ord(c)", more="    ord = 3\n")
