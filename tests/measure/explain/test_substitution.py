"""Functions written another way, with everything that stands around them."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.answers import checks
from profiler_suite.measure.explain.records import Rewrite
from profiler_suite.measure.explain.substitution import UntriableError, substituted
from profiler_suite.measure.lines.functions import python_function

SCALE = 2.0


def rewrite(function: Callable[..., Any], old: str, new: str, *before: str) -> Rewrite:
    """A rewrite as a rule makes it: other characters in the function's dedented text."""
    plain = python_function(function)
    assert plain is not None
    lines, first = inspect.getsourcelines(plain.__code__)
    text = inspect.cleandoc("\n" + "".join(lines)) + "\n"
    assert old in text
    return Rewrite(
        function=plain.__name__,
        source="".join(f"{each}\n" for each in before) + text.replace(old, new),
        lines=(),
        prelude=before,
        file=plain.__code__.co_filename,
        first_line=first,
    )


def announced(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def around(*args: Any, **kwargs: Any) -> Any:
        return ("announced", function(*args, **kwargs))

    return around


def times(factor: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def around(*args: Any) -> Any:
            return factor * function(*args)

        return around

    return decorate


@announced
def wrapped_once(x: Any) -> Any:
    return SCALE * x + 1


@times(3.0)
@times(2.0)
def wrapped_twice(x: Any) -> Any:
    return x + 1


@functools.lru_cache(maxsize=4)
def kept(n: int) -> int:
    return n + 1


def plain_part(n: int) -> int:
    return n * 2


def calls_plain(n: int) -> int:
    return plain_part(n)


def yields_parts(n: int) -> Iterator[int]:
    for i in range(n):
        yield i * 2


def returns_generator(n: int) -> Iterator[int]:
    return yields_parts(n)


def listed(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def consumed(*args: Any) -> list[Any]:
        return list(function(*args))

    return consumed


def calls_wrapped(x: Any) -> Any:
    return wrapped_once(x)[1] + kept(3)


class Layer:
    def __init__(self, weights: Any) -> None:
        self.weights = weights
        self.__bias = 0.5
        self.calls = 0

    def plain(self, x: Any, *, scale: float = 2.0) -> Any:
        return self.weights * x * scale + self.__bias

    @announced
    def decorated(self, x: Any) -> Any:
        return self.weights + x

    def through_another(self, x: Any) -> Any:
        return self.plain(x) + self.total

    @property
    def total(self) -> Any:
        return self.weights.sum()

    def counting(self, x: Any) -> Any:
        self.calls += 1
        return x + 1

    def __call__(self, x: Any) -> Any:
        return self.weights - x

    @classmethod
    def of_ones(cls, n: int) -> Any:
        return cls(np.ones(n)).weights + 1

    @staticmethod
    def static(x: Any) -> Any:
        return x + 1


class Deeper(Layer):
    def plain(self, x: Any, *, scale: float = 2.0) -> Any:
        return super().plain(x, scale=scale) + 1


def closure(factor: float) -> Callable[..., Any]:
    offset = 10.0

    def inner(x: Any) -> Any:
        return helper(x) * factor + 1

    def helper(x: Any) -> Any:
        return x + offset

    return inner


X = np.arange(4.0)
LAYER = Layer(np.arange(4.0))

CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], str, str, Any]] = {
    "wrapped": (wrapped_once, (X,), "+ 1", "+ 2", ("announced", 2 * X + 2)),
    "wrapped twice": (wrapped_twice, (X,), "+ 1", "+ 2", 6 * (X + 2)),
    "cached": (kept, (3,), "+ 1", "+ 2", 5),
    "method": (LAYER.plain, (X,), "* scale", "* -scale", -2 * X * X + 0.5),
    "partial method": (
        functools.partial(LAYER.plain, scale=3.0),
        (X,),
        "* scale",
        "* -scale",
        -3 * X * X + 0.5,
    ),
    "decorated method": (LAYER.decorated, (X,), "+ x", "- x", ("announced", X - X)),
    "callable object": (LAYER, (X,), "- x", "- 2 * x", -X),
    "class method": (Layer.of_ones, (3,), "+ 1", "+ 2", np.full(3, 3.0)),
    "static method": (Layer.static, (X,), "+ 1", "+ 2", X + 2),
    "method of a subclass": (Deeper(X).plain, (X,), "+ 1", "+ 2", 2 * X * X + 2.5),
    "closure": (closure(3.0), (X,), "+ 1", "+ 2", (X + 10) * 3 + 2),
    "partial of a closure": (
        functools.partial(closure(3.0), X),
        (),
        "+ 1",
        "+ 2",
        (X + 10) * 3 + 2,
    ),
}


def plain_answer(value: Any) -> Any:
    return value[1] if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", CASES)
def test_what_stands_around_a_function_stays(name: str) -> None:
    function, arguments, old, new, expected = CASES[name]
    before = plain_answer(function(*arguments))
    made, _ = substituted(function, [rewrite(function, old, new)])
    got = made(*arguments)
    assert isinstance(got, tuple) == isinstance(expected, tuple)
    np.testing.assert_allclose(plain_answer(got), plain_answer(expected))
    np.testing.assert_allclose(plain_answer(function(*arguments)), before)


