"""Both sides in turn: as often the one first as the other, for a while."""

import itertools
import math
import random
import statistics

import pytest

from profiler_suite.measure.explain.pairs import (
    PairPlan,
    balanced,
    gains_less,
    half_width,
    in_turn,
)
from profiler_suite.model.rows import Visit
from tests.made_race import visit


class FakeMachine:
    """A clock that only visits move on."""

    def __init__(self, takes_s: tuple[float, float]) -> None:
        self.now_s = 0.0
        self.order: list[int] = []
        self._takes_s = takes_s

    def clock(self) -> float:
        return self.now_s

    def visit(self, side: int) -> Visit:
        self.order.append(side)
        self.now_s += self._takes_s[side]
        return visit(self._takes_s[side])


PLAN = PairPlan(least=14, most=60, enough_s=0.6)


@pytest.mark.parametrize("seed", range(5))
def test_each_side_is_first_as_often_as_the_other(seed: int) -> None:
    orders = list(itertools.islice(balanced(seed), 40))
    assert orders.count((0, 1)) == orders.count((1, 0)) == 20
    assert orders != list(itertools.islice(balanced(seed + 1), 40))


@pytest.mark.parametrize(
    ("takes_s", "pairs"),
    [((0.001, 0.001), 60), ((0.02, 0.02), 15), ((0.05, 0.1), 14), ((3.0, 3.0), 2)],
)
def test_there_are_as_many_pairs_as_time_allows(
    takes_s: tuple[float, float], pairs: int
) -> None:
    machine = FakeMachine(takes_s)
    before, after = in_turn(machine.visit, PLAN, clock=machine.clock)
    assert len(before) == len(after) == pairs
    assert sorted(machine.order) == [0] * pairs + [1] * pairs


def test_visits_stand_on_their_own_side() -> None:
    machine = FakeMachine((0.1, 0.2))
    before, after = in_turn(machine.visit, PLAN, clock=machine.clock)
    assert {each.sample_times_s[0] for each in before} == {0.1}
    assert {each.sample_times_s[0] for each in after} == {0.2}


@pytest.mark.parametrize(
    ("spread", "pairs"), [(0.0, 14), (0.002, 14), (0.05, 60)], ids=["none", "little", "much"]
)
def test_no_more_are_taken_where_the_ratio_is_known(spread: float, pairs: int) -> None:
    rng = random.Random(1)
    plan = PairPlan(least=14, most=60, enough_s=0.6, narrow=0.003)
    before, after = in_turn(
        lambda side: visit((1.0 + side) * math.exp(rng.gauss(0, spread))),
        plan,
        clock=lambda: 0.0,
    )
    assert len(before) == len(after) == pairs


@pytest.mark.parametrize(("ratio", "soon"), [(1.5, True), (1.2, True), (1.02, False)])
def test_the_smaller_a_gain_the_better_it_has_to_be_known(ratio: float, soon: bool) -> None:
    rng = random.Random(4)
    plan = PairPlan(least=14, most=60, enough_s=0.6, narrow=0.05, of_gain=0.15)
    before, _ = in_turn(
        lambda side: visit((1.0, 1 / ratio)[side] * math.exp(rng.gauss(0, 0.01))),
        plan,
        clock=lambda: 0.0,
    )
    assert (len(before) == 14) == soon


def test_the_half_width_covers_the_true_ratio() -> None:
    rng = random.Random(2)
    inside = 0
    for _ in range(400):
        sides = [[visit(math.exp(rng.gauss(0, 0.02))) for _ in range(25)] for _ in range(2)]
        logs = [
            math.log(b.sample_times_s[0] / a.sample_times_s[0])
            for a, b in zip(*sides, strict=True)
        ]
        inside += abs(statistics.median(logs)) <= half_width(*sides)
    assert 0.88 <= inside / 400 <= 0.98


@pytest.mark.parametrize(
    ("takes_s", "pairs"),
    [((0.001, 0.0012), 12), ((0.001, 0.00099), 12), ((0.001, 0.0009), 60), ((0.1, 0.2), 12)],
)
def test_what_gains_nothing_is_given_up(takes_s: tuple[float, float], pairs: int) -> None:
    plan = PairPlan(least=14, most=60, enough_s=0.6, worth=1.03)
    machine = FakeMachine(takes_s)
    before, after = in_turn(machine.visit, plan, clock=machine.clock)
    assert len(before) == len(after) == pairs


def test_a_gain_that_noise_hides_is_not_given_up() -> None:
    rng = random.Random(3)
    before = [visit(1e-3 * rng.uniform(0.8, 1.2)) for _ in range(14)]
    after = [visit(1e-3 * rng.uniform(0.8, 1.2)) for _ in range(14)]
    assert not gains_less(before, after, 1.03)
    assert gains_less([visit(1e-3)] * 14, [visit(1e-3)] * 14, 1.03)
    assert not gains_less([visit(1.04e-3)] * 14, [visit(1e-3)] * 14, 1.03)
