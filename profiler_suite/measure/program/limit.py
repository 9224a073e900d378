"""Ends a program when its time is over: as Ctrl-C does, then more firmly."""

import contextlib
import os
import signal
import subprocess
import threading
from typing import Self

# A program that is interrupted writes out what it has; what takes longer hangs.
_PAUSE_S = 5.0
_STEPS = ("SIGINT", "SIGTERM", "SIGKILL") if os.name == "posix" else ("SIGTERM",)


def send(process: "subprocess.Popen[bytes]", number: int) -> None:
    """A signal for a program that has not ended; one that has hears nothing.

    Popen's own way looks whether it has ended, and would take its numbers from who waits.
    """
    if process.returncode is None:
        with contextlib.suppress(OSError):
            os.kill(process.pid, number)


class ProgramLimit:
    """While it is entered, the program is asked to end as soon as its time is over."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", seconds: float, pause_s: float = _PAUSE_S
    ) -> None:
        """`seconds` 0 for no limit; `pause_s` between one way of asking and the next."""
        self._process, self._seconds, self._pause_s = process, seconds, pause_s
        self._over = threading.Event()
        self.reached = False

    def __enter__(self) -> Self:
        if self._seconds:
            threading.Thread(target=self._wait, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _wait(self) -> None:
        if self._over.wait(self._seconds):
            return
        self.reached = True
        for name in _STEPS:
            send(self._process, getattr(signal, name))
            if self._over.wait(self._pause_s):
                return
