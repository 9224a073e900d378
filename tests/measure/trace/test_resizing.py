"""Arrays that change their shape, size or dtype in a trace: it goes on, and counts right."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace

N, M = 6, 4


class Own(np.ndarray):
    """A subclass that adds nothing."""


def made() -> Any:
    return np.arange(1.0, N * M + 1).reshape(N, M)


def halved(n: int) -> Any:
    a = np.full(n, 2.0)
    a.resize(n // 2, refcheck=False)
    return a.sum()


def grown(n: int) -> Any:
    a = np.ones(n)
    a.resize(2 * n, refcheck=False)
    return a + 1.0


def to_another_form(n: int) -> Any:
    a = np.ones((n, 2))
    a.resize((2, n), refcheck=False)
    return a @ a.T


def by_several_numbers(n: int) -> Any:
    a = np.ones(n)
    a.resize(2, n, refcheck=False)
    return a * 3.0


def to_nothing(n: int) -> Any:
    a = np.ones(n)
    a.resize(0, refcheck=False)
    return a + 1.0


def to_no_axes(n: int) -> Any:
    a = np.ones(n)
    a.resize((), refcheck=False)
    return a + 1.0


def again_and_again(n: int) -> Any:
    """A buffer that grows by one at a time, as lists do."""
    a = np.zeros(0)
    for i in range(n):
        a.resize(i + 1, refcheck=False)
        a[i] = i * 2.0
    return a * a


def doubled_when_full(n: int) -> Any:
    a, used = np.empty(1), 0
    for i in range(n):
        if used == len(a):
            a.resize(2 * len(a), refcheck=False)
        a[used] = i
        used += 1
    a.resize(used, refcheck=False)
    return a.sum()


def of_an_argument(a: Any) -> Any:
    a.resize((N, M - 1), refcheck=False)
    return a * 2.0


def of_integers(n: int) -> Any:
    a = np.arange(n)
    a.resize(2 * n, refcheck=False)
    return a + a


def of_records(n: int) -> Any:
    a = np.zeros(n, dtype=[("x", "f8"), ("y", "i4")])
    a.resize(2 * n, refcheck=False)
    return a["x"] + 1.0


def of_a_subclass(n: int) -> Any:
    a = np.ones(n).copy().view(Own).copy()
    a.resize(2 * n, refcheck=False)
    return a * 2.0


def of_a_result(x: Any) -> Any:
    a = x + 1.0
    a.resize(3, refcheck=False)
    return a.sum()


def by_function(x: Any) -> Any:
    """np.resize makes another array, which repeats the first."""
    return np.resize(x, (2 * N, M)) * 2.0


def refused(x: Any) -> Any:
    """An array that does not own its memory stays as it is."""
    view = x[1:]
    view.resize(M, N - 1)  # as many elements
    try:
        view.resize(3)
    except ValueError:
        return view.sum()
    return None


def by_its_shape(x: Any) -> Any:
    a = x.copy()
    a.shape = (M, N)
    return a.sum(axis=0)


def by_its_dtype(x: Any) -> Any:
    a = x.astype(np.float32)
    b = a.view(np.int32)
    return b + 1


def reshaped(x: Any) -> Any:
    return x.reshape(-1)[: N * 2] * x.ravel()[: N * 2]


def padded(x: Any) -> Any:
    return np.pad(x, 1) + 1.0


def joined(x: Any) -> Any:
    a = np.ones(0)
    for row in x:
        a = np.append(a, row)
    return a - 1.0


def removed(x: Any) -> Any:
    return np.delete(x, 0, axis=0) * 2.0


def inserted(x: Any) -> Any:
    return np.insert(x, 1, 0.0, axis=1) * 2.0


def with_an_axis(x: Any) -> Any:
    return (x[:, None] + x[None, :]).squeeze()


def trimmed(x: Any) -> Any:
    return np.trim_zeros(np.array([0.0, 1.0, 2.0, 0.0])) + x[0, :2]


# Elements that are computed, by hand: what else moves or makes arrays has none.
CASES: list[tuple[Callable[..., Any], tuple[Any, ...], float]] = [
    (halved, (10,), 4),
    (grown, (5,), 10),
    (to_another_form, (3,), 2 * 2 * 3 * 2),
    (by_several_numbers, (5,), 10),
    (to_nothing, (5,), 0),
    (to_no_axes, (5,), 1),
    (again_and_again, (5,), 5),
    # A sum of seven; whether it is full is Python's own.
    (doubled_when_full, (7,), 6),
    (of_an_argument, (made(),), N * (M - 1)),
    (of_integers, (4,), 8),
    (of_records, (4,), 8),
    (of_a_subclass, (4,), 8),
    (of_a_result, (made()[0],), M + 2),
    (by_function, (made(),), 2 * N * M),
    (refused, (made(),), (N - 1) * M - 1),
    (by_its_shape, (made(),), (M - 1) * N),
    (by_its_dtype, (made(),), N * M),
    (reshaped, (made(),), 2 * N),
    (padded, (made(),), (N + 2) * (M + 2)),
    (joined, (made(),), N * M),
    (removed, (made(),), (N - 1) * M),
    (inserted, (made(),), N * (M + 1)),
    (with_an_axis, (made(),), N * N * M),
    (trimmed, (made(),), 2),
]


# Whose Python computes with shapes and places on the way.
_LIBRARY = ("np.trim_zeros", "np.pad", "np.insert", "np.delete")


# NumPy 2.5 warns of it; programs that do it go on.
@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
@pytest.mark.parametrize(
    ("function", "args", "flop"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_a_trace_goes_on_where_an_array_is_resized(
    function: Callable[..., Any], args: tuple[Any, ...], flop: float
) -> None:
    def given() -> Any:
        return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in args)

    expected, left = function(*given()), given()
    function(*left)
    mine = given()
    result, counts = trace(function, mine)
    assert counts.complete
    assert counts.coverage == 1.0, counts.uncovered
    own = [o.flop for o in counts.operations if o.via not in _LIBRARY]
    assert sum(own) == flop, counts.operations
    np.testing.assert_array_equal(result, expected)
    assert type(result) is type(expected)
    for after, wanted in zip(mine, left, strict=True):
        np.testing.assert_array_equal(after, wanted)


def test_a_buffer_of_another_package_may_grow_more_than_once() -> None:
    """pandas' tables of different values double theirs."""
    pd = pytest.importorskip("pandas")
    values = np.arange(2000)[::-1].copy()
    (codes, different), _ = trace(pd.factorize, (values,))
    assert codes.tolist() == list(range(2000))
    assert different.tolist() == values.tolist()
