"""How far a correct sum of products may be from the exact one, by dtype and length."""

import math

import numpy as np

from profiler_suite.errors import UsageError

# Number of standard deviations in Higham and Mary (2019), A new approach to
# probabilistic rounding error analysis, theorem 2.4: at λ = 10 the bound fails
# with a probability below 1e-20 per element.
_LAMBDA = 10.0

# Each transform of length N adds at most η log₂N with η = u + γ₄(√2 + u), about
# 7 u (Higham 2002, Accuracy and Stability of Numerical Algorithms, theorem
# 24.2); two forward transforms, one inverse and the product make about 24 u.
_FFT_CONSTANT = 24.0


def unit_roundoff(dtype: str) -> float:
    """Largest relative error of rounding one value: half the spacing after 1."""
    return float(np.finfo(dtype).eps) / 2


def sum_of_products_error(length: int, dtype: str) -> float:
    """Error bound of a sum of `length` products, relative to the sum of their magnitudes.

    exp(λ √n u + n u² / (1 − u)) − 1 (Higham and Mary 2019), for any order of summation.
    """
    u = unit_roundoff(dtype)
    return math.expm1(_LAMBDA * math.sqrt(length) * u + length * u * u / (1 - u))


def distance_from_float64(length: int, dtype: str) -> float:
    """How far a sum of products may be from the same sum in float64, relative to magnitudes.

    Both are rounded: the two error bounds together.
    """
    return sum_of_products_error(length, dtype) + sum_of_products_error(length, "float64")


def require_direct(kind: str, what: str) -> None:
    """Raise UsageError unless the kind of error bound is that of plain sums, 'direct'."""
    if kind != "direct":
        raise UsageError(f"unknown error bound {kind!r} for {what}; use 'direct'")


def fft_error(elements: int, dtype: str) -> float:
    """Error bound of a convolution by FFT, relative to the product of the 2-norms."""
    return _FFT_CONSTANT * unit_roundoff(dtype) * max(math.log2(elements), 1.0)
