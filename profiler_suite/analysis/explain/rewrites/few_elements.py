"""Numbers, and arrays of a few of them, as an expression of Python for each element.

`Elements` is what an array of the function is known to hold at a point; what is asked for
more than once is given a name by `Writing`, which keeps the lines that are written.
"""

import ast
import contextlib
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from profiler_suite.analysis.explain import own_names, rewriting

_MOST_OF_ROW, _MOST_OF_AXIS = 9, 4
_TWICE, _ROOT = 2.0, 0.5


class UnfitError(Exception):
    """What is not followed element by element."""


@dataclass(frozen=True)
class Number:
    """One number: how it is written now, and what it was."""

    node: ast.expr
    kind: str
    """'float', 'int' or 'bool'."""
    own: bool = True
    """Whether it was a number of Python's own, not one of NumPy's."""

    @property
    def value(self) -> float | None:
        """What is written out; None for anything else."""
        return rewriting.number(self.node)


@dataclass(eq=False)
class Elements:
    """An array of a few elements; two names of one array hold the same object."""

    numbers: list[Number]
    """In row order."""
    shape: tuple[int, ...]
    outside: ast.expr | None = None
    """Where it is found, if it was there before the function was called."""
    shared: bool = False
    """Whether it is a view of another array, or there is a view of it."""
    given: bool = False
    """Whether an attribute or the caller has it."""
    listed: bool = False
    """Whether a list has it, whose numbers are taken later."""

    @property
    def kind(self) -> str:
        """'float' or 'bool'."""
        return self.numbers[0].kind


Operand = Number | Elements


@dataclass(frozen=True)
class Line:
    """A line that is written."""

    text: Callable[[Collection[str]], str]
    """Its text, given the names that are still needed."""
    sets: tuple[str, ...] = ()
    """Names that it sets; without any it stays in any case."""
    reads: tuple[ast.AST, ...] = ()


_NOTHING = Line(lambda _: "", ("",))


