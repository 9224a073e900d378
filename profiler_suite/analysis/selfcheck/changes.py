"""Checks of comparisons: what equal code and planted slow-downs are called."""

from collections.abc import Sequence

import numpy as np

from profiler_suite import units
from profiler_suite.analysis.run.findings import verdict_for
from profiler_suite.analysis.run.history import History
from profiler_suite.analysis.selfcheck.rates import MISSES, SPREAD, median_interval, rate
from profiler_suite.analysis.statistics import PairedRatio, paired_ratio
from profiler_suite.measure.selfcheck.plan import ITERATIONS, PLANTED, Pair
from profiler_suite.model.results import DIFFERENT, Verdict
from profiler_suite.model.run import Check

_FOUND = 0.80
_BIAS = 0.01


def ratios(pairs: Sequence[Pair], history: History) -> list[tuple[Pair, PairedRatio]]:
    """Of each pair its right side over its left, where it could be measured."""
    found = []
    for pair in pairs:
        ratio = paired_ratio(
            history.by_round(pair.left),
            history.by_round(pair.right),
            history.baselines,
            worker_of=history.worker_of_rounds(pair.left),
        )
        if ratio is not None:
            found.append((pair, ratio))
    return found


def changes(found: Sequence[tuple[Pair, PairedRatio]]) -> list[Check]:
    """What pairs of equal code and pairs with a planted slow-down are called."""
    checks: list[Check] = []
    same = [ratio for pair, ratio in found if pair.planted == 0]
    if same:
        checks.append(
            rate(
                "equal code called different",
                sum(_called(ratio) in DIFFERENT for ratio in same),
                len(same),
                MISSES,
                group="same code",
                of_suite=True,
                sample=units.some(len(same), "pair"),
            )
        )
    for percent in PLANTED:
        planted = [ratio for pair, ratio in found if pair.planted == percent / ITERATIONS]
        if planted:
            checks.append(
                rate(
                    found_name(percent),
                    sum(_called(ratio) is Verdict.SLOWER for ratio in planted),
                    len(planted),
                    _FOUND,
                    at_least=True,
                    group="planted changes",
                    of_suite=False,
                    sample=units.some(len(planted), "pair"),
                )
            )
    return [*checks, *_errors_of_ratios(found)] if found else checks


def _errors_of_ratios(found: Sequence[tuple[Pair, PairedRatio]]) -> list[Check]:
    """How far ratios are off the planted ones, and whether their intervals hold them."""
    off = [ratio.ratio / (1 + pair.planted) - 1 for pair, ratio in found]
    bias = float(np.median(off))
    low, high = median_interval(off)
    outside = [not ratio.low <= 1 + pair.planted <= ratio.high for pair, ratio in found]
    sample = units.some(len(found), "pair")
    return [
        Check(
            group="planted changes",
            name="error of a ratio, median",
            error=bias,
            unit="deviation",
            limit=_BIAS,
            ok=low <= _BIAS and high >= -_BIAS,
            of_suite=True,
            sample=sample,
            low=low,
            high=high,
        ),
        Check(
            group="planted changes",
            name="error of a ratio, 95 %",
            error=float(np.quantile(np.abs(off), 0.95)),
            unit="share",
            limit=SPREAD,
            ok=float(np.quantile(np.abs(off), 0.95)) <= SPREAD,
            of_suite=False,
            sample=sample,
        ),
        rate(
            "intervals off the truth",
            sum(outside),
            len(outside),
            MISSES,
            group="planted changes",
            of_suite=True,
            sample=sample,
        ),
    ]


def _called(ratio: PairedRatio) -> Verdict:
    return verdict_for(ratio.low, ratio.high)


def found_name(percent: int) -> str:
    """The name of the check that a slow-down of that many percent is found."""
    return f"+{percent} % called slower"
