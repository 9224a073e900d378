"""Correlations and covariances of two sliced windows, of all windows before the loop.

`for i in range(w - 1, n): out.append(x[i - w + 1:i + 1].corr(y[i - w + 1:i + 1]))` takes an
element of what one array expression gives for every window.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

OF_WINDOWS = '''
def of_windows(x, y, width, divided, skipped):
    """The covariance, or divided the correlation, of x and y in every window of so many.

    What is missing in either is skipped, or makes its windows NaN.
    """
    x, y = (np.asarray(each, dtype=float) for each in (x, y))
    valid = ~(np.isnan(x) | np.isnan(y)) if skipped else np.ones(len(x), dtype=bool)
    found = np.empty(len(x) - width + 1)
    step = max(1, 2**18 // width)  # so that no more is held at once
    for first in range(0, len(found), step):
        part = slice(first, min(first + step, len(found)) + width - 1)
        view = np.lib.stride_tricks.sliding_window_view
        *windows, used = (view(each[part], width) for each in (x, y, valid))
        count = used.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            # From the largest: what is the same in a whole window is 0, not a rounding.
            tops = [np.where(used, v, -np.inf).max(axis=1, keepdims=True) for v in windows]
            a, b = (np.where(used, v - top, 0.0) for v, top in zip(windows, tops))
            a, b = (v - v.sum(axis=1, keepdims=True) / count for v in (a, b))
            a, b = (np.where(used, v, 0.0) for v in (a, b))
            other = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
            if not divided:
                other = np.where(count[:, 0] > 1, count[:, 0] - 1, np.nan)
            found[first : first + len(a)] = (a * b).sum(axis=1) / other
    return found
'''.strip()

_MEASURES = (
    *(("P.corr(Q)", True, True), ("P.cov(Q)", False, True)),
    *(("np.corrcoef(P, Q)[0, 1]", True, False), ("np.corrcoef(P, Q)[0][1]", True, False)),
    *(("np.corrcoef(P, Q)[1, 0]", True, False), ("np.cov(P, Q)[0, 1]", False, False)),
    *(("scipy.stats.pearsonr(P, Q)[0]", True, False),),
    *(("scipy.stats.pearsonr(P, Q).statistic", True, False),),
)
# Where a window begins and ends, and where the loop must begin.
_BOUNDS = (
    ("I - W + 1", "I + 1", ("W - 1", "W")),
    ("I - W", "I", ("W",)),
    ("I", "I + W", ("", "0")),
)
_SLICES = ("X.iloc[L:U]", "X.values[L:U]", "X[L:U]")
_OF_TABLES = ("DF.iloc[L:U][C]", "DF[L:U][C]")


@dataclass(frozen=True)
class _SlicedWindow:
    array: str
    begin: str
    width: str


def pairs_before(function: Function) -> Iterator[tuple[ast.For | ast.ListComp, str]]:
    """Each loop with the measures of all windows before it, and the function so."""
    for loop in function.nodes:
        if isinstance(loop, ast.For) or (
            isinstance(loop, ast.ListComp) and len(loop.generators) == 1
        ):
            text = _of_loop(function, loop)
            if text:
                yield loop, text


def _of_loop(function: Function, loop: ast.For | ast.ListComp) -> str:
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    begins = _begin(function, head.iter)
    if begins is None or not isinstance(head.target, ast.Name):
        return ""
    local = _set_once(function, loop)
    edits: list[Edit] = []
    before: dict[str, str] = {}
    gone = set(local)
    for node in ast.walk(loop):
        for pattern, divided, skipped in _MEASURES:
            one = (
                patterns.match(function, node, pattern) if isinstance(node, ast.expr) else None
            )
            if one is None:
                continue
            sides = [
                _window(function, syntax.substituted(one[each], local), head.target.id, begins)
                for each in "PQ"
            ]
            first, second = sides
            if first is None or second is None or first.width != second.width:
                continue
            if first.begin != second.begin:
                continue
            fixed = ast.parse(f"({first.array}, {second.array}, {first.width})")
            if syntax.names_in(fixed) & syntax.changed_in(loop):
                continue
            given = f"{first.array}, {second.array}, {first.width}, {divided}, {skipped}"
            name = before.setdefault(f"of_windows({given})", f"of_windows_{len(before) + 1}")
            edits.append(rewriting.edit(function, one.node, f"{name}[{first.begin}]"))
            gone &= _unused(function, loop, node, local)
    if not edits:
        return ""
    statement = loop if isinstance(loop, ast.For) else function.statement_of(loop)
    lines = [f"{name} = {call}" for call, name in before.items()]
    edits += rewriting.inserted(function, {statement.lineno: lines})
    edits += [syntax.without(function, _store(function, name)) for name in sorted(gone)]
    made = rewriting.spliced(function, edits)
    return made.source if made is not None else ""


def _begin(function: Function, iterated: ast.expr) -> str | None:
    """Where range() begins, as it is written; '' for 0."""
    one = patterns.match(function, iterated, "range(N)")
    if one is not None:
        return ""
    one = patterns.match(function, iterated, "range(A, N)")
    return ast.unparse(one["A"]) if one is not None else None


def _set_once(function: Function, loop: ast.AST) -> dict[str, ast.expr]:
    """Names that the loop gives one value, which is a slice or a column of one."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(loop):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            stores = [n for n in function.uses(name) if isinstance(n.ctx, ast.Store)]
            if len(stores) == 1 and isinstance(node.value, ast.Subscript):
                found[name] = node.value
    return found


def _unused(
    function: Function, loop: ast.AST, measure: ast.AST, local: dict[str, ast.expr]
) -> set[str]:
    """Names of windows that nothing but the measure reads."""
    inside = set(ast.walk(measure))
    return {
        name
        for name in local
        if all(use in inside or isinstance(use.ctx, ast.Store) for use in function.uses(name))
    }


def _store(function: Function, name: str) -> ast.stmt:
    uses = function.uses(name)
    return function.statement_of(next(n for n in uses if isinstance(n.ctx, ast.Store)))


def _window(
    function: Function, node: ast.expr, counter: str, begins: str
) -> _SlicedWindow | None:
    for pattern in (*_OF_TABLES, *_SLICES):
        one = patterns.match(function, node, pattern)
        if one is None:
            continue
        array = ast.unparse(one["X"]) if "X" in one.captures else ""
        if not array:
            array = f"{ast.unparse(one['DF'])}[{ast.unparse(one['C'])}]"
        lower, upper = ast.unparse(one["L"]), ast.unparse(one["U"])
        for low, high, starts in _BOUNDS:
            found = patterns.match(
                function, one["L" if "W" in low else "U"], low if "W" in low else high
            )
            if found is None or ast.unparse(found["I"]) != counter:
                continue
            width = ast.unparse(found["W"])
            if [lower, upper] != [_filled(each, counter, width) for each in (low, high)]:
                continue
            if begins in [_filled(each, counter, width) if each else "" for each in starts]:
                return _SlicedWindow(array, lower, width)
    return None


def _filled(text: str, counter: str, width: str) -> str:
    """The text for this counter and this width; a difference of two numbers as their number."""
    if width.isdigit() and text == "W - 1":
        return str(int(width) - 1)
    values = {"I": ast.Name(counter, ast.Load()), "W": ast.parse(width, mode="eval").body}
    return ast.unparse(syntax.substituted(ast.parse(text, mode="eval").body, values))