class Writing:
    """Lines that are written one after the other, and the names that they set."""

    def __init__(self, taken: Collection[str], mathematics: str) -> None:
        """`mathematics` is the name of the module math; `taken` names are not set."""
        self.lines: list[Line] = []
        self.taken = set(taken)
        """Names that it does not give, or has given already."""
        self.hints: dict[str, str] = {}
        """What each name that it has given is like."""
        self._stores: dict[str, int] = {}
        self._mathematics = mathematics

    def new_name(self, hint: str) -> str:
        """A name like `hint` that nothing else has."""
        name = hint if hint not in self.taken else f"new_{hint}"
        name = own_names.unused(name, self.taken)
        self.taken.add(name)
        self.hints[name] = hint
        return name

    def named(self, number: Number, hint: str) -> Number:
        """The number by a name, unless it is written as shortly as that."""
        inner = number.node.operand if _is_minus(number.node) else number.node
        if isinstance(inner, ast.Name) or number.value is not None:
            return number
        name = self.new_name(hint)
        node = number.node
        self.lines.append(Line(lambda _: f"{name} = {ast.unparse(node)}", (name,), (node,)))
        return Number(ast.Name(name, ast.Load()), number.kind, number.own)

    def part(self, number: Number, hint: str = "factor") -> Number:
        """A number that is asked for more than once, by a name of its own."""
        stem = _hint(number.node, hint)
        made = self.named(number, own_names.unused(stem, self.taken))
        if made is not number and isinstance(made.node, ast.Name):
            self.hints[made.node.id] = stem
        return made

    def unpacked(
        self, array: ast.expr, shape: tuple[int, ...], hints: Sequence[str]
    ) -> list[Number]:
        """A name for each element of an array that is there."""
        names = [self.new_name(each) for each in hints]

        def text(needed: Collection[str]) -> str:
            shown = np.array([n if n in needed else "_" for n in names], object).reshape(shape)
            return f"{_targets(shown.tolist())} = {ast.unparse(array)}.tolist()"

        self.lines.append(Line(text, tuple(names), (array,)))
        return [Number(ast.Name(name, ast.Load()), "float", False) for name in names]

    def stay(self, statement: ast.stmt) -> None:
        """A statement that is more than a name."""
        text = ast.unparse(ast.fix_missing_locations(statement))
        self.lines.append(Line(lambda _: text, (), (statement,)))

    def store(self, target: ast.Subscript, number: Number) -> None:
        """An element that changes; what was stored there before is seen by nobody."""
        place = ast.unparse(target)
        if place in self._stores:
            self.lines[self._stores[place]] = _NOTHING
        self._stores[place] = len(self.lines)
        self.stay(ast.Assign([target], number.node))

    def reserve(self, names: Collection[str]) -> None:
        """Names that stand for what they stood for."""
        self.taken |= set(names)

    @contextlib.contextmanager
    def aside(self) -> Iterator[list[Line]]:
        """Lines of one way of several, or of what is done again and again."""
        before, self.lines = self.lines, []
        self._stores.clear()
        try:
            yield self.lines
        finally:
            self.lines = before
            self._stores.clear()

    def leave(self, way_out: ast.If) -> None:
        """A way out, where others see what is stored."""
        self._stores.clear()
        self.stay(way_out)

    # ------------------------------------------------------------ one by one

    def called(self, name: str, *given: Number) -> Number:
        """A function of math."""
        function = ast.Attribute(ast.Name(self._mathematics, ast.Load()), name, ast.Load())
        kind = "bool" if name.startswith("is") else "float"
        call: ast.expr = ast.Call(function, [each.node for each in given], [])
        if name in ("floor", "ceil", "trunc"):  # which give integers
            call = ast.Call(ast.Name("float", ast.Load()), [call], [])
        return Number(call, kind, False)

    def power(self, a: Number, b: Number) -> Number:
        """One number raised to another; a negative one to a fraction is no complex number."""
        if a.own and b.own:
            return _joined(ast.Pow(), a, b)
        if b.value == _TWICE:
            a = self.part(a, "base")
            return product(a, a)
        if b.value == _ROOT:
            return self.called("sqrt", a)
        if b.value is not None and b.value == int(b.value):
            return _joined(ast.Pow(), as_float(a), Number(constant(int(b.value)), "int"))
        return self.called("pow", a, b)

    def larger(self, a: Number, b: Number, sign: type[ast.cmpop] = ast.GtE) -> Number:
        """np.maximum; np.minimum with the other sign. What is not a number stays so."""
        a, b = self.part(as_float(a), "left"), self.part(as_float(b), "right")
        asked: ast.expr = ast.Compare(a.node, [sign()], [b.node])
        if a.value is None:
            missing = ast.Compare(a.node, [ast.NotEq()], [a.node])
            asked = ast.BoolOp(ast.Or(), [asked, missing])
        return Number(ast.IfExp(asked, a.node, b.node), "float", False)

    # ------------------------------------------------------------ all of them

    def each(self, operation: Callable[..., Number], *given: Operand) -> Operand:
        """An operation of numbers on arrays, broadcast as NumPy does."""
        shapes = [each.shape if isinstance(each, Elements) else () for each in given]
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError as error:
            raise UnfitError(str(error)) from None
        columns = [self._spread(one, shape) for one in given]
        made = [operation(*numbers) for numbers in zip(*columns, strict=True)]
        if not shape:
            return made[0]
        return array_of(made, shape)

    def _spread(self, one: Operand, shape: tuple[int, ...]) -> list[Number]:
        size = math.prod(shape)
        if isinstance(one, Number):
            return [self.part(one) if size > 1 else one] * size
        places = np.broadcast_to(np.arange(len(one.numbers)).reshape(one.shape), shape)
        numbers = one.numbers
        if size > len(numbers):
            numbers = self.repeated(one)
        return [numbers[place] for place in places.ravel()]

    def repeated(self, one: Elements) -> list[Number]:
        """Its numbers by names: they are asked for more than once."""
        one.numbers = [self.part(each, "part") for each in one.numbers]
        return one.numbers

    def matrix_product(self, a: Elements, b: Elements) -> Operand:
        """`a @ b` of vectors and matrices."""
        rows = a.shape[0] if len(a.shape) > 1 else 1
        columns = b.shape[1] if len(b.shape) > 1 else 1
        inner = a.shape[-1]
        if inner != b.shape[0] or a.kind == "bool" or b.kind == "bool":
            raise UnfitError("no product of these shapes")
        left = self.repeated(a) if columns > 1 or a is b else a.numbers
        right = self.repeated(b) if rows > 1 or a is b else b.numbers
        made = [
            total([product(left[i * inner + k], right[k * columns + j]) for k in range(inner)])
            for i in range(rows)
            for j in range(columns)
        ]
        shape = (*a.shape[:-1], *b.shape[1:])
        return array_of(made, shape) if shape else of_numpy(made[0])


