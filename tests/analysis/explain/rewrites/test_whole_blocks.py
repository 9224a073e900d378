"""A loop over blocks says the same in two parts, whatever is left at the end."""

import textwrap

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import whole_blocks
from tests import own_source

BODIES = [
    "out = []\nfor i in range(0, len(x), k):\n    out.append(x[i:k + i].sum())\nreturn out",
    "n = len(x)\nout = np.zeros(n)\nfor a in range(0, n, k):\n    b = min(n, a + k)\n"
    "    out[a:b] = x[a:min(a + k, n)] - a\nreturn out",
    "return [x[i:i + 3].sum() for i in range(0, x.shape[0], 3)], k",
    "total = 0\nfor i in range(0, len(x), k):\n    for v in x[i:i + k]:\n"
    "        total = total * 2 % 1009 + v * i\nreturn total",
]


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7, 12])
@pytest.mark.parametrize("body", BODIES)
def test_both_parts_do_what_the_loop_did(body: str, length: int) -> None:
    text = "def f(x, k):\n" + textwrap.indent(body, "    ") + "\n"
    (made,) = whole_blocks.apart(own_source.function_of(text))
    before: dict[str, object] = {"np": np}
    after: dict[str, object] = {"np": np}
    exec(text, before)
    exec(made.text, after)
    x = np.arange(length) + 3
    for k in (2, 3, 20):
        np.testing.assert_equal(after["f"](x, k), before["f"](x, k))  # type: ignore[operator]


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(0, len(x), k):\n    x[i:i + k]\n    continue\nreturn x",
        "for i in range(0, len(x) - 1, k):\n    g(x[i:i + k])\nreturn x",
        "for i in range(0, len(x), k):\n    x.append(g(x[i:i + k]))\nreturn x",
        "for i in range(0, n, k):\n    g(x[i:i + k])\nreturn x",
        "for i in range(1, len(x), k):\n    g(x[i:i + k])\nreturn x",
        "for i in range(0, len(x), 1):\n    g(x[i:i + 1])\nreturn x",
        "for i in range(0, len(x), k):\n    g(x[i:i + k])\n    k = 3\nreturn x",
        "for i in range(0, len(x), k):\n    g(x[i:i + k])\nreturn i",
        "return (x is None) or [g(x[i:i + k]) for i in range(0, len(x), k)]",
        "return [g(x[i:i + k]) for i in range(0, len(x), k) if i]",
    ],
)
def test_what_is_no_loop_over_blocks_is_left_alone(body: str) -> None:
    text = "def f(x, k, g, n):\n" + textwrap.indent(body, "    ") + "\n"
    assert not [*whole_blocks.apart(own_source.function_of(text))]
