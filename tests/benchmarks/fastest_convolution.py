"""How fast NumPy's convolutions are against the best compiled ones, layer by layer.

All layers of `experiments/network_layers.py`, with one thread and with two, in one process.
Filters are prepared in all. Per layer, rounds of visits to all candidates in fresh random
order; what has been far from the fastest of its side for two rounds is not visited again.
The ratio is the median over rounds of best peer over ours, its interval (at least 95 %) lies
between two of the rounds' ratios. Ours is the fastest whose median error is at most twice
that of the peer it is compared with.

Run:  python tests/benchmarks/fastest_convolution.py [MINUTES] [NAME…]
      (11.5 minutes; the layers whose names contain one of the names)
"""

import dataclasses
import functools
import importlib.metadata
import math
import random
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter, perf_counter_ns
from typing import Any

import numpy as np

from profiler_suite.measure import threads, timing
from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import CHOICE, PEER, Implementation
from profiler_suite.workloads import catalogue, convolution, registry
from profiler_suite.workloads.convolution import peer

MINUTES = 11.5
THREADS = (1, 2)
# Of the convolutions; the others take many times as long.
FAMILIES = ("gemm", "winograd")
# Left out after two rounds: what takes so many times as long as the fastest of its side.
FAR = 2.0
LEAST_ROUNDS, MOST_ROUNDS = 6, 40
LEAST_WHEN_LATE = 3
MOST_ERROR = 2.0
SLOW_S = 0.02
# Would make a sweep longer by a tenth.
LARGE = convolution.problem(
    height=390,
    width=390,
    channels=64,
    filters=64,
    filter_height=3,
    filter_width=3,
    dtype="float32",
    name="U-Net conv9_2",
)
SEED = 7
Call = Callable[[], Any]


@dataclasses.dataclass
class Candidate:
    """One way to compute a layer, made ready, and what was seen of it."""

    found: Implementation
    call: Call
    prepare_s: float
    evaluations: int
    slow: bool
    """Whether a single evaluation is sample enough, and needs no data fetched before."""
    error: float
    rounds_s: list[float] = dataclasses.field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name in the registry."""
        return self.found.name

    @property
    def time_s(self) -> float:
        """Median over rounds."""
        return median(self.rounds_s)


@dataclasses.dataclass(frozen=True)
class Row:
    """A layer's result."""

    problem: Problem
    ours: Candidate
    rival: Candidate | None
    """The fastest peer; None without any."""
    ratio: tuple[float, float, float]
    """Peer over ours: median, and the ends of its interval."""
    direct: Candidate
    """Ours that transforms no filters."""


def candidates(problem: Problem, errors: dict[str, float]) -> list[Candidate]:
    """All that serve the problem, prepared for the threads that are allowed now."""
    workload = registry.find_workload(problem.workload)
    arguments = workload.arguments(problem, SEED)
    reference = None if errors else workload.reference(problem, arguments)
    made = []
    for found in registry.implementations().values():
        if found.workload != problem.workload or not wanted(found, problem):
            continue
        begun = perf_counter()
        function = registry.ready(found, arguments)
        prepare_s = perf_counter() - begun
        call = functools.partial(function, *arguments)
        begun = perf_counter()
        answer = call()
        slow = perf_counter() - begun > SLOW_S
        if reference is not None:
            errors[found.name] = float(np.median(np.abs(answer - reference)))
        evaluations = 1 if slow else timing.prepare(call, ()).evaluations
        made.append(Candidate(found, call, prepare_s, evaluations, slow, errors[found.name]))
    return made


def wanted(found: Implementation, problem: Problem) -> bool:
    """Whether an implementation may be the fastest of its side."""
    if found.family == CHOICE or problem.dtype not in found.dtypes or "numba" in found.name:
        return False
    if found.refuse is not None and found.refuse(problem):
        return False
    return problem.workload != "convolution" or found.family in (*FAMILIES, PEER)


def visit(candidate: Candidate, several: bool) -> None:
    """One untimed evaluation, then the least of two samples; of slow ones, one sample."""
    if several:
        threads.rest()  # what the last candidate's threads still do
    if not candidate.slow:
        candidate.call()
    samples = (
        timing.time_evaluations(candidate.call, (), candidate.evaluations, perf_counter_ns)
        for _ in range(1 if candidate.slow else 2)
    )
    candidate.rounds_s.append(min(samples))


def take(made: list[Candidate], several: bool, until: float, end: float) -> None:
    """Rounds until the time is up; at least a few, fewer after the end of all."""
    order = random.Random(SEED)
    left = list(made)
    for done in range(MOST_ROUNDS):
        now = perf_counter()
        if done >= (LEAST_ROUNDS if now < end else LEAST_WHEN_LATE) and now > until:
            return
        for candidate in order.sample(left, len(left)):
            visit(candidate, several)
        if done == 1:
            left = near(made)


def near(made: Sequence[Candidate]) -> list[Candidate]:
    """Those not far from the fastest of their side; of ours also the most exact."""
    kept = []
    for side in sides(made):
        fastest = min((c.time_s for c in side), default=0.0)
        exact = min(side, key=lambda c: (c.error, c.time_s), default=None)
        kept += [c for c in side if c.time_s <= FAR * fastest or c is exact]
    return kept


