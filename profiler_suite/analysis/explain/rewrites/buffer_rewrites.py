"""Temporaries written into buffers that are used again: `out=` for a function's operations."""

import ast
import copy
import re

from profiler_suite.analysis.explain.rewriting import Function, number, rewritten, statements
from profiler_suite.measure.explain.records import Rewrite

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
_UNARY = frozenset(
    [
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "tanh",
        "abs",
        "absolute",
        "square",
        "negative",
        "exp2",
        "log1p",
        "expm1",
        "arctan",
        "floor",
        "ceil",
        "reciprocal",
        "sinh",
        "cosh",
        "arcsin",
        "arccos",
    ]
)
_BINARY = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "maximum",
        "minimum",
        "power",
        "arctan2",
        "hypot",
        "true_divide",
    ]
)
_ARRAY = re.compile(r"^(?!list|tuple|dict|set)(\w+) \(([^)]*)\)")


def with_buffers(
    function: Function,
    forms: dict[int, tuple[tuple[int, ...], str]],
    *,
    named: bool,
) -> Rewrite | None:
    """Temporaries of these lines go to buffers that are used again.

    `forms` gives shape and dtype of the temporaries by line of the file. With
    `named`, what is given a name goes to a buffer of its own too. Buffers are
    made before the loop that uses them, or before the function where there is none.
    """
    pool = _Pool(function)
    changes: dict[int, ast.stmt] = {}
    for node in statements(function):
        span = range(node.lineno + function.shift, (node.end_lineno or 0) + function.shift + 1)
        found = {forms[line] for line in span if line in forms}
        if len(found) != 1:
            continue
        pool.begin(found.pop(), named=named)
        new = pool.statement(copy.deepcopy(node))
        if ast.dump(new) != ast.dump(node):
            changes[node.lineno] = new
    if not changes:
        return None
    made = [
        f"{name} = {function.numpy}.empty({shape}, {function.numpy}.dtype({dtype!r}))"
        if dtype != "<f8"
        else f"{name} = {function.numpy}.empty({shape})"
        for name, (shape, dtype) in pool.buffers.items()
    ]
    loop = _loop_around(function, list(changes))
    if loop:
        return rewritten(function, changes, before={loop: made})
    return rewritten(function, changes, prelude=made)


def _loop_around(function: Function, lines: list[int]) -> int:
    """Text line of the first outermost loop when all these lines are in loops; else 0."""
    loops = [
        node for node in function.node.body if isinstance(node, ast.For | ast.While | ast.With)
    ]
    loops = [node for node in loops if not isinstance(node, ast.With)]
    around = [
        next((n.lineno for n in loops if n.lineno < line <= (n.end_lineno or 0)), 0)
        for line in lines
    ]
    return min(around) if around and all(around) else 0


