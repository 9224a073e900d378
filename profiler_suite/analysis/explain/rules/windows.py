"""Slow paths of windows and bins of time: a Python function for each of them."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import replace

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    patterns,
    sliding_buffers,
    vectorising,
    window_expressions,
    window_pairs,
)
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.vectorising import CallOverRows
from profiler_suite.analysis.explain.rewrites.window_expressions import (
    NotForWindowsError,
    WindowReader,
    Windows,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks, groups
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_ROLLED = ("S.rolling(W, **KW).apply(F, **MORE)", "S.rolling(window=W).apply(F, **MORE)")
_BINNED = tuple(
    f"{binned}.{method}(F)"
    for binned in ("DF.resample(W, **KW)[C]", "S.resample(W, **KW)")
    for method in ("apply", "agg", "aggregate")
)


@rule(
    "windows",
    looks_for="rolling.apply with a Python function that is arithmetic of means, deviations, "
    "extremes and the ends of its window",
    rewrite="s.rolling(30).apply(lambda w: (w.iloc[-1] - w.mean()) / w.std()) → "
    "(s - s.rolling(30).mean()) / s.rolling(30).std()",
    exact="up to rounding; a window with a missing element has no value",
    thread="https://stackoverflow.com/questions/47164950/compute-rolling-z-score-in-pandas-"
    "dataframe",
)
def rolling_function(seen: Observation) -> Iterator[Finding]:
    """Functions of windows as arithmetic of rolling statistics."""
    yield from _found(seen, _ROLLED, _EVERY_WINDOW)
    for function in seen.functions:
        for one in patterns.found(function, _ROLLED, lambda m: True):
            yield from _as_rows(seen, function, one)


_EVERY_WINDOW = "rolling calls a Python function for every window"


@rule(
    "windows",
    looks_for="resample with a Python function for each bin of time, where pandas has its own",
    rewrite="s.resample('D').apply(lambda x: np.percentile(x, 90)) → "
    "s.resample('D').quantile(0.9)",
    exact="up to rounding; no element is missing, and no bin is empty where the function "
    "cannot be called with nothing",
    thread="https://pandas.pydata.org/docs/user_guide/timeseries.html",
)
def resampled_function(seen: Observation) -> Iterator[Finding]:
    """Functions of bins as arithmetic of their statistics."""
    yield from _found(
        seen, _BINNED, "resample makes a Series of every bin and calls Python for it"
    )


def _found(seen: Observation, table: tuple[str, ...], evidence: str) -> Iterator[Finding]:
    for function in seen.functions:
        for one in patterns.found(function, table, lambda m: True):
            text = _of_all(seen, function, one)
            if text is None:
                continue
            yield from seen.edited(
                function,
                [rewriting.edit(function, one.node, text)],
                title="the same for all windows at once, by methods of pandas",
                lines=[one.line],
                evidence=evidence,
            )


def _of_all(seen: Observation, function: Function, one: Match) -> str | None:
    """The expression for all windows; None where the function has none."""
    found = callbacks.find_callee(seen, function, one["F"])
    windows = _windows(function, one)
    if found is None or windows is None:
        return None
    callee, context = found
    try:
        (parameter,) = vectorising.parameters_of(callee)
        return WindowReader(replace(windows, function=context), parameter).read(callee)
    except (NotForWindowsError, vectorising.NotVectorisedError, ValueError, IndexError):
        return None


def _windows(function: Function, one: Match) -> Windows | None:
    node = one.node
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Attribute)
    base = function.text_of(node.func.value)
    more = {k.arg: k.value for k in one.captures.get("MORE", [])}
    raw = more.pop("raw", None)
    if more or (raw is not None and not isinstance(raw, ast.Constant)):
        return None
    arrays = isinstance(raw, ast.Constant) and bool(raw.value)
    if "C" in one.captures:
        table, column = rewriting.written(function, one["DF"]), function.text_of(one["C"])
        series, grouped = f"{table}[{column}]", ""
        windows = base.removeprefix(function.text_of(one["DF"]))
        if any(each.arg in ("on", "level") for each in one.captures["KW"]):
            series, grouped = "", table  # times that are no index of the column alone
        else:
            windows = windows.removesuffix(f"[{column}]")
    else:
        text = rewriting.written(function, one["S"])
        own = ".groupby(" not in text and patterns.pure(one["S"])
        series, grouped = (text, "") if own else ("", text)
        windows = base.removeprefix(function.text_of(one["S"]))
    binned = windows.startswith(".resample")
    kind = window_expressions.RESAMPLE if binned else window_expressions.ROLLING
    plain = not binned and not one.captures.get("KW")
    counted = plain and isinstance(one["W"], ast.Constant | ast.Name)
    text_of = isinstance(one["W"], ast.Constant) and not isinstance(one["W"].value, int)
    width = function.text_of(one["W"]) if counted and not text_of else ""
    return Windows(function, series, windows, kind, width, arrays, grouped)


# -------------------------------------------------------- windows as rows of an array


def _as_rows(seen: Observation, function: Function, one: Match) -> Iterator[Finding]:
    """The function of a window that comes as a Series, of a view of all windows.

    It rounds as the function does, which running sums of rolling statistics do not.
    """
    windows = _windows(function, one)
    found = callbacks.find_callee(seen, function, one["F"])
    if windows is None or not windows.width or not windows.series or found is None:
        return
    callee, context = found
    try:
        (parameter,) = vectorising.parameters_of(callee)
        changed = copy.deepcopy(callee)
        if not windows.arrays:
            changed = _OfArrays(parameter).visit(changed)
        made = CallOverRows(
            context, ast.fix_missing_locations(changed), {parameter: vectorising.ROW}
        )
    except (vectorising.NotVectorisedError, ValueError):
        return
    if made.result.kind != vectorising.NUMBER:
        return
    own = callee.name if isinstance(callee, ast.FunctionDef) else "expression"
    text = made.definition(f"{own}_of_windows", [parameter], f"{own}, of all windows at once.")
    view = f"{function.numpy}.lib.stride_tricks.sliding_window_view"
    given = ", ".join([f"{view}({windows.series}.to_numpy(), {windows.width})", *made.free])
    rolled = f"rolled({windows.series}, {own}_of_windows({given}))"
    if any(isinstance(n, ast.Compare) for n in ast.walk(callee)):
        rolled += f".where({windows.base}.count() == {windows.width})"
    yield from seen.edited(
        function,
        [rewriting.edit(function, one.node, rolled)],
        title="one array expression over a view of all windows",
        lines=[one.line],
        helpers=("import numpy as np", "import pandas as pd", text, groups.WINDOWS),
        evidence=_EVERY_WINDOW,
    )


class _OfArrays(ast.NodeTransformer):
    """A function of a Series, for an array of its elements."""

    def __init__(self, window: str) -> None:
        self.window = window

    def _is(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == self.window

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """`w.iloc`, `w.iat` and `w.values` are the array."""
        if self._is(node.value) and node.attr in ("iloc", "iat", "values"):
            return node.value
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Deviations of a Series have one degree of freedom less."""
        method = node.func if isinstance(node.func, ast.Attribute) else None
        if method is not None and self._is(method.value):
            if method.attr == "to_numpy":
                return method.value
            if method.attr in ("std", "var") and not node.args and not node.keywords:
                node.keywords = [ast.keyword("ddof", ast.Constant(1))]
        return self.generic_visit(node)  # type: ignore[return-value]


