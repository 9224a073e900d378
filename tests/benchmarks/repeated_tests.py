"""Repeats the tests, on an idle machine or beside a busy loop per core, and counts outcomes.

    python tests/benchmarks/repeated_tests.py [TIMES] [--busy] [PYTEST ARGUMENTS …]

Without arguments pytest runs the quick tests; `-m slow` gives the others, `-m ""` all. A row
for each run (passed, failed, skipped, could not be judged, duration) with what failed and its
message, then how often each test that ever failed did so, and how often each that was left
open. Exit code 1 if any failed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

OPEN = "could not be judged"
_BUSY = "while True: pass"
_MESSAGE_CHARACTERS = 600


def say(line: str = "") -> None:
    """One line on stdout, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def busy_cores(busy: bool) -> Iterator[None]:
    """With a busy loop for every core that may be used, if there are to be any."""
    cores = sorted(os.sched_getaffinity(0)) if busy else []
    loops = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in cores]
    for core, loop in zip(cores, loops, strict=True):
        os.sched_setaffinity(loop.pid, {core})
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


class Outcome(NamedTuple):
    """What came of one test in one run."""

    test: str
    word: str
    """'passed', 'failed', 'skipped' or 'open'."""
    why: str = ""


def outcomes(report: Path) -> Iterator[Outcome]:
    """What came of every test that pytest's report names."""
    for case in ET.parse(report).getroot().iter("testcase"):
        test = f"{case.get('classname', '')}::{case.get('name', '')}"
        failures = [case.find("failure"), case.find("error")]
        skipped = case.find("skipped")
        if failed := [found for found in failures if found is not None]:
            yield Outcome(test, "failed", failed[0].get("message", ""))
        elif skipped is not None:
            message = skipped.get("message", "")
            yield Outcome(test, "open" if OPEN in message else "skipped", message)
        else:
            yield Outcome(test, "passed")


def once(arguments: list[str], busy: bool) -> tuple[list[Outcome], float]:
    """What came of every test, and how long all of them took, s."""
    with tempfile.TemporaryDirectory() as folder, busy_cores(busy):
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *arguments]
        begun = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True)
        lasted_s = time.monotonic() - begun
        if not report.exists():
            raise SystemExit(f"pytest wrote no report:\n{done.stdout}\n{done.stderr}")
        found = list(outcomes(report))
        if done.returncode not in (0, 1):
            found.append(Outcome(f"pytest itself: exit code {done.returncode}", "failed"))
        return found, lasted_s


def main() -> None:
    """Run, count, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", nargs="?", type=int, default=10)
    parser.add_argument("--busy", action="store_true", help="a busy loop per core beside it")
    asked, arguments = parser.parse_known_args()
    often: dict[str, Counter[str]] = {"failed": Counter(), "open": Counter()}
    state = "a busy loop per core beside it" if asked.busy else "nothing beside it"
    say(f"pytest {' '.join(arguments)}: {asked.times} times, {state}")
    say(f"{'run':>4}{'passed':>8}{'failed':>8}{'skipped':>9}{'open':>6}{'duration':>11}")
    for number in range(1, asked.times + 1):
        found, lasted_s = once(arguments, asked.busy)
        count = Counter(outcome.word for outcome in found)
        say(
            f"{number:>4}{count['passed']:>8}{count['failed']:>8}{count['skipped']:>9}"
            f"{count['open']:>6}{lasted_s:>9.0f} s"
        )
        for outcome in found:
            if outcome.word in often:
                often[outcome.word][outcome.test] += 1
            if outcome.word == "failed":
                say(f"     failed: {outcome.test}\n       {outcome.why[:_MESSAGE_CHARACTERS]}")
    for word, said in (("failed", "failed"), ("open", OPEN)):
        for name, times in often[word].most_common():
            say(f"{said} {times} of {asked.times} times: {name}")
    if often["failed"]:
        raise SystemExit(1)
    say("no test failed once")


if __name__ == "__main__":
    main()
