"""Twelve programs with a planted cause each, and whether `run` finds it.

    python -m tests.benchmarks.planted_programs [NAME…]

Prints for each program the share of wall time that is attributed, the rank of the planted
function, its share of the time and its cause in words.
"""

import dataclasses
import os
import sys
from pathlib import Path

from profiler_suite.analysis.program.causes import cause
from profiler_suite.analysis.program.ranking import Ranking, rank
from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.watching import watch_program

FOLDER = Path(__file__).resolve().parent / "programs"


@dataclasses.dataclass(frozen=True)
class Planted:
    """Where the cause stands and how it is called."""

    function: str
    said: str
    needs: str = ""


PLANTED = {
    "image_windows": Planted("blur", "per-call cost"),
    "monte_carlo": Planted("inside", "per-call cost|bytecode|rest is overhead"),
    "pandas_features": Planted("ratios", "small calls of pandas"),
    "learning": Planted("predict_all", "small calls of scikit-learn", "scikit-learn"),
    "ode": Planted("slope", "small calls of NumPy"),
    "sparse_solver": Planted("assemble", "small calls of SciPy|bytecode"),
    "text_to_arrays": Planted("parse", "copies|new arrays"),
    "io_bound": Planted("receive", "waits for input and output"),
    "thread_pool": Planted("count", "bytecode|interpreter lock"),
    "process_pool": Planted("smooth", "bytecode|per-call cost"),
    "asynchronous": Planted("transform", "bytecode|per-call cost"),
    "classes": Planted("Particle.step", "small calls of NumPy"),
}


def watched(name: str) -> Ranking:
    """The ranking of one of the programs."""
    target = ProgramTarget(kind="script", name=str(FOLDER / f"{name}.py"))
    return rank(watch_program(target))


def place_of(ranking: Ranking, function: str) -> int:
    """Rank of a function, from 1; 0 where it is not there."""
    names = [each.function for each in ranking.functions]
    return names.index(function) + 1 if function in names else 0


def main(names: list[str]) -> None:
    """Watch the programs and print a line for each."""
    os.environ.pop("PYTHONUNBUFFERED", None)
    for name in names or PLANTED:
        planted, ranking = PLANTED[name], watched(name)
        place = place_of(ranking, planted.function)
        said = "not found"
        if place:
            row = ranking.functions[place - 1]
            share = row.spent.total_s / ranking.spent.total_s
            said = f"{100 * share:4.0f} % of the time: {cause(row.spent, row.called)}"
        wall_s, code = ranking.run.end.wall_s, ranking.run.end.exit_code
        sys.stderr.write(
            f"{name:16} {wall_s:6.2f} s  exit {code}  attributed "
            f"{100 * ranking.attributed_share:3.0f} %  rank {place}  {said}\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
