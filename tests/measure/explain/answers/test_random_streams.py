"""Generators that a function reaches by its names begin where they were."""

import functools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.answers.random_streams import RandomStreams

RNG = np.random.default_rng(1)
OLD = np.random.RandomState(2)
PLAIN = random.Random(3)


class Walker:
    def __init__(self) -> None:
        self.rng = np.random.default_rng(4)

    def step(self) -> float:
        return float(self.rng.random())


WALKER = Walker()


def helper() -> float:
    return float(RNG.random())


def by_helper(x: float = 0.0) -> float:
    return helper() + x


def of_old() -> float:
    return float(OLD.rand())


def of_plain() -> float:
    return PLAIN.random()


def of_object() -> float:
    return WALKER.step()


def closed_over(rng: np.random.Generator) -> Callable[[], float]:
    return lambda: float(rng.random())


@pytest.mark.parametrize(
    "function",
    [
        *(helper, by_helper, of_old, of_plain, of_object, WALKER.step),
        closed_over(np.random.default_rng(5)),
        functools.partial(by_helper, 0.0),
    ],
)
def test_a_call_draws_the_same_again(function: Callable[..., Any]) -> None:
    streams = RandomStreams(function)
    first = function()
    after = streams.next_numbers()
    streams.rewind()
    assert function() == first
    assert streams.next_numbers() == after


def test_who_draws_nothing_has_none() -> None:
    assert RandomStreams(len).next_numbers() == ()
    assert RandomStreams(sorted).next_numbers() == ()
