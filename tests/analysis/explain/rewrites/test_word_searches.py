"""Searches for words in one text as searches of a column."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import word_searches


def made(text: str) -> str:
    callee = ast.parse(text).body[0]
    if isinstance(callee, ast.Expr):
        callee = callee.value  # type: ignore[assignment]
    assert isinstance(callee, ast.FunctionDef | ast.Lambda)
    found = word_searches.of_column(callee, "s")
    return found.text if found is not None else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lambda t: any(w in t for w in words)", "contains_any(s, words)"),
        ("lambda t: not any(w in t.lower() for w in WS)", "(~contains_any(s.str.lower(), WS))"),
        ("lambda t: int(any([w in t for w in ws]))", "contains_any(s, ws).astype('int64')"),
    ],
)
def test_any_of_many_words(text: str, expected: str) -> None:
    assert made(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "lambda t: any(w == t for w in words)",
        "lambda t: any(w in t for w in t)",
        "lambda t: any(w in t for w in words if w)",
        "lambda t, u: any(w in t for w in words)",
        "lambda t: any(t in w for w in words)",
        "def g(t):\n    for w in ws:\n        if w in t:\n            return 1\n    return 0",
        "def g(t):\n    print(t)\n    return any(w in t for w in words)",
    ],
)
def test_other_functions_are_none(text: str) -> None:
    assert not made(text)
