"""What-if against an independent timing: is the ratio within the interval that was printed?

    python tests/benchmarks/what_if_verdicts.py [NAME…] [--ways float32,threads,numba,jax,torch]

Every function of tests/functions, and with --layers the implementations of the founding
question, is explained with --what-if. Then each way that was measured is timed anew in a
process of its own by plain loops that share nothing with the suite's timing: both in turn, the
median ratio of 15. Prints a row for each, and how many of the ratios are within their interval.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import threadpoolctl

from profiler_suite.measure.explain.ways import float32, jax_port, numba_port, torch_port
from profiler_suite.workloads import question, registry, user_function
from tests.benchmarks.explain_twenty import functions, say

ROOT = Path(__file__).resolve().parents[2]
_ROUNDS = 15
_ROUND_S = 0.02
WAYS = "float32,threads,numba,jax,torch"


def subjects(layers: bool) -> list[tuple[str, str, str]]:
    """Name, target and setup of each function."""
    if not layers:
        return [(name, f"{file}:{name}", f"{name}_arguments") for file, name in functions()]
    names = [
        name
        for name, each in registry.implementations().items()
        if each.workload == "convolution" and not name.startswith(("torch", "numba"))
    ]
    return [(name, question.target(name), question.setup(name)) for name in names]


def explained(name: str, target: str, setup: str, ways: str) -> list[dict[str, Any]]:
    """What `explain --what-if` says of each way."""
    options = ["--setup", setup, "--no-advice", "--what-if", ways, "--json", "-q"]
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", "explain", target, *options],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode:
        say(f"| {name} | exit {done.returncode}: {done.stderr.strip()[-300:]} |")
        return []
    found: list[dict[str, Any]] = json.loads(done.stdout)["what_if"]
    return found


def timed_alone(target: str, setup: str, kind: str, threads: int, form: str) -> float:
    """Time as it stands over time of the way, by loops of this file."""
    called = user_function.load(target, setup)
    function, arguments = called.function, called.args
    other, own = function, arguments
    if kind == "float32":
        other, own = function, float32.port(function, arguments).there(arguments)
    elif kind == "numba":
        other = numba_port.port(function).function
    elif kind == "jax":
        port = jax_port.port(function, arguments, writes=False, threads=1, device="")
        other = port.whole
    elif kind == "torch":
        made = torch_port.ports(function, writes=False, threads=1, device="")
        other = next(each for each in made if each.form == form).whole
    sides = ((function, arguments), (other, own))
    counts = [_count(*each) for each in sides]
    ratios = []
    for _ in range(_ROUNDS):
        took = []
        for number, (side, given) in enumerate(sides):
            limit = threads if number and kind == "threads" else 1
            with threadpoolctl.threadpool_limits(limits=limit):
                side(*given)
                took.append(_seconds(side, given, counts[number]))
        ratios.append(took[0] / took[1])
    return median(ratios)


def _count(function: Any, arguments: Any) -> int:
    for _ in range(3):
        once = _seconds(function, arguments, 1)
    return max(1, int(_ROUND_S / max(once, 1e-7)))


def _seconds(function: Any, arguments: Any, count: int) -> float:
    begun = time.perf_counter()
    for _ in range(count):
        function(*arguments)
    return (time.perf_counter() - begun) / count


def main() -> None:
    """Print a row for each function and way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--ways", default=WAYS)
    parser.add_argument("--layers", action="store_true")
    parser.add_argument("--alone", nargs=5)
    given = parser.parse_args()
    if given.alone:
        target, setup, kind, threads, form = given.alone
        say(json.dumps(timed_alone(target, setup, kind, int(threads), form)))
        return
    say("| function | way | verdict | ratio (interval) | timed alone | within |")
    say("|---|---|---|---|---|---|")
    within = []
    for name, target, setup in subjects(given.layers):
        if given.names and name not in given.names:
            continue
        for each in explained(name, target, setup, given.ways):
            way = each["way"]["kind"]
            if each["ratio"] is None:
                line = f" line {each['line']}: {each['source']}" if each["line"] else ""
                say(f"| {name} | {way} | {each['reason']}{line} | | | |")
                continue
            alone = _in_a_process(target, setup, each)
            ratio = each["ratio"]
            inside = ratio["low"] <= alone <= ratio["high"]
            within.append(inside)
            interval = f"{ratio['ratio']:.3g} ({ratio['low']:.3g} to {ratio['high']:.3g})"
            say(f"| {name} | {way} | {each['verdict']} | {interval} | {alone:.3g} | {inside} |")
    say(f"\n{sum(within)} of {len(within)} within their interval")


def _in_a_process(target: str, setup: str, found: dict[str, Any]) -> float:
    way = found["way"]
    options = ["--alone", target, setup, way["kind"], str(way["threads"]), found["form"]]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.what_if_verdicts", *options],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    return float(done.stdout.split()[-1]) if not done.returncode else float("nan")


if __name__ == "__main__":
    main()