def of_numpy(number: Number) -> Number:
    """The same number as one of NumPy's."""
    return Number(number.node, number.kind, own=False)


def _targets(names: object) -> str:
    """'a, b' or '(a, b), (c, d)', and '[a]' of a single one."""
    if not isinstance(names, list):
        return str(names)
    inner = [f"({_targets(n)})" if isinstance(n, list) else n for n in names]
    return ", ".join(inner) if len(inner) > 1 else f"[{inner[0]}]"


def are_few(shape: tuple[int, ...]) -> bool:
    """Whether an array of this shape is written out: a row of nine, a matrix of 4 × 4."""
    if len(shape) not in (1, 2) or min(shape) < 1:
        return False
    return max(shape) <= (_MOST_OF_ROW if len(shape) == 1 else _MOST_OF_AXIS)


def array_of(numbers: Sequence[Number], shape: tuple[int, ...]) -> Elements:
    """A new array; raises UnfitError where it is none of few numbers with a fraction."""
    if not are_few(shape):
        raise UnfitError("not a few elements")
    kinds = {each.kind for each in numbers}
    if kinds != {"bool"}:
        if "bool" in kinds or kinds == {"int"}:
            raise UnfitError("an array of integers or of several kinds")
        numbers = [as_float(each) for each in numbers]
    return Elements([of_numpy(each) for each in numbers], shape)


def as_float(number: Number) -> Number:
    """An integer as what it becomes in an array of floating-point numbers."""
    if number.kind == "float":
        return number
    if number.kind == "bool":
        raise UnfitError("a truth value among numbers")
    if number.value is not None:
        return Number(constant(float(number.value)), "float", number.own)
    call = ast.Call(ast.Name("float", ast.Load()), [number.node], [])
    return Number(call, "float", number.own)


def constant(value: float) -> ast.expr:
    """A number written out."""
    if not math.isfinite(value):
        raise UnfitError("no finite number")
    plain = ast.Constant(abs(value))
    negative = math.copysign(1, value) < 0
    return ast.UnaryOp(ast.USub(), plain) if negative else plain


def _joined(operator: ast.operator, a: Number, b: Number) -> Number:
    if "bool" in (a.kind, b.kind):
        raise UnfitError("arithmetic with truth values")
    both = a.kind == b.kind == "int" and not isinstance(operator, ast.Div)
    node = ast.BinOp(a.node, operator, b.node)
    return Number(node, "int" if both else "float", a.own and b.own)


def _like(number: Number, *others: Number) -> Number:
    """The same number where it stands for one computed of several."""
    own = number.own and all(each.own for each in others)
    return Number(number.node, number.kind, own)


