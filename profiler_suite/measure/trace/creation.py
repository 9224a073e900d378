"""NumPy functions that make arrays, in versions whose arrays count."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace.calls import leaf
from profiler_suite.measure.trace.recording import active
from profiler_suite.measure.trace.standing import StandingArray
from profiler_suite.measure.trace.wrapping import unwrap, wrap

# These are compiled; the others (ones, full, linspace, …) are Python code that calls them.
_COMPILED = (
    "array",
    "asarray",
    "asanyarray",
    "ascontiguousarray",
    "asfortranarray",
    "empty",
    "zeros",
    "arange",
    "frombuffer",
    "fromfile",
    "fromiter",
    "fromstring",
    "from_dlpack",
)
_CONVERTING = frozenset(
    {"array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray"}
)
_NOT_ARRAYS = frozenset({"seed", "get_state", "set_state", "bytes", "default_rng"})


def replacements() -> list[tuple[Any, Any]]:
    """Pairs of what makes arrays and what stands in for it during a trace."""
    pairs: list[tuple[Any, Any]] = [(ndarray, StandingArray)]
    pairs += [(getattr(np, name), _creator(getattr(np, name), name)) for name in _COMPILED]
    for name in np.random.__all__:
        function = getattr(np.random, name)
        if not isinstance(function, type) and name not in _NOT_ARRAYS:
            pairs.append((function, _random(function, f"np.random.{name}")))
    pairs.append((np.random.default_rng, _default_rng))
    pairs.append((np.random.RandomState, CountingRandomState))
    for module in (np._core.fromnumeric, np.lib._shape_base_impl):
        converter = getattr(module, "_array_converter", None)
        if converter is not None:
            pairs.append((converter, _converter(converter)))
            break
    return pairs


def _creator(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    converting = name in _CONVERTING

    def create(*args: Any, **kwargs: Any) -> Any:
        if active() is None or kwargs.get("like") is not None:
            return original(*args, **kwargs)
        kind = "create"
        if converting and args:
            if isinstance(args[0], ndarray):
                kind = "copy"
            elif hasattr(args[0], "__array_interface__"):
                kind = "view"  # how as_strided makes its views
        return leaf(f"np.{name}", kind, original, args, kwargs)

    create.__name__ = name
    create.__doc__ = original.__doc__
    return create


def _random(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    def draw(*args: Any, **kwargs: Any) -> Any:
        return leaf(name, "create", original, args, kwargs)

    return draw


class CountingGenerator(np.random.Generator):
    """A random generator on the same bit generator, whose arrays count."""


# Kept here: during a trace the name in numpy.random is another class.
_RANDOM_STATE = np.random.RandomState


class _LikeRandomState(type):
    """Makes isinstance ask for the class that the counting one stands in for."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, _RANDOM_STATE)


class CountingRandomState(np.random.RandomState, metaclass=_LikeRandomState):
    """A legacy random state whose arrays count."""


def _drawing_method(base: type, name: str) -> Callable[..., Any]:
    original = getattr(base, name)
    public = f"np.random.{base.__name__}.{name}"

    def draw(self: Any, *args: Any, **kwargs: Any) -> Any:
        return leaf(public, "create", original.__get__(self), args, kwargs)

    return draw


def _let_count(counting: type, base: type, others: frozenset[str]) -> None:
    for name in dir(base):
        if not name.startswith("_") and name not in others:
            setattr(counting, name, _drawing_method(base, name))


_let_count(CountingGenerator, np.random.Generator, frozenset({"bit_generator", "spawn"}))
_let_count(CountingRandomState, np.random.RandomState, _NOT_ARRAYS)

_plain_default_rng = np.random.default_rng


def _default_rng(*args: Any, **kwargs: Any) -> Any:
    made = _plain_default_rng(*(unwrap(each) for each in args), **kwargs)
    return made if active() is None else counting_generator(made)


def counting_generator(generator: np.random.Generator) -> CountingGenerator:
    """The same stream of random numbers, in counting arrays."""
    if isinstance(generator, CountingGenerator):
        return generator
    return CountingGenerator(generator.bit_generator)


def _converter(original: Any) -> Any:
    """NumPy's own helper for converting arguments; its arrays stay counting arrays."""

    class CountingConverter:
        def __init__(self, *arrays: Any) -> None:
            self._plain = [unwrap(each) for each in arrays]
            self._converter = original(*self._plain)
            self._ordinary = all(
                type(each) is ndarray for each in self._plain if isinstance(each, ndarray)
            )
            self._given = arrays

        def __getattr__(self, name: str) -> Any:
            return getattr(self._converter, name)

        def __len__(self) -> int:
            return len(self._given)

        def __getitem__(self, number: int) -> Any:
            given = self._given[number]
            return given if isinstance(given, ndarray) else wrap(self._converter[number])

        def as_arrays(self, *args: Any, **kwargs: Any) -> Any:
            converted = self._converter.as_arrays(*args, **kwargs)
            return tuple(
                given
                if type(each) is type(plain_of) and isinstance(given, ndarray)
                else wrap(each)
                for given, plain_of, each in zip(
                    self._given, self._plain, converted, strict=True
                )
            )

        def wrap(self, value: Any, *args: Any, **kwargs: Any) -> Any:
            if self._ordinary and isinstance(value, ndarray) and value.ndim:
                return value  # scalars alone need converting back
            return wrap(self._converter.wrap(unwrap(value), *args, **kwargs))

    return CountingConverter
