"""A function of a table's row that only calls its methods, as methods of the whole table."""

import ast

from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function

_REDUCED = frozenset(
    [
        *("sum", "mean", "max", "min", "std", "var", "median", "prod"),
        *("any", "all", "count", "nunique", "idxmax", "idxmin"),
    ]
)
_ELEMENTWISE = frozenset(
    ["isna", "isnull", "notna", "notnull", "abs", "round", "fillna", "clip"]
)
# NumPy's functions of a row that are its methods; np.std has another default than std.
_OF_NUMPY = {f"numpy.{name}": name for name in ("sum", "mean", "max", "min", "abs")}
_OF_NUMPY["numpy.absolute"] = "abs"

_ROWS, _COLUMN, _NUMBER = "rows", "a number for each row", "number"


def of_table(function: Function, body: ast.expr, row: str, table: str) -> str:
    """`row.max() - row.min()` as `df.max(axis=1) - df.min(axis=1)`; empty where it is none."""
    kind = _kind(function, body, row)
    if kind != _COLUMN:
        return ""
    changed = _OfTable(function, row, table).visit(
        ast.parse(ast.unparse(body), mode="eval").body
    )
    return ast.unparse(ast.fix_missing_locations(changed))


def _kind(function: Function, node: ast.expr, row: str) -> str:
    """What an expression of a row is, for a whole table; empty for anything else."""
    if isinstance(node, ast.Name):
        if node.id == row:
            return _ROWS
        form = forms.of(function, node)
        return _NUMBER if form is not None and form.kind in ("python", "number") else ""
    if isinstance(node, ast.Constant):
        return _NUMBER if isinstance(node.value, int | float) else ""
    if isinstance(node, ast.UnaryOp):
        return _kind(function, node.operand, row) if not isinstance(node.op, ast.Not) else ""
    if isinstance(node, ast.BinOp):
        return _both(_kind(function, node.left, row), _kind(function, node.right, row))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        if isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot):
            return ""
        others = node.comparators[0]
        return _both(_kind(function, node.left, row), _kind(function, others, row))
    return _of_call(function, node, row) if isinstance(node, ast.Call) else ""


def _both(left: str, right: str) -> str:
    """Numbers go with anything; a table and a column would be aligned otherwise."""
    if _NUMBER in (left, right):
        return left if right == _NUMBER else right
    return left if left == right else ""


def _of_call(function: Function, node: ast.Call, row: str) -> str:
    given = [*node.args, *(k.value for k in node.keywords)]
    called = _OF_NUMPY.get(function.qualified(node.func), "")
    if called and len(given) == 1 and not node.keywords:
        of = _kind(function, node.args[0], row)
        name = called
        given = []
    elif isinstance(node.func, ast.Attribute):
        of, name = _kind(function, node.func.value, row), node.func.attr
    else:
        return ""
    if of != _ROWS or not all(isinstance(each, ast.Constant) for each in given):
        return ""
    if name in _REDUCED:
        return _COLUMN if not given else ""
    return _ROWS if name in _ELEMENTWISE else ""


class _OfTable(ast.NodeTransformer):
    """The row's name as the table's, and an axis for what is reduced."""

    def __init__(self, function: Function, row: str, table: str) -> None:
        self._function = function
        self._row = row
        self._table = ast.parse(table, mode="eval").body

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._table if node.id == self._row else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        called = _OF_NUMPY.get(self._function.qualified(node.func), "")
        if called:
            receiver = self.visit(node.args[0])
            node = ast.Call(ast.Attribute(receiver, called, ast.Load()), [], [])
        else:
            assert isinstance(node.func, ast.Attribute)
            node.func.value = self.visit(node.func.value)
        assert isinstance(node.func, ast.Attribute)
        if node.func.attr in _REDUCED:
            node.keywords = [ast.keyword("axis", ast.Constant(1))]
        return node
