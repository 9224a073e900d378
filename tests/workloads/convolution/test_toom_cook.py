"""Generated matrices are minimal filtering in exact arithmetic, at well chosen points."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import toom_cook

pytestmark = pytest.mark.numerical
LENGTHS = [
    (1, 1),
    (1, 5),
    (2, 2),
    (2, 3),
    (4, 1),
    (4, 3),
    (4, 4),
    (4, 5),
    (6, 3),
    (2, 7),
    (6, 5),
]
Matrix = list[list[Fraction]]


def times(matrix: Matrix, vector: list[Fraction]) -> list[Fraction]:
    return [
        sum((a * b for a, b in zip(row, vector, strict=True)), Fraction()) for row in matrix
    ]


def filtered(pixels: list[Fraction], taps: list[Fraction], count: int) -> list[Fraction]:
    return [
        sum((pixels[i + k] * tap for k, tap in enumerate(taps)), Fraction())
        for i in range(count)
    ]


@settings(deadline=None, max_examples=40)
@given(data=st.data(), m=st.integers(1, 6), r=st.integers(1, 6))
def test_in_exact_arithmetic_any_points_give_the_filter(
    data: st.DataObject, m: int, r: int
) -> None:
    values = st.fractions(-5, 5, max_denominator=6)
    finite = m + r - 2
    points = data.draw(st.lists(values, unique=True, min_size=finite, max_size=finite))
    pixels = data.draw(st.lists(values, min_size=m + r - 1, max_size=m + r - 1))
    taps = data.draw(st.lists(values, min_size=r, max_size=r))
    image, filters, answer = toom_cook.exact(points, m, r)
    products = [a * b for a, b in zip(times(filters, taps), times(image, pixels), strict=True)]
    assert times(answer, products) == filtered(pixels, taps, m)


@pytest.mark.parametrize(("m", "r"), LENGTHS)
def test_the_matrices_have_the_least_possible_number_of_products(m: int, r: int) -> None:
    made = toom_cook.transform(m, r)
    n = m + r - 1
    assert made.image.shape == (n, n)
    assert made.filters.shape == (n, r)
    assert made.answer.shape == (m, n)
    assert (made.m, made.r, made.n) == (m, r, n)


@pytest.mark.parametrize(("m", "r"), LENGTHS)
def test_in_float64_they_filter_within_their_amplification(m: int, r: int) -> None:
    made = toom_cook.transform(m, r)
    generator = np.random.default_rng(m * 10 + r)
    pixels, taps = generator.uniform(-1, 1, made.n), generator.uniform(-1, 1, r)
    found = made.answer @ ((made.filters @ taps) * (made.image @ pixels))
    right = np.correlate(pixels, taps, mode="valid")
    assert np.abs(found - right).max() <= 2 * made.n * 2.0**-53 * made.amplification


@pytest.mark.parametrize(("m", "r"), [(2, 3), (4, 3), (4, 4)])
def test_no_other_points_enlarge_rounding_less_as_a_rule(m: int, r: int) -> None:
    made = toom_cook.transform(m, r)
    chosen = [float(point) for point in made.answer[1, :-1]]
    all_points: Array = np.array([float(point) for point in toom_cook.POINTS])
    tried = np.array([(0.0, *some) for some in combinations(all_points, m + r - 3)])
    enlarged = toom_cook.amplifications(tried, m, r, power=2)
    own = toom_cook.amplifications(np.array([chosen]), m, r, power=2)
    assert own == pytest.approx([enlarged.min()], rel=1e-12)
    # The squares' sum by hand, of which the root is the largest of all answers.
    squares = (made.filters**2).sum(axis=1) * (made.image**2).sum(axis=1)
    assert own[0] ** 2 == pytest.approx(((made.answer**2) @ squares).max(), rel=1e-12)
    worst = toom_cook.amplifications(np.array([chosen]), m, r)
    assert worst == pytest.approx([made.amplification], rel=1e-12)


@pytest.mark.parametrize(("m", "r"), LENGTHS)
def test_images_and_answers_are_transformed_by_what_single_precision_holds(
    m: int, r: int
) -> None:
    made = toom_cook.transform(m, r)
    for each in (made.image, made.answer):
        assert np.array_equal(each.astype(np.float32), each)


def test_it_enlarges_rounding_less_than_the_published_points() -> None:
    """Lavin and Gray (2016), section 4.3, take 0, ±1, ±2 for F(4, 3)."""
    published = toom_cook.amplifications(np.array([[0.0, 1, -1, 2, -2]]), 4, 3)
    assert toom_cook.transform(4, 3).amplification < 0.5 * published[0]


@pytest.mark.parametrize(("m", "r"), [(0, 3), (4, 0), (9, 9)])
def test_what_cannot_be_made_says_what_can(m: int, r: int) -> None:
    with pytest.raises(ValueError, match="at least 1 and together at most 13"):
        toom_cook.transform(m, r)
