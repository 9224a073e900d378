"""What watching costs: programs that time themselves, alone and watched, in turns.

    python -m tests.benchmarks.watching_cost [PAIRS]

Each program prints how long its own work took, without starting and ending. Pairs are taken in
random order; shown is the median of their ratios, and its quartiles.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.watching import RATE_HZ, watch_program

FOLDER = Path(__file__).resolve().parent / "programs"
_TIMED = """
import runpy, sys, time
path, file = sys.argv.pop(1), sys.argv.pop(1)
begun = time.perf_counter()
runpy.run_path(path, run_name="__main__")
open(file, "w").write(str(time.perf_counter() - begun))
"""
NAMES = ("image_windows", "monte_carlo", "ode", "text_to_arrays", "classes", "thread_pool")


def once(name: str, watched: bool, folder: Path) -> float:
    """Seconds that the program's own work took."""
    said = folder / "seconds"
    words = (str(FOLDER / f"{name}.py"), str(said))
    if watched:
        watch_program(ProgramTarget(kind="code", name=_TIMED, arguments=words), RATE_HZ)
    else:
        subprocess.run([sys.executable, "-c", _TIMED, *words], check=True)
    return float(said.read_text())


def main(pairs: int) -> None:
    """Print the ratio for each program, and the median of all."""
    os.environ.pop("PYTHONUNBUFFERED", None)
    medians = []
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            ratios = []
            for _ in range(pairs):
                order = [True, False]
                random.shuffle(order)
                taken = {watched: once(name, watched, Path(folder)) for watched in order}
                ratios.append(taken[True] / taken[False])
            low, middle, high = statistics.quantiles(ratios, n=4)
            medians.append(middle)
            sys.stderr.write(f"{name:16} {middle:5.3f}  ({low:5.3f} to {high:5.3f})\n")
    sys.stderr.write(f"median of the programs: {statistics.median(medians):5.3f}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 7)
