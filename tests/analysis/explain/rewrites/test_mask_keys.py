"""Comparisons with each key of a loop."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import mask_keys
from tests.analysis.explain.rules.own_function import Own

X, IDS = np.arange(12.0), np.arange(12) % 3


def loops(body: str) -> list[mask_keys.KeyLoop]:
    text = (
        f"def f(x, ids):\n    out = np.zeros(9)\n    for k in range(3):\n{body}    return out\n"
    )
    own = Own(text, X, IDS, traced=False)
    return list(mask_keys.key_loops(own.observed.functions[0]))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("out[k] = x[ids == k].mean()", "x[ids_places.get(k, [])]"),
        ("out[k] = (ids == k).sum()", "len(ids_places.get(k, []))"),
        ("out[k] = np.count_nonzero(ids == k)", "len(ids_places.get(k, []))"),
        ("out[k] = np.where(ids == k)[0].max()", "ids_places.get(k, [])"),
    ],
)
def test_a_mask_becomes_places(statement: str, expected: str) -> None:
    (found,) = loops(f"        {statement}\n")
    assert expected in [edit.text for edit in found.edits]
    assert found.keys == "ids"


@pytest.mark.parametrize(
    "statement",
    [
        "out[k] = (~(ids == k)).sum()",  # the others
        "out[k] = x[(ids == k) & (x > 2)].sum()",  # more than the key
        "out[k] = x[ids > k].sum()",
        "ids[ids == k] = 7",
    ],
)
def test_other_uses_of_a_mask_refuse(statement: str) -> None:
    assert not loops(f"        {statement}\n")


def test_places_are_in_the_order_of_a_mask() -> None:
    namespace: dict[str, object] = {"np": np}
    exec(mask_keys.PLACES, namespace)
    keys = np.random.default_rng(2).integers(0, 4, (5, 6))
    places = namespace["places_of"](keys)  # type: ignore[operator]
    for key in range(4):
        np.testing.assert_array_equal(places[key], np.flatnonzero(keys == key))


LABELS = np.arange(12).reshape(3, 4) % 3


def coordinates(statement: str) -> list[mask_keys.KeyCoordinates]:
    text = (
        f"def f(labels):\n    out = []\n    for k in range(3):\n        {statement}\n"
        "        out.append(k)\n    return out\n"
    )
    own = Own(text, LABELS, traced=False)
    return list(mask_keys.coordinates(own.observed.functions[0]))


def test_coordinates_of_a_key_are_picked_from_those_of_all() -> None:
    (found,) = coordinates("ys, xs = np.where(labels == k)")
    assert "labels_ys[labels_flat == k], labels_xs[labels_flat == k]" in found.text
    assert "np.unravel_index(np.arange(labels.size), labels.shape)" in found.text
    assert found.held["labels_ys"] == "int64 (12,)"
    assert found.held["labels_flat"].endswith(" (12,)")


@pytest.mark.parametrize(
    "statement",
    [
        "ys, xs = np.where(labels > k)",
        "found = np.where(labels == k)",
        "ys, xs = np.where(labels == 2)",
        "ys, xs = np.where(labels == k); labels[0] = k",
    ],
)
def test_other_coordinates_stay(statement: str) -> None:
    assert coordinates(statement) == []


def test_what_where_finds_picks_as_the_mask_does() -> None:
    (found,) = loops("        out[k] = x[np.where(ids == k)].sum()\n")
    assert any(each.text == "x[ids_places.get(k, [])]" for each in found.edits)