def test_a_function_that_a_closure_holds_is_rewritten_too() -> None:
    function = closure(1.0)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    helper = cells["helper"].cell_contents
    made, _ = substituted(function, [rewrite(helper, "x + offset", "x - offset")])
    np.testing.assert_allclose(made(X), X - 10 + 1)


def test_a_method_that_another_calls_is_rewritten_on_a_copy_of_the_object() -> None:
    made, _ = substituted(LAYER.through_another, [rewrite(LAYER.plain, "* scale", "* -scale")])
    np.testing.assert_allclose(made(X), -2 * X * X + 0.5 + 6)
    np.testing.assert_allclose(LAYER.through_another(X), 2 * X * X + 0.5 + 6)


def test_a_method_that_gets_its_object_as_an_argument_finds_the_new_ones_on_it() -> None:
    given: Any = Layer.through_another
    made, _ = substituted(given, [rewrite(LAYER.plain, "* scale", "* -scale")])
    np.testing.assert_allclose(made(LAYER, X), -2 * X * X + 0.5 + 6)
    np.testing.assert_allclose(made(LAYER, X), -2 * X * X + 0.5 + 6)
    np.testing.assert_allclose(LAYER.through_another(X), 2 * X * X + 0.5 + 6)
    assert type(LAYER) is Layer


def through_given(layers: list[Layer], x: Any) -> Any:
    return sum(each.plain(x) + each.total for each in layers)


def through_held(holder: "Holder", x: Any) -> Any:
    return holder.layer.plain(x)


class Holder:
    def __init__(self) -> None:
        self.layer = Layer(np.ones(4))


def test_methods_of_given_objects_are_rewritten_while_the_function_runs() -> None:
    changed = rewrite(LAYER.plain, "* scale", "* -scale")
    given = [LAYER, Layer(np.ones(4))]
    made, _ = substituted(through_given, [changed], (given, X))
    before = through_given(given, X)
    np.testing.assert_allclose(made(given, X), before - 4 * (X * X + X))
    np.testing.assert_allclose(through_given(given, X), before)
    held, _ = substituted(through_held, [changed], (Holder(), X))
    np.testing.assert_allclose(held(Holder(), X), -2 * X + 0.5)
    assert Layer.plain is type(LAYER).__dict__["plain"]


def test_methods_of_given_objects_are_put_back_where_the_function_raises() -> None:
    plain = Layer.__dict__["plain"]
    changed = rewrite(LAYER.plain, "* scale", "* unknown")
    made, _ = substituted(through_given, [changed], ([LAYER], X))
    with pytest.raises(NameError):
        made([LAYER], X)
    assert Layer.__dict__["plain"] is plain


def test_a_wrapped_function_that_is_called_is_rewritten() -> None:
    made, _ = substituted(calls_wrapped, [rewrite(wrapped_once, "+ 1", "+ 2")])
    np.testing.assert_allclose(made(X), 2 * X + 2 + 4)


@pytest.mark.parametrize("around", [announced, times(1.0), functools.lru_cache])
def test_what_a_wrapped_function_calls_is_rewritten(around: Callable[..., Any]) -> None:
    made, _ = substituted(around(calls_plain), [rewrite(plain_part, "* 2", "* 5")])
    assert plain_answer(made(4)) == 20


def test_what_a_consumed_generator_calls_is_rewritten() -> None:
    made, _ = substituted(listed(returns_generator), [rewrite(yields_parts, "* 2", "* 5")])
    assert made(3) == [0, 5, 10]


def test_helpers_stand_before_a_method() -> None:
    changed = rewrite(
        LAYER.plain, "* scale", "* opposite(scale)", "def opposite(v):", "    return -v"
    )
    made, _ = substituted(LAYER.plain, [changed])
    np.testing.assert_allclose(made(X), -2 * X * X + 0.5)


def test_what_a_decorator_compiled_cannot_be_tried() -> None:
    vectorized: Any = np.vectorize(lambda v: v)
    vectorized.__wrapped__ = Layer.static
    with pytest.raises(UntriableError, match="something else"):
        substituted(vectorized, [rewrite(Layer.static, "+ 1", "+ 2")])


def test_what_a_method_leaves_in_its_object_is_part_of_the_answer() -> None:
    layer = Layer(X)
    same, _ = substituted(layer.counting, [rewrite(layer.counting, "x + 1", "1 + x")])
    other, _ = substituted(layer.counting, [rewrite(layer.counting, "+= 1", "+= 2")])
    assert checks.agreement(layer.counting, same, lambda: (X,)).same
    assert not checks.agreement(layer.counting, other, lambda: (X,)).same
    assert layer.calls == 0


class Called:
    """An object that is called, which may count its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return x + 1


def test_an_object_that_is_called_is_rewritten_and_its_state_is_part_of_the_answer() -> None:
    made = Called()
    for old, new, same in (
        ("x + 1", "1 + x", True),
        ("x + 1", "x + 2", False),
        ("+= 1", "+= 2", False),
    ):
        other, _ = substituted(made, [rewrite(Called.__call__, old, new)])
        assert checks.agreement(made, other, lambda: (X,)).same == same
    assert made.calls == 0
