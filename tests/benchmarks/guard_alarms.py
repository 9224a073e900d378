"""How often `race --base` gives an alarm for nothing, and whether it names what was slowed.

    python -m tests.benchmarks.guard_alarms --minutes 5

Makes a repository with 20 functions. Half of the runs race it against itself (a comment is
all that changed), half against a work tree in which one function does 10 % more. Results are
appended to a file, run by run: give the command again to go on.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.sittings import Sittings, verdict

FUNCTIONS = 20
PERCENT = 10
RESULTS = Path("guard_alarms.jsonl")
# Of 50 runs with nothing changed none, of 50 with one slowed 48.
NO_ALARM, NAMED = 1.0, 0.96
MOST_S = 300.0
KERNELS = (
    "    total = 0.0\n    for i in range(n):\n        total += x[i] * {k}\n    return total\n",
    "    out = np.zeros(50)\n    for i in range(n // 4):\n        out += x[:50] * {k}\n"
    "    return out\n",
    "    total = 0.0\n    for i in range(n // 8):\n        total += np.dot(x, x) * {k}\n"
    "    return total\n",
    "    for i in range(n // 20):\n        y = np.sort(x[::-1] * {k})\n    return y\n",
)


def module(slowed: int = -1, comment: str = "") -> str:
    """The package; function number `slowed` does more of the same."""
    parts = [f"{comment}\nimport numpy as np\n"]
    for number in range(FUNCTIONS):
        body = KERNELS[number % len(KERNELS)].format(k=number + 1)
        more = f"    f{number}_body(x, n * {PERCENT} // 100 + 20)\n" if number == slowed else ""
        parts.append(f"def f{number}_body(x, n):\n{body}")
        parts.append(f"def f{number}(x, n):\n{more}    return f{number}_body(x, n)\n")
    parts.append("def setup():\n    return np.random.default_rng(0).random(800), 800\n")
    return "\n".join(parts)


def repository(folder: Path) -> None:
    """A repository with one commit."""
    (folder / "kernels.py").write_text(module())
    named = [
        f'[[function]]\ntarget = "kernels:f{number}"\nsetup = "kernels:setup"\n'
        for number in range(FUNCTIONS)
    ]
    (folder / "race.toml").write_text("\n".join(named))
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", "-C", str(folder), *words], check=True)


def run(folder: Path) -> tuple[int, list[str], float]:
    """Exit code, slower functions, seconds."""
    package = str(Path(__file__).resolve().parents[2])
    begun = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", "race", "--base", "main", "--json", "-q"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": package},
        check=False,
    )
    if done.returncode not in (0, 1):
        sys.stderr.write(done.stderr)
    slower = json.loads(done.stdout)["slower"] if done.stdout else []
    return done.returncode, slower, perf_counter() - begun


def measured(folder: Path, kind: str, number: int) -> dict[str, Any]:
    """One run of either kind."""
    slowed = number % FUNCTIONS if kind == "slowed" else -1
    (folder / "kernels.py").write_text(module(slowed, comment=f"# run {number}"))
    code, slower, took_s = run(folder)
    wanted = f"kernels:f{slowed}"
    return {
        "code": code,
        "named": wanted in slower,
        "others": sorted(set(slower) - {wanted}),
        "took_s": took_s,
    }


def main() -> None:
    """Make the runs that are open, and say how often either kind gave an alarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="of each kind")
    parser.add_argument("--minutes", type=float, default=0.0, help="0: until all is done")
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    sitting = Sittings(asked.results, asked.minutes)
    kinds = {
        kind: [f"{kind}/{number}" for number in range(asked.runs)]
        for kind in ("equal", "slowed")
    }
    every = [key for pair in zip(*kinds.values(), strict=True) for key in pair]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        repository(folder)
        for key in sitting.open(every):
            kind, _, number = key.partition("/")
            sitting.add(key, **measured(folder, kind, int(number)))
    equal, slowed = (sitting.of(each) for each in kinds.values())
    for line in report(equal, slowed, asked.runs):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{sitting.where()}\n")


def report(
    equal: list[dict[str, Any]], slowed: list[dict[str, Any]], runs: int
) -> Iterator[str]:
    """How many of how many were done, and whether that is what is wanted."""
    quiet = sum(each["code"] == 0 for each in equal)
    yield f"no alarm for nothing: {verdict(quiet, len(equal), NO_ALARM, runs)}"
    named = sum(each["named"] for each in slowed)
    others = sum(len(each["others"]) for each in slowed)
    yield f"slowed one named: {verdict(named, len(slowed), NAMED, runs)}; {others} others named"
    took_s = [each["took_s"] for each in (*equal, *slowed)]
    if took_s:
        word = "holds" if max(took_s) <= MOST_S else "fails"
        yield (
            f"{FUNCTIONS} functions in {sum(took_s) / len(took_s):.0f} s, at most in "
            f"{max(took_s):.0f} s: {word} (at most {MOST_S:.0f} s wanted)"
        )


if __name__ == "__main__":
    main()
