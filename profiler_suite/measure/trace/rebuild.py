"""Rebuilds a traced operation: the same callable on fresh arguments of the same form.

Values are new: floats lie between ½ and 1½, so that nothing overflows, divides by zero
or leaves a logarithm's domain; matrices for linear algebra get a heavy diagonal;
indices stay within bounds and are spread over them.
"""

import importlib
import math
import operator
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import masks
from profiler_suite.measure.trace.facts import OFFSET, SHARED, TWICE_EXPONENT
from profiler_suite.model.trace import Operand, Operation

Rebuilt = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_ALIASES = {
    "np.einsum": "numpy._core.multiarray.c_einsum",
    "np.convolve": "numpy._core.multiarray.correlate",
    "np.correlate": "numpy._core.multiarray.correlate2",
    "np.interp": "numpy._core.multiarray.interp",
    "np.unique": "numpy._core._multiarray_umath._unique_hash",
    "np.place": "numpy._core._multiarray_umath._place",
    "np.count_nonzero": "numpy._core.multiarray.count_nonzero",
}
_BOUNDED = ("ndarray.take", "ndarray.put", "ndarray.choose", ".at", ".reduceat")
_SELECTING = ("ndarray.nonzero",)
_POWERS = ("np.power", "np.float_power", "scalar.pow", "math.pow")
# Compiled code that trusts the indices it is given.
_UNSAFE = (
    "scipy.sparse.",
    "scipy.linalg._batched_linalg.",
    *(f"scipy.linalg._flapack.{letter}getrs" for letter in "sdcz"),
)
_LARGEST_LIST = 1_000_000


class _NotReplayableError(Exception):
    """The signature does not hold enough to build the call again."""