def sides(made: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Ours and the peers."""
    peers = [c for c in made if c.found.family == PEER]
    return [c for c in made if c.found.family != PEER], peers


def compared(problem: Problem, made: Sequence[Candidate]) -> Row:
    """The fastest peer against the fastest of ours that is exact enough."""
    most = max(len(c.rounds_s) for c in made)
    ours, peers = sides([c for c in made if len(c.rounds_s) == most])
    rival = min(peers, key=lambda c: c.time_s, default=None)
    exact = [c for c in ours if rival is None or c.error <= MOST_ERROR * rival.error]
    own = min(exact or ours, key=lambda c: c.time_s)
    direct = [c for c in sides(made)[0] if c.found.family != "winograd"]
    return Row(
        problem=problem,
        ours=own,
        rival=rival,
        ratio=(0.0, 0.0, 0.0) if rival is None else interval(rival.rounds_s, own.rounds_s),
        direct=min(direct, key=lambda c: c.time_s),
    )


def interval(above: Sequence[float], below: Sequence[float]) -> tuple[float, float, float]:
    """The median of ratios and the two between which it is with 95 % or more.

    It is below the k-th smallest of n with the probability of fewer than k heads of n coins.
    """
    ratios = sorted(a / b for a, b in zip(above, below, strict=False))
    n, k, outside = len(ratios), 0, 0.0
    while (outside := outside + math.comb(n, k) / 2**n) <= 0.025:
        k += 1
    k = max(k, 1)
    return median(ratios), ratios[k - 1], ratios[n - k]


def pays_after(row: Row) -> str:
    """Calls after which preparing has paid against the best that transforms no filters."""
    saved_s = row.direct.time_s - row.ours.time_s
    if row.ours.found.family != "winograd" or saved_s <= 0:
        return "–"
    more_s = max(0.0, row.ours.prepare_s - row.direct.prepare_s)
    return str(max(1, math.ceil(more_s / saved_s)))


def say(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def head(count: int) -> None:
    """What the columns are."""
    say(f"\n{count} {'thread' if count == 1 else 'threads'}\n")
    say(
        "| layer | ours | ms | error | best peer | ms | error | peer / ours (95 %) "
        "| prepared in, ms | pays after, calls |"
    )
    say("|---|---|---|---|---|---|---|---|---|---|")


def tell(row: Row) -> None:
    """One row of the table."""
    ours, rival = row.ours, row.rival
    peers = "– | – | – | –"
    if rival is not None:
        middle, low, high = row.ratio
        peers = (
            f"{rival.name} | {1e3 * rival.time_s:.3f} | {rival.error:.1e} "
            f"| {middle:.2f} ({low:.2f} to {high:.2f})"
        )
    say(
        f"| {row.problem.name} | {ours.name} | {1e3 * ours.time_s:.3f} | {ours.error:.1e} "
        f"| {peers} | {1e3 * ours.prepare_s:.1f} | {pays_after(row)} |"
    )


def summary(rows: Sequence[Row]) -> None:
    """Geometric mean, share at 1 or above, the least."""
    ratios = [row.ratio[0] for row in rows if row.rival is not None]
    if not ratios:
        say('\nNo peer is installed: pip install "profiler-suite[peers]"')
        return
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    reached = sum(ratio >= 1 for ratio in ratios)
    worse = sum(r.ours.error > MOST_ERROR * r.rival.error for r in rows if r.rival)
    say(
        f"\nBest peer / ours: geometric mean {mean:.2f}, 1.0 or above on {reached} of "
        f"{len(ratios)} layers ({100 * reached / len(ratios):.0f} %), least {min(ratios):.2f}; "
        f"{worse} of ours more than {MOST_ERROR:g} times as inexact as the peer."
    )


def versions() -> str:
    """Of NumPy and of the peers that are installed."""
    packages = sorted(
        {p.packages[0] for p in peer.PEERS if all(map(peer.installed, p.packages))}
    )
    return ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("numpy", *packages))


def main() -> None:
    """Measure every layer with one thread, then with two, and print as it goes."""
    named = sys.argv[1:]
    minutes = float(named.pop(0)) if named and named[0].replace(".", "").isdigit() else MINUTES
    layers = catalogue.load(catalogue.locate("network_layers")).problems
    problems = [p for p in (*layers, LARGE) if not named or any(n in p.name for n in named)]
    say(versions())
    native = threads.NativeThreads()
    errors: dict[str, dict[str, float]] = {p.name: {} for p in problems}
    begun, done = perf_counter(), 0
    for count in THREADS:
        head(count)
        rows = []
        for problem in problems:
            allow(native, count)
            made = candidates(problem, errors[problem.name])
            allow(native, count)  # of libraries that the candidates have loaded, too
            done += 1
            share = done / (len(THREADS) * len(problems))
            end = begun + 60 * minutes
            take(made, count > 1, begun + 60 * minutes * share, end)
            rows.append(compared(problem, made))
            tell(rows[-1])
        summary(rows)


def allow(native: threads.NativeThreads, count: int) -> None:
    """Limit every library; PyTorch's pool knows only its own function."""
    native.limit(count)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)


if __name__ == "__main__":
    main()
