"""Visits to two sides in turn: pairs, as often the one first as the other."""

import random
from collections.abc import Callable, Iterator
from time import perf_counter

from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit

Visits = tuple[tuple[Visit, ...], tuple[Visit, ...]]

# Of calls that take long, so many pairs at least, however long they take.
_FEWEST = 2
_PATIENCE = 8.0


class PairPlan(Noun, frozen=True):
    """How many pairs of visits are taken, and how long that may take."""

    least: int
    most: int
    enough_s: float
    """With the least number of pairs taken, more only within this time."""


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
        for side in order:
            visits[side].append(visit(side))
    return tuple(visits[0]), tuple(visits[1])
