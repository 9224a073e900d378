"""Copies of functions in which names have other values; the originals stay what they are."""

import ast
import math
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.ways import copies
from profiler_suite.measure.explain.ways.copies import FunctionCopies, is_own
from profiler_suite.measure.explain.ways.port import UnportedError
from tests.measure.explain.ways import neighbour

CONSTANT = np.arange(3.0)
COUNT = 0


def copy_of(function: Any, value: Any = lambda each: each, **options: Any) -> Any:
    return FunctionCopies(value, library="L", **options).of(function)


def helper(x: Any, factor: float = 2.0, *, offset: Any = CONSTANT) -> Any:
    return np.sin(x) * factor + offset


def uses_helper(x: Any) -> Any:
    return helper(x) + neighbour.shifted(x) + math.pi


def recursive(n: int) -> int:
    return 1 if n < 1 else n * recursive(n - 1)


def counts(x: Any) -> Any:
    global COUNT
    COUNT += 1
    return x


def closure(scale: Any) -> Any:
    def inner(n: int) -> Any:
        return scale if n < 1 else inner(n - 1) + scale

    return inner


def cosine(each: Any) -> Any:
    """NumPy's module with cosines for sines, and arrays of ones."""
    if each is np:
        return SimpleNamespace(sin=np.cos)
    return np.ones_like(each) if isinstance(each, np.ndarray) else each


def test_names_have_other_values_in_helpers_and_modules_of_ones_own() -> None:
    x = np.zeros(3)
    made = copy_of(uses_helper, cosine)
    # The cosine of 0, here and in the neighbour, where it was the sine; ones for the constant.
    np.testing.assert_allclose(made(x), 2 * 1 + 1 + 1 + math.pi)
    np.testing.assert_allclose(uses_helper(x), CONSTANT + math.pi)


def test_recursion_closures_and_defaults_are_copied() -> None:
    assert copy_of(recursive, cosine)(5) == 120
    inner = copy_of(closure(np.arange(2.0)), cosine)
    np.testing.assert_array_equal(inner(3), [4, 4])
    np.testing.assert_array_equal(closure(np.arange(2.0))(3), [0, 4])


def test_what_calls_a_copied_function_finds_what_stands_for_it() -> None:
    wrapped: list[str] = []

    def wrap(made: FunctionType) -> FunctionType:
        wrapped.append(made.__name__)
        return made

    copy_of(uses_helper, wrap=wrap)
    assert set(wrapped) == {"uses_helper", "helper"}


def test_a_function_that_changes_a_global_name_is_refused_with_its_line() -> None:
    with pytest.raises(UnportedError, match="global name COUNT") as caught:
        copy_of(counts)
    assert caught.value.stopped_at is not None
    assert caught.value.stopped_at.text == "COUNT += 1"


LOG: list[int] = []


def logs(n: int) -> int:
    LOG.append(n)
    return n


def test_a_list_without_anything_to_replace_is_the_same_list() -> None:
    copy_of(logs)(3)
    assert LOG == [3]


class Negated(ast.NodeTransformer):
    def visit_Return(self, node: ast.Return) -> ast.Return:
        assert node.value is not None
        return ast.copy_location(ast.Return(ast.UnaryOp(ast.USub(), node.value)), node)


def negated(node: ast.FunctionDef, function: FunctionType) -> ast.FunctionDef:
    made = Negated().visit(node)
    assert isinstance(made, ast.FunctionDef)
    return made


def test_a_changed_text_keeps_defaults_free_variables_and_lines() -> None:
    made = copy_of(helper, transform=negated)
    np.testing.assert_allclose(made(CONSTANT), -helper(CONSTANT))
    assert made.__code__.co_firstlineno == helper.__code__.co_firstlineno
    assert {line for _, _, line in made.__code__.co_lines()} >= {
        helper.__code__.co_firstlineno + 1
    }
    assert copy_of(closure(2.0), transform=negated)(0) == -2.0


def test_whose_file_it_is() -> None:
    assert is_own(__file__)
    assert not is_own(np.__file__)
    assert not is_own(ast.__file__)
    assert not is_own("<string>")
    assert copies.is_own("/home/me/site/my.py")
