"""A process that reads this one's frames from outside, and the requests to it."""

import ctypes
import select

from profiler_suite import child
from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.protocol import PAUSED, STARTED

_PATIENCE_S = 20.0


class ReaderProcess:
    """A module of this package in a process that may read this one's memory.

    `control` is the word by which it sees what this process does: counting, ready, paused.
    PeekError where the system does not allow it, or where the process has ended.
    """

    def __init__(self, module: str, name: str) -> None:
        """`name` says what it is in messages, such as 'the sampling process'."""
        library = peek.libc()
        self.control = (ctypes.c_uint64 * 1)(PAUSED)
        self._name = name
        self._process = child.start(module)
        try:
            peek.allow_reader(library, self._process.pid)
            if self._read() != STARTED:
                raise peek.PeekError(f"{name} could not be started")
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def control_address(self) -> int:
        """Where `control` lies in this process's memory."""
        return ctypes.addressof(self.control)

    def request(self, line: bytes) -> None:
        """Send one line."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError as error:
            raise self._ended() from error

    def answer(self) -> bytes:
        """The next line; it has some seconds for it."""
        line = self._read()
        if not line:
            raise self._ended()
        return line

    def close(self) -> None:
        """End it."""
        child.close(self._process)

    def _ended(self) -> peek.PeekError:
        return peek.PeekError(f"{self._name} has ended")

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        poll = select.poll()  # select takes no file whose number is above 1,023
        poll.register(self._process.stdout, select.POLLIN)
        return self._process.stdout.readline() if poll.poll(1000 * _PATIENCE_S) else b""
