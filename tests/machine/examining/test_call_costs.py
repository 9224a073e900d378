"""Fitting t = fixed + n / rate, and taking off what is not the operation's."""

import pytest

from profiler_suite.machine.examining.call_costs import call_stations, fit, fit_costs
from profiler_suite.machine.examining.call_operations import (
    LOOP_ITERATION,
    CallOperation,
    operations,
)
from profiler_suite.machine.examining.rounds import StationVisit, Visits
from profiler_suite.machine.lookup import call_cost_or_none
from tests.fake_machine import MACHINE
from tests.interference import holds


def operation(name: str, sizes: tuple[int, ...], minus: str = "") -> CallOperation:
    return CallOperation(
        operation=name,
        statement="f(a)",
        names=lambda n: {"f": len, "a": [0] * n},
        work=float,
        sizes=sizes,
        minus=minus,
    )


def visits(times: dict[str, list[tuple[float, ...]]]) -> Visits:
    return Visits(
        by_station={
            key: [StationVisit(at_s=0.0, values=row, canary_s=1.0) for row in rows]
            for key, rows in times.items()
        },
        baseline_s=1.0,
        rounds=1,
    )


def test_a_line_is_found_exactly() -> None:
    found = fit([10, 100, 1000], [2e-6 + n * 1e-9 for n in (10, 100, 1000)])
    assert found.fixed_s == pytest.approx(2e-6)
    assert found.rate_per_s == pytest.approx(1e9)


def test_what_does_not_grow_is_all_fixed() -> None:
    found = fit([10, 100, 1000], [1.0e-6, 1.01e-6, 1.02e-6])
    assert found.fixed_s == pytest.approx(1.01e-6)
    assert found.rate_per_s == 0.0


def test_a_single_size_is_all_fixed() -> None:
    assert fit([7], [3e-6]).fixed_s == 3e-6


def test_the_empty_loop_is_taken_off_and_half_size_follows() -> None:
    loop, grows = operation(LOOP_ITERATION, (0,)), operation("grows", (10, 1000))
    taken = visits(
        {
            loop.key: [(1e-8,)] * 5,
            grows.key: [(1e-8 + 1e-6 + 10e-9, 1e-8 + 1e-6 + 1000e-9)] * 5,
        }
    )
    cost = fit_costs([loop, grows], taken, 1.0)[1]
    assert cost.fixed_s == pytest.approx(1e-6)
    assert cost.rate_per_s == pytest.approx(1e9)
    assert cost.n_half == pytest.approx(1000)


def test_the_interval_spans_the_fits_of_single_rounds() -> None:
    one = operation("one", (1,))
    taken = visits({one.key: [(t * 1e-6,) for t in (1, 2, 3, 4, 5)]})
    cost = fit_costs([one], taken, 1.0)[0]
    assert (cost.fixed_s, cost.fixed_low_s, cost.fixed_high_s) == pytest.approx(
        (3e-6, 1.2e-6, 4.8e-6)
    )


def test_a_wrapper_is_the_difference_of_two_statements() -> None:
    wrapper = operation("wrapper", (1,), minus="a")
    loop = operation(LOOP_ITERATION, (0,))
    taken = visits({loop.key: [(1e-8,)] * 5, wrapper.key: [(7e-7,)] * 5})
    assert fit_costs([loop, wrapper], taken, 1.0)[1].fixed_s == pytest.approx(7e-7)


def test_every_operation_named_in_the_method_is_there() -> None:
    names = {each.operation for each in operations()}
    assert names >= {
        "loop iteration",
        "python call",
        "slice",
        "scalar index",
        "scalar store",
        "np.add",
        "np.multiply",
        "np.add.reduce",
        "np.sum",
        "np.sum wrapper",
        "np.dot",
        "np.matmul",
        "np.einsum",
        "np.tensordot",
        "reshape copy",
        "as_strided",
        "sliding_window_view",
        "np.empty",
        "np.zeros",
    }
    assert operations()[0].operation == LOOP_ITERATION


def test_operations_have_keys_of_their_own() -> None:
    keys = [each.key for each in operations()]
    assert len(set(keys)) == len(keys)


def test_statements_run_and_are_timed_on_the_given_clock() -> None:
    ticks = iter(range(0, 10**9, 1_000_000))  # a clock that moves 1 ms per read
    chosen = [each for each in operations() if each.operation in ("np.sum", "slice")]
    for station in call_stations(chosen, lambda: next(ticks)):
        assert all(value == pytest.approx(1e-3) for value in station.sample().values)


def test_a_cost_is_found_by_name_and_the_first_of_several_layouts_is_taken() -> None:
    strided, any_layout = (
        call_cost_or_none(MACHINE, "np.sum", "strided"),
        call_cost_or_none(MACHINE, "np.multiply"),
    )
    assert strided is not None
    assert strided.fixed_s == 1e-6
    assert any_layout is not None
    assert any_layout.layout == "contiguous"
    assert call_cost_or_none(MACHINE, "np.summ", "strided", "float64") is None


@pytest.mark.measures
def test_on_this_machine_a_slice_costs_more_than_an_empty_iteration() -> None:
    from time import perf_counter_ns

    chosen = [e for e in operations() if e.operation in (LOOP_ITERATION, "slice", "np.sum")][:3]
    stations = call_stations(chosen, perf_counter_ns)

    def wrong() -> list[float]:
        times = [min(station.sample().values[0] for _ in range(9)) for station in stations]
        return [] if times == sorted(times) else times

    holds(wrong)
