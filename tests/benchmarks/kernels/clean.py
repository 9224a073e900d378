"""Well-written functions of NumPy and SciPy, at which advice has little or nothing to say.

Sizes come from CLEAN_ELEMENTS, the numbers from CLEAN_SEED in the environment.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.fft
import scipy.linalg
import scipy.signal
from scipy import ndimage, special

Array = Any
CLEAN: dict[str, Callable[..., Any]] = {}


def elements() -> int:
    """How many elements the largest argument has."""
    return int(os.environ.get("CLEAN_ELEMENTS", "1000"))


def source() -> np.random.Generator:
    """Where the numbers come from."""
    return np.random.default_rng(int(os.environ.get("CLEAN_SEED", "0")))


def clean(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter a function, by its own name."""
    CLEAN[function.__name__] = function
    return function


def vector() -> tuple[Any, ...]:
    return (source().random(elements()),)


def signed() -> tuple[Any, ...]:
    return (source().standard_normal(elements()),)


def two() -> tuple[Any, ...]:
    rng = source()
    return rng.random(elements()), rng.random(elements())


def side() -> int:
    """Of a square of so many elements."""
    return max(3, int(elements() ** 0.5))


def matrix() -> tuple[Any, ...]:
    return (source().random((side(), side())),)


def small_matrix() -> tuple[Any, ...]:
    n = min(side(), 300)
    m = source().random((n, n))
    return (m @ m.T + n * np.eye(n),)


def system() -> tuple[Any, ...]:
    (a,) = small_matrix()
    return a, source().random(len(a))


