"""Functions whose time is all of one kind land in that kind's entry, by every method."""

import itertools
import threading
import timeit
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import threadpoolctl
from numpy.typing import NDArray
from scipy import integrate, ndimage

from profiler_suite.analysis import time_breakdown
from profiler_suite.machine import canary
from profiler_suite.measure.breakdown.per_point import breakdown_record
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.model.results import Breakdown
from profiler_suite.model.rows import BreakdownRecord
from tests.fake_machine import MACHINE
from tests.interference import holds

pytestmark = [pytest.mark.slow, pytest.mark.measures]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with threadpoolctl.threadpool_limits(1):
        yield


Floats = NDArray[np.float64]


def bytecode(x: Floats) -> int:
    total = 0
    for i in range(20_000):
        total += i & 3
    return total


def dispatch(x: Floats) -> None:
    # As little bytecode as possible between the calls: map and deque are compiled.
    # Without `out`: NumPy does not tell whether it was given by position, which is faster.
    deque(map(np.negative, itertools.repeat(x[:1], 2_000)), 0)


def copying(x: Floats) -> None:
    for _ in range(4):
        np.copyto(OUT, x)


def arithmetic(x: Floats) -> None:
    for _ in range(4):
        np.sqrt(x, out=OUT)


def gemm(x: Floats) -> None:
    np.matmul(SQUARE, SQUARE, out=SQUARE_OUT)


OUT = np.empty(40_000)
SQUARE = np.ones((300, 300))
SQUARE_OUT = np.empty((300, 300))


def breakdown(function: Callable[..., Any], x: Floats) -> tuple[BreakdownRecord, Breakdown]:
    return breakdown_of(function, (x,))


def breakdown_of(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[BreakdownRecord, Breakdown]:
    run = canary.make("ufunc")
    baseline_s = min(run() for _ in range(200))
    effort = BreakdownEffort(replay_s=0.3, sample_s=0.3, baseline_s=baseline_s)
    record = breakdown_record(function, arguments, effort, run, name=function.__name__)
    found = time_breakdown.breakdown(record, MACHINE)
    assert found is not None
    return record, found


def shares(found: Breakdown, method: str) -> dict[str, float]:
    entries = found.native if method == "native" else found.entries
    return {entry.name: entry.time_s / found.time_s for entry in entries}


def methods(found: Breakdown) -> list[str]:
    return ["joined", "native"] if found.native else ["joined"]


@pytest.mark.parametrize(
    ("function", "entries"),
    [
        (bytecode, ("interpreter",)),
        # By address alone, CPython's part of entering a call counts as interpreter.
        (dispatch, ("dispatch", "interpreter")),
        (copying, ("copy",)),
        (arithmetic, ("arithmetic",)),
        (gemm, ("arithmetic", "copy")),  # packing is part of BLAS and counted as copy
    ],
)
def test_a_pure_function_lands_in_its_own_entry_by_every_method(
    function: Callable[..., Any], entries: tuple[str, ...]
) -> None:
    def wrong() -> list[object]:
        _, found = breakdown(function, np.linspace(1, 2, 40_000))
        there = [(method, shares(found, method)) for method in methods(found)]
        return [
            (method, share)
            for method, share in there
            if sum(share[name] for name in entries) < 0.8
        ]

    holds(wrong)


def test_dispatch_by_replay_is_what_the_same_calls_take_alone() -> None:
    x = np.linspace(1, 2, 16)

    def alone() -> None:
        negative, one = np.negative, x[:1]
        for _ in itertools.repeat(None, 2_000):
            negative(one)

    def wrong() -> object:
        # Not the joined entries: which method they believe depends on how far these differ.
        record, found = breakdown(dispatch, x)
        replayed_s = {entry.name: entry.time_s for entry in found.replay}
        if not replayed_s:  # too little was sampled as counted, or seen to run beside it
            return record.coverage, record.coverage_samples, record.escaped, found.notes
        alone_s = min(timeit.repeat(alone, number=1, repeat=50))
        off = replayed_s["dispatch"] / alone_s - 1
        return (off, record.plain_s, replayed_s) if abs(off) > 0.2 else None

    holds(wrong)


def fresh_pages(x: Floats) -> None:
    # Large enough that the allocator takes new pages from the kernel every time (glibc
    # does from 32 MiB on); one store per page, so that hardly anything else is done.
    np.empty(64 << 20, np.uint8)[::4096] = 1


def test_page_faults_are_memory() -> None:
    def wrong() -> object:
        record, found = breakdown(fresh_pages, np.empty(1))
        if not record.minor_faults:
            pytest.skip("this system does not count page faults per process")
        # The price of a fault was measured in the rounds of the replay, by another code.
        there = [shares(found, method)["memory"] for method in methods(found)]
        return there if min(there) < 0.8 else None

    holds(wrong)


def test_the_question_s_loop_is_overhead_by_both_methods() -> None:
    from profiler_suite.workloads.convolution.loop import loop

    rng = np.random.default_rng(1)
    arguments = (rng.normal(size=(32, 32, 3)), rng.normal(size=(10, 2, 2, 3)), 2)

    def wrong() -> object:
        record, found = breakdown_of(loop, arguments)
        assert record.flop == 58_880
        return found.overhead_shares if min(found.overhead_shares.values()) < 0.85 else None

    holds(wrong)


def steps(value: Any) -> float:
    total = 0
    for step in range(300):
        total += step & 3
    return float(total)


CALLERS: dict[str, Callable[[Floats], Any]] = {
    "vectorize": lambda x: np.vectorize(steps, otypes=[float])(x[:100]),
    "fromiter": lambda x: np.fromiter(map(steps, range(100)), float),
    "apply_along_axis": lambda x: np.apply_along_axis(steps, 1, x.reshape(100, -1)),
    "frompyfunc": lambda x: np.frompyfunc(steps, 1, 1)(x[:100]),
    "generic_filter": lambda x: ndimage.generic_filter(x[:100].reshape(10, 10), steps, size=3),
    "quad": lambda x: integrate.quad(steps, 0.0, 1.0),
    "series": lambda x: pd.Series(x[:100]).map(steps),
}


@pytest.mark.parametrize("caller", CALLERS)
def test_a_callback_from_compiled_code_is_interpreter(caller: str) -> None:
    def wrong() -> object:
        _, found = breakdown(CALLERS[caller], np.linspace(1, 2, 40_000))
        there = [shares(found, method)["interpreter"] for method in methods(found)]
        return there if min(there) < 0.8 else None

    holds(wrong)


def test_waiting_for_a_lock_is_waiting() -> None:
    held = threading.Lock()
    held.acquire()

    def waits(x: Floats) -> None:
        held.acquire(timeout=0.01)

    def wrong() -> str:
        record, found = breakdown(waits, np.zeros(1))
        interpreter = found.share(time_breakdown.INTERPRETER)
        share = found.share(time_breakdown.WAITING)
        right = share >= 0.8 and time_breakdown.waiting(record) >= 0.8 and interpreter <= 0.2
        return "" if right else f"{found.entries}"

    holds(wrong)
