"""How often the same code is called different, and whether a planted 10 % is found.

    python tests/benchmarks/comparing.py FOLDER again     two runs of 208 points, then a
                                                          third with one implementation slowed
    python tests/benchmarks/comparing.py FOLDER versus    one run against a copy of this Python

Each sweep takes about a minute and a half (`--default` instead of quick: four); results
stay in FOLDER, so that a run that is there is not made again.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from profiler_suite.analysis.compare.changes import Comparison
from profiler_suite.analysis.compare.paired import comparison_within
from profiler_suite.analysis.compare.runs import compare
from profiler_suite.analysis.run.load import load
from profiler_suite.report.content.comparison_tables import headline

POINTS = Path(__file__).with_name("many_points.py")
PLANTED_PERCENT = 10


def sweep(out: Path, *options: str, planted: int = 0) -> None:
    """One sweep into `out`, unless it is there."""
    if (out / "report.html").exists():
        return
    command = [sys.executable, "-m", "profiler_suite", "sweep", str(POINTS), "--out", str(out)]
    environment = {**os.environ, "PLANTED": str(planted)}
    subprocess.run([*command, "-q", *options], env=environment, check=True, stdout=sys.stderr)


def say(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def told(name: str, found: Comparison) -> None:
    """Print how many points are called what, and how far the ratios stray."""
    ratios = np.array([c.ratio for c in found.changes if c.ratio])
    stray = np.quantile(np.abs(np.log(ratios)), [0.5, 0.95, 1.0])
    tally = ", ".join(f"{count} {verdict.value}" for verdict, count in found.tally().items())
    say(f"{name}: {len(found.changes)} points: {tally}")
    say(f"  |log ratio|: median {stray[0]:.2%}, 95 % {stray[1]:.2%}, largest {stray[2]:.2%}")
    failing = found.regressions(0.05)
    names = sorted({c.implementation for c in failing})
    say(f"  --fail-on 5%: {len(failing)} points{': ' + ', '.join(names) if names else ''}")
    say(f"  {headline(found)}")


def again(folder: Path, mode: tuple[str, ...]) -> None:
    """A run, the same again, and one with a planted slow-down."""
    for name, planted in (("first", 0), ("second", 0), ("planted", PLANTED_PERCENT)):
        sweep(folder / name, *mode, planted=planted)
    first, second, planted_run = (load(folder / n) for n in ("first", "second", "planted"))
    told("the same code in two runs", compare(first, second))
    told(f"repeated slowed by {PLANTED_PERCENT} %", compare(first, planted_run))
    told(f"repeated slowed by {PLANTED_PERCENT} %, second", compare(second, planted_run))


def versus(folder: Path, mode: tuple[str, ...]) -> None:
    """This Python against itself: two equal environments."""
    sweep(folder / "versus", *mode, "--versus", sys.executable)
    found = comparison_within(load(folder / "versus"))
    assert found is not None
    told("two equal environments in one run", found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("what", choices=("again", "versus"))
    parser.add_argument("--default", action="store_true", help="not --quick")
    asked = parser.parse_args()
    mode = () if asked.default else ("--quick",)
    asked.folder.mkdir(parents=True, exist_ok=True)
    (again if asked.what == "again" else versus)(asked.folder, mode)


if __name__ == "__main__":
    main()
