"""What the clock itself can do, read in a child process of its own."""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import msgspec

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.model.noun import Noun

_READS = 20_000
_PATIENCE_S = 30.0


class Clock(Noun, frozen=True):
    """Resolution and cost of the clock that times everything."""

    name: str
    """The system's function behind it: 'clock_gettime(CLOCK_MONOTONIC)'."""
    step_s: float
    """Smallest difference between two different readings, s."""
    read_s: float
    """Median time from one reading to the next with nothing in between, s."""
    backwards: int
    """Readings that were earlier than the one before."""
    reads: int


def read_clock(
    clock: Callable[[], int] = time.perf_counter_ns, reads: int = _READS, name: str = ""
) -> Clock:
    """Read the clock many times in a row; `clock` returns nanoseconds."""
    readings = [0] * reads
    for number in range(reads):
        readings[number] = clock()
    steps = [b - a for a, b in itertools.pairwise(readings)]
    forward = [step for step in steps if step > 0]
    return Clock(
        name=name or time.get_clock_info("perf_counter").implementation,
        step_s=min(forward, default=0) * 1e-9,
        read_s=median(steps) * 1e-9 if steps else 0.0,
        backwards=sum(step < 0 for step in steps),
        reads=reads,
    )


def clock_of_a_child() -> Clock:
    """What a child's clock can do; ChildError when it does not answer."""
    process = child.start("profiler_suite.measure.clock")
    try:
        said, _ = process.communicate(timeout=_PATIENCE_S)
        return msgspec.json.decode(said, type=Clock)
    except (subprocess.TimeoutExpired, msgspec.DecodeError) as error:
        raise ChildError(
            f"the process that reads the clock gave no answer ({error}); try again"
        ) from error
    finally:
        child.end(process)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(read_clock()))
