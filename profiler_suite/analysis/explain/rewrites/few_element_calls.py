"""NumPy's functions and methods on arrays of a few elements, element by element."""

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from profiler_suite.analysis.explain.rewrites import few_elements as few
from profiler_suite.analysis.explain.rewrites.few_elements import (
    Elements,
    Number,
    Operand,
    UnfitError,
    Writing,
)

OF_MATH = {
    **{each: each for each in ("sqrt", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{each: each for each in ("log", "log2", "log10", "log1p", "expm1", "hypot")},
    **{each: each for each in ("floor", "ceil", "trunc", "radians", "degrees")},
    **{each: each for each in ("isnan", "isfinite", "isinf", "copysign")},
    **{"arctan2": "atan2", "arcsin": "asin", "arccos": "acos", "arctan": "atan"},
    **{"arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh"},
    **{"deg2rad": "radians", "rad2deg": "degrees"},
}
"""By NumPy's name the one of math that agrees in its domain."""
_OF_TWO = ("arctan2", "hypot", "copysign")
_SPACE = 3

Given: TypeAlias = Operand | list["Given"]
"""What a name holds or a call is given; tuples are `TupleParts`."""


class TupleParts(list[Given]):
    """A tuple."""


def array(given: Given) -> Elements:
    """np.array of it: what is an array already is copied."""
    if isinstance(given, Elements):
        return few.array_of(given.numbers, given.shape)
    if isinstance(given, Number):
        raise UnfitError("an array of no axis")
    numbers, shape = _flat(given)
    return few.array_of(numbers, shape)


def _flat(given: Given) -> tuple[list[Number], tuple[int, ...]]:
    """The numbers of lists of lists, and their shape."""
    if isinstance(given, Number):
        return [given], ()
    if isinstance(given, Elements):
        return given.numbers, given.shape
    parts = [_flat(each) for each in given]
    shapes = {shape for _, shape in parts}
    if len(shapes) != 1:
        raise UnfitError("rows of several lengths")
    return [number for numbers, _ in parts for number in numbers], (len(parts), *shapes.pop())


def one_after_another(given: Given) -> Elements:
    """np.concatenate of vectors."""
    if not isinstance(given, list):
        raise UnfitError("rows one after another")
    numbers: list[Number] = []
    for each in given:
        part = operand(each)
        if not isinstance(part, Elements) or len(part.shape) > 1:
            raise UnfitError("no vectors")
        numbers += part.numbers
    return few.array_of(numbers, (len(numbers),))


def array_of_floats(given: Given) -> Elements:
    """np.array of it with dtype=float."""
    made = array(_floats(given))
    if made.kind != "float":
        raise UnfitError("truth values as numbers")
    return made


def _floats(given: Given) -> Given:
    if isinstance(given, Number):
        return few.as_float(given)
    return [_floats(each) for each in given] if isinstance(given, list) else given


def operand(given: Given) -> Operand:
    """What a function takes it for: a list is an array."""
    return array(given) if isinstance(given, list) else given


def _vector(given: Operand) -> Elements:
    if not isinstance(given, Elements) or given.kind != "float":
        raise UnfitError("no array of numbers")
    return given


class Functions:
    """What functions of NumPy, by their names, make of what they are given."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._table: dict[str, tuple[int, Callable[..., Operand]]] = {
            "add": (2, self._each(few.sum_of_two)),
            "subtract": (2, self._each(few.difference)),
            "multiply": (2, self._each(few.product)),
            "divide": (2, self._each(few.quotient)),
            "negative": (1, self._each(few.negative)),
            "power": (2, self._each(writing.power)),
            "square": (1, self._each(self._square)),
            "absolute": (1, self._each(_absolute)),
            "fabs": (1, self._each(_absolute)),
            "maximum": (2, self._each(writing.larger)),
            "minimum": (2, self._each(lambda a, b: writing.larger(a, b, ast.LtE))),
            "clip": (3, self._clip),
            "where": (3, self._each(few.chosen)),
            "logical_and": (2, self._each(both)),
            "logical_or": (2, self._each(either)),
            "logical_not": (1, self._each(opposite)),
            "dot": (2, self.product),
            "matmul": (2, self.matrix_product),
            "vdot": (2, self._vectors),
            "inner": (2, self._vectors),
            "outer": (2, self._outer),
            "cross": (2, self._cross),
            "linalg.norm": (1, self._norm),
            "transpose": (1, lambda a: transposed(_vector(a))),
        }
        for name, own in OF_MATH.items():
            count = 2 if name in _OF_TWO else 1
            self._table[name] = count, self._each(self._of_math(own))

    def call(self, name: str, given: Sequence[Operand]) -> Operand | None:
        """The result; None for a function that is not known."""
        count, function = self._table.get(name, (0, None))
        if function is None:
            return None
        if len(given) != count:
            raise UnfitError(f"{name} of {len(given)}")
        if any(isinstance(each, Elements) for each in given):
            return function(*given)
        if name == "where":
            raise UnfitError("an array of no axis")
        if name not in OF_MATH and all(each.kind != "float" for each in given):
            raise UnfitError("a function of integers")
        made = function(*given)
        return few.of_numpy(made) if isinstance(made, Number) else made

    def of_numbers(self, name: str, a: Number, b: Number) -> Operand | None:
        """An operator, by its function's name, on numbers; those of Python stay so."""
        _, function = self._table.get(name, (2, None))
        return function(a, b) if function is not None else None

    def reduced(self, name: str, given: Operand, axis: int | None) -> Operand | None:
        """sum, mean, max, min, prod, any and all; None for others."""
        if name not in ("sum", "mean", "max", "min", "prod", "any", "all"):
            return None
        if not isinstance(given, Elements):
            raise UnfitError(f"{name} of a number")
        if axis is None or len(given.shape) == 1:
            if axis not in (None, 0, -1):
                raise UnfitError("no such axis")
            return self._one(name, given.numbers)
        if axis not in (0, 1, -1, -2):
            raise UnfitError("no such axis")
        places = np.moveaxis(np.arange(len(given.numbers)).reshape(given.shape), axis, -1)
        made = [self._one(name, [given.numbers[k] for k in row]) for row in places]
        return few.array_of(made, (len(made),))

    def _one(self, name: str, numbers: Sequence[Number]) -> Number:
        if name in ("any", "all"):
            return (either if name == "any" else both)(*numbers)
        if name in ("sum", "mean"):
            made = few.total(numbers)
            count = Number(few.constant(float(len(numbers))), "float", own=False)
            return few.quotient(made, count) if name == "mean" else made
        made = few.as_float(numbers[0])
        sign = ast.GtE if name == "max" else ast.LtE
        for each in numbers[1:]:
            if name == "prod":
                made = few.product(made, each)
            else:
                made = self._writing.larger(made, each, sign)
        return made

    def _each(self, operation: Callable[..., Number]) -> Callable[..., Operand]:
        return lambda *given: self._writing.each(operation, *given)

    def _of_math(self, name: str) -> Callable[..., Number]:
        def made(*given: Number) -> Number:
            return self._writing.called(name, *(few.as_float(each) for each in given))

        return made

    def _square(self, a: Number) -> Number:
        a = self._writing.part(few.as_float(a), "base")
        return few.product(a, a)

    def _clip(self, a: Operand, low: Operand, high: Operand) -> Operand:
        writing = self._writing
        raised = writing.each(writing.larger, a, low)
        return writing.each(lambda x, y: writing.larger(x, y, ast.LtE), raised, high)

    # ------------------------------------------------------------ vectors

    def product(self, a: Operand, b: Operand) -> Operand:
        """np.dot."""
        if isinstance(a, Elements) and isinstance(b, Elements):
            return self._writing.matrix_product(a, b)
        return self._writing.each(few.product, a, b)

    def matrix_product(self, a: Operand, b: Operand) -> Operand:
        """a @ b."""
        return self._writing.matrix_product(_vector(a), _vector(b))

    def _vectors(self, a: Operand, b: Operand) -> Operand:
        if not (len(_vector(a).shape) == len(_vector(b).shape) == 1):
            raise UnfitError("no vectors")
        return self.matrix_product(a, b)

    def _outer(self, a: Operand, b: Operand) -> Operand:
        one, other = _vector(a), _vector(b)
        column = Elements(one.numbers, (len(one.numbers), 1))
        return self._writing.each(few.product, column, Elements(other.numbers, other.shape))

    def _cross(self, a: Operand, b: Operand) -> Operand:
        if not _vector(a).shape == _vector(b).shape == (_SPACE,):
            raise UnfitError("no vectors of space")
        one, other = (self._writing.repeated(_vector(each)) for each in (a, b))
        made = []
        for i in range(_SPACE):
            j, k = (i + 1) % _SPACE, (i + 2) % _SPACE
            ahead, back = few.product(one[j], other[k]), few.product(one[k], other[j])
            made.append(few.difference(ahead, back))
        return few.array_of(made, (_SPACE,))

    def _norm(self, a: Operand) -> Operand:
        squares = few.total([self._square(each) for each in _vector(a).numbers])
        return self._writing.called("sqrt", squares)


def transposed(given: Elements) -> Elements:
    """x.T, a view."""
    places = np.arange(len(given.numbers)).reshape(given.shape).T
    return view(given, places)


def view(given: Elements, places: np.ndarray[Any, Any]) -> Elements:
    """Some of its elements, which are those of the array."""
    given.shared = True
    made = few.array_of([given.numbers[k] for k in places.ravel()], places.shape)
    made.shared = True
    return made


def _absolute(a: Number) -> Number:
    call = ast.Call(ast.Name("abs", ast.Load()), [few.as_float(a).node], [])
    return Number(call, "float", own=False)


def both(*given: Number) -> Number:
    """`a and b` of truth values."""
    return _of_truths(ast.And(), given)


def either(*given: Number) -> Number:
    """`a or b` of truth values."""
    return _of_truths(ast.Or(), given)


def _of_truths(operator: ast.boolop, given: Sequence[Number]) -> Number:
    if {each.kind for each in given} != {"bool"}:
        raise UnfitError("truths of numbers")
    if len(given) == 1:
        return given[0]
    own = all(each.own for each in given)
    return Number(ast.BoolOp(operator, [each.node for each in given]), "bool", own)


def opposite(a: Number) -> Number:
    """`not a`."""
    if a.kind != "bool":
        raise UnfitError("truths of numbers")
    return Number(ast.UnaryOp(ast.Not(), a.node), "bool", own=False)
