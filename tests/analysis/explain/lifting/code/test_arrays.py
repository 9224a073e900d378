"""Array expressions as text: what they mean is tried with NumPy."""

import itertools

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.arrays import (
    Array,
    closed,
    expanded,
    full,
    indexed,
    ordered,
    tidy,
)
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Label, Refusal

A, B, C = (
    Label(name, Poly.number(n), Poly.number(n), Poly.number(1))
    for name, n in (("a", 2), ("b", 3), ("c", 4))
)
EXTENTS = {A: 2, B: 3, C: 4}
X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize("dims", list(itertools.permutations((A, B, C))))
def test_axes_are_brought_into_order(dims: tuple[Label, ...]) -> None:
    made = ordered(Array("x", (A, B, C)), dims)
    assert made.dims == dims
    assert eval(made.text, {"x": X}).shape == tuple(EXTENTS[each] for each in dims)


def test_an_array_that_is_in_order_stays_as_it_is() -> None:
    array = Array("x + y", (A, B))
    assert ordered(array, (A, C, B)) is array
    assert ordered(array, (B, A)).text == "(x + y).T"
    with pytest.raises(Refusal, match="an axis gets lost"):
        ordered(array, (A, C))


@pytest.mark.parametrize(
    ("own", "wanted"),
    [((A,), (A, B)), ((B,), (A, B, C)), ((C, A), (A, B, C)), ((), (A, B)), ((A, C), (A, B, C))],
)
def test_missing_axes_have_extent_one(
    own: tuple[Label, ...], wanted: tuple[Label, ...]
) -> None:
    value = np.zeros([EXTENTS[each] for each in own])
    made = eval(full(Array("x", own), wanted), {"x": value, "None": None})
    assert made.shape == tuple(EXTENTS[each] if each in own else 1 for each in wanted)
    shorter = eval(expanded(Array("x", own), wanted).text, {"x": value})
    assert np.broadcast_shapes(shorter.shape, made.shape) == made.shape


def test_new_axes_go_into_subscripts_that_are_there() -> None:
    made = expanded(indexed("x", (A, C), (":", "1", "0:4")), (A, B, C))
    assert made.parts == (":", "None", "1", "0:4")
    assert eval(made.text, {"x": X}).shape == (2, 1, 4)


def test_full_slices_at_the_end_are_not_written() -> None:
    assert indexed("x", (A,), (":", ":")).text == "x"
    assert indexed("x", (A,), ("1:", "0", ":")).text == "x[1:, 0]"


def test_parentheses_stand_where_they_are_needed() -> None:
    assert [closed(each) for each in ("x", "x.T", "f(x)[0]", "x + y", "-x", "3")] == [
        *("x", "x.T", "f(x)[0]"),
        *("(x + y)", "(-x)", "(3)"),
    ]
    with pytest.raises(Refusal, match=r"'x \+' could not be written"):
        closed("x +")
    assert tidy("((x) + ((y) * (2)))") == "x + y * 2"


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("sum(((a) * (b)) for k in range(3))", "sum(a * b for k in range(3))"),
        ("f(x, (a for a in b))", "f(x, (a for a in b))"),
        ("f((a for a in b), k=2)", "f((a for a in b), k=2)"),
        (
            "g(sum(a for a in b), 1) + h(c for c in d)",
            "g(sum(a for a in b), 1) + h(c for c in d)",
        ),
        ("max((a, b))", "max((a, b))"),
    ],
)
def test_a_generator_alone_has_no_brackets_of_its_own(text: str, tidied: str) -> None:
    assert tidy(text) == tidied
