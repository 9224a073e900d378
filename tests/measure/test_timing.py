"""Calibration and visits, on a clock that does what it is told."""

import mmap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from profiler_suite.measure import preemption, timing
from profiler_suite.measure.arguments import RestoredArguments


class FakeClock:
    """Nanoseconds that pass only when something is called."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns

    def work(self, length_ns: int):  # type: ignore[no-untyped-def]
        def call() -> None:
            self.now_ns += length_ns

        return call


def test_a_short_call_is_repeated_until_a_sample_lasts_half_a_millisecond() -> None:
    clock = FakeClock()
    prepared = timing.prepare(clock.work(1_000), (), clock)
    assert 500 <= prepared.evaluations <= 1_000
    assert prepared.samples == 5


def test_a_call_longer_than_a_visit_is_one_sample_of_one_evaluation() -> None:
    clock = FakeClock()
    prepared = timing.prepare(clock.work(20_000_000), (), clock)
    assert (prepared.evaluations, prepared.samples) == (1, 1)


def test_the_cold_call_is_kept_apart() -> None:
    clock = FakeClock()
    lengths = iter([9_000_000] + [1_000_000] * 1000)

    def call() -> None:
        clock.now_ns += next(lengths)

    assert timing.prepare(call, (), clock).cold_s == pytest.approx(9e-3)


def test_warm_up_goes_on_while_calls_get_faster() -> None:
    clock = FakeClock()
    calls = 0

    def call() -> None:
        nonlocal calls
        calls += 1
        clock.now_ns += max(1_000_000, 5_000_000 - 500_000 * calls)

    timing.prepare(call, (), clock)
    assert calls >= 11


def test_what_another_process_has_calibrated_is_warmed_up_by_one_call_without_a_gain() -> None:
    clock = FakeClock()
    calls = 0

    def call() -> None:
        nonlocal calls
        calls += 1
        clock.now_ns += 10_000

    prepared = timing.prepare(call, (), clock, known=70)
    assert (calls, prepared.evaluations, prepared.samples) == (2, 70, 5)


def test_warm_up_ends_after_a_fifth_of_a_second() -> None:
    clock = FakeClock()
    length = 200_000_000.0

    def call() -> None:
        nonlocal length
        length *= 0.9
        clock.now_ns += int(length)

    timing.prepare(call, (), clock)
    assert clock.now_ns < 1_000_000_000


def test_a_visit_puts_canaries_around_its_samples() -> None:
    clock = FakeClock()
    order: list[str] = []

    def canary(name: str):  # type: ignore[no-untyped-def]
        def run() -> float:
            order.append(name)
            return float(len(order))

        return run

    def call() -> None:
        order.append("call")
        clock.now_ns += 2_000

    prepared = timing.PreparedCall(cold_s=0.0, evaluations=2, samples=2)
    times, pairs, *_ = timing.visit(
        call, (), prepared, {"a": canary("a"), "b": canary("b")}, clock
    )
    assert order == ["a", "b", "call", "call", "call", "call", "b", "a"]
    assert times == pytest.approx((2e-6, 2e-6))
    assert pairs == {"a": (1.0, 8.0), "b": (2.0, 7.0)}


class OneCore:
    """A thread on a core that it has to share while arguments are restored."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._scheduling = preemption.Scheduling(0, 0, 0)

    def restore(self) -> None:
        self._clock.now_ns += 30_000_000
        ran, waited, left = self._scheduling
        self._scheduling = preemption.Scheduling(ran + 10_000_000, waited + 20_000_000, left)

    def sleep(self) -> None:
        self._clock.now_ns += 12_000_000
        self._scheduling = self._scheduling._replace(voluntary=self._scheduling.voluntary + 1)

    def read(self) -> preemption.Scheduling:
        return self._scheduling


def test_what_delays_that_arguments_are_restored_delays_no_evaluation() -> None:
    clock = FakeClock()
    core = OneCore(clock)
    arguments = RestoredArguments.of((), core.restore)
    prepared = timing.PreparedCall(cold_s=0.0, evaluations=2, samples=2)
    found = timing.visit(core.sleep, arguments, prepared, {}, clock, scheduling=core.read)
    assert found.samples_s == pytest.approx((12e-3, 12e-3))
    assert found.lost_s == ()


def test_waiting_for_a_core_while_the_scheduler_is_read_shortens_no_sleep() -> None:
    clock = FakeClock()
    core = OneCore(clock)
    waiting: list[int] = [0]

    def read() -> preemption.Scheduling:
        found = core.read()
        waiting[0] += 1
        if waiting[0] % 2:  # switched out after it was read and before the clock is
            core.restore()
        return found

    prepared = timing.PreparedCall(cold_s=0.0, evaluations=1, samples=2)
    found = timing.visit(core.sleep, (), prepared, {}, clock, scheduling=read)
    assert found.samples_s == pytest.approx((12e-3, 12e-3))
    assert found.lost_s == ()


@pytest.mark.measures
def test_a_sleep_is_not_shortened_by_waiting_for_a_core_before_it() -> None:
    arguments = RestoredArguments.of((), lambda: spin(20e-3))
    with ThreadPoolExecutor(8) as pool:
        busy = [pool.submit(spin, 0.5) for _ in range(8)]
        took_s = timing.running_s(lambda: time.sleep(10e-3), arguments, 3)
        for each in busy:
            each.result()
    assert took_s >= 9.9e-3


def spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def test_untimed_evaluations_go_between_the_canary_and_the_samples() -> None:
    clock = FakeClock()
    order: list[str] = []

    def call() -> None:
        order.append("call")
        clock.now_ns += 9_000 if len(order) <= 4 else 1_000  # cold until the third one

    def canary() -> float:
        order.append("canary")
        return 1.0

    prepared = timing.PreparedCall(cold_s=0.0, evaluations=1, samples=2)
    times, *_ = timing.visit(call, (), prepared, {"a": canary}, clock, untimed=3)
    assert order == ["canary", *["call"] * 5, "canary"]
    assert times == pytest.approx((1e-6, 1e-6))


@pytest.mark.parametrize(
    ("used_bytes", "passes"),
    [(10_000, 0), (12 * 2**20, 4), (32 * 2**20, 4), (33 * 2**20, 0)],
)
def test_only_what_the_last_cache_alone_holds_is_brought_back(
    used_bytes: float, passes: int
) -> None:
    assert timing.passes_that_fill(used_bytes, 32 * 2**20, 1e-3) == passes
    assert timing.passes_that_fill(used_bytes, 32 * 2**20, 1e-2) == 0  # it lasts long
    assert timing.passes_that_fill(used_bytes, 0, 1e-3) == 0  # its size is not known


def test_page_faults_are_counted_per_evaluation() -> None:
    clock = FakeClock()
    before = timing.minor_faults()
    assert before >= 0

    def touch() -> None:
        clock.now_ns += 1
        with mmap.mmap(-1, 8 << 20) as fresh:  # a bytearray may get memory that was used
            if hasattr(mmap, "MADV_NOHUGEPAGE"):
                fresh.madvise(mmap.MADV_NOHUGEPAGE)
            for place in range(0, len(fresh), 4096):
                fresh[place] = 1

    prepared = timing.PreparedCall(cold_s=0.0, evaluations=1, samples=1)
    _, _, faults, _ = timing.visit(touch, (), prepared, {}, clock)
    assert faults == 0 or faults > 1000  # 0 only where the system does not count them
