"""FLOP of products against counting every multiplication and addition one by one."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.work.footprint import distinct_elements
from profiler_suite.measure.trace.work.products import einsum_indices, product_work
from tests.measure.trace.operations import call


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


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(subscripts())
def test_einsum_equals_brute_force(case: tuple[list[str], str, dict[str, int]]) -> None:
    terms, output, lengths = case
    arrays = [np.ones([lengths[each] for each in term]) for term in terms]
    text = f"{','.join(terms)}->{output}"
    result, counts = trace(np.einsum, (text, *arrays))
    assert counts.coverage == 1.0
    assert counts.flop == brute_force(terms, output, lengths)
    np.testing.assert_array_equal(result, np.einsum(text, *arrays))


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
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


@pytest.mark.parametrize(
    ("subscripts", "shapes", "terms", "output"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)], ["ij", "jk"], "ik"),
        ("ij,jk", [(2, 3), (3, 4)], ["ij", "jk"], "ik"),
        ("ba,ac", [(2, 3), (3, 4)], ["ba", "ac"], "bc"),
        (" i , i -> ", [(5,), (5,)], ["i", "i"], ""),
        ("ii", [(3, 3)], ["ii"], ""),
    ],
)
def test_indices_of_each_operand_and_of_the_result(
    subscripts: str, shapes: list[tuple[int, ...]], terms: list[str], output: str
) -> None:
    operands = [np.ones(shape) for shape in shapes]
    found = einsum_indices(call(subscripts, *operands, name="np.einsum", kind="product"))
    assert found is not None
    assert ["".join(map(str, each)) for each in found[0]] == terms
    assert "".join(map(str, found[1])) == output
    assert found[2] == {
        letter: length
        for term, shape in zip(terms, shapes, strict=True)
        for letter, length in zip(term, shape, strict=True)
    }


def test_dots_stand_for_the_same_axes_from_the_last_one_on() -> None:
    wide, narrow = np.ones((6, 5, 2)), np.ones((5, 2))
    given = call("...i,...i->...", wide, narrow, name="np.einsum", kind="product")
    found = einsum_indices(given)
    assert found is not None
    (first, second), output, lengths = found
    assert first[1:] == second
    assert [lengths[each] for each in output] == [6, 5]


def test_a_length_of_one_is_broadcast_and_of_zero_leaves_nothing() -> None:
    found = einsum_indices(call("i,i->i", np.ones(1), np.ones(7), name="np.einsum"))
    assert found is not None
    assert found[2] == {"i": 7}
    none = call("i,i->", np.ones(0), np.ones(0), name="np.einsum", result=np.asarray(0.0))
    work = product_work(none)
    assert work is not None
    assert work.flop == 0


@pytest.mark.parametrize(
    ("name", "left", "right", "result", "flop"),
    [
        ("np.dot", (4,), (4,), (), 8),
        ("np.dot", (3, 4), (4,), (3,), 24),
        ("np.matmul", (5, 3, 4), (4, 2), (5, 3, 2), 2 * 5 * 3 * 2 * 4),
        ("np.inner", (3, 4), (5, 4), (3, 5), 2 * 15 * 4),
        ("np.vdot", (3, 4), (3, 4), (), 24),
        ("np.dot", (), (3, 4), (3, 4), 12),
    ],
)
def test_products_add_up_the_common_length(
    name: str,
    left: tuple[int, ...],
    right: tuple[int, ...],
    result: tuple[int, ...],
    flop: int,
) -> None:
    for dtype, factor in ((float, 1), (complex, 4 if left and right else 6)):
        operands = [np.ones(left, dtype), np.ones(right, dtype)]
        found = product_work(
            call(*operands, name=name, kind="product", result=np.ones(result, dtype))
        )
        assert found is not None
        assert found.flop == factor * flop
        assert found.bytes_written == np.ones(result, dtype).nbytes


def test_a_product_of_another_name_has_no_work() -> None:
    assert product_work(call(np.ones(3), np.ones(3), name="mine.product")) is None
