"""Functions that pandas calls for each row or element, written where they are called.

`df.apply(lambda r: f(r['a'], r.b), axis=1)` goes over what
`pd.Series([f(a, b) for a, b in zip(df['a'].tolist(), df['b'].tolist())], df.index)` goes over.
"""

import ast
import copy
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewriting import Function

_ROWS = ("DF.apply(F, axis=1)", "DF.apply(F, axis='columns')")
_ELEMENTS = ("S.apply(F)", "S.map(F)")


class ElementsOfRow(ast.NodeTransformer):
    """Elements of a row by names of their own."""

    def __init__(self, row: str, taken: set[str]) -> None:
        self.row = row
        self.taken = taken
        self.columns: dict[str, str] = {}
        self.whole = False

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """`row['a']`."""
        key = node.slice
        own = isinstance(node.value, ast.Name) and node.value.id == self.row
        if own and isinstance(key, ast.Constant) and isinstance(key.value, str):
            return self._element(key.value)
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """`row.a`."""
        if isinstance(node.value, ast.Name) and node.value.id == self.row:
            return self._element(node.attr)
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The row itself, which has no name for an element."""
        self.whole |= node.id == self.row
        return node

    def _element(self, column: str) -> ast.expr:
        plain = "".join(c if c.isalnum() else "_" for c in column)
        name = (
            plain if plain.isidentifier() and plain not in self.taken else f"{self.row}_{plain}"
        )
        return ast.Name(self.columns.setdefault(column, name), ast.Load())


def comprehensions(function: Function) -> Iterator[str]:
    """The function with what it hands to apply in a comprehension over columns."""
    for one in patterns.found(function, (*_ROWS, *_ELEMENTS), lambda m: True):
        callee = _callee(function, one["F"])
        of_rows = "DF" in one.captures
        over = one["DF"] if of_rows else one["S"]
        if callee is None or not patterns.pure(over) or len(callee.args.args) != 1:
            continue
        element = in_one(callee.body) if isinstance(callee, ast.FunctionDef) else callee.body
        if element is None:
            continue
        text = _of_rows if of_rows else _of_elements
        made = text(
            function, callee.args.args[0].arg, element, rewriting.written(function, over)
        )
        whole = (
            rewriting.spliced(function, [rewriting.edit(function, one.node, made)])
            if made
            else None
        )
        if whole is not None:
            yield whole.source


def _callee(function: Function, node: ast.expr) -> ast.FunctionDef | ast.Lambda | None:
    if isinstance(node, ast.Lambda):
        return node
    if not isinstance(node, ast.Name):
        return None
    for inner in function.nodes:
        if (
            isinstance(inner, ast.FunctionDef)
            and inner.name == node.id
            and inner is not function.node
        ):
            return inner if not inner.decorator_list else None
    return None


def _of_rows(function: Function, row: str, element: ast.expr, table: str) -> str:
    taken = syntax.names_in(element) | syntax.names_in(function.node)
    reading = ElementsOfRow(row, taken - {row})
    body = ast.unparse(reading.visit(copy.deepcopy(element)))
    if reading.whole or not reading.columns:
        return ""
    names = ", ".join(reading.columns.values())
    lists = [f"{table}[{column!r}].tolist()" for column in reading.columns]
    over = f"zip({', '.join(lists)})" if len(lists) > 1 else lists[0]
    return f"{function.pandas}.Series([{body} for {names} in {over}], index={table}.index)"


def _of_elements(function: Function, name: str, element: ast.expr, series: str) -> str:
    body = ast.unparse(element)
    made = f"[{body} for {name} in {series}.tolist()], index={series}.index, name={series}.name"
    return f"{function.pandas}.Series({made})"


def in_one(body: list[ast.stmt]) -> ast.expr | None:
    """What statements return, as one expression; None where they do more than compute."""
    return _in_one(body, {})


def _in_one(body: list[ast.stmt], values: dict[str, ast.expr]) -> ast.expr | None:
    values = dict(values)
    for number, statement in enumerate(body):
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.Return):
            value = statement.value or ast.Constant(None)
            return syntax.substituted(value, values)
        if isinstance(statement, ast.If):
            rest = body[number + 1 :]
            yes = _in_one([*statement.body, *rest], values)
            no = _in_one([*statement.orelse, *rest], values)
            if yes is None or no is None:
                return None
            return ast.IfExp(syntax.substituted(statement.test, values), yes, no)
        plain = isinstance(statement, ast.Assign) and len(statement.targets) == 1
        if not plain or not isinstance(statement, ast.Assign):
            return None
        if not isinstance(statement.targets[0], ast.Name):
            return None
        values[statement.targets[0].id] = syntax.substituted(statement.value, values)
    return ast.Constant(None)
