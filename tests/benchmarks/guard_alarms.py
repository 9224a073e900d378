"""How often `race --base` gives an alarm for nothing, and whether it names what was slowed.

    python tests/benchmarks/guard_alarms.py --runs 50

Makes a repository with 20 functions. Half of the runs race it against itself (a comment is
all that changed), half against a work tree in which one function does 10 % more.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

FUNCTIONS = 20
PERCENT = 10
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


def main() -> None:
    """Run both kinds, and say how often each gave an alarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        repository(folder)
        alarms, named, others, longest_s = 0, 0, 0, 0.0
        for number in range(asked.runs):
            (folder / "kernels.py").write_text(module(comment=f"# run {number}"))
            code, _, took_s = run(folder)
            alarms += code != 0
            slowed = number % FUNCTIONS
            (folder / "kernels.py").write_text(module(slowed))
            _, slower, again_s = run(folder)
            named += f"kernels:f{slowed}" in slower
            others += len(set(slower) - {f"kernels:f{slowed}"})
            longest_s = max(longest_s, took_s, again_s)
            sys.stdout.write(
                f"{number + 1} of {asked.runs}: {alarms} alarms for nothing; {named} slowed "
                f"ones named, {others} others; the longest run took {longest_s:.0f} s\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
