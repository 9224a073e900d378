"""Single calls written another way: wrappers, powers, einsum, precision, memory order."""

import ast
import copy
from collections.abc import Callable, Collection, Iterator, Sequence

from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import (
    Function,
    edit,
    number,
    rewritten,
    spliced,
)
from profiler_suite.measure.explain.records import Edit, Rewrite

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
_OF_NUMBERS = ("sqrt", "exp", "log", "log2", "sin", "cos", "square", "float64")
_CREATING = ("zeros", "ones", "empty", "full", "linspace", "arange", "eye", "array", "identity")


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
            if _is_no_array(function, node.func.value):
                return None
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

    return _replacing(function, lines, replace)


def _is_no_array(function: Function, node: ast.expr) -> bool:
    """Whether it is known to be something else, or is made of something else."""
    form = forms.of(function, node)
    while form is None and isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
        form = forms.of(function, node)
    return form is not None and form.kind == "other"


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
        value = number(exponent)
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

    return _replacing(function, lines, replace)


def optimised_einsum(function: Function, lines: Collection[int]) -> Rewrite | None:
    """np.einsum(…) → np.einsum(…, optimize=True), which reaches BLAS where it can."""

    def replace(node: ast.expr) -> ast.expr | None:
        if not function.is_numpy(node, ("einsum",)) or not isinstance(node, ast.Call):
            return None
        if any(k.arg in ("optimize", "out") for k in node.keywords):
            return None
        flag = ast.keyword("optimize", ast.Constant(True))
        return ast.Call(node.func, node.args, [*node.keywords, flag])

    return _replacing(function, lines, replace)


def in_single_precision(function: Function) -> Rewrite | None:
    """What pulls float32 up to float64 gives way to it.

    New arrays without a dtype get float32; NumPy's float64 numbers become Python's own,
    which leave the precision of an array alone.
    """

    def replace(node: ast.expr) -> ast.expr | None:
        return _single_array(function, node) or _own_number(function, node)

    everything = range(function.shift, function.shift + len(function.lines) + 1)
    return _replacing(function, everything, replace)


def _single_array(function: Function, node: ast.expr) -> ast.expr | None:
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


def _own_number(function: Function, node: ast.expr) -> ast.expr | None:
    """float(x) for a name that held a float64 number, or a root or the like of numbers."""
    names = function.source.names
    if isinstance(node, ast.Name):
        held = isinstance(node.ctx, ast.Load) and names.get(node.id) == "float64 number"
    else:
        held = bool(function.is_numpy(node, _OF_NUMBERS)) and not any(
            " (" in names.get(each.id, "")
            for each in ast.walk(node)
            if isinstance(each, ast.Name) and not _asks_its_size(node, each)
        )
    return ast.Call(ast.Name("float", ast.Load()), [node], []) if held else None


def _asks_its_size(node: ast.expr, name: ast.Name) -> bool:
    """Whether only the size of an array is used here: x.shape[0], x.size, len(x)."""
    return any(
        (isinstance(each, ast.Attribute) and each.attr in ("shape", "size", "ndim"))
        or (isinstance(each, ast.Call) and ast.unparse(each.func) == "len")
        for each in ast.walk(node)
        if name in ast.iter_child_nodes(each)
    )


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


def _replacing(
    function: Function, lines: Collection[int], replace: Callable[[ast.expr], ast.expr | None]
) -> Rewrite | None:
    """The function with expressions on these lines of the file replaced; None if none is."""
    edits = []
    for node in _expressions(function.node):
        span = range(node.lineno + function.shift, (node.end_lineno or 0) + function.shift + 1)
        if any(line in span for line in lines):
            edits += list(_edits(function, node, replace))
    return spliced(function, edits) if edits else None


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """The outermost expressions below a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif not isinstance(child, ast.arguments):
            yield from _expressions(child)


def _edits(
    function: Function, node: ast.expr, replace: Callable[[ast.expr], ast.expr | None]
) -> Iterator[Edit]:
    twin = copy.deepcopy(node)
    new = _Calls(replace).visit(twin)
    if new is not twin:
        if ast.dump(new) != ast.dump(node):
            text = ast.unparse(ast.fix_missing_locations(new))
            yield edit(function, node, text, new)
        return
    for child in _expressions(node):
        yield from _edits(function, child, replace)


class _Calls(ast.NodeTransformer):
    """Replaces calls by what a function makes of them."""

    def __init__(self, replace: Callable[[ast.expr], ast.expr | None]) -> None:
        self._replace = replace

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        if isinstance(node, ast.expr):
            return self._replace(node) or node
        return node
