"""The work of one call: FLOP and bytes, and what formulas read from a signature."""

import math
from typing import Any, NamedTuple

from profiler_suite.measure.trace.signature import OperandLayout, Signature, Tree, itemsize
from profiler_suite.measure.trace.work.conventions import (
    COMPLEX_MULTIPLY_ADD_FLOP,
    MULTIPLY_ADD_FLOP,
)
from profiler_suite.measure.trace.work.footprint import distinct_bytes, distinct_elements


class OperationWork(NamedTuple):
    """What one call does."""

    flop: float
    bytes_read: int
    bytes_written: int


class Call:
    """A signature with the questions that formulas ask."""

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self.name = signature.name
        self.operands = signature.operands
        self.results = signature.results
        self.keywords = dict(signature.keywords)
        self.facts = dict(signature.facts)

    def fact(self, name: str) -> int | None:
        """A count that depended on values; None where there was nothing to count."""
        return self.facts.get(name)

    def argument(self, number: int, name: str = "") -> Tree | None:
        """The description of an argument, by place or by keyword; None when not given."""
        if number < len(self.signature.arguments):
            return self.signature.arguments[number]
        return self.keywords.get(name)

    def array(self, number: int, name: str = "") -> OperandLayout | None:
        """The operand given as an argument; None when it is not an array or number."""
        tree = self.argument(number, name)
        return self.operands[tree[1]] if tree is not None and tree[0] == "operand" else None

    def literal(self, number: int, name: str, default: Any) -> Any:
        """The value of a parameter, tuples included."""
        tree = self.argument(number, name)
        return default if tree is None else _value(tree)

    @property
    def is_complex(self) -> bool:
        """True when any operand or result is complex."""
        return any(is_complex(seen) for seen in (*self.operands, *self.results))

    @property
    def is_numeric(self) -> bool:
        """True when the operation works on numbers: not on booleans, text or dates alone."""
        return any(kind_of(seen) in "iufc" for seen in self.operands)

    @property
    def multiply_add(self) -> float:
        """FLOP of one multiply-accumulate."""
        return COMPLEX_MULTIPLY_ADD_FLOP if self.is_complex else MULTIPLY_ADD_FLOP

    def read(self, *, without: frozenset[int] = frozenset()) -> int:
        """Bytes of the distinct elements of all arrays given, outputs apart."""
        skip = without | self.outputs()
        return sum(
            bytes_of(seen) for number, seen in enumerate(self.operands) if number not in skip
        )

    def outputs(self) -> frozenset[int]:
        """Numbers of the operands that are given for writing only: `out=` but not input."""
        out = self.keywords.get("out")
        if out is None:
            return frozenset()
        used: set[int] = set()
        for tree in self.signature.arguments:
            used |= _numbers(tree)
        return frozenset(_numbers(out)) - used

    def written(self) -> int:
        """Bytes of the distinct elements of all result arrays, views apart."""
        return sum(bytes_of(seen) for seen in self.results if seen.origin != "view")


def _numbers(tree: Tree) -> set[int]:
    if tree[0] == "operand":
        return {tree[1]}
    found: set[int] = set()
    if tree[0] in ("tuple", "list"):
        for each in tree[1:]:
            found |= _numbers(each)
    return found


def _value(tree: Tree) -> Any:
    if tree[0] in ("tuple", "list"):
        return tuple(_value(each) for each in tree[1:])
    return tree[1]


def size(seen: OperandLayout) -> int:
    """Elements."""
    return math.prod(seen.shape)


def distinct(seen: OperandLayout) -> int:
    """Distinct elements in memory."""
    return distinct_elements(seen.shape, seen.strides, itemsize(seen))


def bytes_of(seen: OperandLayout) -> int:
    """Bytes of the distinct elements of an array; 0 for a number by itself."""
    if seen.form != "array":
        return 0
    return distinct_bytes(seen.shape, seen.strides, itemsize(seen))


def kind_of(seen: OperandLayout) -> str:
    """NumPy's letter for the kind of number: 'b', 'i', 'u', 'f', 'c', others."""
    if isinstance(seen.dtype, str):
        return {"bool": "b", "int": "i", "float": "f", "complex": "c"}[seen.dtype]
    return str(seen.dtype.kind)


def is_complex(seen: OperandLayout) -> bool:
    """True for complex numbers."""
    return kind_of(seen) == "c"
