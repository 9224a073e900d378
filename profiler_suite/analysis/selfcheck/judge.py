"""Judges measurements of known truth: the error of every number that the suite relies on.

Two kinds of limits. Beyond one *of the suite* (counts, splits, intervals, biases) the suite
is wrong, unless interference may have caused the miss: then it could not be judged here.
Beyond one of the *machine* (resolution, noise, what changes are found) it is only said what
cannot be resolved here and now.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from profiler_suite.analysis.run.history import History, history_of
from profiler_suite.analysis.selfcheck import interference, known_truth
from profiler_suite.analysis.selfcheck.changes import changes, ratios
from profiler_suite.analysis.selfcheck.planted import with_planted
from profiler_suite.analysis.selfcheck.times import clock, times
from profiler_suite.analysis.selfcheck.verdict import verdict
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.measure.selfcheck.plan import Pair
from profiler_suite.model.run import SelfCheck


def judge(evidence: SelfCheckEvidence, suite_version: str) -> SelfCheck:
    """All checks, and in words what this machine can resolve."""
    history = history_of(evidence.rows, 0, evidence.kept_baselines_s)
    found = ratios(evidence.pairs, history)
    breakdown, missing = known_truth.checks(evidence)
    undisturbed = interference.undisturbed_share(evidence, history)
    alone = [
        interference.judged(check, undisturbed)
        for check in (
            *clock(evidence),
            *times(evidence, history),
            *changes(found),
            *breakdown,
            *interference.checks(history),
        )
    ]
    checks = tuple(with_planted(alone, evidence, history))
    return SelfCheck(
        fingerprint=evidence.machine.fingerprint,
        suite_version=suite_version,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        duration_s=evidence.duration_s,
        checks=checks,
        verdict=verdict(checks, _visits_per_side(evidence.pairs, history)),
        missing=(*(f"{problem}." for problem in evidence.problems), *missing),
    )


def _visits_per_side(pairs: Sequence[Pair], history: History) -> int:
    counts = [len(history.visits.get(pair.left, ())) for pair in pairs]
    return int(np.median(counts)) if counts else 0
