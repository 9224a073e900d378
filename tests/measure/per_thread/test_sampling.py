"""Functions with threads whose truth is known: each kind of waiting lands in its own entry."""

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from profiler_suite.measure.native import layers
from profiler_suite.measure.native.symbols import executable_mappings
from profiler_suite.measure.per_thread import sampling
from profiler_suite.measure.per_thread.requests import INTERPRETER
from profiler_suite.measure.per_thread.sampling import sample_threads, takes_part
from profiler_suite.model.threads import (
    BLAS_BARRIER,
    CALLING,
    CORE,
    GIL,
    IO,
    LOCK,
    SLEEP,
    ThreadsRecord,
)
from tests.interference import holds

NUMBERS, MATRIX = np.random.default_rng(0).random(400_000), np.ones((300, 300))
SECONDS = 0.5
GIL_IS_THERE = getattr(sys, "_is_gil_enabled", lambda: True)()


def threads_of(function: Callable[[], Any]) -> ThreadsRecord:
    function()
    record = sample_threads(function, tuple, SECONDS)
    if record.reason:
        pytest.skip(record.reason)
    return record


def compute() -> None:
    for _ in range(4):
        np.sqrt(NUMBERS)


def bytecode(turns: int = 150_000) -> int:
    total = 0
    for step in range(turns):
        total += step & 3
    return total


def joins() -> None:
    worker = threading.Thread(target=compute)
    worker.start()
    worker.join()


def needs_the_interpreter() -> None:
    time.sleep(1e-3)
    bytecode(10)


def holds_the_interpreter() -> None:
    worker = threading.Thread(target=needs_the_interpreter)
    worker.start()
    sum(range(2_000_000))  # in compiled code, which never lets go
    worker.join()


def pool() -> None:
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: compute(), range(2)))


def reads_a_pipe() -> None:
    out, into = os.pipe()

    def write_later() -> None:
        time.sleep(0.01)
        os.write(into, b"x")

    worker = threading.Thread(target=write_later)
    worker.start()
    os.read(out, 1)
    worker.join()
    os.close(out)
    os.close(into)


def waits_on_a_condition() -> None:
    condition = threading.Condition()
    with condition:
        condition.wait(0.01)


def product_then_bytecode() -> None:
    _ = MATRIX @ MATRIX
    bytecode()


@pytest.mark.slow
@pytest.mark.measures
@pytest.mark.parametrize(
    ("function", "thread", "cause"),
    [
        (joins, CALLING, LOCK),
        (pool, CALLING, LOCK),
        (waits_on_a_condition, CALLING, LOCK),
        (holds_the_interpreter, "Thread (needs_the_interpreter) 1", GIL),
        (lambda: time.sleep(0.01), CALLING, SLEEP),
        (reads_a_pipe, CALLING, IO),
    ],
)
def test_waiting_is_an_entry_of_its_own_by_what_for(
    function: Callable[[], Any], thread: str, cause: str
) -> None:
    def wrong() -> str:
        there = threads_of(function).of(thread)
        assert there is not None
        # Waiting for a core is the doing of whatever else runs here.
        alive = there.ran + there.waited - there.waiting.get(CORE, 0.0)
        return "" if there.waiting.get(cause, 0.0) >= 0.8 * alive else f"{there}"

    holds(wrong)


@pytest.mark.slow
@pytest.mark.measures
def test_a_blas_thread_without_work_is_at_the_barrier() -> None:
    with threadpoolctl.threadpool_limits(2):

        def wrong() -> str:
            record = threads_of(product_then_bytecode)
            there = record.of("BLAS thread 1")
            if there is None:
                pytest.skip("BLAS has one thread here")
            alive = there.ran + there.waited - there.waiting.get(CORE, 0.0)
            good = there.waiting.get(BLAS_BARRIER, 0.0) >= 0.8 * alive
            return "" if good else f"{record}"

        holds(wrong)


@pytest.mark.slow
@pytest.mark.measures
def test_threads_of_a_pool_are_told_apart_and_their_work_is_split() -> None:
    def wrong() -> str:
        record = threads_of(pool)
        workers = [record.of(f"ThreadPoolExecutor {n}") for n in (1, 2)]
        works = [w for w in workers if w and w.running.get("arithmetic", 0) >= 0.5 * w.ran]
        return "" if len(works) == 2 else f"{record}"

    holds(wrong)


def two_run_bytecode(steps: int) -> Callable[[], None]:
    """Two threads that begin together and run for many turns of 5 ms with the interpreter."""
    together = threading.Barrier(2)

    def work() -> None:
        together.wait()
        bytecode(steps)

    def both() -> None:
        workers = [threading.Thread(target=work) for _ in range(2)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()

    return both


@pytest.mark.slow
@pytest.mark.measures
@pytest.mark.skipif(not GIL_IS_THERE, reason="threads run side by side without a GIL")
def test_threads_that_run_bytecode_wait_for_each_other() -> None:
    # One of them holds the lock at any moment. Where other programs are many, the other one
    # wakes up to ask for it and waits for a core, which is none of this.
    both = two_run_bytecode(1_000_000)

    def wrong() -> str:
        record = threads_of(both)
        for there in (record.of(f"Thread (work) {n}") for n in (1, 2)):
            if there is None:
                return f"{record}"
            waited = there.waited - there.waiting.get(CORE, 0.0)
            held_up = there.waiting.get(GIL, 0.0)
            if held_up < 0.8 * waited:
                return f"not the interpreter lock: {there}"
            if not 0.25 <= held_up / (there.ran + waited) <= 0.75:
                return f"not half of its time: {there}"
            if there.running.get("interpreter", 0.0) < 0.8 * there.ran:
                return f"not bytecode: {there}"
        return ""

    holds(wrong, on_any_machine=True)


@pytest.mark.measures
@pytest.mark.parametrize(
    ("function", "expected"), [(joins, True), (compute, False), (lambda: bytecode(), False)]
)
def test_only_functions_with_other_threads_at_work_are_looked_at(
    function: Callable[[], Any], expected: bool
) -> None:
    with threadpoolctl.threadpool_limits(1):
        assert takes_part(function, tuple, None) is expected


def test_the_interpreters_own_place_and_code_are_found() -> None:
    spans = sampling.owned_spans()
    assert list(spans) == sorted(spans, key=lambda span: span.start)
    assert any(span.owner == INTERPRETER for span in spans)
    start, end = sampling.runtime_span()
    assert end > start
    assert any(layers.is_interpreter(each.path) for each in executable_mappings())


def test_where_no_process_can_look_the_record_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> Any:
        raise OSError("no more processes")

    monkeypatch.setattr(sampling, "_LookingProcess", refused)
    record = sample_threads(compute, tuple, SECONDS)
    assert record == ThreadsRecord(samples=0, threads=(), reason="no more processes")
