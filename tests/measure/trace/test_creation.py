"""Functions that make arrays, in versions whose arrays count."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.creation import (
    CountingGenerator,
    CountingRandomState,
    counting_generator,
    replacements,
)

X = np.arange(4.0)
PAIRS = [pair for pair in replacements() if not isinstance(pair[0], type)]


def test_no_function_is_replaced_twice_and_none_by_itself() -> None:
    originals = [id(original) for original, _ in replacements()]
    assert len(set(originals)) == len(originals)
    assert all(original is not standing for original, standing in replacements())


def test_outside_of_a_trace_they_make_plain_arrays() -> None:
    by_name = {getattr(o, "__name__", ""): standing for o, standing in PAIRS}
    assert type(by_name["zeros"](3)) is np.ndarray
    assert by_name["array"](X, copy=True).tolist() == X.tolist()
    assert by_name["asarray"](X) is X
    assert type(by_name["default_rng"](3)) is np.random.Generator


@pytest.mark.parametrize(
    ("function", "name", "kind"),
    [
        (lambda: np.zeros(3), "np.zeros", "create"),
        (lambda: np.array([1.0, 2.0]), "np.array", "create"),
        (lambda: np.array(X), "np.array", "copy"),
        (lambda: np.asarray(X, dtype=np.float32), "np.asarray", "copy"),
        (lambda: np.asarray(X), "np.asarray", "view"),
        (lambda: np.fromiter([1.0], float), "np.fromiter", "create"),
        (lambda: np.random.default_rng(1).random(3), "np.random.Generator.random", "create"),
    ],
)
def test_each_is_a_creation_a_copy_or_a_view(function: Any, name: str, kind: str) -> None:
    result, counts = trace(function)
    found = [each for each in counts.operations if each.name == name]
    assert [each.kind for each in found] == [kind]
    np.testing.assert_array_equal(result, function())


def test_random_numbers_are_those_of_the_same_stream() -> None:
    plain, counted = np.random.default_rng(7), np.random.default_rng(7)
    generator = counting_generator(counted)
    assert isinstance(generator, CountingGenerator)
    assert counting_generator(generator) is generator
    assert generator.normal(size=3).tolist() == plain.normal(size=3).tolist()
    assert counted.normal() == plain.normal()  # it went on where the other stopped


def test_the_legacy_state_is_the_same_class_to_those_who_ask() -> None:
    plain = np.random.RandomState(3)
    made: Any = CountingRandomState(3)
    assert isinstance(plain, CountingRandomState)
    assert isinstance(made, np.random.RandomState)
    assert made.rand(2).tolist() == plain.rand(2).tolist()
    assert not isinstance(np.random.default_rng(1), CountingRandomState)