def _folded(
    made: Callable[[float, float], float], a: Number, b: Number, node: Number
) -> Number:
    """A value where both are written out and one has a fraction."""
    if a.value is None or b.value is None or node.kind != "float":
        return node
    return Number(constant(made(a.value, b.value)), "float", node.own)


def product(a: Number, b: Number) -> Number:
    """a * b; what is multiplied by 1 stays as it is."""
    for one, other in ((a, b), (b, a)):
        if one.value in (1.0, -1.0) and other.kind == "float":
            return _like(other if one.value == 1.0 else negative(other), one)
    return _folded(lambda x, y: x * y, a, b, _joined(ast.Mult(), a, b))


def quotient(a: Number, b: Number) -> Number:
    """a / b."""
    if b.value == 0:
        raise UnfitError("a division by zero")
    if b.value == 1 and a.kind == "float":
        return _like(a, b)
    return _folded(lambda x, y: x / y, a, b, _joined(ast.Div(), a, b))


def sum_of_two(a: Number, b: Number) -> Number:
    """a + b; without what is zero, and with a minus where that is shorter."""
    for one, other in ((a, b), (b, a)):
        if one.value == 0 and other.kind == "float":
            return _like(other, one)
    joined = _folded(lambda x, y: x + y, a, b, _joined(ast.Add(), a, b))
    positive = _without_minus(b.node)
    if joined.value is None and positive is not None:
        return Number(ast.BinOp(a.node, ast.Sub(), positive), joined.kind, joined.own)
    return joined


def _hint(node: ast.expr, other: str) -> str:
    """A name for what a function of math gives: 'cos_angle', 'root'."""
    match node:
        case ast.Call(ast.Attribute(attr="sqrt")):
            return "root"
        case ast.Call(ast.Attribute(attr=name), [ast.Name(of)]):
            return f"{name}_{of}"
    return other


def _is_minus(node: ast.expr) -> TypeGuard[ast.UnaryOp]:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def _without_minus(node: ast.expr) -> ast.expr | None:
    """`c * x` of `-c * x`, `x` of `-x`; None where there is no minus before it."""
    match node:
        case ast.UnaryOp(ast.USub(), operand):
            return operand
        case ast.BinOp(first, ast.Mult() | ast.Div() as operator, second):
            positive = _without_minus(first)
            return None if positive is None else ast.BinOp(positive, operator, second)
    return None


def difference(a: Number, b: Number) -> Number:
    """a - b."""
    if b.value == 0 and a.kind == "float":
        return _like(a, b)
    return _folded(lambda x, y: x - y, a, b, _joined(ast.Sub(), a, b))


def negative(a: Number) -> Number:
    """-a."""
    if a.kind == "bool":
        raise UnfitError("a negative truth value")
    if _is_minus(a.node):
        return Number(a.node.operand, a.kind, a.own)
    return Number(ast.UnaryOp(ast.USub(), a.node), a.kind, a.own)


def total(numbers: Sequence[Number]) -> Number:
    """Their sum, from the first to the last."""
    made = as_float(numbers[0])
    for each in numbers[1:]:
        made = sum_of_two(made, each)
    return made


def plain(operator: ast.operator) -> Callable[[Number, Number], Number]:
    """An operator that numbers of Python and NumPy know alike."""
    return lambda a, b: _joined(operator, a, b)


def compared(operator: ast.cmpop) -> Callable[[Number, Number], Number]:
    """A comparison of two numbers."""

    def made(a: Number, b: Number) -> Number:
        return Number(ast.Compare(a.node, [operator], [b.node]), "bool", a.own and b.own)

    return made


def chosen(asked: Number, a: Number, b: Number) -> Number:
    """np.where: one of two numbers."""
    if asked.kind != "bool":
        raise UnfitError("a condition that is a number")
    if "float" in (a.kind, b.kind):
        a, b = as_float(a), as_float(b)
    return Number(ast.IfExp(asked.node, a.node, b.node), a.kind, a.own and b.own)
