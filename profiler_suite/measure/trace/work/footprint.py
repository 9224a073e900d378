"""How many distinct elements and bytes a strided view covers in memory."""

import functools
import math

import numpy as np

# Up to this many elements are counted one by one when the strides follow no rule.
_MOST_ENUMERATED = 4_000_000


@functools.lru_cache(maxsize=4096)
def distinct_elements(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> int:
    """Distinct elements of a view: broadcast dimensions and overlapping windows count once."""
    if 0 in shape:
        return 0
    # A dimension of one element, or of stride 0, reaches nothing new.
    dims = sorted((abs(s), n) for n, s in zip(shape, strides, strict=True) if n > 1 and s)
    runs: list[tuple[int, int]] = []
    extent = itemsize  # bytes from the first to the end of the last element so far
    regular = True
    for stride, count in dims:
        if stride >= extent:
            runs.append((stride, count))
        elif runs and stride % runs[-1][0] == 0 and _within(runs, stride, itemsize):
            # Windows that overlap: together they are one longer run.
            base, length = runs[-1]
            runs[-1] = (base, (count - 1) * (stride // base) + length)
        else:
            regular = False
            break
        extent = itemsize + sum(s * (n - 1) for s, n in runs)
    if regular:
        return math.prod(n for _, n in runs)
    return _enumerated(tuple(dims))


def _within(runs: list[tuple[int, int]], stride: int, itemsize: int) -> bool:
    """The stride steps along the last run, and what lies below the run stays apart from it."""
    base, length = runs[-1]
    below = itemsize + sum(s * (n - 1) for s, n in runs[:-1])
    return below <= base and stride // base <= length


def _enumerated(dims: tuple[tuple[int, int], ...]) -> int:
    total = math.prod(n for _, n in dims)
    extent = sum(s * (n - 1) for s, n in dims)
    step = math.gcd(*(s for s, _ in dims))
    if total > _MOST_ENUMERATED:
        return min(total, extent // max(step, 1) + 1)
    offsets = np.zeros(1, np.int64)
    for stride, count in dims:
        offsets = np.unique(offsets[:, None] + stride * np.arange(count, dtype=np.int64))
    return int(offsets.size)


def distinct_bytes(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> int:
    """Bytes of the distinct elements of a view."""
    return distinct_elements(shape, strides, itemsize) * itemsize
