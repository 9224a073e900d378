"""Loops of another length each time become one loop, or stay where parts depend on others."""

import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.ragged_loops import (
    Flat,
    in_one_loop,
    is_lifted,
    repeated,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {"t": "float64", "begin": "int64 (4,)", "end": "int64 (4,)", "x": "float64 (12,)"}


def flat(body: str) -> list[Flat]:
    """The nests of a function f of x, begin and end."""
    text = f"def f(x, begin, end):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    return [*in_one_loop(Function(source))]


def run(text: str, *arguments: Any) -> Any:
    namespace: dict[str, Any] = {"np": np}
    exec(text, namespace)
    return namespace["f"](*arguments)


SUMS = """
y = np.zeros(len(begin))
for i in range(len(begin)):
    t = 0.5
    for j in range(begin[i], end[i]):
        t += x[j] * x[j]
    y[i] = t
return y
"""
ELEMENTS = """
out = []
for a, b in zip(begin, end):
    for v in x[a:b]:
        out.append(v - a)
return np.array(out)
"""
IN_PLACE = """
y = np.ones(len(begin))
for i in range(1, len(begin)):
    scale = 2.0
    for _ in range(end[i]):
        y[i] += scale
    y[i] /= begin[i] + 1
return y
"""
COUNTED = """
out = np.zeros(200)
k = 0
for i, n in enumerate(end):
    for j in range(n):
        out[k] = i + x[j]
        k += 1
return out
"""


@pytest.mark.parametrize("body", [SUMS, ELEMENTS, IN_PLACE, COUNTED])
def test_one_loop_does_what_the_nest_does(body: str) -> None:
    (made,) = flat(body)
    assert not is_lifted(made, made.text)
    random = np.random.default_rng(3)
    text = f"def f(x, begin, end):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    for size in (2, 3, 7):
        begin, end = random.integers(0, 6, size), random.integers(0, 9, size)
        x = random.standard_normal(9)
        got, expected = (run(each, x, begin, end) for each in (made.text, text))
        assert np.array_equal(got, expected)


@pytest.mark.parametrize(
    "body",
    [
        # a bound that the affine normal form has
        "for i in range(5):\n    for j in range(i):\n        x[i] += j",
        # the inner loop reads what the outer one left
        "for i in range(5):\n    for j in range(end[i]):\n        t = x[j]\n    x[i] = t",
        # what follows changes what the inner loop reads
        "for i in range(4):\n    t = 0\n    for j in range(end[i]):\n        t += x[j]\n"
        "    x[i] = t",
        # bounds change on the way
        "for i in range(4):\n    for j in range(end[i]):\n        end[j] += 1",
        # it may end early
        "for i in range(4):\n    for j in range(end[i]):\n        if x[j] > 1:\n"
        "            break\n        x[i] = 1",
        # the last place is asked for
        "for i in range(4):\n    for j in range(end[i]):\n        x[i] = 1\nreturn j",
        # the name is no plain sum
        "for i in range(4):\n    t = 1\n    for j in range(end[i]):\n        t *= x[j]\n"
        "    begin[i] = t",
        # an element is set before the inner loop
        "for i in range(4):\n    begin[i] = 0\n    for j in range(end[i]):\n"
        "        begin[i] += 1",
    ],
)
def test_others_stay(body: str) -> None:
    assert not flat(body)


def test_what_is_gathered_alone_is_repeated() -> None:
    (made,) = flat(COUNTED)
    text = f"{made.owners} = np.repeat(1)\nout[:len({made.owners})] = x[{made.owners}]\n"
    assert repeated(made, text, "np") == (
        f"out[:{made.counts}.sum()] = np.repeat(x[:len({made.counts})], {made.counts})\n"
    )
    assert not repeated(made, f"out = {made.owners} + 1\n", "np")
