"""What-if against an independent timing: is the ratio within the interval that was printed?

    python -m tests.benchmarks.what_if_verdicts --minutes 5 [NAME…] [--ways float32,numba,…]

Each way to run each function of tests/functions, and each implementation of the founding
question, is measured as `explain --what-if` does it. What was measured is then timed anew by
`timeit`, which shares nothing with the suite's timing: both in turn, the best of 15 repeats of
each, the middle ratio of three processes. What a function changes among its arguments is put
back before each call, untimed on both sides. Results are appended to a file, way by way: give
the command again to go on.

The two have to measure the same thing. Timed on what its own calls left behind, by means in
which other programs have a part, or in a process that had imported all libraries, a function of
an earlier version of this benchmark was up to twice as fast: see timed_alone.py.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from profiler_suite.analysis.explain import what_if
from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.machine import cores
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.machine.kept import kept_baselines
from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.records import ExplainEffort, LoadRequest
from profiler_suite.measure.explain.ways import (
    installed,
)
from profiler_suite.model.way import WayKind
from profiler_suite.workloads import question, registry
from tests.benchmarks.explain_twenty import functions, say
from tests.benchmarks.sittings import Sittings, verdict

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path("what_if_verdicts.jsonl")
WITHIN = 0.9
_PROCESSES = 3


def subjects() -> dict[str, tuple[str, str]]:
    """Name → target and setup, of the functions and of the layers."""
    found = {name: (f"{file}:{name}", f"{name}_arguments") for file, name in functions()}
    for name, each in registry.implementations().items():
        if each.workload == "convolution" and not name.startswith(("torch", "numba")):
            found[f"layer {name}"] = (question.target(name), question.setup(name))
    return found


def kinds(ways: str) -> list[WayKind]:
    """The kinds that are asked for and installed."""
    asked = [WayKind(word) for word in ways.split(",")] if ways else list(WayKind)
    return [kind for kind in asked if installed.is_installed(kind)]


def judged(target: str, setup: str, kind: WayKind) -> dict[str, Any]:
    """What `explain --what-if` says of one way."""
    facts = read_facts()
    effort = ExplainEffort(
        baselines_s=kept_baselines(fingerprint(facts)),
        last_cache_bytes=float(facts.last_cache_bytes),
        memory_bytes=float(facts.memory_bytes),
    )
    allowed = cores.cores_allowed(cores.affinity_cpus(), cores.quota_cores())
    ask = LoadRequest(target=target, setup=setup, timeout_s=120.0)
    ways = list(installed.ways(((kind, ""),), 1, allowed))
    with ExplainChild(ask, lambda text: None) as child:
        child.begin(effort)
        (found,) = what_if.judged([child.try_way(way) for way in ways[-1:]])
    ratio = found.ratio
    return {
        "verdict": found.verdict,
        "reason": found.reason,
        "form": found.form,
        "threads": found.way.threads,
        "ratio": ratio and [ratio.ratio, ratio.low, ratio.high],
    }


def in_processes(target: str, setup: str, kind: str, found: dict[str, Any]) -> list[float]:
    """The independent ratio of each of several processes."""
    options = [target, setup, kind, str(found["threads"]), found["form"]]
    ratios = []
    for _ in range(_PROCESSES):
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.timed_alone", *options],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        ratios.append(float(done.stdout.split()[-1]))
    return ratios


def measured(target: str, setup: str, kind: WayKind) -> dict[str, Any]:
    """The verdict of one way, and the independent ratio where there is one."""
    try:
        found = judged(target, setup, kind)
        if found["ratio"] is None:
            return found
        alone = in_processes(target, setup, kind.value, found)
    except (ProfilerSuiteError, RuntimeError) as error:
        return {"verdict": "failed", "reason": str(error), "ratio": None}
    _, low, high = found["ratio"]
    return found | {"alone": alone, "within": low <= median(alone) <= high}


def main() -> None:
    """Measure the ways that are open; a row for each, and how many are within."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--ways", default="")
    parser.add_argument("--minutes", type=float, default=0.0, help="0: until all is done")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    sitting = Sittings(given.results, given.minutes)
    every = subjects()
    keys = [
        f"{name}/{kind.value}"
        for kind in kinds(given.ways)
        for name in every
        if not given.names or name in given.names
    ]
    for key in sitting.open(keys):
        name, _, word = key.partition("/")
        target, setup = every[name]
        sitting.add(key, **measured(target, setup, WayKind(word)))
    for line in report(sitting.of(keys), len(keys)):
        say(line)
    say(sitting.where())


def report(rows: Sequence[dict[str, Any]], planned: int) -> Iterator[str]:
    """A row for each way, then how many ratios are within their interval."""
    yield "| function | way | verdict | ratio (interval) | timed alone | within |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        name, _, way = row["key"].partition("/")
        if row["ratio"] is None:
            yield f"| {name} | {way} | {row['verdict']}: {row['reason']} | | | |"
            continue
        ratio, low, high = (f"{each:.3g}" for each in row["ratio"])
        alone = ", ".join(f"{each:.3g}" for each in row["alone"])
        said = f"| {name} | {way} | {row['verdict']} | {ratio} ({low} to {high}) "
        yield f"{said}| {alone} | {'yes' if row['within'] else 'no'} |"
    timed = [row for row in rows if row["ratio"] is not None]
    within = sum(row["within"] for row in timed)
    untimed = len(rows) - len(timed)
    yield ""
    yield f"within their interval: {verdict(within, len(timed), WITHIN, planned - untimed)}"
    yield f"{untimed} of {len(rows)} are not timed: they do not run, or answer otherwise"


if __name__ == "__main__":
    main()
