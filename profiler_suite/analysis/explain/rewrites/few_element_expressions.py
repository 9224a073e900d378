"""Expressions of arrays of a few elements, read element by element."""

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.rewrites import few_element_calls as calls
from profiler_suite.analysis.explain.rewrites import few_element_indices as indices
from profiler_suite.analysis.explain.rewrites import few_elements as few
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewrites.few_element_calls import Given
from profiler_suite.analysis.explain.rewrites.few_elements import (
    Elements,
    Number,
    Operand,
    UnfitError,
    Writing,
)
from profiler_suite.analysis.explain.rewriting import Function

_PLAIN = (ast.Assign, ast.AugAssign)
TAKEN_APART = 0.5
"""What the elements of an array take as numbers, of what an operation on it takes."""
_NUMBERS = ("numpy.pi", "numpy.e", "math.pi", "math.e", "math.tau")
_UFUNC_OF: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.MatMult: "matmul",
    ast.BitAnd: "logical_and",
    ast.BitOr: "logical_or",
}
_METHODS = ("sum", "mean", "max", "min", "prod", "any", "all", "dot", "clip", "transpose")


_OF_MATH = (
    *("sqrt", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "log", "log2", "log10"),
    *("log1p", "expm1", "hypot", "radians", "degrees", "atan2", "asin", "acos", "atan"),
    *("isnan", "isfinite", "isinf", "copysign", "pow"),
)


