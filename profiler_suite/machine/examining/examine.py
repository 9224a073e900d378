"""Measures a machine: run as a child process, it writes one JSON document to stdout.

A process of its own, so that thread limits, large arrays and helpers do not
touch the process that asked.
"""

import gc
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
from threadpoolctl import ThreadpoolController

from profiler_suite.machine import canary
from profiler_suite.machine.examination import (
    COARSE_S,
    FULL_S,
    PROGRESS,
    Examination,
    SurveyRequest,
)
from profiler_suite.machine.examining.bandwidth import ACCESSES
from profiler_suite.machine.examining.bandwidth_ceilings import bandwidth_ceilings
from profiler_suite.machine.examining.call_costs import call_stations, fit_costs
from profiler_suite.machine.examining.call_operations import CallOperation, operations
from profiler_suite.machine.examining.ceilings import CeilingTarget, summarize
from profiler_suite.machine.examining.chain import chain_station, chain_step_s
from profiler_suite.machine.examining.gemm import gemm_ceilings
from profiler_suite.machine.examining.paging import paging_ceilings
from profiler_suite.machine.examining.rounds import Station, Visits, take_rounds
from profiler_suite.machine.examining.team import Team
from profiler_suite.machine.examining.working_set import (
    KEY,
    best_rates,
    set_sizes,
    sweep_station,
    usable_bytes,
)
from profiler_suite.machine.lookup import MEMORY, level_sets
from profiler_suite.model.machine import Ceiling, Machine, MachineFacts, last_cache
from profiler_suite.model.noun import Noun

# OpenBLAS threads spin for up to 2^26 clock ticks (26 ms at 2.6 GHz) after a
# product before they sleep; what is measured meanwhile would suffer.
_SETTLE_S = 0.04


class SurveyEffort(Noun, frozen=True):
    """How much time the examination takes."""

    seconds: float
    """Whole duration aimed at, preparation included."""
    least_rounds: int
    longest_product_s: float
    """Products that take longer are left out of the peak."""
    largest_product: int
    """Largest order of a matrix in a product."""
    all_thread_counts: bool
    accesses: tuple[str, ...]


# The best of 25 rounds at least; 30 s at most, 10 s in a hurry.
FULL = SurveyEffort(
    seconds=FULL_S,
    least_rounds=25,
    longest_product_s=0.15,
    largest_product=2048,
    all_thread_counts=True,
    accesses=ACCESSES,
)
COARSE = SurveyEffort(
    seconds=COARSE_S,
    least_rounds=6,
    longest_product_s=0.03,
    largest_product=768,
    all_thread_counts=False,
    accesses=("read", "copy", "update"),
)


def thread_counts(cores: int, every: bool) -> tuple[int, ...]:
    """1, 2, 4, … and all the cores; or only one and all."""
    powers = [2**k for k in range(cores.bit_length()) if 2**k < cores] if every else [1]
    return tuple(sorted({1, *powers, cores}))


def examine(request: SurveyRequest, progress: Callable[[str], None]) -> Examination:
    """Measure ceilings and call costs in interleaved rounds."""
    begin = time.perf_counter()
    effort = COARSE if request.coarse else FULL
    facts = request.facts
    counts = thread_counts(facts.cores_allowed, effort.all_thread_counts)
    sets = level_sets(facts.caches, facts.memory_bytes, max(counts))
    last = last_cache(facts.caches)
    sweep_bytes = max(set_sizes(last)) if last is not None else 0
    progress("preparing probes")
    # One BLAS thread except where a product asks for more: a long dot product
    # would else be shared out too.
    with (
        ThreadpoolController().limit(limits=1, user_api="blas"),
        Team(max(counts), max(*sets.values(), sweep_bytes)) as team,
    ):
        timed = operations()
        # First, while the team's helpers start: it imports SciPy, which takes a second.
        calls = call_stations(timed, time.perf_counter_ns)
        gemms, peak_targets = gemm_ceilings(
            counts, effort.longest_product_s, effort.largest_product
        )
        moves, bandwidth_targets = bandwidth_ceilings(
            team, facts.caches, sets, counts, effort.accesses
        )
        paging, paging_targets = paging_ceilings()
        stations: list[Station] = [*calls, *gemms, *moves, *paging, chain_station()]
        if last is not None:
            stations.append(sweep_station(team, last))
        used = time.perf_counter() - begin
        gc.collect()
        gc.disable()
        visits = take_rounds(
            stations,
            canary=canary.make("ufunc"),
            clock=time.perf_counter,
            budget_s=max(effort.seconds / 5, effort.seconds - used),
            least_rounds=effort.least_rounds,
            settle=lambda: time.sleep(_SETTLE_S),
            progress=lambda share: progress(f"measuring the machine: {100 * share:.0f} %"),
        )
        gc.enable()
    targets = (*peak_targets, *bandwidth_targets, *paging_targets)
    return _examined(request, visits, targets, timed, time.perf_counter() - begin)


