"""Being switched out is seen: by waiting for a core, and by running less than time passes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from profiler_suite.measure import preemption, timing
from profiler_suite.measure.preemption import Scheduling
from tests.simulated_machine import SLICE_S, Code, SimulatedMachine

START = Scheduling(cpu_ns=0, run_delay_ns=0, voluntary=0)


@pytest.mark.parametrize(
    ("after", "share"),
    [
        (Scheduling(1_000_000, 0, 0), 0.0),
        (Scheduling(400_000, 600_000, 0), 0.6),
        (Scheduling(400_000, 0, 0), 0.6),  # the host had the core: nobody here waited
        (Scheduling(400_000, 0, 1), 0.0),  # it slept
        (Scheduling(400_000, 200_000, 1), 0.2),  # it slept, and then waited for a core
        (Scheduling(996_000, 3_000, 0), 0.0),  # what reading the clocks takes
        (Scheduling(0, 5_000_000, 0), 1.0),
        (Scheduling(990_000, 800_000, 0), 0.0),  # it waited before the clock was read
        (Scheduling(600_000, 800_000, 1), 0.4),  # some of that
    ],
)
def test_what_a_thread_was_kept_from_running(after: Scheduling, share: float) -> None:
    assert preemption.share_lost(START, after, 1_000_000) == pytest.approx(share)


def test_what_may_have_been_waited_around_a_time_is_not_taken_from_it() -> None:
    after = Scheduling(400_000, 500_000, 1)
    assert preemption.share_lost(START, after, 1_000_000, 15_000) == pytest.approx(0.5)
    assert preemption.share_lost(START, after, 1_000_000, 320_000) == pytest.approx(0.2)
    assert preemption.share_lost(START, after, 1_000_000, 600_000) == 0


def test_a_time_is_given_less_what_it_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0, 0, 1_000_000, 1_000_000])
    counted = iter([START, Scheduling(250_000, 0, 0)])
    monkeypatch.setattr(preemption, "perf_counter_ns", lambda: next(now))
    monkeypatch.setattr(preemption, "scheduling", lambda: next(counted))
    assert preemption.undelayed(lambda: 8e-3) == pytest.approx(2e-3)


def test_where_nothing_is_counted_nothing_is_lost() -> None:
    assert preemption.share_lost(None, None, 1000) == 0
    assert preemption.nothing_counted() is None


def test_a_thread_that_sleeps_loses_nothing_and_one_that_runs_is_counted() -> None:
    before, start = preemption.scheduling(), time.perf_counter_ns()
    if before is None:
        pytest.skip("this system does not count it per thread")
    time.sleep(0.02)
    after = preemption.scheduling()
    assert after is not None
    wall_ns = time.perf_counter_ns() - start
    assert after.voluntary > before.voluntary
    assert after.cpu_ns - before.cpu_ns < wall_ns / 2
    assert preemption.share_lost(before, after, wall_ns) < 0.9


def test_what_is_neither_run_nor_waited_for_a_core_is_slept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(preemption, "_SCHEDSTAT", str(tmp_path))
    before, after = Scheduling(1_000_000, 0, 0), Scheduling(4_000_000, 2_000_000, 1)
    assert preemption.slept_s(before, after, 8e-3) == pytest.approx(3e-3)
    assert preemption.slept_s(None, after, 8e-3) == 0
    monkeypatch.setattr(preemption, "_SCHEDSTAT", str(tmp_path / "none"))
    assert preemption.slept_s(before, after, 8e-3) == 0


@pytest.mark.measures
@pytest.mark.parametrize("nap_s", [0.0, 2e-3])
def test_sleep_is_told_from_waits_for_a_core_however_busy_the_machine(nap_s: float) -> None:
    if not Path("/proc/thread-self/schedstat").exists():
        pytest.skip("this system does not count waits for a core")
    slept_s = wall_s = 0.0
    for _ in range(40):
        before, start = preemption.scheduling(), time.perf_counter()
        while time.perf_counter() - start < 2e-3:
            pass
        if nap_s:
            time.sleep(nap_s)
        lasted_s = time.perf_counter() - start
        slept_s += preemption.slept_s(before, preemption.scheduling(), lasted_s)
        wall_s += lasted_s
    if nap_s:
        assert slept_s > 0.9 * 40 * nap_s
    else:
        assert slept_s < 0.02 * wall_s


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs one core for two")
def test_the_wait_for_a_core_is_told_since_it_was_last_asked() -> None:
    core = {min(os.sched_getaffinity(0))}
    rivals = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in "ab"]
    try:
        for each in rivals:
            os.sched_setaffinity(each.pid, core)
        wait = preemption.CoreWait(rivals[0].pid)
        time.sleep(0.5)
        first_s = wait.since_s()
    finally:
        for each in rivals:
            each.kill()
            each.wait()
    if not first_s:
        pytest.skip("this system does not count it")
    assert first_s > 0.05
    assert wait.since_s() == 0.0  # it is gone


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs one core for two")
def test_a_busy_loop_on_the_same_core_is_seen_and_taken_off() -> None:
    allowed = os.sched_getaffinity(0)
    core = min(allowed)
    rival = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        os.sched_setaffinity(rival.pid, {core})
        os.sched_setaffinity(0, {core})

        def work() -> None:
            end = time.thread_time_ns() + 30_000_000
            while time.thread_time_ns() < end:
                pass

        prepared = timing.PreparedCall(cold_s=0.0, evaluations=1, samples=4)
        found = timing.visit(work, (), prepared, {})
    finally:
        os.sched_setaffinity(0, allowed)
        rival.kill()
        rival.wait()
    if not found.lost_s:
        pytest.skip("nobody was switched out")
    running = [t - lost for t, lost in zip(found.samples_s, found.lost_s, strict=True)]
    assert max(found.samples_s) > 1.2 * 30e-3
    assert min(running) == pytest.approx(30e-3, rel=0.3)


def test_a_visit_beside_a_rival_notes_the_wait_of_each_sample() -> None:
    machine = SimulatedMachine(1, slowed=0.0, contended=True)
    machine.pause(0.1)
    seen = machine.visit("loop", Code(14e-3, 0.7))
    assert seen.sample_times_s[0] > 14e-3 + 3 * SLICE_S
    assert seen.time_s == pytest.approx(14e-3, rel=0.08)
    alone = SimulatedMachine(1, slowed=0.0)
    assert alone.visit("loop", Code(14e-3, 0.7)).lost_s == ()


def test_a_canary_that_was_switched_out_runs_again() -> None:
    machine = SimulatedMachine(2, slowed=0.0, contended=True)
    canaries: list[float] = []
    for _ in range(200):
        machine.pause(0.01)
        seen = machine.visit("short", Code(5e-4, 0.7))
        canaries += seen.canaries_s["ufunc"]
    assert max(canaries) < 1.2 * min(canaries)
