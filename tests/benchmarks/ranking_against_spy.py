"""The ranking beside an independent sampler: py-spy in a run of its own, read by other code.

    python -m tests.benchmarks.ranking_against_spy [NAME…]

Compared is what each function of the program's answers for: its own code and that of others
which it calls, as a share of all such time. The first three must be the same, but for those
within five points of each other, and no share of theirs may differ by more than five points.

The independent run is stopped for each sample, sees Python functions alone, and counts the
first thread; of a pool, the threads and processes that run.
"""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from profiler_suite.analysis.program.ranking import Ranking
from tests.benchmarks.line_sampler import py_spy
from tests.benchmarks.planted_programs import FOLDER, PLANTED, watched

POOLS = ("thread_pool", "process_pool")
POINTS = 0.05
_FIRST = 3
_FRAME = re.compile(r"(?P<name>[^;]*?) \((?P<file>[^;()]*):(?P<line>\d+)\)$")
_INNER = re.compile(r"(\.<locals>)?\.?<(listcomp|dictcomp|setcomp|genexpr|lambda)>.*")
_IMPORTING = "<frozen importlib"


def theirs(name: str, rate_hz: int = 100) -> dict[str, float]:
    """Function → its share, by a run under py-spy alone."""
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        pool = name in POOLS
        options = ["--threads", "--subprocesses", *([] if pool else ["--idle"])]
        command = [py_spy(), "record", "--format", "raw", "--full-filenames", *options]
        command += ["--rate", str(rate_hz), "--output", str(stacks), "--"]
        command += [sys.executable, str(FOLDER / f"{name}.py")]
        subprocess.run(command, check=True, capture_output=True)
        return shares_of(stacks.read_text(errors="replace"), pool=pool)


def shares_of(text: str, *, pool: bool) -> dict[str, float]:
    """The same of the text that it wrote."""
    found: Counter[str] = Counter()
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [match for each in stack.split(";") if (match := _FRAME.search(each))]
        files = [match["file"] for match in frames]
        own = max((at for at, file in enumerate(files) if _is_own(file)), default=-1)
        if own < 0 or any(file.startswith(_IMPORTING) for file in files[own:]):
            continue
        if pool or '"MainThread"' in stack or _is_first(stack):
            found[function_of(frames[own]["name"])] += int(count)
    total = sum(found.values())
    return {name: count / total for name, count in found.items()}


def _is_own(file: str) -> bool:
    return Path(file).parent == FOLDER


def _is_first(stack: str) -> bool:
    return ": MainThread;" in stack or "thread (" not in stack


def function_of(name: str) -> str:
    """A comprehension is its function's; all that stands outside of functions is one."""
    plain = _INNER.sub("", name)
    return plain if plain and plain[0] != "<" else "<module>"


def ours(ranking: Ranking) -> dict[str, float]:
    """Function → its share, by our ranking."""
    found: dict[str, float] = {}
    for each in ranking.functions:
        found[each.function] = found.get(each.function, 0.0) + each.spent.total_s
    total = sum(found.values())
    return {name: seconds / total for name, seconds in found.items() if seconds}


def first_three(shares: dict[str, float]) -> list[str]:
    """The functions that take most."""
    return sorted(shares, key=lambda name: -shares[name])[:_FIRST]


def disagreement(one: dict[str, float], other: dict[str, float]) -> tuple[bool, float]:
    """Whether the first three are the same, and the largest difference of a share of theirs."""
    both = set(first_three(one)) | set(first_three(other))
    least = [sorted(s.values(), reverse=True)[:_FIRST][-1] if s else 0.0 for s in (one, other)]
    near = all(
        shares.get(name, 0.0) >= low - POINTS
        for shares, low in zip((one, other), least, strict=True)
        for name in both
    )
    return near, max((abs(one.get(n, 0.0) - other.get(n, 0.0)) for n in both), default=0.0)


def main(names: list[str]) -> int:
    """Print a line for each program; how many disagree."""
    os.environ.pop("PYTHONUNBUFFERED", None)
    apart = 0
    for name in names or PLANTED:
        if PLANTED[name].needs and importlib.util.find_spec("sklearn") is None:
            sys.stderr.write(f"{name:16} left out: {PLANTED[name].needs} is not installed\n")
            continue
        mine, independent = ours(watched(name)), theirs(name)
        same, most = disagreement(mine, independent)
        apart += not same or most > POINTS
        shown = ", ".join(
            f"{each} {100 * mine.get(each, 0):.0f}/{100 * independent.get(each, 0):.0f}"
            for each in first_three(independent)
        )
        said = "same first three" if same else "other first three"
        sys.stderr.write(f"{name:16} {said}, {100 * most:4.1f} points apart at most: {shown}\n")
    return apart


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
