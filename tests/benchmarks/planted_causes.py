"""Which of nine planted causes does `compare --intervene` rank first?

    python -m tests.benchmarks.planted_causes --minutes 5 --python OTHER/bin/python

A sweep is measured as usual, then once more with one thing changed; random data differ in all
of them, as they do from run to run. OTHER is a Python with the suite's packages and another
NumPy. The quota needs the right to make control groups. Results are appended to a file, cause
by cause: give the command again to go on.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from profiler_suite.analysis.compare.causes import OTHER_PROGRAMS
from profiler_suite.errors import UsageError
from profiler_suite.measure.intervene.quota import quota_group
from tests.benchmarks.race_equal import neighbours, say
from tests.benchmarks.sittings import Sittings, verdict

ROOT = Path(__file__).resolve().parents[2]
SHORT, CAUSED = ROOT / "tests" / "files" / "short.py", ROOT / "tests" / "files" / "caused.py"
RESULTS = Path("planted_causes.jsonl")
FIRST = 8 / 9
_SPAN_S = "1.5"
SIMD = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"


class Plant(NamedTuple):
    """What is changed, at which point it shows, and what the cause is called."""

    cause: str
    point: str
    variables: Mapping[str, str] = {}
    threads: int = 1
    seed: int = 4
    quota_cores: float = 0.0
    other_python: bool = False
    busy: bool = False


PLANTS = {
    "thread count": Plant("BLAS threads", "product", threads=2),
    "BLAS core type": Plant("BLAS kernels", "product", {"OPENBLAS_CORETYPE": "Prescott"}),
    "SIMD off": Plant(
        "NPY_DISABLE_CPU_FEATURES", "vectors", {"NPY_DISABLE_CPU_FEATURES": SIMD}
    ),
    "another NumPy": Plant("Python and libraries", "unique", other_python=True),
    "quota": Plant("quota", "waits", quota_cores=0.5),
    "page size": Plant("NUMPY_MADVISE_HUGEPAGE", "pages", {"NUMPY_MADVISE_HUGEPAGE": "0"}),
    "allocator": Plant(
        "MALLOC_MMAP_THRESHOLD_", "temporaries", {"MALLOC_MMAP_THRESHOLD_": "65536"}
    ),
    "values": Plant("values (random seed)", "values", seed=3),
    "busy neighbour": Plant(OTHER_PROGRAMS, "waits", busy=True),
}


def swept(folder: Path, name: str, plant: Plant, python: str) -> Path:
    """A run with that plant, of its point alone."""
    out = folder / name.replace(" ", "_")
    words = [python, str(SHORT), "sweep", str(CAUSED), "--quick", "-q", "--out", str(out)]
    words += ["--implementations", f"caused_{plant.point}", "--seed", str(plant.seed)]
    words += ["--threads", str(plant.threads)]
    environment = os.environ | dict(plant.variables)
    environment |= {"PYTHONPATH": str(ROOT), "PROFILER_SUITE_TEST_SPAN_S": _SPAN_S}
    with contextlib.ExitStack() as opened:
        opened.enter_context(neighbours(plant.busy))
        group = (
            opened.enter_context(quota_group(plant.quota_cores)) if plant.quota_cores else None
        )
        process = subprocess.Popen(
            words,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
        )
        if group is not None:
            group.add(process.pid)
        _, complaints = process.communicate(timeout=600)
    if process.returncode:
        raise UsageError(f"{name}: {complaints.decode(errors='replace').strip()[-500:]}")
    return out


def compared(before: Path, after: Path) -> dict[str, Any]:
    """What `compare --intervene` says of both."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "profiler_suite", "compare", str(before), str(after)),
            *("--intervene", "--json"),
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    if done.returncode:
        raise UsageError(done.stderr.strip()[-500:])
    found: dict[str, Any] = json.loads(done.stdout)["causes"]
    return found


def planted(folder: Path, name: str, python: str) -> dict[str, Any]:
    """Both runs of one plant, and which cause comes first."""
    plant = PLANTS[name]
    begun = time.perf_counter()
    usual = Plant(plant.cause, plant.point, seed=2)
    before = swept(folder, f"{name} before", usual, sys.executable)
    after = swept(folder, name, plant, python if plant.other_python else sys.executable)
    found = compared(before, after)
    first = next(iter(found["causes"]), None)
    ranked = [
        f"{each['name']} {each['share']:.2f}" for each in found["causes"] if each["counts"]
    ]
    return {
        "first": first is not None and first["counts"] and first["name"] == plant.cause,
        "observed": found["observed"],
        "ranked": ranked,
        "together": found["together_share"],
        "took_s": time.perf_counter() - begun,
    }


def main() -> None:
    """Plant the causes that are open, and say how many were ranked first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--python", default="", help="with another NumPy")
    parser.add_argument("--minutes", type=float, default=0.0, help="0: until all is done")
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    sitting = Sittings(asked.results, asked.minutes)
    wanted = [name for name in PLANTS if not asked.names or name in asked.names]
    possible = [name for name in wanted if asked.python or not PLANTS[name].other_python]
    with tempfile.TemporaryDirectory() as made:
        for name in sitting.open(possible):
            try:
                sitting.add(name, **planted(Path(made), name, asked.python))
            except UsageError as error:
                say(f"{name} cannot be planted here: {error}")
    for line in report(sitting.of(wanted), len(wanted)):
        say(line)
    say(sitting.where())


def report(rows: Sequence[dict[str, Any]], planned: int) -> Iterator[str]:
    """A row for each plant, and how many were ranked first."""
    yield "| planted | second run over first | causes, with their shares | first |"
    yield "|---|---|---|---|"
    for row in rows:
        causes = "; ".join(row["ranked"]) or "none"
        word = "yes" if row["first"] else "no"
        yield f"| {row['key']} | {row['observed']:.2f} | {causes} | {word} |"
    right = sum(row["first"] for row in rows)
    yield f"ranked first: {verdict(right, len(rows), FIRST, planned)}"


if __name__ == "__main__":
    main()
