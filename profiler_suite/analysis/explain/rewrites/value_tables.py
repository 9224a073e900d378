"""Arithmetic on integers of 8 or 16 bits, computed once for each value that they can have.

`out = (255 * (img / 255) ** gamma).astype(np.uint8)` of an image is the same of 256 numbers,
and one look-up for every pixel.
"""

import ast
from collections.abc import Iterator, Sequence

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_VALUES = {"uint8": 256, "uint16": 65536}
_LEAST_PER_VALUE = 4
"""With fewer elements for each value a table is no gain."""
_UFUNCS = frozenset(
    [
        *("abs", "absolute", "fabs", "sqrt", "cbrt", "square", "exp", "exp2", "expm1", "log"),
        *("log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh"),
        *("cosh", "tanh", "power", "float_power", "minimum", "maximum", "fmin", "fmax"),
        *("clip", "where", "round", "around", "rint", "floor", "ceil", "trunc", "sign", "add"),
        *("subtract", "multiply", "divide", "true_divide", "floor_divide", "mod", "remainder"),
        *("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "invert"),
        *("uint8", "uint16", "int8", "int16", "int32", "int64", "float32", "float64", "hypot"),
        *("logical_and", "logical_or", "logical_not", "arctan2", "deg2rad", "heaviside"),
    ]
)
_METHODS = ("astype", "clip", "round")
_PLAIN = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.operator, ast.unaryop, ast.cmpop)
_LEAST_STEPS = 3
"""Fewer operations take no longer than looking up."""


def in_tables(function: Function) -> Iterator[tuple[list[Edit], list[ast.stmt], str]]:
    """For statements that compute from such an array: edits, the statements, its name."""
    stored = syntax.bound_names(function.node)
    for name in sorted(syntax.names_in(function.node) - stored):
        form = forms.in_form(function.source.names.get(name, ""))
        if form is None or form.dtype not in _VALUES or form.kind != "array":
            continue
        if form.size < _LEAST_PER_VALUE * _VALUES[form.dtype]:
            continue
        for block in syntax.blocks(function.node):
            for chain in _chains(function, block, name):
                edits = _edits(function, chain, name, form.dtype)
                if edits:
                    yield edits, chain, name


def _chains(
    function: Function, block: Sequence[ast.stmt], name: str
) -> Iterator[list[ast.stmt]]:
    """Statements one after another that compute from the array, element by element."""
    chain: list[ast.stmt] = []
    known = {name}
    for statement in block:
        if _follows(function, statement, known):
            chain.append(statement)
            known |= syntax.bound_names(statement)
            continue
        if chain:
            yield chain
        chain, known = [], {name}
    if chain:
        yield chain


def _follows(function: Function, statement: ast.stmt, known: set[str]) -> bool:
    if isinstance(statement, ast.Assign):
        plain = len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
        value: ast.expr | None = statement.value if plain else None
        if syntax.bound_names(statement) & known:
            return False
    else:
        value = statement.value if isinstance(statement, ast.Return) else None
    if value is None or not known & syntax.names_in(value):
        return False
    return _is_elementwise(function, value, known)


def _is_elementwise(function: Function, node: ast.AST, known: set[str]) -> bool:
    """Whether each element of a value comes from one element of the array, and numbers."""
    if isinstance(node, ast.Name):
        form = forms.of(function, node)
        return node.id in known or (form is not None and form.kind in ("python", "number"))
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float | complex)
    if isinstance(node, ast.Attribute):
        return function.qualified(node) in ("numpy.pi", "numpy.e", "numpy.inf", "math.pi")
    if isinstance(node, ast.Call):
        return _is_call(function, node, known)
    if not isinstance(node, _PLAIN) or (isinstance(node, ast.Compare) and len(node.ops) > 1):
        return False
    return not isinstance(node, ast.MatMult | ast.Not | ast.In | ast.NotIn | ast.Is) and all(
        _is_elementwise(function, each, known) for each in ast.iter_child_nodes(node)
    )


def _is_call(function: Function, node: ast.Call, known: set[str]) -> bool:
    args = list(node.args)
    owner, _, name = function.qualified(node.func).rpartition(".")
    if owner == "numpy" and name in _UFUNCS and not node.keywords:
        if name == "where" and len(args) != 3:
            return False
        return all(_is_elementwise(function, each, known) for each in args)
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        if node.keywords or not known & syntax.names_in(node.func.value):
            return False
        if node.func.attr == "astype":
            return len(args) == 1 and _is_elementwise(function, node.func.value, known)
        inner = [node.func.value, *args]
        return all(_is_elementwise(function, each, known) for each in inner)
    return False


def _edits(function: Function, chain: list[ast.stmt], name: str, dtype: str) -> list[Edit]:
    """The chain for all values of the dtype, and what is used afterwards for all elements."""
    steps = sum(
        isinstance(n, ast.BinOp | ast.Call | ast.Compare) for s in chain for n in ast.walk(s)
    )
    if steps < _LEAST_STEPS:
        return []
    inside = {id(n) for each in chain for n in ast.walk(each)}
    levels = rewriting.new_name(function, "levels")
    np, size = function.numpy, _VALUES[dtype]
    start = function.span(chain[0])[0]
    indent = f"\n{function.indent_of(chain[0].lineno)}"
    made = f"{levels} = {np}.arange({size}, dtype={np}.{dtype}){indent}"
    edits = [Edit(start=start, end=start, text=made)]
    for statement in chain:
        for use in syntax.uses(statement, name):
            begin, end = function.span(use)
            edits.append(Edit(start=begin, end=end, text=levels))
        last = function.span(statement)[1]
        if isinstance(statement, ast.Return) and statement.value is not None:
            begin = function.span(statement.value)[0]
            edits.append(Edit(start=begin, end=begin, text="("))
            edits.append(Edit(start=last, end=last, text=f")[{name}]"))
    asked = sorted(
        {
            n.id
            for each in chain
            for bound in syntax.bound_names(each)
            for n in function.uses(bound)
            if id(n) not in inside
        }
    )
    after = function.span(chain[-1])[1]
    lines = "".join(f"{indent}{each} = {each}[{name}]" for each in asked)
    return [*edits, *([Edit(start=after, end=after, text=lines)] if lines else [])]
