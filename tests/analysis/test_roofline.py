"""Roofs, ridge points and bounds, to the exact number on a machine with round numbers."""

import msgspec
import pytest

from profiler_suite.analysis import roofline
from profiler_suite.model.experiment import Cost, Point, Problem
from profiler_suite.model.machine import Ceiling
from tests.fake_machine import FACTS, MACHINE


def point(flop: float, n_bytes: float, calls: float = 0, threads: int = 1) -> Point:
    return Point(
        id="p",
        experiment="e",
        implementation="i",
        family="f",
        problem=Problem(workload="w", dims={}),
        label="l",
        threads=threads,
        cost=Cost(flop=flop, compulsory_bytes=n_bytes, calls=calls),
        working_set_bytes=n_bytes,
        predicted_s=0.0,
    )


def test_the_ridge_is_where_a_bandwidth_roof_meets_the_compute_roof() -> None:
    compute, *bandwidths = roofline.roofs(MACHINE, "float64", 1)
    ridges = {b.level: compute.value / b.value for b in bandwidths}
    assert ridges == {"L1": 0.2, "L2": 0.4, "L3": 0.8, "memory": 2.0}


def test_a_product_of_12_megabytes_is_bound_by_the_level_that_holds_it() -> None:
    dot = point(flop=3_072_000, n_bytes=12_316_576)
    placed = roofline.place(dot, time_s=500e-6, low_s=490e-6, machine=MACHINE)
    assert (placed.bound, placed.level) == ("memory", "L3")
    assert placed.attainable_flop_per_s == pytest.approx(50e9 * 3_072_000 / 12_316_576)
    assert placed.of_attainable == pytest.approx(12_316_576 / 500e-6 / 50e9)
    assert not placed.above_roof


def test_many_small_calls_are_bound_by_overhead() -> None:
    loop = point(flop=61_440, n_bytes=46_080, calls=12_800)
    placed = roofline.place(loop, time_s=20e-3, low_s=19e-3, machine=MACHINE)
    assert placed.bound == "overhead"
    assert placed.overhead_flop_per_s == pytest.approx(61_440 / 12.8e-3)
    assert placed.of_attainable == pytest.approx(0.64)


def test_breakdown_with_less_than_no_overhead_make_no_roof() -> None:
    gemm = point(flop=2 * 1024**3, n_bytes=3 * 8 * 1024**2)
    placed = roofline.place(gemm, 0.06, 0.06, MACHINE, overhead_s=-1e-4, work_s=0.0601)
    assert (placed.bound, placed.above_roof) == ("compute", False)


def test_a_large_product_is_bound_by_arithmetic() -> None:
    gemm = point(flop=2 * 1024**3, n_bytes=3 * 8 * 1024**2)
    placed = roofline.place(gemm, time_s=0.06, low_s=0.06, machine=MACHINE)
    assert (placed.bound, placed.attainable_flop_per_s) == ("compute", 40e9)


def test_fewer_operations_than_the_textbook_counts_raise_the_peak_not_the_alarm() -> None:
    def placed(flop: float, time_s: float) -> roofline.Placement:
        gemm = point(flop=2 * 1024**3, n_bytes=3 * 8 * 1024**2)
        cost = msgspec.structs.replace(gemm.cost, executed_flop=flop)
        gemm = msgspec.structs.replace(gemm, cost=cost)
        return roofline.place(gemm, time_s, time_s, MACHINE)

    assert placed(0.0, 0.03).above_roof
    fewer = placed(2 * 1024**3 / 2.25, 0.03)
    assert fewer.attainable_flop_per_s == pytest.approx(90e9)
    assert fewer.of_attainable == pytest.approx(2 * 1024**3 / 0.03 / 90e9)
    assert not fewer.above_roof
    # What is executed may not be faster than the machine is.
    assert placed(2 * 1024**3 / 2.25, 0.015).above_roof


def test_private_caches_count_once_per_thread() -> None:
    assert roofline.level_of(1.5 * 2**20, MACHINE, 1) == "L3"
    assert roofline.level_of(1.5 * 2**20, MACHINE, 2) == "L2"
    assert roofline.level_of(33 * 2**20, MACHINE, 2) == "memory"
    assert (
        roofline.level_of(
            1,
            msgspec.structs.replace(MACHINE, facts=msgspec.structs.replace(FACTS, caches=())),
            1,
        )
        == "memory"
    )


