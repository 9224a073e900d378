"""Inner loops over columns of a row, by names that are put together, written out.

`for k in range(3): total += df.loc[i, f"q{k}"]` is `total += df.loc[i, 'q0']` and so on: then
one sees which columns a loop over rows reads.
"""

import ast
from collections.abc import Sequence

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_MOST = 12
_LEAVING = (ast.Break, ast.Continue, ast.For, ast.While)


def written_out(function: Function) -> Function | None:
    """The function with such loops written out; None without any."""
    edits = []
    for loop in function.nodes:
        if isinstance(loop, ast.For) and _is_inside(function, loop):
            statements = _statements(loop)
            if statements:
                start, end = function.span(loop)
                indent = function.indent_of(loop.lineno)
                lines = [line for each in statements for line in ast.unparse(each).splitlines()]
                edits.append(Edit(start=start, end=end, text=f"\n{indent}".join(lines)))
    return rewriting.changed(function, edits)


def _is_inside(function: Function, loop: ast.For) -> bool:
    return any(isinstance(each, ast.For | ast.While) for each in function.around(loop))


def _statements(loop: ast.For) -> list[ast.stmt]:
    """Its body for each value, where the name of a column is made of that; else nothing."""
    values = _values(loop.iter)
    if not isinstance(loop.target, ast.Name) or loop.orelse or not values:
        return []
    name = loop.target.id
    inside = [node for each in loop.body for node in ast.walk(each)]
    if name in syntax.stored_in(ast.Module(loop.body, [])) or any(
        isinstance(each, _LEAVING) for each in inside
    ):
        return []
    if not any(_is_named_by(each, name) for each in inside):
        return []
    return [
        ast.fix_missing_locations(_Texts().visit(syntax.substituted(each, {name: value})))
        for value in values
        for each in loop.body
    ]


def _values(iterated: ast.expr) -> Sequence[ast.Constant]:
    """The few constants that a loop goes over, as they are written."""
    match iterated:
        case ast.Call(ast.Name("range"), [ast.Constant(int(count))], []):
            found = [ast.Constant(n) for n in range(min(count, _MOST + 1))]
        case ast.Tuple(parts) | ast.List(parts):
            found = [each for each in parts if isinstance(each, ast.Constant)]
            if len(found) < len(parts):
                return []
        case _:
            return []
    return found if len(found) <= _MOST else []


def _is_named_by(node: ast.AST, name: str) -> bool:
    """Whether it is an element whose column is that value, or a text with it."""
    if not isinstance(node, ast.Subscript):
        return False
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return any(
        isinstance(each, ast.JoinedStr | ast.Name) and name in syntax.names_in(each)
        for each in parts[-1:]
    )


class _Texts(ast.NodeTransformer):
    """f"q{3}" as 'q3'."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        texts = []
        for part in node.values:
            match part:
                case ast.Constant(value) | ast.FormattedValue(ast.Constant(value), -1, None):
                    texts.append(str(value))
                case _:
                    return node
        return ast.Constant("".join(texts))
