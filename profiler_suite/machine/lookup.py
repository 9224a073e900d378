"""Finds a measured call cost, a level, a set size in what is known of a machine."""

from collections.abc import Sequence

from profiler_suite.errors import unknown_name
from profiler_suite.model import Cache, CallCost, Machine

MEMORY = "memory"


def find(
    machine: Machine, operation: str, layout: str = "contiguous", dtype: str = "float64"
) -> CallCost:
    """The call cost of an operation, or an error that names the nearest one measured."""
    for cost in machine.call_costs:
        if (cost.operation, cost.layout, cost.dtype) == (operation, layout, dtype):
            return cost
    known = [f"{c.operation} ({c.layout}, {c.dtype})" for c in machine.call_costs]
    raise unknown_name("call cost", f"{operation} ({layout}, {dtype})", known)


def level_sets(caches: Sequence[Cache], memory_bytes: int) -> dict[str, int]:
    """Working set that a probe of each level uses, bytes; levels of unknown size are absent.

    3/4 of L1, 1/2 of L2, 1/4 of L3; for memory 4 times the last level, or more.
    Half of L2 and not more: above it results depend on which physical pages the
    arrays happen to lie on (up to 15 %, measured).
    """
    shares = {1: 0.75, 2: 0.5, 3: 0.25}
    sets = {
        f"L{cache.level}": int(cache.size_bytes * shares[cache.level])
        for cache in caches
        if cache.level in shares
    }
    last = max((cache.size_bytes for cache in caches), default=32 * 2**20)
    # A sixteenth of the machine's memory at most, so that probing never swaps.
    most = min(2**30, memory_bytes // 16 if memory_bytes else 2**28)
    sets[MEMORY] = min(max(4 * last, 64 * 2**20), most)
    return sets


def sharing(caches: Sequence[Cache], level: str) -> int:
    """Logical CPUs that share one cache of a level; 1 where it is not known."""
    return max((c.shared_by_cores for c in caches if f"L{c.level}" == level), default=1)
