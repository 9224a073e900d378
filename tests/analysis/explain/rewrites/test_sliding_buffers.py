"""A list of the last few elements becomes slices of the array."""

import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.sliding_buffers import over_slices
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

KEPT = "q.append(v)\n    if len(q) > w:\n        q.pop(0)\n"


def whole(body: str) -> str:
    return f"def f(x, w, out):\n{textwrap.indent(body, '    ')}    return out\n"


def made(body: str) -> list[str]:
    text = whole(body)
    held = {"x": "float64 (50,)", "w": "int 5", "out": "list"}
    bound = {"deque": "collections.deque"}
    source = SourceText(
        file="f.py", function="f", first_line=1, text=text, names=held, bound=bound
    )
    return [each.text for each in over_slices(Function(source))]


@pytest.mark.parametrize(
    "body",
    [
        f"q = []\nfor v in x:\n    {KEPT}    out.append(sum(q) / len(q) + v)\n",
        f"q = []\nfor k, v in enumerate(x):\n    {KEPT}    if len(q) < w:\n"
        "        out.append(0)\n        continue\n    out.append(k * max(q))\n",
        "q = deque(maxlen=w)\nfor k in range(len(x)):\n    q.append(x[k])\n"
        "    if len(q) == w:\n        out.append(q[0] + x[k])\n    else:\n"
        "        out.append(len(q))\n",
    ],
)
@pytest.mark.parametrize("length", [0, 1, 4, 5, 30])
def test_slices_hold_what_the_list_held(body: str, length: int) -> None:
    (text,) = made(body)
    answers = []
    for each in (text, whole(body)):
        known: dict[str, Any] = {}
        exec("from collections import deque\n" + each, known)
        answers.append(known["f"](np.random.default_rng(0).random(length), 5, []))
    np.testing.assert_allclose(*answers)
    assert "x[" in text
    assert "len(q) < w" not in text.partition("range(w - 1")[2]


@pytest.mark.parametrize(
    "body",
    [
        f"q = [1]\nfor v in x:\n    {KEPT}    out.append(sum(q))\n",
        f"q = []\nfor v in x:\n    {KEPT}    q.append(sum(q))\n",
        f"q = []\nfor v in x:\n    {KEPT}    w = w + 1\n    out.append(sum(q))\n",
        f"q = []\nfor v in x:\n    {KEPT}    out.append(sum(q))\nout.append(q[0])\n",
        f"q = []\nfor v in out:\n    {KEPT}    out.append(sum(q))\n",
        "q = []\nfor v in x:\n    q.append(v * 2)\n    if len(q) > w:\n        q.pop(0)\n"
        "    out.append(sum(q))\n",
        "q = []\nfor v in x:\n    q.append(v)\n    if len(q) > w:\n        q.pop()\n"
        "    out.append(sum(q))\n",
        "q = deque()\nfor v in x:\n    q.append(v)\n    out.append(sum(q))\n",
    ],
)
def test_other_lists_stay(body: str) -> None:
    assert not made(body)
