"""What watching costs: programs that time themselves, alone and watched, in turns.

    python -m tests.benchmarks.watching_cost [--pairs 7] [--once] [--rate 100] [NAME…]

Each program prints how long its own work took, without starting and ending. Pairs are taken in
random order; shown is the median of their ratios, and its quartiles. With --once calls are
caught in the watched run as well.
"""

import argparse
import contextlib
import importlib.util
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from profiler_suite.measure.program.captured import Capture
from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.watching import RATE_HZ, watch_program
from tests.benchmarks.planted_programs import FOLDER, PLANTED

_TIMED = """
import runpy, sys, time
path, file = sys.argv.pop(1), sys.argv.pop(1)
begun = time.perf_counter()
runpy.run_path(path, run_name="__main__")
open(file, "w").write(str(time.perf_counter() - begun))
"""
_MEDIAN, _EACH = 1.04, 1.10
"""What is asked of the median of the programs, and of each."""


def names() -> list[str]:
    """All programs that can run here."""
    scikit = importlib.util.find_spec("sklearn") is not None
    return [name for name, planted in PLANTED.items() if scikit or not planted.needs]


def once(name: str, watched: bool, folder: Path, rate_hz: float, catching: bool) -> float:
    """Seconds that the program's own work took."""
    said = folder / "seconds"
    words = (str(FOLDER / f"{name}.py"), str(said))
    with contextlib.ExitStack() as stack:
        if watched:
            caught = stack.enter_context(Capture()) if catching else None
            probes = (caught.probe_of_all(),) if caught else ()
            target = ProgramTarget(kind="code", name=_TIMED, arguments=words)
            watch_program(target, rate_hz, probes)
        else:
            subprocess.run([sys.executable, "-c", _TIMED, *words], check=True)
    return float(said.read_text())


def main(asked: argparse.Namespace) -> None:
    """Print the ratio for each program, and the median of all."""
    os.environ.pop("PYTHONUNBUFFERED", None)
    medians = []
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.names or names():
            ratios = []
            for _ in range(asked.pairs):
                order = [True, False]
                random.shuffle(order)
                taken = {
                    watched: once(name, watched, Path(folder), asked.rate, asked.once)
                    for watched in order
                }
                ratios.append(taken[True] / taken[False])
            low, middle, high = statistics.quantiles(ratios, n=4)
            medians.append(middle)
            mark = "" if middle <= _EACH else "  more than 10 %"
            sys.stderr.write(f"{name:16} {middle:5.3f}  ({low:5.3f} to {high:5.3f}){mark}\n")
    whole = statistics.median(medians)
    mark = "" if whole <= _MEDIAN else "  more than 4 %"
    sys.stderr.write(f"median of the programs: {whole:5.3f}{mark}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--rate", type=float, default=RATE_HZ)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("names", nargs="*")
    main(parser.parse_args())
