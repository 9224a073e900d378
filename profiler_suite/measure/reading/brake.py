"""Stops a thread of another process while it is read, and passes on its signals (Linux)."""

import ctypes
import os

from profiler_suite.measure.reading.serving import GoneError

# sys/ptrace.h
_PTRACE_CONT, _PTRACE_DETACH = 7, 17
_PTRACE_SEIZE, _PTRACE_INTERRUPT = 0x4206, 0x4207
_PTRACE_EVENT_STOP = 128
_WAIT_ALL = 0x40000000


class ThreadBrake:
    """Stops the sampled thread for the length of a sample (ptrace)."""

    def __init__(self, library: ctypes.CDLL, pid: int) -> None:
        self._trace = library.ptrace
        self._trace.restype = ctypes.c_long
        self._trace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
        self._pid = pid
        self.works = self._trace(_PTRACE_SEIZE, pid, None, None) == 0

    def stop(self) -> None:
        """Return when the thread stands still."""
        self._trace(_PTRACE_INTERRUPT, self._pid, None, None)
        while True:
            _, status = os.waitpid(self._pid, _WAIT_ALL)
            if not os.WIFSTOPPED(status):
                raise GoneError
            if status >> 16 == _PTRACE_EVENT_STOP:
                return
            # A signal on its way to the process: pass it on.
            self._trace(_PTRACE_CONT, self._pid, None, os.WSTOPSIG(status))

    def pass_on(self) -> None:
        """Let it have a signal that has come in the meantime: it stands still until then."""
        pid, status = os.waitpid(self._pid, _WAIT_ALL | os.WNOHANG)
        if not pid:
            return
        if not os.WIFSTOPPED(status):
            raise GoneError
        number = 0 if status >> 16 == _PTRACE_EVENT_STOP else os.WSTOPSIG(status)
        self._trace(_PTRACE_CONT, self._pid, None, number)

    def release(self) -> None:
        """Let it run."""
        self._trace(_PTRACE_CONT, self._pid, None, None)

    def let_go(self) -> None:
        """End the tracing."""
        self.stop()
        self._trace(_PTRACE_DETACH, self._pid, None, None)
