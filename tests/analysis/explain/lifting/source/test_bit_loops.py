"""Which loops count the bits of a number."""

import ast
import textwrap

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.source.bit_loops import counted_bits

pytestmark = pytest.mark.skipif(
    not hasattr(np, "bitwise_count"), reason="NumPy has no np.bitwise_count"
)


def counted(text: str) -> str:
    (node,) = ast.parse(textwrap.dedent(text)).body
    assert isinstance(node, ast.For | ast.While)
    found = counted_bits(node)
    return "; ".join(map(ast.unparse, found or []))


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("while v:\n    c += v & 1\n    v >>= 1", "c += bin(v).count('1'); v = 0"),
        ("while v != 0:\n    c += v % 2\n    v //= 2", "c += bin(v).count('1'); v = 0"),
        ("while v:\n    if v & 1:\n        c += 1\n    v = v >> 1", "c += bin(v)"),
        ("while v:\n    if (v & 1) == 1:\n        c += 1\n    v = v >> 1", "c += bin(v)"),
        ("while v:\n    v &= v - 1\n    c += 1", "c += bin(v).count('1'); v = 0"),
        ("while v:\n    c[i] += 1\n    v = v & (v - 1)", "c[i] += bin(v)"),
        ("while v > 0:\n    v &= v - 1\n    c += 1", "c += bin(max(v, 0)).count('1'); v = 0"),
        ("for b in range(8):\n    c += (v >> b) & 1", "c += bin(v & 255).count('1')"),
        ("for b in range(64):\n    c += v >> b & 1", "c += bin(v).count('1')"),
        ("for b in range(8):\n    if x[i] & (1 << b):\n        n[i] += 1", "n[i] += bin(x[i]"),
        ("for b in range(8):\n    if 1 << b & v != 0:\n        n += 1", "n += bin(v & 255)"),
    ],
)
def test_one_call_counts_them(text: str, one: str) -> None:
    assert counted(text).startswith(one)


@pytest.mark.parametrize(
    "text",
    [
        "while v:\n    c += v & 3\n    v >>= 1",
        "while v:\n    c += v & 1\n    v >>= 2",
        "while v:\n    v >>= 1\n    c += v & 1",
        "while v:\n    c += v & 1\n    w >>= 1",
        "while v:\n    v &= v - 1\n    v += 1",
        "while v:\n    c += v & 1\n    v >>= 1\nelse:\n    c = 0",
        "for b in range(n):\n    c += (v >> b) & 1",
        "for b in range(8):\n    c += (v >> b) & 3",
        "for b in range(8):\n    c += (c >> b) & 1",
        "for b in range(8):\n    c[b] += (v >> b) & 1",
        "for b in range(8):\n    c += (v >> b) & 1\n    s += 1",
    ],
)
def test_what_does_anything_else_stays(text: str) -> None:
    assert counted(text) == ""
