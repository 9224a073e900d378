"""Explains every function of tests/functions and prints a table: breakdown, bound, advice.

Run:  python tests/benchmarks/explain_twenty.py [NAME…]
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("grids", "particles", "learning", "linear")


def functions() -> list[tuple[Path, str]]:
    """Every function that has arguments of its own beside it."""
    sys.path.insert(0, str(ROOT))
    found = []
    for name in MODULES:
        module = importlib.import_module(f"tests.functions.{name}")
        for each in vars(module):
            if f"{each}_arguments" in vars(module):
                found.append((ROOT / "tests" / "functions" / f"{name}.py", each))
    return found


def say(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def told(file: Path, function: str, setup: str, *options: str) -> Any:
    """What `explain --json` says of a function; ends the benchmark where it fails."""
    command = ["explain", f"{file}:{function}", "--setup", setup, *options, "--json", "-q"]
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode:
        raise SystemExit(f"explain {function}: exit code {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def main() -> None:
    """Explain each and print one row."""
    wanted = set(sys.argv[1:])
    say(
        "| function | time | counted | interp. / disp. / mem. / copy / arith. / rest % "
        "| bound | of its roof | advice: gain measured |"
    )
    say("|---|---|---|---|---|---|---|")
    for file, name in functions():
        if wanted and name not in wanted:
            continue
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "profiler_suite",
                "explain",
                f"{file}:{name}",
                "--setup",
                f"{name}_arguments",
                "--json",
                "-q",
            ],
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        if done.returncode:
            say(f"| {name} | exit {done.returncode}: {done.stderr.strip()[-300:]} |")
            continue
        found = json.loads(done.stdout)
        breakdown = found["breakdown"]["entries"]
        parts = " / ".join(f"{100 * entry['share']:.0f}" for entry in breakdown.values())
        advice = "; ".join(
            f"{each['kind']} {each['ratio']:.2f}×"
            + ("" if each["measured_on"] == "function" else " (calls)")
            for each in found["advice"]
        )
        place = found["roofline"]
        say(
            f"| {name} | {found['time']['time_s'] * 1e6:.4g} µs "
            f"| {100 * found['trace']['coverage']:.1f} % | {parts} | {place['bound']} "
            f"{place['level'] if place['bound'] == 'memory' else ''} "
            f"| {100 * place['of_attainable']:.0f} % | {advice or '–'} |"
        )
        for note in found["notes"]:
            say(f"<!-- {name}: {note} -->")


if __name__ == "__main__":
    main()
