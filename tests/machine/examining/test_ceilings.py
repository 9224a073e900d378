"""From visits to a ceiling: value, spread and warnings, to the exact number."""

from collections.abc import Sequence

import pytest

from profiler_suite.machine.examining.ceilings import (
    CeilingTarget,
    fixed_part,
    percentile,
    summarize,
)
from profiler_suite.machine.examining.rounds import StationVisit, Visits
from profiler_suite.model.machine import Ceiling, Machine
from tests.fake_machine import MACHINE

PEAK = Ceiling(quantity="peak", label="best GEMM, float64", dtype="float64")
FAULT = Ceiling(quantity="page_fault", label="page fault")


def visits(
    times: dict[str, Sequence[float | tuple[float, ...]]],
    canaries: Sequence[float] = (),
    granted: float = 1.0,
) -> Visits:
    return Visits(
        by_station={
            key: [
                StationVisit(
                    at_s=float(k),
                    values=values if isinstance(values, tuple) else (values,),
                    canary_s=canaries[k] if canaries else 1.0,
                    granted=granted,
                )
                for k, values in enumerate(series)
            ]
            for key, series in times.items()
        },
        baseline_s=1.0,
        rounds=10,
    )


def of(target: CeilingTarget, taken: Visits, kept_baseline_s: float = 0.0) -> Ceiling:
    return summarize(target, taken, 1.0, kept_baseline_s, least_visits=5)


def test_a_rate_is_work_over_the_best_time_with_its_spread() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,))
    found = of(target, visits({"a": [1.0, 1.25, 1.0, 1.25, 1.0]}))
    assert (found.value, found.median) == (100.0, 100.0)
    assert (found.low, found.high) == (80.0, 100.0)
    assert found.warning == ""


def test_the_best_of_several_sizes_is_the_ceiling() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a", "b"), work=(100.0, 400.0))
    found = of(target, visits({"a": [1.0] * 6, "b": [2.0] * 6}))
    assert found.value == 200.0


def test_disturbed_visits_do_not_count_in_the_median() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,))
    taken = visits({"a": [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0]}, [1.0] * 5 + [1.5] * 2)
    assert of(target, taken).low == 100.0


def test_few_undisturbed_visits_are_said() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,))
    found = of(target, visits({"a": [1.0] * 6}, [1.0] * 2 + [1.5] * 4))
    assert found.warning == "few undisturbed visits (2 of 6)"


def test_contention_is_said_when_the_median_is_far_from_the_best() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,))
    found = of(target, visits({"a": [1.0, 1.3, 1.3, 1.3, 1.0, 1.3]}))
    assert found.warning == "contended (median 1.30 × worse than best)"


def test_a_drift_between_the_halves_is_said() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,))
    found = of(target, visits({"a": [1.0, 1.0, 1.0, 1.25, 1.25, 1.25]}))
    assert found.warning == "drifting (halves of the run differ by 25 %)"


def test_cores_that_were_not_granted_are_said() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,))
    found = of(target, visits({"a": [1.0] * 6}, granted=0.5))
    assert "fewer cores granted (typically 50 %)" in found.warning


def test_a_slow_machine_is_told_by_the_kept_baseline() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,))
    taken = visits({"a": [1.0] * 6})
    assert of(target, taken, kept_baseline_s=0.96).warning == ""
    slow = of(target, taken, kept_baseline_s=0.5)
    assert slow.warning == "machine slowed (canary baseline 2.00 × the kept one)"


def test_a_cost_is_its_smallest_undisturbed_value() -> None:
    target = CeilingTarget(ceiling=FAULT, stations=("a",))
    found = of(target, visits({"a": [0.1, 2.0, 2.0, 3.0, 2.0, 2.0]}, [1.5] + [1.0] * 5))
    assert (found.value, found.median) == (2.0, 2.0)
    assert found.high == pytest.approx(2.8)


def test_a_cost_lost_in_noise_is_not_measured() -> None:
    target = CeilingTarget(ceiling=FAULT, stations=("a",))
    found = of(target, visits({"a": [-1.0, 1.0, 1.0, 1.0, 1.0]}))
    assert found.value == 0.0
    assert found.warning.startswith("not measured")


def test_without_visits_it_is_not_measured() -> None:
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,))
    assert of(target, visits({"a": []})).warning == "not measured: no time left"


def test_the_fixed_part_of_a_call_is_taken_off() -> None:
    # 0.1 s to enter the call, 0.01 s per unit of work.
    target = CeilingTarget(ceiling=PEAK, stations=("a",), work=(100.0,), smaller_work=50.0)
    found = of(target, visits({"a": [(0.6, 1.1)] * 6}))
    assert found.value == pytest.approx(100.0)


def test_a_fixed_part_that_makes_no_sense_is_not_taken_off() -> None:
    assert fixed_part(50.0, 0.5, 100.0, 1.0) == pytest.approx(0.0)
    assert fixed_part(50.0, 0.45, 100.0, 1.0) == 0.0  # negative
    assert fixed_part(50.0, 0.9, 100.0, 1.0) == 0.0  # would raise the rate fivefold
    assert fixed_part(50.0, 1.1, 100.0, 1.0) == 0.0  # the smaller took longer


def test_percentiles_are_interpolated() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.5
    assert percentile([7.0], 0.95) == 7.0


def test_a_machine_finds_its_own_ceilings() -> None:
    machine: Machine = MACHINE
    assert machine.peak_flop_per_s("float64", 2) == 80e9
    assert machine.bandwidth("L3") == 50e9
    assert machine.bandwidth("L3", threads=7) == 0.0
