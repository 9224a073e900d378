"""Rebuilds a traced operation: the same callable on fresh arguments of the same form."""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace.facts import OFFSET, SHARED, TWICE_EXPONENT
from profiler_suite.measure.trace.rebuilding.callables import NotReplayableError, callable_named
from profiler_suite.measure.trace.rebuilding.fresh_values import BOUNDED, FreshValues
from profiler_suite.measure.trace.rebuilding.index_keys import key_of, parts_of_key
from profiler_suite.measure.trace.strides import allocate, extent, small_strides
from profiler_suite.model.trace import Operand, Operation

Rebuilt = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_POWERS = ("np.power", "np.float_power", "scalar.pow", "math.pow")
# Compiled code that trusts the indices it is given.
_UNSAFE = (
    "scipy.sparse.",
    "scipy.linalg._batched_linalg.",
    *(f"scipy.linalg._flapack.{letter}getrs" for letter in "sdcz"),
)
_LARGEST_LIST = 1_000_000
IN_ANOTHER_ORDER = ("ndarray.sort", "ndarray.partition")
"""What they leave behind they find in order the next time, which may take less."""


def rebuild(operation: Operation, shrink: bool = False) -> Rebuilt | None:
    """A callable with arguments of the same shapes, strides and dtypes; None when impossible.

    With `shrink` every dimension is cut to two elements, so that the number of dimensions
    and the kind of layout stay; a single element would leave NumPy's fast paths (it looks
    like a broadcast one: `np.add(a, b, out=a)` took twice as long). The call has been made
    once and works.
    """
    try:
        builder = _Builder(operation, shrink)
        function, args, kwargs = builder.build()
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            function(*args, **kwargs)
        if operation.name in IN_ANOTHER_ORDER:
            builder.fill_again()
    # Whatever NumPy raises for arguments that are not the original ones.
    except (NotReplayableError, ArithmeticError, ValueError, TypeError, LookupError):
        return None
    except (AttributeError, ImportError, RuntimeError, np.linalg.LinAlgError):
        return None
    return function, args, kwargs


class _Interface:
    """Memory described by its interface, as as_strided passes it on."""

    def __init__(self, array: ndarray[Any, Any]) -> None:
        self.base = array
        self.__array_interface__ = array.__array_interface__


