"""Assignments to elements become calls, for arrays that cannot be changed."""

import ast
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.ways import functional
from profiler_suite.measure.explain.ways.copies import FunctionCopies

OUTER = np.zeros(3)


class Frozen(np.ndarray[Any, Any]):
    """An array that refuses assignments, as those of some libraries do."""

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError("it cannot be changed")


def frozen(array: Any) -> Any:
    return np.asarray(array).view(Frozen)


def put(array: Any, key: Any, element: Any) -> Any:
    made = np.array(array)
    made[key] = element
    return frozen(made)


def fills(x: Any) -> Any:
    out = x * 0
    for i in range(len(x)):
        out[i] = x[i] ** 2
    out[1:, None] += 1
    out[-1] -= x[0]
    return out


def windows(x: Any, width: int) -> Any:
    out = x[: len(x) - width + 1] * 0
    for i in range(len(out)):
        out[i] = x[i : i + width].sum()
    return out


def keeps_dtype(x: Any) -> Any:
    x += 0.5
    total = 0
    for each in x:
        total += each
    return x, total


def lists(x: Any) -> Any:
    made = [0, 0]
    made[1] = x[0]
    made[0] += 2
    names = {"a": 1}
    names["b"] = 2
    return made, names


def ported(function: Any) -> Any:
    return FunctionCopies(
        lambda each: each,
        library="L",
        transform=functional.functional,
        names=functional.names(Frozen, put),
    ).of(function)


@pytest.mark.parametrize(
    ("function", "others"),
    [(fills, ()), (windows, (2,)), (lists, ())],
    ids=["fills", "windows", "lists"],
)
def test_the_same_answer_without_changing_anything(function: Any, others: Any) -> None:
    x = np.arange(1.0, 5.0).reshape(4, 1) if function is fills else np.arange(1.0, 5.0)
    expected = function(x.copy(), *others)
    if function is not lists:
        with pytest.raises(TypeError, match="cannot be changed"):
            function(frozen(x), *others)
    given = frozen(x)
    found = ported(function)(given, *others)
    np.testing.assert_equal(found, expected)
    np.testing.assert_array_equal(given, x)


def test_an_array_that_is_added_to_keeps_its_dtype_and_numbers_do_not() -> None:
    x = frozen(np.ones(3, np.float32))
    found, total = ported(keeps_dtype)(x)
    assert found.dtype == np.float32
    assert total == 4.5
    np.testing.assert_array_equal(x, 1)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("y = 1\n    x[0] = y", 3),
        ("x += 1", 2),
        ("x[0][1] -= 1", 2),
        ("x.state[0] = 1\n    x[1] = 2", 2),
        ("x, y[0] = 1, 2", 0),
        ("x = x + 1\n    z = [x]\n    z[0] = 3", 0),
        ("return x", 0),
    ],
)
def test_the_line_that_writes_into_a_parameter_is_found(body: str, line: int) -> None:
    node = ast.parse(f"def f(x, y):\n    {body}\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    found = functional.writing_line(node, "f.py")
    assert (found.line if found else 0) == line


def changes_a_global(x: Any) -> Any:
    OUTER[0] = x[0]
    return OUTER


def inner_function(x: Any) -> Any:
    def inner(y: Any) -> Any:
        y[0] = 1
        return y

    return inner(x)


@pytest.mark.parametrize("function", [changes_a_global, inner_function])
def test_what_is_no_name_of_its_own_is_left(function: Any) -> None:
    """It is then the line that stops the library."""
    with pytest.raises(TypeError, match="cannot be changed"):
        FunctionCopies(
            lambda each: frozen(each) if isinstance(each, np.ndarray) else each,
            library="L",
            transform=functional.functional,
            names=functional.names(Frozen, put),
        ).of(function)(frozen(np.ones(3)))
