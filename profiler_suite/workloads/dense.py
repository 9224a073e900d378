"""Dense products: an m×n matrix by a vector, or by a matrix of several columns."""

from typing import Any, cast

import numpy as np

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.model.workload import DimensionWords, Workload
from profiler_suite.units import count
from profiler_suite.workloads import registry, requirements, rounding
from profiler_suite.workloads.arrays import Array, random_array
from profiler_suite.workloads.registry import implementation

WORKLOAD = "dense"
DIMS = ("rows", "columns", "batch")
DTYPES = ("float32", "float64", "int64")

# About 0.05 µs each: more would take longer than anyone wants to watch.
_MOST_PYTHON_MULTIPLY_ADDS = 2_000_000


def problem(
    *,
    rows: int,
    columns: int,
    batch: int = 1,
    dtype: str = "float64",
    layout: str = "C",
    name: str = "",
) -> Problem:
    """A rows×columns matrix by `batch` columns (1: a vector); raises ProblemError."""
    dims = {"rows": rows, "columns": columns, "batch": batch}
    return requirements.checked_problem(
        WORKLOAD, dims, validate, dtype=dtype, layout=layout, name=name
    )


def validate(problem: Problem) -> None:
    """Raise ProblemError, in one sentence, unless all sizes are whole and positive."""
    requirements.check(problem, DIMS, DTYPES)


def label(problem: Problem) -> str:
    """The product in a few characters: '500x3072' by a vector, '64x64-b64' by a matrix."""
    dims = problem.dims
    by = "" if dims["batch"] == 1 else f"-b{dims['batch']}"
    return f"{dims['rows']}x{dims['columns']}{by}"


def in_words(problem: Problem) -> str:
    """The product for readers who do not know the labels."""
    dims = problem.dims
    other = "a vector" if dims["batch"] == 1 else f"{dims['columns']}×{dims['batch']}"
    return f"{dims['rows']}×{dims['columns']} matrix times {other}"


def _multiply_adds(problem: Problem) -> int:
    return problem.dims["rows"] * problem.dims["columns"] * problem.dims["batch"]


def data_bytes(problem: Problem) -> float:
    """Both factors and the answer, bytes."""
    rows, columns, batch = (problem.dims[name] for name in DIMS)
    elements = rows * columns + columns * batch + rows * batch
    return float(elements * requirements.ITEM_BYTES[problem.dtype])


def arguments(problem: Problem, seed: int) -> tuple[Any, ...]:
    """The matrix (in the problem's layout) and the vector or second matrix (C order)."""
    rows, columns, batch = (problem.dims[name] for name in DIMS)
    generator = np.random.default_rng(seed)
    right_shape = (columns,) if batch == 1 else (columns, batch)
    return (
        random_array(generator, (rows, columns), problem.dtype, problem.layout),
        random_array(generator, right_shape, problem.dtype),
    )


def reference(problem: Problem, arguments: tuple[Any, ...]) -> Array:
    """The answer, one inner product of two vectors per element, in float64 or exactly."""
    exact = np.int64 if problem.dtype == "int64" else np.float64
    left, right = (each.astype(exact, order="C") for each in arguments)
    if right.ndim == 1:
        return cast(Array, np.vecdot(left, right))
    return cast(Array, np.vecdot(left[:, None, :], np.ascontiguousarray(right.T)[None, :, :]))


def error_bound(problem: Problem, arguments: tuple[Any, ...], kind: str) -> float:
    """Largest absolute error that rounding can explain; 0 for integers.

    Σ|aᵢbᵢ| is at most the product of the 2-norms of a row and a column (Cauchy and
    Schwarz). The rounding of the float64 reference is added.
    """
    rounding.require_direct(kind, "a dense product")
    if problem.dtype == "int64":
        return 0.0
    left, right = (each.astype(np.float64) for each in arguments)
    magnitude = float(np.linalg.norm(left, axis=1).max() * np.linalg.norm(right, axis=0).max())
    return magnitude * rounding.distance_from_float64(problem.dims["columns"], problem.dtype)


