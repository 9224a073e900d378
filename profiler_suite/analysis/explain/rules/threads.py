"""Slow paths of threads: more or fewer than the work can use."""

from collections.abc import Iterator

from profiler_suite import units
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Trial
from profiler_suite.model.trial import TrialKind

_THREADS_FLOP = 2e5


@rule(
    "threads",
    looks_for="matrix products on a number of BLAS threads that does not suit them",
    rewrite="threadpoolctl.threadpool_limits(n), or OPENBLAS_NUM_THREADS=n",
    exact="up to rounding",
    thread="https://github.com/MacPython/openblas-libs/pull/64",
    tried=TrialKind.THREADS,
)
def threads(seen: Observation) -> Iterator[Finding]:
    """More and fewer BLAS threads."""
    explained = seen.explained
    if explained.product_flop < _THREADS_FLOP:
        return
    allowed = seen.machine.facts.cores_allowed
    others = {1, max(1, allowed // 2), allowed} - {explained.threads}
    for number in sorted(others):
        yield Finding(
            title=f"{number} BLAS thread{'' if number == 1 else 's'} instead of "
            f"{explained.threads} (threadpoolctl, or OPENBLAS_NUM_THREADS={number})",
            evidence=f"{units.count(explained.product_flop)} FLOP in matrix products",
            trial=Trial(kind=TrialKind.THREADS, threads=number),
            share=0.5,
        )


@rule(
    "threads",
    looks_for="worker processes or threads that each run a BLAS of several threads",
    rewrite="OPENBLAS_NUM_THREADS=1 in the workers, or threadpoolctl",
    exact="up to rounding",
    thread="https://github.com/gem/oq-engine/pull/5006",
    tried=TrialKind.THREADS,
)
def oversubscription(seen: Observation) -> Iterator[Finding]:
    """Pools whose members have pools of their own."""
    pools = ("multiprocessing.", "concurrent.futures.", "joblib.")
    if seen.explained.threads <= 1:
        return
    for function in seen.functions:
        used = sorted(v for v in function.bound.values() if f"{v}.".startswith(pools))
        if used:
            yield Finding(
                title="one BLAS thread in each worker: the workers are the parallel part",
                evidence=f"it uses {', '.join(used)} while BLAS has "
                f"{seen.explained.threads} threads",
                trial=Trial(kind=TrialKind.THREADS, threads=1),
                share=0.5,
                hint=True,
            )
