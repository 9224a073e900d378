"""Whatever is wrong with a problem is said with its value and what to give."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.errors import ProblemError
from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import requirements


def problem(**fields: Any) -> Problem:
    return Problem(**({"workload": "sums", "dims": {"rows": 2, "columns": 3}} | fields))


def check(found: Problem) -> None:
    requirements.check(found, ("rows", "columns"), ("float64", "float32"))


@pytest.mark.parametrize("layout", requirements.LAYOUTS)
def test_a_problem_with_all_its_sizes_is_accepted_in_every_layout(layout: str) -> None:
    check(problem(layout=layout))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"dims": {"rows": 2}}, "a sums problem needs columns; .* rows, columns"),
        ({"dims": {}}, "needs rows"),
        ({"dims": {"rows": 2, "columns": 3, "depth": 1}}, "has no 'depth'"),
        ({"dims": {"rows": 0, "columns": 3}}, "rows is 0; give a whole number"),
        ({"dims": {"rows": 2, "columns": -3}}, "columns is -3"),
        ({"dims": {"rows": 2.0, "columns": 3}}, "rows is 2.0"),
        ({"dims": {"rows": True, "columns": 3}}, "rows is True"),
        ({"dims": {"rows": "2", "columns": 3}}, "rows is '2'"),
        ({"dtype": "int8"}, "dtype 'int8' is not supported .* float64 or float32"),
        ({"layout": "fortran"}, "unknown layout 'fortran'; use one of C, F, strided"),
    ],
)
def test_what_is_wrong_is_said(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ProblemError, match=said):
        check(problem(**fields))


def test_whole_numbers_of_numpy_become_plain_ones() -> None:
    found = requirements.whole_dims({"n": np.int32(4), "m": np.uint8(5), "k": 6})
    assert found == {"n": 4, "m": 5, "k": 6}
    assert {type(value) for value in found.values()} == {int}


@pytest.mark.parametrize("value", [np.float64(3), None, np.bool_(True), 1j, float("nan")])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(ProblemError, match=r"n is .*; give a whole number"):
        requirements.whole_dims({"n": value})


def test_a_problem_is_made_with_plain_ints_and_checked() -> None:
    dims = {"rows": np.int32(2), "columns": 3}
    made = requirements.checked_problem("sums", dims, check, dtype="float32", name="two")
    assert made == problem(dtype="float32", name="two")
    with pytest.raises(ProblemError, match="unknown layout 'K'"):
        requirements.checked_problem("sums", dims, check, dtype="float32", layout="K")


@pytest.mark.parametrize("filter_size", [(5, 2), (3, 5)])
def test_a_filter_larger_than_its_input_does_not_fit(filter_size: tuple[int, int]) -> None:
    sizes = {"height": 4, "width": 4}

    def of(high: int, wide: int) -> Problem:
        return problem(dims=sizes | {"filter_height": high, "filter_width": wide})

    requirements.check_filter_fits(of(4, 4))
    with pytest.raises(ProblemError, match="filter is larger than its 4×4 input"):
        requirements.check_filter_fits(of(*filter_size))
