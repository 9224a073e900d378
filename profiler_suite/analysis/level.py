"""The level of a series of logarithms of times, taken off from interference, and its interval.

With y the logarithm of a visit's time (or of a pair's ratio), p its process and x how much
slower than undisturbed its canaries were (a logarithm; of a pair one for each side):

    y = level + s·x + u_p + e

The exponent s is that of the kind of code, as certain as it was learned, and the point's own
visits say more of it. Processes differ: u_p. Visits vary: e, little where nothing disturbed
them, more the more they were disturbed. The level is the best linear unbiased one for these
variances, so its interval has the uncertainty of the exponent and of the processes in it: three
processes that were lucky alike, and visits of one slow second, do not make it narrow. Variances
are learned from the visits, from an expectation on that counts as so many visits. See Searle,
Casella and McCulloch (1992), Variance components; for the interval Satterthwaite (1946).
"""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from profiler_suite.analysis import correction
from profiler_suite.analysis.correction import Exponent

CONFIDENCE = 0.95

Floats = NDArray[np.float64]

# What is expected of processes counts as much as six of them, of visits as three of them.
_PROCESSES_FIRMNESS, _VISITS_FIRMNESS = 6.0, 3.0
# No visits agree better than this.
_LEAST = 0.003
# The median of so many is not moved far by one of them.
_SEVERAL = 5
# Some visits lie far off (what happened between two canaries that were not disturbed): values
# beyond so many standard deviations are drawn in to there (Huber 1981, Robust statistics).
_FAR = 2.5
_NORMAL = 1.4826
# Visits that follow each other are alike: with autocorrelation r the variance of a mean is
# (1 + r)/(1 - r) times that of independent ones. Of few visits r is hardly known: it counts by
# n/(n + 10).
_LAGS_FIRMNESS, _MOST_ALIKE = 10.0, 0.7
_STEPS = 2


class Expectation(NamedTuple):
    """Standard deviations of logarithms before anything is seen."""

    processes: float
    """Between processes."""
    visits: float
    """Between undisturbed visits of one process."""


# Two processes that measure the same code differ by 1.3 to 2.8 %: 0.9 to 2 % for each.
TIMES = Expectation(processes=0.011, visits=0.02)
# What a process does to one side of a pair it mostly does to the other.
RATIOS = Expectation(processes=0.0, visits=0.015)


class Witness(NamedTuple):
    """The canaries of one side, and how its code follows them."""

    x: Floats
    """Logarithms of slowdowns; of what a ratio is divided by, their negative."""
    exponent: Exponent


class Level(NamedTuple):
    """A logarithm and half its 95 % interval."""

    middle: float
    half: float


class _Variances(NamedTuple):
    """Of each visit, and of a process."""

    visits: Floats
    process: float


class _Solution(NamedTuple):
    level: float
    variance: float
    explained: Floats
    """What exponents and processes are found to add to each value."""


def level(
    y: Floats,
    workers: Sequence[int],
    follows: Sequence[Witness],
    expected: Expectation = TIMES,
    hidden: Floats | None = None,
    disturbed: Floats | None = None,
) -> Level:
    """The level of `y` with its interval; a single value has no end to it.

    `workers` gives the process of each value, in the order of time; `hidden` is what else is
    not known of each value (a standard deviation), `disturbed` how far each was slowed, where
    the witnesses do not say it.
    """
    y = y - np.sum([each.exponent.value * each.x for each in follows], axis=0)
    if len(y) < 2:
        return Level(float(y[0]), math.inf)
    effects = _effects(workers)
    if disturbed is None:
        disturbed = np.max(np.abs([each.x for each in follows]), axis=0)
    slopes = [each.exponent.uncertainty * each.x for each in follows if np.any(each.x)]
    turbulent = correction.turbulence(disturbed)
    more = np.zeros(len(y)) if hidden is None else hidden**2
    # From the middle of those that are known best: one that lies far off is drawn in from the
    # start, and sums around 0 are rounded less than around the logarithm of a microsecond.
    unknown = turbulent + more + sum(slope**2 for slope in slopes)
    around = _weighted_median(y, 1 / (expected.visits**2 + unknown))
    y = y - around
    calm, _ = _spreads(y, turbulent, more, expected.visits)
    drawn = _drawn_in(y, calm + unknown)
    start = _Variances(calm + turbulent + more, expected.processes**2)
    solved = _solve(drawn, effects, slopes, start)
    for _ in range(_STEPS):
        rest = y - solved.level - solved.explained
        calm, scale = _spreads(rest, turbulent, more, expected.visits)
        visits = calm + scale * turbulent + more
        drawn = solved.level + solved.explained + _drawn_in(rest, visits)
        between = _between(drawn, effects, slopes, visits, expected.processes)
        alike = _alike(rest / np.sqrt(visits), effects)
        variances = _Variances(alike * visits, between)
        solved = _solve(drawn, effects, slopes, variances)
    within = _solve(drawn, effects, slopes, variances._replace(process=0.0)).variance
    return Level(around + solved.level, _half(solved.variance, within, *effects.shape))


def _effects(workers: Sequence[int]) -> Floats:
    """A column for each process: 1 where a value is its."""
    given = np.asarray(workers)
    columns: Floats = (given[:, None] == np.unique(given)).astype(np.float64)
    return columns


