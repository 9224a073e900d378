"""Loops over lists of arrays of several lengths."""

import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.ragged_rows import in_one_array, nests
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {"rows": "list of 4", "r": "float64 (3, 2)", "s": "float64 number", "n": "int 3"}

CLOSED = """
for r in rows:
    n = len(r)
    s = 0.0
    for i in range(n):
        s += r[i, 0] * r[(i + 1) % n, 1]
    out.append(s)
"""
STEPS = """
for r in rows:
    s = 0.0
    for i in range(len(r) - 1):
        s += abs(r[i + 1, 0] - r[i, 0])
    out.append(s / 2)
"""
ELEMENTS = """
for r in rows:
    s = 0.0
    for a, b in r:
        s += a * b
    out.append(s)
"""


def function(body: str, **names: str) -> Function:
    inside = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    text = f"def f(rows):\n    out = []\n{inside}\n    return out\n"
    return Function(
        SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES | names)
    )


def run(text: str, rows: Any) -> Any:
    namespace: dict[str, Any] = {"np": np}
    exec(text, namespace)
    return namespace["f"](rows)


@pytest.mark.parametrize("body", [CLOSED, STEPS, ELEMENTS])
def test_elements_of_one_array_are_those_of_the_list(body: str) -> None:
    own = function(body)
    (made,) = in_one_array(own)
    (flat,) = nests(own)
    random = np.random.default_rng(4)
    for lengths in ([], [1], [0, 0], [3, 0, 5, 1], [2, 2, 2]):
        rows = [random.random((length, 2)) for length in lengths]
        wanted = run(own.text, rows)
        assert np.array_equal(run(made.text, rows), wanted)
        assert np.allclose(run(flat.text, rows), wanted)


@pytest.mark.parametrize(
    "body",
    [
        CLOSED.replace("(i + 1) % n", "i - 1"),  # from the end
        CLOSED.replace("(i + 1) % n", "-1"),
        CLOSED.replace("(i + 1) % n", "(i + 1) % 7"),
        CLOSED.replace("out.append(s)", "out.append(r)"),
        CLOSED.replace("s += r[i, 0]", "r[i, 0] = 1; s += r[i, 0]"),
        CLOSED.replace("s = 0.0", "n += 1; s = 0.0"),
        CLOSED.replace("range(n)", "range(-1, n)"),
        CLOSED.replace("s += r[i, 0]", "s += r.sum()"),
    ],
)
def test_what_else_is_asked_of_an_array_stays(body: str) -> None:
    assert not [*in_one_array(function(body))]


def test_lists_of_numbers_and_of_rows_of_one_length_stay() -> None:
    assert not [*in_one_array(function(CLOSED, rows="list of 4 as float64 (4, 3)"))]
    assert not [*in_one_array(function(CLOSED, r="float64 number"))]
