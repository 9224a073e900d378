"""Faults as a person meets them: real sweeps, one sentence, an exit code, nothing lost."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import profiler_suite
from profiler_suite import cli, store, units
from profiler_suite.cli import streams
from profiler_suite.cli.stopping import Stopping
from profiler_suite.cli.sweeping.resuming import unused
from tests.short_sweeps import STEADY, TINY, alive, done, environment, start, sweep

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="finds processes in /proc"
)


@pytest.fixture
def mark(request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"{os.getpid()}-{request.node.name}"
    yield name
    assert nobody(name)


def until(what: Callable[[], bool], within_s: float = 120.0) -> bool:
    end = time.monotonic() + within_s
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def nobody(mark: str) -> bool:
    return until(lambda: not alive(mark), 30.0)


def runs(module: str, mark: str) -> bool:
    """Whether a child runs that module."""
    for pid in alive(mark):
        try:
            if f"profiler_suite.{module}".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                return True
        except OSError:
            continue
    return False


def rounds(out: Path) -> int:
    path = out / store.RECORDS
    return path.read_bytes().count(b'{"kind":"round"') if path.exists() else 0


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    _, said = process.communicate(timeout=200)
    text = said.decode(errors="replace") if said else ""
    assert "Traceback" not in text, text
    return process.returncode, text


# ------------------------------------------ one run through everything that can interrupt it


@pytest.mark.long
def test_a_run_survives_all_interruptions_and_is_told_how_to_go_on(
    cache: Path, tmp_path: Path, mark: str
) -> None:
    # Neither UTF-8 nor plain: a path as old disks and careless people have it.
    out = tmp_path / os.fsdecode(b"l\xe9 r\xfcn '$(x)\" &")
    env = environment(cache, mark)

    # A second sweep into the folder is told who holds it; the first is not disturbed.
    first = start(sweep(out), env | {"PROFILER_SUITE_TEST_SPAN_S": "10"})
    assert until(lambda: rounds(out) > 0)
    second = done(sweep(out), env)
    assert second.returncode == 2
    said = second.stderr.decode(errors="replace")
    assert f"in use by another sweep (process {first.pid} on {socket.gethostname()}" in said
    assert "wait for it or choose another folder" in said
    assert "Traceback" not in said
    assert first.poll() is None

    # Ctrl-C between rounds; once more while it cleans up.
    first.send_signal(signal.SIGINT)
    first.send_signal(signal.SIGINT)
    code, said = ended(first)
    assert code == 130
    assert "is kept in" in said
    assert "continue with the same command" in said
    assert nobody(mark)
    kept = (out / store.RECORDS).read_bytes()
    assert b'"outcome":"interrupted' in kept

    # A closed terminal, Ctrl-C, a request to end: in each later stage.
    stages: list[tuple[Callable[[], bool], signal.Signals, int]] = [
        (lambda: runs("measure.sweep.worker", mark), signal.SIGHUP, 129),
        (lambda: runs("measure.lines.worker", mark), signal.SIGINT, 130),
        (lambda: (out / "figures").exists(), signal.SIGTERM, 143),
    ]
    for reached, number, expected in stages:
        process = start(sweep(out), env)
        assert until(lambda: reached() or process.poll() is not None)  # noqa: B023
        process.send_signal(number)
        code, said = ended(process)
        assert code == expected, said
        assert "interrupted" in said
        assert nobody(mark)
        assert (out / store.RECORDS).read_bytes().startswith(kept)
        kept = (out / store.RECORDS).read_bytes()

    # With nohup, the terminal and the reader gone, in a locale without any letters.
    lead, terminal = pty.openpty()
    reading, writing = os.pipe()
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    last = start(
        sweep(out),
        {**env, **plain},
        stdout=writing,
        stderr=terminal,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    for descriptor in (writing, terminal):
        os.close(descriptor)
    time.sleep(1.0)
    os.close(reading)
    os.close(lead)
    last.send_signal(signal.SIGHUP)
    assert last.wait(200) == 0
    run = profiler_suite.load(out)
    assert run.complete
    assert (run.points["status"] == "ok").all()
    samples = run.samples
    assert not samples.duplicated(["id", "round", "sample"]).any()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "three_times_itself" in page


def test_when_its_parent_is_killed_a_hanging_child_ends(
    cache: Path, tmp_path: Path, mark: str
) -> None:
    out = tmp_path / "run"
    words = sweep(out, "--implementations", "hangs", file=TINY)
    process = start(words, environment(cache, mark))
    assert until(lambda: runs("measure.sweep.worker", mark))
    time.sleep(0.7)
    process.kill()
    process.communicate()
    assert nobody(mark)


def test_a_full_disk_ends_a_sweep_with_one_sentence_and_keeps_what_fitted(
    cache: Path, tmp_path: Path, mark: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs to mount a small file system")
    try:
        out = disk / "run"
        full = done(sweep(out), environment(cache, mark))
        said = full.stderr.decode()
        assert full.returncode == 2, said
        assert "No space left on device; make room" in said
        assert f"run the same command with --out {out} to go on" in said
        assert "Traceback" not in said
        rows, unreadable = store.read_rows(out)
        assert rows
        assert unreadable == 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# ------------------------------------------------------------------ standard streams


LIST = [sys.executable, "-m", "profiler_suite", "list"]


def shell(line: str, cache: Path, **more: str) -> "subprocess.CompletedProcess[bytes]":
    line = line.replace("LIST", " ".join(LIST)).replace("HELP", f"{' '.join(LIST)} --help")
    words = ["sh", "-c", line]
    return subprocess.run(
        words, env=environment(cache, **more), capture_output=True, timeout=200
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("LIST > /dev/full", 2, b"error: No space left on device"),
        ("HELP > /dev/full", 2, b"error: No space left on device"),
        ("HELP | true", 0, b""),
        ("HELP >&-", 0, b""),
        ("HELP >&- 2>&- <&-", 0, b""),
        ("HELP 2>/dev/full", 0, b""),
        ("HELP > /dev/full 2>&1", 2, b""),
    ],
)
def test_standard_streams_may_be_full_closed_or_gone(
    line: str, code: int, said: bytes, cache: Path
) -> None:
    end = shell(line, cache)
    assert end.returncode == code, end.stderr
    assert said in end.stderr
    assert b"Traceback" not in end.stderr
    assert b"Exception ignored" not in end.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_output_takes_any_text_in_any_encoding(encoding: str, cache: Path) -> None:
    end = shell("LIST", cache, PYTHONIOENCODING=encoding, LC_ALL="C", PYTHONUTF8="0")
    assert end.returncode == 0, end.stderr
    assert b"im2col_gemm" in end.stdout


def test_streams_that_python_did_not_open_are_there_for_all_that_print(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", None)
        patched.setattr(sys, "stderr", None)
        streams.prepare()
        opened = [sys.stdout, sys.stderr]
        assert all(stream is not None for stream in opened)
        streams.tell("nobody reads this")
        for stream in opened:
            stream.close()


def test_what_a_run_folder_says_does_not_control_the_terminal() -> None:
    assert units.printable("a\x1b[2Jb\tc\n\x07\x9b1m") == "a?[2Jb\tc\n??1m"


# --------------------------------------------------------------------------- signals


def test_a_second_request_waits_until_the_first_is_served_and_a_later_one_is_not_lost() -> None:
    now = [100.0]
    stopping = Stopping(clock=lambda: now[0])
    with pytest.raises(KeyboardInterrupt):
        stopping.receive(signal.SIGTERM, None)
    stopping.receive(signal.SIGINT, None)  # while what is open is being closed
    now[0] += 10.0
    with pytest.raises(KeyboardInterrupt):
        stopping.receive(signal.SIGINT, None)
    assert stopping.exit_code == 130


def test_an_import_is_finished_before_a_request_to_stop_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    stopping = Stopping(clock=lambda: now[0])
    again: list[int] = []
    monkeypatch.setattr(stopping, "_later", again.append)
    code = SimpleNamespace(co_filename="<frozen importlib._bootstrap>")
    frame: Any = SimpleNamespace(f_code=code, f_back=None)
    inner: Any = SimpleNamespace(f_code=SimpleNamespace(co_filename="a.py"), f_back=frame)
    stopping.receive(signal.SIGINT, inner)
    assert again == [signal.SIGINT]
    now[0] += 5.0  # an import that hangs is interrupted
    with pytest.raises(KeyboardInterrupt):
        stopping.receive(signal.SIGINT, inner)


def test_signals_that_are_ignored_stay_so_and_handlers_come_back() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Stopping():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_DFL, signal.SIG_IGN)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_exception_that_python_cannot_pass_on_is_raised_again() -> None:
    code = (
        "import signal, sys, time; from profiler_suite.cli import stopping\n"
        "class Litter:\n"
        "    def __del__(self): signal.raise_signal(signal.SIGINT)\n"
        "with stopping.Stopping() as asked:\n"
        "    stopping.leave_unraised_to(asked)\n"
        "    try:\n"
        "        Litter(); time.sleep(60); print('lost', file=sys.stderr)\n"
        "    except KeyboardInterrupt: print('stopped')\n"
    )
    end = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=55
    )
    assert end.stdout == "stopped\n"
    assert end.stderr == ""


# ------------------------------------------------------------------ errors of the system


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (PermissionError(13, "Permission denied", "/root/x"), 2, "Permission denied: /root/x"),
        (OSError(23, "Too many open files in system"), 2, "Too many open files"),
        (MemoryError(), 2, "not enough memory"),
        (OSError(5, "Input/output error"), 0, ""),
        (OSError(5, "Input/output error", "/mnt/x"), 2, "Input/output error: /mnt/x"),
    ],
)
def test_an_error_of_the_system_is_one_sentence(
    error: Exception,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from profiler_suite.analysis.run import load

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(load, "find_run", fail)
    assert cli.run(["report", "x"]) == code
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == (1 if said else 0)


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    folder = tmp_path / "20261124-120000-stride"
    assert unused(folder) == folder
    folder.mkdir()
    assert unused(folder).name == "20261124-120000-stride-2"
    unused(folder).mkdir()
    assert unused(folder).name == "20261124-120000-stride-3"


@pytest.mark.slow
def test_a_run_folder_cannot_have_a_file_run(cache: Path, tmp_path: Path, mark: str) -> None:
    """What is executed is named on the command line, whatever run.json says."""
    import msgspec

    from tests.fake_run import make_run

    out, evil = tmp_path / "run", tmp_path / "evil.py"
    evil.write_text(f"open({str(tmp_path / 'executed')!r}, 'w')\n")
    made_up = msgspec.structs.replace(make_run().provenance, experiment_files=(str(evil),))
    with store.RunFolder(out) as folder:
        folder.write_provenance(made_up)
    env = environment(cache, mark)
    for words in (sweep(out, "--only-flagged"), sweep(out), [*LIST[:3], "report", str(out)]):
        end = done(words, env)
        assert end.returncode in (0, 2)
        assert b"Traceback" not in end.stderr
        assert not (tmp_path / "executed").exists()
    assert STEADY.exists()
