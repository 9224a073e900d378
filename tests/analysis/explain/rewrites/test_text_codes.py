"""Characters as numbers."""

import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.text_codes import TextCodes, as_codes
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {"a": "str 'abc'", "b": "str 'cab'", "c": "str 'a'", "d": "str 'b'", "n": "int 3"}
TEXTS = [
    ("", ""),
    ("a", "b"),
    ("GATTACA", "GCAT"),
    ("züge \U0001f600", "z" * 9),
    ("\ud800a", "a"),
]


def made(body: str) -> TextCodes | None:
    text = f"def f(a, b):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    return as_codes(Function(source))


def run(text: str, *texts: str) -> Any:
    namespace: dict[str, Any] = {"np": np}
    exec(text, namespace)
    return namespace["f"](*texts)


@pytest.mark.parametrize(
    "body",
    [
        "n = 0\nfor c in a:\n    n += ord(c) - ord('a')\nreturn n",
        "n = 0\nfor c in a:\n    if c in 'GC':\n        n += 1\nreturn n",
        "n = 0\nfor c in a:\n    if c not in ('G', 'C') and 'a' <= c <= 'z':\n        n += 1\n"
        "return n",
        "n = 0\nfor c, d in zip(a, b):\n    if c != d:\n        n += 1\nreturn n",
        "n = 0\nfor i, c in enumerate(a):\n    if c == 'T':\n        n += i\nreturn n",
        "n = 0\nfor i in range(len(a)):\n    if a[i] == a[-1 - i]:\n        n += 1\nreturn n",
        "n = 0\nfor i in range(len(a)):\n    c = a[i]\n    if c == 'T':\n        n += 1\n"
        "return n",
        "return sum(1 for c in a if c == 'A'), len(a), a + b",
    ],
)
def test_numbers_say_what_characters_say(body: str) -> None:
    found = made(body)
    assert found is not None
    assert "_codes" in found.text
    assert set(found.held.values()) <= {"int64 (1000,)", "int64 number"}
    text = f"def f(a, b):\n{textwrap.indent(body, '    ')}\n"
    for pair in TEXTS:
        assert run(found.text, *pair) == run(text, *pair)


@pytest.mark.parametrize(
    "body",
    [
        "return a == b",
        "out = []\nfor c in a:\n    out.append(c)\nreturn out",
        "n = 0\nfor c in a:\n    if c.isdigit():\n        n += 1\nreturn n",
        "n = 0\nfor c in a:\n    if c == b:\n        n += 1\nreturn n",
        "n = 0\nfor c in a:\n    if c in b:\n        n += 1\nreturn n",
        "n = 0\nfor c in a:\n    if c == 'ab':\n        n += 1\nreturn n",
        "n = {}\nfor c in a:\n    n[c] = 1\nreturn n",
        "c = ''\nfor c in a:\n    pass\nreturn ord(c)",
        "for d in ('x', 'y'):\n    a = d * 3\n    for c in a:\n        if c == 'x':\n"
        "            b = ''\nreturn b",
    ],
)
def test_what_else_is_asked_of_a_character_stays(body: str) -> None:
    assert made(body) is None
