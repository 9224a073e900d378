"""How long the parent waits for a child's next word, other than for a core."""

import threading
from collections.abc import Callable

from profiler_suite.measure.explain.guarding.time_limit import LEAST_WAIT_S
from profiler_suite.measure.explain.records import Stage
from profiler_suite.measure.preemption import CoreWait

# A function that is stopped gets this long to tell where it was.
_GRACE_S = 5.0


class Patience:
    """Calls `expire` when a stage has lasted longer than it may; begins when it is made."""

    def __init__(
        self,
        stage: Stage,
        expire: Callable[[], None],
        waited_s: Callable[[], float] | None = None,
        grace_s: float = _GRACE_S,
    ) -> None:
        """`waited_s` says how long the child waited for a core since it was last asked."""
        self._expire = expire
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._over = not stage.limit_s
        self._waited_s = waited_s or _waits_of(stage.process)
        self._start(stage.limit_s + grace_s)

    def _start(self, seconds: float) -> None:
        with self._lock:
            if self._over:
                return
            self._timer = threading.Timer(seconds, self._late)
            self._timer.daemon = True
            self._timer.start()

    def _late(self) -> None:
        more_s = self._waited_s()
        if more_s >= LEAST_WAIT_S:
            self._start(more_s)
        else:
            self._expire()

    def cancel(self) -> None:
        """The next word has come."""
        with self._lock:
            self._over = True
            if self._timer is not None:
                self._timer.cancel()


def _waits_of(process: int) -> Callable[[], float]:
    return CoreWait(process).since_s if process else lambda: 0.0
