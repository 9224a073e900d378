"""Describes a call without its values: a hashable tree of arguments and the arrays in it.

A node is a tuple that begins with its tag:

- ``("operand", number)`` an array or number, by its place among the operands;
- ``("literal", value)`` None, a boolean, an integer or a short text;
- ``("tuple", node, …)``, ``("list", node, …)``;
- ``("dtype", text)``; ``("slice", start, stop, step)`` as a plain argument;
- in a key of an index: ``("full",)`` for ``:``, ``("take", count, step)`` for a slice that
  takes so many elements, ``("position",)`` for an integer, ``("ellipsis",)``,
  ``("newaxis",)``, ``("mask", number, selected)``, ``("indices", number)``;
- ``("opaque", type)`` anything else: such a call cannot be replayed.
"""

from typing import Any, NamedTuple, cast

import numpy as np
from numpy import ndarray

Tree = tuple[Any, ...]

_LONGEST_LIST = 16
_LONGEST_TEXT = 200


class OperandLayout(NamedTuple):
    """One operand or result of a call."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: Any
    """A NumPy dtype, or the name of a Python number's type."""
    form: str
    origin: str


class Signature(NamedTuple):
    """What makes two calls of the same operation alike."""

    name: str
    kind: str
    arguments: tuple[Tree, ...]
    keywords: tuple[tuple[str, Tree], ...]
    operands: tuple[OperandLayout, ...]
    results: tuple[OperandLayout, ...]
    facts: tuple[tuple[str, int], ...]


def seen_array(array: ndarray[Any, Any], origin: str = "given") -> OperandLayout:
    """Shape, strides and dtype of an array."""
    return OperandLayout(array.shape, array.strides, array.dtype, "array", origin)


class Describer:
    """Collects the operands of one call while describing its arguments."""

    def __init__(self) -> None:
        self.operands: list[OperandLayout] = []
        self.arrays: list[ndarray[Any, Any]] = []
        self.numbers: list[int] = []
        """Of each array among the operands."""
        self._number_of: dict[int, int] = {}

    def array(self, value: ndarray[Any, Any]) -> int:
        """The number of an array among the operands; the same array has the same number."""
        key = id(value)
        number = self._number_of.get(key)
        if number is None:
            number = self._number_of[key] = len(self.operands)
            self.operands.append(seen_array(value))
            self.arrays.append(value)
            self.numbers.append(number)
        return number

    def _number(self, dtype: Any, form: str) -> Tree:
        self.operands.append(OperandLayout((), (), dtype, form, "given"))
        return ("operand", len(self.operands) - 1)

    def data(self, value: Any) -> Tree:
        """Describe an argument that is data: numbers become operands without their value."""
        if isinstance(value, np.generic):
            return self._number(value.dtype, "numpy scalar")
        if isinstance(value, bool | int):
            return self._number("bool" if isinstance(value, bool) else "int", "python scalar")
        return self.node(value)

    def node(self, value: Any) -> Tree:
        """Describe any argument: integers are parameters and keep their value."""
        if isinstance(value, ndarray):
            return ("operand", self.array(value))
        if value is None or isinstance(value, bool):
            return ("literal", value)
        if isinstance(value, np.bool_):
            return ("literal", bool(value))
        if isinstance(value, np.integer) and value.dtype.kind != "m":
            return ("literal", int(value))  # a number that counts gives one in item()
        if isinstance(value, np.generic):
            return self._number(value.dtype, "numpy scalar")
        if isinstance(value, int):
            return ("literal", int(value))
        if isinstance(value, float | complex):
            return self._number(
                "float" if isinstance(value, float) else "complex", "python scalar"
            )
        if isinstance(value, str):
            return ("literal", value) if len(value) <= _LONGEST_TEXT else ("opaque", "str")
        if isinstance(value, tuple | list):
            if len(value) > _LONGEST_LIST and not isinstance(value[0], ndarray):
                return ("opaque", type(value).__name__)
            tag = "tuple" if isinstance(value, tuple) else "list"
            return (tag, *(self.node(each) for each in value))
        if isinstance(value, np.dtype):
            return ("dtype", value.str)
        if isinstance(value, type) and issubclass(
            value, np.generic | bool | int | float | complex
        ):
            return ("dtype", np.dtype(value).str)
        if isinstance(value, type) and issubclass(value, np.dtype) and hasattr(value, "type"):
            return ("dtype", np.dtype(cast(Any, value).type).str)
        if isinstance(value, slice):
            ends = (value.start, value.stop, value.step)
            if all(end is None or isinstance(end, int) for end in ends):
                return ("slice", *(end if end is None else int(end) for end in ends))
        if type(value).__name__ == "_CopyMode":
            copy = {"ALWAYS": True, "NEVER": False}.get(value.name)
            return ("literal", copy)
        return ("opaque", type(value).__name__)

    def key(self, key: Any, array: ndarray[Any, Any]) -> Tree:
        """Describe the key of an index: how much it takes, not where it begins."""
        if not isinstance(key, tuple):
            return self._key_part(key, array.shape, 0)
        axes = [_axes_taken(part) for part in key]
        axis = 0
        parts = []
        for part, taken in zip(key, axes, strict=True):
            parts.append(self._key_part(part, array.shape, axis))
            axis += array.ndim - sum(axes) if part is Ellipsis else taken
        return ("tuple", *parts)

    def _key_part(self, part: Any, shape: tuple[int, ...], axis: int) -> Tree:
        kind = type(part)
        if kind is slice:
            if part.start is None and part.stop is None and part.step is None:
                return ("full",)
            start, stop, step = part.indices(shape[axis])
            return ("take", len(range(start, stop, step)), step)
        if kind is int or isinstance(part, np.integer):
            return ("position",)
        if part is None:
            return ("newaxis",)
        if part is Ellipsis:
            return ("ellipsis",)
        if isinstance(part, ndarray):
            number = self.array(part)
            if part.dtype == np.bool_:
                return ("mask", number, int(np.count_nonzero(part)))
            return ("indices", number)
        if isinstance(part, int) and not isinstance(part, bool):
            return ("position",)
        if isinstance(part, list):
            indices = np.array(part)
            if indices.dtype.kind in "iub":
                return self._key_part(indices, shape, axis)
        return ("opaque", kind.__name__)


def _axes_taken(part: Any) -> int:
    if part is None or part is Ellipsis:
        return 0
    if isinstance(part, ndarray) and part.dtype == np.bool_:
        return part.ndim
    return 1


def itemsize(seen: OperandLayout) -> int:
    """Bytes of one element; 0 for a Python number."""
    return seen.dtype.itemsize if isinstance(seen.dtype, np.dtype) else 0
