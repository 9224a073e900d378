"""Products with matrices that are laid out once so that BLAS need not pack them.

Before a larger product BLAS rearranges ("packs") both factors. That is as long as the product
where a matrix is used for few rows (and is packed anew in each call), or where sums are
short, so that each packed element is used little. Products small enough are not packed where
`host.blas` knows it, and run as fast on what lies together: panels of 256 bytes of a row,
with sums so short that a panel stays in the first cache. On one core with AVX-512, packed
and in panels: 12544×16 by 16×96 in 719 and 320 µs, 3136×64 by 64×256 in 900 and 584, 49×320
by 320×1280 in 457 and 336; from 200 rows and sums of 256 on, packing costs nothing.
"""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from profiler_suite.host import blas
from profiler_suite.model.experiment import Products
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import together

# Four vectors of 64 bytes: what the kernels hold of one row of a panel.
_PANEL_BYTES = 256
# A kernel computes so many rows of the answer at once.
_ROWS = 4
# Up to here matrices are used for so few rows, or sums are so short, that packing is felt.
_FEW_ROWS = 64
_SHORT_BYTES = 512
# A matrix that the first cache does not hold is faster in panels though it is not packed:
# 36 products of 49×128 by 128×128 in 525 µs instead of 618, if it is read for rows enough.
_FIRST_CACHE = 2**15
_LEAST_ROWS_OF_SMALL = 24
# Parts of longer sums: of one matrix as short, of many longer, as the sums of all of them are
# not in the first cache when the next part is added.
_PART_BYTES, _PART_BYTES_OF_MANY = 512, 1024
# So narrow a matrix needs no panels, if enough rows make one small product with it.
_NARROW_BYTES = 512
_LEAST_ROWS = 32
# Sums of this size are still in a core's own cache when the next part is added.
_SUMS_BYTES = 2**18


@dataclasses.dataclass(frozen=True)
class Panels:
    """P matrices of K×N, their columns in panels and, where K is large, K in parts."""

    parts: tuple[Array, ...]
    """P×panels×k×width each."""
    sums: Array | None
    """Some of P×T×N: where the product with a further part goes before it is added."""


def width(rows: int, depth: int, columns: int, item_bytes: int) -> int:
    """Columns of a panel for T×K by K×N products; 0 where BLAS is better left to pack."""
    if not blas.leaves_small_products_unpacked():
        return 0
    across = _PANEL_BYTES // item_bytes
    small = rows * depth * columns <= blas.MOST_UNPACKED
    held = depth * columns * item_bytes <= _FIRST_CACHE
    if small and (held or rows < _LEAST_ROWS_OF_SMALL):
        return 0  # not packed, and read as it is
    narrow = columns * item_bytes <= _NARROW_BYTES and (
        held or columns <= across or columns % across > 0
    )
    if narrow and not small and _LEAST_ROWS * depth * columns <= blas.MOST_UNPACKED:
        return columns
    felt = small or rows <= _FEW_ROWS or depth * item_bytes <= _SHORT_BYTES
    return across if felt and columns % across == 0 else 0


