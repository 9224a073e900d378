"""How long `explain` takes: until its first look, its passes, and what trying rewrites adds.

Run it by hand, with nothing else running and the machine measured before (`machine`)::

    python -m tests.benchmarks.explain_time [NAME…]

Each function of tests/functions is explained with advice and without; so is the question.
CPU time is that of all processes together.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from tests.benchmarks.explain_twenty import ROOT, functions, say

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

FIRST_LOOK = "first look at "
MOST_S = {"first look": 3.0, "without advice": 8.0, "advice adds": 8.0}


class Taken(NamedTuple):
    """Seconds from the start of the command."""

    first_s: float
    """Until the first look; 0 where there was none."""
    whole_s: float
    cpu_s: float


def taken(*arguments: str) -> Taken:
    """Run the command and note when it says what."""
    cpu_s, begun = _cpu_s(), time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "profiler_suite", "explain", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    first_s = 0.0
    assert process.stderr is not None
    for line in process.stderr:
        if FIRST_LOOK in line:
            first_s = first_s or time.monotonic() - begun
    if process.wait():
        raise SystemExit(f"explain {' '.join(arguments)}: exit code {process.returncode}")
    return Taken(first_s, time.monotonic() - begun, _cpu_s() - cpu_s)


def _cpu_s() -> float:
    if resource is None:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(name: str, advised: Taken, plain: Taken) -> str:
    """One line of the table."""
    return (
        f"| {name} | {advised.first_s:.1f} | {plain.whole_s:.1f} "
        f"| {advised.whole_s - plain.whole_s:.1f} | {advised.whole_s:.1f} "
        f"| {advised.cpu_s:.1f} |"
    )


def sums(done: list[tuple[Taken, Taken]]) -> Iterator[str]:
    """How many keep within what is promised."""
    columns = {
        "first look": [advised.first_s for advised, _ in done],
        "without advice": [plain.whole_s for _, plain in done],
        "advice adds": [advised.whole_s - plain.whole_s for advised, plain in done],
    }
    for name, seconds in columns.items():
        kept = sum(each <= MOST_S[name] for each in seconds)
        yield (
            f"{name}: median {median(seconds):.1f} s, most {max(seconds):.1f} s; "
            f"{kept} of {len(seconds)} within {MOST_S[name]:.0f} s"
        )


def main() -> None:
    """Explain each twice and print one row, then the medians and the largest."""
    wanted = set(sys.argv[1:])
    say("| function | first look s | without advice s | advice adds s | all s | CPU s |")
    say("|---|---|---|---|---|---|")
    done: list[tuple[Taken, Taken]] = []
    for file, name in functions():
        if wanted and name not in wanted:
            continue
        target = (f"{file}:{name}", "--setup", f"{name}_arguments")
        done.append((taken(*target), taken(*target, "--no-advice")))
        say(row(name, *done[-1]))
    if not wanted or "seed" in wanted:
        asked = taken("seed")
        whole = f"{asked.whole_s:.1f} | {asked.cpu_s:.1f}"
        say(f"| the question | {asked.first_s:.1f} | | | {whole} |")
    for text in sums(done) if done else ():
        say(text)


if __name__ == "__main__":
    main()
