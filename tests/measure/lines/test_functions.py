"""Which functions are profiled: the one asked for and its own module's."""

import functools
import math
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.lines.functions import (
    class_around,
    functions_to_profile,
    nested_codes,
    python_function,
    python_name,
)


def keep(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


def leaf(x: int) -> int:
    return x + 1


def middle(x: int) -> int:
    return leaf(x) * 2


@keep
def decorated(x: int) -> int:
    return middle(x)


@functools.lru_cache
def cached(x: int) -> int:
    return leaf(x)


def mutual(x: int) -> int:
    return mutual(x - 1) if x else 0


def generates(x: int) -> Iterator[int]:
    for i in range(x):
        yield leaf(i)


def defines(x: int) -> int:
    def inner(y: int) -> int:
        def innermost(z: int) -> int:
            return z

        return innermost(y)

    return inner(x) + sum(i for i in range(3)) + (lambda z: z)(1)


def calls_elsewhere(x: Any) -> Any:
    return np.sum(x) + math.sqrt(leaf(1))


def in_comprehension(n: int) -> list[int]:
    return [leaf(i) for i in range(n)]


class Model:
    def fit(self, x: int) -> int:
        return self.step(x) + self.fixed(x) + self.size

    def step(self, x: int) -> int:
        return leaf(x)

    @staticmethod
    def fixed(x: int) -> int:
        return x

    @property
    def size(self) -> int:
        return 3

    @classmethod
    def make(cls, x: int) -> int:
        return x

    def __call__(self, x: int) -> int:
        return self.step(x)


def names(function: Any) -> set[str]:
    return {each.__qualname__ for each in functions_to_profile(function)}


def test_a_function_brings_what_it_calls_in_its_module() -> None:
    assert names(middle) == {"middle", "leaf"}
    assert names(calls_elsewhere) == {"calls_elsewhere", "leaf"}
    assert names(in_comprehension) == {"in_comprehension", "leaf"}
    assert names(generates) == {"generates", "leaf"}


def test_the_function_asked_for_comes_first() -> None:
    assert functions_to_profile(decorated)[0].__name__ == "decorated"


def test_recursion_ends() -> None:
    assert names(mutual) == {"mutual"}


def test_decorators_are_looked_through() -> None:
    assert names(decorated) == {"decorated", "middle", "leaf"}
    assert names(cached) == {"cached", "leaf"}
    assert names(functools.partial(decorated, 1)) == {"decorated", "middle", "leaf"}


def test_methods_bring_the_methods_they_call() -> None:
    model = Model()
    wanted = {"Model.fit", "Model.step", "Model.fixed", "Model.size", "leaf"}
    assert names(model.fit) == wanted
    assert names(Model.make) == {"Model.make"}
    assert names(Model.fit) == wanted, "its object is an argument"
    assert names(model) == {"Model.__call__", "Model.step", "leaf"}


def test_a_method_is_known_by_the_class_of_its_module() -> None:
    method: Any = Model.fit
    plain: Any = leaf
    assert class_around(method) is Model
    assert class_around(plain) is None
    other = types.FunctionType(leaf.__code__, globals(), "fit")
    other.__qualname__ = "Model.fit"
    assert class_around(other) is None


def test_methods_of_arguments_belong_to_what_calls_them() -> None:
    """A model that is given had all of its time in one line."""

    def train(model: Any, x: int) -> Any:
        return model.fit(x) + model.size

    found = {each.__qualname__ for each in functions_to_profile(train, (Model(), 3))}
    assert {"Model.fit", "Model.step", "Model.fixed", "Model.size", "leaf"} < found
    assert "Model.make" not in found
    assert functions_to_profile(train, (np.ones(3), 3)) == [train]


class Pair:
    def __init__(self) -> None:
        self.model = Model()
        self.deeper = [self]


def test_methods_of_what_arguments_hold_and_of_elements_of_lists_belong_to_it_too() -> None:
    def train(pair: Any, x: int) -> Any:
        return pair.model.fit(x)

    def each(models: Any) -> Any:
        return [model.fit(1) for model in models]

    own = {"Model.fit", "Model.step"}
    assert own < {one.__qualname__ for one in functions_to_profile(train, (Pair(), 3))}
    assert own < {one.__qualname__ for one in functions_to_profile(each, ([Model()],))}
    assert functions_to_profile(each, ([],)) == [each]


def test_a_compiled_function_has_no_lines() -> None:
    compiled: list[Any] = [np.dot, math.sqrt, len, np.add, "a".join]
    for function in compiled:
        assert functions_to_profile(function) == [], function


def test_what_is_no_function_has_no_lines() -> None:
    assert python_function(3) is None
    assert python_function(None) is None


def test_functions_inside_a_function_are_found_but_not_its_comprehensions() -> None:
    found = [code.co_name for code in nested_codes(defines.__code__)]
    assert found == ["inner", "innermost"]
    assert all(isinstance(code, types.CodeType) for code in nested_codes(defines.__code__))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are new in 3.12")
def test_a_function_with_type_parameters_inside_a_function_is_found() -> None:
    made: dict[str, Any] = {}
    source = (
        "def outer(n):\n    def inner[T](x: T) -> T:\n        return x\n    return inner(n)\n"
    )
    exec(source, made)
    assert [code.co_name for code in nested_codes(made["outer"].__code__)] == ["inner"]


def doubled(value: Any) -> Any:
    return value * 2


twice = np.frompyfunc(doubled, 1, 1)


def for_each(values: Any) -> Any:
    return np.sqrt(twice(values))


def test_what_frompyfunc_calls_belongs_to_it() -> None:
    assert functions_to_profile(for_each) == [for_each, doubled]
    assert python_name(twice) == "doubled"
    assert python_name(np.sqrt) == ""
