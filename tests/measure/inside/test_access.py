"""How a call steps through its arrays is told by their strides, places by their values."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from profiler_suite.measure.inside.access import (
    access,
    accesses,
    gather_of,
    jumps_of,
    line_bytes,
    loads_of,
    target_bytes,
)

A = np.zeros((64, 64))
RECORDS = np.zeros(100, dtype=[("x", "f4"), ("rest", "V92")])


@pytest.mark.parametrize(
    ("array", "layout", "stride", "used"),
    [
        (A, "contiguous", 8, 64),
        (A.T, "Fortran order", 8, 64),
        (A[:, ::2], "strided", 16, 32),
        (A[::2], "strided", 8, 64),
        (A[:, ::8], "strided", 64, 8),
        (A[:, 3], "strided", 512, 8),
        (A[::-1], "reversed", 8, 64),
        (A[:, ::-1], "reversed", -8, 64),
        (RECORDS["x"], "strided", 96, 4),
        (np.broadcast_to(A[0], (64, 64)), "broadcast", 8, 64),
        (np.zeros((5, 5, 3))[..., 0], "strided", 24, 64 / 3),
        (np.zeros((40, 40, 40))[:, :2, :2], "strided", 8, 16),
        (np.zeros((64, 64), "f4")[:, ::4], "strided", 16, 16),
        (np.zeros((64, 64), "i1")[:, ::2], "strided", 2, 32),
        (np.zeros((64, 64), "c16")[:, ::4], "strided", 64, 16),
        (np.zeros((64, 64), order="F")[:, ::2], "strided", 8, 64),
        (np.zeros((64, 64))[::2, ::2], "strided", 16, 32),
        (np.zeros((8, 8, 8)).transpose(2, 0, 1), "strided", 8, 64),
        (np.zeros((8, 64))[::-1, ::-1], "reversed", -8, 64),
        (np.zeros(64)[::-2], "reversed", -16, 32),
        (np.zeros(256, "u1")[::64], "strided", 64, 1),
        (np.zeros((64, 64)).real, "contiguous", 8, 64),
        (np.zeros((64, 64), "c16").imag, "strided", 16, 32),
        (np.zeros((64, 4, 4)).diagonal(0, 1, 2), "strided", 40, 64 / 5),
        (np.lib.stride_tricks.sliding_window_view(np.zeros(99), 9), "strided", 8, 64),
        (np.zeros((1, 64)), "contiguous", 8, 64),
        (np.zeros(()), "contiguous", 0, 64),
        (np.zeros(1), "contiguous", 0, 64),
    ],
)
def test_layout_step_and_use_of_lines(
    array: Any, layout: str, stride: int, used: float
) -> None:
    found = access(array.shape, array.strides, array.dtype.str)
    assert (found.layout, found.stride_bytes) == (layout, stride)
    assert found.used_bytes == pytest.approx(used)


def test_an_array_in_whole_lines() -> None:
    assert line_bytes(accesses((A[:, ::2],), {}, None), 0.0) == 2 * A[:, ::2].nbytes
    assert line_bytes(accesses((A,), {}, None), 0.0) == A.nbytes


@pytest.mark.parametrize(
    ("name", "args", "loads"),
    [
        ("getitem", (A, np.arange(10)), 10.0),
        ("getitem", (A, (slice(None), np.arange(10))), 10.0),
        ("setitem", (A, np.arange(7), 0.0), 7.0),
        ("ndarray.take", (A, np.arange(4)), 4.0),
        ("np.add.at", (A[0], np.arange(5), 1.0), 5.0),
        ("ndarray.searchsorted", (np.arange(1024.0), np.zeros(3)), 30.0),
        ("np.bincount", (np.arange(9),), 9.0),
        ("np.random.Generator.shuffle", (A[0],), 64.0),
        ("np.random.Generator.permutation", (A,), 64.0),
        ("np.random.RandomState.shuffle", (A[0],), 64.0),
        ("np.random.permutation", (A[0],), 64.0),
    ],
)
def test_places_named_by_another_array(name: str, args: tuple[Any, ...], loads: float) -> None:
    gather = gather_of(name, args)
    assert gather is not None
    assert loads_of(gather, args) == loads


def test_elements_of_a_sparse_matrix_name_places_in_its_vector() -> None:
    matrix, vector, result = (
        sparse.random_array((50, 80), random_state=0).tocsr(),
        A[0],
        np.zeros(50),
    )
    args = (50, 80, matrix.indptr, matrix.indices, matrix.data, vector, result)
    name = "scipy.sparse._sparsetools.csr_matvec"
    gather = gather_of(name, args)
    assert gather is not None
    assert args[gather.target] is vector
    assert loads_of(gather, args) == matrix.nnz


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("getitem", (A, A > 0)),
        ("getitem", (A, slice(2))),
        ("np.add", (A, A)),
        ("ndarray.take", (A, 3)),
        ("np.random.permutation", (64,)),
        ("np.random.Generator.random", (A,)),
    ],
)
def test_calls_that_go_on_in_order_name_no_places(name: str, args: tuple[Any, ...]) -> None:
    assert gather_of(name, args) is None


def test_places_in_order_do_not_jump() -> None:
    random = np.random.default_rng(0)
    column, places = np.zeros(100_000), random.integers(0, 100_000, 5000)
    gather = gather_of("getitem", (column, places))
    assert gather is not None
    assert jumps_of(gather, (column, places)) > 0.9
    assert jumps_of(gather, (column, np.arange(5000))) == 0.0


def test_counts_of_values_lie_in_the_result() -> None:
    values = np.array([5, 1, 99])
    gather = gather_of("np.bincount", (values,))
    assert gather is not None
    assert target_bytes(gather, (values,)) == 800
    assert accesses((values,), {}, gather)[0].layout == "contiguous"
    other = gather_of("getitem", (A[0], values))
    assert other is not None
    assert target_bytes(other, (A[0], values)) == 512


def test_a_shuffle_goes_to_each_row_once_and_jumps() -> None:
    gather = gather_of("np.random.shuffle", (A,))
    assert gather is not None
    assert jumps_of(gather, (A,)) == 1.0
    found = accesses((A[0],), {}, gather_of("np.random.shuffle", (A[0],)))
    assert (found[0].layout, found[0].used_bytes) == ("gathered", 8)


def test_a_gather_of_rows_uses_what_a_row_has() -> None:
    places = np.arange(10)
    for columns, used in ((1, 8), (4, 32), (16, 64)):
        args = (np.zeros((1000, columns)), places)
        found = accesses(args, {}, gather_of("getitem", args))
        assert found[0].layout == "gathered"
        assert found[0].used_bytes == used
