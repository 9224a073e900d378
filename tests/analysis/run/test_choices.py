"""Choices: a model prefers what has less to do here, and the report says how good it was."""

import msgspec
import pytest

from profiler_suite.analysis.run import choices
from profiler_suite.errors import UsageError
from profiler_suite.machine import choice
from profiler_suite.measure.planning.plan import make_point
from profiler_suite.model.experiment import Moves, Problem, Products, Work
from profiler_suite.model.machine import Machine
from profiler_suite.workloads import convolution, registry
from tests.fake_machine import MACHINE, call_cost


def layer(size: int, channels: int, filters: int, filter_size: int = 3) -> Problem:
    return convolution.problem(
        height=size,
        width=size,
        channels=channels,
        filters=filters,
        filter_height=filter_size,
        filter_width=filter_size,
        dtype="float32",
    )


def chosen(problem: Problem, machine: Machine = MACHINE) -> str:
    return choice.choose(convolution.chosen.CANDIDATES, problem, machine, 1)


def test_the_plan_says_what_best_runs_and_states_its_cost() -> None:
    best = registry.find_implementation("best")
    problem = layer(58, 64, 64)
    point = make_point("test", best, problem, 1, MACHINE)
    assert point.id == "test/best/58x58x64-f64-3x3-s1/float32/t1"
    assert (point.implementation, point.family) == ("best", "choice")
    assert point.runs == chosen(problem)
    assert point.cost == registry.find_implementation(point.runs).cost(problem)
    assert registry.run_by(point).name == point.runs


def test_filters_that_only_one_serves_leave_no_choice() -> None:
    assert chosen(layer(58, 64, 64, filter_size=1)) == "im2col_kept"


def test_fewer_operations_are_chosen_where_there_is_work_and_not_where_there_are_calls() -> (
    None
):
    assert chosen(layer(58, 64, 64)) == "winograd_kept"
    assert chosen(layer(8, 3, 12)) == "im2col_kept"


def test_a_machine_whose_calls_cost_nothing_chooses_by_operations_and_bytes() -> None:
    free = msgspec.structs.replace(MACHINE, call_costs=())
    assert choice.expected_s(Work(calls=9.0, products=(), moves=()), free, "float32") == 0
    assert choice.expected_s(Work(calls=9.0, products=(), moves=()), MACHINE, "float32") > 0


def test_the_model_adds_up_arithmetic_packing_and_copies() -> None:
    def time_s(products: Products, *moves: Moves) -> float:
        return choice.expected_s(
            Work(calls=0.0, products=(products,), moves=moves), MACHINE, "float64"
        )

    small = Products(count=1, m=64, k=64, n=64)
    at_peak_s = 2 * 64**3 / MACHINE.peak_flop_per_s("float64")
    assert time_s(small) > at_peak_s
    assert time_s(msgspec.structs.replace(small, count=10)) >= 9.9 * time_s(small)
    assert time_s(small, Moves(runs=100, run_bytes=64)) > time_s(small)


def test_small_products_pack_nothing_unless_a_factor_is_transposed() -> None:
    slow = msgspec.structs.replace(
        MACHINE,
        call_costs=(*MACHINE.call_costs, call_cost("reshape copy", "strided", 0.0, 1e6)),
    )

    def slowdown(products: Products) -> float:
        work = Work(calls=0.0, products=(products,), moves=())
        times = (choice.expected_s(work, machine, "float64") for machine in (slow, MACHINE))
        return next(times) / next(times)

    assert slowdown(Products(count=1, m=100, k=100, n=100)) == 1
    assert slowdown(Products(count=1, m=100, k=100, n=101)) > 10
    assert slowdown(Products(count=1, m=100, k=100, n=100, transposed=True)) > 10


def test_large_windows_and_few_filters_are_better_not_copied() -> None:
    deep = convolution.problem(
        height=14, width=14, channels=256, filters=4, filter_height=7, filter_width=7
    )
    cheap = msgspec.structs.replace(
        MACHINE,
        call_costs=(
            call_cost("slice", "strided", 2e-7),
            call_cost("reshape copy", "strided", 4e-7, 2.5e9),
        ),
    )
    assert choice.choose(("im2col_kept", "taps"), deep, cheap, 1) == "taps"


def test_what_states_no_work_cannot_be_chosen() -> None:
    with pytest.raises(UsageError, match="'rows_gemm' states no work"):
        choice.choose(("rows_gemm",), layer(8, 3, 4), MACHINE, 1)
    with pytest.raises(UsageError, match="none of winograd_kept serves this problem"):
        choice.choose(("winograd_kept",), layer(8, 3, 4, filter_size=1), MACHINE, 1)


def made(ratio: float, chosen: str = "a", fastest: str = "b") -> choices.Choice:
    return choices.Choice(
        point=f"e/best/{ratio}",
        experiment="e",
        problem="p",
        chosen=chosen,
        fastest=fastest,
        ratio=ratio,
    )


def test_the_sentence_counts_right_near_and_worst_choices() -> None:
    found = choices._of_choices((made(1.02, "a", "a"), made(1.05), made(1.80)))
    assert len(found) == 1
    assert "of 3 choices" in found[0]
    assert "1 were the fastest implementation and 2 were within 10 %" in found[0]
    assert "a instead of b on p (e)" in found[0]


def test_without_choices_nothing_is_said() -> None:
    assert choices._of_choices(()) == ()
