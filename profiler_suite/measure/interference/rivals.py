"""Interference on purpose: other work on this machine, started and ended by whoever wants it.

What is measured beside it is measured as on a shared host, where others compute.
"""

import contextlib
from collections.abc import Iterator

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.measure.interference.rival_process import BUSY, MEMORY
from profiler_suite.model.machine import MachineFacts

BUSY_LOOPS, MEMORY_HOGS = "busy loops", "memory hogs"
KINDS = (BUSY_LOOPS, MEMORY_HOGS)
"""One for each core that may be used: a loop that computes, or copies of large arrays."""
# Copies of this many times the last cache come from the memory; all hogs together hold no more
# than a share of it.
_TIMES_THE_CACHE, _MOST_OF_MEMORY = 4.0, 0.1
_USUAL_BYTES, _LEAST_BYTES = 32 * 2**20, 2**20


@contextlib.contextmanager
def rivals(kind: str, facts: MachineFacts) -> Iterator[None]:
    """Other processes of that kind, as many as cores, for as long as it is entered."""
    order = f"{BUSY if kind == BUSY_LOOPS else MEMORY} {hog_bytes(facts)}\n".encode()
    with contextlib.ExitStack() as opened:
        for _ in range(max(1, facts.cores_allowed)):
            process = child.start("profiler_suite.measure.interference.rival_process")
            opened.callback(child.close, process)
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(OSError):
                process.stdin.write(order)
                process.stdin.flush()
            if not process.stdout.readline():
                raise ChildError(
                    f"{kind} cannot be started: {child.how_it_ended(process)}; free some "
                    "memory and run it again"
                )
        yield


def hog_bytes(facts: MachineFacts) -> int:
    """How much one memory hog copies at a time: more than the last cache holds."""
    wanted = max(_USUAL_BYTES, _TIMES_THE_CACHE * facts.last_cache_bytes)
    # Each has the copy, too.
    most = _MOST_OF_MEMORY * facts.memory_bytes / (2 * max(1, facts.cores_allowed))
    return int(max(_LEAST_BYTES, min(wanted, most or wanted)))
