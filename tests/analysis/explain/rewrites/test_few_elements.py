"""Numbers of an array as expressions: shorter only where the number stays the same."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import few_elements as few
from profiler_suite.analysis.explain.rewrites.few_elements import Elements, Number, Writing


def number(text: str, kind: str = "float") -> Number:
    return Number(ast.parse(text, mode="eval").body, kind, own=False)


def text_of(made: Number) -> str:
    return ast.unparse(made.node)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (few.product(number("1.0"), number("x")), "x"),
        (few.product(number("-1.0"), number("x")), "-x"),
        (few.product(number("0.0"), number("x")), "0.0 * x"),  # x may be infinite
        (few.product(number("2.0"), number("0.5")), "1.0"),
        (few.sum_of_two(number("x"), number("0.0")), "x"),
        (few.sum_of_two(number("x"), number("-2.0 * y / z")), "x - 2.0 * y / z"),
        (few.sum_of_two(number("x"), number("-(y + z)")), "x - (y + z)"),
        (few.difference(number("x"), number("0.0")), "x"),
        (few.difference(number("0.0"), number("x")), "0.0 - x"),
        (few.negative(number("-x")), "x"),
        (few.quotient(number("x"), number("1.0")), "x"),
        (few.quotient(number("1.0"), number("4.0")), "0.25"),
        (few.total([number("x"), number("y * z"), number("-w")]), "x + y * z - w"),
    ],
)
def test_what_changes_nothing_is_not_written(made: Number, expected: str) -> None:
    assert text_of(made) == expected


def test_integers_stay_integers_until_they_are_in_an_array() -> None:
    assert text_of(few.product(number("1", "int"), number("n", "int"))) == "1 * n"
    assert text_of(few.as_float(number("3", "int"))) == "3.0"
    assert text_of(few.as_float(number("n", "int"))) == "float(n)"
    with pytest.raises(few.UnfitError):
        few.array_of([number("n", "int")], (1,))


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [
        ("2.0", "base * base"),
        ("3.0", "(x + y) ** 3"),
        ("0.5", "math.sqrt(x + y)"),
        ("1.5", "math.pow(x + y, 1.5)"),  # which raises where ** gives a complex number
        ("z", "math.pow(x + y, z)"),
    ],
)
def test_powers_of_numbers(exponent: str, expected: str) -> None:
    made = Writing((), "math").power(number("x + y"), number(exponent))
    assert text_of(made) == expected


def test_a_number_for_several_elements_is_computed_once() -> None:
    writing = Writing(("factor",), "math")
    row = Elements([number("x"), number("y")], (2,))
    made = writing.each(few.product, number("a + b"), row)
    assert isinstance(made, Elements)
    assert [text_of(each) for each in made.numbers] == ["factor_2 * x", "factor_2 * y"]
    writing.each(few.product, writing.called("cos", number("t")), row)
    writing.each(few.product, writing.called("sqrt", number("t + 1.0")), row)
    assert [line.text(()) for line in writing.lines] == [
        "factor_2 = a + b",
        "cos_t = math.cos(t)",
        "root = math.sqrt(t + 1.0)",
    ]


def test_shapes_that_do_not_fit_and_long_arrays_are_refused() -> None:
    writing = Writing((), "math")
    two, three = (Elements([number("x")] * k, (k,)) for k in (2, 3))
    with pytest.raises(few.UnfitError):
        writing.each(few.product, two, three)
    with pytest.raises(few.UnfitError):
        writing.matrix_product(two, three)
    with pytest.raises(few.UnfitError):
        few.array_of([number("x")] * 10, (10,))
    with pytest.raises(few.UnfitError):
        few.quotient(number("x"), number("0.0"))
