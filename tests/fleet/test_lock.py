"""The lock of a machine: one holder at a time, whatever becomes of it."""

import threading
from pathlib import Path

import pytest

from profiler_suite.fleet.lock import alone_on_this_machine

pytest.importorskip("fcntl", reason="locks of files are POSIX's")


def test_a_second_task_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    started = threading.Event()

    def second() -> None:
        started.set()
        with alone_on_this_machine(tmp_path):
            order.append("second")

    with alone_on_this_machine(tmp_path):
        other = threading.Thread(target=second)
        other.start()
        started.wait()
        other.join(timeout=0.2)
        assert other.is_alive()
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_the_lock_is_let_go_when_a_task_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), alone_on_this_machine(tmp_path):
        raise RuntimeError
    with alone_on_this_machine(tmp_path):
        pass
