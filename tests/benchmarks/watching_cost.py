"""What watching costs: programs alone and watched, in turns.

    python -m tests.benchmarks.watching_cost [--pairs 7] [--once] [--rate 100] [NAME…]

Compared is the time from a program's first line to its end, as a person waits for it. Pairs are
taken in random order; shown is the median of their ratios, and its quartiles. With --once calls
are caught in the watched run as well.
"""

import argparse
import contextlib
import importlib.util
import os
import random
import statistics
import sys
from collections.abc import Iterator

from profiler_suite.measure.program.captured import Capture
from profiler_suite.measure.program.elsewhere import streams
from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.running import run_program
from profiler_suite.measure.program.watching import RATE_HZ, ProgramRun, watch_program
from tests.benchmarks.planted_programs import FOLDER, PLANTED

MEDIAN, EACH = 1.04, 1.10
"""What is asked of the median of the programs, and of each."""


def can_run(name: str) -> bool:
    """Whether what the program imports is installed."""
    return not PLANTED[name].needs or importlib.util.find_spec("sklearn") is not None


def target_of(name: str) -> ProgramTarget:
    """One of the programs."""
    return ProgramTarget(kind="script", name=str(FOLDER / f"{name}.py"))


def watched_once(name: str, rate_hz: float = RATE_HZ, *, catching: bool = False) -> ProgramRun:
    """A run that is watched; with `catching` calls are caught in it, too."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(unheard())
        caught = stack.enter_context(Capture()) if catching else None
        probes = (caught.probe_of_all(),) if caught else ()
        run = watch_program(target_of(name), rate_hz, probes)
    assert run.end.exit_code == 0, name
    return run


def alone_once(name: str) -> float:
    """Seconds of a run that nobody watches."""
    with unheard():
        end = run_program(target_of(name))
    assert end.exit_code == 0, name
    return end.wall_s


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """While it is entered, what programs print goes nowhere."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        with streams(nothing, nothing):
            yield
    finally:
        os.close(nothing)


def pair(
    name: str, rate_hz: float = RATE_HZ, *, catching: bool = False
) -> tuple[float, ProgramRun]:
    """Seconds alone, and the watched run, in random order."""
    if random.random() < 0.5:
        alone_s = alone_once(name)
        return alone_s, watched_once(name, rate_hz, catching=catching)
    run = watched_once(name, rate_hz, catching=catching)
    return alone_once(name), run


def main(asked: argparse.Namespace) -> None:
    """Print the ratio for each program, and the median of all."""
    os.environ.pop("PYTHONUNBUFFERED", None)
    medians = []
    for name in asked.names or filter(can_run, PLANTED):
        ratios = []
        for _ in range(asked.pairs):
            alone_s, run = pair(name, asked.rate, catching=asked.once)
            ratios.append(run.end.wall_s / alone_s)
        low, middle, high = statistics.quantiles(ratios, n=4)
        medians.append(middle)
        mark = "" if middle <= EACH else "  more than 10 %"
        sys.stderr.write(f"{name:16} {middle:5.3f}  ({low:5.3f} to {high:5.3f}){mark}\n")
    whole = statistics.median(medians)
    mark = "" if whole <= MEDIAN else "  more than 4 %"
    sys.stderr.write(f"median of the programs: {whole:5.3f}{mark}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--rate", type=float, default=RATE_HZ)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("names", nargs="*")
    main(parser.parse_args())
