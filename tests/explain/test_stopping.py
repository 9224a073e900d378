"""What asks to stop inside a function stops whoever explains it."""

import asyncio
import functools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from profiler_suite import notebook
from profiler_suite.errors import UsageError
from tests.fake_machine import MACHINE
from tests.short_sweeps import fill_cache

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def known_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "survey", lambda coarse: MACHINE)


def raises(error: BaseException) -> None:
    raise error


def nested_exit() -> None:
    try:
        sys.exit(4)
    finally:
        len("clean up")


def interrupted() -> None:
    waiting = threading.Event()
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    waiting.wait(30)


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (functools.partial(raises, KeyboardInterrupt()), KeyboardInterrupt),
        (functools.partial(raises, SystemExit(3)), SystemExit),
        (nested_exit, SystemExit),
        (interrupted, KeyboardInterrupt),
    ],
)
def test_a_request_to_stop_reaches_the_caller_as_itself(
    function: Callable[..., Any], kind: type[BaseException]
) -> None:
    with pytest.raises(kind):
        notebook.explain(function)


async def waits() -> int:
    await asyncio.sleep(0)
    return 1


class Waits:
    async def __call__(self) -> int:
        return 1


@pytest.mark.parametrize(
    "function", [waits, functools.partial(waits), Waits(), lambda: waits()]
)
def test_a_coroutine_of_any_callable_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match="is a coroutine function"):
        notebook.explain(function)


@pytest.mark.parametrize(
    "body",
    [
        "def f():\n    raise KeyboardInterrupt\n",
        "import os, signal\ndef f():\n    os.kill(os.getpid(), signal.SIGINT)\n",
        "raise KeyboardInterrupt\n",
    ],
)
def test_a_command_is_interrupted_once(tmp_path: Path, body: str) -> None:
    fill_cache(tmp_path)
    (tmp_path / "own.py").write_text(body)
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", "explain", f"{tmp_path}/own.py:f", "-q"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PROFILER_SUITE_CACHE": str(tmp_path)},
        timeout=60,
    )
    assert done.returncode == 130
    assert done.stderr.strip() == "interrupted"
    assert done.stdout == ""
