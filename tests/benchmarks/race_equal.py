"""How often equal code is called different by `race`, and whether a planted 5 % is found.

    python -m tests.benchmarks.race_equal --minutes 5 [--busy]

Each pair is two files with one function: for equal ones the second is renamed, reformatted or
has its independent statements in another order; for planted ones it does 5 % more of the same
work; of every tenth pair the second answers otherwise and has to be refused. With `--busy` a
loop on every core runs beside. Results are appended to a file, pair by pair: give the command
again to go on. Equal, planted and wrong pairs take turns, so that a sitting has some of each.
"""

import argparse
import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from profiler_suite.analysis.race.results import Answers, RaceResult
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.race import Course
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.machine.kept import kept_baselines
from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.race.processes import RaceTargets
from profiler_suite.model.results import Verdict
from tests.benchmarks.sittings import Sittings, verdict

# (body, the same otherwise written, names of the function)
KERNELS = (
    (
        "    out = np.empty(n)\n"
        "    for i in range(n):\n"
        "        out[i] = np.sqrt(x[i]) + 1\n"
        "    return out\n",
        "    out = np.empty( n )\n\n"
        "    for k in range( n ):\n"
        "        out[ k ] = (np.sqrt(x[k])\n                    + 1)\n"
        "    return out\n",
    ),
    (
        "    a = x[:n] * 2.0\n    b = x[:n] + 1.0\n"
        "    total = 0.0\n"
        "    for i in range(n):\n        total += np.add(a[i], b[i])\n"
        "    return total\n",
        "    total = 0.0\n"
        "    b = x[:n] + 1.0\n    a = x[:n] * 2.0\n"
        "    for i in range(n):\n        total += np.add(a[i], b[i])\n"
        "    return total\n",
    ),
    (
        "    total = 0.0\n"
        "    for i in range(n // 20):\n        total += np.dot(x, x)\n"
        "    return total\n",
        "    s = 0.0\n"
        "    for step in range(n // 20):\n        s += np.dot(x, x)\n"
        "    return s\n",
    ),
)
N = 400
RESULTS = Path("race_equal.jsonl")
# What is wanted of them: not called the same at most 5 of 500, and of planted ones 95 % found.
EQUAL, PLANTED, WRONG = "equal", "planted", "wrong"
SAME, FOUND = 0.99, 0.95
MOST_FASTER = 0.03


def source(name: str, body: str, more: int = 0, wrong: bool = False) -> str:
    """A file with that function; `more` percent of the work once more, or a wrong answer."""
    again = f"    {name}_body(x, n * {more} // 100)\n" if more else ""
    answer = f"    return {name}_body(x, n)" + (" * 1.001\n" if wrong else "\n")
    return (
        f"import numpy as np\n\ndef {name}_body(x, n):\n{body}\n"
        f"def {name}(x, n):\n{again}{answer}\n"
        f"def setup():\n    return np.random.default_rng(0).random(2000), {N}\n"
    )


def raced(folder: Path, number: int, percent: int, wrong: bool) -> RaceResult:
    """One pair of files, raced as the command does it."""
    body, otherwise = KERNELS[number % len(KERNELS)]
    renamed = "kernel" if number % 2 else "again"
    second = body if percent or number % 4 == 0 else otherwise
    for name, text in (
        ("old", source("kernel", body)),
        ("new", source(renamed, second, percent, wrong)),
    ):
        (folder / f"{name}_{number}.py").write_text(text)
    old, new = (f"{folder}/{name}_{number}.py" for name in ("old", "new"))
    facts = read_facts()
    effort = ExplainEffort(
        baselines_s=kept_baselines(fingerprint(facts)),
        last_cache_bytes=float(facts.last_cache_bytes),
        memory_bytes=float(facts.memory_bytes),
        seed=number,
    )
    targets = RaceTargets(
        before=f"{old}:kernel", after=f"{new}:{renamed}", setup=f"{old}:setup", timeout_s=60.0
    )
    (found,) = Course(targets, effort, ProgressLine(sys.stderr, quiet=True), None).results()
    return found


def spin() -> None:
    """What a neighbour does."""
    while True:
        pass


