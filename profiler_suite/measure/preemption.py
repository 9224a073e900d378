"""How long a thread was kept from its core: by other threads, or by other machines of the host.

A canary fits into one time slice of the scheduler, so it does not see that what was measured
beside it was switched out. The system does: it counts how long a thread ran and how long it
was ready to and waited. What it did neither in was taken away by the host ('steal'), unless the
thread gave up its core itself, to sleep or to wait.
"""

import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns, thread_time_ns
from typing import NamedTuple

# Readings of clocks are some microseconds apart, and interrupts take as long; who is switched
# out is so for longer, and less than a hundredth of a time is none of its error.
_LEAST_NS, _LEAST_SHARE = 20_000, 0.01
_SCHEDSTAT = "/proc/thread-self/schedstat"


class Scheduling(NamedTuple):
    """What the system has counted for one thread so far."""

    cpu_ns: int
    """It ran."""
    run_delay_ns: int
    """It was ready to run and waited for a core; always 0 where that is not counted."""
    voluntary: int
    """How often it gave up its core itself."""


Reader = Callable[[], Scheduling | None]
"""Reads it for the calling thread; None where the system does not count."""


try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # macOS and Windows do not tell why a thread did not run

    def scheduling() -> Scheduling | None:
        """Nothing: this system does not count it per thread."""
        return None

else:

    def scheduling() -> Scheduling | None:
        """What the system has counted for the calling thread so far."""
        return Scheduling(
            cpu_ns=thread_time_ns(),
            run_delay_ns=_run_delay_ns(),
            voluntary=getrusage(RUSAGE_THREAD).ru_nvcsw,
        )


def nothing_counted() -> Scheduling | None:
    """A reader for clocks that are not the system's own."""
    return None


def _run_delay_ns() -> int:
    # Opened each time: a descriptor that is kept belongs to one thread, and code that is
    # measured may fork or close all descriptors.
    try:
        descriptor = os.open(_SCHEDSTAT, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        return int(os.read(descriptor, 64).split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    finally:
        os.close(descriptor)


class CoreWait:
    """How long the main thread of a process was ready to run and waited for a core."""

    def __init__(self, process: int) -> None:
        self._file = Path("/proc") / str(process) / "schedstat"
        self._before_s = self._read_s()

    def since_s(self) -> float:
        """Since it was last asked, s; 0 where that is not counted."""
        before_s, self._before_s = self._before_s, self._read_s()
        return max(0.0, self._before_s - before_s)

    def _read_s(self) -> float:
        try:
            return int(self._file.read_bytes().split()[1]) * 1e-9
        except (OSError, ValueError, IndexError):
            return 0.0


def share_lost(
    before: Scheduling | None, after: Scheduling | None, wall_ns: int, apart_ns: int = 0
) -> float:
    """Of that time between two readings, the share in which the thread was kept from running.

    0 where it is too small to tell from what reading the clocks takes. A thread that gave up
    its core itself may have slept: then only what it waited for a core counts, less what of it
    may lie in the `apart_ns` nanoseconds between the readings and that time.
    """
    if before is None or after is None or wall_ns <= 0:
        return 0.0
    # It may be switched out between a reading of the clock and one of the scheduler, too: only
    # what of the time between it did not run can have been lost of it.
    lost_ns = wall_ns - (after.cpu_ns - before.cpu_ns)
    if after.voluntary != before.voluntary:
        waited_ns = after.run_delay_ns - before.run_delay_ns
        lost_ns = min(lost_ns, waited_ns - max(0, apart_ns - _LEAST_NS))
    if lost_ns < max(_LEAST_NS, _LEAST_SHARE * wall_ns):
        return 0.0
    return min(lost_ns / wall_ns, 1.0)


def slept_s(before: Scheduling | None, after: Scheduling | None, wall_s: float) -> float:
    """Of that time between two readings, s, what the thread neither ran nor waited for a core.

    A little below 0 where it did not sleep, since reading the clocks takes time, too: who adds
    up many times adds those as well. 0 where waits for a core are not counted.
    """
    if before is None or after is None or not Path(_SCHEDSTAT).exists():
        return 0.0
    awake_ns = after.cpu_ns - before.cpu_ns + after.run_delay_ns - before.run_delay_ns
    return wall_s - awake_ns * 1e-9


def undelayed(measure: Callable[[], float]) -> float:
    """What `measure` finds something takes, s, less the share in which it did not run."""
    begun = perf_counter_ns()
    before, start = scheduling(), perf_counter_ns()
    time_s = measure()
    wall_ns, after = perf_counter_ns() - start, scheduling()
    apart_ns = perf_counter_ns() - begun - wall_ns
    return time_s * max(1 - share_lost(before, after, wall_ns, apart_ns), _LEAST_SHARE)
