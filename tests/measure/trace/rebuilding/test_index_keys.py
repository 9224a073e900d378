"""The key of a traced index, part by part."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.rebuilding.index_keys import key_of, parts_of_key
from tests.measure.trace.operations import traced

X = np.arange(120.0).reshape(2, 3, 4, 5)
MASK = np.array([[True, False, True], [False, False, True]])


@pytest.mark.parametrize(
    ("key", "axes"),
    [
        ((0, slice(1, 3)), [0, 1]),
        ((..., 0), [0, 3]),
        ((0, ..., slice(None, None, 2)), [0, 1, 3]),
        ((None, 0, None, [0, 2]), [0, 0, 1, 1]),
        ((MASK, slice(1, 2)), [0, 2]),
        (slice(0, 1), [0]),
        (MASK, [0]),
    ],
    ids=["plain", "ellipsis", "ellipsis between", "new axes", "mask", "slice", "mask alone"],
)
def test_each_part_begins_at_its_axis(key: Any, axes: list[int]) -> None:
    operation = traced(lambda: X[key], "getitem")
    assert [axis for _, axis in parts_of_key(operation, X.shape)] == axes


def test_a_store_has_a_key_and_a_sum_has_none() -> None:
    def store() -> None:
        array = X.copy()
        array[1:] = 0.0

    operation = traced(store, "setitem")
    assert key_of(operation) == ("take", 1, 1)
    assert key_of(traced(lambda: X.sum(), "np.add.reduce")) is None
