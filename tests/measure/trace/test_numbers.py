"""Numbers that count behave as the numbers that they stand for."""

import cmath
import copy
import math
import operator
import pickle
import statistics
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.numbers import (
    add_up,
    counting_number,
    is_counting_number,
    math_function,
    plain_number,
)

NUMBERS = [3, 2.5, 1 + 2j, np.float32(1.5), np.float64(2), np.int8(3), np.complex64(1j)]


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_there_and_back_keeps_value_and_type(number: Any) -> None:
    counting = counting_number(number)
    assert is_counting_number(counting)
    assert isinstance(counting, type(number))
    assert not is_counting_number(number)
    plain = plain_number(counting)
    assert type(plain) is type(number)
    assert plain == number == counting
    assert hash(counting) == hash(number)
    assert copy.deepcopy(counting) == number
    assert type(pickle.loads(pickle.dumps(counting))) is type(number)


@pytest.mark.parametrize("number", [True, np.bool_(1), "text", None, np.zeros(2)], ids=repr)
def test_others_stay_as_they_are(number: Any) -> None:
    assert counting_number(number) is number
    assert plain_number(number) is number


def test_numbers_of_a_tuple_count_one_by_one() -> None:
    found = counting_number((1, "a", (2.0,)))
    assert [is_counting_number(each) for each in found] == [True, False, False]
    assert is_counting_number(found[2][0])


@pytest.mark.parametrize("number", [2.5, np.float64(2.5), np.int16(7)], ids=repr)
@pytest.mark.parametrize("other", [3, 0.5, np.float32(2)], ids=repr)
@pytest.mark.parametrize(
    "operation",
    [
        *(operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv),
        *(operator.mod, divmod, operator.pow, operator.lt, operator.eq, operator.ge),
    ],
    ids=lambda each: each.__name__,
)
def test_operators_give_what_they_give(number: Any, other: Any, operation: Any) -> None:
    counting = counting_number(number)
    for given, expected in (
        (operation(counting, other), operation(number, other)),
        (operation(other, counting), operation(other, number)),
    ):
        assert given == expected
        assert type(plain_number(given)) is type(expected)


def test_text_and_none_are_compared_as_ever() -> None:
    counting = counting_number(2.0)
    assert (counting == None) is False  # noqa: E711 - how it compares is the point
    assert counting != "2"
    with pytest.raises(TypeError):
        _ = counting < "2"


def test_each_operation_of_a_number_is_counted_where_it_comes_from_an_array() -> None:
    def function(x: Any) -> Any:
        a, b = x[0], x[1]
        return math.sqrt(a * b + 1.0) if a < b else -a

    result, counts = trace(function, [np.array([2.0, 4.0])])
    assert result == 3.0
    names = {each.name: each.calls for each in counts.operations if each.kind == "scalar"}
    assert names == {"scalar.lt": 1, "scalar.mul": 1, "scalar.add": 1, "math.sqrt": 1}


@pytest.mark.parametrize(
    ("items", "start"),
    [
        ([0.1] * 10, 0),
        ([1, 2.5, 3], 0),
        ([], 4),
        ([1e16, 1.0, -1e16], 0.0),
        ([np.float32(0.1)] * 3, 0),
        ([[1], [2]], []),
    ],
    ids=str,
)
def test_the_built_in_sum_of_counting_numbers_is_the_sum(items: list[Any], start: Any) -> None:
    expected = sum(items, start)
    given = [counting_number(each) for each in items]
    assert add_up(sum)(given, start) == expected
    assert add_up(sum)(iter(items), start) == expected


def test_a_math_function_is_the_same_and_raises_the_same() -> None:
    root = math_function(math.sqrt, "sqrt")
    assert root(counting_number(9.0)) == root(9.0) == 3.0
    assert is_counting_number(root(counting_number(9.0)))
    assert math.isnan(root(counting_number(math.nan)))
    with pytest.raises(ValueError, match=r"."):
        root(counting_number(-1.0))


@pytest.mark.parametrize(
    ("function", "flop"),
    [
        (lambda x: math.fsum(x), 4),
        (lambda x: math.fsum(each * 2.0 for each in x), 8),
        (lambda x: math.prod(x.tolist()), 4),
        (lambda x: math.prod(x, start=2.0), 4),
        (lambda x: math.dist(x, x + 1.0), 4 + 12),
        (lambda x: statistics.fmean(x), 4),
    ],
)
def test_functions_of_many_numbers_count_each(function: Any, flop: int) -> None:
    x = np.arange(1.0, 5.0)
    result, counts = trace(function, (x,))
    assert result == function(x)
    # A mean is divided by how many they are.
    assert flop <= counts.flop <= flop + 1