@contextlib.contextmanager
def neighbours(busy: bool) -> Iterator[None]:
    """A busy loop for every core, while it is entered."""
    count = len(os.sched_getaffinity(0)) if busy else 0
    loops = [multiprocessing.Process(target=spin, daemon=True) for _ in range(count)]
    for each in loops:
        each.start()
    try:
        yield
    finally:
        for each in loops:
            each.kill()


def keys(counts: dict[str, int], busy: bool) -> dict[str, list[str]]:
    """Kind → the keys of its pairs."""
    state = "busy" if busy else "idle"
    return {k: [f"{state}/{k}/{n}" for n in range(count)] for k, count in counts.items()}


def in_turn(lists: Sequence[Sequence[str]]) -> list[str]:
    """All keys, mixed so that each beginning has about the same share of every list."""
    placed = [
        ((number + 0.5) / len(each), key) for each in lists for number, key in enumerate(each)
    ]
    return [key for _, key in sorted(placed)]


def raced_pair(folder: Path, key: str, percent: int) -> dict[str, Any]:
    """What a race says of the pair with that key."""
    _, kind, number = key.split("/")
    more = 0 if kind == EQUAL else percent
    shift = {EQUAL: 0, PLANTED: 10_000, WRONG: 20_000}[kind]
    begun = time.perf_counter()
    found = raced(folder, shift + int(number), more, wrong=kind == WRONG)
    return {
        "verdict": found.verdict.value,
        "refused": found.answers is Answers.DIFFERENT,
        "ratio": found.ratio,
        "low": found.low,
        "high": found.high,
        "processes": found.processes,
        "took_s": time.perf_counter() - begun,
    }


def main() -> None:
    """Race the pairs that are open, and say of all how many were called what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--equal", type=int, default=500)
    parser.add_argument("--planted", type=int, default=200)
    parser.add_argument("--wrong", type=int, default=50)
    parser.add_argument("--percent", type=int, default=5)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--minutes", type=float, default=0.0, help="0: until all is done")
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    sitting = Sittings(asked.results, asked.minutes)
    counts = {EQUAL: asked.equal, PLANTED: asked.planted, WRONG: asked.wrong}
    wanted = keys(counts, asked.busy)
    with neighbours(asked.busy), tempfile.TemporaryDirectory() as folder:
        for key in sitting.open(in_turn([each for each in wanted.values() if each])):
            sitting.add(key, **raced_pair(Path(folder), key, asked.percent))
    for line in report({kind: sitting.of(each) for kind, each in wanted.items()}, counts):
        say(line)
    say(sitting.where())


def report(found: dict[str, list[dict[str, Any]]], counts: dict[str, int]) -> Iterator[str]:
    """How many were called what, how many of how many were done, and whether that holds."""
    equal, planted, wrong = (found[kind] for kind in (EQUAL, PLANTED, WRONG))
    same = sum(each["verdict"] == Verdict.SAME.value for each in equal)
    yield f"equal: {verdict(same, len(equal), SAME, counts[EQUAL])}; {_told(equal)}"
    called = [each for each in equal if each["verdict"] == Verdict.FASTER.value]
    worst = max((1 / each["high"] - 1 for each in called), default=0.0)
    beyond = sum(1 / each["ratio"] - 1 > MOST_FASTER for each in called)
    yield (
        f"  called faster: {len(called)}, above {100 * MOST_FASTER:g} %: {beyond} (none "
        f"wanted); surely by at most {100 * worst:.1f} %"
    )
    slower = sum(each["verdict"] == Verdict.SLOWER.value for each in planted)
    yield f"planted: {verdict(slower, len(planted), FOUND, counts[PLANTED])}; {_told(planted)}"
    refused = sum(each["refused"] for each in wrong)
    yield f"wrong answers refused: {verdict(refused, len(wrong), 1.0, counts[WRONG])}"


def _told(found: list[dict[str, Any]]) -> str:
    tally = Counter(each["verdict"] for each in found)
    said = ", ".join(f"{tally[v.value]} {v.value}" for v in Verdict if tally[v.value])
    several = max(1, len(found))
    processes = sum(each["processes"] for each in found) / several
    took_s = sum(each["took_s"] for each in found) / several
    return f"{said or 'none'}; {processes:.1f} processes and {took_s:.1f} s each"


def say(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
