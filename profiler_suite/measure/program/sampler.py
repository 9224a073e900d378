"""The sampler beside a program: py-spy, which reads Python and compiled frames from outside.

It stops a thread for the time of a look, knows every version's frames, and follows children.
"""

import contextlib
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path
from time import monotonic
from typing import IO

_READY = b"Sampling process"
# Reading symbols of a large libpython takes a second or two on a loaded machine.
_PATIENCE_S = 20.0
_FIRST_IN_LINE = -15  # of the scheduler, as niceness
ELSEWHERE = (
    "only Python functions were seen, not the compiled code below them: that needs Linux and "
    "py-spy; this is {system}"
)
ABSENT = (
    "only Python functions were seen, not the compiled code below them: py-spy is missing; "
    "python -m pip install py-spy"
)
REFUSED = (
    "only Python functions were seen, not the compiled code below them: py-spy cannot read the "
    "program here ({said})"
)
HARMFUL = (
    "compiled code was not seen: to see it a program is stopped many times a second, and with "
    "PYTHONUNBUFFERED Python loses what it is writing into a pipe then; unset it, or send the "
    "output to a file"
)
NO_COMPILED = "compiled code was not seen: py-spy cannot follow it on this processor ({said})"


def find() -> str:
    """The sampler's program; empty where there is none."""
    beside = Path(sysconfig.get_path("scripts")) / "py-spy"
    return str(beside) if beside.exists() else shutil.which("py-spy") or ""


def why_not() -> str:
    """An empty string where the sampler can be tried, or one sentence why not."""
    if sys.platform != "linux":
        return ELSEWHERE.format(system=sys.platform)
    return "" if find() else ABSENT


def stopping_harms() -> bool:
    """Whether output would be lost if the program were stopped in the middle of writing it.

    A stopped write into a full pipe ends early, and CPython's text streams without a buffer
    do not write the rest.
    """
    if not os.environ.get("PYTHONUNBUFFERED"):
        return False
    for number in (1, 2):
        with contextlib.suppress(OSError):
            mode = os.fstat(number).st_mode
            if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
                return True
    return False


class Sampler:
    """One py-spy at one program; `attach` first, `finish` when the program has ended."""

    def __init__(self, output: Path, rate_hz: float, *, stopping: bool = True) -> None:
        """Without `stopping` it reads while the program runs on: Python functions alone."""
        self._output, self._rate_hz, self._stopping = output, rate_hz, stopping
        self._process: subprocess.Popen[bytes] | None = None
        self._reading: threading.Thread | None = None
        self._said = ""
        self.compiled = True
        self.missing = ""
        """Why compiled code, or anything at all, is not seen; empty where it is."""

    def attach(self, pid: int) -> bool:
        """Begin to watch that process; False where the system refuses."""
        for compiled in (True, False) if self._stopping else (False,):
            self.compiled = compiled
            if self._begin(pid):
                if not compiled:
                    said = NO_COMPILED.format(said=self._said)
                    self.missing = said if self._stopping else HARMFUL
                return True
        self.missing = REFUSED.format(said=self._said)
        return False

    def _begin(self, pid: int) -> bool:
        options = ["--native"] if self.compiled else ["--nonblocking"]
        try:
            self._process = subprocess.Popen(
                [
                    *(find(), "record", "--pid", str(pid), "--format", "raw"),
                    *("--output", str(self._output), "--rate", f"{self._rate_hz:.0f}"),
                    *("--threads", "--subprocesses", "--idle", "--full-filenames", *options),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:  # made for another processor or C library
            self._said = f"{find()} cannot be run: {error.strerror or error}"
            return False
        # While it looks the program stands still, and waits for it where others run as well.
        with contextlib.suppress(OSError):  # only root may
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _FIRST_IN_LINE)
        if self._is_ready():
            # Where it is held up it says so, again and again: a full pipe would stop it.
            self._reading = threading.Thread(
                target=_read_on, args=(self._process.stdout,), daemon=True
            )
            self._reading.start()
            return True
        self._end()
        return False

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.stdout is not None
        until, heard = monotonic() + _PATIENCE_S, b""
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN)
        while monotonic() < until:
            if not poll.poll(1000 * max(0.0, until - monotonic())):
                break
            some = os.read(self._process.stdout.fileno(), 4096)
            heard += some
            if _READY in heard:
                return True
            if not some:
                break
        lines = [each.strip() for each in heard.decode(errors="replace").splitlines()]
        self._said = next((each for each in lines if each), "it did not begin in time")
        return False

    def finish(self) -> str:
        """What it has written when it is done; empty where nothing came."""
        if self._process is None:
            return ""
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:  # a child of the program's may live on
            with contextlib.suppress(OSError):
                self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_S)
        self._end()
        try:
            return self._output.read_text(errors="replace")
        except OSError:
            return ""

    def _end(self) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()
            if self._reading is not None:
                self._reading.join()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


def _read_on(stream: IO[bytes]) -> None:
    """Read to the end, and forget it."""
    while os.read(stream.fileno(), 4096):
        pass
