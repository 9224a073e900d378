"""Threads keep their names from one evaluation to the next."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from profiler_suite.measure.per_thread.names import ThreadNames, stem
from profiler_suite.model.threads import CALLING


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ThreadPoolExecutor-12_3", "ThreadPoolExecutor"),
        ("Thread-4 (work)", "Thread (work)"),
        ("Thread-4", "Thread"),
        ("loader", "loader"),
        ("worker 2", "worker"),
        ("17", "thread"),
        ("", "thread"),
    ],
)
def test_a_name_without_its_numbers(name: str, expected: str) -> None:
    assert stem(name) == expected


def test_threads_of_each_evaluation_are_counted_from_one() -> None:
    with ThreadNames() as names:
        for _ in range(2):
            names.next_evaluation()
            with ThreadPoolExecutor(2) as pool:
                barrier = threading.Barrier(2)
                list(pool.map(lambda _, both=barrier: both.wait(), range(2)))
            alone = threading.Thread(target=int)
            alone.start()
            alone.join()
    started = [names.by_number[each] for each in sorted(names.started)]
    assert set(started) == {"ThreadPoolExecutor 1", "ThreadPoolExecutor 2", "Thread (int) 1"}


def test_threads_that_are_there_keep_their_names() -> None:
    go_on = threading.Event()
    waiting = threading.Thread(target=go_on.wait, name="loader-7")
    waiting.start()
    try:
        names = ThreadNames()
    finally:
        go_on.set()
        waiting.join()
    assert names.by_number[threading.get_native_id()] == CALLING
    assert names.by_number[waiting.native_id or 0] == "loader-7"
    assert not names.started


def test_threads_start_as_before_afterwards() -> None:
    before = threading.Thread.start
    with pytest.raises(ZeroDivisionError), ThreadNames():
        _ = 1 // 0
    assert threading.Thread.start is before
