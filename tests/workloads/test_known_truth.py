"""The functions of known truth do what their stated cost says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import known_truth, registry

OWN = {
    name: each
    for name, each in registry.implementations().items()
    if each.workload in (known_truth.ITERATIONS, known_truth.ELEMENTS)
}
# Waits as many nanoseconds, or takes 64 MiB.
LIGHT = sorted(set(OWN) - {"only_page_faults", "only_interpreter"})


def arguments(name: str, n: int) -> tuple[Any, ...]:
    problem = Problem(workload=OWN[name].workload, dims={"n": n})
    return registry.find_workload(problem.workload).arguments(problem, 0)


@pytest.mark.parametrize("name", LIGHT)
def test_each_answers_with_the_reference_and_leaves_its_arguments(name: str) -> None:
    given = arguments(name, 4000 if name.startswith("counts") else 20_000)
    if name == "only_copy":
        given = arguments(name, 200_000)
    if OWN[name].workload == known_truth.ITERATIONS:
        given = (2,)
    before = [np.copy(each) for each in given]
    answer = OWN[name].function(*given)
    np.testing.assert_array_equal(answer, np.zeros(1))
    for each, kept in zip(given, before, strict=True):
        np.testing.assert_array_equal(each, kept)


def cost_of(name: str, n: int) -> tuple[float, float]:
    found = OWN[name].cost(Problem(workload=known_truth.ELEMENTS, dims={"n": n}))
    return found.flop, found.compulsory_bytes


@pytest.mark.parametrize(
    ("name", "n", "flop", "moved"),
    [
        ("counts_multiply_add", 10, 20, 480),
        ("counts_exponentials", 10, 80, 160),
        ("counts_reduction", 10, 9, 80),
        ("counts_product", 4000, 120_000, 8 * (2000 + 1500 + 1200)),
        ("counts_strided", 10, 5, 80),
        ("only_copy", 10, 0, 640),
        ("only_product", 1, 54_000_000, 1_440_000),
    ],
)
def test_the_stated_cost_is_the_count_by_hand(
    name: str, n: int, flop: float, moved: float
) -> None:
    assert cost_of(name, n) == (flop, moved)


def test_the_wait_lasts_at_least_as_long_as_it_says() -> None:
    from time import perf_counter_ns

    start = perf_counter_ns()
    known_truth.busy_wait(200_000)
    assert perf_counter_ns() - start >= 200_000


def test_the_second_line_does_three_times_what_the_first_does() -> None:
    import inspect

    source = Path(inspect.getfile(known_truth)).read_text("utf-8")
    body = source.partition("def one_and_three(")[2].partition("return")[0]
    first, second = body.strip().splitlines()[-2:]
    assert second.count("sum(") == 3 * first.count("sum(") == 3


def test_its_experiment_runs_implementations_of_its_own_workload() -> None:
    workload = known_truth.experiment.problems[0].workload
    assert {OWN[name].workload for name in known_truth.experiment.implementations} == {workload}