def rebuild(operation: Operation, shrink: bool = False) -> Rebuilt | None:
    """A callable with arguments of the same shapes, strides and dtypes; None when impossible.

    With `shrink` every dimension is cut to two elements, so that the number of dimensions
    and the kind of layout stay; a single element would leave NumPy's fast paths (it looks
    like a broadcast one: `np.add(a, b, out=a)` took twice as long). The call has been made
    once and works.
    """
    try:
        function, args, kwargs = _Builder(operation, shrink).build()
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            function(*args, **kwargs)
    # Whatever NumPy raises for arguments that are not the original ones.
    except (_NotReplayableError, ArithmeticError, ValueError, TypeError, LookupError):
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
            raise _NotReplayableError(operation.name)
        self.operation = operation
        self.random = np.random.Generator(np.random.PCG64(1))
        self.most: int | None = 2 if shrink else None
        self.key = operation.arguments[1] if operation.name in ("getitem", "setitem") else None
        self.shapes = [self._shape(number) for number in range(len(operation.operands))]
        self.shared = self._sharing() if self.most is None else {}
        self.arrays = [self._operand(number) for number in range(len(operation.operands))]

    def build(self) -> Rebuilt:
        operation = self.operation
        function = _callable(operation.name)
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
        elif name.endswith(_BOUNDED) and len(args) > 1 and not isinstance(args[1], ndarray):
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
        raise _NotReplayableError(kind)

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

    def _parts(self, shape: Sequence[int]) -> list[tuple[Sequence[Any], int]]:
        """The parts of the key, each with the axis it begins at."""
        assert self.key is not None
        parts = list(self.key[1:]) if self.key[0] == "tuple" else [self.key]
        taken = [self._axes_of(part) for part in parts]
        axis, placed = 0, []
        for part, count in zip(parts, taken, strict=True):
            placed.append((part, axis))
            axis += len(shape) - sum(taken) if part[0] == "ellipsis" else count
        return placed

    def _axes_of(self, part: Sequence[Any]) -> int:
        if part[0] in ("newaxis", "ellipsis"):
            return 0
        return len(self.operation.operands[part[1]].shape) if part[0] == "mask" else 1

    def _indexed_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """A small array that still has every element that its small key takes."""
        small = [self._cut(length) for length in shape]
        for part, axis in self._parts(shape):
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
            raise _NotReplayableError(each.dtype)
        if each.form == "numpy scalar":
            return dtype.type(2 if dtype.kind in "iu" else 1.25)
        shape = self.shapes[number]
        strides = each.strides_bytes if self.most is None else small_strides(each, shape)
        array = self.shared.get(number)
        if array is None:
            array = allocate(shape, strides, dtype)
        self._fill(array, number)
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
        extents = {n: _extent(each.shape, each.strides_bytes) for n, each in operands.items()}
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

    def _fill(self, array: ndarray[Any, Any], number: int) -> None:
        kind = array.dtype.kind
        if kind == "b":
            self._fill_mask(array, number)
        elif kind in "iu":
            low, high = self._integer_range(number)
            array[...] = self.random.integers(low, high, array.shape)
            if self.operation.name.endswith(".reduceat") and number == 1:
                array[...] = np.sort(array)
            if self.operation.name == "ndarray.transpose":
                array[...] = np.arange(array.size)[::-1]
        elif kind in "fc":
            array[...] = self.random.uniform(0.5, 1.5, array.shape)
            if self.operation.kind == "linalg" and array.ndim >= 2:
                diagonal = np.arange(min(array.shape[-2:]))
                array[..., diagonal, diagonal] += max(array.shape[-2:])
        elif kind not in "mM":
            raise _NotReplayableError(str(array.dtype))
        else:
            array[...] = np.zeros(array.shape, array.dtype)
        name = self.operation.name
        if name in _SELECTING and kind in "iufc":
            self._zero_all_but_selected(array)
        if (name == "ndarray.searchsorted" and number == 0) or (
            name == "np.interp" and number == 1
        ):
            array[...] = np.sort(array, axis=-1)

    def _zero_all_but_selected(self, array: ndarray[Any, Any]) -> None:
        kept = self._cut(self._chosen() or 0)
        places = np.zeros(array.size, np.bool_)
        places[self.random.permutation(array.size)[:kept]] = True
        array[...] *= places.reshape(array.shape)

    def _chosen(self) -> int | None:
        """How many elements a condition selected, where the results tell it."""
        operation = self.operation
        one = operation.name == "np.where" and len(operation.arguments) == 1
        if not (one or operation.name in ("ndarray.nonzero", "ndarray.compress")):
            return None
        axis = operation.keywords.get("axis", ("literal", 0))[1] or 0
        return operation.results[0].shape[axis] if operation.results else 0

    def _fill_mask(self, array: ndarray[Any, Any], number: int) -> None:
        selected = self._selected(number)
        facts = self.operation.facts
        if masks.CHANGES in facts and self.most is None:
            chosen = facts[masks.SELECTED] if selected is None else selected
            chosen = min(chosen, array.size)
            flat = masks.like(array.size, chosen, facts[masks.CHANGES], self.random)
            array[...] = flat.reshape(array.shape)
            return
        flat = np.zeros(array.size, np.bool_)
        if selected is None:
            flat[...] = self.random.random(array.size) < 0.5
        else:
            flat[self.random.permutation(array.size)[: self._cut(selected)]] = True
        array[...] = flat.reshape(array.shape)

    def _selected(self, number: int) -> int | None:
        if self.key is not None:
            for part, _axis in self._parts(self.operation.operands[0].shape):
                if part[0] == "mask" and part[1] == number:
                    return int(part[2])
        chosen = self._chosen()
        if chosen is not None:
            return chosen
        selected = self.operation.facts.get("selected")
        where = self.operation.keywords.get("where")
        if selected is None or where is None or tuple(where) != ("operand", number):
            return selected if self.operation.name in ("np.putmask", "np.place") else None
        # The mask may be smaller than what it is broadcast to.
        mask = math.prod(self.operation.operands[number].shape)
        loop = max(
            math.prod(each.shape)
            for each in (*self.operation.operands, *self.operation.results)
        )
        return selected * mask // loop if loop else 0

    def _integer_range(self, number: int) -> tuple[int, int]:
        """Bounds for whole numbers: of an axis when they are indices, else 1 to 8."""
        if self.key is not None and number:
            for part, axis in self._parts(self.operation.operands[0].shape):
                if part[0] == "indices" and part[1] == number:
                    return 0, max(self.shapes[0][axis], 1)
        name = self.operation.name
        if number and name.endswith(_BOUNDED):
            return 0, max(min(self.shapes[0], default=1), 1)
        if name == "ndarray.choose" and number == 0:
            return 0, 1
        if name == "np.bincount":
            return 0, max(self._cut(self.operation.results[0].shape[0]), 1)
        return 1, 8


