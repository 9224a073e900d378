"""Traced operations can be built again, alone: same shapes, strides and dtypes, or tiny."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.rebuilding.rebuild import rebuild
from profiler_suite.measure.trace.strides import allocate, layout, small_strides
from profiler_suite.model.trace import Operand, OperationCounts
from profiler_suite.workloads import registry
from profiler_suite.workloads.convolution import problem

A = np.random.default_rng(1).random((6, 8))


def add_to_part(array: Any) -> Any:
    array[1:, ::2] += 1.0
    array[0, 0] *= 2.0
    return array


def add_at(array: Any) -> Any:
    np.add.at(array, np.array([0, 1, 1]), 1.0)
    return array


SQUARE = A[:, :6] @ A[:, :6].T + 6 * np.eye(6)

DATES = np.arange("2020-01-01", "2020-02-01", dtype="M8[D]")
FUNCTIONS: dict[str, Callable[[], Any]] = {
    "ufunc": lambda: A[:, ::2] * A[:, 1::2] + 1.0,
    "out": lambda: np.add(A, A, out=np.empty_like(A)),
    "where": lambda: np.add(A, A, out=np.zeros_like(A), where=A > 0.5),
    "reductions": lambda: (A.sum(axis=0), np.mean(A), A.argmax(axis=1), A.cumsum()),
    "methods of ufuncs": lambda: (
        np.add.reduceat(A[0], [0, 3, 1]),
        np.multiply.outer(A[0], A[1]),
        add_at(A[0].copy()),
    ),
    "basic index": lambda: (A[1:4, ::-2], A[None, ..., 2], A[2, 3], A.T[::2]),
    "fancy index": lambda: (A[[0, 2]], A[np.array([0, 1])[:, None], np.array([2, 3])]),
    "mask": lambda: A[A > 0.3],
    "store": lambda: A.copy().__setitem__((slice(1, 3), 2), 1.0),
    "add to a part": lambda: add_to_part(A.copy()),
    "store by a mask": lambda: A.copy().__setitem__(A > 0.3, 2.0),
    "products": lambda: (A @ A.T, np.dot(A, A[0]), np.inner(A, A), np.vdot(A, A)),
    "einsum": lambda: np.einsum("ij,kj->ik", A, A),
    "tensordot": lambda: np.tensordot(A, A, axes=([1], [1])),
    "convolve": lambda: np.convolve(A[0], A[1, :3], "same"),
    "linalg": lambda: (
        np.linalg.solve(SQUARE, A[:, 0]),
        np.linalg.inv(SQUARE),
        np.linalg.cholesky(SQUARE),
        np.linalg.svd(A),
        np.linalg.eigh(SQUARE),
        np.linalg.qr(A),
    ),
    "dates": lambda: (
        DATES - DATES.min(),
        DATES + np.timedelta64(1, "D"),
        np.greater(DATES, DATES[1]),
    ),
    "spans": lambda: ((DATES - DATES[0]) / np.timedelta64(1, "h"), DATES.astype("M8[M]")),
    "fft": lambda: (np.fft.fft(A), np.fft.irfft(np.fft.rfft(A[0, :5])), np.fft.rfft2(A)),
    "sort": lambda: (np.sort(A), A.argsort(axis=0), np.searchsorted(np.sort(A[0]), A[1])),
    "move": lambda: (
        A.T.reshape(-1),
        A.reshape(2, -1),
        A.astype(np.float32),
        np.concatenate([A, A]),
        np.where(A > 0.5, A, 0.0),
        np.repeat(A, 2, axis=0),
        A.take([1, 2], axis=1),
        np.ascontiguousarray(A.T),
    ),
    "create": lambda: (np.zeros((3, 4)), np.arange(7), np.ones(5), np.array([[1.0, 2.0]])),
    "numbers": lambda: A[0, 0] * A[0, 1] - 2.0,
    "windows": lambda: np.lib.stride_tricks.sliding_window_view(A, (2, 2))[::2] * 2.0,
}


def rebuilt(counts: OperationCounts, shrink: bool) -> list[Any]:
    """Every operation built again; the flat iterator alone cannot be."""
    made = []
    for operation in counts.operations:
        found = rebuild(operation, shrink)
        assert found is not None, (operation.name, operation.arguments, operation.keywords)
        made.append((operation, found))
    return made


@pytest.mark.parametrize("name", FUNCTIONS)
def test_rebuilt_arguments_have_the_same_form(name: str) -> None:
    _, counts = trace(FUNCTIONS[name])
    # As it comes back from a file: tuples have become lists.
    counts = msgspec.json.decode(msgspec.json.encode(counts), type=OperationCounts)
    for operation, (function, args, kwargs) in rebuilt(counts, shrink=False):
        arrays = _arrays((*args, *kwargs.values()))
        wanted = [
            (tuple(each.shape), tuple(each.strides_bytes), each.dtype)
            for each in operation.operands
            if each.form == "array"
        ]
        have = [(each.shape, each.strides, each.dtype.str) for each in arrays]
        assert set(wanted) <= set(have) or operation.name == "ndarray.reshape"
        result = function(*args, **kwargs)
        shapes = [each.shape for each in _arrays((result,))]
        expected = [
            tuple(each.shape)
            for each in operation.results
            if each.form == "array" and operation.name not in ("setitem",)
        ]
        if result is not None:
            assert shapes == expected, operation.name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_small_arguments_have_few_elements(name: str) -> None:
    _, counts = trace(FUNCTIONS[name])
    for operation, (function, args, kwargs) in rebuilt(counts, shrink=True):
        arrays = _arrays((*args, *kwargs.values()))
        assert all(each.size <= 2**each.ndim * 4 for each in arrays), operation.name
        assert function(*args, **kwargs) is not NotImplemented


@pytest.mark.parametrize(
    "name", ["loop", "loop_pixels", "taps", "windows_einsum", "windows_tensordot", "rows_gemm"]
)
def test_every_operation_of_an_implementation_can_be_rebuilt(name: str) -> None:
    small = problem(
        height=9, width=8, channels=2, filters=3, filter_height=3, filter_width=2, stride=2
    )
    arguments = registry.find_workload("convolution").arguments(small, 0)
    _, counts = trace(registry.find_implementation(name).function, arguments)
    rebuilt(counts, shrink=False)
    rebuilt(counts, shrink=True)


def test_a_mask_selects_as_many_elements_as_before() -> None:
    mask = np.zeros(100, np.bool_)
    mask[::3] = True
    _, counts = trace(lambda x, m: x[m], (np.ones(100), mask))
    found = rebuild(counts.operations[0])
    assert found is not None
    function, args, _ = found
    assert function(*args).shape == (34,)


def test_the_kind_of_layout_stays() -> None:
    def form(array: Any) -> Operand:
        return Operand(shape=array.shape, strides_bytes=array.strides, dtype=array.dtype.str)

    for array in (A, A.T, A[:, ::2], A[::2], A[::-1], np.broadcast_to(A[0], (6, 8))):
        each = form(array)
        shape = (2,) * array.ndim
        small = allocate(shape, small_strides(each, shape), array.dtype)
        assert layout(form(small)) == layout(each)
    assert allocate((2, 2), (-16, 8), np.dtype("f8")).strides == (-16, 8)


def test_what_trusts_its_indices_is_not_rebuilt() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix(np.eye(3))
    _, counts = trace(lambda x: matrix @ x, (np.ones(3),))
    of_sparse = [each for each in counts.operations if each.name.startswith("scipy.sparse")]
    assert all(rebuild(each) is None for each in of_sparse)


def _arrays(values: Any) -> list[Any]:
    found = []
    for value in values:
        if isinstance(value, np.ndarray):
            found.append(value)
        elif isinstance(value, tuple | list):
            found.extend(_arrays(value))
        elif type(value).__name__ == "_Interface":
            found.append(value.base)
    return found


@pytest.mark.parametrize("exponent", [3, -1.5, 2.0, np.float64(3.0), 16])
def test_a_power_keeps_its_exponent(exponent: Any) -> None:
    (operation,) = trace(lambda: A**exponent)[1].operations
    squared = exponent == 2 and operation.name == "np.square"  # until NumPy 2.2
    for shrink in (False, True):
        call = rebuild(operation, shrink)
        assert call is not None
        if squared:
            assert len(call[1]) == 1
            continue
        assert call[1][1] == exponent
        assert type(call[1][1]) is type(exponent)


@pytest.mark.parametrize("exponent", [1.7, 40, np.float32(2.3)])
def test_an_exponent_without_a_short_way_is_any_such(exponent: Any) -> None:
    (operation,) = trace(lambda: A**exponent)[1].operations
    call = rebuild(operation)
    assert call is not None
    assert call[1][1] not in (0, 0.5, 1, 2)


def test_powers_of_numbers_keep_their_exponents() -> None:
    operations = trace(lambda: A[0, 0] ** 3 + A[0, 1] ** 1.5)[1].operations
    calls = [rebuild(each) for each in operations if each.name == "scalar.pow"]
    assert sorted(call[1][1] for call in calls if call) == [1.5, 3]


def test_neighbours_of_a_stencil_stay_views_of_one_array() -> None:
    (operation,) = [
        each
        for each in trace(lambda: A[:-2, 1:-1] + A[2:, 1:-1])[1].operations
        if each.name == "np.add"
    ]
    call = rebuild(operation)
    assert call is not None
    one, other = call[1]
    assert np.may_share_memory(one, other)
    begins = [each.__array_interface__["data"][0] for each in (one, other)]
    assert begins[1] - begins[0] == 2 * A.strides[0]


def test_an_output_that_overlaps_its_input_still_does() -> None:
    def shifted() -> Any:
        array = A.copy()
        return np.add(array[1:], array[:-1], out=array[1:])

    (operation,) = [o for o in trace(shifted)[1].operations if o.name == "np.add"]
    call = rebuild(operation)
    assert call is not None
    assert np.may_share_memory(call[2]["out"], call[1][0])
    assert np.may_share_memory(*call[1])
