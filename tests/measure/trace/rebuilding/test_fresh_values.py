"""New values for rebuilt operations stay in their domain."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.rebuilding.callables import NotReplayableError
from profiler_suite.measure.trace.rebuilding.fresh_values import FreshValues
from tests.measure.trace.operations import traced

X = np.arange(20.0).reshape(4, 5)
K = np.array([0, 3, 3])


def filled(
    function: Callable[[], Any], name: str, number: int, most: int | None = None
) -> "np.ndarray[Any, Any]":
    operation = traced(function, name)
    shapes = [each.shape for each in operation.operands]
    operand = operation.operands[number]
    shape = operand.shape if most is None else tuple(min(n, most) for n in operand.shape)
    array = np.empty(shape, operand.dtype)
    values = FreshValues(operation, shapes, most)
    values.fill(array, number)
    return array


def test_floats_lie_around_one() -> None:
    made = filled(lambda: X + X[0], "np.add", 0)
    assert 0.5 <= made.min() < made.max() <= 1.5
    assert (made == filled(lambda: X + X[0], "np.add", 0)).all()


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("np.multiply", lambda a: np.multiply(a, X, out=a)),
        ("np.divide", lambda a: np.divide(X, a, out=a)),
    ],
)
def test_what_is_done_in_place_again_and_again_stays_where_it_is(
    name: str, function: Callable[[Any], Any]
) -> None:
    for number in (0, 1):
        assert (filled(lambda: function(X + 1.0), name, number) == 1.0).all()


def test_what_is_not_done_in_place_has_values_of_all_kinds() -> None:
    assert (filled(lambda: np.multiply(X, X[0]), "np.multiply", 0) != 1.0).any()
    assert (filled(lambda: np.multiply(X, X, out=X + 1.0), "np.multiply", 0) != 1.0).any()


def test_matrices_can_be_inverted() -> None:
    square = X[:, :4] + 5 * np.eye(4)
    operation = "np.linalg._umath_linalg.inv"
    made = filled(lambda: np.linalg.inv(square), operation, 0)
    assert (2 * np.abs(np.diag(made)) > np.abs(made).sum(axis=1)).all()


@pytest.mark.parametrize("key", [K, (slice(None), np.array([4, 0]))], ids=["rows", "columns"])
def test_indices_stay_within_their_axis(key: Any) -> None:
    made = filled(lambda: X[key], "getitem", 1)
    assert made.min() >= 0
    assert made.max() < (4 if isinstance(key, np.ndarray) else 5)


def test_masks_select_as_many_as_they_did() -> None:
    assert filled(lambda: X[X > 12.5], "getitem", 1).sum() == 7
    assert filled(lambda: X[X > 100], "getitem", 1).sum() == 0
    assert filled(lambda: X[X > 12.5], "getitem", 1, most=2).sum() == 2


def test_what_is_searched_is_sorted() -> None:
    made = filled(lambda: np.searchsorted(X[0], X[1]), "ndarray.searchsorted", 0)
    assert (np.diff(made) >= 0).all()
    starts = filled(lambda: np.add.reduceat(X[0], K), "np.add.reduceat", 1)
    assert (np.diff(starts) >= 0).all()
    assert starts.max() < 5


def test_as_many_elements_are_not_zero() -> None:
    sparse = np.where(X > 16.5, X, 0.0)
    assert np.count_nonzero(filled(lambda: sparse.nonzero(), "ndarray.nonzero", 0)) == 3


def test_dates_are_zero_and_objects_cannot_be_replayed() -> None:
    dates = np.array(["2020-01-01"], "M8[D]")
    assert filled(lambda: dates + np.timedelta64(1, "D"), "np.add", 0).astype(int) == [0]
    with pytest.raises(NotReplayableError, match="object"):
        FreshValues(traced(lambda: X + 1, "np.add"), [(2,)], None).fill(
            np.array([1, "a"], object), 0
        )


def test_private_compiled_code_of_a_package_gets_no_place_in_memory_but_the_first() -> None:
    """SciPy's correlation reads from its origins on, unchecked: others were a crash."""
    from scipy import ndimage

    window = np.ones((2, 2))
    name = "scipy.ndimage._nd_image.correlate"
    operation = traced(lambda: ndimage.correlate(X, window), name)
    whole = [n for n, each in enumerate(operation.operands) if each.dtype[1:2] in "iu"]
    for number in whole:
        made = filled(lambda: ndimage.correlate(X, window), name, number)
        assert not made.any()


def test_many_numbers_are_those_of_a_block_again_but_where_they_are_compared() -> None:
    many = np.ones((300, 1000))
    summed = filled(lambda: many + many, "np.add", 0)
    assert 0.5 <= summed.min() < summed.max() <= 1.5
    assert 60_000 < len(np.unique(summed)) < 70_000
    assert not any((summed[row] == summed[0]).all() for row in range(1, 300))
    in_order = filled(lambda: np.sort(many.ravel()), "ndarray.sort", 0)
    assert len(np.unique(in_order)) == many.size
