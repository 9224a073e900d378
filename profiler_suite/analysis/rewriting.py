"""Writes lines of a function another way: the mechanical rewrites that advice may try.

Source text in, source text out: nothing is run here. A rewrite need not be right;
it is tried, and given only where the answer stays the same.
"""

import ast
import copy
import re
import textwrap
from collections.abc import Callable, Collection, Sequence
from typing import Any

from profiler_suite.measure.explained import Rewrite, SourceText

_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return)
_REDUCTIONS = {
    "sum": "add",
    "prod": "multiply",
    "max": "maximum",
    "amax": "maximum",
    "min": "minimum",
    "amin": "minimum",
    "any": "logical_or",
    "all": "logical_and",
}
_CREATING = ("zeros", "ones", "empty", "full", "linspace", "arange", "eye", "array", "identity")
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


class Function:
    """The parsed source of one function."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = textwrap.dedent(source.text)
        self.lines = self.text.splitlines()
        tree = ast.parse(self.text)
        if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
            raise ValueError("not one plain function")
        self.node = tree.body[0]
        if self.node.decorator_list:
            raise ValueError("decorated")
        self.shift = source.first_line - 1
        """Line in the file = line in the text + shift."""
        self.numpy = next(
            (
                node.id
                for node in ast.walk(self.node)
                if isinstance(node, ast.Name) and node.id in ("np", "numpy")
            ),
            "np",
        )

    def is_numpy(self, node: ast.AST, names: Collection[str]) -> str:
        """The name of a NumPy function that a call calls, if it is one of these; else ''."""
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("np", "numpy")
            and node.func.attr in names
        ):
            return node.func.attr
        return ""

    def call(self, name: str, arguments: Sequence[ast.expr], **keywords: ast.expr) -> ast.Call:
        """A call of a NumPy function, dots allowed in its name."""
        function: ast.expr = ast.Name(self.numpy, ast.Load())
        for part in name.split("."):
            function = ast.Attribute(function, part, ast.Load())
        return ast.Call(
            function, list(arguments), [ast.keyword(k, v) for k, v in keywords.items()]
        )


def parsed(source: SourceText) -> Function | None:
    """The function, or None when it is a lambda, decorated, or has no readable source."""
    try:
        return Function(source)
    except (SyntaxError, ValueError):
        return None


def statements(function: Function) -> list[ast.stmt]:
    """Its simple statements that have their lines for themselves."""
    found = []
    for node in ast.walk(function.node):
        if not isinstance(node, _SIMPLE):
            continue
        first, last = (
            function.lines[node.lineno - 1],
            function.lines[(node.end_lineno or 1) - 1],
        )
        after = last.encode()[node.end_col_offset or 0 :].decode().strip()
        before = first.encode()[: node.col_offset].decode().strip()
        if not before and (not after or after.startswith("#")):
            found.append(node)
    return sorted(found, key=lambda node: node.lineno)


def rewritten(
    function: Function,
    changes: dict[int, ast.stmt],
    *,
    before: dict[int, list[str]] | None = None,
    prelude: Sequence[str] = (),
) -> Rewrite:
    """The function with statements replaced.

    `changes` gives the new statement by the text line where the old one begins,
    `before` lines to put before a text line, `prelude` lines before the function.
    """
    by_line = {node.lineno: node for node in statements(function)}
    told: list[tuple[int, str, str]] = [(0, "", line) for line in prelude]
    text: list[str] = list(prelude)
    number = 1
    while number <= len(function.lines):
        line = function.lines[number - 1]
        indent = line[: len(line) - len(line.lstrip())]
        for extra in (before or {}).get(number, ()):
            text.append(indent + extra)
            told.append((0, "", extra))
        if number in changes:
            old = by_line[number]
            end = old.end_lineno or number
            new = ast.unparse(ast.fix_missing_locations(changes[number]))
            text += [indent + each for each in new.splitlines()]
            was = "\n".join(each.strip() for each in function.lines[number - 1 : end])
            told.append((number + function.shift, was, new))
            number = end + 1
            continue
        text.append(line)
        number += 1
    return Rewrite(
        function=function.source.function,
        source="\n".join(text) + "\n",
        lines=tuple(told),
    )


def _changed(
    function: Function,
    lines: Collection[int],
    change: Callable[[ast.stmt], ast.stmt],
) -> dict[int, ast.stmt]:
    """Statements on these lines of the file that come out of `change` different."""
    found = {}
    for node in statements(function):
        span = range(node.lineno + function.shift, (node.end_lineno or 0) + function.shift + 1)
        if not any(line in span for line in lines):
            continue
        new = change(copy.deepcopy(node))
        if ast.dump(new) != ast.dump(node):
            found[node.lineno] = new
    return found


class _Calls(ast.NodeTransformer):
    """Replaces calls by what a function makes of them."""

    def __init__(self, replace: Callable[[ast.expr], ast.expr | None]) -> None:
        self._replace = replace

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        if isinstance(node, ast.expr):
            return self._replace(node) or node
        return node


def _with(
    function: Function, lines: Collection[int], replace: Callable[[ast.expr], ast.expr | None]
) -> Rewrite | None:
    changes = _changed(function, lines, lambda node: _Calls(replace).visit(node))
    return rewritten(function, changes) if changes else None


# ------------------------------------------------------------------ single calls


def without_wrappers(function: Function, lines: Collection[int]) -> Rewrite | None:
    """np.sum(x) → np.add.reduce(x, axis=None), and its relatives; also as methods."""

    def replace(node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Call):
            return None
        name = function.is_numpy(node, _REDUCTIONS)
        arguments = node.args
        if not name and isinstance(node.func, ast.Attribute) and node.func.attr in _REDUCTIONS:
            if isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy"):
                return None
            name, arguments = node.func.attr, [node.func.value, *node.args]
        if name and arguments:
            keywords = {k.arg: k.value for k in node.keywords if k.arg}
            if len(arguments) < 2 and "axis" not in keywords:
                keywords["axis"] = ast.Constant(None)
            return function.call(f"{_REDUCTIONS[name]}.reduce", arguments, **keywords)
        if node.keywords:
            return None
        if function.is_numpy(node, ("clip",)) and len(node.args) == 3:
            x, low, high = node.args
            return function.call("minimum", [function.call("maximum", [x, low]), high])
        is_norm = (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "norm"
            and ast.unparse(node.func.value) in ("np.linalg", "numpy.linalg")
        )
        if is_norm and len(node.args) == 1:
            x, bound = _once(node.args[0])
            return function.call("sqrt", [function.call("vdot", [bound, x])])
        if function.is_numpy(node, ("mean",)) and len(node.args) == 1:
            x, bound = _once(node.args[0])
            total = function.call("add.reduce", [bound], axis=ast.Constant(None))
            return ast.BinOp(total, ast.Div(), ast.Attribute(x, "size", ast.Load()))
        return None

    return _with(function, lines, replace)


def _once(node: ast.expr) -> tuple[ast.expr, ast.expr]:
    """An expression to be used twice: (later uses, first use)."""
    if isinstance(node, ast.Name):
        return node, node
    name = ast.Name("_once", ast.Load())
    return name, ast.NamedExpr(ast.Name("_once", ast.Store()), node)


def without_powers(function: Function, lines: Collection[int]) -> Rewrite | None:
    """x**3 → x*x*x, x**1.5 → x*np.sqrt(x), and small relatives."""

    def replace(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            base, exponent = node.left, node.right
        elif function.is_numpy(node, ("power",)) and isinstance(node, ast.Call):
            if len(node.args) != 2 or node.keywords:
                return None
            base, exponent = node.args
        else:
            return None
        value = _number(exponent)
        if (
            value is None
            or abs(value) not in (0.5, 1, 1.5, 2, 2.5, 3, 4)
            or value in (1, 2, 0.5)
        ):
            return None
        if isinstance(base, ast.Constant):
            return None
        x, first = _once(base)
        factors: list[ast.expr] = []
        for _ in range(int(abs(value))):
            factors.append(x if factors else first)
        if abs(value) % 1:
            factors.append(function.call("sqrt", [x if factors else first]))
        product = factors[0]
        for factor in factors[1:]:
            product = ast.BinOp(product, ast.Mult(), factor)
        return ast.BinOp(ast.Constant(1.0), ast.Div(), product) if value < 0 else product

    return _with(function, lines, replace)


def _number(node: ast.expr) -> float | None:
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    if isinstance(inner, ast.Constant) and isinstance(inner.value, int | float):
        return -float(inner.value) if negative else float(inner.value)
    return None


def optimised_einsum(function: Function, lines: Collection[int]) -> Rewrite | None:
    """np.einsum(…) → np.einsum(…, optimize=True), which reaches BLAS where it can."""

    def replace(node: ast.expr) -> ast.expr | None:
        if not function.is_numpy(node, ("einsum",)) or not isinstance(node, ast.Call):
            return None
        if any(k.arg in ("optimize", "out") for k in node.keywords):
            return None
        flag = ast.keyword("optimize", ast.Constant(True))
        return ast.Call(node.func, node.args, [*node.keywords, flag])

    return _with(function, lines, replace)


def in_single_precision(function: Function) -> Rewrite | None:
    """New arrays without a dtype get float32: they pull the rest up to float64."""

    def replace(node: ast.expr) -> ast.expr | None:
        if not function.is_numpy(node, _CREATING) or not isinstance(node, ast.Call):
            return None
        if any(k.arg == "dtype" for k in node.keywords):
            if not any(
                k.arg == "dtype" and ast.unparse(k.value) in ("float", "np.float64")
                for k in node.keywords
            ):
                return None
        elif len(node.args) > 1 and function.is_numpy(node, ("zeros", "ones", "empty")):
            return None
        kept = [k for k in node.keywords if k.arg != "dtype"]
        dtype = ast.Attribute(ast.Name(function.numpy, ast.Load()), "float32", ast.Load())
        return ast.Call(node.func, node.args, [*kept, ast.keyword("dtype", dtype)])

    everything = range(function.shift, function.shift + len(function.lines) + 1)
    return _with(function, everything, replace)


def with_contiguous(function: Function, names: Sequence[str]) -> Rewrite | None:
    """Arguments of these names are copied to row order before anything else."""
    parameters = {
        each.arg for each in (*function.node.args.args, *function.node.args.kwonlyargs)
    }
    wanted = [name for name in names if name in parameters]
    if not wanted:
        return None
    body = function.node.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(body) > 1:
        first = body[1]
    copies = [f"{name} = {function.numpy}.ascontiguousarray({name})" for name in wanted]
    return rewritten(function, {}, before={first.lineno: copies})


# -------------------------------------------------------------- buffers for out=


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
                return _number(node.right) == 2 and self.is_array(node.left)
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


# --------------------------------------------------------------------- loops


class Loop:
    """The loops around a line, from the inside out, as far as their turns are independent."""

    def __init__(self, independent: list[int], stopped_by: int) -> None:
        self.independent = independent
        """Lines of the file where such loops begin."""
        self.stopped_by = stopped_by
        """First line inside the loop whose turns depend on each other; 0 if none."""


def loops_around(function: Function, line: int) -> Loop:
    """Which loops around a line of the file could run as one call."""
    around = [
        node
        for node in ast.walk(function.node)
        if isinstance(node, ast.For | ast.While)
        and node.body[0].lineno <= line - function.shift <= (node.end_lineno or 0)
    ]
    around.sort(key=lambda node: -node.lineno)
    free: list[int] = []
    for node in around:
        if isinstance(node, ast.While) or _carries(node):
            return Loop(free, node.body[0].lineno + function.shift)
        free.append(node.lineno + function.shift)
    return Loop(free, 0)


def _carries(loop: ast.For) -> bool:
    """Whether a turn of the loop needs what an earlier turn made."""
    if any(isinstance(n, ast.Break | ast.Return | ast.Yield) for n in ast.walk(loop)):
        return True
    events: list[tuple[str, str]] = []
    for statement in loop.body:
        _events(statement, events)
    own = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    loaded: set[str] = set()
    stored: set[str] = set()
    every_load = {name for what, name in events if what == "load"}
    for what, name in events:
        if what == "load" and name not in stored:
            loaded.add(name)
        elif what == "store":
            stored.add(name)
        elif what in ("element", "sum") and name in every_load:
            return True
    written = {name for what, name in events if what == "store"}
    return bool((loaded & written) - own)


def _events(node: ast.AST, events: list[tuple[str, str]]) -> None:
    """Loads and stores of names in the order of execution."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        if node.value is not None:
            _events(node.value, events)
        targets: list[Any] = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            _stored(target, events, isinstance(node, ast.AugAssign))
        return
    if isinstance(node, ast.Name):
        events.append(("load" if isinstance(node.ctx, ast.Load) else "store", node.id))
        return
    for child in ast.iter_child_nodes(node):
        _events(child, events)


def _stored(target: Any, events: list[tuple[str, str]], adding: bool) -> None:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            _stored(each, events, adding)
    elif isinstance(target, ast.Name):
        events.append(("sum" if adding else "store", target.id))
    elif isinstance(target, ast.Subscript | ast.Attribute):
        base = target.value
        while isinstance(base, ast.Subscript | ast.Attribute):
            base = base.value
        if isinstance(target, ast.Subscript):
            _events(target.slice, events)
        if isinstance(base, ast.Name):
            events.append(("element", base.id))
