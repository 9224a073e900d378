"""Finds a measured call cost, a level, a set size in what is known of a machine."""

from collections.abc import Sequence

from profiler_suite.model.machine import Cache, CallCost, Machine, last_cache

MEMORY = "memory"
FRESH_BYTES = 64 * 2**20
"""Size of the array whose fresh allocation is measured.

Beyond 32 MiB glibc returns an array's memory to the system each time it is
freed (M_MMAP_THRESHOLD_MAX), so every new array faults.
"""


def call_cost_or_none(
    machine: Machine, operation: str, layout: str = "", dtype: str = ""
) -> CallCost | None:
    """The call cost of an operation, or None; an empty layout or dtype means any."""
    for cost in machine.call_costs:
        if (
            cost.operation == operation
            and layout in ("", cost.layout)
            and dtype in ("", cost.dtype)
        ):
            return cost
    return None


def level_sets(caches: Sequence[Cache], memory_bytes: int, members: int = 1) -> dict[str, int]:
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
    last = last_cache(caches)
    last_bytes = last.size_bytes if last else 32 * 2**20
    # All members together take an eighth of the machine's memory at most: probing
    # must never swap.
    most = min(2**30, (memory_bytes or 2**31) // 8 // members)
    sets[MEMORY] = min(max(4 * last_bytes, 64 * 2**20), most)
    return sets


def sharing(caches: Sequence[Cache], level: str) -> int:
    """Logical CPUs that share one cache of a level; 1 where it is not known."""
    return max((c.shared_by_cores for c in caches if f"L{c.level}" == level), default=1)
