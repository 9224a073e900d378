"""The order of a round: partners side by side, thread counts together, else random."""

import random

import msgspec

from profiler_suite.measure.planning.plan import Overrides, plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.sweep.order import VisitOrder, canaries_of
from profiler_suite.measure.sweep.outlook import Outlook
from profiler_suite.measure.sweep.visit_log import VisitLog
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import PointRecord, RoundRecord, Status, Visit
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE
from tests.short_sweeps import FILES


def points() -> list[Point]:
    """Four points, the last two of them partners; the second one on four threads."""
    experiment = catalogue.load(FILES / "tiny.py")
    made = plan([experiment], MACHINE, QUICK, Overrides(implementations=("times_two",)))
    one = made.points[0]
    found = [msgspec.structs.replace(one, id=name, partner="") for name in "abcd"]
    found[1] = msgspec.structs.replace(found[1], threads=4)
    found[2] = msgspec.structs.replace(found[2], partner="d")
    found[3] = msgspec.structs.replace(found[3], partner="c")
    return found


def test_partners_are_neighbours_and_thread_counts_stay_together() -> None:
    order = VisitOrder(points(), random.Random(1))
    assert order.together["c"] == order.together["d"]
    seen = set()
    for _ in range(50):
        shuffled = order.shuffled(["a", "b", "c", "d"])
        assert sorted(shuffled) == ["a", "b", "c", "d"]
        assert abs(shuffled.index("c") - shuffled.index("d")) == 1
        assert shuffled.index("b") in (0, 3)
        seen.add("".join(shuffled))
    assert len(seen) == 8  # b first or last, a before or behind the pair, c and d in turn


def test_each_of_two_partners_is_first_in_half_of_the_rounds() -> None:
    order = VisitOrder(points(), random.Random(2))
    firsts = [order.shuffled(["c", "d"])[0] for _ in range(40)]
    assert firsts.count("c") == 20
    assert {tuple(firsts[n : n + 2]) for n in range(0, 40, 2)} == {("c", "d"), ("d", "c")}


def test_only_active_points_are_visited() -> None:
    order = VisitOrder(points(), random.Random(1))
    assert sorted(order.shuffled(["a", "d"])) == ["a", "d"]


def test_many_threads_and_large_data_have_canaries_of_their_own() -> None:
    point = points()[0]
    many = msgspec.structs.replace(point, threads=4)
    assert canaries_of(point, MACHINE)[0] == "ufunc"
    assert "gemm4" in canaries_of(many, MACHINE)
    large = msgspec.structs.replace(point, working_set_bytes=1e12)
    assert "memory" in canaries_of(large, MACHINE)


def test_the_log_takes_up_rows_and_lets_points_be_measured_again() -> None:
    a, b, *_ = made = points()
    visit = Visit(
        point="a",
        at_s=0.5,
        sample_times_s=(1.0,),
        canaries_s={"ufunc": (2.0, 3.0)},
        minor_faults=0,
    )
    rows = (
        RoundRecord(round=0, worker=3, visits=(visit,)),
        PointRecord(point=a, status=Status.OK, reason=""),
        PointRecord(point=b, status=Status.FAILED, reason="it raised"),
    )
    log = VisitLog(made, rows, frozenset("b"))
    assert log.visits["a"] == [visit]
    assert log.worker_of["a"] == [3]
    assert log.done == {"a": Status.OK}
    assert log.active() == ["b", "c", "d"]
    assert 2.0 <= log.baselines()["ufunc"] <= 3.0


def test_what_earlier_workers_did_not_use_is_left_for_later_ones() -> None:
    outlook = Outlook(MACHINE, QUICK, len(points()))
    first = outlook.share_s(0)
    outlook.measured_s = 0.25 * first
    assert outlook.share_s(1) > first
    assert outlook.left_from(points(), 0, 0, 0.0, 0) > outlook.left_from([], 0, 0, 0.0, 0)
