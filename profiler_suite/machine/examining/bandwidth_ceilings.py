"""Which bandwidth is measured: each level, access and thread count."""

import math
from collections.abc import Sequence

import msgspec

from profiler_suite.machine.examining.bandwidth import (
    ACCESSES,
    LABELS,
    BandwidthProbe,
    private_read,
)
from profiler_suite.machine.examining.ceilings import CeilingTarget
from profiler_suite.machine.examining.rounds import Sample, Station
from profiler_suite.machine.examining.team import Team
from profiler_suite.machine.lookup import MEMORY, sharing
from profiler_suite.model.machine import Cache, Ceiling

_SAMPLE_S = 1.5e-3
_OWN_CACHES = 3
_NO_L1_WRITES = (
    "not measured: entering a NumPy call takes longer than writing what L1 holds "
    "(0.13 to 0.26 of what compiled code reaches)"
)


def bandwidth_ceilings(
    team: Team,
    caches: Sequence[Cache],
    sets: dict[str, int],
    thread_counts: Sequence[int],
    accesses: Sequence[str] = ACCESSES,
) -> tuple[list[Station], list[CeilingTarget]]:
    """Stations and targets for every level of known size.

    Members that share a cache share its set. In memory each member has a set of
    its own that no cache holds, for members may run beside different caches.
    """
    stations: list[Station] = []
    targets: list[CeilingTarget] = []
    for level, set_bytes in sets.items():
        for threads in thread_counts:
            sharers = 1 if level == MEMORY else min(threads, sharing(caches, level))
            for access in accesses:
                ceiling = Ceiling(
                    quantity="bandwidth",
                    label=f"{level} {LABELS[access]}",
                    dtype="float64",
                    threads=threads,
                    level=level,
                    access=access,
                )
                if level == "L1" and access != "read":
                    ceiling = msgspec.structs.replace(ceiling, warning=_NO_L1_WRITES)
                    targets.append(CeilingTarget(ceiling=ceiling, stations=()))
                    continue
                found = [_measure(team, ceiling, set_bytes // sharers)]
                found += [
                    _measure(team, ceiling, each, " smaller")
                    for each in _smaller(sets, level, sharers)
                ]
                stations += [station for station, _ in found]
                targets.append(_best_of([target for _, target in found]))
    return stations, targets


def _smaller(sets: dict[str, int], level: str, sharers: int) -> tuple[int, ...]:
    """Another working set that the last cache holds, per member; none where it is no smaller.

    A guest of a large host gets a small part of a last cache of hundreds of megabytes: a
    quarter of it would be read from the memory. Three times a core's own cache is little and
    leaves nothing there from one pass to the next.
    """
    if level != "L3" or "L2" not in sets:
        return ()
    smaller = _OWN_CACHES * 2 * sets["L2"]
    return (smaller,) if 2 * smaller * sharers <= sets[level] else ()


def _best_of(targets: Sequence[CeilingTarget]) -> CeilingTarget:
    """The first with the stations of all: the best one is the ceiling."""
    if len(targets) == 1:
        return targets[0]
    return msgspec.structs.replace(
        targets[0],
        stations=tuple(key for each in targets for key in each.stations),
        work=tuple(work for each in targets for work in each.work),
    )


def _measure(
    team: Team, ceiling: Ceiling, set_bytes: int, suffix: str = ""
) -> tuple[Station, CeilingTarget]:
    key = f"{ceiling.level} {ceiling.access} {ceiling.threads}{suffix}"
    private = ceiling.level in ("L1", "L2")
    if private and ceiling.access == "read":
        probe = private_read(set_bytes)
    else:
        probe = BandwidthProbe(access=ceiling.access, set_bytes=set_bytes)
    # In small sets entering the call weighs some percent: a second set of half
    # the size tells that part. Single-threaded only; a start agreed by several
    # processes is not sharp enough.
    probes = [probe]
    if private and ceiling.threads == 1:
        probes.insert(0, msgspec.structs.replace(probe, set_bytes=set_bytes // 2))
    passes = [_calibrate(team, each, ceiling.threads) for each in probes]

    def sample() -> Sample:
        runs = [
            team.run(each, count, ceiling.threads)
            for each, count in zip(probes, passes, strict=True)
        ]
        return Sample(
            values=tuple(run.seconds / count for run, count in zip(runs, passes, strict=True)),
            granted=min(run.granted for run in runs),
        )

    return Station(key=key, sample=sample), CeilingTarget(
        ceiling=ceiling,
        stations=(key,),
        work=(probe.pass_bytes * ceiling.threads,),
        smaller_work=probes[0].pass_bytes if len(probes) == 2 else 0.0,
    )


def _calibrate(team: Team, probe: BandwidthProbe, threads: int) -> int:
    """Passes that take a sample's time."""
    passes = 1
    while True:
        seconds = team.run(probe, passes, threads).seconds
        if seconds < _SAMPLE_S:  # perhaps disturbed: the better of two
            seconds = min(seconds, team.run(probe, passes, threads).seconds)
        if seconds >= _SAMPLE_S or passes > 2**20:
            return passes
        passes = max(2 * passes, min(16 * passes, math.ceil(passes * _SAMPLE_S / seconds)))
