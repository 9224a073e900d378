"""What arrays cannot do: recursions whose every step needs the one before."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator

from profiler_suite import units
from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import loops, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.evidence import at
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import HINT, rule
from profiler_suite.measure.explain.records import Trial
from profiler_suite.model.trial import TrialKind

_LEAST_SHARE = 0.3
_LEAST_OVERHEAD = 0.5
_PASSES = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@rule(
    "not_for_arrays",
    looks_for="loops and recursions whose every step needs the one before: dynamic programming",
    rewrite="a compiler, not NumPy: Numba, Cython",
    exact="as compiled; integers of 64 bits do not grow",
    thread="https://stackoverflow.com/questions/36526708/comparing-python-numpy-numba-and-c-for-"
    "matrix-multiplication",
    tried=TrialKind.COMPILED,
)
def compiler(seen: Observation) -> Iterator[Finding]:
    """Carried recursions that the interpreter runs."""
    work = seen.breakdown
    overhead = (
        work.share(time_breakdown.INTERPRETER) + work.share(time_breakdown.DISPATCH)
        if work is not None
        else 1.0
    )
    if overhead < _LEAST_OVERHEAD:
        return
    for function in seen.functions:
        if not seen.is_entry(function):
            continue
        carried = list(_carried(function))
        recursive = _calls_itself(function)
        lines = {line for first, last in carried for line in range(first, last + 1)}
        share = seen.share(function, lines or seen.lines_of(function))
        if (not carried and not recursive) or share < _LEAST_SHARE:
            continue
        what = (
            f"the loop of {at(first for first, _ in carried)} carries values from iteration "
            "to iteration"
            if carried
            else "it calls itself"
        )
        said = (
            f"{what}; interpreter and call overhead are {units.percent(overhead)} of the time"
            if work is not None
            else what
        )
        yield Finding(
            title="a compiler (Numba, Cython), not NumPy, as far as is known here: every step "
            "seems to need the one before",
            evidence=said,
            trial=Trial(kind=TrialKind.COMPILED),
            share=share,
            hint=True,
            stands=True,
        )


# What calls Python for each of many → what that is, in words.
_CALLED = {
    "DF.apply(F, axis=1)": "DataFrame.apply with axis=1 makes a Series of every row",
    "DF.groupby(K, **KW).apply(F)": "groupby.apply makes a table of every group",
    "DF.groupby(K, **KW)[C].apply(F)": "groupby.apply makes a Series of every group",
    "DF.groupby(K, **KW)[C].transform(F)": "groupby.transform makes a Series of every group",
    "DF.groupby(K, **KW)[C].agg(F)": "groupby.agg makes a Series of every group",
    "DF.groupby(K, **KW).agg(F)": "groupby.agg makes a Series of every group",
    "DF.groupby(K, **KW).agg(**NAMED)": "groupby.agg makes a Series of every group",
    "DF.groupby(K, **KW).transform(F)": "groupby.transform makes a Series of every group",
    "DF.groupby(K, **KW).filter(F)": "groupby.filter makes a table of every group",
    "S.rolling(W, **KW).apply(F, **MORE)": "rolling.apply goes through every window",
    "S.resample(W, **KW).apply(F)": "resample makes a Series of every bin of time",
    "S.resample(W, **KW).agg(F)": "resample makes a Series of every bin of time",
    "S.resample(W, **KW)[C].apply(F)": "resample makes a Series of every bin of time",
    "S.apply(F)": "Series.apply goes through every element",
    "S.map(F)": "Series.map goes through every element",
    "np.apply_along_axis(F, AXIS, A, **KW)": "np.apply_along_axis goes through every row",
    "np.vectorize(F, **KW)(*REST)": "np.vectorize goes through every element",
    "scipy.ndimage.generic_filter(A, F, **KW)": "generic_filter goes through every pixel",
    "scipy.ndimage.labeled_comprehension(A, L, I, F, **KW)": "it goes through every label",
}
# Functions of NumPy that are Python around a small computation.
_IN_PYTHON = frozenset(
    [
        *("numpy.polyfit", "numpy.percentile", "numpy.quantile", "numpy.histogram"),
        *("numpy.cov", "numpy.corrcoef", "numpy.cross", "numpy.gradient", "numpy.unwrap"),
        *("numpy.linalg.lstsq", "numpy.linalg.pinv", "numpy.linalg.eigh", "numpy.linalg.svd"),
    ]
)
# What groups, windows and bins are made by: no elements of a column.
_NO_COLUMNS = frozenset(["groupby", "resample", "rolling", "expanding", "ewm"])
_UNWRITTEN = "no rewrite of it could be shown to be faster here"


@rule(
    "not_for_arrays",
    looks_for="a Python function called for each row, group, window, element or pixel",
    rewrite="methods of the table or arrays where there are any; fewer, larger calls",
    exact="as rewritten by hand",
    thread="https://stackoverflow.com/questions/54432583/when-should-i-not-want-to-use-pandas-"
    "apply-in-my-code",
    tried=HINT,
)
def called_from_python(seen: Observation) -> Iterator[Finding]:
    """Callbacks that stay callbacks: said only where nothing else was found."""
    for function in seen.functions if seen.lines_are_timed else ():
        for one in patterns.found(function, list(_CALLED), _calls_python):
            share = seen.share(function, [one.line])
            if share < _LEAST_SHARE:
                continue
            what = next(
                said
                for pattern, said in _CALLED.items()
                if patterns.match(function, one.node, pattern)
            )
            called = ast.unparse(one["F"]) if "F" in one.captures else "a function"
            yield Finding(
                title=f"line {one.line}: {what} and calls {called[:30]} from Python: use "
                "methods of the whole table or array where there are any",
                evidence=f"this line takes {units.percent(share)} of the time",
                trial=Trial(kind=TrialKind.FAILED, target=_UNWRITTEN),
                share=share,
                hint=True,
                stands=True,
            )


def _calls_python(one: Match) -> bool:
    """Whether it is a function that is handed over, for a column where a column is meant."""
    given = [one["F"]] if "F" in one.captures else []
    given += [each.value for each in one.captures.get("NAMED", [])]
    if given and not any(_is_function(one, each) for each in given):
        return False
    if "S" not in one.captures or "W" in one.captures:
        return True
    form = one.form("S")
    if form is not None and form.dtype != "Series":
        return False
    made = one["S"].func if isinstance(one["S"], ast.Call) else None
    return not (isinstance(made, ast.Attribute) and made.attr in _NO_COLUMNS)


def _is_function(one: Match, given: ast.expr) -> bool:
    """Whether Python is called: 'sum' names one of pandas' own, and so does np.sum."""
    if isinstance(given, ast.Dict):
        return any(_is_function(one, each) for each in given.values)
    if isinstance(given, ast.List | ast.Tuple):
        return any(_is_function(one, each) for each in given.elts)
    named = isinstance(given, ast.Attribute) and one.function.qualified(given)
    return not isinstance(given, ast.Constant) and not str(named).startswith("numpy.")