class _Pool:
    """Buffers by shape and dtype; those of one statement are free again for the next."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self.buffers: dict[str, tuple[tuple[int, ...], str]] = {}
        self._dedicated: set[str] = set()
        self._form: tuple[tuple[int, ...], str] = ((), "")
        self._in_use: set[str] = set()
        self._named = False

    def begin(self, form: tuple[tuple[int, ...], str], *, named: bool) -> None:
        self._form, self._named = form, named
        self._in_use = set()

    def statement(self, node: ast.stmt) -> ast.stmt:
        if (
            isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
        ) or isinstance(node, ast.AugAssign):
            node.value = self._inside(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            node.value = self._inside(node.value) if self._named else self._fresh(node.value)
            if self._named:
                self._dedicated |= self._in_use & set(_names_in(node.value, "buffer_"))
        elif isinstance(node, ast.Return | ast.Expr) and node.value is not None:
            node.value = self._fresh(node.value)
        return node

    def _fresh(self, node: ast.expr) -> ast.expr:
        """The outermost operation gives a new array; those inside it use buffers."""
        if not self._is_operation(node):
            return self._arguments(node)
        new, _ = self._placed(node)
        if isinstance(new, ast.Call):
            new.keywords = [k for k in new.keywords if k.arg != "out"]
            if not _names_in(new, "buffer_"):
                return node
        return new

    def _inside(self, node: ast.expr) -> ast.expr:
        if self._is_operation(node):
            return self._placed(node)[0]
        return self._arguments(node)

    def _arguments(self, node: ast.expr) -> ast.expr:
        """What stands inside a call or an index is dead when the statement ends."""
        if isinstance(node, ast.Call):
            node.args = [self._inside(each) for each in node.args]
            if isinstance(node.func, ast.Attribute):
                node.func.value = self._inside(node.func.value)
        elif isinstance(node, ast.BinOp):
            node.left, node.right = self._inside(node.left), self._inside(node.right)
        elif isinstance(node, ast.Attribute | ast.Subscript):
            node.value = self._inside(node.value)
        return node

    def _placed(self, node: ast.expr) -> tuple[ast.expr, str]:
        """The expression with its result in a buffer, and that buffer's name."""
        if not self._is_operation(node):
            return self._arguments(node), ""
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.Pow):
                name, parts = "square", [node.left]
            else:
                name, parts = _OPERATORS[type(node.op)], [node.left, node.right]
        elif isinstance(node, ast.UnaryOp):
            name, parts = "negative", [node.operand]
        else:
            assert isinstance(node, ast.Call)
            assert isinstance(node.func, ast.Attribute)
            name, parts = node.func.attr, node.args
        placed = [self._placed(part) for part in parts]
        held = [buffer for _, buffer in placed if buffer]
        own = held[0] if held else self._take()
        for other in held[1:]:
            self._in_use.discard(other)
        out = ast.Name(own, ast.Load())
        return self._function.call(name, [each for each, _ in placed], out=out), own

    def _take(self) -> str:
        for name, form in self.buffers.items():
            if form == self._form and name not in self._in_use | self._dedicated:
                self._in_use.add(name)
                return name
        name = f"buffer_{len(self.buffers) + 1}"
        self.buffers[name] = self._form
        self._in_use.add(name)
        return name

    def _is_operation(self, node: ast.expr) -> bool:
        """Whether it is an elementwise operation that gives an array."""
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.Pow):
                return number(node.right) == 2 and self.is_array(node.left)
            return type(node.op) in _OPERATORS and (
                self.is_array(node.left) or self.is_array(node.right)
            )
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.USub) and self.is_array(node.operand)
        name = self._function.is_numpy(node, _UNARY | _BINARY)
        if not name or not isinstance(node, ast.Call) or node.keywords:
            return False
        wanted = 1 if name in _UNARY else 2
        return len(node.args) == wanted and any(self.is_array(each) for each in node.args)

    def is_array(self, node: ast.expr) -> bool:
        """Whether an expression is an array, as far as names and forms tell."""
        if isinstance(node, ast.Name):
            return _dims(self._function.source.names.get(node.id, "")) > 0
        if isinstance(node, ast.Subscript):
            return self._indexed(node)
        if isinstance(node, ast.Attribute):
            return node.attr in ("T", "real", "imag") and self.is_array(node.value)
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "reshape":
                return True
            return any(k.arg == "keepdims" for k in node.keywords) or self._is_operation(node)
        return self._is_operation(node)

    def _indexed(self, node: ast.Subscript) -> bool:
        if not isinstance(node.value, ast.Name):
            return self.is_array(node.value)
        dims = _dims(self._function.source.names.get(node.value.id, ""))
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if any(isinstance(each, ast.Slice) for each in parts):
            return dims > 0
        numbers = [
            each
            for each in parts
            if not (isinstance(each, ast.Constant) and each.value is None)
        ]
        arrays = any(self.is_array(each) for each in numbers)
        return arrays or 0 < len(numbers) < dims


def _dims(words: str) -> int:
    """Number of dimensions of what these words describe; 0 when it is no array."""
    match = _ARRAY.match(words)
    return len([part for part in match[2].split(",") if part.strip()]) if match else 0


def _names_in(node: ast.AST, prefix: str) -> list[str]:
    return [
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and each.id.startswith(prefix)
    ]
