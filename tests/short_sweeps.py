"""Sweeps of a second as processes of their own, on a machine that is said to be known."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from profiler_suite.machine import kept
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from tests.fake_machine import MACHINE

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "tests" / "files"
SHORT, STEADY, TINY = FILES / "short.py", FILES / "steady.py", FILES / "tiny.py"
MARK = "PROFILER_SUITE_TEST_MARK"
"""Environment variable by which the processes of one test are found again."""


def fill_cache(cache: Path) -> None:
    """Keep a made-up machine under this one's name: nothing needs to be measured."""
    facts = read_facts()
    name = fingerprint(facts)
    before = os.environ.get(kept.CACHE_VARIABLE)
    os.environ[kept.CACHE_VARIABLE] = str(cache)
    try:
        machine = msgspec.structs.replace(MACHINE, fingerprint=name, facts=facts)
        assert kept.keep_machine(machine)
    finally:
        os.environ.pop(kept.CACHE_VARIABLE)
        if before is not None:
            os.environ[kept.CACHE_VARIABLE] = before


def environment(cache: Path, mark: str = "", **more: str) -> dict[str, str]:
    own = {kept.CACHE_VARIABLE: str(cache), "PYTHONPATH": str(ROOT), MARK: mark}
    return {**os.environ, **own, **more}


def command(*arguments: object) -> list[str]:
    return [sys.executable, str(SHORT), *[os.fspath(a) for a in arguments]]  # type: ignore[call-overload]


def sweep(out: object, *more: object, file: Path = STEADY) -> list[str]:
    return command("sweep", file, "--quick", "--out", out, *more)


def start(words: list[str], env: dict[str, str], **options: Any) -> "subprocess.Popen[bytes]":
    given: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    return subprocess.Popen(words, env=env, **{**given, **options})


def done(
    words: list[str], env: dict[str, str], **options: Any
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(words, env=env, capture_output=True, timeout=200, **options)


def alive(mark: str) -> list[int]:
    """Processes that a test has started, directly or not, and that run still (Linux)."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _processes() if wanted in _read(pid, "environ").split(b"\0")]


def _processes() -> Iterable[int]:
    own = os.getpid()
    return (
        int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and int(p.name) != own
    )


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