class Expressions:
    """What the expressions of a function hold, given what its names and attributes do."""

    def __init__(self, function: Function, mathematics: str) -> None:
        self._function = function
        self._called: list[Function] = []
        """Functions of the module whose statements are read now, the innermost last."""
        self._own, read = _names_in(function)
        others = {name for each in _called_from(function) for name in _names_in(each)[1]}
        taken = self._parameters(function) | read | others | {mathematics, "abs", "float", "_"}
        self.writing = Writing(taken, mathematics)
        self._functions = calls.Functions(self.writing)
        self._held: dict[str, Given] = {}
        self._read: dict[str, Given] = {}
        self.operations = 0
        """Of NumPy, in the function as it is."""
        self.handled = 0.0
        """Arrays that are made in the function as it is written, and taken apart."""
        self._hints: list[str] = []
        """Names that the elements get which a statement unpacks."""

    def value(self, node: ast.expr) -> Given:
        """What an expression holds."""
        match node:
            case ast.Constant(value) if type(value) in (int, float):
                return Number(node, type(value).__name__)
            case ast.Name(name):
                return self._held[name] if name in self._held else self._outside(node, name)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Tuple(elements):
                return calls.TupleParts([self.value(each) for each in elements])
            case ast.List(elements):
                return [self.value(each) for each in elements]
            case ast.BinOp(left, operator, right):
                return self._operation(operator, *self._sides(left, right))
            case ast.UnaryOp(sign, operand):
                return self._unary(sign, *self._sides(operand))
            case ast.Compare(left, [comparison], [right]):
                return self._compared(comparison, *self._sides(left, right))
            case ast.IfExp(test, body, orelse):
                return self._either(*(self.value(each) for each in (test, body, orelse)))
            case ast.Subscript(array, index):
                return self._element(self.value(array), index)
            case ast.Call():
                return self._call(node)
        raise UnfitError(type(node).__name__)

    def _sides(self, *nodes: ast.expr) -> list[Operand]:
        """What an operator is applied to; a list is an array beside one."""
        values = [self.value(each) for each in nodes]
        lists = any(isinstance(each, list) for each in values)
        if lists and not any(isinstance(each, Elements) for each in values):
            raise UnfitError("operators of lists")
        return [calls.operand(each) for each in values]

    def _array(self, node: ast.expr) -> Elements:
        value = self.value(node)
        if not isinstance(value, Elements):
            raise UnfitError("no array")
        return value

    def _attribute(self, node: ast.Attribute) -> Given:
        if self._function.qualified(node) in _NUMBERS:
            return Number(node, "float")
        key = ast.unparse(node)
        if isinstance(node.value, ast.Name):
            if key in self._held:
                return self._held[key]
            if key in self._function.source.names:
                return self._outside(node, key)
        value = self.value(node.value)
        if node.attr == "T" and isinstance(value, Elements):
            return calls.transposed(value)
        if node.attr == "size" and isinstance(value, Elements):
            return Number(few.constant(len(value.numbers)), "int")
        raise UnfitError("another attribute")

    def _outside(self, node: ast.Name | ast.Attribute, key: str) -> Given:
        """What was there before the function was called."""
        if self._called and (key in self._own or isinstance(node, ast.Attribute)):
            raise UnfitError("a name that is another one here")
        form = forms.in_form(self._function.source.names.get(key, ""))
        attribute = node.attr if isinstance(node, ast.Attribute) else ""
        ends = [each for each in self._held if attribute and each.endswith(f".{attribute}")]
        if form is None or ends:  # of another object, if it is another
            raise UnfitError("nothing is known of it")
        if key in self._read:
            return self._read[key]
        hint = attribute or key
        self._read[key] = self._of_form(node, form, hint)
        return self._read[key]

    def _of_form(self, node: ast.expr, form: forms.Form, hint: str) -> Given:
        if form.kind == "python" and form.dtype in ("int", "float"):
            number = Number(node, form.dtype)
            return number if isinstance(node, ast.Name) else self.writing.named(number, hint)
        if form.dtype != "float64" or form.kind not in ("number", "array"):
            raise UnfitError("another dtype")
        if form.kind == "number" and self._is_for_functions(node):
            return Number(node, "float", own=False)
        if form.kind == "number":
            call = ast.Call(ast.Name("float", ast.Load()), [node], [])
            return self.writing.named(Number(call, "float", own=False), f"{hint}_number")
        if not few.are_few(form.shape):
            raise UnfitError("too many elements")
        self.handled += TAKEN_APART
        places = list(np.ndindex(*form.shape))
        hints = [f"{hint}_{''.join(map(str, each))}" for each in places]
        if len(form.shape) == 1 and len(self._hints) == len(hints):
            hints = self._hints
        numbers = self.writing.unpacked(node, form.shape, hints)
        return Elements(numbers, form.shape, outside=node)

    def _is_for_functions(self, node: ast.expr) -> bool:
        """Whether only functions of math get a number: they take NumPy's as fast."""
        if not isinstance(node, ast.Name):
            return False
        calls_of = [self._function.parents[each] for each in self._function.uses(node.id)]
        return all(
            isinstance(each, ast.Call)
            and self._function.qualified(each.func).partition(".")[2] in calls.OF_MATH
            for each in calls_of
        )

    def _several(self, value: Given) -> list[Given]:
        """What is unpacked: elements, or rows."""
        if isinstance(value, list):
            return value
        if isinstance(value, Number):
            raise UnfitError("a number is unpacked")
        self.operations += 1
        places = np.arange(len(value.numbers)).reshape(value.shape)
        if len(value.shape) == 1:
            return list(value.numbers)
        return [calls.view(value, row) for row in places]

    def _element(self, value: Given, index: ast.expr) -> Given:
        if isinstance(value, list):
            place = indices.written_index(index)
            if not isinstance(place, int) or not -len(value) <= place < len(value):
                raise UnfitError("a part of a list")
            return value[place]
        if isinstance(value, Number):
            raise UnfitError("a part of a number")
        self.operations += 1
        places = indices.places_at(value, index)
        if places.ndim == 0:
            return value.numbers[int(places)]
        return calls.view(value, places)

    def _operation(self, operator: ast.operator, a: Operand, b: Operand) -> Operand:
        self._count(a, b)
        name = _UFUNC_OF.get(type(operator), "")
        if name.startswith("logical") and any(_kind(each) != "bool" for each in (a, b)):
            raise UnfitError("operations of bits")
        if isinstance(a, Number) and isinstance(b, Number):
            made = self._functions.of_numbers(name, a, b)
        else:
            made = self._functions.call(name, (a, b))
        if made is not None:
            return made
        if isinstance(operator, ast.Mod | ast.FloorDiv):
            return self.writing.each(few.plain(operator), a, b)
        raise UnfitError("another operator")

    def _unary(self, operator: ast.unaryop, value: Operand) -> Operand:
        self._count(value)
        if isinstance(operator, ast.USub):
            return self.writing.each(few.negative, value)
        if isinstance(operator, ast.Invert) and not _is_own(value):
            return self.writing.each(calls.opposite, value)
        raise UnfitError("another sign")

    def _compared(self, operator: ast.cmpop, a: Operand, b: Operand) -> Operand:
        if not isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.Eq | ast.NotEq):
            raise UnfitError("another comparison")
        self._count(a, b)
        return self.writing.each(few.compared(operator), a, b)

    @staticmethod
    def _either(test: Given, a: Given, b: Given) -> Given:
        if (
            not isinstance(test, Number)
            or not isinstance(a, Number)
            or not isinstance(b, Number)
        ):
            raise UnfitError("arrays of a condition")
        if a.own != b.own or a.kind != b.kind:
            raise UnfitError("one of two kinds of numbers")
        return few.chosen(test, a, b)

    def _count(self, *given: Operand) -> None:
        """An operation, unless it is one on Python's own numbers."""
        if not all(_is_own(each) for each in given):
            self.operations += 1

    # ------------------------------------------------------------ calls

    def _call(self, node: ast.Call) -> Given:
        keywords = {each.arg or "**": each.value for each in node.keywords}
        name = self._function.qualified(node.func)
        owner, _, short = name.partition(".")
        if owner in ("builtins", "math"):
            return self._of_python(name, [self.value(each) for each in node.args], keywords)
        if owner == "numpy":
            self.operations += 1
            made = self._made(short, node.args, keywords)
            if made is not None:
                return made
            args = node.args
            if short in ("array", "asarray") and len(args) == 2 and "dtype" not in keywords:
                keywords, args = {"dtype": args[1], **keywords}, args[:1]
            return self._of_numpy(short, [self.value(each) for each in args], keywords)
        if isinstance(node.func, ast.Name) and node.func.id in self._function.siblings:
            other = self._function.siblings[node.func.id]
            return self._of_module(other, [self.value(each) for each in node.args], keywords)
        if isinstance(node.func, ast.Attribute) and not name:
            receiver = self.value(node.func.value)
            self.operations += 1
            return self._method(node.func.attr, receiver, node.args, keywords)
        raise UnfitError("a call of something else")

    def _of_module(
        self, other: Function, given: Sequence[Given], keywords: dict[str, ast.expr]
    ) -> Given:
        """A function of the same module, whose statements are read in its place."""
        arguments = other.node.args
        names = [each.arg for each in arguments.args]
        if other.node.name in _names_in(self._function)[0] or "self" in names:
            raise UnfitError("a function that is given, or a method")
        simple = not (keywords or arguments.defaults or arguments.vararg or arguments.kwarg)
        *body, last = body_of(other) or [other.node]
        if not simple or len(names) != len(given) or len(self._parameters(other)) > len(names):
            raise UnfitError("arguments by their names")
        if not isinstance(last, ast.Return) or last.value is None or other in self._called:
            raise UnfitError("a function without a value, or that calls itself")
        if other.node.decorator_list or not all(isinstance(s, _PLAIN) for s in body):
            raise UnfitError("no straight line")
        before = self._function, self._held
        self._called.append(other)
        self._function, self._held = other, dict(zip(names, given, strict=True))
        for statement in body:
            self.take(statement)
        value = self.value(last.value)
        self._function, self._held = before
        self._called.pop()
        return value

    def take(self, statement: ast.stmt) -> None:
        """Read a statement and write its lines; expressions alone have none."""
        raise UnfitError(f"{type(statement).__name__} in an expression")

    @staticmethod
    def _parameters(function: Function) -> set[str]:
        return {n.arg for n in ast.walk(function.node.args) if isinstance(n, ast.arg)}

    def _of_numpy(
        self, name: str, given: Sequence[Given], keywords: dict[str, ast.expr]
    ) -> Given:
        if name in ("array", "asarray", "float64") and len(given) == 1:
            return self._converted(name, given[0], keywords)
        if name in ("concatenate", "hstack") and len(given) == 1 and not keywords:
            return calls.one_after_another(given[0])
        name = {"amax": "max", "amin": "min", "abs": "absolute"}.get(name, name)
        operands = [calls.operand(each) for each in given]
        axis = indices.axis_of(keywords)
        if len(operands) == 1:
            reduced = self._functions.reduced(name, operands[0], axis)
            if reduced is not None:
                return reduced
        made = None if axis is not None else self._functions.call(name, operands)
        if made is None:
            raise UnfitError("another function")
        return made

    def _converted(self, name: str, given: Given, keywords: dict[str, ast.expr]) -> Given:
        dtype = ast.unparse(keywords.pop("dtype", ast.Name("")))
        if keywords or dtype not in ("", "float", "np.float64", "numpy.float64"):
            raise UnfitError("another dtype")
        if name == "float64":
            if not isinstance(given, Number):
                raise UnfitError("an array of one number")
            number = few.as_float(given)
            return Number(number.node, "float", own=False)
        if name == "asarray" and isinstance(given, Elements):
            if dtype and given.kind != "float":
                raise UnfitError("truth values as numbers")
            return given
        return calls.array_of_floats(given) if dtype else calls.array(given)

    def _made(
        self, name: str, args: Sequence[ast.expr], keywords: dict[str, ast.expr]
    ) -> Given | None:
        """np.zeros, np.ones and np.eye of sizes that are written out."""
        kind, like, _ = name.partition("_like")
        if (
            kind not in ("zeros", "ones", "empty", "eye", "identity")
            or len(args) != 1
            or keywords
        ):
            return None
        square = kind in ("eye", "identity")
        if like:
            shape: tuple[Any, ...] = self._array(args[0]).shape
        else:
            sizes = indices.written_index(args[0])
            shape = (sizes if isinstance(sizes, tuple) else (sizes,)) * (2 if square else 1)
        if not all(isinstance(n, int) for n in shape) or not few.are_few(shape):
            raise UnfitError("a size that is not written out")
        array = np.eye(*shape) if square else np.full(shape, float(kind == "ones"))
        numbers = [Number(few.constant(n), "float") for n in array.ravel().tolist()]
        return few.array_of(numbers, array.shape)

    def _method(
        self,
        name: str,
        receiver: Given,
        args: Sequence[ast.expr],
        keywords: dict[str, ast.expr],
    ) -> Given:
        if not isinstance(receiver, Elements):
            raise UnfitError("a method of no array")
        if name == "copy" and not args and not keywords:
            return calls.array(receiver)
        if name in ("tolist", "flatten") and not args and not keywords:
            if len(receiver.shape) > 1 and name == "tolist":
                raise UnfitError("a list of lists")
            if name == "tolist":
                return [Number(each.node, each.kind) for each in receiver.numbers]
            return few.array_of(receiver.numbers, (len(receiver.numbers),))
        if name not in _METHODS:
            raise UnfitError("another method")
        return self._of_numpy(name, [receiver, *map(self.value, args)], keywords)

    def _of_python(
        self, name: str, given: Sequence[Given], keywords: dict[str, ast.expr]
    ) -> Given:
        owner, _, short = name.partition(".")
        if keywords or not all(isinstance(each, Number) for each in given):
            if name == "builtins.abs" and len(given) == 1:
                return self._of_numpy("absolute", given, keywords)
            raise UnfitError("an array in a function of Python")
        numbers = [each for each in given if isinstance(each, Number)]
        if owner == "math" and short in _OF_MATH:
            made = self.writing.called(short, *map(few.as_float, numbers))
            return Number(made.node, made.kind)
        if len(numbers) != 1 or short not in ("float", "abs"):
            raise UnfitError("another function of Python")
        (number,) = numbers
        if short == "float":
            return Number(few.as_float(number).node, "float")
        call = ast.Call(ast.Name("abs", ast.Load()), [number.node], [])
        return Number(call, number.kind, number.own)


def body_of(function: Function) -> list[ast.stmt]:
    """Its statements, without what it says of itself."""
    first, *rest = function.node.body
    says = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return rest if says else [first, *rest]


def _called_from(function: Function) -> list[Function]:
    """Functions of its module that it may come to call."""
    found = [function]
    for each in found:
        read = _names_in(each)[1]
        found += [o for n, o in each.siblings.items() if n in read and o not in found]
    return found[1:]


def _names_in(function: Function) -> tuple[set[str], set[str]]:
    """Names that a function sets, parameters included, and those that it finds outside."""
    names = [n for n in function.nodes if isinstance(n, ast.Name)]
    own = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in ast.walk(function.node.args) if isinstance(n, ast.arg)}
    return own, {n.id for n in names} - own


def _is_own(value: Operand) -> bool:
    return isinstance(value, Number) and value.own


def _kind(value: Operand) -> str:
    return value.kind
