"""Functions of many kinds: what can run another way, and what cannot."""

from typing import Any

import numpy as np
from scipy import signal

LOG: list[int] = []


def loop_sum(x: Any) -> float:
    total = 0.0
    for value in x:
        total += value * value
    return total


def carried(x: Any) -> Any:
    out = np.empty_like(x)
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = 0.9 * out[i - 1] + x[i]
    return out


def chain(x: Any, y: Any) -> Any:
    return np.exp(-(x**2)) * np.sin(y) + np.sqrt(np.abs(x - y))


def product(a: Any, b: Any) -> Any:
    return a @ b


def reductions(a: Any) -> Any:
    return a.mean(axis=0), a.std(axis=1), float(a.max())


def helper(x: Any) -> Any:
    return x * 2.0 + 1.0


def calls_helper(x: Any) -> Any:
    return helper(helper(x)).sum()


def decides(x: Any) -> Any:
    if x.sum() > 0:
        return x - x.mean()
    return x


def with_nan(x: Any) -> Any:
    return np.where(np.isnan(x), 0.0, x) + np.nanmax(x)


def scales_in_place(x: Any, factor: float) -> Any:
    x *= factor
    return x.sum()


def filtered(x: Any) -> Any:
    return signal.lfilter([1.0], [1.0, -0.5], x)  # SciPy's


def of_objects(x: Any) -> Any:
    return x + x


def generator(x: Any) -> Any:
    for value in x:
        yield value * 2


def logs(x: Any) -> Any:
    LOG.append(len(x))
    return x.sum()


def draws(n: int) -> Any:
    return np.random.default_rng().random(n).sum()


def counts_large(x: Any) -> Any:
    return np.cumsum(x).astype(np.int64)


def named_columns(table: Any) -> Any:
    return {name: column.sum() for name, column in table.items()}


def array_api(x: Any) -> Any:
    xp = x.__array_namespace__()
    return xp.sum(xp.exp(-x)) / x.shape[0]


RNG = np.random.default_rng(0)
VECTOR = RNG.standard_normal(400)
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "loop_sum": (VECTOR,),
    "carried": (VECTOR,),
    "chain": (VECTOR, VECTOR[::-1].copy()),
    "product": (RNG.random((60, 40)), RNG.random((40, 50))),
    "reductions": (RNG.random((50, 30)),),
    "calls_helper": (VECTOR,),
    "decides": (np.abs(VECTOR),),
    "with_nan": (np.where(VECTOR > 1, np.nan, VECTOR),),
    "scales_in_place": (VECTOR, 1.5),
    "filtered": (VECTOR,),
    "of_objects": (np.array([1, 2, 3], object),),
    "generator": (VECTOR,),
    "logs": (VECTOR,),
    "draws": (100,),
    "counts_large": (np.full(400, 123_456.75),),
    "array_api": (VECTOR,),
    "named_columns": ({"a": VECTOR, "b": VECTOR * 2},),
}
