"""Temporaries in buffers: the same answers, never a buffer given away."""

import textwrap
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.rewrites import buffer_rewrites
from tests.own_source import X, function_of, run

STENCIL = """
def f(grid, steps):
    for _ in range(steps):
        grid[1:-1] = 0.5 * (grid[:-2] + grid[2:])  # smooth
    return grid
"""


def test_temporaries_in_a_loop_get_a_buffer_before_it() -> None:
    own = function_of(STENCIL, grid="float64 (6, 4)", steps="int 3")
    rewrite = buffer_rewrites.with_buffers(own, {13: ((4, 4), "<f8")}, named=False)
    assert rewrite is not None
    lines = rewrite.source.splitlines()
    assert lines[1] == "    buffer_1 = np.empty((4, 4))"
    assert lines[2].startswith("    for")
    assert "np.add(grid[:-2], grid[2:], out=buffer_1)" in lines[3]
    namespace: dict[str, Any] = {"np": np}
    exec(textwrap.dedent(STENCIL), namespace)
    np.testing.assert_array_equal(run(rewrite)(X.copy(), 3), namespace["f"](X.copy(), 3))


def test_what_is_returned_is_never_a_buffer() -> None:
    own = function_of("def f(x):\n    return np.exp(x - 1.0) * 2.0\n", x="float64 (6, 4)")
    rewrite = buffer_rewrites.with_buffers(own, {12: ((6, 4), "<f8")}, named=True)
    made = run(rewrite)
    first = made(X)
    kept = first.copy()
    made(X + 1)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_allclose(first, np.exp(X - 1.0) * 2.0)


def test_numbers_are_not_put_into_buffers() -> None:
    own = function_of(
        "def f(x, dt):\n    return x + 0.5 * dt * dt\n", x="float64 (6, 4)", dt="float 0.1"
    )
    assert buffer_rewrites.with_buffers(own, {12: ((6, 4), "<f8")}, named=False) is None
