"""Canaries: small fixed pieces of code whose time tells of interference.

A shared machine has slow periods that steal time, frequency and context-switch
counters do not show. A canary timed just before and just after a measurement
does: it is slow when its baseline (what it takes when the machine is at its best)
is exceeded. Interpreter and small ufuncs suffer most in such periods, so those
are what the 'ufunc' canary runs; working sets beyond the caches need a 'memory'
canary, and code on several BLAS threads one that uses that many ('gemm2', …).
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter_ns

import numpy as np

from profiler_suite.model.rows import Visit

# How much longer than its baseline a canary may take beside an undisturbed measurement. In the
# undisturbed state the ufunc canary takes 1.00 to 1.17 times its baseline, between processes
# and over minutes; slowed ones begin at 1.5 times (two clear heaps in 8,600 canaries).
_LIMITS = {"ufunc": 1.20, "gemm": 1.20}

SLOW_BASELINE = 1.10
"""A run whose own baseline is this much above the kept one was slow as a whole.

Baselines of good runs lie up to 7 % apart (measured from minute to minute)."""

# Untimed calls first bring back what the measured code has evicted; without
# them undisturbed visits fell to 1 or 2 % (measured).
# A working set beyond this share of the last cache is at the mercy of the memory.
_MEMORY_SHARE = 0.25
_WARM_CALLS = 60
_TIMED_CALLS = 120
_TIMED_STEPS = 400
_SMALL = 8  # elements: the call's fixed cost, hardly any arithmetic
_MEMORY_BYTES = 8 * 2**20  # read once: beyond a core's own caches
_GEMM_N = 192  # about 1 ms on one core: long enough to need every thread

Canary = Callable[[], float]
"""Runs once and returns its time in seconds."""


def ufunc_canary() -> Canary:
    """About 40 µs of small ufunc calls and interpreter steps."""
    a = np.ones(_SMALL)
    out = np.empty(_SMALL)
    add = np.add

    def run() -> float:
        for _ in range(_WARM_CALLS):
            add(a, a, out)
        start = perf_counter_ns()
        for _ in range(_TIMED_CALLS):
            add(a, a, out)
        total = 0
        for step in range(_TIMED_STEPS):
            total += step
        return (perf_counter_ns() - start) * 1e-9

    return run


def memory_canary() -> Canary:
    """Reads 8 MiB once, after an untimed read that brings back what was evicted."""
    block = np.ones(_MEMORY_BYTES // 8)

    def run() -> float:
        block.max()
        start = perf_counter_ns()
        block.max()
        return (perf_counter_ns() - start) * 1e-9

    return run


def gemm_canary() -> Canary:
    """A small product on as many BLAS threads as are set when it runs."""
    a = np.ones((_GEMM_N, _GEMM_N))
    out = np.empty((_GEMM_N, _GEMM_N))

    def run() -> float:
        np.matmul(a, a, out)
        start = perf_counter_ns()
        np.matmul(a, a, out)
        return (perf_counter_ns() - start) * 1e-9

    return run


def make(name: str) -> Canary:
    """The canary of that name: 'ufunc', 'memory', or 'gemm' and a thread count."""
    if kind(name) == "ufunc":
        return ufunc_canary()
    if kind(name) == "memory":
        return memory_canary()
    return gemm_canary()


@functools.cache
def kind(name: str) -> str:
    """What sort of canary it is: 'gemm2@other' is a 'gemm' in the other environment."""
    return name.partition("@")[0].rstrip("0123456789")


def named(name: str, environment: str) -> str:
    """The name of a canary that runs in that environment; its baseline is its own."""
    return f"{name}@{environment}" if environment else name


def of_environment(times_s: Mapping[str, float], environment: str) -> dict[str, float]:
    """The canaries of one environment, by their plain names."""
    parted = [(*name.partition("@"), value) for name, value in times_s.items()]
    return {plain: value for plain, _, where, value in parted if where == environment}


@functools.cache
def limit(name: str) -> float:
    """What an undisturbed canary may take over its baseline; 'gemm2' is a 'gemm'."""
    return _LIMITS[kind(name)]


def is_undisturbed(visit: Visit, baselines: Mapping[str, float]) -> bool:
    """Whether a visit's canaries were near their baselines, on both sides.

    The memory canary tells but does not gate: what was measured has just evicted
    its data, and the statistics treat working sets beyond the caches on its own.
    """
    for name, (before, after) in visit.canaries_s.items():
        baseline_s = baselines.get(name)
        if (
            baseline_s
            and kind(name) != "memory"
            and max(before, after) > limit(name) * baseline_s
        ):
            return False
    return True


def effective_baselines(
    own: Mapping[str, float], kept: Mapping[str, float]
) -> dict[str, float]:
    """What canaries are held against: the run's own baselines, unless the whole run was slow.

    The undisturbed state itself drifts by some percent over minutes, so a run is best
    judged by its own baseline; but a run that never was undisturbed has none, and
    then only the baseline kept from earlier runs tells. That is known of the 'ufunc'
    canary alone: the baselines of the others move with what neighbours do.
    """
    baselines = dict(own)
    for name in own:
        if kind(name) == "ufunc" and _slowness(name, own, kept) > SLOW_BASELINE:
            baselines[name] = kept[name]
    return baselines


def slowness(own: Mapping[str, float], kept: Mapping[str, float]) -> float:
    """How much slower than seen before a whole run was: own baseline over kept, at least 1."""
    return _slowness("ufunc", own, kept)


def _slowness(name: str, own: Mapping[str, float], kept: Mapping[str, float]) -> float:
    return max(1.0, own[name] / kept[name]) if own.get(name) and kept.get(name) else 1.0


def own_baseline(times_s: Sequence[float]) -> float:
    """2nd percentile of a canary's times, s: undisturbed, but not a single lucky tick."""
    ordered = sorted(times_s)
    return ordered[int(0.02 * (len(ordered) - 1))]


def own_baselines(visits: Iterable[Visit]) -> dict[str, float]:
    """Every canary's own baseline over these visits, s."""
    times_s: dict[str, list[float]] = {}
    for visit in visits:
        for name, pair in visit.canaries_s.items():
            times_s.setdefault(name, []).extend(pair)
    return {name: own_baseline(values) for name, values in times_s.items()}


def needs_memory(used_bytes: float, last_cache_bytes: float) -> bool:
    """Whether work on that many bytes depends on the memory: a canary has to time it then."""
    return used_bytes > _MEMORY_SHARE * last_cache_bytes > 0
