"""What the fields of objects in a list would be as arrays."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from profiler_suite.measure.explain.fields_in_words import fields


class Body:
    """An object with fields of several kinds; a property is none of its fields."""

    def __init__(self, mass: float) -> None:
        self.mass = mass
        self.place = np.zeros(3)
        self.name = "ab"
        self.moons = [1, 2]

    @property
    def weight(self) -> float:
        raise AssertionError("nobody may run it")


class Cell:
    """An object of slots, one of which is empty."""

    __slots__ = ("count", "empty")

    def __init__(self, count: int) -> None:
        self.count = count


class Star(NamedTuple):
    """A named tuple."""

    x: float
    shines: bool


def test_numbers_texts_and_rows_are_named_by_list_and_field() -> None:
    assert dict(fields("self.bodies", [Body(1.0), Body(2.0)])) == {
        "self.bodies[].mass": "float64 (2,)",
        "self.bodies[].mass[]": "float",
        "self.bodies[].place": "float64 (2, 3)",
        "self.bodies[].name": "<U2 (2,)",
    }


def test_slots_and_named_tuples_have_fields_too() -> None:
    assert dict(fields("cells", [Cell(1), Cell(2), Cell(3)])) == {
        "cells[].count": "int64 (3,)",
        "cells[].count[]": "int",
    }
    assert dict(fields("stars", (Star(0.5, True),))) == {
        "stars[].x": "float64 (1,)",
        "stars[].x[]": "float",
        "stars[].shines": "bool (1,)",
        "stars[].shines[]": "bool",
    }


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0, 2.0],
        [{"x": 1}],
        [np.zeros(2)],
        [(1, 2)],
        [Body(1.0), Star(0.5, True)],
        Body(1.0),
        None,
    ],
)
def test_of_anything_else_nothing_is_said(values: Any) -> None:
    assert dict(fields("values", values)) == {}


def test_a_field_of_several_kinds_or_sizes_is_left_out() -> None:
    one, other = Body(1.0), Body(2)
    other.place = np.zeros(2)
    assert dict(fields("b", [one, other])) == {"b[].name": "<U2 (2,)"}


def test_whole_numbers_beyond_64_bits_are_no_array() -> None:
    assert dict(fields("c", [Cell(2**70), Cell(1)])) == {}
