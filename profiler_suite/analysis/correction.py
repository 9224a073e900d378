"""What interference does to a time, learned from visits, and taken off again.

A visit's canaries are control variates: where they are slow, so is what was measured between
them, by a power of their slowdown that depends on the kind of code. With y the logarithm of a
visit's time and x that of its canaries' slowdown, y = a + s·x + noise; the time that the
machine takes undisturbed is exp(a). The exponent s is shared by code of one kind: loops of
calls follow the 'ufunc' canary with 0.05 to 0.8, products hardly at all, and each machine
(who disturbs it, and how) has exponents of its own. So they are learned, from a weak
expectation on. See Lavenberg and Welch (1981), A perspective on the use of control variables.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from profiler_suite.machine import canary
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit

# What is expected before anything is seen, as firmly as one visit that was slowed by a factor
# of e**0.5 would tell it.
_EXPECTED = 0.4
_FIRMNESS = 0.25
# What earlier runs have found counts as some ten visits that were slowed 1.8 times: who
# disturbs a machine, and how, changes from day to day.
_FIRMNESS_OF_KEPT = 3.0
# How much the exponents of points of one kind differ at least: after the correction disturbed
# visits were off the undisturbed ones by 4 % (root mean square over points) where canaries
# were slowed by a third.
_UNLIKE = 0.12
# What an undisturbed canary takes over its baseline: the middle of 1.00 to 1.17.
_USUAL = 1.08
# No code was seen to slow down by much more than its canary.
_MOST = 1.3
# Times of undisturbed visits vary by some percent, those of disturbed ones by this part of the
# logarithm of their slowdown as well. Of 168 points of three runs, subsets of 15 visits with 2
# to 4 undisturbed ones strayed from the median of all undisturbed ones by 2.2 % (90 %: 7 %,
# 99 %: 20 %); the smallest or the median of those few by 4.7, 13 and 61 %. A turbulence of
# 0.15 to 1.2 makes little difference.
_CALM = 0.05
_TURBULENCE = 0.5
# A time from which waiting for a core was taken off is off by this part of the wait's share:
# after each time slice of 3 ms caches are filled again, which takes some tens of microseconds.
_AFTER_WAITING = 0.04


class Exponent(Noun, frozen=True):
    """How a kind of code follows its canaries: time ∝ slowdown ** value."""

    value: float = _EXPECTED
    uncertainty: float = 0.5
    """Its standard error."""
    seen: float = 0.0
    """How much was seen of it: the sum of squares of the visits' slowdowns (logarithms)."""


def slowdown_log(visit: Visit, baselines: Mapping[str, float]) -> float:
    """Logarithm of how much slower than undisturbed a visit's canaries were; 0 if not.

    The mean of before and after, as the state may change in between; of several canaries the
    slowest. The memory canary is no witness: what was measured has just evicted its data. The
    noise of canaries that were not disturbed is none of the time's: to correct by it would make
    every time too short.
    """
    if canary.is_undisturbed(visit, baselines):
        return 0.0
    logs = [
        fmean(max(0.0, math.log(side / (_USUAL * baselines[name]))) for side in pair)
        for name, pair in visit.canaries_s.items()
        if baselines.get(name) and canary.kind(name) != "memory"
    ]
    return max([0.0, *logs])


def learn(
    series: Iterable[tuple[Sequence[Visit], Mapping[str, float]]],
    kept: Exponent | None = None,
) -> Exponent:
    """The exponent of one kind of code, from the visits of its points and their baselines.

    `kept` is what earlier runs on this machine have found; without, little is expected.
    """
    expected, firmness = (kept.value, _FIRMNESS_OF_KEPT) if kept else (_EXPECTED, _FIRMNESS)
    xs: list[NDArray[np.float64]] = []
    ys: list[NDArray[np.float64]] = []
    for visits, baselines in series:
        x, y = logs(visits, baselines)
        # Around the point's own middle: points differ in time, not in how they follow.
        y = _drawn_in(y - np.median(y))
        xs.append(x - np.mean(x))
        ys.append(y - np.mean(y))
    if not xs:
        return kept or Exponent()
    x, y = np.concatenate(xs), np.concatenate(ys)
    weight = float(x @ x) + firmness
    value = (float(x @ y) + firmness * expected) / weight
    value = min(max(value, 0.0), _MOST)
    spread = max(float(np.std(y - value * x)), _CALM) if len(x) > 1 else 0.5
    between = _between(xs, ys, value, spread)
    return Exponent(
        value=value,
        uncertainty=math.hypot(spread / math.sqrt(weight), between),
        seen=float(x @ x),
    )


def _between(
    xs: Sequence[NDArray[np.float64]],
    ys: Sequence[NDArray[np.float64]],
    value: float,
    spread: float,
) -> float:
    """How much the exponents of the points of one kind differ, beyond what noise explains.

    By moments, as in a random-effects model (DerSimonian and Laird 1986).
    """
    weights = [float(x @ x) for x in xs]
    told = [n for n, weight in enumerate(weights) if weight > _FIRMNESS]
    if len(told) < 2:
        return _UNLIKE
    squares = sum(weights[n] * (float(xs[n] @ ys[n]) / weights[n] - value) ** 2 for n in told)
    beyond = squares - (len(told) - 1) * spread**2
    return max(_UNLIKE, math.sqrt(max(0.0, beyond) / sum(weights[n] for n in told)))


def _drawn_in(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nothing more than a factor of three from the middle: a visit may have been preempted."""
    return np.clip(values, -math.log(3), math.log(3))


def logs(
    visits: Sequence[Visit], baselines: Mapping[str, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per visit the logarithm of its canaries' slowdown and that of its median time (s)."""
    x = np.array([slowdown_log(visit, baselines) for visit in visits])
    y = np.array([math.log(visit.time_s) for visit in visits])
    return x, y


def turbulence(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of disturbed visits beyond that of undisturbed ones, as it is expected."""
    found: NDArray[np.float64] = (_TURBULENCE * x) ** 2
    return found


def hidden(visits: Sequence[Visit]) -> NDArray[np.float64]:
    """What is not known of times from which waiting for a core was taken off (logarithms).

    After the wait caches have to be filled again; 0 where a visit has a sample without one.
    """
    return np.array(
        [
            _AFTER_WAITING * sum(visit.lost_s) / sum(visit.sample_times_s)
            if visit.switched_out == len(visit.sample_times_s)
            else 0.0
            for visit in visits
        ]
    )
