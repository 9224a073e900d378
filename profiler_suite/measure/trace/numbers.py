"""Numbers taken out of counting arrays: they count what Python computes with them."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import sites
from profiler_suite.measure.trace.facts import exponent
from profiler_suite.measure.trace.recording import active, noting
from profiler_suite.measure.trace.signature import OperandLayout

_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow")
_COMPARISONS = ("lt", "le", "eq", "ne", "gt", "ge")
_UNARY = ("neg", "abs")
_PARTS = ("real", "imag")
_SAME_NUMBER = ("item", "tolist", "conjugate", "conj")

UFUNC_OF = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "divmod": "divmod",
    "pow": "power",
    "lt": "less",
    "le": "less_equal",
    "eq": "equal",
    "ne": "not_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "neg": "negative",
    "abs": "absolute",
    "round": "rint",
}
"""Which ufunc an operator of numbers corresponds to, for its FLOP."""

_NUMPY_TYPES = tuple(
    dict.fromkeys(
        np.dtype(code).type for code in (*np.typecodes["AllInteger"], *np.typecodes["AllFloat"])
    )
)
_PYTHON_TYPES = (int, float, complex)


def _seen(base: type) -> OperandLayout:
    if issubclass(base, np.generic):
        return OperandLayout((), (), np.dtype(base), "numpy scalar", "given")
    return OperandLayout((), (), base.__name__, "python scalar", "given")


_SEEN: dict[type, OperandLayout] = {
    **{base: _seen(base) for base in (*_NUMPY_TYPES, *_PYTHON_TYPES)},
    bool: _seen(bool),
    np.bool_: _seen(np.bool_),
}


def _record(name: str, operands: tuple[Any, ...], result: Any) -> None:
    recorder = noting(name)
    if recorder is None:
        return
    seen = [_SEEN.get(type(each)) for each in operands]
    given = [each for each in seen if each is not None]
    if len(given) < len(seen):
        return  # compared with None or text: no arithmetic
    results = result if isinstance(result, tuple) else (result,)
    recorder.record(
        name,
        "scalar",
        tuple(("operand", number) for number in range(len(given))),
        (),
        given,
        [_SEEN[type(each)]._replace(origin="new") for each in results if type(each) in _SEEN],
        exponent(operands[1]) if name.endswith(".pow") else (),
    )


def _operator(base: type, name: str, reflected: bool) -> Callable[..., Any]:
    original = getattr(base, f"__{'r' if reflected else ''}{name}__")

    def operator(self: Any, *others: Any) -> Any:
        if others and isinstance(others[0], ndarray):
            return NotImplemented  # the array's own operator counts it
        own = plain_number(self)
        rest = tuple(plain_number(other) for other in others)
        result = original(own, *rest)
        if result is NotImplemented or active() is None:
            return result
        operands = (*rest, own) if reflected else (own, *rest)
        _record(f"scalar.{name}", operands, result)
        return counting_number(result)

    return operator


# What ufuncs and functions do that are given such a number; handed in by the module that
# knows about arrays, which knows about numbers.
_handlers: list[Callable[..., Any]] = []


def hand_in(call_ufunc: Callable[..., Any], call_function: Callable[..., Any]) -> None:
    """Say what runs ufuncs and NumPy functions on counting numbers."""
    _handlers[:] = [call_ufunc, call_function]


def _ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    return _handlers[0](ufunc, method, inputs, kwargs)


def _function(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    return _handlers[1](function, args, kwargs)


def _plain_form(base: type, name: str) -> Callable[..., Any]:
    """float(x) and complex(x): what is then done with the number is Python's own.

    NumPy's Python ends a mean by such a conversion: its result counts again.
    """
    original = getattr(base, name)

    def converted(self: Any) -> Any:
        recorder = active()
        if recorder is not None and not sites.here().via.startswith(("np.", "ndarray.")):
            recorder.converted += 1
        return original(plain_number(self))

    return converted


def _part(base: type, name: str) -> property:
    """A part of a number, such as the real one, which counts as it does."""
    original = getattr(base, name)
    return property(lambda self: counting_number(original.__get__(plain_number(self))))


def _same_number(base: type, name: str) -> Callable[..., Any]:
    """A method that gives the number in another form, without arithmetic."""
    original = getattr(base, name)
    return lambda self, *args: counting_number(original(plain_number(self), *args))


def _rounded(base: type) -> Callable[..., Any]:
    original = base.__round__  # type: ignore[attr-defined]

    def rounded(self: Any, *digits: Any) -> Any:
        own = plain_number(self)
        result = original(own, *digits)
        _record("scalar.round", (own,), result)
        return counting_number(result)

    return rounded


def _counting_class(base: type) -> type:
    body: dict[str, Any] = {
        "__doc__": f"A {base.__name__} that counts arithmetic.",
        "__slots__": (),
        "__hash__": base.__hash__,
        "__reduce__": lambda self: plain_number(self).__reduce__(),
        "__array_ufunc__": _ufunc,
        "__array_function__": _function,
    }
    if not issubclass(base, np.generic):
        # How Python's own numbers are pickled and copied.
        body["__reduce_ex__"] = lambda self, _protocol: (base, (plain_number(self),))
    for name in (*_BINARY, *_COMPARISONS, *_UNARY):
        if hasattr(base, f"__{name}__"):
            body[f"__{name}__"] = _operator(base, name, reflected=False)
        if hasattr(base, f"__r{name}__"):
            body[f"__r{name}__"] = _operator(base, name, reflected=True)
    for name in ("__float__", "__complex__"):
        if hasattr(base, name):
            body[name] = _plain_form(base, name)
    for name in _PARTS:
        body[name] = _part(base, name)
    for name in _SAME_NUMBER:
        if hasattr(base, name):
            body[name] = _same_number(base, name)
    if hasattr(base, "__round__"):
        body["__round__"] = _rounded(base)
    return type(f"Counting{base.__name__.capitalize()}", (base,), body)


_COUNTING: dict[type, type] = {
    base: _counting_class(base) for base in (*_NUMPY_TYPES, *_PYTHON_TYPES)
}
_BASE: dict[type, type] = {counting: base for base, counting in _COUNTING.items()}


def is_counting_number(value: Any) -> bool:
    """True for a number that counts."""
    return type(value) in _BASE


def counting_number(value: Any) -> Any:
    """The number as one that counts; anything else (booleans too) as it is."""
    counting = _COUNTING.get(type(value))
    if counting is not None:
        return counting(value)
    if isinstance(value, tuple):
        return tuple(counting_number(each) for each in value)
    return value


def plain_number(value: Any) -> Any:
    """The number as NumPy or Python made it; anything else as it is."""
    base = _BASE.get(type(value))
    # The unary plus of a number gives one of exactly its base type.
    return value if base is None else cast(Any, base).__pos__(value)


def add_up(original: Callable[..., Any]) -> Callable[..., Any]:
    """The built-in sum, which adds Python's own floats with care since Python 3.12."""

    def add_up_counting(iterable: Any, /, start: Any = 0) -> Any:
        items = list(iterable)
        if not any(type(each) in _BASE for each in items):
            return original(items, start)
        plain = [plain_number(each) for each in items]
        if not all(type(each) in _PYTHON_TYPES for each in plain):
            return original(items, start)  # by the operators, which count
        result = original(plain, plain_number(start))
        for each in plain:
            _record("scalar.add", (each, each), result)
        return counting_number(result)

    return add_up_counting


_OF_ITEMS = {
    "fsum": ("add",),
    "prod": ("mul",),
    "sumprod": ("mul", "add"),
    "dist": ("sub", "mul", "add"),
}
"""What functions of the math module compute with each item of what they are given."""


def _over_items(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        given = [list(each) if hasattr(each, "__iter__") else each for each in args]
        lists = [each for each in given if isinstance(each, list)]
        if active() is None or not any(type(n) in _BASE for each in lists for n in each):
            return original(*given, **kwargs)
        plain = [
            [plain_number(n) for n in each] if isinstance(each, list) else each
            for each in given
        ]
        result = original(*plain, **kwargs)
        for number in plain[0]:
            for operation in _OF_ITEMS[name]:
                _record(f"scalar.{operation}", (number, number), result)
        return counting_number(result)

    return function


def math_function(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function of the math module that counts when it is given counting numbers."""
    if name in _OF_ITEMS:
        return _over_items(original, name)

    def function(*args: Any, **kwargs: Any) -> Any:
        if not any(type(each) in _BASE for each in args):
            return original(*args, **kwargs)
        plain = tuple(plain_number(each) for each in args)
        result = original(*plain, **kwargs)
        _record(f"math.{name}", plain, result)
        return counting_number(result)

    return function
