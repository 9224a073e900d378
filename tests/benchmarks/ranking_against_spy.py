"""The ranking beside an independent sampler: py-spy in a run of its own, read by other code.

    python -m tests.benchmarks.ranking_against_spy [--same-run] [NAME…]

On a machine where others work two runs of a program differ more than two samplers: --same-run
lets both look at the same one.

Compared is what each function of the program's answers for: its own code and that of others
which it calls, as a share of all such time. The first three must be the same, but for those
within five points of each other, and no share of theirs may differ by more than five points.

The independent run is stopped for each sample, sees Python functions alone, and counts the
first thread; of a pool, the threads and processes that run.
"""

import contextlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from profiler_suite.analysis.program.ranking import Ranking
from profiler_suite.measure.program.sampler import Sampler
from tests.benchmarks.line_sampler import py_spy
from tests.benchmarks.planted_programs import FOLDER, PLANTED, watched

POOLS = ("thread_pool", "process_pool")
POINTS = 0.05
_FIRST, _RATE_HZ = 3, 100
_PROCESS, _THREAD = re.compile(r'process (\d+):"'), re.compile(r"thread \((\d+)\)")
_FRAME = re.compile(r"(?P<name>[^;]*?) \((?P<file>[^;()]*):(?P<line>\d+)\)$")
_INNER = re.compile(r"(\.<locals>)?\.?<(listcomp|dictcomp|setcomp|genexpr|lambda)>.*")
_IMPORTING = "<frozen importlib"


def command_of(name: str, stacks: Path) -> list[str]:
    """The independent sampler; what it is to look at comes behind it."""
    options = ["--threads", "--subprocesses", *([] if name in POOLS else ["--idle"])]
    command = [py_spy(), "record", "--format", "raw", "--full-filenames", *options]
    return [*command, "--rate", str(_RATE_HZ), "--output", str(stacks)]


def theirs(name: str) -> dict[str, float]:
    """Function → its share, by a run under py-spy alone."""
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        program = ["--", sys.executable, str(FOLDER / f"{name}.py")]
        subprocess.run([*command_of(name, stacks), *program], check=True, capture_output=True)
        return shares_of(stacks.read_text(errors="replace"), pool=name in POOLS)


def both(name: str) -> tuple[dict[str, float], dict[str, float]]:
    """Ours and theirs, of the same run."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        stacks = Path(folder) / "stacks"
        started: list[subprocess.Popen[bytes]] = []
        attach = Sampler.attach

        def with_theirs(eye: Sampler, pid: int) -> bool:
            command = [*command_of(name, stacks), "--pid", str(pid)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
            assert process.stdout is not None
            while b"Sampling" not in (some := os.read(process.stdout.fileno(), 4096)) and some:
                pass
            started.append(process)
            return attach(eye, pid)

        stack.callback(setattr, Sampler, "attach", attach)
        Sampler.attach = with_theirs  # type: ignore[method-assign,assignment]
        mine = ours(watched(name))
        for process in started:
            process.communicate(timeout=60)
        return mine, shares_of(stacks.read_text(errors="replace"), pool=name in POOLS)


def shares_of(text: str, *, pool: bool) -> dict[str, float]:
    """The same of the text that it wrote."""
    found: Counter[str] = Counter()
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [match for each in stack.split(";") if (match := _FRAME.search(each))]
        files = [match["file"] for match in frames]
        own = max((at for at, file in enumerate(files) if _is_own(file)), default=-1)
        if own < 0 or any(file.startswith(_IMPORTING) for file in files[own:]):
            continue
        if not _is_waiting(files[-1]) if pool else _is_first(stack):
            found[function_of(frames[own]["name"])] += int(count)
    total = sum(found.values())
    return {name: count / total for name, count in found.items()}


def _is_own(file: str) -> bool:
    return Path(file).parent == FOLDER


def _is_first(stack: str) -> bool:
    process, thread = _PROCESS.search(stack), _THREAD.search(stack)
    same = process is not None and thread is not None and process[1] == thread[1]
    return same or ": MainThread;" in stack


def _is_waiting(file: str) -> bool:
    """Whether that innermost file's functions wait for others; py-spy takes some as running."""
    return Path(file).name in ("threading.py", "queue.py", "connection.py", "selectors.py")


def function_of(name: str) -> str:
    """A comprehension is its function's; all that stands outside of functions is one."""
    plain = _INNER.sub("", name)
    return plain if plain and plain[0] != "<" else "<module>"


def ours(ranking: Ranking) -> dict[str, float]:
    """Function → its share, by our ranking."""
    found: dict[str, float] = {}
    for each in ranking.functions:
        found[each.function] = found.get(each.function, 0.0) + each.spent.total_s
    total = sum(found.values())
    return {name: seconds / total for name, seconds in found.items() if seconds}


def first_three(shares: dict[str, float]) -> list[str]:
    """The functions that take most."""
    return sorted(shares, key=lambda name: -shares[name])[:_FIRST]


def disagreement(one: dict[str, float], other: dict[str, float]) -> tuple[bool, float]:
    """Whether the first three are the same, and the largest difference of a share of theirs."""
    both = set(first_three(one)) | set(first_three(other))
    least = [_third(shares) for shares in (one, other)]
    near = all(
        shares.get(name, 0.0) >= low - POINTS
        for shares, low in zip((one, other), least, strict=True)
        for name in both
    )
    return near, max((abs(one.get(n, 0.0) - other.get(n, 0.0)) for n in both), default=0.0)


def _third(shares: dict[str, float]) -> float:
    return sorted([*shares.values(), 0.0, 0.0, 0.0], reverse=True)[_FIRST - 1]


def main(names: list[str], *, same_run: bool) -> int:
    """Print a line for each program; how many disagree."""
    os.environ.pop("PYTHONUNBUFFERED", None)
    apart = 0
    for name in names or PLANTED:
        if PLANTED[name].needs and importlib.util.find_spec("sklearn") is None:
            sys.stderr.write(f"{name:16} left out: {PLANTED[name].needs} is not installed\n")
            continue
        mine, independent = both(name) if same_run else (ours(watched(name)), theirs(name))
        same, most = disagreement(mine, independent)
        apart += not same or most > POINTS
        shown = ", ".join(
            f"{each} {100 * mine.get(each, 0):.0f}/{100 * independent.get(each, 0):.0f}"
            for each in first_three(independent)
        )
        said = "same first three" if same else "other first three"
        sys.stderr.write(f"{name:16} {said}, {100 * most:4.1f} points apart at most: {shown}\n")
    return apart


if __name__ == "__main__":
    words = [each for each in sys.argv[1:] if each != "--same-run"]
    sys.exit(main(words, same_run="--same-run" in sys.argv) > 0)
