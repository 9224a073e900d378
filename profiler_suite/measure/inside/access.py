"""How a call steps through its arrays: layout, step, and bytes used of each cache line."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from profiler_suite.model.calls import LINE_BYTES, OperandAccess

Array = ndarray[Any, Any]


class Gather(NamedTuple):
    """A call whose places in one array are named by another, or searched for."""

    target: int
    """Which argument is read or written at scattered places."""
    places: tuple[int, ...]
    """Which arguments name them; for a search, what is looked for."""
    searches: bool = False
    permutes: bool = False
    """Whether the call itself draws the places, and goes to each once."""
    tallies: bool = False
    """Whether the places are in its result, one for every value that there may be."""


_NAMED_PLACES = {
    "ndarray.take": Gather(0, (1,)),
    "np.take": Gather(0, (1,)),
    "np.take_along_axis": Gather(0, (1,)),
    "ndarray.put": Gather(0, (1,)),
    "getitem": Gather(0, (1,)),
    "setitem": Gather(0, (1,)),
    "ndarray.searchsorted": Gather(0, (1,), searches=True),
    "np.searchsorted": Gather(0, (1,), searches=True),
    "np.interp": Gather(1, (0,), searches=True),
    "np.bincount": Gather(0, (0,), tallies=True),
    # Rows, columns, where rows begin, columns of elements, elements, vector, result.
    "scipy.sparse._sparsetools.csr_matvec": Gather(5, (3,)),
    "scipy.sparse._sparsetools.csc_matvec": Gather(6, (3,)),
}
_PERMUTES = re.compile(r"^np\.random\.([A-Z]\w+\.)?(shuffle|permutation|permuted)$")


def gather_of(name: str, args: Sequence[Any]) -> Gather | None:
    """Where a call reads or writes at places that an argument names; None where it does not."""
    if _PERMUTES.match(name) and args and isinstance(args[0], ndarray):
        return Gather(0, (), permutes=True)
    found = Gather(0, (1,)) if name.endswith(".at") else _NAMED_PLACES.get(name)
    if found is None or len(args) <= max(found.target, *found.places):
        return None
    if not isinstance(args[found.target], ndarray) or not indices_in(args[found.places[0]]):
        return None
    return found


def indices_in(value: Any) -> list[Array]:
    """The index arrays of a key or an argument: masks are none, they go on in order."""
    parts = value if isinstance(value, tuple) else (value,)
    return [each for each in parts if isinstance(each, ndarray) and each.dtype.kind != "b"]


def loads_of(gather: Gather, args: Sequence[Any]) -> float:
    """Elements read or written at scattered places; for a search, steps of all searches."""
    if gather.permutes:
        return float(len(args[gather.target]))
    arrays = indices_in(args[gather.places[0]])
    number = max((int(each.size) for each in arrays), default=0)
    if not gather.searches:
        return float(number)
    return number * max(1.0, math.log2(max(2, args[gather.target].size)))


def target_bytes(gather: Gather, args: Sequence[Any]) -> int:
    """Size of what is read or written at scattered places."""
    target = args[gather.target]
    if gather.tallies:
        return int(target.max(initial=-1) + 1) * np.dtype(np.intp).itemsize
    return int(target.nbytes)


def jumps_of(gather: Gather, args: Sequence[Any]) -> float:
    """Share of the places that are further than the next cache line from the one before."""
    if gather.permutes:
        return 1.0
    target, found = args[gather.target], indices_in(args[gather.places[0]])
    places = max(found, key=lambda each: each.size, default=None)
    if gather.searches or places is None or places.size < 2:
        return 1.0  # a search jumps at every step
    row = target.nbytes / max(1, target.shape[0]) if target.ndim else 1.0
    steps = np.abs(np.diff(places.reshape(-1).astype(np.int64))) * row
    return float(np.mean(steps >= 2 * LINE_BYTES))


def accesses(
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    gather: Gather | None,
    results: Sequence[tuple[tuple[int, ...], tuple[int, ...], str]] = (),
) -> tuple[OperandAccess, ...]:
    """How the call steps through each of its arrays, and through those it makes."""
    out = kwargs.get("out")
    written = {id(each) for each in (out if isinstance(out, tuple) else (out,))}
    found: dict[object, OperandAccess] = {}
    for number, value in enumerate([*args, *kwargs.values()]):
        for each in value if isinstance(value, tuple | list) else (value,):
            if not isinstance(each, ndarray) or not each.size:
                continue
            in_result = gather is None or gather.searches or gather.tallies
            gathered = gather is not None and not in_result and number == gather.target
            place = (each.__array_interface__["data"][0], each.shape, each.strides)
            found[place] = access(
                each.shape,
                each.strides,
                each.dtype.str,
                gathered=gathered,
                written=id(each) in written,
            )
    made = [access(*layout, written=True) for layout in results if math.prod(layout[0])]
    return (*found.values(), *made)


def access(
    shape: Sequence[int],
    strides: Sequence[int],
    dtype: str,
    *,
    gathered: bool = False,
    written: bool = False,
) -> OperandAccess:
    """How an array of that form is stepped through."""
    itemsize = np.dtype(dtype).itemsize
    steps = sorted(
        ((abs(step), step, n) for n, step in zip(shape, strides, strict=True) if n > 1),
        key=lambda each: each[0],
    )
    moving = [each for each in steps if each[0]]
    if gathered:
        inner = zip(shape[1:], strides[1:], strict=True)
        moving = sorted((abs(step), step, n) for n, step in inner if n > 1 and step)
    # One element, or one that is broadcast, is fetched once: nothing is wasted again and again.
    used = float(LINE_BYTES)
    if moving or gathered:
        used = used_of_line(itemsize, [(size, n) for size, _, n in moving])
    return OperandAccess(
        shape=tuple(int(n) for n in shape),
        dtype=dtype,
        layout="gathered" if gathered else layout_of(shape, strides, itemsize),
        stride_bytes=int(moving[0][1]) if moving else 0,
        used_bytes=used,
        written=written,
    )


def used_of_line(itemsize: int, steps: Sequence[tuple[int, int]]) -> float:
    """Bytes used of each cache line: steps (size, length) from the smallest on.

    Elements that lie side by side form a run; runs less than a line apart share lines.
    """
    run = float(itemsize)
    for size, length in steps:
        if size > run:
            if size < LINE_BYTES and run < LINE_BYTES:
                return min(LINE_BYTES, LINE_BYTES * run / size)
            break
        run = max(run, size * (length - 1) + run)
    return min(float(LINE_BYTES), run)


def layout_of(shape: Sequence[int], strides: Sequence[int], itemsize: int) -> str:
    """One word for how the elements lie in memory."""
    if math.prod(shape) > 1 and any(
        not s for n, s in zip(shape, strides, strict=True) if n > 1
    ):
        return "broadcast"
    if _packed(shape, strides, itemsize):
        return "contiguous"
    if _packed(tuple(reversed(shape)), tuple(reversed(strides)), itemsize):
        return "Fortran order"
    if any(step < 0 for n, step in zip(shape, strides, strict=True) if n > 1):
        return "reversed"
    return "strided"


def _packed(shape: Sequence[int], strides: Sequence[int], itemsize: int) -> bool:
    expected = itemsize
    for n, step in zip(reversed(shape), reversed(strides), strict=True):
        if n > 1 and step != expected:
            return False
        expected *= n
    return True


def line_bytes(operands: Sequence[OperandAccess], loads: float) -> float:
    """Bytes of one call counted in whole cache lines: what memory has to hand over."""
    total = 0.0
    for each in operands:
        itemsize = np.dtype(each.dtype).itemsize
        if each.layout == "gathered":
            run = math.prod(each.shape[1:]) * itemsize
            total += loads * run * LINE_BYTES / max(1.0, each.used_bytes)
        elif each.layout != "broadcast":
            total += math.prod(each.shape) * itemsize * LINE_BYTES / max(1.0, each.used_bytes)
    return total