class _Builder:
    """Makes the arguments of one operation."""

    def __init__(self, operation: Operation, shrink: bool) -> None:
        if operation.name.startswith(_UNSAFE):
            raise NotReplayableError(operation.name)
        self.operation = operation
        self.most: int | None = 2 if shrink else None
        self.key = key_of(operation)
        self.shapes = [self._shape(number) for number in range(len(operation.operands))]
        self.shared = self._sharing() if self.most is None else {}
        self._values = FreshValues(operation, self.shapes, self.most)
        self.arrays = [self._operand(number) for number in range(len(operation.operands))]

    def fill_again(self) -> None:
        """New values for the array that the call has changed."""
        self._values.fill(self.arrays[0], 0)

    def build(self) -> Rebuilt:
        operation = self.operation
        function = callable_named(operation.name)
        if operation.name == "setitem" and operation.facts.get("itself"):
            array = self.arrays[0]
            key = self._node(operation.arguments[1])
            return function, (array, key, array[key]), {}
        if operation.name == "ndarray.reshape":
            shape = operation.results[0].shape if self.most is None else self._flat_shape()
            return function, (self.arrays[0], shape), {}
        if operation.name in ("np.empty", "np.zeros", "np.arange"):
            return function, *self._creation()
        args = [self._node(each) for each in operation.arguments]
        kwargs = {name: self._node(each) for name, each in operation.keywords.items()}
        if self.most is not None:
            args, kwargs = self._small_parameters(args, kwargs)
        return function, tuple(args), kwargs

    # ------------------------------------------------------------- parameters

    def _creation(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """By the shape that came out: what it was asked with may have been computed."""
        result = self.operation.results[0]
        shape = tuple(self._cut(n) for n in result.shape)
        size = shape[0] if self.operation.name == "np.arange" else shape
        return (size,), {"dtype": np.dtype(result.dtype)}

    def _small_parameters(
        self, args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        name = self.operation.name
        if name.startswith("scipy.fft.") and name.endswith(".c2r"):
            args[2] = 1 if self.shapes[0][args[1][-1]] == 1 else 2
        elif name.startswith("scipy.ndimage."):
            args[-1] = _zeros_like(args[-1])  # the filter's origin
        elif self.operation.kind == "create":
            args = [self._small(each) for each in args]
            for key in ("shape", "size"):
                if key in kwargs:
                    kwargs[key] = self._small(kwargs[key])
        elif name in ("ndarray.partition", "ndarray.argpartition"):
            args[1:] = [0 for _ in args[1:]]
        elif name.endswith(BOUNDED) and len(args) > 1 and not isinstance(args[1], ndarray):
            args[1] = _zeros_like(args[1])
        return args, kwargs

    def _small(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(self._small(each) for each in value)
        if isinstance(value, int) and not isinstance(value, bool):
            return min(value, self.most or value)
        return value

    def _flat_shape(self) -> tuple[int, ...]:
        dims = len(self.operation.results[0].shape)
        total = math.prod(self.shapes[0])
        return (*(1 for _ in range(dims - 1)), total) if dims else ()

    def _node(self, node: Sequence[Any]) -> Any:
        tag, *rest = node
        if tag in ("operand", "mask", "indices"):
            return self.arrays[rest[0]]
        if tag == "literal":
            return rest[0]
        if tag in ("tuple", "list"):
            made = [self._node(each) for each in rest]
            return tuple(made) if tag == "tuple" else made
        if tag == "dtype":
            return np.dtype(rest[0])
        if tag == "slice":
            return slice(*rest)
        if tag == "take":
            return self._slice(*rest)
        simple = {"full": slice(None), "position": 0, "newaxis": None, "ellipsis": Ellipsis}
        if tag in simple:
            return simple[tag]
        return self._opaque(rest[0])

    def _slice(self, count: int, step: int) -> slice:
        count = self._cut(count)
        if step > 0:
            return slice(0, max((count - 1) * step + 1, 0), step)
        return slice((count - 1) * -step, None, step) if count else slice(0, 0, step)

    def _opaque(self, kind: str) -> Any:
        if kind == "_NoValueType":
            return np._NoValue
        if kind == "ellipsis":
            return Ellipsis
        results = self.operation.results
        if self.operation.kind == "view" and self.operation.name == "np.asarray" and results:
            shape = tuple(self._cut(n) for n in results[0].shape)
            strides = results[0].strides_bytes
            if self.most is not None:
                strides = small_strides(results[0], shape)
            return _Interface(allocate(shape, strides, np.dtype(results[0].dtype)))
        if kind in ("list", "tuple") and self.operation.kind == "create" and results:
            shape = tuple(self._cut(n) for n in results[0].shape)
            if math.prod(shape) <= _LARGEST_LIST:
                return np.ones(shape, np.dtype(results[0].dtype)).tolist()
        raise NotReplayableError(kind)

    # ----------------------------------------------------------------- arrays

    def _cut(self, length: int) -> int:
        return length if self.most is None else min(length, self.most)

    def _shape(self, number: int) -> tuple[int, ...]:
        shape = self.operation.operands[number].shape
        if self.most is None:
            return tuple(shape)
        if number == 0 and self.key is not None:
            return self._indexed_shape(shape)
        return tuple(min(length, self.most) for length in shape)

    def _indexed_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """A small array that still has every element that its small key takes."""
        small = [self._cut(length) for length in shape]
        for part, axis in parts_of_key(self.operation, shape):
            if part[0] == "take":
                small[axis] = max((self._cut(part[1]) - 1) * abs(part[2]) + 1, 1)
        return tuple(small)

    def _operand(self, number: int) -> Any:
        each = self.operation.operands[number]
        if self._is_exponent(number):
            return self._exponent(each)
        if each.form == "python scalar":
            # A value of its own kind; small integers serve as counts.
            return {"bool": True, "int": 2, "float": 1.25, "complex": 1.25 + 0.5j}[each.dtype]
        dtype = np.dtype(each.dtype)
        if dtype.hasobject or dtype.names is not None:
            raise NotReplayableError(each.dtype)
        if each.form == "numpy scalar":
            if dtype.kind in "mM":
                return np.array(2, np.int64).view(dtype)[()]
            return dtype.type(2 if dtype.kind in "iu" else 1.25)
        shape = self.shapes[number]
        strides = each.strides_bytes if self.most is None else small_strides(each, shape)
        array = self.shared.get(number)
        if array is None:
            array = allocate(shape, strides, dtype)
        self._values.fill(array, number)
        return array

    def _sharing(self) -> dict[int, ndarray[Any, Any]]:
        """Operands that overlap the first array, with it in one piece of memory.

        Neighbours in a stencil are views of one array: apart, they would take the
        room of several in the caches.
        """
        operation = self.operation
        arrays = [n for n, each in enumerate(operation.operands) if each.form == "array"]
        mates = [n for n in arrays if operation.facts.get(f"{SHARED}{n}")]
        if not mates:
            return {}
        itemsize = np.dtype(operation.operands[arrays[0]].dtype).itemsize
        begins = {n: operation.facts[f"{OFFSET}{n}"] // itemsize * itemsize for n in mates}
        begins[arrays[0]] = 0
        operands = {n: operation.operands[n] for n in begins}
        extents = {n: extent(each.shape, each.strides_bytes) for n, each in operands.items()}
        low = min(begins[n] - extents[n][0] for n in begins)
        high = max(begins[n] + extents[n][1] for n in begins)
        memory = np.zeros(high - low + itemsize, np.uint8)
        return {
            n: ndarray(each.shape, each.dtype, memory.data, begins[n] - low, each.strides_bytes)
            for n, each in operands.items()
        }

    def _is_exponent(self, number: int) -> bool:
        operation = self.operation
        return (
            operation.name in _POWERS
            and len(operation.arguments) == 2
            and tuple(operation.arguments[1]) == ("operand", number)
            and operation.operands[number].form != "array"
            and operation.operands[number].dtype not in ("bool", "complex")
        )

    def _exponent(self, each: Operand) -> Any:
        """The exponent itself where it was noted, else one that takes the general way."""
        twice = self.operation.facts.get(TWICE_EXPONENT)
        value = 1.25 if twice is None else twice / 2
        if each.form == "python scalar":
            return (3 if twice is None else twice // 2) if each.dtype == "int" else value
        dtype = np.dtype(each.dtype)
        return dtype.type(3 if twice is None and dtype.kind in "iu" else value)


def _zeros_like(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(_zeros_like(each) for each in value)
    return 0 if isinstance(value, int) else value
