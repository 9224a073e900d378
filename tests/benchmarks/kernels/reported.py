"""Slow paths that people report again and again, each with the fix that is known for it."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

Array = Any


def integer_product_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 50, (380, 420)), rng.integers(0, 50, (420, 360))


def integer_product(a: Array, b: Array) -> Array:
    """No BLAS for integers (numpy#14556)."""
    return a @ b


def integer_product_by_hand(a: Array, b: Array) -> Array:
    return (a.astype(np.float64) @ b.astype(np.float64)).astype(np.int64)


def half_sums_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return tuple(rng.random(800_000).astype(np.float16) for _ in range(3))


def half_sums(a: Array, b: Array, c: Array) -> Array:
    """float16 is converted element by element (numpy#28753)."""
    return a * b + c


def half_sums_by_hand(a: Array, b: Array, c: Array) -> Array:
    out = a.astype(np.float32)
    out *= b.astype(np.float32)
    out += c.astype(np.float32)
    return out.astype(np.float16)


def grown_samples_arguments() -> tuple[Any, ...]:
    return (6000,)


def grown_samples(n: int) -> Array:
    """np.append copies the whole array every time (Stack Overflow 25649788)."""
    samples = np.array([])
    for k in range(n):
        samples = np.append(samples, 0.25 * k + 1)
    return samples


def grown_samples_by_hand(n: int) -> Array:
    return 0.25 * np.arange(n) + 1


def squared_integers_arguments() -> tuple[Any, ...]:
    return (np.arange(1, 180_000),)


def squared_integers(x: Array) -> Array:
    """np.power of integers is a generic loop (numpy#6399)."""
    return np.power(x, 2)


def squared_integers_by_hand(x: Array) -> Array:
    return x * x


def cubic_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random(150_000),)


def cubic(x: Array) -> Array:
    """Powers of floats above two call pow for every element."""
    return 0.5 * x**3 - 3.0 * x


def cubic_by_hand(x: Array) -> Array:
    return x * (0.5 * (x * x) - 3.0)


def cubic_column_arguments() -> tuple[Any, ...]:
    return cubic_arguments()


def cubic_column(x: Array) -> Any:
    """The same in a pandas column."""
    return pd.Series(0.5 * x**3 - 3.0 * x)


def cubic_column_by_hand(x: Array) -> Any:
    return pd.Series(cubic_by_hand(x))


def total_by_element_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((180, 220)),)


def total_by_element(table: Array) -> float:
    """Two array objects and a number object for every element (Stack Overflow 29281680)."""
    total = 0.0
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            total += table[i][j]
    return total


def total_by_element_by_hand(table: Array) -> Any:
    return table.sum()


def scaled_small_products_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((1800, 3, 3)), rng.random((1800, 3, 3)), rng.random(1800)


def scaled_small_products(a: Array, b: Array, weights: Array) -> Array:
    """A wrapper and a loop for each matrix of nine elements."""
    out = np.empty(a.shape)
    for k in range(len(a)):
        out[k] = weights[k] * (a[k] @ b[k]) + a[k].T
    return out


def scaled_small_products_by_hand(a: Array, b: Array, weights: Array) -> Array:
    out = np.matmul(a, b)
    out *= weights[:, None, None]
    out += a.transpose(0, 2, 1)
    return out


def small_determinants_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((1200, 3, 3)) + 2 * np.eye(3),)


def small_determinants(matrices: Array) -> Array:
    """One call of LAPACK for each matrix of nine elements."""
    out = np.empty(len(matrices))
    for k in range(len(matrices)):
        out[k] = np.linalg.det(matrices[k])
    return out


def small_determinants_by_hand(matrices: Array) -> Array:
    return np.linalg.det(matrices)


def contrast_of_windows_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((200, 280)), 5


