"""What the checks find beside interference that the selfcheck has planted itself.

The truth is known all the same: ratios are the planted ones, breakdowns those of the functions,
and times those that the machine took alone a minute before. That it cannot be resolved as well
beside others is a limit of the machine.
"""

from collections.abc import Mapping, Sequence
from statistics import median

import msgspec
import numpy as np

from profiler_suite import units
from profiler_suite.analysis.run.history import History, history_of
from profiler_suite.analysis.selfcheck import known_truth
from profiler_suite.analysis.selfcheck.changes import changes, ratios
from profiler_suite.analysis.selfcheck.rates import MISSES, SPREAD, rate
from profiler_suite.analysis.selfcheck.times import estimates_of, times
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.model.results import Estimate
from profiler_suite.model.run import Check

GROUP = "beside others"


def with_planted(
    checks: Sequence[Check], evidence: SelfCheckEvidence, history: History
) -> list[Check]:
    """The checks with what each finds beside others, then times beside others against alone."""
    errors: dict[str, dict[str, float]] = {}
    against: list[Check] = []
    alone = _by_unit(evidence, estimates_of(evidence, history))
    for kind, own in evidence.beside.items():
        seen = history_of(own.rows, 0, dict(history.baselines))
        breakdown, _ = known_truth.checks(own)
        again = (*times(own, seen), *changes(ratios(own.pairs, seen)), *breakdown)
        errors[kind] = {check.name: check.error for check in again}
        against += _against(kind, alone, _by_unit(own, estimates_of(own, seen)))
    joined = [
        msgspec.structs.replace(
            check,
            beside={
                kind: found[check.name] for kind, found in errors.items() if check.name in found
            },
        )
        for check in checks
    ]
    return [*joined, *against]


def _by_unit(
    evidence: SelfCheckEvidence, estimates: Mapping[str, Estimate]
) -> dict[str, list[Estimate]]:
    """Unit of work → the times of the points that do it once, unchanged."""
    found: dict[str, list[Estimate]] = {}
    for pair in evidence.pairs:
        if pair.right in estimates:
            found.setdefault(pair.unit, []).append(estimates[pair.right])
    return found


def _against(
    kind: str,
    alone: Mapping[str, Sequence[Estimate]],
    beside: Mapping[str, Sequence[Estimate]],
) -> list[Check]:
    """How far times beside others are off those alone, and whether intervals hold those."""
    off: list[float] = []
    missed = 0
    for unit, own in beside.items():
        if unit not in alone:
            continue
        true_s = median([each.time_s for each in alone[unit]])
        off += [each.time_s / true_s - 1 for each in own]
        missed += sum(not each.low_s <= true_s <= each.high_s for each in own)
    if not off:
        return []
    sample = units.some(len(off), "point")
    error = float(np.median(off))
    return [
        Check(
            group=GROUP,
            name=f"times beside {kind}",
            error=error,
            unit="deviation",
            limit=SPREAD,
            ok=abs(error) <= SPREAD,
            of_suite=False,
            sample=sample,
            note="of code that took its time alone a minute before",
        ),
        rate(
            f"intervals off it, {kind}",
            missed,
            len(off),
            MISSES,
            group=GROUP,
            of_suite=False,
            sample=sample,
        ),
    ]
