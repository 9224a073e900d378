"""Rules about lists of arrays: fire, keep silent, are refused when inexact."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import groups
from tests.analysis.explain.rules.tables import (
    Fires,
    Refused,
    Silent,
    check_fires,
    check_refused,
    check_silent,
)

rng = np.random.default_rng(4)
ROWS = [rng.random(int(n)) for n in rng.integers(1, 6, 30)]

FIRES = [
    Fires(
        "ragged_reduction",
        f"def f(rows):\n    return np.array([{call} for row in rows])\n",
        lambda: (ROWS,),
        expected,
    )
    for call, expected in (
        ("np.mean(row)", "np.divide(*of_each_row(np.add, rows))"),
        ("row.sum()", "of_each_row(np.add, rows)[0]"),
        ("np.max(row)", "of_each_row(np.maximum, rows)[0]"),
    )
]
SILENT = [
    Silent(  # rows of one array
        "ragged_reduction",
        "def f(rows):\n    return np.array([np.mean(row) for row in rows])\n",
        lambda: (rng.random((30, 4)),),
    ),
    Silent(  # another function of each
        "ragged_reduction",
        "def f(rows):\n    return np.array([np.median(row) for row in rows])\n",
        lambda: (ROWS,),
    ),
]
REFUSED = [
    Refused(  # an empty one has no place of its own
        "ragged_reduction",
        "def f(rows):\n    return np.array([np.sum(row) for row in rows])\n",
        lambda: ([*ROWS, np.zeros(0), *ROWS],),
    ),
]


@pytest.mark.parametrize("case", FIRES, ids=lambda c: c.expected)
def test_it_is_found_and_agrees(case: Fires) -> None:
    check_fires(case)


@pytest.mark.parametrize("case", SILENT, ids=lambda c: c.rule)
def test_it_is_silent_on_its_innocent_neighbour(case: Silent) -> None:
    check_silent(case)


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.rule)
def test_it_is_refused_when_inexact(case: Refused) -> None:
    check_refused(case)


def test_the_helper_gives_lengths_too() -> None:
    known = {"np": np}
    exec(groups.OF_EACH_ROW, known)
    sums, lengths = known["of_each_row"](np.add, ROWS)  # type: ignore[operator]
    np.testing.assert_allclose(sums, [row.sum() for row in ROWS])
    assert lengths.tolist() == [len(row) for row in ROWS]