def contrast_of_windows(image: Array, size: int) -> Array:
    """np.std of a window around every fourth pixel, smaller at the border."""
    height, width = image.shape[0] // 4, image.shape[1] // 4
    reach = size // 2
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            y, x = 4 * i, 4 * j
            rows = slice(max(0, y - reach), y + reach + 1)
            out[i, j] = np.std(image[rows, max(0, x - reach) : x + reach + 1])
    return out


def contrast_of_windows_by_hand(image: Array, size: int) -> Array:
    height, width = image.shape[0] // 4, image.shape[1] // 4
    reach = size // 2
    padded = np.pad(image, reach, constant_values=np.nan)
    windows = sliding_window_view(padded, (size, size))[: 4 * height : 4, : 4 * width : 4]
    out = np.empty((height, width))
    out[1:, 1:] = windows[1:, 1:].std(axis=(2, 3))
    out[0] = np.nanstd(windows[0], axis=(1, 2))
    out[1:, 0] = np.nanstd(windows[1:, 0], axis=(1, 2))
    return out


def _roughness(window: Array) -> Any:
    return np.sum(np.abs(window - window[4]))


def mean_roughness_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((110, 130)),)


def mean_roughness(image: Array) -> Any:
    """A Python function for every pixel from compiled code (scipy#8916)."""
    return np.mean(ndimage.generic_filter(image, _roughness, 3))


def mean_roughness_by_hand(image: Array) -> Any:
    height, width = image.shape
    padded = np.pad(image, 1, mode="symmetric")
    total = np.zeros_like(image)
    for i in range(3):
        for j in range(3):
            total += np.abs(padded[i : i + height, j : j + width] - image)
    return total.mean()


def _loudest(window: Array) -> Any:
    return np.max(np.abs(window))


def loudest_nearby_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).standard_normal((70, 80)),)


def loudest_nearby(image: Array) -> Array:
    """What a filter of SciPy's does without Python."""
    return ndimage.generic_filter(image, _loudest, 3)


def loudest_nearby_by_hand(image: Array) -> Array:
    return ndimage.maximum_filter(np.abs(image), 3)


def _clipped_below(value: float) -> float:
    return value if value > 0 else 0.0


def clipped_elements_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).standard_normal(90_000),)


def clipped_elements(x: Array) -> Array:
    """np.vectorize is a loop."""
    return np.vectorize(_clipped_below)(x)


def clipped_elements_by_hand(x: Array) -> Array:
    return np.maximum(x, 0.0)


def lengths_of_rows_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((2200, 7)),)


def lengths_of_rows(points: Array) -> Array:
    """np.apply_along_axis is a loop."""
    return np.apply_along_axis(lambda row: np.sqrt(row @ row), 1, points)


def lengths_of_rows_by_hand(points: Array) -> Array:
    return np.sqrt(np.einsum("ij,ij->i", points, points))


def reversed_rows_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((1400, 1600))[::-1], rng.random(1600)


def reversed_rows(a: Array, x: Array) -> Array:
    """np.dot copies a matrix with a negative stride (numpy#28909)."""
    return np.dot(a, x)


def reversed_rows_by_hand(a: Array, x: Array) -> Array:
    return np.dot(a[::-1], x)[::-1]


def doubled_objects_arguments() -> tuple[Any, ...]:
    return (np.arange(150_000).astype(object),)


def doubled_objects(values: Array) -> Any:
    """Python's numbers in an array, where the caller's array is what it is."""
    return (values * 2).sum()


def doubled_objects_by_hand(values: Array) -> Any:
    return int(2 * values.astype(np.int64).sum())


def scaled_image_of_vector_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return 2.5, rng.random((1900, 2100)), rng.random(2100)


def scaled_image_of_vector(alpha: float, a: Array, x: Array) -> Array:
    """Scales the matrix rather than the answer."""
    return alpha * a @ x


def scaled_image_of_vector_by_hand(alpha: float, a: Array, x: Array) -> Array:
    return alpha * (a @ x)
