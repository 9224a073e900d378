"""Masks are replayed with the pattern they had: processors predict long runs."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import masks, trace
from profiler_suite.measure.trace.rebuilding.rebuild import rebuild


def changes(mask: Any) -> int:
    return dict(masks.pattern(mask))[masks.CHANGES]


@pytest.mark.parametrize(
    ("size", "selected", "wanted"),
    [(1000, 300, 400), (1000, 500, 1), (10, 5, 9), (1000, 999, 2), (10, 0, 0), (10, 10, 0)],
)
def test_a_mask_is_made_with_its_selection_and_its_changes(
    size: int, selected: int, wanted: int
) -> None:
    mask = masks.like(size, selected, wanted, np.random.default_rng(0))
    assert mask.shape == (size,)
    assert mask.sum() == selected
    assert abs(changes(mask) - wanted) <= 1


def test_what_has_no_mask_has_no_pattern() -> None:
    assert masks.pattern(None) == masks.pattern(np.ones(3)) == ()
    assert masks.pattern_of_key((slice(None), 3)) == ()
    assert masks.pattern_of_key((0, np.array([True, False]))) == (
        (masks.SELECTED, 1),
        (masks.CHANGES, 1),
    )


X = np.linspace(0.0, 1.0, 400).reshape(20, 20)


@pytest.mark.parametrize(
    "call",
    [
        lambda: np.where(X > 0.25, X, 0.0),
        lambda: X[X > 0.25],
        lambda: np.add(X, X, out=np.zeros_like(X), where=X > 0.25),
        lambda: X.copy().__setitem__(X > 0.25, 1.0),
    ],
    ids=["where", "getitem", "ufunc", "setitem"],
)
def test_a_replayed_mask_has_the_runs_of_the_real_one(call: Any) -> None:
    (operation,) = [o for o in trace(call)[1].operations if masks.CHANGES in o.facts]
    made = rebuild(operation)
    assert made is not None
    given = [*made[1], *made[2].values()]
    (mask,) = [a for a in given if isinstance(a, np.ndarray) and a.dtype == np.bool_]
    assert mask.sum() == np.count_nonzero(X > 0.25)
    assert changes(mask) == 1


def test_calls_alike_share_their_mean_pattern() -> None:
    def twice() -> None:
        np.where(X > 0.25, X, 0.0)
        np.where(X > 2.0, X, 0.0)

    (operation,) = [o for o in trace(twice)[1].operations if o.name == "np.where"]
    assert operation.calls == 2
    assert operation.facts[masks.SELECTED] == round(np.count_nonzero(X > 0.25) / 2)
