"""Threads summed up by name: shares of the time from made-up looks and samples."""

from typing import Any

import pytest

from profiler_suite.measure.native.symbols import KERNEL
from profiler_suite.measure.per_thread.requests import ThreadCounts, ThreadSamples
from profiler_suite.measure.per_thread.summing import ThreadCode, summed
from profiler_suite.model.threads import (
    BLAS_BARRIER,
    CALLING,
    CORE,
    GIL,
    LOCK,
    NOT_SPLIT,
    OPENMP_BARRIER,
    ThreadTime,
)

UMATH = "/v/lib/python3.13/site-packages/numpy/_core/_multiarray_umath.cpython-313.so"
OPENBLAS = "/v/lib/python3.13/site-packages/numpy.libs/libscipy_openblas64_-1.so"
PYTHON = "/usr/lib/libpython3.13.so.1.0"
GOMP = "/usr/lib/libgomp.so.1"


def looks(ran_ns: int = 0, queued_ns: int = 0, **causes: int) -> ThreadSamples:
    return ThreadSamples(
        causes={name.replace("_", " "): n for name, n in causes.items()},
        ran_ns=ran_ns,
        queued_ns=queued_ns,
    )


def threads(
    found: dict[int, ThreadSamples],
    names: dict[int, str],
    code: dict[int, list[ThreadCode]] | None = None,
    started: set[int] | None = None,
) -> dict[str, ThreadTime]:
    counts = ThreadCounts(samples=100, threads=found)
    return {each.name: each for each in summed(counts, names, started or set(), code or {})}


def test_what_a_thread_runs_is_split_by_its_samples() -> None:
    there = threads(
        {1: looks(running=80, lock=20)},
        {1: CALLING},
        {1: [ThreadCode(UMATH, "DOUBLE_sqrt_AVX2", 30), ThreadCode(PYTHON, "PyLong_Add", 10)]},
    )[CALLING]
    assert there.running == pytest.approx({"arithmetic": 0.6, "interpreter": 0.2})
    assert there.waiting == {LOCK: 0.2}


def test_who_waits_for_a_core_waits() -> None:
    there = threads(
        {1: looks(running=100, ran_ns=3, queued_ns=1)},
        {1: CALLING},
        {1: [ThreadCode(PYTHON, "PyLong_Add", 10)]},
    )[CALLING]
    assert there.running == pytest.approx({"interpreter": 0.75})
    assert there.waiting == pytest.approx({CORE: 0.25})


@pytest.mark.parametrize(
    ("path", "symbol", "cause"),
    [
        (OPENBLAS, "blas_thread_server", BLAS_BARRIER),
        (OPENBLAS, "inner_thread", BLAS_BARRIER),
        (GOMP, "gomp_team_barrier_wait_end", OPENMP_BARRIER),
        (KERNEL, "do_sched_yield", BLAS_BARRIER),
        (KERNEL, "futex_wait", GIL),
    ],
)
def test_spinning_and_going_to_sleep_are_waiting(path: str, symbol: str, cause: str) -> None:
    there = threads(
        {1: looks(running=50, interpreter_lock=40, lock=10)},
        {1: CALLING},
        {1: [ThreadCode(path, symbol, 5)]},
    )[CALLING]
    assert not there.running
    assert there.waited == pytest.approx(1.0)
    assert there.waiting[cause] >= 0.5


@pytest.mark.parametrize(
    ("symbol", "waited"), [("blas_thread_server", 1.0), ("dgemm_kernel_HASWELL", 0.0)]
)
def test_a_kernel_without_symbols_is_asked_for_the_next_turn_by_who_spins(
    symbol: str, waited: float
) -> None:
    there = threads(
        {1: looks(running=100)},
        {1: CALLING},
        {1: [ThreadCode(OPENBLAS, symbol, 5), ThreadCode(KERNEL, "", 5)]},
    )[CALLING]
    assert there.waiting.get(BLAS_BARRIER, 0.0) == pytest.approx(waited)
    assert there.running.get("residual", 0.0) == pytest.approx((1 - waited) / 2)


def test_who_spins_is_scheduled_for_the_same_reason() -> None:
    there = threads(
        {1: looks(running=100)},
        {1: CALLING},
        {1: [ThreadCode(KERNEL, "do_sched_yield", 5), ThreadCode(KERNEL, "schedule", 5)]},
    )[CALLING]
    assert there.waiting == pytest.approx({BLAS_BARRIER: 1.0})


def test_threads_of_one_name_are_one_thread_and_take_turns() -> None:
    there = threads(
        {1: looks(running=100), 2: looks(running=30), 3: looks(running=10, lock=50)},
        {1: CALLING, 2: "Thread 1", 3: "Thread 1"},
        started={2, 3},
    )
    assert list(there) == [CALLING, "Thread 1"]
    assert there["Thread 1"].running == pytest.approx({NOT_SPLIT: 0.4})
    assert there["Thread 1"].waiting == pytest.approx({LOCK: 0.5})


def test_threads_that_only_sleep_take_no_part_unless_the_function_has_started_them() -> None:
    found: dict[int, Any] = {
        1: looks(running=100),
        2: looks(lock=100),
        3: looks(lock=100),
        4: looks(running=5, lock=95),
    }
    names = {1: CALLING, 2: "old", 3: "new", 4: "busy"}
    assert set(threads(found, names, started={3})) == {CALLING, "new", "busy"}


@pytest.mark.parametrize(
    ("causes", "code", "name"),
    [
        ({}, [ThreadCode(OPENBLAS, "dgemm_kernel", 3)], "BLAS thread 1"),
        ({}, [ThreadCode(KERNEL, "x", 9), ThreadCode(GOMP, "x", 3)], "OpenMP thread 1"),
        ({"BLAS_barrier": 10}, [], "BLAS thread 1"),
        ({"OpenMP_barrier": 10}, [], "OpenMP thread 1"),
        ({}, [ThreadCode(UMATH, "x", 3)], "native thread 1"),
    ],
)
def test_threads_of_compiled_code_are_named_after_whose_they_are(
    causes: dict[str, int], code: list[ThreadCode], name: str
) -> None:
    found = {1: looks(running=100), 2: looks(running=50, **causes)}
    assert name in threads(found, {1: CALLING}, {2: code})
