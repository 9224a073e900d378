"""Code whose kind of work is known lands in its own entry."""

import errno
import itertools
import mmap
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from profiler_suite.errors import ProfilerSuiteError, UsageError
from profiler_suite.measure import native
from profiler_suite.measure.native import perf
from profiler_suite.model.native import NativeSamples
from tests.interference import holds

pytestmark = pytest.mark.measures
REASON = native.available()
sampled = pytest.mark.skipif(bool(REASON), reason=REASON or "available")

# More often than the default: these tests want many samples in little time.
FREQUENCY_HZ = 1999.0
SECONDS = 0.4


@pytest.fixture(autouse=True)
def _one_blas_thread() -> Iterator[None]:
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        yield


def sample(function: Callable[[], Any]) -> NativeSamples:
    return native.sample(function, (), SECONDS, FREQUENCY_HZ)


def most_is(function: Callable[[], Any], least: float, *entries: str) -> None:
    """That share of the samples, or more, lies in these entries."""

    def wrong() -> str:
        found = sample(function)
        share = found.share(*entries)
        return f"{share:.3f} in {entries}: {found.counts}" if share < least else ""

    holds(wrong)


def repeat(function: Callable[..., Any], *arguments: Any) -> None:
    """Calls the function 2,000 times from C: next to no bytecode."""
    deque(map(function, *(itertools.repeat(each, 2000) for each in arguments)), maxlen=0)


@sampled
def test_bytecode_is_interpreter() -> None:
    def work() -> int:
        total = 0
        for number in range(20_000):
            total += number
        return total

    most_is(work, 0.8, "interpreter")


@sampled
def test_entering_a_ufunc_is_dispatch() -> None:
    # One element in 24 dimensions: NumPy prepares an iterator over them in its own
    # code. With one dimension a quarter of a call is CPython's tuples and look-ups,
    # which the instruction pointer alone cannot tell from bytecode.
    one, out = np.zeros((1,) * 24), np.zeros((1,) * 24)
    most_is(lambda: repeat(np.add.accumulate, one, 0, None, out), 0.8, "dispatch")


@sampled
def test_a_small_ufunc_call_is_dispatch_and_interpreter_and_nothing_else() -> None:
    one, out = np.zeros(1), np.zeros(1)
    most_is(lambda: repeat(np.add, one, one, out), 0.5, "dispatch")
    most_is(lambda: repeat(np.add, one, one, out), 0.9, "dispatch", "interpreter")


@sampled
def test_copying_is_copy() -> None:
    source, target = np.ones(2**20), np.ones(2**20)
    most_is(lambda: np.copyto(target, source), 0.8, "copy")


@sampled
def test_a_strided_gather_is_copy() -> None:
    source, target = np.ones((1024, 1024)), np.ones((1024, 1024))
    most_is(lambda: np.copyto(target, source.T), 0.8, "copy")


