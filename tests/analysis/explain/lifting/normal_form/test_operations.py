"""Operations on terms."""

import pytest

from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    CarriedValue,
    Contract,
    Index,
    Leaf,
    Refusal,
    Scan,
)
from tests.analysis.explain.lifting.reading import read, reader_of, within

N = Index(Poly.atom("n"))


def number(value: int) -> Index:
    return Index(Poly.number(value))


@pytest.mark.parametrize(
    ("left", "sign", "right", "text"),
    [
        (N, "+", number(2), "n + 2"),
        (N, "-", N, "0"),
        (N, "*", number(3), "3 * n"),
        (number(7), "//", number(2), "3"),
        (number(-7), "//", number(2), "-4"),
        (number(-7), "%", number(2), "1"),
        (N, "//", number(2), "(n) // (2)"),
    ],
)
def test_whole_numbers_are_counted_exactly(
    left: Index, sign: str, right: Index, text: str
) -> None:
    found = ops.whole_number(left, sign, right)
    assert found is not None
    assert found.index.text() == text


def test_what_is_no_polynomial_of_the_loops_is_none() -> None:
    reader = reader_of()
    within(reader, "i", "n")
    i = reader.scope.env["i"]
    assert isinstance(i, Index)
    assert ops.whole_number(i, "*", i) is None
    assert ops.whole_number(i, "//", number(2)) is None
    assert ops.whole_number(N, "/", number(2)) is None
    assert ops.whole_number(N, "//", number(0)) is not None  # left for Python to raise


def test_conditions_are_turned_round_where_nan_allows_it() -> None:
    same = ops.negated(read("x[0] == 3"))
    assert isinstance(same, Apply)
    assert same.name == "!="
    floats = ops.negated(read("x[0] < 3"))  # not(nan < 3) is no nan >= 3
    assert isinstance(floats, Apply)
    assert floats.name == "~"
    whole = ops.negated(Apply("({0}) < ({1})", (N, number(3)), "<"))
    assert isinstance(whole, Apply)
    assert whole.name == ">="
    assert ops.negated(floats) == read("x[0] < 3")


def test_numbers_as_conditions_are_true_unless_zero() -> None:
    test = read("x[0] > 1")
    assert ops.condition(test) is test
    made = ops.condition(read("s"))
    assert isinstance(made, Apply)
    assert made.name == "!="
    with pytest.raises(Refusal, match="a condition is an array"):
        ops.condition(read("x"))
    assert ops.is_truth(ops.joined("&", [test, test, made]))


def test_axes_agree_from_the_last_one_on() -> None:
    reader = reader_of()
    m, x = ops.agreed([read("m", reader), read("m[0]", reader)])
    assert m.own[-1] == x.own[-1]
    assert len(m.own) == 2


@pytest.mark.parametrize(
    ("left", "right", "rank", "summed"),
    [("m.T", "x", 1, 1), ("x", "m", 1, 1), ("m.T", "m", 2, 1), ("x", "x", 0, 1)],
)
def test_a_product_sums_over_the_last_and_first_axis(
    left: str, right: str, rank: int, summed: int
) -> None:
    reader = reader_of()
    made = ops.product(reader.scope, read(left, reader), read(right, reader))
    assert isinstance(made, Contract)
    assert len(made.own) == rank
    assert len(made.over) == summed
    assert len(set(made.own)) == rank


def test_a_product_of_numbers_is_refused() -> None:
    reader = reader_of()
    with pytest.raises(Refusal, match="more than two axes"):
        ops.product(reader.scope, read("s", reader), read("x", reader))


def test_one_element_of_a_computed_value_is_computed_of_elements() -> None:
    reader = reader_of()
    term = read("x[1:4] * 2 + s", reader)
    (axis,) = term.own
    one = ops.picked(term, axis, Poly.number(2), ())
    assert not one.own
    (access,) = [each for each in one.walk() if isinstance(each, Access)]
    assert access.subs == (At(Poly.number(3)),)
    assert ops.picked(Leaf("s"), axis, Poly.number(2), ()) == Leaf("s")
    sorted_ = read("np.sort(x)", reader)
    with pytest.raises(Refusal, match="part of a computed value"):
        ops.picked(sorted_, sorted_.own[0], Poly.number(0), ())


def test_what_an_earlier_iteration_left_is_seen_at_any_depth() -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    carried = CarriedValue("total", label)
    assert ops.is_carried(ops.where(read("s > 1.0"), carried, read("s")))
    assert not ops.is_carried(read("s + 1"))


def test_fresh_axes_are_others_of_the_same_extent() -> None:
    reader = reader_of()
    term = read("x", reader)
    other = ops.fresh(reader.scope, term)
    assert other.own != term.own
    assert [each.count for each in other.own] == [each.count for each in term.own]


def test_a_term_in_one_iteration() -> None:
    reader = reader_of()
    label = within(reader, "i", "x.shape[0]")
    found = ops.fixed(read("x[i] * i + m[i, 0]", reader), label, Poly.number(2))
    assert found.loops == frozenset()
    assert found == read("x[2] * 2 + m[2, 0]", reader) or not found.own


def test_a_running_value_cannot_be_had_step_by_step() -> None:
    reader = reader_of()
    label = within(reader, "i", "x.shape[0]")
    running = Scan("sum", read("x[i]", reader), label, read("0.0", reader))
    with pytest.raises(Refusal, match="step by step"):
        ops.fixed(running, label, Poly.number(1))
