"""What a function changes of its process is put back or named, whatever it is."""

import builtins
import contextlib
import gc
import locale
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from profiler_suite.measure.explain.guarding.process_state import (
    ProcessState,
    children,
    open_files,
    raise_file_limit,
)

BLAS = threadpoolctl.ThreadpoolController().lib_controllers


def _no_dot(*_: Any) -> float:
    return 0.0


def ignore(*_: Any) -> None:
    pass


def _handle_user_signal() -> None:
    signal.signal(signal.SIGUSR1, ignore)


def _set_alarm() -> None:
    signal.alarm(50)


def _set_profile_timer() -> None:
    signal.setitimer(signal.ITIMER_PROF, 1000)


def _new_variable() -> None:
    os.environ["A_NEW_ONE"] = "1"


def _lost_variable() -> None:
    del os.environ["PATH"]


def _patched(module: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(module, name, _no_dot)


CHANGES: list[tuple[str, Callable[[], Any]]] = [
    ("working directory", lambda: os.chdir("/")),
    ("environment", _new_variable),
    ("environment", _lost_variable),
    ("sys.path", lambda: sys.path.append("/nowhere")),
    ("sys.path", lambda: sys.path.clear()),
    ("np.seterr", lambda: np.seterr(all="raise")),
    ("error callback", lambda: np.seterrcall(ignore)),
    ("how NumPy prints", lambda: np.set_printoptions(precision=3)),
    ("parts of numpy;", _patched(np, "dot")),
    ("parts of numpy.linalg", _patched(np.linalg, "inv")),
    ("parts of numpy.random", _patched(np.random, "rand")),
    ("parts of builtins", _patched(builtins, "sum")),
    ("parts of numpy;", lambda: delattr(np, "einsum")),
    ("signal handlers", _handle_user_signal),
    ("an alarm", _set_alarm),
    ("an alarm", _set_profile_timer),
    ("garbage collector", gc.disable),
    ("garbage collector", lambda: gc.set_threshold(5, 5, 5)),
    ("recursion limit", lambda: sys.setrecursionlimit(5000)),
    ("switch interval", lambda: sys.setswitchinterval(0.5)),
    ("profile function", lambda: sys.setprofile(ignore)),
    ("sys.stdout", lambda: setattr(sys, "stdout", None)),
    ("locale", lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8")),
    ("which cores", lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})),
    ("BLAS threads", lambda: BLAS[0].set_num_threads(1)),
]


@pytest.fixture(autouse=True)
def two_of_each() -> Iterator[None]:
    """Something to be changed from, and back to whatever it was."""
    signal.setitimer(signal.ITIMER_REAL, 0)  # pytest's own, which limits a test
    before = (locale.setlocale(locale.LC_ALL), [each.num_threads for each in BLAS])
    locale.setlocale(locale.LC_ALL, "C")
    for library in BLAS:
        library.set_num_threads(2)
    yield
    locale.setlocale(locale.LC_ALL, before[0])
    for library, number in zip(BLAS, before[1], strict=True):
        library.set_num_threads(number)


@pytest.mark.parametrize(("said", "change"), CHANGES)
def test_what_was_changed_is_put_back_and_said(said: str, change: Callable[[], Any]) -> None:
    if said == "which cores" and len(os.sched_getaffinity(0)) < 2:
        pytest.skip("there is one core")
    state = ProcessState()
    change()
    (sentence,) = state.restore()
    assert said in sentence
    assert sentence.endswith("put back after each pass")
    assert ProcessState().restore() == []
    assert state.restore() == []


def test_nothing_is_said_of_a_function_that_changes_nothing() -> None:
    state = ProcessState()
    np.linalg.inv(np.eye(3))
    assert state.restore() == []


def test_what_runs_before_goes_on() -> None:
    signal.setitimer(signal.ITIMER_VIRTUAL, 1000)
    try:
        state = ProcessState()
        assert state.restore() == []
        assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    before = Path.cwd()
    os.chdir(folder)
    try:
        state = ProcessState()
        os.chdir(tmp_path)
        folder.rmdir()
        assert state.restore() == ["it changes the working directory, which stays so"]
    finally:
        os.chdir(before)


def test_threads_and_files_are_named(tmp_path: Path) -> None:
    state = ProcessState()
    goes_on = threading.Event()
    thread = threading.Thread(target=goes_on.wait)
    thread.start()
    with contextlib.ExitStack() as stack:
        for number in range(3):
            stack.enter_context((tmp_path / str(number)).open("w"))
        said = " ".join(state.restore())
        assert "leaves threads running" in said
        assert "leaves files open" in said
    goes_on.set()
    thread.join()
    assert state.restore() == []


def test_a_thread_that_is_about_to_end_is_none() -> None:
    state = ProcessState()
    threading.Thread(target=lambda: None).start()
    assert state.restore() == []


def test_children_are_seen_when_they_run_and_when_they_have_ended() -> None:
    import subprocess

    seen = [children()]
    process = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    seen.append(children())
    process.communicate(b"\n")
    seen.append(children())
    assert len(set(seen)) == 3


def test_open_files_are_counted() -> None:
    before = open_files()
    with Path(os.devnull).open():
        assert open_files() == before + 1
    assert open_files() == before


def test_the_limit_of_files_is_the_systems() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[0], 256), before[1]))
        raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