def table() -> tuple[Any, ...]:
    return (source().random((max(2, elements() // 8), 8)),)


def labelled() -> tuple[Any, ...]:
    rng = source()
    return rng.random(elements()), rng.integers(0, 20, elements())


def whole() -> tuple[Any, ...]:
    return (source().integers(0, 1000, elements()),)


@clean
def norm(x: Array) -> Any:
    return np.sqrt(x @ x)


@clean
def axpy(x: Array, y: Array) -> Array:
    return 2.5 * x + y


@clean
def axpy_in_place(x: Array, y: Array) -> Array:
    out = np.multiply(x, 2.5)
    out += y
    return out


@clean
def standard_score(x: Array) -> Array:
    return (x - x.mean()) / x.std()


@clean
def logistic(x: Array) -> Array:
    return special.expit(x)


@clean
def soft_maximum(x: Array) -> Any:
    return special.logsumexp(x)


@clean
def rectified(x: Array) -> Array:
    return np.maximum(x, 0.0)


@clean
def clipped(x: Array) -> Array:
    out = np.empty_like(x)
    np.maximum(x, -1.0, out=out)
    np.minimum(out, 1.0, out=out)
    return out


@clean
def running_total(x: Array) -> Array:
    return np.cumsum(x)


@clean
def differences(x: Array) -> Array:
    return x[1:] - x[:-1]


@clean
def smoothed(x: Array) -> Array:
    return scipy.signal.lfilter([0.1], [1.0, -0.9], x)


@clean
def trapezoids(x: Array, y: Array) -> Any:
    return 0.5 * ((y[1:] + y[:-1]) @ (x[1:] - x[:-1]))


@clean
def ordered(x: Array) -> Array:
    return np.sort(x)


@clean
def largest_ten(x: Array) -> Array:
    return np.partition(x, len(x) - min(10, len(x)))[-min(10, len(x)) :]


@clean
def group_sums(values: Array, labels: Array) -> Array:
    return np.bincount(labels, weights=values, minlength=20)


@clean
def counts(x: Array) -> Array:
    return np.bincount(x, minlength=1000)


@clean
def parity(x: Array) -> Any:
    return np.count_nonzero(x & 1)


@clean
def above(x: Array) -> Array:
    return x[x > 0.5]


@clean
def real_spectrum(x: Array) -> Array:
    n = scipy.fft.next_fast_len(len(x), real=True)
    return np.abs(scipy.fft.rfft(x, n))


@clean
def squared_error(x: Array, y: Array) -> Any:
    difference = x - y
    return difference @ difference / len(x)


@clean
def correlation(x: Array, y: Array) -> Any:
    a = x - x.mean()
    b = y - y.mean()
    return (a @ b) / np.sqrt((a @ a) * (b @ b))


@clean
def weighted_mean(x: Array, y: Array) -> Any:
    return (x @ y) / y.sum()


@clean
def geometric_mean(x: Array) -> Any:
    return np.exp(np.log(x).mean())


@clean
def interleaved(x: Array, y: Array) -> Array:
    out = np.empty(2 * len(x))
    out[::2] = x
    out[1::2] = y
    return out


@clean
def horner(x: Array) -> Array:
    out = np.full_like(x, 0.25)
    for c in (1.5, -2.0, 0.5):
        out *= x
        out += c
    return out


@clean
def five_points(u: Array) -> Array:
    out = u.copy()
    inner = out[1:-1, 1:-1]
    np.add(u[:-2, 1:-1], u[2:, 1:-1], out=inner)
    inner += u[1:-1, :-2]
    inner += u[1:-1, 2:]
    inner *= 0.25
    return out


@clean
def blurred(u: Array) -> Array:
    return ndimage.uniform_filter(u, 3)


@clean
def row_means(u: Array) -> Array:
    return u.mean(axis=1)


@clean
def soft_rows(u: Array) -> Array:
    out = u - u.max(axis=1, keepdims=True)
    np.exp(out, out=out)
    out /= out.sum(axis=1, keepdims=True)
    return out


@clean
def row_norms(u: Array) -> Array:
    return np.sqrt(np.einsum("ij,ij->i", u, u))


@clean
def transposed_sum(u: Array) -> Array:
    return u + u.T


@clean
def integral(u: Array) -> Array:
    return u.cumsum(axis=0).cumsum(axis=1)


@clean
def covariance(t: Array) -> Array:
    centred = t - t.mean(axis=0)
    return centred.T @ centred / (len(t) - 1)


@clean
def distances_to_first(t: Array) -> Array:
    difference = t - t[0]
    return np.sqrt(np.einsum("ij,ij->i", difference, difference))


@clean
def factor(a: Array) -> Array:
    return scipy.linalg.cholesky(a, lower=True)


@clean
def solved(a: Array, b: Array) -> Array:
    return np.linalg.solve(a, b)


@clean
def quadratic(a: Array, b: Array) -> Any:
    return b @ (a @ b)


@clean
def squared_matrix(a: Array) -> Array:
    return a @ a


@clean
def power_steps(a: Array, b: Array) -> Array:
    v = b
    for _ in range(5):
        v = a @ v
        v /= np.sqrt(v @ v)
    return v


@clean
def conjugate_steps(a: Array, b: Array) -> Array:
    x = np.zeros_like(b)
    r = b.copy()
    p = r.copy()
    squared = r @ r
    for _ in range(4):
        ap = a @ p
        step = squared / (p @ ap)
        x += step * p
        r -= step * ap
        following = r @ r
        p *= following / squared
        p += r
        squared = following
    return x


_ARGUMENTS: dict[str, Callable[[], tuple[Any, ...]]] = {
    **dict.fromkeys(("norm", "running_total", "differences", "smoothed", "ordered"), vector),
    **dict.fromkeys(("largest_ten", "above", "real_spectrum", "horner"), vector),
    **dict.fromkeys(("standard_score", "logistic", "soft_maximum", "rectified"), signed),
    **dict.fromkeys(("clipped",), signed),
    **dict.fromkeys(("axpy", "axpy_in_place", "trapezoids", "squared_error"), two),
    **dict.fromkeys(("correlation", "weighted_mean", "interleaved"), two),
    **dict.fromkeys(("geometric_mean",), vector),
    **dict.fromkeys(("group_sums",), labelled),
    **dict.fromkeys(("counts", "parity"), whole),
    **dict.fromkeys(("five_points", "blurred", "row_means", "soft_rows"), matrix),
    **dict.fromkeys(("row_norms", "transposed_sum", "integral"), matrix),
    **dict.fromkeys(("covariance", "distances_to_first"), table),
    **dict.fromkeys(("factor", "squared_matrix"), small_matrix),
    **dict.fromkeys(("solved", "quadratic", "power_steps", "conjugate_steps"), system),
}
for _name in CLEAN:
    globals()[f"{_name}_arguments"] = _ARGUMENTS[_name]
