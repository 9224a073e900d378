"""Time of each thread of a function: what it did while it ran, what it waited for."""

from profiler_suite.model.noun import Count, Noun

LOCK, GIL = "lock", "interpreter lock"
BLAS_BARRIER, OPENMP_BARRIER = "BLAS barrier", "OpenMP barrier"
SLEEP, EVENTS, IO, CHILD = "sleep", "events", "input and output", "child process"
CORE = "a free core"
ELSE = "something else"
CALLING = "calling thread"
"""Name of the thread that calls the function."""
NOT_SPLIT = "not split"
"""Entry of the time that a thread ran where nothing tells what it did."""


class ThreadTime(Noun, frozen=True):
    """What one thread did while the function was evaluated, as shares of that time."""

    name: str
    """'calling thread', 'ThreadPoolExecutor 2', 'BLAS thread 1', …"""
    running: dict[str, float]
    """By entry of the time breakdown: 'interpreter', 'dispatch', 'copy', 'arithmetic', …"""
    waiting: dict[str, float]
    """By what for: 'lock', 'interpreter lock', 'BLAS barrier', 'a free core', 'sleep', …"""

    @property
    def ran(self) -> float:
        """Share of the time that it ran on a core and did not wait."""
        return sum(self.running.values())

    @property
    def waited(self) -> float:
        """Share of the time that it waited, spinning included."""
        return sum(self.waiting.values())


class ThreadsRecord(Noun, frozen=True):
    """All threads that took part in a function; what is left to 1 they did not exist."""

    samples: Count
    """Times that every thread was looked at."""
    threads: tuple[ThreadTime, ...]
    """The calling thread first; threads that only slept are none of the function's."""
    reason: str = ""
    """What is missing; empty where nothing is."""

    def of(self, name: str) -> ThreadTime | None:
        """The thread of that name; None where there is none."""
        return next((each for each in self.threads if each.name == name), None)
