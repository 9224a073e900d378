"""Over functions of many kinds next to no sample is left without an entry."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from profiler_suite.measure import native
from profiler_suite.workloads import registry
from profiler_suite.workloads.convolution import problem

X = np.random.default_rng(0).random(50_000)
M = X[:40_000].reshape(200, 200)
I = np.arange(50_000)[::-1] % 1000  # noqa: E741
Z = X[:20_000] + 1j
FRAME = pd.DataFrame({"g": I % 50, "a": X, "b": X[::-1]})


def layer() -> Any:
    small = problem(height=14, width=14, channels=8, filters=8, filter_height=3, filter_width=3)
    arguments = registry.find_workload("convolution").arguments(small, 0)
    for name in ("loop", "im2col_gemm", "taps", "fft"):
        registry.find_implementation(name).function(*arguments)


def add_at() -> None:
    np.add.at(np.zeros(1000), I, X.astype(np.float32))


def elided() -> Any:
    return X[:33_000] * 2.0 + 1.0 - X[:33_000] * 3.0


def of_scipy() -> Any:
    from scipy import ndimage, signal, spatial, special

    tree = spatial.cKDTree(M[:, :3])
    return (
        ndimage.gaussian_filter(M, 2),
        signal.lfilter([1.0, 0.5], [1.0, 0.3], X),
        special.gamma(X),
        tree.query(M[:, :3]),
    )


FUNCTIONS: dict[str, Callable[[], Any]] = {
    "layer": layer,
    "complex": lambda: (-Z, np.exp(Z), Z**1.7),
    "gathers": lambda: (X[I], X[X > 0.5], M[I % 200, I % 200]),
    "add.at": add_at,
    "elision": elided,
    "casts": lambda: (X.astype(np.float16), I * 2.5, X.astype(np.float32) + X),
    "sorts": lambda: (np.sort(X), np.argsort(X), np.unique(I), np.median(X)),
    "searches": lambda: (np.searchsorted(X[:1000], X), np.histogram(X, 50), np.where(X > 0.5)),
    "linalg": lambda: (np.linalg.solve(M, M[0]), np.linalg.svd(M[:50, :50]), M @ M),
    "times": lambda: np.arange("2000", "2010", dtype="M8[D]").astype("M8[M]"),
    "texts": lambda: np.char.upper(np.array(["ab"] * 2000)),
    "objects": lambda: np.array(list(range(2000)), object) + 1,
    "small": lambda: [np.add(X[:3], X[:3]) for _ in range(100)],
    "pandas": lambda: (
        FRAME.groupby("g").mean(),
        FRAME.sort_values("a"),
        FRAME.a.rolling(9).mean(),
    ),
    "scipy": of_scipy,
}


@pytest.mark.slow
def test_next_to_nothing_is_unclassified() -> None:
    if reason := native.available():
        pytest.skip(reason)
    shares = {}
    for name, function in FUNCTIONS.items():
        function()
        shares[name] = native.sample(function, (), 0.2, 3989.0).share("unknown")
    assert sum(shares.values()) / len(shares) < 0.01, shares
    assert max(shares.values()) < 0.03, shares
