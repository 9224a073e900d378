"""Rows that are stored, read, appended and drawn beside arrays of a few elements."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import large_beside_few
from tests.analysis.explain.rewrites.test_few_element_loops import rewritten
from tests.analysis.explain.rewrites.test_written_out import called, function_of, same

NAMES = {
    "p": "float64 (2,)",
    "n": "int 6",
    "table": "float64 (12, 2)",
    "z": "float64 (12,)",
    "rng": "Generator",
    "out": "float64 (6, 2)",
}
STEP = "p = p * 0.5 - p / 3.0 + 0.1"


def text_of(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"def f(p, n, table, z, rng):\n{lines}\n"


def five() -> list[Any]:
    rng = np.random.default_rng(5)
    table, z = rng.normal(size=(12, 2)), rng.normal(size=12)
    return [np.array([0.3, 0.7]), 6, table, z, rng]


@pytest.mark.parametrize(
    "body",
    [
        f"for k, row in enumerate(table):\n    {STEP} * row + k\nreturn p",
        f"for row, w in zip(table, z):\n    {STEP} * row * w\nreturn p",
        f"for w in z:\n    {STEP}\n    if w > 0:\n        p = p + w * np.ones(2)\nreturn p",
        f"for k in range(len(z) - 1):\n    {STEP} * table[k + 1] + z[-1]\nreturn p",
        f"for k in range(table.shape[0]):\n    {STEP}\n    table[k, :] = p\nreturn p",
        f"for k in range(n):\n    {STEP}\n    table[k, 0] += p[1]\nreturn p",
        f"out = np.full((n, 2), 0.5)\nfor k in range(n):\n    {STEP}\n    out[k] -= p\n"
        "return out",
        f"out = [p, p * 2.0]\nfor k in range(n):\n    {STEP}\n    out.append(p)\nreturn out",
        f"out = []\nfor k in range(n):\n    {STEP}\n    out.append(p)\n"
        "rows = np.array(out)\nreturn rows, len(out)",
        f"for k in range(n):\n    {STEP} * rng.standard_normal(2) + rng.uniform(0.0, 1.0)\n"
        "return p",
    ],
)
def test_what_is_large_is_stored_read_and_drawn_as_before(body: str) -> None:
    made = rewritten(text_of(body), NAMES)
    assert made is not None
    assert "p_0" in made
    one, other = (called(each, five()) for each in (text_of(body), made))
    answers = [each[0] if isinstance(each[0], tuple) else (each[0],) for each in (one, other)]
    assert same(tuple(map(np.asarray, answers[0])), tuple(map(np.asarray, answers[1])))
    assert same(tuple(one[1][:4]), tuple(other[1][:4]))
    assert one[1][4].random() == other[1][4].random()


@pytest.mark.parametrize(
    "body",
    [
        f"for row in table:\n    {STEP} * row\n    table[0] = p\nreturn p",  # it changes
        f"out = []\nfor k in range(n):\n    {STEP}\n    out.append(p)\n    p[0] = 0.0\n"
        "return np.array(out)",
        f"for k in range(n):\n    {STEP}\n    if p[0] > 0 and rng.random() > 0.5:\n"
        "        p = p * 2.0\nreturn p",
        f"for k in range(n):\n    {STEP} * (rng.random() if p[0] > 0 else 1.0)\nreturn p",
        f"for k in range(n):\n    {STEP} * rng.choice(z)\nreturn p",
        f"for k in range(n):\n    {STEP} * table[k, 1:]\nreturn p",
        f"for k in range(other.shape[1]):\n    {STEP}\nreturn p",  # of what is not known
        f"n *= p[0]\nout = np.zeros((9, 2))\nfor k in range(9):\n    {STEP}\n    out[n] = p\n"
        "return out",
    ],
)
def test_what_may_be_another_row_or_not_be_asked_for_is_left_alone(body: str) -> None:
    assert rewritten(text_of(body), NAMES) is None


def test_other_dtypes_are_left_alone() -> None:
    body = f"for row in table:\n    {STEP} * row\nreturn p"
    assert rewritten(text_of(body), NAMES) is not None
    for words in ("float32 (12, 2)", "int64 (12, 2)", "float64 (12, 20)", "list of 12"):
        assert rewritten(text_of(body), {**NAMES, "table": words}) is None


def test_names_of_what_is_large() -> None:
    body = f"out = []\nx = np.zeros(2)\nfor k in range(n):\n    {STEP}\n    out.append(p)"
    reading = large_beside_few.LargeBeside(function_of(text_of(body), NAMES), "math")
    assert reading.large_names == {"table", "z", "rng", "out"}
