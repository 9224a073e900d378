"""Keeps the operands of some calls of a trace as they were, to make the same calls again."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy import ndarray

from profiler_suite.measure.trace.strides import allocate
from profiler_suite.model.trace import Operation

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
Key = tuple[str, tuple[Any, ...], tuple[Any, ...]]
# A sum over one axis is another operation than one over all.
_OPTIONS = ("axis", "keepdims", "kind", "side")


class OperandKeeper:
    """Keeps one call, chosen at random, of each of these operations."""

    def __init__(self, operations: Sequence[Operation], seed: int) -> None:
        self._wanted = {key_of(each): each for each in operations}
        self._random = random.Random(seed)
        self._offered: dict[Key, int] = {}
        self._kept: dict[Key, Call] = {}

    def offer(
        self,
        name: str,
        given: Sequence[Any],
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> None:
        """A call before it is made: what it was given, and the same as plain arguments."""
        key = (name, _layouts(given), _options(kwargs))
        if key not in self._wanted:
            return
        number = self._offered[key] = self._offered.get(key, 0) + 1
        if self._random.random() * number < 1.0:
            copies: Copies = {}
            self._kept[key] = (
                function,
                tuple(_copied(each, copies) for each in args),
                {name: _copied(each, copies) for name, each in kwargs.items()},
            )

    def call(self, operation: Operation) -> Call | None:
        """What was kept of an operation; None where no call of it was offered."""
        return self._kept.get(key_of(operation))


def key_of(operation: Operation) -> Key:
    """Name, arrays and options of an operation, as a call of it shows them."""
    arrays = tuple(
        (tuple(each.shape), tuple(each.strides_bytes), each.dtype)
        for each in operation.operands
        if each.form == "array"
    )
    options = {name: _literal(tree) for name, tree in operation.keywords.items()}
    return operation.name, arrays, _options(options)


def _literal(tree: Any) -> Any:
    """The value that a description of an argument stands for; None where it is no literal."""
    if tree[0] in ("tuple", "list"):
        return tuple(_literal(each) for each in tree[1:])
    return tree[1] if tree[0] == "literal" else None


def _options(kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    """Those that say what is computed of the arrays."""
    found = [(name, kwargs[name]) for name in _OPTIONS if name in kwargs]
    return tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in found)


def _layouts(values: Sequence[Any]) -> tuple[Any, ...]:
    found: dict[int, Any] = {}
    for value in values:
        for each in value if isinstance(value, tuple | list) else (value,):
            if isinstance(each, ndarray):
                found.setdefault(id(each), (each.shape, each.strides, each.dtype.str))
    return tuple(found.values())


Copies = dict[tuple[int, tuple[int, ...], tuple[int, ...]], Any]


def _copied(value: Any, copies: Copies) -> Any:
    """Arrays copied with their layout, the same array to the same copy."""
    if isinstance(value, tuple | list):
        return type(value)(_copied(each, copies) for each in value)
    if not isinstance(value, ndarray):
        return value
    place = (value.__array_interface__["data"][0], value.shape, value.strides)
    if place not in copies:
        plain = value.view(ndarray)
        if plain.flags.c_contiguous or plain.flags.f_contiguous or plain.dtype.hasobject:
            made = plain.copy(order="K")
        else:
            made = allocate(plain.shape, plain.strides, plain.dtype)
            made[...] = plain
        copies[place] = made
    return copies[place]
