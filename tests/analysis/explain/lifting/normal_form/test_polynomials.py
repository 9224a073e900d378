"""Whole numbers that are not known yet: they count as numbers do, and are written as source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly

N, M = Poly.atom("n"), Poly.atom("m")
VALUES = {"n": 7, "m": -3}


def value_of(atom: str) -> int | None:
    return VALUES.get(atom)


@st.composite
def polynomials(draw: st.DrawFn) -> Poly:
    made = Poly.number(draw(st.integers(-5, 5)))
    for _ in range(draw(st.integers(0, 4))):
        other = draw(st.sampled_from([N, M, Poly.number(2), Poly.number(-1)]))
        made = made * other if draw(st.booleans()) else made + other
    return made


@given(polynomials(), polynomials())
def test_it_counts_as_its_value_does(one: Poly, other: Poly) -> None:
    a, b = one.value(value_of), other.value(value_of)
    assert a is not None
    assert b is not None
    assert (one + other).value(value_of) == a + b
    assert (one - other).value(value_of) == a - b
    assert (one * other).value(value_of) == a * b
    assert one - one == Poly()


@given(polynomials())
def test_its_text_is_source_of_the_same_value(number: Poly) -> None:
    assert eval(number.text(), {}, dict(VALUES)) == number.value(value_of)


def test_equal_numbers_are_equal_however_they_were_made() -> None:
    assert (N + 1) * (N - 1) == N * N - 1
    assert (N * M) == (M * N)
    assert N * 0 == Poly.number(0) == Poly()


def test_a_constant_is_what_has_no_unknowns() -> None:
    assert Poly().constant == 0
    assert (N - N + 3).constant == 3
    assert N.constant is None
    assert (N + 1).constant is None


def test_coefficients_and_rests_of_an_unknown() -> None:
    number = N * M * 2 + N * 3 + M + 5
    assert number.atoms == {"n", "m"}
    assert number.of("n") == M * 2 + 3
    assert number.without(("n",)) == M + 5
    assert number.put("n", Poly.number(2)) == M * 5 + 11
    assert number.linear_in(("n",))
    assert not number.linear_in(("n", "m"))
    assert not (N * N).linear_in(("n",))


@pytest.mark.parametrize(
    ("number", "divisor", "quotient"),
    [
        (N * 6, N * 2, 3),
        (N * 6 + 4, N * 3 + 2, 2),
        (N * 6 + 1, N * 3 + 2, None),
        (N * 5, N * 2, None),
        (N, M, None),
        (Poly(), N, 0),
        (N, Poly(), None),
        (Poly.number(-8), Poly.number(2), -4),
    ],
)
def test_only_a_whole_quotient_is_one(
    number: Poly, divisor: Poly, quotient: int | None
) -> None:
    assert number.over(divisor) == quotient


def test_without_a_value_for_every_unknown_it_has_none() -> None:
    assert (N + M).value(lambda atom: 1 if atom == "n" else None) is None
    assert Poly().value(lambda _: None) == 0


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Poly(), "0"),
        (N - 1, "n - 1"),
        (-N + 1, "-n + 1"),
        (M - N, "m - n"),
        (N * 2 + 1, "2 * n + 1"),
        (Poly.atom("len(x)") - 2, "len(x) - 2"),
        (Poly.atom("n // 2") * 3, "3 * (n // 2)"),
    ],
)
def test_it_is_written_as_people_write(number: Poly, text: str) -> None:
    assert number.text() == text


def test_a_variable_that_holds_the_number_or_nearly_is_named() -> None:
    names = {N - M: "width"}
    assert (N - M).text(names) == "width"
    assert (N - M + 2).text(names) == "width + 2"
    assert (N - M - 1).text(names) == "width - 1"
    assert (N - M + 7).text(names) == "n - m + 7"
    assert Poly.number(3).text({Poly.number(3): "three"}) == "3"
