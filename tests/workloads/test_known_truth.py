"""The functions of known truth do what their stated cost says."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import Implementation
from profiler_suite.workloads import registry

FILE = Path(inspect.getfile(registry)).with_name("known_truth.py")


@pytest.fixture(scope="module")
def truth() -> Iterator[ModuleType]:
    """The module, whose entries leave the registries again; others may have entered them."""
    both: Any = (registry._WORKLOADS, registry._IMPLEMENTATIONS)
    registry.implementations()
    for each in both:
        each.forget(FILE)
    sys.modules.pop("profiler_suite.workloads.known_truth", None)
    tables = [table for each in both for table in (each._entries, each._files)]
    kept = [dict(table) for table in tables]
    from profiler_suite.workloads import known_truth

    yield known_truth
    for table, before in zip(tables, kept, strict=True):
        table.clear()
        table.update(before)
    del sys.modules[known_truth.__name__]


def own(truth: ModuleType) -> dict[str, Implementation]:
    workloads = (truth.ITERATIONS, truth.ELEMENTS)
    return {n: i for n, i in registry.implementations().items() if i.workload in workloads}


def arguments(each: Implementation, n: int) -> tuple[Any, ...]:
    problem = Problem(workload=each.workload, dims={"n": n})
    return registry.find_workload(problem.workload).arguments(problem, 0)


def test_each_answers_with_the_reference_and_leaves_its_arguments(truth: ModuleType) -> None:
    found = own(truth)
    assert len(found) > 15
    sizes = {"only_copy": 200_000, "only_arithmetic": 20_000}
    # One of these takes 64 MiB, the other milliseconds.
    for name in sorted(set(found) - {"only_page_faults", "only_interpreter"}):
        each = found[name]
        n = 2 if each.workload == truth.ITERATIONS else sizes.get(name, 4000)
        given = arguments(each, n)
        before = [np.copy(argument) for argument in given]
        np.testing.assert_array_equal(each.function(*given), np.zeros(1), err_msg=name)
        for argument, kept in zip(given, before, strict=True):
            np.testing.assert_array_equal(argument, kept, err_msg=name)


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
    truth: ModuleType, name: str, n: int, flop: float, moved: float
) -> None:
    found = own(truth)[name].cost(Problem(workload=truth.ELEMENTS, dims={"n": n}))
    assert (found.flop, found.compulsory_bytes) == (flop, moved)


def test_the_wait_lasts_at_least_as_long_as_it_says(truth: ModuleType) -> None:
    start = perf_counter_ns()
    truth.busy_wait(200_000)
    assert perf_counter_ns() - start >= 200_000


def test_the_second_line_does_three_times_what_the_first_does(truth: ModuleType) -> None:
    source = Path(inspect.getfile(truth)).read_text("utf-8")
    body = source.partition("def one_and_three(")[2].partition("return")[0]
    first, second = body.strip().splitlines()[-2:]
    assert second.count("sum(") == 3 * first.count("sum(") == 3


def test_its_experiment_runs_implementations_of_its_own_workload(truth: ModuleType) -> None:
    workload = truth.experiment.problems[0].workload
    assert {own(truth)[name].workload for name in truth.experiment.implementations} == {
        workload
    }
