"""Which misses of a selfcheck the suite answers for: those that interference cannot explain."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from profiler_suite import units
from profiler_suite.analysis.run.history import History
from profiler_suite.machine import canary
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.model.rows import Visit
from profiler_suite.model.run import Check

LEAST_UNDISTURBED = 0.5
"""A median stays with the undisturbed values as long as they are at least half of all."""
ON_TIME = 0.02
"""A wait that takes this share longer than the shortest of its kind was interrupted."""

# Between the two heaps of canaries: undisturbed ones end at 1.2 times the baseline, slow ones
# begin at 1.5.
SLOWED = 1.35
_SLOW_SHARE = 0.10
_UNDISTURBED = 0.30


def undisturbed_share(evidence: SelfCheckEvidence, history: History) -> float:
    """The share of measurements that nothing interfered with, 0 to 1.

    Three witnesses, of which the worst counts: canaries see interference; waits of known
    length see that another process took the core, which short canaries rarely do; the
    rounds of the time breakdowns were taken at another time.
    """
    visits = [visit for some in history.visits.values() for visit in some]
    waits = [
        late_from(history.visits[point.id], shortest(history.visits[point.id]))
        for point in evidence.points
        if point.implementation == "busy_wait" and point.id in history.visits
    ]
    rounds = sum(breakdown_record.rounds for breakdown_record in evidence.breakdown_records)
    witnesses = [
        *(
            [share(canary.is_undisturbed(v, history.baselines) for v in visits)]
            if visits
            else []
        ),
        *(1 - late for late in waits),
        *(
            [sum(a.undisturbed_rounds for a in evidence.breakdown_records) / rounds]
            if rounds
            else []
        ),
    ]
    return min(witnesses, default=0.0)


def shortest(visits: Sequence[Visit]) -> float:
    """The smallest sample, s."""
    return min(time_s for visit in visits for time_s in visit.running_s)


def late_from(visits: Sequence[Visit], length_s: float) -> float:
    """The share of samples that took longer than this wait should."""
    samples = [time_s for visit in visits for time_s in visit.running_s]
    return share(time_s > (1 + ON_TIME) * length_s for time_s in samples)


def share(true: Iterable[bool]) -> float:
    """Of some answers, those that are yes."""
    answers = list(true)
    return sum(answers) / len(answers)


def judged(check: Check, undisturbed: float) -> Check:
    """The check; its miss is left open where interference may have caused it."""
    if check.ok or check.exact or not check.of_suite:
        return check
    if check.undisturbed is not None:  # by what is known of this check alone
        undisturbed = min(undisturbed, check.undisturbed)
    elif undisturbed >= LEAST_UNDISTURBED:
        return check
    return msgspec.structs.replace(check, undisturbed=undisturbed)


def checks(history: History) -> list[Check]:
    """How often the canaries found this machine at its best, and what it is like else."""
    visits = [visit for some in history.visits.values() for visit in some]
    baseline_s = history.baselines.get("ufunc", 0.0)
    if not visits or not baseline_s:
        return []
    undisturbed = sum(canary.is_undisturbed(visit, history.baselines) for visit in visits)
    ratios = np.array([s / baseline_s for visit in visits for s in visit.canaries_s["ufunc"]])
    slow = ratios > SLOWED
    share = float(np.mean(slow))
    times = float(np.median(ratios[slow]) / np.median(ratios[~slow])) if 0 < share < 1 else 1.0
    drift = history.slowness - 1
    sample = units.some(len(visits), "visit")
    return [
        Check(
            group="machine",
            name="undisturbed visits",
            error=undisturbed / len(visits),
            unit="share",
            limit=_UNDISTURBED,
            ok=undisturbed / len(visits) >= _UNDISTURBED,
            of_suite=False,
            sample=sample,
            at_least=True,
        ),
        Check(
            group="machine",
            name="slowed canaries",
            error=share,
            unit="share",
            limit=_SLOW_SHARE,
            ok=share <= _SLOW_SHARE,
            of_suite=False,
            sample=sample,
            note=f"{times:.2f} times as long as the others" if share else "",
        ),
        Check(
            group="machine",
            name="baseline over the best seen",
            error=drift,
            unit="deviation",
            limit=canary.SLOW_BASELINE - 1,
            ok=drift <= canary.SLOW_BASELINE - 1,
            of_suite=False,
            sample=sample,
        ),
    ]
