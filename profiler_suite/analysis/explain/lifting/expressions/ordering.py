"""sorted() of a row, and of the places of its elements by what stands there."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.expressions.matrices import along
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal, Term


def in_order(reader: Reader, node: ast.Call) -> Term:
    """`sorted(row)` as np.sort, `sorted(range(len(row)), key=lambda i: row[i])` as np.argsort.

    Python keeps the order of what compares equal, from below as from above.
    """
    given = {each.arg: each.value for each in node.keywords}
    last_first = given.pop("reverse", ast.Constant(False))
    key = given.pop("key", None)
    if given or len(node.args) != 1 or not isinstance(last_first, ast.Constant):
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    turned = bool(last_first.value)
    if key is None:
        row = _row(reader, node.args[0])
        return along(row, f"NP.sort({{0}}, axis=-1){'[..., ::-1]' if turned else ''}")
    values, minus = _looked_up(key, node.args[0])
    row = _row(reader, values)
    dtype = dtype_of(row)
    turned ^= minus
    if dtype is None or (turned and dtype.kind not in "if"):
        raise Refusal("what is sorted cannot be turned around")
    if turned and dtype.kind == "i":
        reader.scope.assume("no number that is sorted is the least of its dtype")
    sign = "-" if turned else ""
    return along(row, f"NP.argsort({sign}({{0}}), axis=-1, kind='stable')")


def _row(reader: Reader, node: ast.expr) -> Term:
    row = reader.read(node)
    dtype = dtype_of(row)
    if len(row.own) != 1 or dtype is None or dtype.kind not in "iufb":
        raise Refusal(f"{ast.unparse(node)!r} is no row of numbers")
    if dtype.kind == "f":
        reader.scope.assume("no NaN is compared")
    return row


def _looked_up(key: ast.expr, places: ast.expr) -> tuple[ast.expr, bool]:
    """The row in which places are looked up, all of them; whether its numbers are negated."""
    if isinstance(key, ast.Attribute) and key.attr == "__getitem__":
        values, minus = key.value, False
    elif isinstance(key, ast.Lambda) and len(key.args.args) == 1:
        body = key.body
        minus = isinstance(body, ast.UnaryOp) and isinstance(body.op, ast.USub)
        body = body.operand if isinstance(body, ast.UnaryOp) and minus else body
        place = key.args.args[0].arg
        if not isinstance(body, ast.Subscript) or ast.unparse(body.slice) != place:
            raise Refusal("what it is sorted by is not looked up in a row")
        values = body.value
    else:
        raise Refusal("what it is sorted by is not looked up in a row")
    row = ast.unparse(values)
    if ast.unparse(places) not in (f"range(len({row}))", f"range({row}.size)"):
        raise Refusal("what is sorted is not all places of a row")
    return values, minus
