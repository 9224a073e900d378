"""Counts that depend on values."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.facts import (
    averaged_of_ufunc,
    exponent,
    of_call,
    of_ufunc,
    pattern_of_call,
)

X = np.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize(
    ("value", "twice"),
    [
        (2, 4),
        (0.5, 1),
        (-1.5, -3),
        (np.float32(3), 6),
        (16, 32),
        (True, 2),
        (16.5, None),
        (0.3, None),
        (float("nan"), None),
        (float("inf"), None),
        (2j, None),
        (np.array(2.0), None),
        ("2", None),
    ],
)
def test_small_multiples_of_a_half_are_noted_as_exponents(
    value: Any, twice: int | None
) -> None:
    found = dict(exponent(value))
    assert found == ({} if twice is None else {"twice_exponent": twice})


@pytest.mark.parametrize("seed", range(5))
def test_a_mask_counts_what_it_selects_of_the_whole_loop(seed: int) -> None:
    mask = np.random.default_rng(seed).random(4) < 0.5
    found = dict(of_ufunc("np.add", "__call__", [X, X], {"where": mask}, X))
    assert found["selected"] == 3 * int(mask.sum())
    reduced = dict(of_ufunc("np.add", "reduce", [X], {"where": mask}, X.sum(axis=1)))
    assert reduced["selected"] == 3 * int(mask.sum())
    assert not of_ufunc("np.add", "__call__", [X, X], {"where": True}, X)


@pytest.mark.parametrize(
    ("indices", "steps"),
    [([0], 4), ([0, 2], 3), ([3, 0], 4), ([1, 1, 1], 3), ([0, 1, 2, 3, 4], 0), ([], 0)],
)
def test_reduceat_takes_one_less_than_the_length_of_each_segment(
    indices: list[int], steps: int
) -> None:
    row = np.arange(5.0)
    found = dict(of_ufunc("np.add", "reduceat", [row, indices], {}, row))
    assert found["steps"] == steps
    of_rows = dict(
        of_ufunc("np.add", "reduceat", [np.tile(row, (3, 1)), indices], {"axis": 1}, row)
    )
    assert of_rows["steps"] == 3 * steps


def test_at_counts_every_element_that_it_meets() -> None:
    repeated = (np.array([0, 0, 2]), slice(None))
    assert dict(of_ufunc("np.add", "at", [X, repeated, 1.0], {}, None)) == {"elements": 12}
    assert dict(of_ufunc("np.add", "at", [X, X > 100, 1.0], {}, None)) == {"elements": 0}


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "selected"),
    [
        ("np.copyto", (X, 1.0), {"where": X[0] > 1}, 6),
        ("np.copyto", (X, 1.0, "same_kind", X > 100), {}, 0),
        ("np.copyto", (X, 1.0), {}, None),
        ("np.putmask", (X, X > 5, 0.0), {}, 6),
        ("ndarray.put", (X, [1, 1, 2], 0.0), {}, 3),
        ("np.dot", (X, X), {}, None),
    ],
)
def test_calls_that_select(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any], selected: int | None
) -> None:
    assert dict(of_call(name, args, kwargs)).get("selected") == selected


def test_operands_that_share_memory_are_noted_with_their_distance() -> None:
    arrays = [X[0, 1:], X[0, :-1], np.zeros(3)]
    found = dict(averaged_of_ufunc({}, [0, 1, 2], arrays))
    assert found == {"shared_1": 1, "offset_1": -8}


def test_only_a_where_of_two_choices_has_a_pattern() -> None:
    assert pattern_of_call("np.where", (X > 3,)) == ()
    assert pattern_of_call("np.dot", (X > 3, X, X)) == ()
    assert pattern_of_call("np.where", (X > 3, X, X))
