"""Watches all threads of this process: their perf events, started and stopped together."""

import threading
from collections import Counter

from profiler_suite.measure.native import perf


class ThreadEvents:
    """The events of all threads of this process, and what came out of them so far."""

    def __init__(
        self, period_ns: int, buffer_bytes: int, opener: perf.OpenEvent | None
    ) -> None:
        """Open the calling thread's event; the others' are opened by `start`."""
        self._period_ns = period_ns
        self._buffer_bytes = buffer_bytes
        self._opener = opener
        self._events: dict[int, perf.ThreadEvent] = {}
        self._ended: set[int] = set()
        self._refused: set[int] = set()
        self.own_thread = threading.get_native_id()
        self.addresses: dict[bool, Counter[tuple[int, bool]]] = {
            True: Counter(),
            False: Counter(),
        }
        """By whether the thread is the calling one: (address, in the kernel) → samples."""
        self.lost = 0
        self._own_event().disable()

    def _own_event(self) -> perf.ThreadEvent:
        return self._event(self.own_thread)

    def _event(self, thread: int) -> perf.ThreadEvent:
        if thread not in self._events:
            self._events[thread] = perf.ThreadEvent(
                thread, self._period_ns, self._buffer_bytes, self._opener
            )
        return self._events[thread]

    def start(self) -> None:
        """Watch every thread that exists now; the calling one last."""
        for thread in perf.threads_of_process():
            if thread == self.own_thread or thread in self._ended | self._refused:
                continue
            try:
                self._event(thread).enable()
            except ProcessLookupError:
                self._ended.add(thread)  # between the listing and now
            except perf.PerfError:
                self._refused.add(thread)  # no memory left for its buffer
        self._own_event().enable()

    def stop(self) -> None:
        """Stop all clocks, the calling thread's first, and empty the buffers."""
        self._own_event().disable()
        for thread, event in self._events.items():
            event.disable()
            drained = event.drain()
            self.addresses[thread == self.own_thread].update(drained.samples)
            self.lost += drained.lost

    @property
    def threads(self) -> int:
        """Threads watched so far."""
        return len(self._events)

    @property
    def threads_refused(self) -> int:
        """Threads for which the kernel had no event or buffer left."""
        return len(self._refused)

    @property
    def kernel_included(self) -> bool:
        """Whether samples inside the kernel are taken."""
        return self._own_event().kernel_included

    def own_ticks(self) -> float:
        """Ticks of the calling thread so far, with or without a sample."""
        return self._own_event().ticks()

    def close(self) -> None:
        """Close every event."""
        for event in self._events.values():
            event.close()