@rule(
    "windows",
    looks_for="a list of the last few elements that a loop keeps by append and pop(0), or a "
    "deque with maxlen",
    rewrite="buf.append(v); if len(buf) > w: buf.pop(0) → the loop over slices "
    "x[i - w + 1:i + 1], as array expressions",
    exact="as for loops; the window has a positive length",
    thread="https://stackoverflow.com/questions/13728392/moving-average-or-running-mean",
)
def elements_kept_in_list(seen: Observation) -> Iterator[Finding]:
    """Loops that keep the last elements in a list, over slices of their array."""
    for function in seen.functions:
        for made in sliding_buffers.over_slices(function):
            for title, text in [*seen.lifted_again(function, made.text, made.held)][:4]:
                yield from seen.whole(
                    function,
                    text,
                    title=f"{title}, of slices in place of a list that is kept",
                    lines=syntax.span_of(function, made.loop),
                    helpers=("import numpy as np",),
                    evidence="a list is shifted and gone through for every element",
                )


# --------------------------------------------------------------- windows of two columns


@rule(
    "windows",
    looks_for="the correlation or covariance of two columns in each window, cut out by a loop",
    rewrite="out.append(x[i - w + 1:i + 1].corr(y[i - w + 1:i + 1])) → "
    "of_windows(x, y, w, …)[i - w + 1], made before the loop",
    exact="up to rounding; a window of nothing but one value has none",
    thread="https://pandas.pydata.org/docs/reference/api/pandas.api.typing.Rolling.corr.html",
)
def pairs_of_windows(seen: Observation) -> Iterator[Finding]:
    """Windows of two columns, one by one."""
    for function in seen.functions:
        for loop, text in window_pairs.pairs_before(function):
            statement = loop if isinstance(loop, ast.For) else function.statement_of(loop)
            yield from seen.whole(
                function,
                text,
                title="compute it for all windows before the loop",
                lines=syntax.span_of(function, statement),
                helpers=("import numpy as np", window_pairs.OF_WINDOWS),
                evidence="every window is cut out of two columns, and checked anew",
            )
