"""Searches for the nearest of all points, before the loop over rows."""

import pytest

from profiler_suite.analysis.explain.rewrites import nearest_rows
from tests.own_source import function_of

NAMES = {"x": "float64 (90, 2)", "q": "float64 (40, 2)", "k": "int 4", "c": "complex128 (9, 2)"}
LOOP = """
def f(x, q, k, c):
    out = []
    for p in q:
        d = {distance}
        out.append({asked})
    return out
"""


def made(distance: str, asked: str) -> list[nearest_rows.NearestBefore]:
    function = function_of(LOOP.format(distance=distance, asked=asked), **NAMES)
    return list(nearest_rows.nearest_before(function))


@pytest.mark.parametrize(
    ("distance", "asked", "expected", "width"),
    [
        ("np.linalg.norm(x - p, axis=1)", "np.argsort(d)[:k]", "own_nearest_places[:k]", 4),
        ("((x - p) ** 2).sum(axis=1)", "d.min()", "own_nearest_distances[0] ** 2", 1),
        ("np.sqrt(np.sum((p - x) ** 2, axis=1))", "np.sort(d)[k]", "nearest_distances[k]", 5),
        ("np.linalg.norm(x - p, axis=1)", "d[d.argsort()[1:3]]", "distances[1:3]", 3),
    ],
)
def test_the_first_of_a_sort(distance: str, asked: str, expected: str, width: int) -> None:
    (found,) = made(distance, asked)
    assert expected in found.text
    assert "d =" not in found.text
    assert found.held["nearest_distances"] == f"float64 (40, {width})"


@pytest.mark.parametrize(
    ("distance", "asked"),
    [
        ("np.linalg.norm(x - p, axis=1)", "d.mean()"),
        ("np.linalg.norm(x - p, axis=1)", "np.argsort(d)[-k:]"),
        ("np.linalg.norm(x - p, axis=1)", "np.argsort(d)[:len(out)]"),
        ("np.linalg.norm(x - p, axis=1)", "(d.min(), d.max())"),
        ("np.linalg.norm(x - k, axis=1)", "d.min()"),
        ("np.linalg.norm(c - p, axis=1)", "d.min()"),
        ("np.linalg.norm(x - p, axis=0)", "d.min()"),
    ],
)
def test_other_uses_are_left_alone(distance: str, asked: str) -> None:
    assert not made(distance, asked)
