"""One py-spy beside a program: begins, says when it is ready, writes what it has seen."""

import contextlib
import os
import re
import select
import signal
import subprocess
import threading
from pathlib import Path
from time import monotonic
from typing import IO

_READY = b"Sampling process"
# Reading symbols of a large libpython takes a second or two on a loaded machine.
_PATIENCE_S = 20.0
# It sees the program's end at its next sample; children of the program's may live on.
_END_S = 1.0
_COUNTS = re.compile(rb"Samples: (\d+) Errors: (\d+)")
_LAST_BYTES = 1000
_FIRST_IN_LINE = -15  # of the scheduler, as niceness


class SpyProcess:
    """Begin, ask whether it is ready, and finish when the program has ended."""

    def __init__(self, spy: str, output: Path, rate_hz: float, *, stopping: bool) -> None:
        """With `stopping` it halts the program to see compiled code as well."""
        self._spy, self._output = spy, output
        self._rate_hz, self._stopping = rate_hz, stopping
        self._process: subprocess.Popen[bytes] | None = None
        self._reading: threading.Thread | None = None
        self._last = bytearray()
        self.said = ""
        """Why it is not ready, in its own words."""

    def begin(self, pid: int) -> None:
        """Start it at that process."""
        options = ["--native"] if self._stopping else ["--nonblocking"]
        try:
            self._process = subprocess.Popen(
                [
                    *(self._spy, "record", "--pid", str(pid), "--format", "raw"),
                    *("--output", str(self._output), "--rate", f"{self._rate_hz:.0f}"),
                    *("--threads", "--subprocesses", "--idle", "--full-filenames", *options),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:  # made for another processor or C library
            self.said = f"{self._spy} cannot be run: {error.strerror or error}"
            return
        if self._stopping:
            # While it looks the program stands still, and waits for it where others run, too.
            with contextlib.suppress(OSError):  # only root may
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _FIRST_IN_LINE)

    def is_ready(self) -> bool:
        """Wait until it looks at the program; False where it cannot, and it is gone then."""
        if self._process is None:
            return False
        if self._says_so(self._process):
            # Where it is held up it says so, again and again: a full pipe would stop it.
            self._reading = threading.Thread(
                target=_read_on, args=(self._process.stdout, self._last), daemon=True
            )
            self._reading.start()
            return True
        self.end()
        return False

    def _says_so(self, process: "subprocess.Popen[bytes]") -> bool:
        assert process.stdout is not None
        until, heard = monotonic() + _PATIENCE_S, b""
        poll = select.poll()
        poll.register(process.stdout, select.POLLIN)
        while monotonic() < until:
            if not poll.poll(1000 * max(0.0, until - monotonic())):
                break
            some = os.read(process.stdout.fileno(), 4096)
            heard += some
            if _READY in heard:
                self._last += heard  # of a short program all may have been said already
                return True
            if not some:
                break
        lines = [each.strip() for each in heard.decode(errors="replace").splitlines()]
        self.said = next((each for each in lines if each), "it did not begin in time")
        return False

    def finish(self) -> str:
        """What it has written when it is done; empty where nothing came."""
        if self._process is None:
            return ""
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_S)
        self.end()
        try:
            return self._output.read_text(errors="replace")
        except OSError:
            return ""

    @property
    def lost_share(self) -> float:
        """Share of its samples that came to nothing; known when it has finished.

        A stack that changes while it is read is none.
        """
        found = _COUNTS.search(self._last)
        return int(found[2]) / max(1, int(found[1])) if found else 0.0

    def end(self) -> None:
        """End it, whatever it does."""
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        if self._reading is not None:
            self._reading.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None


def _read_on(stream: IO[bytes], last: bytearray) -> None:
    """Read to the end, and forget all but the last of it."""
    while some := os.read(stream.fileno(), 4096):
        last += some
        del last[:-_LAST_BYTES]
