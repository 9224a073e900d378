"""Interleaved rounds: every station is visited again and again, between canaries.

A shared machine is slow for spells of a tenth of a second to many seconds, so
the values of one station are taken far apart, and those taken next to a slow
canary are set aside.
"""

import random
from collections.abc import Callable, Sequence

from profiler_suite.machine.canary import Canary, limit, own_baseline
from profiler_suite.model.noun import Noun

# On several threads all must have had a core for this share of the time: the
# canary runs on one core and does not see what happens on the others.
GRANTED = 0.9
# Fewer undisturbed visits than this say too little by themselves.
FEWEST_UNDISTURBED = 5
_MOST_ROUNDS = 10_000

Clock = Callable[[], float]


class Sample(Noun, frozen=True):
    """What one visit measured."""

    values: tuple[float, ...]
    """One or several values that belong together."""
    granted: float = 1.0
    """CPU time used over CPU time that the cores asked for could have given."""


class Station(Noun, frozen=True):
    """Something that is measured once per visit."""

    key: str
    sample: Callable[[], Sample]
    period: int = 1
    """Visited every period-th round: 1 unless a visit is long."""
    last: bool = False
    """Visited at the end of a round, because it leaves other threads spinning."""


class StationVisit(Noun, frozen=True):
    """What one visit gave, and the worse of its two canaries."""

    at_s: float
    values: tuple[float, ...]
    canary_s: float
    granted: float = 1.0

    def undisturbed(self, baseline_s: float) -> bool:
        """Both canaries near the baseline, and all cores that were asked for."""
        return self.canary_s <= limit("ufunc") * baseline_s and self.granted >= GRANTED


class Visits(Noun, frozen=True):
    """All visits of all stations, and the canary's own baseline."""

    by_station: dict[str, list[StationVisit]]
    baseline_s: float
    rounds: int

    def undisturbed(self, key: str, baseline_s: float) -> list[StationVisit]:
        """The undisturbed visits of a station."""
        return [visit for visit in self.by_station[key] if visit.undisturbed(baseline_s)]


def take_rounds(
    stations: Sequence[Station],
    *,
    canary: Canary,
    clock: Clock,
    budget_s: float,
    least_rounds: int,
    settle: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda share: None,
) -> Visits:
    """Visit all stations in fresh random order until the time is used up.

    At least `least_rounds` rounds are made even when that takes longer, up to
    a fifth longer. `settle` is called at the end of a round that had
    stations with `last`.
    """
    order = random.Random(0)
    taken: dict[str, list[StationVisit]] = {station.key: [] for station in stations}
    canaries: list[float] = []
    begin = clock()
    rounds = 0
    while rounds < _MOST_ROUNDS:
        used = clock() - begin
        if used >= budget_s * 1.2 or (used >= budget_s and rounds >= least_rounds):
            break
        progress(min(1.0, used / budget_s))
        due = [s for k, s in enumerate(stations) if (rounds + k) % s.period == 0]
        early = [s for s in due if not s.last]
        late = [s for s in due if s.last]
        order.shuffle(early)
        order.shuffle(late)
        before = canary()
        canaries.append(before)
        for station in (*early, *late):
            sample = station.sample()
            after = canary()
            canaries.append(after)
            taken[station.key].append(
                StationVisit(
                    at_s=clock() - begin,
                    values=sample.values,
                    canary_s=max(before, after),
                    granted=sample.granted,
                )
            )
            before = after
        if late:
            settle()
        rounds += 1
    return Visits(by_station=taken, baseline_s=own_baseline(canaries), rounds=rounds)
