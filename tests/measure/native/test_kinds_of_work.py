"""What compiled code does is told by its symbols, for twenty functions of each hard kind."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from profiler_suite.measure import native
from profiler_suite.measure.native.rules import ENTRIES
from tests.interference import holds

pytestmark = [
    pytest.mark.slow,
    pytest.mark.measures,
    pytest.mark.skipif(bool(native.available()), reason="no native samples on this system"),
]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with threadpoolctl.threadpool_limits(1):
        yield


N = 100_000
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.random(N) + 0.5, RANDOM.random(N) + 0.5
Z, W = X + 1j * Y, Y - 1j * X
C = Z.astype(np.complex64)
F4, F2, I2, I4, U1 = (X.astype(dtype) for dtype in ("f4", "f2", "i2", "i4", "u1"))
I8 = RANDOM.integers(1, 100, N)
PLACES = RANDOM.integers(0, 1000, N)
MANY = RANDOM.random(33_000)
SQUARE = Z[:10_000].reshape(100, 100)
LONGS = np.arange(33_000)
MANIER = RANDOM.random(300_000)
COMPLEX_MANY = MANY + 1j
SINGLES = RANDOM.random(66_000, dtype=np.float32)
MATRIX = RANDOM.random((190, 190))


def shares(function: Callable[[], Any]) -> dict[str, float]:
    """Of all samples of user code, by entry of the time breakdown."""
    function()
    counts = native.sample(function, (), 0.15, 3989.0).counts
    total = sum(n for name, n in counts.items() if name != "kernel")
    found: dict[str, float] = {}
    for name, number in counts.items():
        entry = ENTRIES.get(name, name)
        found[entry] = found.get(entry, 0.0) + number / max(1, total)
    return found


def into(ufunc: Any, *given: Any) -> Callable[[], Any]:
    """The ufunc with an output that is there: no page is taken anew."""
    out = ufunc(*given)
    return lambda: ufunc(*given, out=out)


COMPLEX: dict[str, Callable[[], Any]] = {
    "negative": into(np.negative, Z),
    "negative of single precision": into(np.negative, C),
    "add": into(np.add, Z, W),
    "subtract": into(np.subtract, Z, W),
    "multiply": into(np.multiply, Z, W),
    "divide": into(np.divide, Z, W),
    "by a number": into(np.multiply, Z, 2.0),
    "power": into(np.power, Z, 1.7),
    "square": into(np.square, Z),
    "reciprocal": into(np.reciprocal, Z),
    "conjugate": into(np.conjugate, Z),
    "absolute": into(np.absolute, Z),
    "sign": into(np.sign, Z),
    "exp": into(np.exp, Z),
    "log": into(np.log, Z),
    "sqrt": into(np.sqrt, Z),
    "sin": into(np.sin, Z),
    "cosh": into(np.cosh, Z),
    "tan": into(np.tan, Z),
    "arctan": into(np.arctan, Z),
    "equal": into(np.equal, Z, W),
    "isfinite": into(np.isfinite, Z),
    "sum": lambda: Z.sum(),
    "product": lambda: (Z / np.sqrt(2)).prod(),
    "vdot": lambda: np.vdot(Z, W),
    "matrices": into(np.matmul, SQUARE, SQUARE),
    "maximum": into(np.maximum, Z, W),
    "strided": into(np.negative, Z[::2]),
}


def at(ufunc: Any, total: Any, values: Any) -> Callable[[], Any]:
    return lambda: ufunc.at(total, PLACES, values)


def casting(ufunc: Any, *given: Any, out: Any) -> Callable[[], Any]:
    return lambda: ufunc(*given, out=out, casting="unsafe")


CASTS: dict[str, Callable[[], Any]] = {
    "add.at of float32": at(np.add, np.zeros(1000), F4),
    "add.at of float16": at(np.add, np.zeros(1000), F2),
    "add.at of int16": at(np.add, np.zeros(1000), I2),
    "add.at of int32 to int64": at(np.add, np.zeros(1000, "i8"), I4),
    "add.at to complex": at(np.add, np.zeros(1000, "c16"), X),
    "subtract.at": at(np.subtract, np.zeros(1000), F4),
    "multiply.at": at(np.multiply, np.ones(1000), I2),
    "maximum.at": at(np.maximum, np.zeros(1000), F4),
    "minimum.at": at(np.minimum, np.zeros(1000, "f4"), F2),
    "add float32 to float64": into(np.add, F4, X),
    "add float16 to float64": into(np.add, F2, X),
    "add int64 to float64": into(np.add, I8, X),
    "multiply int16 with float32": into(np.multiply, I2, F4),
    "add uint8 to int16": into(np.add, U1, I2),
    "divide of int64": into(np.divide, I8, I8),
    "sqrt of int32": into(np.sqrt, I4),
    "hypot of int64": into(np.hypot, I8, I8),
    "into float32": casting(np.add, X, Y, out=np.empty(N, "f4")),
    "into int64": casting(np.multiply, X, 100.0, out=np.empty(N, "i8")),
    "float32 with complex": into(np.add, F4, Z),
    "sum of float16 as float64": lambda: np.add.reduce(F2, dtype=np.float64),
    "sum of int16": lambda: np.add.reduce(I2),
    "prod of bool": lambda: np.multiply.reduce(X > 0),
    "strided float32": into(np.add, F4[::2], X[::2]),
}


ELIDED: dict[str, Callable[[], Any]] = {
    "two sums": lambda: MANY + 1.0 + 2.0,
    "three sums": lambda: MANY + 1.0 + 2.0 + 3.0,
    "difference": lambda: MANY * 2.0 - 1.0,
    "product": lambda: (MANY + 1.0) * 2.0,
    "quotient": lambda: (MANY + 1.0) / 2.0,
    "squares": lambda: (MANY - 0.5) ** 2,
    "of two temporaries": lambda: (MANY + 1.0) * (MANY - 1.0),
    "polynomial": lambda: (MANY * 2.0 + 1.0) * MANY + 3.0,
    "negative": lambda: -(MANY + 1.0),
    "absolute": lambda: abs(MANY - 0.5),
    "negative of a product": lambda: -(MANY * MANY) + 1.0,
    "root of a sum": lambda: np.sqrt(MANY * MANY + 1.0) + 1.0,
    "from the right": lambda: 1.0 - (MANY + 2.0),
    "reversed quotient": lambda: 1.0 / (MANY + 2.0),
    "integers": lambda: (LONGS + 1) * 3 - 2,
    "bits": lambda: ((LONGS & 7) | 8) ^ 1,
    "shifts": lambda: (LONGS + 1 << 2) >> 1,
    "masks": lambda: (MANIER > 0.5) & (MANIER < 0.7) | (MANIER > 0.9),
    "complex": lambda: (COMPLEX_MANY + 1.0) * 2.0,
    "single precision": lambda: (SINGLES + np.float32(1.0)) * np.float32(2.0),
    "matrix": lambda: MATRIX * 2.0 + MATRIX - 1.0,
}


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_numbers_are_computed_by_inner_loops(name: str) -> None:
    def wrong() -> object:
        found = shares(COMPLEX[name])
        return found if found.get("arithmetic", 0.0) + found.get("copy", 0.0) < 0.8 else None

    holds(wrong)


@pytest.mark.parametrize("name", CASTS)
def test_casts_through_a_buffer_are_no_interpreters_work(name: str) -> None:
    # Each element of maximum.at has the state of the floating-point unit looked at.
    least = 0.6 if name in ("maximum.at", "minimum.at") else 0.8

    def wrong() -> object:
        found = shares(CASTS[name])
        work = found.get("arithmetic", 0.0) + found.get("copy", 0.0)
        return found if work < least or found.get("interpreter", 0.0) > 0.1 else None

    holds(wrong)


@pytest.mark.parametrize("name", ELIDED)
def test_a_look_at_the_stack_is_dispatch(name: str) -> None:
    """The rest of what is no work is page faults: nothing is without an entry."""

    def wrong() -> object:
        found = shares(ELIDED[name])
        unknown = found.get("unknown", 0.0) + found.get("residual", 0.0)
        return found if unknown > 0.02 or found.get("interpreter", 0.0) > 0.15 else None

    holds(wrong)
