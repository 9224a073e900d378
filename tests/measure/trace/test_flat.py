"""What is done with a flat iterator counts, wherever it comes from."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.flat import CountingFlat, counting_flat

N = 60
A = np.arange(float(N)).reshape(6, 10)


@pytest.mark.parametrize(
    ("function", "flop"),
    [
        (lambda a: np.add(a.flat, 1.0), N),
        (lambda a: np.asarray(a.flat) * 2, N),
        (lambda a: np.array(a.flat, dtype="f4") * 2, N),
        (lambda a: sum(a.flat), N),
        (lambda a: np.sum(a.flat), N - 1),
        (lambda a: a.flat[:] * 2, N),
        (lambda a: a.flat[::2] * 2, N / 2),
        (lambda a: np.exp(-1.0 * a.flat[:5]), 5 + 8 * 5),
        (lambda a: np.dot(a.flat, a.flat), 2 * N),
        (lambda a: a.flat.base * 2.0, N),
        (lambda a: a.flat.copy() * 2.0, N),
        (lambda a: np.fromiter(a.flat, float) * 2.0, N),
        (lambda a: a.flat == 3, N),
        (lambda a: a.flat < a.flat, N),
        (lambda a: np.concatenate([a.flat, a.flat]) * 2.0, 2 * N),
        (lambda a: sum(x * x for x in a.flat), 2 * N),
    ],
)
def test_a_flat_iterator_counts(function: Any, flop: float) -> None:
    result, counts = trace(function, (A,))
    assert counts.flop == flop
    np.testing.assert_array_equal(result, function(A))


@pytest.mark.parametrize(
    ("function", "flop"),
    [
        (lambda f: np.multiply(f, 2.0), N),
        (lambda f: f[::3] * 2.0, N / 3),
        (lambda f: np.array(f).sum(), N - 1),
        (lambda f: sum(x * x for x in f), 2 * N),
    ],
)
def test_one_that_is_given_counts_too(function: Any, flop: float) -> None:
    result, counts = trace(function, (A.flat,))
    assert counts.flop == flop
    np.testing.assert_array_equal(result, function(A.flat))


def test_it_goes_on_where_it_was_and_is_given_back_plain() -> None:
    flat = A.flat
    next(flat)
    result, counts = trace(lambda f: (next(f) * 2.0, f), (flat,))
    assert counts.flop == 1
    assert result[0] == 2.0
    assert result[1] is flat


def test_writing_through_it_reaches_the_array() -> None:
    def write(a: Any) -> Any:
        a.flat[3] = 7.0
        a.flat = a.flat[::-1]
        return a

    result, _ = trace(write, (A.copy(),))
    np.testing.assert_array_equal(result, write(A.copy()))


def test_outside_of_a_trace_it_behaves_as_a_flat_iterator() -> None:
    array = np.arange(6.0).reshape(2, 3)
    flat = counting_flat(array.flat)
    plain = array.flat
    assert len(flat) == len(plain) == 6
    assert next(flat) == next(plain)
    assert flat[2:4].tolist() == plain[2:4].tolist()
    assert flat.index == plain.index
    assert iter(flat) is flat
    flat[0] = 9.0
    flat[1:3] = np.array([7.0, 8.0])
    assert array.ravel().tolist() == [9.0, 7.0, 8.0, 3.0, 4.0, 5.0]
    assert np.asarray(flat, dtype=np.float32).dtype == np.float32
    with pytest.raises(IndexError):
        flat[6]
    with pytest.raises(TypeError):
        hash(flat)


def test_an_empty_one_ends_at_once() -> None:
    flat = counting_flat(np.zeros((0, 3)).flat)
    assert isinstance(flat, CountingFlat)
    assert len(flat) == 0
    with pytest.raises(StopIteration):
        next(flat)
    assert np.size(np.equal(flat, 1.0)) == 0
