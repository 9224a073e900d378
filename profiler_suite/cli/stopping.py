"""Ctrl-C, a closed terminal, a request to end: each stops a command in order, and once.

All of them become a KeyboardInterrupt, so that what is open is closed, what was
measured is kept and children are ended. While that goes on, a second one waits.
"""

import _thread
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from types import FrameType
from typing import Any, Self

# Ending children and writing the last row takes milliseconds; what takes longer hangs.
_GRACE_S = 3.0
# A module whose import is interrupted leaves others in pieces, with messages of their own.
_IMPORT_S = 2.0
_AGAIN_S = 0.02
_ENOUGH = 3
_DEFAULT = (signal.SIG_DFL, signal.default_int_handler)


def _numbers() -> list[int]:
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


class Stopping:
    """While it is entered, signals that ask to stop raise KeyboardInterrupt, once."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._before: dict[int, Any] = {}
        self._asked_at = self._raised_at = -1e9
        self.signal = 0
        """Number of the signal that was received; 0 when none was."""

    @property
    def exit_code(self) -> int:
        """What a shell expects of a command that a signal has ended: 130 for Ctrl-C."""
        return 128 + (self.signal or signal.SIGINT)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _numbers():
                # What nohup or a shell's & has set to be ignored stays so.
                if signal.getsignal(number) in _DEFAULT:
                    self._before[number] = signal.signal(number, self.receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def receive(self, number: int, frame: FrameType | None) -> None:
        """The signal handler."""
        now = self._clock()
        if now - self._raised_at < _GRACE_S:
            return
        if not self.signal:
            self._asked_at = now
        self.signal = number
        if now - self._asked_at < _IMPORT_S and _is_importing(frame):
            self._later(number)
            return
        self._raised_at = now
        raise KeyboardInterrupt

    def swallowed(self) -> None:
        """The exception was raised where Python cannot pass it on: raise it again."""
        self._raised_at = -1e9
        self._later(self.signal)

    def _later(self, number: int) -> None:
        again = threading.Timer(_AGAIN_S, _send, (number or signal.SIGINT,))
        again.daemon = True
        again.start()


class StopRequest:
    """While it is entered, a request to stop is kept in mind, so that what there is is written.

    Within `raising` it stops what is being done, as it does elsewhere; who asks a third time
    does not want what there is either.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._raises = False
        self._count = 0

    @property
    def asked(self) -> bool:
        """Whether somebody has asked to stop."""
        return self._count > 0

    def ask(self) -> None:
        """As if a signal had come: a program was stopped by one that was meant for both."""
        self._count = max(self._count, 1)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _numbers():
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if not self._raises and self._count < _ENOUGH:
            return
        handler = self._before[number]
        if not callable(handler):
            raise KeyboardInterrupt
        handler(number, frame)

    @contextlib.contextmanager
    def raising(self) -> Iterator[None]:
        """What is done in it may be stopped; it is not begun where that was asked before."""
        if self.asked:
            raise KeyboardInterrupt
        self._raises = True
        try:
            yield
        finally:
            self._raises = False


def _send(number: int) -> None:
    """A signal for the main thread, which may be waiting for something."""
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def leave_unraised_to(stopping: Stopping) -> None:
    """A KeyboardInterrupt in a destructor or a callback counts like any other."""
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if unraisable.exc_type is KeyboardInterrupt:
            stopping.swallowed()
        else:
            before(unraisable)

    sys.unraisablehook = hook


def stay() -> None:
    """Let nothing more stop this process: it is about to end by itself."""
    for number in _numbers():
        signal.signal(number, signal.SIG_IGN)
