"""Matrices of minimal filtering F(m, r) for any tile and filter length, by Toom and Cook.

An FIR filter of r taps that gives m answers needs n = m + r − 1 products: the answers are
the transpose of multiplying two polynomials of degree m − 1 and r − 1 by their values at
n − 1 points aⱼ and at infinity (Winograd 1980, Arithmetic Complexity of Computations,
chapter IV; Blahut 2010, Fast Algorithms for Signal Processing, sections 5.2 and 5.8):

    y = Aᵀ [ (G g) ⊙ (Bᵀ d) ],  Aᵀ[i,j] = aⱼⁱ,  G[j,k] = aⱼᵏ / Π (aⱼ − aₗ),

row j of Bᵀ being the coefficients of Π (x − aₗ) over all other points l ≠ j; infinity
takes the last coefficients of g and y, and the product over all points.
"""

import dataclasses
import functools
import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import cast

import numpy as np

from profiler_suite.workloads.arrays import Array

# Few binary digits: their powers are exact; 0 is always taken, as its powers are free. With 5/8
# and 3/2 instead of 1/2 and 2, F(4×4, 3×3) is off by a tenth less in the median and by half in
# the worst element.
POINTS = tuple(
    sign * Fraction(size)
    for size in ("1", "2", "1/2", "4", "1/4", "5/8", "3/2")
    for sign in (1, -1)
)
MOST_PRODUCTS = 12
"""The longest n: beyond, rounding is enlarged too much."""


@dataclasses.dataclass(frozen=True)
class Transform:
    """The matrices of F(m, r) along one axis, in float64; n = m + r − 1."""

    image: Array
    """Bᵀ, n×n."""
    filters: Array
    """G, n×r."""
    answer: Array
    """Aᵀ, m×n."""

    @property
    def m(self) -> int:
        """Answers of a tile."""
        return len(self.answer)

    @property
    def r(self) -> int:
        """Taps of the filter."""
        return len(self.filters.T)

    @property
    def n(self) -> int:
        """Pixels under a tile, and products."""
        return len(self.image)

    @functools.cached_property
    def amplification(self) -> float:
        """How many times rounding before the products may be enlarged, as `amplifications`."""
        rows = np.abs(self.filters).sum(axis=1) * np.abs(self.image).sum(axis=1)
        return float((np.abs(self.answer) @ rows).max())


@functools.lru_cache(maxsize=64)
def transform(m: int, r: int) -> Transform:
    """F(m, r) at points that as a rule enlarge rounding least; m + r − 1 ≤ MOST_PRODUCTS."""
    finite = m + r - 2
    if m < 1 or r < 1 or finite >= MOST_PRODUCTS:
        raise ValueError(
            f"F({m}, {r}) needs {m + r - 1} products; give a tile and a filter of at least 1 "
            f"and together at most {MOST_PRODUCTS + 1}"
        )
    if not finite:
        return _of_floats((), m, r)
    choices = list(itertools.combinations(POINTS, finite - 1))
    with_zero = np.array([(0.0, *map(float, chosen)) for chosen in choices])
    enlarged = amplifications(with_zero, m, r, power=2)
    for place in enlarged.argsort(kind="stable"):
        made = _of_floats((Fraction(0), *choices[int(place)]), m, r)
        if all(
            np.array_equal(each.astype(np.float32), each) for each in (made.image, made.answer)
        ):
            break
    return made


def amplifications(points: Array, m: int, r: int, power: int = 1) -> Array:
    """How many times one rounding before the products may be enlarged, for K choices of points.

    K×(n−1) finite points give the K values of max over answers of Σⱼ |Aᵀ| (Σ|G|) (Σ|Bᵀ|). With
    a power of 2, its root from the squares of all: as roundings of either sign add up.
    """
    count, finite = points.shape
    answers = np.zeros((count, m))
    for j in range(finite):
        others = np.delete(points, j, axis=1)
        powers = np.abs(points[:, j, None]) ** (power * np.arange(max(m, r)))
        scale = np.abs((points[:, j, None] - others).prod(axis=1)) ** power
        enlarged = powers[:, :r].sum(axis=1) / scale * _coefficient_sums(others, power)
        answers += powers[:, :m] * enlarged[:, None]
    answers[:, -1] += _coefficient_sums(points, power)
    return cast(Array, answers.max(axis=1) ** (1 / power))


def _coefficient_sums(roots: Array, power: int) -> Array:
    """Σ |coefficients|ᵖ of Π (x − root), along the second axis."""
    found = np.ones((len(roots), 1))
    for root in roots.T:
        shifted, kept = np.pad(found, ((0, 0), (1, 0))), np.pad(found, ((0, 0), (0, 1)))
        found = shifted - root[:, None] * kept
    return cast(Array, (np.abs(found) ** power).sum(axis=1))


def exact(points: Sequence[Fraction], m: int, r: int) -> tuple[list[list[Fraction]], ...]:
    """Bᵀ, G and Aᵀ at n − 1 different points and at infinity, without rounding."""
    image, filters = [], []
    for point in points:
        others = [other for other in points if other != point]
        scale = _product([point - other for other in others])
        image.append([*_coefficients(others), Fraction(0)])
        filters.append([point**k / scale for k in range(r)])
    image.append(_coefficients(points))
    filters.append([Fraction(k == r - 1) for k in range(r)])
    answer = [[*(point**i for point in points), Fraction(i == m - 1)] for i in range(m)]
    return image, filters, answer


def _of_floats(points: Sequence[Fraction], m: int, r: int) -> Transform:
    return Transform(*(np.array(each, np.float64) for each in exact(points, m, r)))


def _coefficients(roots: Sequence[Fraction]) -> list[Fraction]:
    """Of Π (x − root), the constant first."""
    found = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *found]
        found = [a - root * b for a, b in zip(shifted, [*found, Fraction(0)], strict=True)]
    return found


def _product(factors: Sequence[Fraction]) -> Fraction:
    found = Fraction(1)
    for factor in factors:
        found *= factor
    return found
