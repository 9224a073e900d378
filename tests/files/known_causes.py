"""Functions of which at least four fifths of the time go for one thing that is known."""

import threading
from typing import Any

import numpy as np

ROWS, STEPS = 1500, 300
LOCK = threading.Lock()


def gather_setup() -> tuple[Any, ...]:
    random = np.random.default_rng(0)
    places = random.integers(0, 2**26, 2**21)
    return random.random(2**26, dtype=np.float32), places, np.empty(places.size, np.float32)


def gather(column: Any, places: Any, out: Any) -> None:
    """Elements of 256 MiB at random places: nearly every one is fetched from afar."""
    np.take(column, places, out=out, mode="clip")


def field_setup() -> tuple[Any, ...]:
    return (np.ones(200_000, dtype=[("x", "f8"), ("rest", "V248")]),)


def field(records: Any) -> Any:
    """One number of every fourth cache line."""
    return records["x"].sum()


def inner_copy_setup() -> tuple[Any, ...]:
    random = np.random.default_rng(0)
    return random.random((ROWS, ROWS)), random.random(ROWS)


def inner_copy(matrix: Any, vector: Any) -> Any:
    """BLAS takes no negative step: the matrix is copied, column by column."""
    return np.dot(matrix[::-1].T, vector)


def cast_setup() -> tuple[Any, ...]:
    random = np.random.default_rng(0)
    return np.zeros(1000), random.integers(0, 1000, 50_000), random.random(50_000).astype("f4")


def cast(total: Any, places: Any, values: Any) -> None:
    """Each number goes through a buffer that makes a float64 of it."""
    np.add.at(total, places, values)


def subnormal_setup() -> tuple[Any, ...]:
    return (np.linspace(-745.0, -709.0, 100_000),)


def subnormal(values: Any) -> Any:
    """Every result is below the smallest normal number, for which there is no fast way."""
    return np.exp(values)


def callback_setup() -> tuple[Any, ...]:
    return (np.ones(200),)


def steps(value: float) -> float:
    total = 0
    for step in range(STEPS):
        total += step & 3
    return total + value


def callback(values: Any) -> Any:
    """Compiled code calls Python for every element."""
    return np.vectorize(steps, otypes=[float])(values)


def lock_setup() -> tuple[Any, ...]:
    return (np.ones(1000),)


def hold(begun: threading.Event) -> None:
    with LOCK:
        begun.set()
        threading.Event().wait(0.02)


def lock(values: Any) -> Any:
    """Another thread holds the lock for twenty milliseconds."""
    begun = threading.Event()
    holder = threading.Thread(target=hold, args=(begun,))
    holder.start()
    begun.wait()
    with LOCK:
        total = values.sum()
    holder.join()
    return total


def validation_setup() -> tuple[Any, ...]:
    return (np.ones((20, 3)),)


def validation(values: Any) -> Any:
    """A library looks two hundred times at what it is given."""
    from sklearn.utils import check_array

    for _ in range(200):
        checked = check_array(values)
    return checked
