"""A forked child that comes back from the function ends there, and the parent knows of it."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

import profiler_suite
from profiler_suite.measure.explain.guarding import forks
from profiler_suite.measure.explain.guarding.forks import ForkGuard

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are POSIX's")
ROOT = Path(profiler_suite.__file__).resolve().parents[1]
# A frame of the suite's own is one of a file in its folder: here the driver stands in one.
HEAD = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from profiler_suite.errors import TimeUp
from profiler_suite.measure.explain.guarding import forks
OURS = os.path.dirname(forks.__file__) + os.sep + "made_up.py"
driver = '''
def call(function):
    result = function()
    says(os.getpid() == own)
    return result
'''

def says(*words):
    # In one piece: several processes write.
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

space = {{"os": os, "own": os.getpid(), "says": says}}
exec(compile(driver, OURS, "exec"), space)
call = space["call"]

def stopped(function):
    # Where the child is the quicker one, the parent stops at once.
    try:
        call(function)
    except TimeUp:
        return True
    return False
"""


def lines_of(program: str) -> list[str]:
    """What it prints in a process of its own, which may fork; its children's prints too.

    The driver prints `False` wherever a child has got behind the call.
    """
    done = subprocess.run(
        [sys.executable, "-c", HEAD + dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def no_child_came_behind(lines: list[str]) -> bool:
    return "False" not in lines


def test_a_child_that_comes_back_ends_before_the_next_line_of_ours() -> None:
    said = lines_of(
        """
        with forks.ForkGuard() as guard:
            stopped(os.fork)
            says(guard.forks, guard.came_back(0))
        """
    )
    assert said[-1] == "1 True"
    assert no_child_came_behind(said)


def test_a_child_that_raises_does_not_come_back_either() -> None:
    said = lines_of(
        """
        def f():
            if not os.fork():
                raise ValueError
        with forks.ForkGuard() as guard:
            stopped(f)
            says("came back", guard.came_back(0))
        """
    )
    assert said[-1] == "came back True"
    assert no_child_came_behind(said)


def test_a_child_that_ends_itself_is_none_of_ours() -> None:
    assert lines_of(
        """
        def f():
            pid = os.fork()
            if not pid:
                says("child")
                os._exit(3)
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with forks.ForkGuard() as guard:
            says(call(f), guard.forks, guard.came_back(0))
        """
    ) == ["child", "True", "3 1 False"]


def test_once_one_has_come_back_the_next_fork_is_the_last() -> None:
    assert (
        lines_of(
            """
        with forks.ForkGuard() as guard:
            guard.late = True
            says("stopped", any(stopped(os.fork) for _ in range(50)), guard.forks < 50)
        """
        )[-1]
        == "stopped True True"
    )


def test_without_a_guard_forks_are_nobodys_business() -> None:
    assert (
        lines_of(
            """
        with forks.ForkGuard() as guard:
            pass
        pid = call(os.fork)
        if not pid:
            os._exit(0)
        os.waitpid(pid, 0)
        says(guard.forks)
        """
        ).count("False")
        == 1
    )


class LeftError(Exception):
    """What ending the process is here."""


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(code: int) -> None:
        assert code == 0
        raise LeftError

    monkeypatch.setattr(os, "_exit", leave)


def test_only_a_child_has_nothing_to_do_here(
    ends: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = ForkGuard()
    guard.check()
    assert not guard.came_back()
    own = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: own + 1)
    with pytest.raises(LeftError):
        guard.check()
    assert guard.came_back()


def test_another_threads_fork_never_comes_back(
    ends: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(forks, "_at_return_to", lambda *given: asked.append(given))
    monkeypatch.setattr(forks, "_coming_back_to", lambda: "frame")
    guard = ForkGuard()
    guard.in_child()
    assert asked == [("frame", guard.leave)]
    monkeypatch.setattr(forks, "threading", SimpleNamespace(get_ident=lambda: -1))
    guard.in_child()
    assert len(asked) == 1


@pytest.mark.parametrize(("running", "looks"), [(True, 4), (False, 0)])
def test_it_waits_a_moment_for_a_child_that_runs(
    monkeypatch: pytest.MonkeyPatch, running: bool, looks: int
) -> None:
    now = iter(range(9))
    slept: list[float] = []
    monkeypatch.setattr(forks, "_has_running_children", lambda: running)
    monkeypatch.setattr(forks, "monotonic", lambda: 0.1 * next(now))
    monkeypatch.setattr(forks, "sleep", slept.append)
    guard = ForkGuard()
    guard.forks = 1
    assert not guard.came_back(0)
    assert len(slept) == looks
    assert not guard.came_back(1)  # no fork since then: not waited for
    assert len(slept) == looks
