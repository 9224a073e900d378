"""Explains the functions of tests/functions again and again, idle and loaded: does it hold?

Run it by hand, with nothing else running and the machine measured before (`machine`)::

    python -m tests.benchmarks.explain_again [TIMES] [--only NAME,NAME]

Each function is explained so often idle and as often beside a busy loop per core. A row has
its bounds, the largest distance of a share of its breakdown from the median of all, and the
largest residual; then how many functions keep to what is promised.
"""

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.busy_machine import busy
from tests.benchmarks.explain_twenty import functions, say, told

MOST_APART = 0.07
MOST_RESIDUAL = 0.10


class Explained(NamedTuple):
    """What one explanation said."""

    bound: str
    shares: dict[str, float]
    """Of the time, by entry of the breakdown."""


def explained(file: Path, name: str) -> Explained:
    """The breakdown and the bound, without advice."""
    found = told(file, name, f"{name}_arguments", "--no-advice")
    entries = found["breakdown"]["entries"]
    shares = {entry: float(told["share"]) for entry, told in entries.items()}
    place = found["roofline"]
    level = place["level"] if place["bound"] == "memory" else ""
    return Explained(" ".join(filter(None, (place["bound"], level))), shares)


def apart(found: Sequence[Explained]) -> float:
    """The largest distance of a share from the median of all."""
    entries = {name for each in found for name in each.shares}
    largest = 0.0
    for name in entries:
        shares = [each.shares.get(name, 0.0) for each in found]
        largest = max(largest, *(abs(share - median(shares)) for share in shares))
    return largest


def residual(found: Sequence[Explained]) -> float:
    """The largest part that nothing explains."""
    return max(abs(each.shares.get("residual", 0.0)) for each in found)


def main() -> None:
    """Explain, compare, print a row each and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", nargs="?", type=int, default=3)
    parser.add_argument("--only", default="", help="names of functions, with commas")
    asked = parser.parse_args()
    wanted = set(filter(None, asked.only.split(",")))
    say("| function | bounds | apart, points | of it idle | largest residual % |")
    say("|---|---|---|---|---|")
    same, near, small, runs, functions_seen = 0, 0, 0, 0, 0
    for file, name in functions():
        if wanted and name not in wanted:
            continue
        idle = [explained(file, name) for _ in range(asked.times)]
        with busy(os.cpu_count() or 1):
            loaded = [explained(file, name) for _ in range(asked.times)]
        found = [*idle, *loaded]
        bounds = Counter(each.bound for each in found)
        same += max(bounds.values())
        near += apart(found) <= MOST_APART
        small += sum(residual([each]) <= MOST_RESIDUAL for each in found)
        runs += len(found)
        functions_seen += 1
        said = ", ".join(f"{bound} {times}" for bound, times in bounds.most_common())
        say(
            f"| {name} | {said} | {100 * apart(found):.1f} | {100 * apart(idle):.1f} "
            f"| {100 * residual(found):.1f} |"
        )
    if not functions_seen:
        raise SystemExit(f"none of tests/functions is called {asked.only}")
    say(f"the same bound: {same} of {runs} runs")
    say(f"shares within {100 * MOST_APART:.0f} points: {near} of {functions_seen} functions")
    say(f"residual at most {100 * MOST_RESIDUAL:.0f} %: {small} of {runs} runs")


if __name__ == "__main__":
    main()