def touch_fresh_pages() -> None:
    """One element a page of 64 MiB: what the allocator has kept would come without a fault."""
    fresh = mmap.mmap(-1, 64 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    fresh.madvise(mmap.MADV_HUGEPAGE)  # as NumPy asks for large arrays
    np.frombuffer(fresh)[::512] = 1.0


@sampled
def test_touching_fresh_pages_is_memory() -> None:
    found = sample(touch_fresh_pages)
    if not found.kernel_included or not found.kernel_symbols:
        pytest.skip("this kernel does not let its page faults be seen")
    most_is(touch_fresh_pages, 0.8, "memory")


@sampled
def test_multiplying_within_a_cache_is_ufunc_arithmetic() -> None:
    a, b = np.ones(48_000), np.ones(48_000)
    most_is(lambda: np.multiply(a, b, out=a), 0.8, "ufunc")


@sampled
def test_a_matrix_product_is_blas_arithmetic() -> None:
    a, out = np.ones((768, 768)), np.empty((768, 768))
    found = sample(lambda: np.matmul(a, a, out=out))
    if found.share("ufunc") > 0.5:
        pytest.skip("this NumPy has no BLAS")
    assert found.share("packing") > 0
    most_is(lambda: np.matmul(a, a, out=out), 0.8, "blas")


@sampled
def test_hardly_anything_is_unknown() -> None:
    image = np.ones((16, 16, 3))

    def work() -> float:
        return sum(float(np.sum(image[i : i + 2] * image[i : i + 2])) for i in range(14))

    def wrong() -> str:
        found = sample(work)
        return str(found.counts) if found.share("unknown") >= 0.02 else ""

    holds(wrong)


@sampled
def test_samples_account_for_the_time_on_a_core() -> None:
    found = sample(lambda: repeat(np.add, np.zeros(1), np.zeros(1)))
    assert found.samples == sum(weight.samples for weight in found.weights)
    assert found.samples == sum(found.counts.values())
    assert found.cpu_s <= found.wall_s * 1.02
    ticks = found.cpu_s * found.frequency_hz
    assert found.samples + found.lost + found.unseen == pytest.approx(ticks, rel=0.02, abs=5)


@sampled
def test_threads_that_the_call_starts_are_watched() -> None:
    stop = threading.Event()

    def spin() -> None:
        block = np.ones(100_000)
        while not stop.is_set():
            np.multiply(block, block, out=block)

    threads: list[threading.Thread] = []

    def work() -> None:
        if not threads:
            threads.append(threading.Thread(target=spin))
            threads[0].start()
        np.copyto(np.ones(100_000), 2.0)

    try:
        found = sample(work)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert found.threads >= 2
    assert any(weight.entry == "ufunc" for weight in found.other_weights)


@sampled
def test_where_the_kernel_is_excluded_its_time_is_counted_as_unseen() -> None:
    def user_only(thread: int, period_ns: int, kernel: bool) -> int:
        if kernel:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return perf.open_event(thread, period_ns, kernel)

    found = native.sample(touch_fresh_pages, (), SECONDS, FREQUENCY_HZ, user_only)
    assert not found.kernel_included
    assert not found.kernel_symbols
    assert all(weight.library != "[kernel]" for weight in found.weights)
    if native.sample(touch_fresh_pages, (), 0.1, FREQUENCY_HZ).kernel_included:
        assert found.unseen > found.samples


@pytest.mark.parametrize("code", [errno.EPERM, errno.EACCES, errno.ENOSYS])
def test_where_the_kernel_refuses_one_sentence_says_so(code: int) -> None:
    def refuse(_thread: int, _period_ns: int, _kernel: bool) -> int:
        raise OSError(code, os.strerror(code))

    assert native.available(refuse)
    with pytest.raises(ProfilerSuiteError):
        native.sample(len, ("",), 0.1, FREQUENCY_HZ, refuse)


@pytest.mark.parametrize(("seconds", "frequency_hz"), [(0.1, 1.0), (0.1, 1e6), (0.0, 1000.0)])
def test_impossible_requests_are_refused_in_words(seconds: float, frequency_hz: float) -> None:
    with pytest.raises(UsageError, match="cannot sample"):
        native.sample(len, ("",), seconds, frequency_hz)


@sampled
def test_an_evaluation_longer_than_the_pass_is_sampled_once() -> None:
    def work() -> None:
        repeat(np.sin, np.ones(1000))

    found = native.sample(work, (), 0.001, FREQUENCY_HZ)
    assert found.evaluations == 1
    assert found.samples > 0


@sampled
def test_samples_survive_json_and_become_a_speedscope_profile() -> None:
    found = sample(lambda: repeat(np.add, np.zeros(1), np.zeros(1)))
    assert msgspec.json.decode(msgspec.json.encode(found), type=NativeSamples) == found
    document = native.to_speedscope(found, "np.add")
    profile = document["profiles"][0]
    assert len(profile["samples"]) == len(profile["weights"]) == len(found.weights)
    assert profile["endValue"] == pytest.approx(
        found.samples / found.frequency_hz / found.evaluations
    )
    frames = [frame["name"] for frame in document["shared"]["frames"]]
    assert {frames[stack[0]] for stack in profile["samples"]} == set(found.counts)
