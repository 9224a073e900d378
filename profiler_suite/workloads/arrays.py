"""Input arrays of a problem: seeded values in a dtype and a memory layout."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# Small enough that no sum of products of realistic length leaves int64.
_LARGEST_INTEGER = 100


def random_array(
    generator: np.random.Generator, shape: tuple[int, ...], dtype: str, layout: str = "C"
) -> Array:
    """Values in [−1, 1], or whole numbers from −100 to 100 for integers, laid out as asked."""
    if np.issubdtype(np.dtype(dtype), np.integer):
        limit = _LARGEST_INTEGER
        values: Array = generator.integers(-limit, limit, shape, endpoint=True)
    else:
        values = generator.uniform(-1.0, 1.0, shape)
    return laid_out(values.astype(dtype), layout)


def laid_out(values: Array, layout: str) -> Array:
    """The same values in C order, in Fortran order, or as every second element of an array."""
    if layout == "F":
        return np.asfortranarray(values)
    if layout == "strided":
        wide = np.zeros((*values.shape[:-1], 2 * values.shape[-1]), values.dtype)
        wide[..., ::2] = values
        return wide[..., ::2]
    return np.ascontiguousarray(values)
