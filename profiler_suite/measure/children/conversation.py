"""The parent's end of the pipes to a child: one line asks, one line answers."""

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, TypeVar

import msgspec

from profiler_suite import child, units
from profiler_suite.model.rows import Status

# Slices of waiting: one that took much longer than asked was slept through.
_SLICE_S = 1.0
_JOIN_S = 1.0

_START_TIMEOUT_S = 60.0

PADDING = "PROFILER_SUITE_PADDING"
"""Environment variable whose length alone matters."""

_Answer = TypeVar("_Answer")
Clock = Callable[[], float]


class ChildDiedError(Exception):
    """The child ended, or was ended, while it had something in hand."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Conversation:
    """A child of this package and the pipes to it.

    Lines are to be short (a pipe holds 64 KiB), as they are written without
    waiting for the child to read.
    """

    def __init__(
        self,
        module: str,
        python: str = "",
        environment_bytes: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment` has the child's variables; None: those of this process."""
        options: dict[str, Any] = {}
        if environment_bytes or environment is not None:
            variables = dict(os.environ if environment is None else environment)
            options["env"] = variables | {PADDING: "x" * environment_bytes}
        self._process = child.start(module, python=python, **options)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    def opened(
        cls, module: str, opening: object, python: str = "", environment_bytes: int = 0
    ) -> "Conversation":
        """With a child that has taken its first line; ChildDiedError when it has not.

        Its environment is larger by some bytes: where the stack begins depends on it.
        """
        talk = cls(module, python, environment_bytes)
        talk.open(opening)
        return talk

    def open(self, opening: object) -> None:
        """Send the first line; where the child does not take it, it is ended."""
        try:
            self.ask(msgspec.json.encode(opening), _START_TIMEOUT_S)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Number of the child's process."""
        return self._process.pid

    def _read(self) -> None:
        """Wait for lines in a thread of its own: works on every system and costs nothing."""
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stdout:
                if not line.endswith(b"\n"):
                    break  # cut off as it died
                self._lines.put(line)
        self._lines.put(b"")

    def ask(self, line: bytes, timeout_s: float) -> bytes:
        """Send a line and wait for the answer; ChildDiedError when there is none in time."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()
        except OSError:  # it has gone; the end of its output says so too
            pass
        answer = patiently(self._lines, timeout_s)
        if answer is None:
            self.close()
            raise ChildDiedError(
                Status.TIMEOUT, f"no answer within {units.duration(timeout_s)}"
            )
        if not answer:
            raise ChildDiedError(Status.CRASHED, child.how_it_ended(self._process))
        return answer

    def ask_for(
        self, request: object, decoder: msgspec.json.Decoder[_Answer], timeout_s: float
    ) -> _Answer:
        """The answer to a request, decoded; a child that cannot be understood is ended."""
        line = self.ask(msgspec.json.encode(request), timeout_s)
        try:
            return decoder.decode(line)
        except msgspec.DecodeError as error:
            self.close()
            raise ChildDiedError(
                Status.CRASHED, f"its process gave an answer that cannot be read ({error})"
            ) from error

    def close(self) -> None:
        """End the child and wait for it."""
        child.end(self._process)
        self._reader.join(_JOIN_S)
        if not self._reader.is_alive():  # else something the child has started holds its pipe
            child.close(self._process)


def patiently(
    lines: "queue.SimpleQueue[bytes]", timeout_s: float, clock: Clock = perf_counter
) -> bytes | None:
    """The next line, or None after that much time awake.

    While this process is stopped (Ctrl-Z, a machine put to sleep) clocks may go on;
    that is not the child's fault and does not count.
    """
    awake_s = 0.0
    while awake_s < timeout_s:
        slice_s = min(_SLICE_S, timeout_s - awake_s)
        begun = clock()
        try:
            return lines.get(timeout=slice_s)
        except queue.Empty:
            # At least a little: a clock that stands still must not wait for ever.
            awake_s += min(max(clock() - begun, 0.5 * slice_s), 2 * slice_s)
    return None
