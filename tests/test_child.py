"""Of a child that was killed is said what is known, and nothing that is guessed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from profiler_suite import child

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


def killed_by(number: int) -> subprocess.Popen[bytes]:
    code = f"import os; os.kill(os.getpid(), {number})"
    return subprocess.Popen(
        [sys.executable, "-S", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def ended(number: int, kills_before: int = -1) -> str:
    process = killed_by(number)
    child._memory_kills_before[process] = kills_before
    try:
        return child.how_it_ended(process)
    finally:
        child.close(process)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGABRT])
def test_a_signal_is_named_and_no_reason_is_guessed(number: signal.Signals) -> None:
    assert ended(number) == f"its process was killed by {number.name}"


def test_what_the_system_has_counted_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = tmp_path / "vmstat"
    counts.write_text("pgfault 12\noom_kill 4\n")
    monkeypatch.setattr(child, "_MEMORY_KILLS", (tmp_path / "none", counts))
    assert child.memory_kills() == 4
    assert "for lack of memory" in ended(signal.SIGKILL, kills_before=3)
    assert "memory" not in ended(signal.SIGKILL, kills_before=4)
    assert "memory" not in ended(signal.SIGTERM, kills_before=3)


def test_a_limit_of_cpu_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_cpu_limit_s", lambda: 7)
    for number in (signal.SIGXCPU, signal.SIGKILL):
        assert "7 s of CPU time each (ulimit -t)" in ended(number)
    assert "CPU" not in ended(signal.SIGABRT)
    monkeypatch.setattr(child, "_cpu_limit_s", lambda: 0)  # the process has set its own
    assert "a limit of CPU time is used up" in ended(signal.SIGXCPU)
    assert "CPU" not in ended(signal.SIGKILL)


def test_where_nothing_is_counted_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_MEMORY_KILLS", (tmp_path / "none",))
    assert child.memory_kills() == -1