@rule(
    "not_for_arrays",
    looks_for="a function of SciPy, pandas or scikit-learn called once per iteration",
    rewrite="a form that takes arrays (axis=…), or array expressions for what it computes",
    exact="as rewritten by hand",
    thread="https://github.com/scipy/scipy/issues/18519",
    tried=HINT,
)
def called_per_iteration(seen: Observation) -> Iterator[Finding]:
    """Calls of libraries in loops: said only where nothing else was found."""
    for function in seen.functions if seen.lines_are_timed else ():
        named: dict[str, int] = {}
        for node in function.nodes:
            name = function.qualified(node.func) if isinstance(node, ast.Call) else ""
            repeated = any(isinstance(p, syntax.REPEATING) for p in function.around(node))
            others = any(_is_of_library(function, n) for n in ast.walk(node) if n is not node)
            if repeated and _is_of_library(function, node) and not others:
                named.setdefault(name, node.lineno + function.shift)  # type: ignore[attr-defined]
        for name, line in named.items():
            share = seen.share(function, [line])
            if share < _LEAST_SHARE:
                continue
            yield Finding(
                title=f"line {line}: {name} is called once per iteration: what it checks and "
                "sets up each time may take longer than what it computes",
                evidence=f"this line takes {units.percent(share)} of the time",
                trial=Trial(kind=TrialKind.FAILED, target=_UNWRITTEN),
                share=share,
                hint=True,
                stands=True,
            )


def _is_of_library(function: Function, node: ast.AST) -> bool:
    """Whether it is a call of such a library, or of what is Python in NumPy."""
    name = function.qualified(node.func) if isinstance(node, ast.Call) else ""
    return name.startswith(("scipy.", "pandas.", "sklearn.")) or name in _IN_PYTHON


def _carried(function: Function) -> Iterator[tuple[int, int]]:
    """First and last lines of innermost loops whose iterations depend on each other."""
    for node in function.nodes:
        if not isinstance(node, ast.For | ast.While):
            continue
        if any(isinstance(n, ast.For | ast.While) for b in node.body for n in ast.walk(b)):
            continue
        first = node.lineno + function.shift
        found = loops.loops_around(function, node.body[0].lineno + function.shift)
        if first not in found.independent and not _any_order_does(function, node):
            yield first, (node.end_lineno or node.lineno) + function.shift


def _any_order_does(function: Function, loop: ast.For | ast.While) -> bool:
    """Whether no iteration needs what an earlier one made, though it may be the last.

    Adding to what belongs to a key, and no key to another, may be done in any order; so may
    keeping the largest so far, and giving values one by one.
    """
    if isinstance(loop, ast.While):
        return False
    asked = _gathered(function, loop) | _extremes(loop) | _made_anew(function, loop)
    asked |= _kept_by_key(function, loop)
    return not loops.carries(_GoesOn().visit(copy.deepcopy(loop)), asked)