def _examined(
    request: SurveyRequest,
    visits: Visits,
    targets: Sequence[CeilingTarget],
    timed: Sequence[CallOperation],
    duration_s: float,
) -> Examination:
    """What the visits say of the machine."""
    facts = request.facts
    last = last_cache(facts.caches)
    effort = COARSE if request.coarse else FULL
    kept = request.kept_baseline_s
    baseline_s = min(visits.baseline_s, kept) if kept else visits.baseline_s
    # Long visits come round less often; a quarter of the rounds still tells much.
    least_visits = max(1, effort.least_rounds // 4)
    ceilings = tuple(
        summarize(target, visits, baseline_s, kept, least_visits)
        if target.stations
        else target.ceiling
        for target in targets
    )
    usable: dict[str, float] = {}
    if last is not None and visits.by_station[KEY]:
        edge = usable_bytes(set_sizes(last), best_rates(visits, baseline_s))
        if edge:
            usable[f"L{last.level}"] = edge
    return Examination(
        machine=Machine(
            fingerprint=request.fingerprint,
            facts=facts,
            ceilings=ceilings,
            call_costs=fit_costs(timed, visits, baseline_s),
            measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
            coarse=request.coarse,
            duration_s=duration_s,
            unavailable=unavailable(facts, ceilings, usable),
            usable_bytes=usable,
            chain_step_s=chain_step_s(visits),
        ),
        baselines_s={"ufunc": visits.baseline_s},
    )


def unavailable(
    facts: MachineFacts, ceilings: Sequence[Ceiling], usable: dict[str, float]
) -> tuple[str, ...]:
    """Sentences on what could not be read or measured."""
    sentences = []
    levels = {f"L{cache.level}" for cache in facts.caches}
    for level in ("L1", "L2", "L3"):
        if level not in levels:
            sentences.append(
                f"The system reports no {level} cache size: its bandwidth is not measured."
            )
    if any(c.level == "L1" and c.access != "read" and not c.value for c in ceilings):
        sentences.append(
            "Writing to L1 cannot be measured from NumPy: a call takes longer than the writes."
        )
    if not any(c.level == MEMORY and c.value for c in ceilings):
        sentences.append("Memory bandwidth is not measured.")
    if levels and not usable:
        sentences.append(
            "How much of the last cache is usable could not be judged: "
            "reads slow down too little beyond it."
        )
    if not facts.governor:
        sentences.append("The CPU frequency governor is not readable.")
    if not facts.boost:
        sentences.append("Whether the CPU may boost its frequency is not readable.")
    if not facts.blas:
        sentences.append(
            "threadpoolctl does not know the BLAS here: its threads cannot be limited."
        )
    return tuple(sentences)


def main() -> None:
    """Read a request from stdin, write the examination to stdout, progress to stderr."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=SurveyRequest)

    def progress(text: str) -> None:
        sys.stderr.write(f"{PROGRESS}{text}\n")
        sys.stderr.flush()

    answer = examine(request, progress)
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
