"""Are two sides compared better side by side at the same time, or in turn?

Run it by hand, with nothing else running, on two cores or more::

    python -m tests.benchmarks.duet [REPEATS]

Both sides are the same code in two processes on two cores of their own. Side by side they
begin each sample together and swap cores half way; in turn one rests while the other runs. It
prints how far the ratios of the two ways spread over the repeats: the true ratio is 1.
"""

import math
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from statistics import median, pstdev

import numpy as np
from threadpoolctl import threadpool_limits

SAMPLES = 40
SAMPLE_S = 1.5e-3
# Both begin so much after they were told to, so that both are waiting by then.
_LEAD_S = 0.5e-3


def loop() -> None:
    """Small calls, as a loop over an array makes them."""
    a = np.ones(8)
    for _ in range(200):
        np.add(a, a)


def product() -> None:
    """A product that a core's own cache holds."""
    np.dot(_A, _B)


_A, _B = np.ones((160, 160)), np.ones((160, 160))
WORK = {"loop": loop, "product": product}


def timed(work: Callable[[], None], calls: int) -> float:
    """Seconds per call."""
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def side(pipe: Connection, name: str) -> None:
    """Take samples when told to: (core, when to begin) → seconds per call."""
    threadpool_limits(1)
    work = WORK[name]
    calls = max(1, int(SAMPLE_S / min(timed(work, 5) for _ in range(20))))
    while order := pipe.recv():
        core, begin_s = order
        os.sched_setaffinity(0, {core})
        work()
        while time.perf_counter() < begin_s:
            pass
        pipe.send(timed(work, calls))


def ratio(pipes: list[Connection], cores: list[int], *, together: bool) -> float:
    """Time of one side over that of the other: median over samples, cores swapped half way."""
    found = []
    for number in range(SAMPLES):
        own = cores if number < SAMPLES // 2 else cores[::-1]
        begin_s = time.perf_counter() + _LEAD_S
        times = []
        for pipe, core in zip(pipes, own, strict=True):
            pipe.send((core, begin_s))
            if not together:
                times.append(pipe.recv())
        if together:
            times = [pipe.recv() for pipe in pipes]
        found.append(math.log(times[0] / times[1]))
    return median(found)


def main() -> None:
    """Both ways in turn, for each kind of work."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    cores = sorted(os.sched_getaffinity(0))[:2]
    for name in WORK:
        pipes, processes = [], []
        for _ in range(2):
            mine, others = multiprocessing.Pipe()
            process = multiprocessing.Process(target=side, args=(others, name))
            process.start()
            pipes.append(mine)
            processes.append(process)
        ways: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(repeats):
            for together, found in ways.items():
                found.append(ratio(pipes, cores, together=together))
        for pipe, process in zip(pipes, processes, strict=True):
            pipe.send(None)
            process.join()
        spreads = [f"{100 * pstdev(found):.2f} %" for found in ways.values()]
        sys.stdout.write(f"{name:8} side by side {spreads[0]}, in turn {spreads[1]}\n")


if __name__ == "__main__":
    main()