def _solve(
    y: Floats, effects: Floats, slopes: Sequence[Floats], variances: _Variances
) -> _Solution:
    """Generalized least squares; by Woodbury's identity, as only few columns are shared."""
    shared = np.column_stack([math.sqrt(variances.process) * effects, *slopes])
    both = np.column_stack([np.ones(len(y)), y])
    weighted = both / variances.visits[:, None]
    onto = shared.T @ weighted
    inner = shared.T @ (shared / variances.visits[:, None])
    inner[np.diag_indices_from(inner)] += 1
    found = np.linalg.solve(inner, onto)
    ones, of_y = weighted.T @ both[:, 0] - found.T @ onto[:, 0]
    middle = float(of_y / ones)
    explained: Floats = shared @ (found[:, 1] - middle * found[:, 0])
    return _Solution(middle, float(1 / ones), explained)


def _spreads(
    rest: Floats, turbulent: Floats, more: Floats, expected: float
) -> tuple[float, float]:
    """Variance of undisturbed visits, and that of disturbed ones over the expected one.

    Of either a few may be far off: they say something of their own only if they are several,
    else they vary as all do, undisturbed ones no less than is expected. What is hidden of
    single values is in their spread already.
    """
    quiet = turbulent == 0
    usual = _median(more[quiet]) if np.any(quiet) else 0.0
    all_alike = _spread(rest / np.sqrt(expected**2 + turbulent + more), 1.0)
    calm, scale = max(1.0, all_alike) * (expected**2 + usual), all_alike
    if np.sum(quiet) >= _SEVERAL:
        calm = _spread(rest[quiet], math.sqrt(calm))
    calm = max(calm - usual, _LEAST**2)
    if np.sum(~quiet) >= _SEVERAL:
        beyond = rest[~quiet] / np.sqrt(calm + turbulent[~quiet] + more[~quiet])
        scale = _spread(beyond, math.sqrt(scale))
    return calm, scale


def _spread(values: Floats, expected: float) -> float:
    """Variance of values around 0 by their median, with what is expected of it."""
    seen = (_NORMAL * _median(np.abs(values))) ** 2 if len(values) else 0.0
    # Around a level that is their own they lie too near.
    seen *= len(values) / max(1, len(values) - 1)
    firmness = _VISITS_FIRMNESS + len(values)
    return (_VISITS_FIRMNESS * expected**2 + len(values) * seen) / firmness


def _median(values: Floats) -> float:
    """As `np.median`, which takes several times as long for some thirty values."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def _weighted_median(values: Floats, weight: Floats) -> float:
    """The value with half of the weight on either side, or the one below."""
    order = np.argsort(values)
    share = np.cumsum(weight[order]) / np.sum(weight)
    return float(values[order][np.searchsorted(share, 0.5)])


def _drawn_in(rest: Floats, variance: Floats) -> Floats:
    reach = _FAR * np.sqrt(variance)
    drawn: Floats = np.clip(rest, -reach, reach)
    return drawn


def _alike(standard: Floats, effects: Floats) -> float:
    """What autocorrelation makes of the variance of a mean, at least 1."""
    drawn = np.clip(standard, -_FAR, _FAR)
    same = np.all(effects[1:] == effects[:-1], axis=1)
    pairs, squares = float(np.sum(same)), float(drawn @ drawn)
    if pairs < 2 or not squares:
        return 1.0
    r = float((drawn[1:] * drawn[:-1]) @ same) / pairs * len(drawn) / squares
    # Of n values around their own mean r comes out too small by some 1/n.
    r = (r + 1 / len(drawn)) * len(drawn) / (len(drawn) + _LAGS_FIRMNESS)
    r = min(max(r, 0.0), _MOST_ALIKE)
    return (1 + r) / (1 - r)


def _between(
    y: Floats, effects: Floats, slopes: Sequence[Floats], visits: Floats, expected: float
) -> float:
    """Variance between processes, beyond what the visits explain; by moments.

    As in a random-effects model (DerSimonian and Laird 1986), never less than is expected.
    """
    count = effects.shape[1]
    if count < 2:
        return expected**2
    alone = _solve(y, effects, slopes, _Variances(visits, 0.0))
    rest = y - alone.level - alone.explained
    weight = effects.T @ (1 / visits)
    means = effects.T @ (rest / visits) / weight
    middle = float(weight @ means) / float(np.sum(weight))
    beyond = float(weight @ (means - middle) ** 2) - (count - 1)
    size = float(np.sum(weight)) - float(weight @ weight) / float(np.sum(weight))
    seen = max(0.0, float(beyond / size))
    firmness = _PROCESSES_FIRMNESS + count - 1
    found = (_PROCESSES_FIRMNESS * expected**2 + (count - 1) * seen) / firmness
    return float(max(expected**2, found))


def _half(variance: float, within: float, visits: int, processes: int) -> float:
    """Half the interval: a part of the variance is as certain as what it was learned from."""
    between = max(0.0, variance - within)
    of_visits = _VISITS_FIRMNESS + visits - 1
    of_processes = _PROCESSES_FIRMNESS + processes - 1
    degrees = variance**2 / (within**2 / of_visits + between**2 / of_processes)
    return quantile_of_t(degrees) * math.sqrt(variance)


def quantile_of_t(degrees: float) -> float:
    """Half a 95 % interval in standard errors; degrees of freedom to a quarter."""
    return _quantile_of_t(max(1.0, round(4 * degrees) / 4))


@functools.cache
def _quantile_of_t(degrees: float) -> float:
    # scipy.stats would do the same, after half a second for being imported.
    return float(special.stdtrit(degrees, 0.5 + CONFIDENCE / 2))
