"""FLOP of products against counting every multiplication and addition one by one."""

import itertools
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.footprint import distinct_elements


def brute_force(terms: list[str], output: str, lengths: dict[str, int]) -> int:
    """Multiplications and additions of the loop over all indices, adding to zeros."""
    indices = sorted({each for term in terms for each in term})
    summed = set(indices) - set(output)
    operations = 0
    begun: set[tuple[int, ...]] = set()
    for point in itertools.product(*(range(lengths[each]) for each in indices)):
        operations += len(terms) - 1
        if len(terms) > 1:
            operations += 1 if summed else 0
        else:
            place = tuple(point[indices.index(each)] for each in output)
            operations += place in begun  # the first one is only copied
            begun.add(place)
    return operations


@st.composite
def subscripts(draw: st.DrawFn) -> tuple[list[str], str, dict[str, int]]:
    count = draw(st.integers(1, 3))
    terms = [
        "".join(draw(st.lists(st.sampled_from("ijkl"), min_size=1, max_size=3)))
        for _ in range(count)
    ]
    used = sorted({each for term in terms for each in term})
    output = "".join(draw(st.lists(st.sampled_from(used), unique=True)))
    lengths = {each: draw(st.integers(1, 4)) for each in used}
    return terms, output, lengths


@settings(deadline=None, max_examples=60)
@given(subscripts())
def test_einsum_equals_brute_force(case: tuple[list[str], str, dict[str, int]]) -> None:
    terms, output, lengths = case
    arrays = [np.ones([lengths[each] for each in term]) for term in terms]
    text = f"{','.join(terms)}->{output}"
    result, counts = trace(np.einsum, (text, *arrays))
    assert counts.coverage == 1.0
    assert counts.flop == brute_force(terms, output, lengths)
    np.testing.assert_array_equal(result, np.einsum(text, *arrays))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 3), max_size=2),
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 5),
    st.booleans(),
    st.booleans(),
)
def test_matmul_equals_brute_force(
    stack: list[int], m: int, k: int, n: int, one_row: bool, one_column: bool
) -> None:
    left = np.ones((k,) if one_row and not stack else (*stack, m, k))
    right = np.ones((k,) if one_column else (k, n))
    result, counts = trace(lambda a, b: a @ b, (left, right))
    operations = sum(2 for _ in range(int(np.size(result))) for _ in range(k))
    assert counts.flop == operations


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_tensordot_equals_brute_force(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    other = data.draw(st.lists(st.integers(1, 4), max_size=2))
    count = data.draw(st.integers(1, len(shape)))
    axes = data.draw(st.permutations(range(len(shape))))[:count]
    right_shape = [*(shape[axis] for axis in axes), *other]
    left, right = np.ones(shape), np.ones(right_shape)
    pair = (list(axes), list(range(count)))
    result, counts = trace(np.tensordot, (left, right), {"axes": pair})
    summed = np.prod([shape[axis] for axis in axes])
    assert counts.flop == 2 * int(np.size(result)) * summed
    np.testing.assert_array_equal(result, np.tensordot(left, right, axes=pair))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["full", "same", "valid"]))
def test_convolve_counts_every_overlap(n: int, k: int, mode: Any) -> None:
    _, counts = trace(np.convolve, (np.ones(n), np.ones(k), mode))
    # Convolving ones adds up the number of products of each output.
    assert counts.flop == 2 * np.convolve(np.ones(n), np.ones(k), mode).sum()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-6, 6).map(lambda s: 8 * s)), max_size=4)
)
def test_distinct_elements_are_counted_exactly(dims: list[tuple[int, int]]) -> None:
    shape = tuple(n for n, _ in dims)
    strides = tuple(s for _, s in dims)
    offsets = {
        sum(i * s for i, s in zip(index, strides, strict=True))
        for index in itertools.product(*(range(n) for n in shape))
    }
    assert distinct_elements(shape, strides, 8) == len(offsets)
