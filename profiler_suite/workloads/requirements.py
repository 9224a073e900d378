"""What every problem must satisfy: named whole sizes, a supported dtype, a known layout."""

from collections.abc import Callable, Mapping
from numbers import Integral

from profiler_suite.errors import ProblemError
from profiler_suite.model.experiment import Problem

LAYOUTS = ("C", "F", "strided")
ITEM_BYTES = {"float32": 4, "float64": 8, "int64": 8}


def whole_dims(dims: Mapping[str, object]) -> dict[str, int]:
    """The dimensions as plain ints (NumPy's integers become Python's); others are an error."""
    for name, value in dims.items():
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise ProblemError(f"{name} is {value!r}; give a whole number of at least 1")
    return {name: int(value) for name, value in dims.items()}  # type: ignore[call-overload]


def checked_problem(
    workload: str,
    dims: Mapping[str, object],
    validate: Callable[[Problem], None],
    *,
    dtype: str,
    layout: str = "C",
    name: str = "",
) -> Problem:
    """A problem with plain ints as dimensions; raises ProblemError where `validate` does."""
    made = Problem(
        workload=workload, dims=whole_dims(dims), dtype=dtype, layout=layout, name=name
    )
    validate(made)
    return made


def check(problem: Problem, dims: tuple[str, ...], dtypes: tuple[str, ...]) -> None:
    """Raise ProblemError unless the problem has exactly these sizes, all at least 1."""
    what = f"a {problem.workload} problem"
    for name in dims:
        if name not in problem.dims:
            raise ProblemError(f"{what} needs {name}; its dimensions are {', '.join(dims)}")
    for name in problem.dims:
        if name not in dims:
            raise ProblemError(f"{what} has no {name!r}; its dimensions are {', '.join(dims)}")
    for name, value in whole_dims(problem.dims).items():
        if value < 1:
            raise ProblemError(f"{name} is {value}; give a whole number of at least 1")
    if problem.dtype not in dtypes:
        raise ProblemError(
            f"dtype {problem.dtype!r} is not supported for {what}; use {' or '.join(dtypes)}"
        )
    if problem.layout not in LAYOUTS:
        raise ProblemError(
            f"unknown layout {problem.layout!r}; use one of {', '.join(LAYOUTS)}"
        )


def check_filter_fits(problem: Problem) -> None:
    """Raise ProblemError unless filter_height and filter_width lie within height and width."""
    height, width, high, wide = (
        problem.dims[name] for name in ("height", "width", "filter_height", "filter_width")
    )
    if high > height or wide > width:
        raise ProblemError(
            f"a {high}×{wide} filter is larger than its {height}×{width} input; make the "
            "filter smaller or the input larger"
        )