def laid_out(matrices: Array, rows: int, across: int) -> Panels:
    """Panels of P×K×N matrices, N a multiple of their width, for factors of up to T rows."""
    places, depth, columns = matrices.shape
    parts = _parts(places, depth, across == columns, matrices.itemsize)
    return Panels(
        parts=tuple(
            np.ascontiguousarray(
                part.reshape(places, -1, columns // across, across).transpose(0, 2, 1, 3)
            )
            for part in np.array_split(matrices, parts, axis=1)
        ),
        sums=_sums(places, rows, columns, matrices.dtype) if parts > 1 else None,
    )


def _sums(places: int, rows: int, columns: int, dtype: np.dtype[Any]) -> Array:
    """For as many places at once as a core's own cache holds beside their sums."""
    at_once = _SUMS_BYTES // (rows * columns * dtype.itemsize)
    return np.empty((min(places, max(1, at_once)), rows, columns), dtype)


def _parts(places: int, depth: int, narrow: bool, item_bytes: int) -> int:
    """In how many parts sums are computed."""
    part_bytes = _PART_BYTES if places == 1 else _PART_BYTES_OF_MANY
    return 1 if narrow else max(1, -(-depth * item_bytes // part_bytes))


def kept(matrices: Array, rows: int) -> Array | Panels:
    """P×K×N matrices as products with T rows want them."""
    _, depth, columns = matrices.shape
    across = width(rows, depth, columns, matrices.itemsize)
    return laid_out(matrices, rows, across) if across else np.ascontiguousarray(matrices)


def multiply(left: Array, right: Array | Panels, out: Array, first: int = 0) -> None:
    """P×T×K by the matrices, into P×T×N; the last axis of `out` is contiguous.

    `first` tells rows apart that are multiplied at the same time.
    """
    if not isinstance(right, Panels):
        np.matmul(left, right, out=out)
    elif right.sums is None:
        _multiply(left, right.parts[0], out)
    else:
        sums = right.sums[:, first : first + out.shape[1]]
        for at in range(0, len(out), len(sums)):
            places = slice(at, at + len(sums))
            parts = [part[places] for part in right.parts]
            _add_up(left[places], parts, out[places], sums[: len(parts[0])])


def _add_up(left: Array, parts: Sequence[Array], out: Array, sums: Array) -> None:
    """The first part into `out`, each further one to `sums` and from there."""
    begin, target = 0, out
    for part in parts:
        end = begin + part.shape[2]
        _multiply(left[:, :, begin:end], part, target)
        if begin:
            np.add(out, sums, out=out)
        begin, target = end, sums


def multiply_together(left: Array, right: Array | Panels, out: Array, threads: int) -> None:
    """T×K by one matrix into T×N; shared out where BLAS does not do that itself."""
    if threads == 1 or not isinstance(right, Panels):
        multiply(left[None], right, out[None])
        return
    _, count, _, across = right.parts[0].shape
    if len(out) <= _FEW_ROWS and count >= threads:  # each reads some of the panels
        shares = [
            functools.partial(
                multiply,
                left[None],
                _some_of(right, some),
                out[None, :, some.start * across : some.stop * across],
            )
            for some in together.ranges(count, threads)
        ]
    else:
        shares = [
            functools.partial(multiply, left[None, some], right, out[None, some], some.start)
            for some in together.ranges(len(out), threads)
        ]
    together.run(shares)


def _some_of(panels: Panels, some: slice) -> Panels:
    """Some of the columns."""
    across = panels.parts[0].shape[3]
    columns = slice(some.start * across, some.stop * across)
    return Panels(
        parts=tuple(part[:, some] for part in panels.parts),
        sums=None if panels.sums is None else panels.sums[:, :, columns],
    )


def work(count: int, rows: int, depth: int, columns: int, item_bytes: int) -> Products:
    """What a model of the machine is told of so many T×K by K×N products."""
    across = width(rows, depth, columns, item_bytes)
    if not across:
        return Products(count=count, m=rows, k=depth, n=columns)
    parts = _parts(count, depth, across == columns, item_bytes)
    step = rows_at_once(rows, -(-depth // parts), across)
    each = round(count * parts * (columns // across) * rows / step)
    return Products(count=each, m=step, k=-(-depth // parts), n=across)


def rows_at_once(rows: int, depth: int, across: int) -> int:
    """Rows per product: about the same in each, whole groups of rows, and small enough."""
    most = max(1, blas.MOST_UNPACKED // (depth * across))
    if rows <= most:
        return rows
    most = max(_ROWS, most - most % _ROWS)
    each = -(-rows // -(-rows // most))
    return min(most, -(-each // _ROWS) * _ROWS)


def _multiply(left: Array, part: Array, out: Array) -> None:
    """All whole groups of rows in one call, what is left in another."""
    places, rows, depth = left.shape
    _, count, _, across = part.shape
    step = rows_at_once(rows, depth, across)
    by_panel = out.reshape(places, rows, count, across)
    whole = rows - rows % step
    if whole > step:
        groups = left[:, :whole].reshape(places, whole // step, 1, step, depth)
        answers = by_panel[:, :whole].reshape(places, -1, step, count, across)
        np.matmul(groups, part[:, None], out=answers.swapaxes(2, 3))
    else:
        whole = 0
    for first in range(whole, rows, step):
        some = slice(first, first + step)
        np.matmul(left[:, None, some], part, out=by_panel[:, some].swapaxes(1, 2))
