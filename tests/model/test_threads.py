"""Times of threads as shares of an evaluation."""

import pytest

from profiler_suite.model.threads import CALLING, LOCK, ThreadsRecord, ThreadTime

WORKER = ThreadTime(
    name="Thread 1", running={"arithmetic": 0.5, "copy": 0.1}, waiting={LOCK: 0.25}
)


def test_a_thread_runs_waits_or_is_not_there() -> None:
    assert WORKER.ran == pytest.approx(0.6)
    assert WORKER.waited == pytest.approx(0.25)


def test_threads_are_found_by_name() -> None:
    record = ThreadsRecord(samples=10, threads=(WORKER,))
    assert record.of("Thread 1") is WORKER
    assert record.of(CALLING) is None
