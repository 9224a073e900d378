"""Triangles that are filled from a row are written through a mask; others are not."""

import pytest

from profiler_suite.analysis.explain.lifting.code.in_order import MASK
from tests.analysis.explain.lifting.reading import lifted_text

NAMES = {"v": "float64 (10,)", "m": "float64 (4, 4)", "x": "float64 (4,)", "n": "int 4"}
NEST = """
k = 0
for i in range(n):
    for j in range(i, n):
        {}
        k += 1
return m
"""


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        ("m[i, j] = v[k]", f"m[:n, :n][{MASK}] = v["),
        ("m[j, i] = v[k]", f"m[:n, :n].T[{MASK}] = v["),
        ("m[i, j] = v[k] * x[i]", ""),
        ("m[i, j] = v[2 * k]", ""),
        ("m[i, j] += v[k]", ""),
        ("m[i, j] = v[j]", ""),
    ],
)
def test_a_mask_takes_elements_in_their_order(statement: str, written: str) -> None:
    (first, *_) = lifted_text(NEST.format(statement), NAMES).lifted
    assert written in first.source
    assert bool(written) is (f"[{MASK}] = v[" in first.source)
