"""Rows of a table that are counted between two limits, for each of many limits.

`[len(df[(df['t'] >= t - hour) & (df['t'] < t)]) for t in df['t']]` compares the whole column
for each t; one sort and two binary searches count the same.
"""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function

COUNTED = '''
def counted_between(column, low=None, high=None, low_side="left", high_side="left"):
    """How many elements lie from each low to each high; none where a limit is missing."""
    ordered = np.sort(column.dropna().to_numpy())
    below, up_to = 0, len(ordered)
    if low is not None:
        below = np.searchsorted(ordered, low.to_numpy(), low_side)
    if high is not None:
        up_to = np.searchsorted(ordered, high.to_numpy(), high_side)
    counts = np.maximum(up_to - below, 0)
    for limit in (low, high):
        if limit is not None:
            counts[limit.isna().to_numpy()] = 0
    return counts
'''.strip()

_COUNTS = ("len(DF[M])", "DF[M].shape[0]", "len(DF.loc[M])", "M.sum()", "np.sum(M)", "sum(M)")
# A comparison → which limit it is, and the side of equal elements on which it lies.
_LIMITS: dict[type[ast.cmpop], tuple[str, str]] = {
    **{ast.Lt: ("high", "left"), ast.LtE: ("high", "right")},
    **{ast.Gt: ("low", "right"), ast.GtE: ("low", "left")},
}
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Lt: ast.Gt, ast.LtE: ast.GtE},
    **{ast.Gt: ast.Lt, ast.GtE: ast.LtE},
}


def counted_at_once(function: Function) -> Iterator[str]:
    """The function with such counts of a comprehension as one call of the helper."""
    for node in function.nodes:
        if not isinstance(node, ast.ListComp) or len(node.generators) > 1:
            continue
        head = node.generators[0]
        if head.ifs or not isinstance(head.target, ast.Name):
            continue
        if not _is_column(function, head.iter):
            continue
        text = _of_all(function, node.elt, head.target.id, head.iter)
        if text:
            made = rewriting.spliced(function, [rewriting.edit(function, node, text)])
            if made is not None:
                yield made.source


def _is_column(function: Function, node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        form = forms.of(function, node.value)
        return form is not None and form.dtype == "DataFrame"
    form = forms.of(function, node)
    return form is not None and form.dtype == "Series"


def _of_all(function: Function, element: ast.expr, name: str, values: ast.expr) -> str:
    """The call for all values; empty where the element is something else."""
    for pattern in _COUNTS:
        one = patterns.match(function, element, pattern)
        limits = _limits(function, one["M"], name) if one is not None else None
        if limits is None:
            continue
        column, found = limits
        given = [ast.unparse(column)]
        for limit, (expression, side) in found.items():
            whole = syntax.substituted(expression, {name: values})
            given.append(f"{limit}={ast.unparse(whole)}")
            if side != "left":
                given.append(f'{limit}_side="{side}"')
        return f"counted_between({', '.join(given)}).tolist()"
    return ""


Limits = dict[str, tuple[ast.expr, str]]


def _limits(function: Function, mask: ast.expr, name: str) -> tuple[ast.expr, Limits] | None:
    """The column that is compared, and the limits that depend on the name."""
    both = isinstance(mask, ast.BinOp) and isinstance(mask.op, ast.BitAnd)
    tests = [mask.left, mask.right] if both and isinstance(mask, ast.BinOp) else [mask]
    columns: dict[str, ast.expr] = {}
    found: Limits = {}
    for test in tests:
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return None
        column, op, limit = test.left, type(test.ops[0]), test.comparators[0]
        if not _is_column(function, column):
            column, limit, op = limit, column, _MIRRORED.get(op, op)
        limited = name in syntax.free_names(limit)
        if not _is_column(function, column) or op not in _LIMITS or not limited:
            return None
        which, side = _LIMITS[op]
        if which in found or name in syntax.free_names(column):
            return None
        columns[ast.unparse(column)] = column
        found[which] = limit, side
    return (next(iter(columns.values())), found) if len(columns) == 1 else None
