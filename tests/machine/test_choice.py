"""The implementation that a model of the machine expects to be fastest."""

import msgspec
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.machine import choice
from profiler_suite.model.experiment import Moves, Products, Work
from profiler_suite.workloads import convolution
from tests.fake_machine import MACHINE, call_cost

NOTHING_KNOWN = msgspec.structs.replace(
    MACHINE,
    ceilings=(),
    call_costs=(),
    facts=msgspec.structs.replace(MACHINE.facts, caches=()),
)


def work(
    calls: float = 0.0, products: tuple[Products, ...] = (), moves: tuple[Moves, ...] = ()
) -> Work:
    return Work(calls=calls, products=products, moves=moves)


def test_no_work_takes_no_time() -> None:
    assert choice.expected_s(work(), MACHINE, "float64") == 0.0


def test_what_is_not_known_of_the_machine_counts_as_nothing() -> None:
    some = work(
        products=(Products(count=2, m=100, k=100, n=100),),
        moves=(Moves(runs=10, run_bytes=800),),
    )
    assert choice.expected_s(some, NOTHING_KNOWN, "float64") == 0.0


def test_calls_take_their_time_each() -> None:
    one = choice.expected_s(work(calls=1), MACHINE, "float64")
    assert one > 0
    assert choice.expected_s(work(calls=7), MACHINE, "float64") == pytest.approx(7 * one)


def test_a_copy_runs_at_the_bandwidth_of_the_smallest_level_that_holds_it() -> None:
    small = choice.expected_s(work(moves=(Moves(runs=1, run_bytes=2**14),)), MACHINE, "float64")
    large = choice.expected_s(work(moves=(Moves(runs=1, run_bytes=2**26),)), MACHINE, "float64")
    assert small == pytest.approx(2 * 2**14 / 200e9)
    assert large == pytest.approx(2 * 2**26 / 20e9)


def test_many_short_runs_take_longer_than_one_of_the_same_bytes() -> None:
    machine = msgspec.structs.replace(
        MACHINE, call_costs=(call_cost("reshape copy", "strided", 1e-6, 1e9),)
    )
    one = choice.expected_s(work(moves=(Moves(runs=1, run_bytes=2**14),)), machine, "float64")
    many = choice.expected_s(work(moves=(Moves(runs=2**10, run_bytes=16),)), machine, "float64")
    assert many == pytest.approx(one + (2**10 - 1) * 16 / 1e9)


def product_s(dtype: str = "float64", *, transposed: bool = False, threads: int = 1) -> float:
    product = Products(count=1, m=90, k=90, n=90, transposed=transposed)
    machine = msgspec.structs.replace(
        MACHINE, call_costs=(call_cost("reshape copy", "strided", 1e-6, 1e8),)
    )
    return choice.expected_s(work(products=(product,)), machine, dtype, threads)


def test_a_transposed_factor_and_a_wider_dtype_cost_more_and_threads_save() -> None:
    assert product_s() < product_s(transposed=True)
    assert product_s("float32") < product_s("float64")
    assert product_s(threads=2) < product_s(threads=1)


PROBLEM = convolution.problem(
    height=16, width=16, channels=3, filters=4, filter_height=3, filter_width=3, stride=1
)


def test_the_fastest_is_one_of_those_named_and_serves_the_problem() -> None:
    names = ("im2col_kept", "taps")
    assert choice.choose(names, PROBLEM, MACHINE, 1) in names
    assert choice.choose(("taps",), PROBLEM, MACHINE, 1) == "taps"


def test_one_that_refuses_the_problem_is_not_chosen() -> None:
    strided = convolution.problem(
        height=16, width=16, channels=3, filters=4, filter_height=3, filter_width=3, stride=3
    )
    assert choice.choose(("winograd_kept", "taps"), strided, MACHINE, 1) == "taps"
    with pytest.raises(UsageError, match="none of winograd_kept serves this problem"):
        choice.choose(("winograd_kept",), strided, MACHINE, 1)


def test_one_that_states_no_work_is_named() -> None:
    with pytest.raises(UsageError, match="'loop' states no work"):
        choice.choose(("loop", "taps"), PROBLEM, MACHINE, 1)
