"""Compares the NumPy probes with compiled C in one interleaved run, and prints a table.

Run it by hand, with gcc at hand and nothing else running::

    python -m tests.benchmarks.ceilings_against_c [SECONDS]

Each round visits every probe, in NumPy and in C, in random order; the best of
all rounds counts on both sides. C runs plain loops (ceilings.c), each in a
version with 64-byte and one with 32-byte vectors, of which the better counts.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from threadpoolctl import ThreadpoolController

from profiler_suite.machine import canary
from profiler_suite.machine.examining.bandwidth import Array, arena
from profiler_suite.machine.examining.bandwidth_ceilings import bandwidth_ceilings
from profiler_suite.machine.examining.ceilings import summarize
from profiler_suite.machine.examining.examine import thread_counts
from profiler_suite.machine.examining.gemm import gemm_ceilings
from profiler_suite.machine.examining.rounds import Sample, Station, take_rounds
from profiler_suite.machine.examining.team import Team
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.lookup import MEMORY, level_sets, sharing
from profiler_suite.model.machine import Ceiling

KINDS = {"read": 0, "copy": 1, "update": 2, "triad": 3, "write": 4, "float64": 5, "float32": 6}
ELEMENT_BYTES = {"read": 16, "copy": 24, "update": 24, "triad": 32, "write": 16}
ARRAYS = {"read": 2, "copy": 2, "update": 2, "triad": 3, "write": 1}
WIDTHS = (64, 32)
SAMPLE_S = 1.5e-3
FMA_STEPS = 4000
FMAS_PER_STEP = 12


def compiled(folder: Path, vector_bytes: int) -> ctypes.CDLL:
    """Build ceilings.c for one vector width."""
    target = folder / f"ceilings{vector_bytes}.so"
    flags = ["-O3", "-march=native", "-Wno-psabi", "-shared", "-fPIC", "-pthread"]
    source = Path(__file__).with_name("ceilings.c")
    define = f"-DVECTOR_BYTES={vector_bytes}"
    subprocess.run(["gcc", *flags, define, "-o", str(target), str(source)], check=True)
    library = ctypes.CDLL(str(target))
    library.run.restype = ctypes.c_double
    library.run.argtypes = [
        ctypes.c_int,
        ctypes.c_long,
        ctypes.c_long,
        ctypes.c_int,
        ctypes.c_void_p,
    ]
    return library


class CProbe:
    """One loop of ceilings.c on some threads, with arrays of its own."""

    def __init__(
        self,
        library: ctypes.CDLL,
        vector_bytes: int,
        kind: str,
        elements: int,
        blocks: list[Array],
    ) -> None:
        self.library, self.kind, self.threads = library, kind, len(blocks)
        self.vector_bytes = vector_bytes
        self.blocks = blocks  # held: C only has their addresses
        self.elements = elements
        pointers = []
        for block in blocks:
            start = block.ctypes.data + -block.ctypes.data % 4096
            for k in range(3):
                # As the NumPy probes: whole pages apart, staggered within a page.
                offset = k % ARRAYS.get(kind, 1) * (-(-elements * 8 // 4096) * 4096)
                pointers.append(start + offset + (0, 1344, 2688)[k % ARRAYS.get(kind, 1)])
        self.pointers = (ctypes.c_void_p * len(pointers))(*pointers)
        self.passes = 1
        while min(self.seconds() for _ in range(3)) * self.passes < SAMPLE_S:
            self.passes *= 2

    def seconds(self) -> float:
        """Seconds per pass."""
        total = self.library.run(
            KINDS[self.kind], self.elements, self.passes, self.threads, self.pointers
        )
        return float(total) / self.passes

    @property
    def work(self) -> float:
        """Bytes or FLOP of one pass on all threads."""
        if self.kind.startswith("float"):
            lanes = self.vector_bytes // (8 if self.kind == "float64" else 4)
            return 2.0 * FMAS_PER_STEP * lanes * self.elements * self.threads
        return float(ELEMENT_BYTES[self.kind] * self.elements * self.threads)


def c_stations(
    libraries: list[ctypes.CDLL], sets: dict[str, int], counts: tuple[int, ...]
) -> tuple[list[Station], dict[str, float]]:
    """Stations of the C probes, and the work of each."""
    caches = read_facts().caches
    blocks = [arena(max(sets.values())) for _ in range(max(counts))]
    probes: dict[str, CProbe] = {}
    for width, library in zip(WIDTHS, libraries, strict=True):
        for threads in counts:
            for dtype in ("float64", "float32"):
                key = f"C{width} peak {dtype} {threads}"
                probes[key] = CProbe(library, width, dtype, FMA_STEPS, blocks[:threads])
            for level, set_bytes in sets.items():
                sharers = 1 if level == MEMORY else min(threads, sharing(caches, level))
                for kind, arrays in ARRAYS.items():
                    elements = set_bytes // sharers // (8 * arrays) // 64 * 64
                    key = f"C{width} {level} {kind} {threads}"
                    probes[key] = CProbe(library, width, kind, elements, blocks[:threads])

    def sampler(probe: CProbe) -> Callable[[], Sample]:
        return lambda: Sample(values=(probe.seconds(),))

    stations = [Station(key=key, sample=sampler(probe)) for key, probe in probes.items()]
    return stations, {key: probe.work for key, probe in probes.items()}


def say(line: str) -> None:
    """One line on stdout."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Measure both sides and print the table."""
    budget_s = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    facts = read_facts()
    counts = thread_counts(facts.cores_allowed, every=False)
    sets = level_sets(facts.caches, facts.memory_bytes, max(counts))
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadpoolController().limit(limits=1, user_api="blas"),
        Team(max(counts), max(sets.values())) as team,
    ):
        libraries = [compiled(Path(folder), width) for width in WIDTHS]
        gemms, peaks = gemm_ceilings(counts, 0.15)
        moves, bandwidths = bandwidth_ceilings(team, facts.caches, sets, counts)
        in_c, work = c_stations(libraries, sets, counts)
        visits = take_rounds(
            [*gemms, *moves, *in_c],
            canary=canary.make("ufunc"),
            clock=time.perf_counter,
            budget_s=budget_s,
            least_rounds=25,
            settle=lambda: time.sleep(0.04),
        )
    say(f"{facts.cpu}, {os.uname().release}, NumPy {facts.numpy}, {visits.rounds} rounds")
    say(f"{'':32}{'NumPy':>10}{'median':>10}{'C':>10}{'median':>10}{'ratio':>8}")
    for target in (*peaks, *bandwidths):
        ceiling = target.ceiling
        if target.stations:
            ceiling = summarize(target, visits, visits.baseline_s, 0.0, 6)
        name = (
            f"peak {ceiling.dtype} {ceiling.threads}"
            if ceiling.quantity == "peak"
            else f"{ceiling.level} {ceiling.access} {ceiling.threads}"
        )
        rates = []
        for width in WIDTHS:
            key = f"C{width} {name}"
            rates.append(
                sorted(work[key] / visit.values[0] for visit in visits.by_station[key])
            )
        say(row(name, ceiling, max(rates, key=lambda values: values[-1])))


def row(name: str, ceiling: Ceiling, c_rates: list[float]) -> str:
    """One line of the table; rates in G/s."""
    best, middle = c_rates[-1] / 1e9, c_rates[len(c_rates) // 2] / 1e9
    words = name.split()
    label = f"{' '.join(words[:-1])}, {words[-1]} thread{'s' if words[-1] != '1' else ''}"
    if not ceiling.value:
        return f"{label:32}{'not measured':>20}{best:10.1f}{middle:10.1f}"
    return (
        f"{label:32}{ceiling.value / 1e9:10.1f}{ceiling.median / 1e9:10.1f}"
        f"{best:10.1f}{middle:10.1f}{ceiling.value / 1e9 / best:8.2f}  {ceiling.warning}"
    )


if __name__ == "__main__":
    main()
