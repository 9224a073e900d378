"""What holds arrays is read and written alike."""

import collections
import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from profiler_suite.measure.trace.reach.containers import (
    is_container,
    is_users_callable,
    is_users_class,
    items,
    put,
)


class Slotted:
    __slots__ = ("__hidden", "never", "shown")

    def __init__(self) -> None:
        self.shown = 1
        self.__hidden = 2


@dataclasses.dataclass(frozen=True)
class Frozen:
    weight: Any


class Model:
    def __init__(self) -> None:
        self.weight = 1.0

    def __call__(self, x: Any) -> Any:
        return x * self.weight


def function() -> None:
    """Not a container: its surroundings are lent otherwise."""


@pytest.mark.parametrize(
    "value",
    [[], {}, collections.deque(), Slotted(), Frozen(1), Model(), SimpleNamespace(a=1)],
    ids=lambda value: type(value).__name__,
)
def test_containers(value: object) -> None:
    assert is_container(value)


@pytest.mark.parametrize(
    "value",
    [(), 1, "text", None, np.zeros(2), np.float64(1), np, function, len, Model, object(), {1}],
    ids=lambda value: type(value).__name__,
)
def test_others(value: object) -> None:
    assert not is_container(value)


def test_objects_that_are_called_and_classes_are_the_users_or_not() -> None:
    assert is_users_callable(Model())
    assert not is_users_callable(Model)
    assert not is_users_callable(function)
    assert is_users_class(Model)
    assert not is_users_class(np.ndarray)
    assert not is_users_class(collections.OrderedDict)
    assert not is_users_class(Model())


@pytest.mark.parametrize(
    ("container", "key"),
    [
        ([5, 6], 1),
        ({"a": 5}, "a"),
        (collections.deque([5, 6]), 1),
        (Frozen(5), "weight"),
        (SimpleNamespace(a=5), "a"),
        (Slotted(), "shown"),
        (Slotted(), "_Slotted__hidden"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_put_is_found_again(container: Any, key: Any) -> None:
    before = dict(items(container))
    assert put(container, key, "new")
    assert dict(items(container)) == {**before, key: "new"}


def test_slots_that_hold_nothing_are_left_out() -> None:
    assert "never" not in dict(items(Slotted()))


def test_a_class_shows_its_own_attributes() -> None:
    class Own:
        table = 1

    assert dict(items(Own))["table"] == 1
    assert put(Own, "table", 2)
    assert Own.table == 2


def test_what_cannot_be_changed_says_so() -> None:
    class Guarded:
        @property
        def fixed(self) -> int:
            return 1

    assert not put(Guarded(), "fixed", 2)
    assert not put([], 3, 1)
    assert not put(int, "real", 2)


def test_long_lists_of_numbers_are_not_looked_through() -> None:
    assert items([1.0] * 1001) == []
    assert items(dict.fromkeys(range(1001))) == []
    assert len(items([1.0] * 1000)) == 1000
    assert len(items([np.zeros(1), *[1.0] * 1000])) == 1001


def test_blocks_of_a_frame_are_exchanged() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    assert is_container(frame)
    ((block, values),) = items(frame)
    assert put(frame, block, values * 2)
    assert frame["b"].tolist() == [6.0, 8.0]
