"""Sweeps the question again and again, idle and beside busy loops: does the answer hold?

Run it by hand, with nothing else running::

    python -m tests.benchmarks.busy_machine [SWEEPS]

Half of the sweeps run beside one busy loop per core, which this script starts and ends. It
prints, of the two sides and another way to the loop's answer, the time of each sweep with its
interval; then the coefficient of variation, how many intervals hold the median of all, and how
far each entry of the breakdown is from its median.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean, median, stdev
from typing import Any

import profiler_suite
from profiler_suite.analysis.run import findings
from profiler_suite.analysis.time_breakdown import ENTRIES

NAMES = ("loop", "dot", "im2col_gemm")
SWEEPS = 6


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """So many processes that compute and do nothing else."""
    rivals = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)
    ]
    try:
        yield
    finally:
        for rival in rivals:
            rival.kill()
            rival.wait()


def swept(folder: Path) -> Any:
    """A quick sweep of the question, read."""
    command = ["sweep", "seed_question", "--quick", "--quiet", "--out", str(folder)]
    subprocess.run(
        [sys.executable, "-m", "profiler_suite", *command],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return profiler_suite.load(folder)


def rows_of(run: Any) -> dict[str, dict[Any, Any]]:
    """Name → its row, of the question's own problems on one thread."""
    answer = findings.answer(run)
    sides = {answer.left, answer.right} if answer else set()
    table = run.points[(run.points["replica"] == 0) & (run.points["status"] == "ok")]
    asked = table.loc[table["id"].isin(sides), "problem"]
    table = table[table["problem"].isin(asked) & table["implementation"].isin(NAMES)]
    return {row["implementation"]: row for row in table.to_dict("records")}


def spread(values: list[float]) -> float:
    """Coefficient of variation."""
    return stdev(values) / fmean(values)


def of_times(name: str, own: list[dict[Any, Any]]) -> Iterator[str]:
    """Times, usual times and shares of one implementation over all sweeps."""
    times = [row["time_s"] for row in own]
    middle = median(times)
    held = sum(row["low_s"] <= middle <= row["high_s"] for row in own)
    widest = max((row["high_s"] - row["low_s"]) / 2 / row["time_s"] for row in own)
    listed = " ".join(f"{1e6 * t:10.1f}" for t in times)
    yield (
        f"{name:12} {listed} µs  CV {100 * spread(times):.1f} %  "
        f"{held}/{len(own)} hold the median  widest ± {100 * widest:.1f} %"
    )
    usual = " ".join(f"{1e6 * row['raw_median_s']:10.1f}" for row in own)
    yield f"{'  usual':12} {usual} µs"
    for entry in ENTRIES:
        shares = [100 * row[entry] for row in own]
        off = max(abs(share - median(shares)) for share in shares)
        listed = " ".join(f"{share:5.1f}" for share in shares)
        yield f"  {entry:12} {listed} %  off {off:.1f}"


def tables(runs: list[Any]) -> Iterator[str]:
    """The lines of the tables."""
    rows = [rows_of(run) for run in runs]
    for name in NAMES:
        yield from of_times(name, [each[name] for each in rows if name in each])
    answers = [found for run in runs if (found := findings.answer(run))]
    ratios = [found.ratio for found in answers]
    held = sum(found.low <= median(ratios) <= found.high for found in answers)
    listed = "  ".join(f"{a.ratio:.1f} ({a.low:.1f} to {a.high:.1f})" for a in answers)
    yield f"ratio  {listed}"
    yield f"       CV {100 * spread(ratios):.1f} %  {held}/{len(ratios)} hold the median"


def main() -> None:
    """Half idle, half loaded."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SWEEPS
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            with busy(cores if number % 2 else 0):
                runs.append(swept(Path(folder) / str(number)))
        for line in tables(runs):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