def test_faster_than_a_roof_is_an_error_only_beyond_spread_and_tolerance() -> None:
    gemm = point(flop=40e9, n_bytes=1e6)
    at_roof = roofline.place(gemm, time_s=0.95, low_s=0.94, machine=MACHINE)
    above = roofline.place(gemm, time_s=0.8, low_s=0.79, machine=MACHINE)
    assert not at_roof.above_roof
    assert above.above_roof


def test_without_ceilings_there_is_no_bound() -> None:
    bare = msgspec.structs.replace(MACHINE, ceilings=(), call_costs=())
    placed = roofline.place(point(1e6, 1e6), 1e-3, 1e-3, bare)
    assert placed.bound == ""
    assert roofline.in_words(placed.bound, placed.level, 0.0) == "no roof known"


@pytest.mark.parametrize(
    ("lowest", "reached", "overhead_s", "work_s", "bound"),
    [
        ("overhead", 0.9, 9e-3, 1e-3, "overhead"),
        ("overhead", 0.23, 2.3e-6, 7e-6, "work"),  # an FFT: few calls, much arithmetic
        ("overhead", 0.8, 8e-6, 0.0, "overhead"),  # Python alone: no call works
        ("memory", 0.7, 0.0, 1e-4, "memory"),
        ("memory", 0.13, 0.0, 1e-4, "work"),  # integers without BLAS
        ("compute", 0.29, 1e-9, 1e-3, "work"),
        ("compute", 0.31, 1e-9, 1e-3, "compute"),
    ],
)
def test_a_roof_is_the_bound_only_where_it_is_the_reason(
    lowest: str, reached: float, overhead_s: float, work_s: float, bound: str
) -> None:
    assert roofline.held_back_by(lowest, reached, overhead_s, work_s) == bound


def test_bounds_in_words_name_the_level() -> None:
    assert roofline.in_words("memory", "L3", 0.714) == "memory-bound (L3), 71 % of that roof"
    assert (
        roofline.in_words("overhead", "L1", 0.05) == "bound by per-call cost, 5.0 % of the time"
    )
    said = roofline.in_words("work", "L1", 0.041)
    assert said == "bound by its inner loops, 4.1 % of the nearest roof"


def test_what_only_moves_data_is_placed_by_its_least_time() -> None:
    moving = point(flop=0, n_bytes=1000)
    placed = roofline.place(
        moving, time_s=100e-9, low_s=90e-9, machine=MACHINE, overhead_s=60e-9
    )
    assert placed.bound == "overhead"
    assert placed.of_attainable == pytest.approx(0.6)
    large = point(flop=0, n_bytes=20_000)
    placed = roofline.place(
        large, time_s=200e-9, low_s=190e-9, machine=MACHINE, overhead_s=1e-9
    )
    assert (placed.bound, placed.level) == ("memory", "L1")
    assert placed.of_attainable == pytest.approx(0.5)


def test_the_roofs_to_draw_are_those_that_the_points_are_held_against() -> None:
    def ceiling(access: str, value: float) -> Ceiling:
        return msgspec.structs.replace(
            MACHINE.ceilings[0],
            quantity="bandwidth",
            label=f"L3 {access}",
            level="L3",
            threads=1,
            access=access,
            value=value,
        )

    others = [c for c in MACHINE.ceilings if c.level != "L3"]
    machine = msgspec.structs.replace(
        MACHINE, ceilings=(*others, ceiling("read", 40e9), ceiling("update", 60e9))
    )
    reads = point(flop=3_072_000, n_bytes=12_316_576)
    half = msgspec.structs.replace(reads.cost, written_bytes=reads.cost.compulsory_bytes / 2)
    writes = msgspec.structs.replace(reads, cost=half)
    for points in ((reads,), (writes,), (reads, writes)):
        roofs = roofline.roofs(machine, "float64", 1, points)
        drawn = {r.value for r in roofs if r.level == "L3"}
        used = {
            roofline.place(p, 1e-3, 1e-3, machine).attainable_flop_per_s / p.cost.intensity
            for p in points
        }
        assert sorted(drawn) == pytest.approx(sorted(used))
        assert {"L1", "L2", "memory"} <= {r.level for r in roofs}
