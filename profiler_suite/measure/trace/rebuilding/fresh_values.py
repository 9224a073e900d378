"""New values for the arrays of a rebuilt operation.

Floats lie between ½ and 1½, so that nothing overflows, divides by zero or leaves a logarithm's
domain; matrices for linear algebra get a heavy diagonal; indices stay within bounds and are
spread over them; masks select as many elements as they did.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace import masks
from profiler_suite.measure.trace.rebuilding.callables import NotReplayableError
from profiler_suite.measure.trace.rebuilding.index_keys import key_of, parts_of_key
from profiler_suite.model.trace import Operation

BOUNDED = ("ndarray.take", "ndarray.put", "ndarray.choose", ".at", ".reduceat")
_SELECTING = ("ndarray.nonzero",)
_DRIFTING = frozenset(
    {"np.multiply", "np.divide", "np.power", "np.float_power", "np.square", "np.sqrt"}
)

# A prime number, so that rows are not alike: to make millions of random numbers takes longer
# than what is timed with them.
_BLOCK = 65521
_WHATEVER_THE_VALUES = frozenset(
    {"ufunc", "reduction", "product", "copy", "view", "index", "fft", "create"}
)


class FreshValues:
    """Fills the arrays of one operation, whose operands have these shapes now."""

    def __init__(
        self, operation: Operation, shapes: Sequence[tuple[int, ...]], most: int | None
    ) -> None:
        """`most` is the largest length of a dimension, where dimensions were cut."""
        self.operation = operation
        self.shapes = shapes
        self.most = most
        self.random = np.random.Generator(np.random.PCG64(1))

    def _cut(self, length: int) -> int:
        return length if self.most is None else min(length, self.most)

    def fill(self, array: ndarray[Any, Any], number: int) -> None:
        """Give the array of one operand its new values."""
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
            drifts = self._drifts()
            array[...] = 1.0 if drifts else self._around_one(array.shape)
            if self.operation.kind == "linalg" and array.ndim >= 2:
                diagonal = np.arange(min(array.shape[-2:]))
                array[..., diagonal, diagonal] += max(array.shape[-2:])
        elif kind not in "mM":
            raise NotReplayableError(str(array.dtype))
        else:
            array[...] = np.zeros(array.shape, array.dtype)
        name = self.operation.name
        if name in _SELECTING and kind in "iufc":
            self._zero_all_but_selected(array)
        if (name == "ndarray.searchsorted" and number == 0) or (
            name == "np.interp" and number == 1
        ):
            array[...] = np.sort(array, axis=-1)

    def _around_one(self, shape: tuple[int, ...]) -> ndarray[Any, Any]:
        """Numbers that differ; many are those of a block again, where none are compared."""
        if math.prod(shape) > _BLOCK and self.operation.kind in _WHATEVER_THE_VALUES:
            return np.resize(self.random.uniform(0.5, 1.5, _BLOCK), shape)
        return self.random.uniform(0.5, 1.5, shape)

    def _drifts(self) -> bool:
        """Whether the operation, made again and again in place, would end at 0 or infinity.

        On the way there it meets subnormal numbers, which take many times as long.
        """
        out = self.operation.keywords.get("out")
        in_place = out is not None and any(
            tuple(each) == tuple(out) for each in self.operation.arguments
        )
        return in_place and self.operation.name in _DRIFTING

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
        if key_of(self.operation) is not None:
            for part, _axis in parts_of_key(self.operation, self.operation.operands[0].shape):
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
        """Bounds for whole numbers: of an axis when they are indices, else 1 to 8.

        A package's private compiled code is given what the package has checked: of whole
        numbers that may be places in memory nothing but 0 is safe.
        """
        if key_of(self.operation) is not None and number:
            for part, axis in parts_of_key(self.operation, self.operation.operands[0].shape):
                if part[0] == "indices" and part[1] == number:
                    return 0, max(self.shapes[0][axis], 1)
        name = self.operation.name
        if "._" in name:
            return 0, 1
        if number and name.endswith(BOUNDED):
            return 0, max(min(self.shapes[0], default=1), 1)
        if name == "ndarray.choose" and number == 0:
            return 0, 1
        if name == "np.bincount":
            return 0, max(self._cut(self.operation.results[0].shape[0]), 1)
        return 1, 8
