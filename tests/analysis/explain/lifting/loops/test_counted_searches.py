"""while loops that only count, as places that are searched."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.loops.counted_searches import place_of, search_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Index, Reduce, Term
from tests.analysis.explain.lifting.reading import reader_of, within


def found(text: str, start: int = 0) -> Term | None:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.While)
    reader = reader_of()
    within(reader, "i", 4)
    reader.scope.env["k"] = Index(Poly.number(start))
    search = search_of(node)
    place = None if search is None else place_of(reader, search)
    assert reader.scope.env["k"] == Index(Poly.number(start))
    assert len(reader.scope.loops) == 1
    return place


@pytest.mark.parametrize(
    "test",
    ["k < n and x[k] < y[i]", "x[k] < y[i] and k + 1 <= n", "x[k + 1] < y[i]", "y[i] > x[k]"],
)
def test_a_loop_that_only_counts_is_a_search(test: str) -> None:
    place = found(f"while {test}: k += 1")
    assert isinstance(place, Reduce)
    assert place.op == "first"
    assert found(f"while {test}: k = k + 1", start=1) not in (None, place)


@pytest.mark.parametrize(
    "text",
    [
        "while k < n: k += 1",
        "while k < n or x[k] < y[i]: k += 1",
        "while k > 0 and x[k] < y[i]: k += 1",
        "while k < n and x[k] < y[i]: k += 2",
        "while k < n and x[k] < y[i]: k -= 1",
        "while k < n and x[i] < y[i]: k += 1",
        "while 2 * k < n and x[k] < y[i]: k += 1",
        "while k < i and x[k] < y[i]: k += 1",
        "while x[2 * k] < y[i]: k += 1",
        "while x[k - 1] < y[i]: k += 1",
        "while k < n and x[k] < y[i]:\n    k += 1\n    s = 2",
    ],
)
def test_others_are_not(text: str) -> None:
    assert found(text) is None
