"""What a workload or an implementation leaves unstated is noticed when it is asked for."""

import pytest

from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import Implementation, Workload, unstated

PROBLEM = Problem(workload="sums", dims={"n": 3})
IMPLEMENTATION = Implementation(name="add", workload="sums", family="loop", function=sum)
WORKLOAD = Workload(
    name="sums",
    dims=("n",),
    validate=lambda problem: None,
    label=lambda problem: f"n{problem.dims['n']}",
    arguments=lambda problem, seed: (range(problem.dims["n"]),),
    data_bytes=lambda problem: 8.0 * problem.dims["n"],
)


def test_what_is_not_stated_is_the_one_marker_that_askers_look_for() -> None:
    assert IMPLEMENTATION.cost is unstated
    assert IMPLEMENTATION.work is unstated
    assert WORKLOAD.reference is unstated
    assert WORKLOAD.describe is unstated


def test_asking_all_the_same_is_a_fault_that_says_so() -> None:
    with pytest.raises(NotImplementedError, match="not stated"):
        IMPLEMENTATION.cost(PROBLEM)
    with pytest.raises(NotImplementedError, match="not stated"):
        WORKLOAD.error_bound(PROBLEM, (), "direct")


def test_what_is_stated_computes() -> None:
    assert IMPLEMENTATION.function(*WORKLOAD.arguments(PROBLEM, 0)) == 3
    assert WORKLOAD.label(PROBLEM) == "n3"
