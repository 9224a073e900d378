"""Visits to two sides in turn: pairs, as often the one first as the other."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from time import perf_counter

from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit

Visits = tuple[tuple[Visit, ...], tuple[Visit, ...]]

# Of calls that take long, so many pairs at least, however long they take.
_FEWEST = 2
_PATIENCE = 8.0
# Of a normal distribution: standard deviation over median deviation, and 1.96 times what the
# median of n varies by, over the standard deviation through the root of n.
_NORMAL, _OF_MEDIANS = 1.4826, 1.96 * 1.2533
# So many pairs at least tell what gains nothing, where it is two such half widths off: pairs
# that follow each other are alike.
_TELLING, _SURELY = 12, 2.0


class EarlyEnd(Noun, frozen=True):
    """When what pairs tell is enough, whatever time is left; 0 for never."""

    worth: float = 0.0
    """Once it is clear that time before over time after is less."""
    narrow: float = 0.0
    """Once half the interval of their ratio is within this (a logarithm)."""
    of_gain: float = 0.0
    """And within this share of the logarithm of the ratio itself; 0 where that is no matter."""
    telling: int = _TELLING
    """How many pairs it takes before they are asked whether they say enough."""


NOT_EARLY = EarlyEnd()


class PairPlan(Noun, frozen=True):
    """How many pairs of visits are taken, and how long that may take."""

    least: int
    most: int
    enough_s: float
    """With the least number of pairs taken, more only within this time."""
    narrow: float = 0.0
    """With the least number of pairs taken, no more where half the interval of their ratio is
    within this (a logarithm): more visits would not tell more than another process does."""
    of_gain: float = 0.0
    """And within this share of the logarithm of the ratio itself; 0 where that is no matter."""
    worth: float = 0.0
    """No more once it is clear that time before over time after is less; 0 for never."""
    telling: int = _TELLING
    """How many pairs it takes before they are asked whether they say enough."""


def balanced(seed: int) -> Iterator[tuple[int, int]]:
    """Orders of a pair without end: one at random, then the other way round."""
    rng = random.Random(seed)
    while True:
        order = rng.choice(((0, 1), (1, 0)))
        yield order
        yield order[::-1]


def in_turn(
    visit: Callable[[int], Visit],
    plan: PairPlan,
    seed: int = 0,
    clock: Callable[[], float] = perf_counter,
) -> Visits:
    """Visits to side 0 and to side 1, which `visit` takes one of."""
    visits: tuple[list[Visit], list[Visit]] = ([], [])
    begun = clock()
    for order in balanced(seed):
        taken, elapsed_s = len(visits[0]), clock() - begun
        if taken >= plan.most or (taken >= plan.least and elapsed_s > plan.enough_s):
            break
        if taken >= _FEWEST and elapsed_s > _PATIENCE * plan.enough_s:
            break
        if taken >= plan.telling and _is_known(visits, plan):
            break
        for side in order:
            visits[side].append(visit(side))
    return tuple(visits[0]), tuple(visits[1])


def _is_known(visits: tuple[list[Visit], list[Visit]], plan: PairPlan) -> bool:
    """Whether a dozen pairs, and the least number, say enough whatever time is left."""
    if plan.narrow and len(visits[0]) >= plan.least and _is_narrow(visits, plan):
        return True
    return bool(plan.worth) and gains_less(*visits, plan.worth)


def _is_narrow(visits: tuple[list[Visit], list[Visit]], plan: PairPlan) -> bool:
    known = half_width(*visits)
    wanted = plan.of_gain * abs(median(_logs(*visits))) if plan.of_gain else plan.narrow
    return known <= min(plan.narrow, wanted)


def gains_less(before: Sequence[Visit], after: Sequence[Visit], gain: float) -> bool:
    """Whether pairs tell that time before over time after is less than that."""
    most = -median(_logs(before, after)) + _SURELY * half_width(before, after)
    return most < math.log(gain)


def _logs(before: Sequence[Visit], after: Sequence[Visit]) -> list[float]:
    """Logarithms of time after over time before, pair by pair."""
    return [
        math.log(min(b.running_s) / min(a.running_s))
        for a, b in zip(before, after, strict=True)
    ]


def half_width(before: Sequence[Visit], after: Sequence[Visit]) -> float:
    """Half the 95 % interval of the median logarithm of the ratios, by their spread."""
    logs = _logs(before, after)
    middle = median(logs)
    spread = _NORMAL * median(abs(each - middle) for each in logs)
    return _OF_MEDIANS * spread / math.sqrt(len(logs))
