"""Time in packages is theirs, Python or compiled, with file and line of the function."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import interpolate, ndimage, optimize, signal, sparse, spatial, special, stats
from scipy.cluster import hierarchy

from profiler_suite.measure.layers import stacks
from profiler_suite.measure.native import layers
from profiler_suite.model.layers import CalleeSamples, LayerRecord
from tests.interference import holds

pytestmark = [pytest.mark.slow, pytest.mark.measures]

RANDOM = np.random.default_rng(0)
X = RANDOM.random(20_000)
IMAGE = RANDOM.random((120, 120))
POINTS = RANDOM.random((300, 3))
TREE = spatial.cKDTree(POINTS)
SPARSE: Any = sparse.random_array((800, 800), density=0.02, random_state=0, format="csr")
FRAME = pd.DataFrame({"key": RANDOM.integers(0, 50, 20_000), "value": X})
WORDS = pd.Series([f"word {n % 100}" for n in range(5000)], dtype=object)
SPLINE = interpolate.CubicSpline(np.arange(200.0), X[:200])
TEXTS = ["1.5", "2.5"] * 500
HERE = Path(__file__)

# Compiled code: what is done, and whose it is.
COMPILED: dict[str, tuple[Callable[[], Any], str]] = {
    "tree": (lambda: TREE.query(POINTS, 8), "SciPy"),
    "made tree": (lambda: spatial.cKDTree(RANDOM.random((3000, 3))), "SciPy"),
    "distances": (lambda: spatial.distance.cdist(POINTS, POINTS), "SciPy"),
    "triangles": (lambda: spatial.Delaunay(POINTS), "SciPy"),
    "median filter": (lambda: ndimage.median_filter(IMAGE, 5), "SciPy"),
    "gaussian": (lambda: ndimage.gaussian_filter(IMAGE, 3.0), "SciPy"),
    "labels": (lambda: ndimage.label(IMAGE > 0.5), "SciPy"),
    "zoom": (lambda: ndimage.zoom(IMAGE, 2.0), "SciPy"),
    "filter": (lambda: signal.lfilter([1.0, 0.5], [1.0, -0.3], X), "SciPy"),
    "convolution": (lambda: signal.convolve2d(IMAGE, IMAGE[:9, :9]), "SciPy"),
    "sparse product": (lambda: SPARSE @ SPARSE, "SciPy"),
    "special": (lambda: special.gammaln(X), "SciPy"),
    "bessel": (lambda: special.jv(1.5, X), "SciPy"),
    "spline": (lambda: SPLINE(X * 199), "SciPy"),
    "linkage": (lambda: hierarchy.linkage(POINTS), "SciPy"),
    "assignment": (lambda: optimize.linear_sum_assignment(IMAGE), "SciPy"),
    "group sums": (lambda: FRAME.groupby("key")["value"].sum(), "pandas"),
    "group medians": (lambda: FRAME.groupby("key")["value"].median(), "pandas"),
    "rolling": (lambda: FRAME["value"].rolling(50).mean(), "pandas"),
    "rolling median": (lambda: FRAME["value"].iloc[:3000].rolling(50).median(), "pandas"),
    "weighted": (lambda: FRAME["value"].ewm(span=9).mean(), "pandas"),
    "factors": (lambda: pd.factorize(FRAME["value"]), "pandas"),
    "counted": (lambda: FRAME["value"].value_counts(), "pandas"),
}

# Python code: the function of the package that the user's line calls, and its file.
PYTHON: dict[str, tuple[Callable[[], Any], str, str]] = {
    "rows of a frame": (
        lambda: [row["value"] for _, row in FRAME.iloc[:300].iterrows()],
        "iterrows",
        "pandas/core/frame.py",
    ),
    "tuples of a frame": (
        lambda: FRAME.iloc[:50].apply(sum, axis=1),
        "apply",
        "pandas/core/frame.py",
    ),
    "described": (lambda: FRAME.describe(), "describe", "pandas/core/frame.py"),
    "pivot": (
        lambda: FRAME.iloc[:500].pivot_table(index="key", values="value"),
        "pivot_table",
        "pandas/core/frame.py",
    ),
    "joined": (lambda: pd.concat([FRAME] * 3), "concat", "pandas/core/reshape/concat.py"),
    "minimum": (
        lambda: optimize.minimize(np.linalg.norm, np.ones(5), method="Nelder-Mead"),
        "minimize",
        "scipy/optimize/_minimize.py",
    ),
    "normal": (
        lambda: [stats.norm.pdf(0.5) for _ in range(20)],
        "pdf",
        "scipy/stats/_distn_infrastructure.py",
    ),
    "design": (lambda: signal.butter(4, 0.3), "butter", "scipy/signal/_filter_design.py"),
    "rotation of an image": (
        lambda: [ndimage.shift(IMAGE[:3, :3], 1.0) for _ in range(20)],
        "shift",
        "scipy/ndimage/_interpolation.py",
    ),
    "apply along axis": (
        lambda: np.apply_along_axis(len, 1, IMAGE),
        "apply_along_axis",
        "numpy/lib/_shape_base_impl.py",
    ),
    "vectorised": (
        lambda: np.vectorize(float)(X[:500]),
        "__call__",
        "numpy/lib/_function_base_impl.py",
    ),
    "gradient": (
        lambda: [np.gradient(X[:20]) for _ in range(20)],
        "gradient",
        "numpy/lib/_function_base_impl.py",
    ),
    "padded": (
        lambda: [np.pad(IMAGE[:4, :4], 2) for _ in range(20)],
        "pad",
        "numpy/lib/_arraypad_impl.py",
    ),
    "histogram": (
        lambda: [np.histogram(X[:20]) for _ in range(20)],
        "histogram",
        "numpy/lib/_histograms_impl.py",
    ),
    "polynomial": (
        lambda: [np.polyfit(X[:9], X[9:18], 2) for _ in range(20)],
        "polyfit",
        "numpy/lib/_polynomial_impl.py",
    ),
    "masked": (
        lambda: [np.ma.masked_greater(X[:9], 0.5) for _ in range(20)],
        "masked_greater",
        "numpy/ma/core.py",
    ),
    "printed": (lambda: np.array2string(X[:50]), "array2string", "numpy/_core/arrayprint.py"),
    "product of many": (
        lambda: [np.linalg.multi_dot([IMAGE[:2, :2]] * 4) for _ in range(20)],
        "multi_dot",
        "numpy/linalg/_linalg.py",
    ),
    "windows": (
        lambda: [np.lib.stride_tricks.sliding_window_view(X[:20], 3) for _ in range(20)],
        "sliding_window_view",
        "numpy/lib/_stride_tricks_impl.py",
    ),
    "text to numbers": (
        lambda: pd.to_datetime(pd.Series(["2020-01-01", "2020-01-02"] * 20)),
        "to_datetime",
        "pandas/core/tools/datetimes.py",
    ),
}


def looked_at(function: Callable[[], Any]) -> LayerRecord:
    function()
    record = stacks.sample_layers(function, tuple, 0.3)
    if record.reason:
        pytest.skip(record.reason)
    return record


@pytest.mark.parametrize("name", COMPILED)
def test_the_compiled_code_of_a_package_is_the_packages(name: str) -> None:
    function, owner = COMPILED[name]

    def wrong() -> object:
        record = looked_at(function)
        return record.layers if record.share(owner) < 0.6 else None

    holds(wrong)


@cache
def defined(file: str) -> tuple[tuple[str, int, int], ...]:
    """Name, first and last line of every function of a source file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [n for n in ast.walk(ast.parse(Path(file).read_text())) if isinstance(n, kinds)]
    # Code begins at the first decorator.
    return tuple(
        (n.name, min(each.lineno for each in (n, *n.decorator_list)), n.end_lineno or n.lineno)
        for n in nodes
    )


def is_where_it_says(callee: CalleeSamples) -> bool:
    """Whether the line lies in a function of that name in that file."""
    name = callee.function.rpartition(".")[2]
    if name.startswith("<") or not callee.file.endswith(".py"):
        return True
    return any(
        name == each and first <= callee.line <= last
        for each, first, last in defined(callee.file)
    )


@pytest.mark.parametrize("name", PYTHON)
def test_a_function_of_a_package_has_file_and_line_and_the_users_line_above(name: str) -> None:
    function, called, file = PYTHON[name]
    lines = {line for _, _, line in function.__code__.co_lines() if line is not None}

    def wrong() -> object:
        record = looked_at(function)
        found = [
            each
            for each in record.callees
            if each.function.rpartition(".")[2] == called and each.file.endswith(file)
        ]
        if max((each.total for each in found), default=0) < 0.7 * record.samples:
            return record.callees
        return None

    holds(wrong)
    record = looked_at(function)
    for each in record.callees:
        assert is_where_it_says(each), each
        if each.layer != layers.USER:
            assert Path(each.below_file) == HERE
            assert each.below_line in lines
