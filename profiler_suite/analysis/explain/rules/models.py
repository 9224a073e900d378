"""Models, interpolators and integrands that take many rows, called for one at a time."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import patterns
from profiler_suite.analysis.explain.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import hoisting
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


@rule(
    "models",
    looks_for="a model, an interpolator or an integrand called for one row at a time",
    rewrite="np.array([model.predict(x.reshape(1, -1))[0] for x in X]) → model.predict(X)",
    exact="the call treats rows alike; the trial compares",
    thread="https://github.com/scikit-learn/scikit-learn/issues/1363",
)
def one_row_calls(seen: Observation) -> Iterator[Finding]:
    """Calls that take many rows, made for one."""
    table = []
    for row in ("V.reshape(1, -1)", "[V]", "V[None]", "V[None, :]", "V[np.newaxis, :]"):
        table += [
            (f"np.array([M({row})[0] for V in X])", "M(X)"),
            (f"[M({row})[0] for V in X]", "list(M(X))"),
        ]
    for row in ("X[V].reshape(1, -1)", "[X[V]]", "X[V:V + 1]", "X[V][None]"):
        table += [
            (f"np.array([M({row})[0] for V in range(len(X))])", "M(X)"),
            (f"np.array([M({row})[0] for V in range(N)])", "M(X[:N])"),
        ]
    yield from seen.rewrites(*table, title="call it once for all rows")
    for function in seen.functions:
        for loop in (n for n in ast.walk(function.node) if isinstance(n, ast.For)):
            text = _one_call(function, loop)
            if text:
                start, end = function.span(loop)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="call it once for all rows",
                    lines=hoisting.span_of(function, loop),
                    evidence="the loop calls it for one row at a time",
                )


def _one_call(function: Function, loop: ast.For) -> str:
    """'out[:] = f(x)' for a loop whose only statement is 'out[i] = f(x[i])'."""
    if len(loop.body) != 1 or not isinstance(loop.body[0], ast.Assign) or loop.orelse:
        return ""
    statement = loop.body[0]
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Subscript) or not isinstance(
        loop.target, ast.Name | ast.Tuple
    ):
        return ""
    for source, values in (
        (
            "range(len(X))",
            (
                "F(X[I])",
                "F(X[I])[0]",
                "F([X[I]])[0]",
                "F(X[I:I + 1])[0]",
                "F(X[I].reshape(1, -1))[0]",
            ),
        ),
        (
            "range(N)",
            ("F(X[I])", "F([X[I]])[0]", "F(X[I:I + 1])[0]", "F(X[I].reshape(1, -1))[0]"),
        ),
        ("enumerate(X)", ("F(V)", "F([V])[0]", "F(V.reshape(1, -1))[0]", "F(V[None])[0]")),
    ):
        outer = patterns.match(function, loop.iter, source)
        if outer is None:
            continue
        for pattern in values:
            one = patterns.match(function, value, pattern)
            if one is None or not _fits(loop, target, one, outer):
                continue
            array = function.text_of(outer["X"] if "X" in outer.captures else one["X"])
            if source == "range(N)":
                array = f"{array}[:{function.text_of(outer['N'])}]"
            place = function.text_of(target.value)
            length = f"[:len({array})]"
            return f"{place}{length} = {function.text_of(one['F'])}({array})"
    return ""


def _fits(loop: ast.For, target: ast.Subscript, one: Match, outer: Match) -> bool:
    """Whether the index of the loop is the index of what is read and written."""
    names = [n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)]
    index = target.slice
    if not isinstance(index, ast.Name) or index.id != names[0]:
        return False
    if "I" in one.captures:
        read = one["I"]
        same = "X" not in outer.captures or ast.dump(outer["X"]) == ast.dump(one["X"])
        return isinstance(read, ast.Name) and read.id == names[0] and same
    read = one["V"]
    return isinstance(read, ast.Name) and len(names) == 2 and read.id == names[1]
