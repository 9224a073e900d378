"""What rows of truth values have in common, by one matrix product."""

import warnings
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import overlaps
from profiler_suite.measure.explain.substitution import substituted
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Silent, family_tests

rng = np.random.default_rng(41)
A, B = rng.random((20, 33)) < 0.3, rng.random((25, 33)) < 0.5
HEAD = "def f(a, b):\n    return "
FIRES = [
    Fires("overlaps", f"{HEAD}{text}\n", lambda: (A, B), expected)
    for text, expected in (
        ("(a[:, None, :] & b[None, :, :]).sum(axis=2)", "a.astype(np.float32)"),
        ("np.sum(a[:, None] | b[None], axis=-1)", "a.shape[1] - ((~a).astype"),
        ("np.count_nonzero(a[:, None] != b, axis=2)", "np.where(a, np.float32(1)"),
        ("(a[:, np.newaxis] == b[np.newaxis]).mean(-1)", "/ a.shape[1]"),
        ("np.logical_xor(a[:, None], b).sum(2)", "// 2"),
    )
]
FIRES.append(
    Fires(
        "overlaps",
        "def f(m):\n"
        "    inter = m[:, None, :] & m[None, :, :]\n"
        "    union = (m[:, None, :] | m[None, :, :]).sum(axis=2)\n"
        "    return inter.sum(axis=2) / union\n",
        lambda: (A,),
        "    union = m.shape[1] - ((~m).astype",
    )
)
CODES, OTHERS = rng.integers(-1, 3, (20, 33)), rng.integers(0, 5, (25, 33))
FIRES += [
    Fires("equal_places", f"{HEAD}{text}\n", lambda: (CODES, OTHERS), expected)
    for text, expected in (
        ("(a[:, None, :] == b[None, :, :]).sum(axis=2)", "return places_alike(a, b)"),
        ("np.mean(a[:, None] != b, axis=-1)", "(a.shape[1] - places_alike(a, b)) / a.shape[1]"),
    )
]
SILENT = [
    Silent("equal_places", f"{HEAD}(a[:, None] == b).all(axis=2)\n", lambda: (CODES, OTHERS)),
    Silent(
        "equal_places",
        f"{HEAD}(a[:, None] == b).sum(axis=2)\n",
        lambda: (CODES * 0.5, OTHERS * 0.5),
    ),
    Silent("overlaps", f"{HEAD}(a[:, None] & b).any(axis=0)\n", lambda: (A, B)),
    Silent("overlaps", f"{HEAD}(a & b[:20]).sum(axis=1)\n", lambda: (A, B)),
    Silent(  # integers: bits, not places
        "overlaps",
        f"{HEAD}(a[:, None] & b).sum(axis=2)\n",
        lambda: (A.astype(int), B.astype(int)),
    ),
]
test_fires, test_silent, _ = family_tests(FIRES, SILENT, [])


@pytest.mark.parametrize("case", FIRES, ids=lambda c: c.text)
@pytest.mark.parametrize("places", [0, 1, 33])
def test_counts_are_right_for_rows_of_any_length(case: Fires, places: int) -> None:
    own = Own(case.text, *case.arguments())
    *_, finding = own.findings(case.rule)
    function, _ = substituted(own.function, finding.trial.rewrites)
    rows = [each[:, :places] for each in own.arguments]
    rows[0] = np.vstack([rows[0], np.zeros_like(rows[0])])
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        assert np.array_equal(function(*rows), own.function(*rows), equal_nan=True)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
@pytest.mark.parametrize("values", [3, 100])
def test_places_of_any_integers_are_compared(dtype: type, values: int) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(overlaps.PLACES_ALIKE, namespace)
    a, b = rng.integers(0, values, (2, 8, 40)).astype(dtype)
    expected = (a[:, None] == b[None]).sum(axis=2)
    assert np.array_equal(namespace["places_alike"](a, b), expected)
