"""Threads on the terminal, where there is something to tell."""

from profiler_suite.model.threads import CALLING, LOCK, ThreadsRecord, ThreadTime
from profiler_suite.report.terminal import by_thread
from profiler_suite.report.terminal.console import Page


def shown(record: ThreadsRecord | None) -> str:
    page = Page(80, False)
    by_thread.show(page, record)
    return page.text()


def test_one_thread_that_never_waits_is_not_shown() -> None:
    alone = ThreadTime(name=CALLING, running={"copy": 1.0}, waiting={})
    assert shown(None) == ""
    assert shown(ThreadsRecord(samples=9, threads=(alone,))) == ""


def test_threads_are_shown_one_line_each() -> None:
    threads = (
        ThreadTime(name=CALLING, running={"interpreter": 0.1}, waiting={LOCK: 0.9}),
        ThreadTime(name="Thread (work) 1", running={"arithmetic": 1.0}, waiting={}),
    )
    lines = shown(ThreadsRecord(samples=100, threads=threads)).strip().splitlines()
    assert [line.strip() for line in lines] == [
        "Threads",
        "2 threads, 1.10 cores at work on average",
        "calling thread: interpreter 10 %; waits for lock 90 %",
        "Thread (work) 1: arithmetic 100 %",
    ]
