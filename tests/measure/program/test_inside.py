"""A thread that looks at all others' Python functions."""

import _thread
import atexit
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.measure.program import inside
from profiler_suite.measure.program.samples import read_stacks


def written_by(
    monkeypatch: pytest.MonkeyPatch, file: Path, clock: list[float], frames: list[Any]
) -> str:
    """What the probe writes of these frames, one look after the other."""
    now = iter(clock)
    pids = iter([7] * len(frames) + [8])  # then it finds itself in a forked child, and ends
    looked = iter(frames)
    monkeypatch.setattr(inside, "_sleep", lambda _: None)
    monkeypatch.setattr(inside, "_clock", lambda: next(now))
    monkeypatch.setattr(inside, "_frames", lambda: next(looked))
    monkeypatch.setattr(inside, "_write", lambda *given: writes.append(given))
    writes: list[Any] = []
    monkeypatch.setattr(inside, "_getpid", lambda: next(pids))
    inside._watch(str(file), 0.01, 1, 7, {})
    monkeypatch.undo()
    inside._write(*writes[-1])
    return file.read_text()


def frame() -> Any:
    return sys._getframe()


def test_stacks_are_written_as_the_sampler_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, held = threading.get_ident(), frame()
    looks = [{1: held, own: held}, {1: held, 2: held}, {1: held}]
    # The third look had to wait: it stands for five.
    text = written_by(monkeypatch, tmp_path / "out", [0.0, 0.01, 0.02, 0.07], looks)
    stacks, _ = read_stacks(text)
    counts = sorted(each.count for each in stacks)
    assert counts == [1, 7]
    assert stacks[0].frames[-1].name == "frame"
    assert stacks[0].frames[-1].file == __file__


def test_it_watches_in_a_thread_of_its_own_that_threading_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(_thread, "start_new_thread", lambda *given: started.append(given))
    ends: list[Any] = []
    monkeypatch.setattr(atexit, "register", ends.append)
    inside.start("0.02 /a place/with spaces")
    ((_, (file, pause_s, main, pid, counts)),) = started
    assert counts == {}
    assert (file, pause_s, pid) == ("/a place/with spaces", 0.02, os.getpid())
    assert main == threading.get_ident()


def test_what_was_seen_last_is_written_when_the_program_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    ends: list[Any] = []
    monkeypatch.setattr(_thread, "start_new_thread", lambda *given: started.append(given))
    monkeypatch.setattr(atexit, "register", ends.append)
    inside.start(f"0.02 {tmp_path / 'out'}")
    counts = started[0][1][-1]
    counts[threading.get_ident(), "f (/x/a.py:1)"] = 3
    (end,) = ends
    end()
    assert (tmp_path / "out").read_text().endswith("f (/x/a.py:1) 3\n")
    (tmp_path / "out").unlink()
    monkeypatch.setattr(inside, "_getpid", lambda: -1)
    end()
    assert not (tmp_path / "out").exists(), "a forked child's end is not the program's"
