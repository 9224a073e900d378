"""How often equal code is called different by `race`, and whether a planted 5 % is found.

    python tests/benchmarks/race_equal.py --equal 500 --planted 200 [--busy]

Each pair is two files with one function: for equal ones the second is renamed, reformatted or
has its independent statements in another order; for planted ones it does 5 % more of the same
work; every tenth planted one answers otherwise and has to be refused. With `--busy` a loop on
every core runs beside. A race takes some seconds: take fewer pairs for a first look.
"""

import argparse
import contextlib
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from profiler_suite.analysis.race.results import Answers, RaceResult
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.race import Course
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.machine.kept import kept_baselines
from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.race.processes import RaceTargets
from profiler_suite.model.results import Verdict

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
WRONG_EVERY = 10


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


def main() -> None:
    """Race all pairs, and say how many were called what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--equal", type=int, default=20)
    parser.add_argument("--planted", type=int, default=20)
    parser.add_argument("--percent", type=int, default=5)
    parser.add_argument("--busy", action="store_true")
    asked = parser.parse_args()
    with neighbours(asked.busy), tempfile.TemporaryDirectory() as folder:
        equal = [raced(Path(folder), n, 0, wrong=False) for n in range(asked.equal)]
        told("equal", equal)
        fastest = max((1 / each.high - 1 for each in equal if each.high), default=0.0)
        say(f"  surely faster by at most {100 * max(0.0, fastest):.1f} %")
        planted: list[RaceResult] = []
        wrong: list[RaceResult] = []
        for number in range(asked.planted):
            is_wrong = number % WRONG_EVERY == WRONG_EVERY - 1
            found = raced(Path(folder), 10_000 + number, asked.percent, wrong=is_wrong)
            (wrong if is_wrong else planted).append(found)
        told(f"{asked.percent} % planted", planted)
        refused = sum(each.answers is Answers.DIFFERENT for each in wrong)
        say(f"wrong answers: {refused} of {len(wrong)} refused")


def told(name: str, found: list[RaceResult]) -> None:
    """Print how many were called what, and how many processes that took."""
    tally = Counter(each.verdict for each in found)
    said = ", ".join(f"{tally[v]} {v.value}" for v in Verdict if tally[v])
    processes = sum(each.processes for each in found) / max(1, len(found))
    say(f"{name}: {len(found)} pairs: {said}; {processes:.1f} processes each")


def say(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
