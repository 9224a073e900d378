"""Rates and medians of a selfcheck with their intervals, and what they may be at most."""

from collections.abc import Sequence
from typing import Any

from scipy import stats

from profiler_suite.analysis.statistics import CONFIDENCE
from profiler_suite.model.run import Check

# Nominal is 5 %; with the whole interval of the rate beyond twice that, a claim does not hold.
MISSES = 2 * (1 - CONFIDENCE)
"""How often an interval may miss what it should hold."""
SPREAD = 0.05
"""How far apart times of equal code, and ratios of known size, may lie."""


def rate(
    name: str, hits: int, trials: int, limit: float, *, at_least: bool = False, **fields: Any
) -> Check:
    """A rate with its binomial interval.

    A limit of the suite is exceeded only when the whole interval lies beyond it.
    """
    found = stats.binomtest(hits, trials).proportion_ci(CONFIDENCE, method="exact")
    share = hits / trials
    judged = share
    if fields["of_suite"]:
        judged = float(found.high) if at_least else float(found.low)
    return Check(
        name=name,
        error=share,
        unit="share",
        limit=limit,
        ok=judged >= limit if at_least else judged <= limit,
        at_least=at_least,
        low=float(found.low),
        high=float(found.high),
        **fields,
    )


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of a median, by order statistics; all there is where they are few.

    Conover (1999), Practical nonparametric statistics, section 3.2.
    """
    ordered = sorted(values)
    cut = max(int(stats.binom.ppf((1 - CONFIDENCE) / 2, len(ordered), 0.5)) - 1, 0)
    return ordered[cut], ordered[-1 - cut]
