"""Values in another shape."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions import shapes
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Core,
    Index,
    Refusal,
)
from tests.analysis.explain.lifting.reading import call, read, reader_of


def test_a_whole_array_in_one_row_is_still_an_array() -> None:
    reader = reader_of()
    flat = read("m.ravel()", reader)
    assert isinstance(flat, Access)
    assert flat.base == "m.ravel()"
    (axis,) = flat.own
    assert reader.facts.extent("m.ravel()", 0) == axis.count
    assert axis.count.value(reader.facts.at_hand) == 15
    assert reader.facts.roots("m.ravel()") == {"m"}


def test_a_computed_value_in_one_row_is_computed_first() -> None:
    reader = reader_of()
    flat = read("(m + 1).flatten()", reader)
    assert isinstance(flat, Core)
    (axis,) = flat.own
    assert axis.count == shapes.size_of(read("m", reader))


def test_a_row_is_one_row_already() -> None:
    row = read("x")
    assert shapes.flattened(reader_of().scope, row) is row


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("x.reshape(-1, 1)", ["x.shape[0]", "1"]),
        ("x.reshape(1, -1)", ["1", "x.shape[0]"]),
        ("x.reshape((1, len(x)))", ["1", "x.shape[0]"]),
        ("m.reshape(3, 5)", ["3", "5"]),
    ],
)
def test_lengths_of_a_new_shape(text: str, lengths: list[str]) -> None:
    assert [each.count.text() for each in read(text).own] == lengths


@pytest.mark.parametrize("text", ["m.reshape(-1, -1)", "m.reshape(3, 5, order='F')"])
def test_a_shape_that_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read(text)


def test_lengths_are_given_one_by_one_or_as_a_tuple() -> None:
    for text in ("x.reshape(2, 3)", "x.reshape((2, 3))"):
        node = call(text)
        assert len(shapes.lengths_of(node, node.args)) == 2


def test_an_element_of_an_array_that_the_loop_makes() -> None:
    reader = reader_of()
    scope = reader.scope
    fresh = read("np.zeros(4)", reader)
    one = Index(Poly.number(1))
    assert shapes.with_element(scope, fresh, [one], "", one).own == fresh.own
    with pytest.raises(Refusal, match="several elements"):
        shapes.with_element(scope, fresh, [one, one], "", one)
    unknown = Core("NP.other()", (), fresh.own)
    with pytest.raises(Refusal, match="dtype is not known"):
        shapes.with_element(scope, unknown, [one], "", one)
