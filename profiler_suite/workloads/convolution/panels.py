"""Products with matrices that are laid out once so that BLAS need not pack them.

Before a larger product BLAS rearranges ("packs") both factors. A matrix of filters is the
same in every call, but is packed anew each time; with few rows in the other factor that
takes as long as the product. Products small enough are not packed where `host.blas` knows
it, and run as fast on panels: columns of 256 bytes that lie together, one after the other.
"""

import dataclasses

import numpy as np

from profiler_suite.host import blas
from profiler_suite.workloads.arrays import Array

# Four vectors of 64 bytes: what the kernels hold of one row of a panel.
_PANEL_BYTES = 256
# A kernel computes so many rows of the answer at once.
_ROWS = 4
# A panel of so many rows stays in a core's own cache while it is read for every few rows.
_MOST_DEPTH = 512


@dataclasses.dataclass(frozen=True)
class Panels:
    """P matrices of K×N, their columns in panels and, where K is large, K in parts."""

    parts: tuple[Array, ...]
    """P×panels×k×width each."""
    sums: Array | None
    """P×T×N: where the product with a further part goes before it is added."""


def width(item_bytes: int) -> int:
    """Columns of a panel."""
    return _PANEL_BYTES // item_bytes


def fit(rows: int, depth: int, columns: int, item_bytes: int) -> bool:
    """Whether products of T×K with K×N would be packed, and need not be with panels."""
    return (
        blas.leaves_small_products_unpacked()
        and rows * depth * columns > blas.MOST_UNPACKED
        and columns % width(item_bytes) == 0
    )


def laid_out(matrices: Array, rows: int) -> Panels:
    """Panels of P×K×N matrices, N a multiple of the width, for T×K factors of T rows."""
    places, depth, columns = matrices.shape
    across = width(matrices.itemsize)
    parts = -(-depth // _MOST_DEPTH)
    return Panels(
        parts=tuple(
            np.ascontiguousarray(
                part.reshape(places, -1, columns // across, across).transpose(0, 2, 1, 3)
            )
            for part in np.array_split(matrices, parts, axis=1)
        ),
        sums=np.empty((places, rows, columns), matrices.dtype) if parts > 1 else None,
    )


def multiply(left: Array, panels: Panels, out: Array) -> None:
    """P×T×K times the matrices, into P×T×N; the last axis of each is contiguous."""
    begin, target = 0, out
    for part in panels.parts:
        end = begin + part.shape[2]
        _multiply(left[:, :, begin:end], part, target)
        if begin:
            np.add(out, target, out=out)
        elif panels.sums is not None:
            target = panels.sums[:, : out.shape[1]]
        begin = end


def rows_at_once(rows: int, depth: int, across: int) -> int:
    """Rows per product: about the same in each, whole groups of rows, and small enough."""
    most = max(1, blas.MOST_UNPACKED // (depth * across))
    if rows <= most:
        return rows
    most = max(_ROWS, most - most % _ROWS)
    each = -(-rows // -(-rows // most))
    return min(most, -(-each // _ROWS) * _ROWS)


def _multiply(left: Array, part: Array, out: Array) -> None:
    places, rows, _ = left.shape
    _, count, depth, across = part.shape
    by_panel = out.reshape(places, rows, count, across).transpose(0, 2, 1, 3)
    step = rows_at_once(rows, depth, across)
    for first in range(0, rows, step):
        some = slice(first, first + step)
        np.matmul(left[:, None, some], part, out=by_panel[:, :, some])