class _GoesOn(ast.NodeTransformer):
    """The loop without what ends it early, and with what it gives as plain expressions."""

    def visit_Yield(self, node: ast.Yield) -> ast.expr:
        return node.value or ast.Constant(None)

    def visit_Break(self, node: ast.Break) -> ast.stmt:
        return ast.Pass()

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        return ast.Expr(node.value) if node.value is not None else ast.Pass()


def _gathered(function: Function, loop: ast.For) -> set[str]:
    """Names to whose elements it adds by keys, and of which it reads no others."""
    asked = set()
    for name, keys in _added_to(loop).items():
        (key,) = keys if len(keys) == 1 else [""]
        moves = any(isinstance(n, ast.Name) for n in ast.walk(ast.parse(key)))
        if moves and _keys_read(function, loop, name) <= keys:
            asked.add(name)
    return asked


def _kept_by_key(function: Function, loop: ast.For) -> set[str]:
    """Dictionaries that keep what an iteration has for its key: the one before of a group."""
    own = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    keys: dict[str, set[str]] = {}
    for node in ast.walk(loop):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Subscript):
            continue
        place = node.targets[0]
        if isinstance(place.value, ast.Name):
            plain = syntax.names_in(node.value) | syntax.names_in(place.slice) <= own
            key = ast.unparse(place.slice) if plain and syntax.names_in(place.slice) else ""
            keys.setdefault(place.value.id, set()).add(key)
    return {
        name
        for name, held in keys.items()
        if len(held) == 1 and "" not in held and _keys_read(function, loop, name) <= held
    }


_LIBRARIES = ("numpy.", "scipy.", "sklearn.", "pandas.")


def _made_anew(function: Function, loop: ast.For) -> set[str]:
    """Names that every iteration first gives something new of a function of a library."""
    found = set()
    used: set[str] = set()
    for statement in loop.body:
        value = statement.value if isinstance(statement, ast.Assign) else None
        while isinstance(value, ast.Subscript | ast.Attribute):
            value = value.value
        made = isinstance(value, ast.Call) and function.qualified(value.func)
        if made and isinstance(statement, ast.Assign) and str(made).startswith(_LIBRARIES):
            new = {each.id for each in statement.targets if isinstance(each, ast.Name)}
            found |= new - used - syntax.names_in(statement.value)
        used |= syntax.names_in(statement)
    return found


def _extremes(loop: ast.For) -> set[str]:
    """Names that are set where a value passes one of them, and not read anywhere else."""
    found = set()
    for node in ast.walk(loop):
        if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
            continue
        if node.orelse or not all(isinstance(each, ast.Assign) for each in node.body):
            continue
        compared = {each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)}
        names = set[str]().union(*map(syntax.changed_in, node.body))
        read = _reads(loop, names) - _reads(node.test, names)
        if isinstance(node.test.ops[0], _PASSES) and names & compared and not read:
            found |= names
    return found


def _reads(within: ast.AST, names: set[str]) -> Counter[str]:
    """How often each of the names is read there."""
    return Counter(
        node.id
        for node in ast.walk(within)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names
    )


def _added_to(loop: ast.For) -> dict[str, set[str]]:
    """Names to whose elements a loop adds, with the keys; '' where it sets them otherwise."""
    found: dict[str, set[str]] = {}
    place: ast.expr
    for node in ast.walk(loop):
        if isinstance(node, ast.AugAssign):
            place, value, adds = node.target, node.value, isinstance(node.op, ast.Add)
        elif isinstance(node, ast.Assign):
            place, value = node.targets[0], node.value
            adds = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add)
            adds |= isinstance(value, ast.Constant)  # the first of a key
        else:
            continue
        if isinstance(place, ast.Subscript) and isinstance(place.value, ast.Name):
            key = ast.unparse(place.slice) if adds else ""
            found.setdefault(place.value.id, set()).add(key)
    return found


def _keys_read(function: Function, loop: ast.For, name: str) -> set[str]:
    """Keys at which a loop reads what a name holds; '' for anything else it does with it."""
    found = set()
    for node in ast.walk(loop):
        if not isinstance(node, ast.Name) or node.id != name:
            continue
        above, *call = [*function.around(node)][:2]
        if isinstance(above, ast.Subscript):
            found.add(ast.unparse(above.slice))
        elif isinstance(above, ast.Compare) and isinstance(above.ops[0], ast.In | ast.NotIn):
            found.add(ast.unparse(above.left))
        elif isinstance(above, ast.Attribute) and above.attr in ("get", "setdefault"):
            given = call[0].args if call and isinstance(call[0], ast.Call) else []
            found.add(ast.unparse(given[0]) if given else "")
        else:
            found.add("")
    return found


def _calls_itself(function: Function) -> bool:
    return any(
        isinstance(n, ast.Call)
        and isinstance(n.func, ast.Name)
        and n.func.id == function.source.function
        for n in function.nodes
    )
