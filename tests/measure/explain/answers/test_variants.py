"""Other arguments of the same kind."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from profiler_suite.measure.explain.answers.variants import Variant, smaller, variants

RNG = np.random.default_rng(1)


def named(*arguments: Any, seed: int = 0) -> dict[str, Variant]:
    return {each.name: each for each in variants(arguments, seed)}


def test_equal_lengths_stay_equal_and_different_ones_different() -> None:
    x, y = RNG.random((20, 31)), RNG.random(31)
    a, b = named(x, y)["other sizes"].arguments
    assert a.shape[1] == b.shape[0] < 31
    assert a.shape[0] != a.shape[1]
    np.testing.assert_array_equal(a, x[: a.shape[0], : a.shape[1]])


def test_smaller_arguments_have_that_share_of_each_length() -> None:
    x, y, n, text = smaller((RNG.random((80, 40)), RNG.random(40), 40, "same"), 1 / 4)
    assert (x.shape, y.shape, n, text) == ((21, 11), (11,), 11, "same")


def test_short_lengths_are_part_of_what_a_function_means() -> None:
    points = RNG.random((50, 3))
    assert named(points)["other sizes"].arguments[0].shape[1] == 3
    assert named(points)["for empty arrays"].arguments[0].shape == (0, 3)


def test_a_number_that_is_a_length_becomes_the_other_length() -> None:
    x, n = named(RNG.random(40), 40)["other sizes"].arguments
    assert n == len(x)
    assert named(RNG.random(40), 2)["other sizes"].arguments[1] == 2
    assert named(RNG.random(40), True)["other sizes"].arguments[1] is True


def test_other_values_are_the_same_ones_in_another_order() -> None:
    x = RNG.random((6, 7))
    (made,) = named(x)["other values"].arguments
    assert not np.array_equal(made, x)
    np.testing.assert_array_equal(np.sort(made, axis=None), np.sort(x, axis=None))


def test_what_is_sorted_stays_sorted_and_what_is_symmetric_symmetric() -> None:
    edges = np.cumsum(RNG.random(20))
    (made,) = named(edges)["other values"].arguments
    assert (np.diff(made) >= 0).all()
    assert made[0] == edges[0]
    square = RNG.random((5, 5))
    (symmetric,) = named(square + square.T)["other values"].arguments
    np.testing.assert_array_equal(symmetric, symmetric.T)
    assert np.linalg.det(symmetric) == pytest.approx(np.linalg.det(square + square.T))


def test_another_layout_has_the_same_values() -> None:
    for x in (RNG.random((4, 5)), np.asfortranarray(RNG.random((4, 5))), RNG.random(9)):
        (made,) = named(x)["another memory layout"].arguments
        np.testing.assert_array_equal(made, x)
        assert made.strides != x.strides


def test_nan_goes_only_where_there_are_floats() -> None:
    x, k = named(RNG.random(20), np.arange(20))["where there is NaN"].arguments
    assert np.isnan(x).sum() == 1
    assert k.dtype.kind == "i"
    assert "where there is NaN" not in named(np.arange(20))
    assert not named(RNG.random(20))["where there is NaN"].essential


def test_large_arguments_are_only_cut() -> None:
    large = named(np.zeros(300_000))
    assert set(large) == {
        *("other sizes", "where there is NaN", "for arrays of length 1", "for empty arrays")
    }
    assert len(large["other sizes"].arguments[0]) < 100_000


def test_containers_are_followed_and_the_originals_left_alone() -> None:
    x = RNG.random(30)
    before = x.copy()
    holder = {"a": [x, x], "name": "text"}
    for each in variants((holder, (x, None))):
        inner, pair = each.arguments
        assert inner["name"] == "text"
        assert pair[1] is None
        assert inner["a"][0] is not x
    np.testing.assert_array_equal(x, before)


def test_the_seed_decides_and_no_arguments_are_no_error() -> None:
    x = RNG.random((6, 7))
    one, same, other = (named(x, seed=seed)["other values"].arguments[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert all(each.arguments == () for each in variants(()))


def test_tables_have_other_rows_and_missing_values_under_the_labels_that_stood_there() -> None:
    table = pd.DataFrame({"a": RNG.random(40), "k": np.arange(40)})
    found = named(table)
    (other,) = found["other values"].arguments
    assert list(other.index) == list(table.index[: len(other)])
    assert list(other["k"]) != list(table["k"][: len(other)])
    assert sorted(other["k"]) == list(range(len(other)))
    (missing,) = found["where there is NaN"].arguments
    assert missing["a"].isna().sum() == 1
    assert table["a"].notna().all()
    (column,) = named(table["a"])["where there is NaN"].arguments
    assert column.isna().sum() == 1
