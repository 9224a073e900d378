"""A copy of the program is made only where somebody waits for it, and unheard of."""

import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from profiler_suite.measure.program.catching import copies
from profiler_suite.measure.program.catching.channel import CallChannel
from profiler_suite.measure.program.catching.copies import CallCopies
from profiler_suite.measure.program.catching.wish import Wish

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are forked on POSIX")


def test_nobody_waits_nothing_is_forked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forked: list[int] = []
    monkeypatch.setattr(copies, "_fork", lambda: forked.append(1))
    made = CallCopies(CallChannel(str(tmp_path / "nobody")), str(tmp_path))
    assert not made.keep(Wish(0, {"file": __file__, "qualname": "f"}), sys._getframe(), 1)
    assert not forked


@pytest.mark.parametrize("own", [True, False])
def test_the_program_hears_nothing_of_a_child_of_ours(own: bool) -> None:
    def heard(*_: Any) -> None:
        """The program's own handler."""

    before = signal.signal(signal.SIGCHLD, heard if own else signal.SIG_IGN)
    try:
        with copies._unheard_children():
            inside = signal.getsignal(signal.SIGCHLD)
        assert inside is (signal.SIG_DFL if own else signal.SIG_IGN)
        assert signal.getsignal(signal.SIGCHLD) is (heard if own else signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_neighbours_that_are_called_as_our_modules_are_forgotten_in_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, folder in (("msgspec.theirs", tmp_path), ("msgspec.ours", tmp_path / "x" / "y")):
        module = ModuleType(name)
        module.__file__ = str(folder / "theirs.py")
        monkeypatch.setitem(sys.modules, name, module)
    copies._forget_neighbours([str(tmp_path)])
    assert "msgspec.theirs" not in sys.modules
    assert "msgspec.ours" in sys.modules


def test_a_module_without_a_file_is_no_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "results"
    below.mkdir()
    monkeypatch.chdir(below)
    copies._forget_neighbours([str(tmp_path)])
    assert sys.modules["sys"] is sys