def test_functions_of_many_numbers_refuse_what_they_refuse() -> None:
    with pytest.raises(TypeError):
        trace(lambda number: math.fsum(number), (3,))
    assert trace(lambda: math.fsum([0.1] * 10))[0] == 1.0


def mandelbrot(places: Any) -> Any:
    """How many of four steps each place stays near; each is a product and two sums."""
    steps = []
    for place in places:
        z, number = place * 0, 0
        while z.real * z.real + z.imag * z.imag <= 4.0 and number < 4:
            z, number = z * z + place, number + 1
        steps.append(number)
    return steps


@pytest.mark.parametrize(
    ("function", "flop"),
    [
        (lambda x: [each.item() * 2.0 for each in x], 4),
        (lambda x: [each.tolist() + 1.0 for each in x], 4),
        (lambda x: [x.item(i) * 2.0 for i in range(4)], 4),
        (lambda x: [round(each) * 2 for each in x], 4 + 4),
        (lambda x: [round(each, 1) for each in x], 4),
        (lambda x: [each.real * each.real for each in x], 4),
        (lambda x: [each.real + each.imag for each in x * 1j], 4 + 6 * 4),
        (lambda x: [each.conjugate() * each for each in x], 4),
        (lambda x: [(each * each.conj()).real for each in x + 0j], 6 * 4 + 2 * 4),
        (lambda x: [each.imag - 1.0 for each in x.tolist()], 4),
    ],
)
def test_a_number_in_another_form_or_a_part_of_it_counts_on(function: Any, flop: int) -> None:
    x = np.arange(1.0, 5.0)
    result, counts = trace(function, (x,))
    assert result == function(x)
    assert [type(plain_number(each)) for each in result] == [type(each) for each in function(x)]
    assert counts.flop == flop
    assert counts.uncovered == {}


def test_complex_numbers_taken_apart_count_as_derived_by_hand() -> None:
    # A step: two products, a sum and a comparison of reals, a complex product and sum; a
    # place that stays for all four steps is asked a fifth time. First a complex product.
    places = np.array([0.0 + 0.1j, 0.1 + 0.1j])
    result, counts = trace(mandelbrot, (places,))
    assert result == [4, 4]
    assert counts.flop == 2 * (6 + 5 * 4 + 4 * (6 + 2))


@pytest.mark.parametrize(
    ("function", "flop"),
    [
        # Of four: three additions and a division; then an addition of each mean.
        (lambda x: sum(x.mean() for _ in range(40)), 40 * (4 + 1)),
        (lambda x: sum(np.mean(x) for _ in range(40)), 40 * (4 + 1)),
        (lambda x: [x.mean() * 2.0 for _ in range(40)], 40 * (4 + 1)),
        (lambda x: [x.mean(axis=0) - 1.0 for _ in range(40)], 40 * (4 + 1)),
        # A mean, four differences, four squares, three additions, a division.
        (lambda x: [x.var() * 2.0 for _ in range(40)], 40 * (4 + 4 + 4 + 4 + 1)),
        (lambda x: [np.std(x) * 2.0 for _ in range(40)], 40 * (4 + 4 + 4 + 4 + 1 + 1)),
        (lambda x: [np.average(x) * 2.0 for _ in range(40)], 40 * (4 + 1)),
    ],
)
def test_a_mean_counts_on_and_nothing_of_it_is_missed(function: Any, flop: int) -> None:
    """NumPy makes it a plain number in between: additions of means were lost."""
    x = np.arange(1.0, 5.0)
    result, counts = trace(function, (x,))
    assert result == function(x)
    assert counts.flop == flop
    assert counts.uncovered == {}


@pytest.mark.parametrize(
    ("name", "ufunc"),
    [
        *(("exp", np.exp), ("sqrt", np.sqrt), ("log", np.log), ("sin", np.sin)),
        *(("cosh", np.cosh), ("atan", np.arctan), ("tan", np.tan)),
    ],
)
def test_functions_of_complex_numbers_count_as_the_ufuncs_do(name: str, ufunc: Any) -> None:
    z = np.array([0.5 + 0.25j, 1.0 - 0.5j])

    def doubled(values: Any) -> Any:
        return [getattr(cmath, name)(value) * 2.0 for value in values]

    result, counts = trace(doubled, (z,))
    assert result == doubled(z)
    _, whole = trace(lambda values: ufunc(values) * 2.0, (z,))
    assert counts.flop == whole.flop > 0