def _zeros_like(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(_zeros_like(each) for each in value)
    return 0 if isinstance(value, int) else value


def layout(each: Operand) -> str:
    """'C' or 'F' for a contiguous array, 'S' for a strided one; no dimensions count as 'C'."""
    itemsize = np.dtype(each.dtype).itemsize
    for letter, dims in (
        ("C", range(len(each.shape) - 1, -1, -1)),
        ("F", range(len(each.shape))),
    ):
        expected = itemsize
        for dim in dims:
            if each.shape[dim] > 1 and each.strides_bytes[dim] != expected:
                break
            expected *= each.shape[dim]
        else:
            return letter
    return "S"


def small_strides(each: Operand, shape: Sequence[int]) -> tuple[int, ...]:
    """Strides of the same layout class for another shape: order, signs and zeros are kept."""
    itemsize = np.dtype(each.dtype).itemsize
    kind = layout(each)
    strides = [0] * len(shape)
    by_stride = sorted(range(len(shape)), key=lambda dim: (abs(each.strides_bytes[dim]), -dim))
    if kind == "C":
        by_stride = list(range(len(shape) - 1, -1, -1))
    elif kind == "F":
        by_stride = list(range(len(shape)))
    moving = [abs(s) for s in each.strides_bytes if s]
    spread = kind == "S" and bool(moving) and min(moving) > itemsize
    following = itemsize * (2 if spread else 1)
    inner = -1
    for dim in by_stride:
        if kind == "S" and each.strides_bytes[dim] == 0:
            continue
        if kind == "S" and inner >= 0:
            # A gap only where the original has one: dimensions without a gap between
            # them are run through as one, which is a good part of what a call costs.
            packed = abs(each.strides_bytes[inner]) * each.shape[inner]
            if abs(each.strides_bytes[dim]) != packed:
                following += itemsize
        strides[dim] = -following if kind == "S" and each.strides_bytes[dim] < 0 else following
        following *= shape[dim]
        inner = dim
    return tuple(strides)


def allocate(
    shape: Sequence[int], strides: Sequence[int], dtype: np.dtype[Any]
) -> ndarray[Any, Any]:
    """An array of that shape and those strides in memory of its own."""
    if 0 in shape:
        return np.empty(tuple(shape), dtype)
    below, above = _extent(shape, strides)
    buffer = np.zeros(below + above + dtype.itemsize, np.uint8)
    return ndarray(tuple(shape), dtype, buffer, below, tuple(strides))


def _extent(shape: Sequence[int], strides: Sequence[int]) -> tuple[int, int]:
    """Bytes from an array's first element to those furthest below and above it."""
    steps = [s * (n - 1) for n, s in zip(shape, strides, strict=True)]
    return sum(-s for s in steps if s < 0), sum(s for s in steps if s > 0)


def _callable(name: str) -> Callable[..., Any]:
    group, _, rest = name.partition(".")
    if name in ("getitem", "setitem"):
        return getattr(operator, name)  # type: ignore[no-any-return]
    if group == "scalar":
        return divmod if rest == "divmod" else getattr(operator, rest)
    if group == "math":
        return getattr(math, rest)  # type: ignore[no-any-return]
    if group == "ndarray":
        if rest in ("T", "mT", "real", "imag"):
            return operator.attrgetter(rest)
        return getattr(ndarray, rest)  # type: ignore[no-any-return]
    # Streams of their own: the caller's random state stays as it is.
    if name.startswith("np.random.Generator."):
        return getattr(np.random.default_rng(1), name.rpartition(".")[2])  # type: ignore[no-any-return]
    if name.startswith("np.random."):
        return getattr(np.random.RandomState(1), name.rpartition(".")[2])  # type: ignore[no-any-return]
    path = _ALIASES.get(name, name.replace("np.", "numpy.", 1) if group == "np" else name)
    return _find(path)


def _find(path: str) -> Callable[..., Any]:
    """The object at a dotted path: a module as far as it goes, then attributes."""
    parts = path.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found  # type: ignore[no-any-return]
    raise _NotReplayableError(path)
