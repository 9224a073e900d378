"""Probes of bandwidth: physical bytes, sets that fit, arrays that do not overlap."""

import threading

import numpy as np
import pytest

from profiler_suite.machine.examining.bandwidth import (
    ACCESSES,
    BandwidthProbe,
    arena,
    make_passes,
    private_read,
)
from profiler_suite.machine.examining.bandwidth_ceilings import bandwidth_ceilings
from profiler_suite.machine.examining.examine import thread_counts
from profiler_suite.machine.examining.team import Team, TeamRequest, carry_out
from profiler_suite.machine.examining.working_set import usable_bytes
from profiler_suite.machine.lookup import level_sets, sharing
from tests.fake_machine import FACTS

MIB = 2**20


@pytest.mark.parametrize(
    ("access", "elements", "pass_bytes"),
    [
        ("read", 65536, 16 * 65536),
        ("copy", 65536, 24 * 65536),
        ("update", 65536, 24 * 65536),
        ("triad", 43688, 32 * 43688),
    ],
)
def test_bytes_are_physical(access: str, elements: int, pass_bytes: int) -> None:
    probe = BandwidthProbe(access=access, set_bytes=MIB)
    assert probe.elements == elements
    assert probe.pass_bytes == pass_bytes


def test_a_private_read_sweeps_its_set_often_in_one_call() -> None:
    probe = private_read(32 * 2**10)
    assert probe.rows == 128
    assert probe.pass_bytes == 4 * MIB


@pytest.mark.parametrize("access", ACCESSES)
def test_every_access_runs(access: str) -> None:
    probe = BandwidthProbe(access=access, set_bytes=MIB)
    assert make_passes(probe, arena(MIB))(3) > 0
    rows = BandwidthProbe(access="read", set_bytes=MIB, rows=4)
    assert make_passes(rows, arena(MIB))(1) > 0


def test_an_update_changes_only_its_own_array() -> None:
    block = arena(MIB)
    make_passes(BandwidthProbe(access="update", set_bytes=MIB), block)(2)
    values, counts = np.unique(block, return_counts=True)
    assert dict(zip(values, counts, strict=True))[3.0] == 65536


def test_sets_follow_the_caches() -> None:
    assert level_sets(FACTS.caches, FACTS.memory_bytes) == {
        "L1": 24 * 2**10,
        "L2": 512 * 2**10,
        "L3": 8 * MIB,
        "memory": 128 * MIB,
    }


def test_memory_probes_stay_small_on_small_machines() -> None:
    assert level_sets(FACTS.caches, 512 * MIB, members=2)["memory"] == 32 * MIB


def test_only_levels_of_known_size_are_probed() -> None:
    assert list(level_sets((), 0)) == ["memory"]
    assert sharing(FACTS.caches, "L3") == 2
    assert sharing((), "L3") == 1


def test_thread_counts_double_up_to_all_cores() -> None:
    assert thread_counts(1, every=True) == (1,)
    assert thread_counts(2, every=True) == (1, 2)
    assert thread_counts(6, every=True) == (1, 2, 4, 6)
    assert thread_counts(8, every=True) == (1, 2, 4, 8)
    assert thread_counts(8, every=False) == (1, 8)


def test_l1_writes_are_named_as_not_measured() -> None:
    with Team(1, 8 * MIB) as team:
        stations, targets = bandwidth_ceilings(team, FACTS.caches, {"L1": 24 * 2**10}, (1,))
    assert [station.key for station in stations] == ["L1 read 1"]
    missing = [target.ceiling for target in targets if not target.stations]
    assert [ceiling.access for ceiling in missing] == ["copy", "update", "triad"]
    assert all(ceiling.warning.startswith("not measured") for ceiling in missing)


def test_a_large_last_cache_is_read_in_a_small_part_too_and_the_best_counts() -> None:
    """A guest may have little of a host's last cache."""
    sets = {"L2": 2**16, "L3": 8 * MIB}
    with Team(1, 16 * MIB) as team:
        stations, targets = bandwidth_ceilings(team, FACTS.caches, sets, (1,), ("read",))
    assert [s.key for s in stations] == ["L2 read 1", "L3 read 1", "L3 read 1 smaller"]
    last = targets[-1]
    assert last.stations == ("L3 read 1", "L3 read 1 smaller")
    assert last.work[1] < last.work[0]
    assert len(targets[0].stations) == 1


def test_a_last_cache_that_is_hardly_larger_is_read_in_one_size() -> None:
    with Team(1, 16 * MIB) as team:
        stations, _ = bandwidth_ceilings(
            team, FACTS.caches, {"L2": MIB, "L3": 8 * MIB}, (1,), ("read",)
        )
    assert [s.key for s in stations] == ["L2 read 1", "L3 read 1"]


def test_a_team_of_two_runs_together() -> None:
    probe = BandwidthProbe(access="update", set_bytes=MIB)
    with Team(2, 8 * MIB) as team:
        alone = team.run(probe, 50, 1)
        together = team.run(probe, 50, 2)
    assert alone.seconds > 0
    assert alone.granted == 1.0
    assert together.seconds > 0
    assert 0 < together.granted < 1.2


def test_an_order_is_carried_out_after_its_start() -> None:
    done = carry_out(
        TeamRequest(probe=BandwidthProbe(access="read", set_bytes=1), passes=2, start_ns=0),
        lambda passes: float(passes),
    )
    assert done.end_ns >= done.begin_ns


def test_what_other_threads_do_is_not_counted_as_time_that_was_granted() -> None:
    def passes(number: int) -> float:
        other = threading.Thread(target=lambda: sum(range(2_000_000)))
        other.start()
        other.join()
        return float(number)

    order = TeamRequest(probe=BandwidthProbe(access="read", set_bytes=1), passes=1, start_ns=0)
    done = carry_out(order, passes)
    assert done.cpu_ns < (done.end_ns - done.begin_ns) / 2


def test_the_usable_size_is_where_reads_fall_half_way() -> None:
    sizes = [1, 2, 3, 4]
    assert usable_bytes(sizes, [100.0, 100.0, 40.0, 20.0]) == pytest.approx(2 + 40 / 60)


def test_without_contrast_the_usable_size_cannot_be_told() -> None:
    assert usable_bytes([1, 2], [100.0, 90.0]) == 0.0
    assert usable_bytes([], []) == 0.0
