"""Memory of a layout: what class it is of, the same class for another size, arrays made so."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.model.trace import Operand


def layout(each: Operand) -> str:
    """'C' or 'F' for a contiguous array, 'S' for a strided one; no dimensions count as 'C'."""
    itemsize = np.dtype(each.dtype).itemsize
    for letter, dims in (
        ("C", range(len(each.shape) - 1, -1, -1)),
        ("F", range(len(each.shape))),
    ):
        expected = itemsize
        for dim in dims:
            if each.shape[dim] > 1 and each.strides_bytes[dim] != expected:
                break
            expected *= each.shape[dim]
        else:
            return letter
    return "S"


def small_strides(each: Operand, shape: Sequence[int]) -> tuple[int, ...]:
    """Strides of the same layout class for another shape: order, signs and zeros are kept."""
    itemsize = np.dtype(each.dtype).itemsize
    kind = layout(each)
    strides = [0] * len(shape)
    by_stride = sorted(range(len(shape)), key=lambda dim: (abs(each.strides_bytes[dim]), -dim))
    if kind == "C":
        by_stride = list(range(len(shape) - 1, -1, -1))
    elif kind == "F":
        by_stride = list(range(len(shape)))
    moving = [abs(s) for s in each.strides_bytes if s]
    spread = kind == "S" and bool(moving) and min(moving) > itemsize
    following = itemsize * (2 if spread else 1)
    inner = -1
    for dim in by_stride:
        if kind == "S" and each.strides_bytes[dim] == 0:
            continue
        if kind == "S" and inner >= 0:
            # A gap only where the original has one: dimensions without a gap between
            # them are run through as one, which is a good part of what a call costs.
            packed = abs(each.strides_bytes[inner]) * each.shape[inner]
            if abs(each.strides_bytes[dim]) != packed:
                following += itemsize
        strides[dim] = -following if kind == "S" and each.strides_bytes[dim] < 0 else following
        following *= shape[dim]
        inner = dim
    return tuple(strides)


def allocate(
    shape: Sequence[int], strides: Sequence[int], dtype: np.dtype[Any]
) -> ndarray[Any, Any]:
    """An array of that shape and those strides in memory of its own."""
    if 0 in shape:
        return np.empty(tuple(shape), dtype)
    below, above = extent(shape, strides)
    buffer = np.zeros(below + above + dtype.itemsize, np.uint8)
    return ndarray(tuple(shape), dtype, buffer, below, tuple(strides))


def extent(shape: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """Bytes from an array's first element to those furthest below and above it."""
    steps = [s * (n - 1) for n, s in zip(shape, strides, strict=True)]
    return sum(-s for s in steps if s < 0), sum(s for s in steps if s > 0)