registry.add_workload(
    Workload(
        name=WORKLOAD,
        dims=DIMS,
        validate=validate,
        label=label,
        arguments=arguments,
        reference=reference,
        error_bound=error_bound,
        data_bytes=data_bytes,
        describe=in_words,
        words={
            "rows": DimensionWords(heading="rows", noun="row count"),
            "columns": DimensionWords(heading="columns", noun="column count"),
            "batch": DimensionWords(
                heading="columns of the second matrix", noun="column count"
            ),
        },
        short_forms={"sizes": ("rows", "columns")},
    )
)


def _cost(problem: Problem, rate: str, *, calls: float = 1.0, steps: float = 0.0) -> Cost:
    return Cost(
        flop=2.0 * _multiply_adds(problem),
        compulsory_bytes=data_bytes(problem),
        written_bytes=problem.dims["rows"]
        * problem.dims["batch"]
        * requirements.ITEM_BYTES[problem.dtype],
        calls=calls,
        scalar_steps=steps,
        rate=rate,
    )


def _blas_cost(problem: Problem) -> Cost:
    return _cost(problem, "blas")


def _no_blas_cost(problem: Problem) -> Cost:
    # einsum parses its subscripts: about twice a small call.
    return _cost(problem, "einsum", calls=2.0)


def _integer_cost(problem: Problem) -> Cost:
    return _cost(problem, "integer")


def _python_cost(problem: Problem) -> Cost:
    rows, columns, batch = (problem.dims[name] for name in DIMS)
    # tolist makes a Python float of every element: about half a step each (measured).
    made = 0.5 * (rows * columns + columns * batch)
    # Two elements of two lists are read for each multiply-add: two steps.
    steps = 2.0 * _multiply_adds(problem) + made
    return _cost(problem, "python", calls=rows * batch + 4.0, steps=steps)


def _python_refuse(problem: Problem) -> str:
    multiply_adds = _multiply_adds(problem)
    if multiply_adds > _MOST_PYTHON_MULTIPLY_ADDS:
        return (
            f"{count(multiply_adds)} multiply-adds one at a time in Python; "
            f"python_loop takes at most {count(_MOST_PYTHON_MULTIPLY_ADDS)}"
        )
    return ""


@implementation(WORKLOAD, family="product", cost=_blas_cost)
def dot(matrix: Array, right: Array) -> Array:
    """np.dot: BLAS does the product."""
    return cast(Array, np.dot(matrix, right))


@implementation(WORKLOAD, family="product", cost=_blas_cost)
def matmul(matrix: Array, right: Array) -> Array:
    """The @ operator: BLAS does the product."""
    return matrix @ right


@implementation(WORKLOAD, family="product", cost=_no_blas_cost)
def einsum_no_blas(matrix: Array, right: Array) -> Array:
    """np.einsum, not optimised: NumPy's own loop, no BLAS."""
    return cast(Array, np.einsum("ij,j...->i...", matrix, right, optimize=False))


@implementation(WORKLOAD, family="product", cost=_integer_cost, dtypes=("int64",))
def dot_int64(matrix: Array, right: Array) -> Array:
    """np.dot of integers: the same call with no BLAS behind it."""
    return cast(Array, np.dot(matrix, right))


@implementation(WORKLOAD, family="loop", cost=_python_cost, refuse=_python_refuse)
def python_loop(matrix: Array, right: Array) -> Array:
    """Python loops over lists, one multiply and one add at a time."""
    columns = (right.T if right.ndim == 2 else right[None]).tolist()
    out = np.empty((matrix.shape[0], len(columns)), matrix.dtype)
    for i, row in enumerate(matrix.tolist()):
        for b, column in enumerate(columns):
            total = 0.0
            for a, x in zip(row, column, strict=True):
                total += a * x
            out[i, b] = total
    return out if right.ndim == 2 else out[:, 0]
