"""What each thread does, in words."""

import pytest

from profiler_suite.analysis.explain import by_thread
from profiler_suite.model.threads import (
    BLAS_BARRIER,
    CALLING,
    CORE,
    GIL,
    IO,
    LOCK,
    SLEEP,
    ThreadsRecord,
    ThreadTime,
)


def thread(name: str, ran: float = 0.0, **waiting: float) -> ThreadTime:
    return ThreadTime(
        name=name,
        running={"arithmetic": ran} if ran else {},
        waiting={cause.replace("_", " "): share for cause, share in waiting.items()},
    )


def record(*threads: ThreadTime) -> ThreadsRecord:
    return ThreadsRecord(samples=100, threads=threads)


def test_each_thread_has_a_sentence_below_the_cores_that_work() -> None:
    found = record(
        thread(CALLING, 0.02, lock=0.98),
        thread("ThreadPoolExecutor 1", 0.7, interpreter_lock=0.25),
        thread("ThreadPoolExecutor 2", 0.9, lock=0.1),
    )
    assert by_thread.in_words(found) == (
        "3 threads, 1.62 cores at work on average",
        "calling thread: arithmetic 2.0 %; waits for lock 98 %",
        "ThreadPoolExecutor 1: arithmetic 70 %; waits for interpreter lock (GIL) 25 %; not "
        "there 5.0 %",
        "ThreadPoolExecutor 2: arithmetic 90 %; waits for lock 10 %",
    )


def test_threads_of_a_large_pool_are_one_row() -> None:
    pool = [thread(f"ThreadPoolExecutor {n}", 0.5 + n / 100, lock=0.3) for n in range(10)]
    rows = by_thread.rows(record(thread(CALLING, 0.1), *pool))
    assert [each.name for each in rows] == [CALLING, "each of 10 ThreadPoolExecutor"]
    assert rows[1].running["arithmetic"] == pytest.approx(0.545)
    assert rows[1].waiting[LOCK] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("found", "matters"),
    [
        (None, False),
        (record(), False),
        (record(thread(CALLING, 1.0)), False),
        (record(thread(CALLING, 0.98, lock=0.02)), False),
        (record(thread(CALLING, 0.9, lock=0.1)), True),
        (record(thread(CALLING, 1.0), thread("x", 0.5)), True),
    ],
)
def test_one_thread_that_never_waits_is_no_news(
    found: ThreadsRecord | None, matters: bool
) -> None:
    assert by_thread.matter(found) is matters
    assert bool(by_thread.in_words(found)) is matters


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (LOCK, " for a lock"),
        (GIL, " for the interpreter lock (GIL)"),
        (BLAS_BARRIER, " for a BLAS barrier"),
        (IO, " for input and output"),
        (SLEEP, " (sleep)"),
    ],
)
def test_what_the_calling_thread_mostly_waits_for(cause: str, words: str) -> None:
    calling = ThreadTime(name=CALLING, running={}, waiting={cause: 0.6, "events": 0.2})
    assert by_thread.mostly_waits_for(record(calling)) == words


def test_two_causes_are_named_where_they_are_nearly_all() -> None:
    both = thread(CALLING, 0.1, lock=0.4, sleep=0.35, events=0.15)
    assert by_thread.mostly_waits_for(record(both)) == " for a lock and sleep"


def test_a_core_that_is_not_free_is_nothing_the_function_waits_for() -> None:
    busy = ThreadTime(name=CALLING, running={}, waiting={CORE: 0.6, LOCK: 0.4})
    assert by_thread.mostly_waits_for(record(busy)) == " for a lock"
    only = ThreadTime(name=CALLING, running={}, waiting={CORE: 0.6})
    assert by_thread.mostly_waits_for(record(only)) == ""


def test_what_other_threads_do_is_of_their_time_together() -> None:
    first = ThreadTime(name="a 1", running={"copy": 0.5}, waiting={GIL: 0.5})
    second = ThreadTime(name="a 2", running={"copy": 0.5}, waiting={})
    assert by_thread.others_in_words(record(first, second)) == (
        "its other threads: copy 67 %, waiting for the interpreter lock (GIL) 33 %"
    )
    assert by_thread.others_in_words(record(thread(CALLING, 1.0))) == ""
    assert by_thread.others_in_words(None) == ""


def test_without_one_large_cause_none_is_named() -> None:
    mixed = thread(CALLING, 0.1, lock=0.3, events=0.3, sleep=0.3)
    assert by_thread.mostly_waits_for(record(mixed)) == ""
    assert by_thread.mostly_waits_for(None) == ""
    assert by_thread.mostly_waits_for(record()) == ""


def test_why_it_is_not_known_is_a_note() -> None:
    nothing = ThreadsRecord(samples=0, threads=(), reason="not here")
    assert by_thread.note(nothing) == "what each thread does is not known: not here"
    assert by_thread.note(None) == by_thread.note(record()) == ""
    assert by_thread.cores_busy(None) == 0.0
