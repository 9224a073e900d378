"""Stops the main thread of this process where a call takes too long, from another thread.

The thread sleeps until the limit of the call in hand and looks then whether another call
has begun since: nothing is added to a call. Alarms belong to the function.
"""

import os
import signal
import threading
from collections.abc import Callable
from time import monotonic
from types import FrameType, TracebackType
from typing import Any

from profiler_suite.errors import TimeUp
from profiler_suite.measure.preemption import CoreWait

# What catches everything and goes on is asked again.
_AGAIN_S = 1.0
LEAST_WAIT_S = 0.01
"""Less than this that a process has waited for a core gives it no more time."""
_LEAST_S = 10.0
_TIMES_THE_FIRST = 20.0


def later_limit_s(first_s: float, timeout_s: float) -> float:
    """How long any call after the first may take, s: relative to it, and never longer.

    Under a trace or with its lines profiled a call takes many times as long as on its own.
    """
    limit_s = max(_LEAST_S, _TIMES_THE_FIRST * first_s)
    return min(limit_s, timeout_s) if timeout_s else limit_s


def signal_number() -> int:
    """The signal that stops the main thread; 0 where there is none to be had."""
    if not hasattr(signal, "pthread_kill"):
        return 0
    # Real-time signals are free for use; elsewhere the one for a program's own purposes.
    last = getattr(signal, "SIGRTMAX", 0)
    return int(last) - 3 if last else int(signal.SIGUSR2)


class TimeLimit:
    """Raises TimeUp in the main thread, which makes it, when its time is over."""

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        waited_s: Callable[[], float] | None = None,
    ) -> None:
        """`waited_s` says how long this thread waited for a core since it was last asked."""
        self._clock = clock
        self._waited_s = waited_s or CoreWait(os.getpid()).since_s
        self._without_waits = False
        self._deadline = 0.0
        self._reason = ""
        self._changed = threading.Condition()
        self._ends = False
        self._number = signal_number()
        self._before: Any = None
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._main = threading.get_ident()

    def __enter__(self) -> "TimeLimit":
        if self._number:
            self._before = signal.signal(self._number, self._ring)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.lift()
        with self._changed:
            self._ends = True
            self._changed.notify()
        if self._number:
            self._thread.join()
            signal.signal(self._number, self._before or signal.SIG_DFL)

    def begin(self, seconds: float, reason: str, *, without_waits: bool = False) -> None:
        """From now on, that many seconds; 0 for no limit.

        `without_waits` leaves out what the thread waits for a core, which others have.
        """
        with self._changed:
            self._reason = reason
            self._without_waits = without_waits
            self._waited_s()
            self._deadline = self._clock() + seconds if seconds else 0.0
            self._changed.notify()

    def again(self, seconds: float) -> None:
        """Another call begins: the time starts anew. Costs next to nothing."""
        if self._deadline:
            self._deadline = self._clock() + seconds

    def lift(self) -> None:
        """No limit from now on."""
        self._deadline = 0.0

    def _ring(self, number: int, frame: FrameType | None) -> None:
        # It may have come back in the meantime.
        if self._deadline and self._clock() >= self._deadline:
            raise TimeUp(self._reason)

    def _more_s(self) -> float:
        """What it waited for a core while its time ran out, s."""
        waited_s = self._waited_s() if self._without_waits else 0.0
        return waited_s if waited_s >= LEAST_WAIT_S else 0.0

    def _watch(self) -> None:
        with self._changed:
            while not self._ends:
                deadline = self._deadline
                left_s = deadline - self._clock()
                if deadline and left_s <= 0:
                    left_s = self._more_s()
                    if left_s:
                        self._deadline = self._clock() + left_s
                    else:
                        signal.pthread_kill(self._main, self._number)
                        left_s = _AGAIN_S
                self._changed.wait(left_s if deadline else None)
