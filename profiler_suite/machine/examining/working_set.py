"""How much of the last cache is usable: read bandwidth over growing working sets.

A guest on a shared host is told the size of the whole cache and gets a part.
"""

from collections.abc import Sequence

from profiler_suite.machine.examining.bandwidth import BandwidthProbe
from profiler_suite.machine.examining.rounds import FEWEST_UNDISTURBED, Sample, Station, Visits
from profiler_suite.machine.examining.team import Team
from profiler_suite.model.machine import Cache

KEY = "working set"
_SHARES = (0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0, 1.25, 1.5, 2.0)
# Below this ratio of cache to memory bandwidth the edge could not be found.
_CONTRAST = 1.3


def set_sizes(last: Cache) -> tuple[int, ...]:
    """Working sets of the sweep, bytes."""
    return tuple(int(share * last.size_bytes) for share in _SHARES)


def sweep_station(team: Team, last: Cache) -> Station:
    """Reads each working set once to bring it in, once timed; values are bytes/s."""
    probes = [BandwidthProbe(access="read", set_bytes=size) for size in set_sizes(last)]

    def sample() -> Sample:
        return Sample(values=tuple(p.pass_bytes / team.run(p, 1, 1).seconds for p in probes))

    return Station(key=KEY, sample=sample, period=3)


def best_rates(visits: Visits, baseline_s: float) -> tuple[float, ...]:
    """Best rate of each working set over the undisturbed visits, bytes/s."""
    undisturbed = visits.undisturbed(KEY, baseline_s)
    used = undisturbed if len(undisturbed) >= FEWEST_UNDISTURBED else visits.by_station[KEY]
    return tuple(max(column) for column in zip(*(v.values for v in used), strict=True))


def usable_bytes(sizes: Sequence[int], rates: Sequence[float]) -> float:
    """Where the rate falls half-way from the cache's to the memory's; 0 where it is not found.

    The first size stands for the cache, the last for memory; between two sizes
    the edge is interpolated.
    """
    if not rates or rates[0] < _CONTRAST * rates[-1]:
        return 0.0
    half = (rates[0] + rates[-1]) / 2
    for k in range(1, len(sizes)):
        if rates[k] < half:
            share = (rates[k - 1] - half) / (rates[k - 1] - rates[k])
            return sizes[k - 1] + share * (sizes[k] - sizes[k - 1])
    return 0.0
