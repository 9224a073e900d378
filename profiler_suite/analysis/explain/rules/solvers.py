"""Slow paths of solvers: the same matrix factorised again, and what they call back."""

import ast
from collections.abc import Iterator

from profiler_suite import units
from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns, root_loops
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import HINT, rule
from profiler_suite.measure.explain.records import Edit, Trial
from profiler_suite.model.trial import TrialKind

_SPARSE = "scipy.sparse.linalg."
_SOLVES = {
    f"{_SPARSE}spsolve(A, B)": (
        f"{_SPARSE}factorized({{a}}.tocsc())",
        "{name}({b})",
        "import scipy.sparse.linalg",
    ),
    "np.linalg.solve(A, B)": (
        "scipy.linalg.lu_factor({a})",
        "scipy.linalg.lu_solve({name}, {b})",
        "import scipy.linalg",
    ),
    "scipy.linalg.solve(A, B)": (
        "scipy.linalg.lu_factor({a})",
        "scipy.linalg.lu_solve({name}, {b})",
        "import scipy.linalg",
    ),
    "np.linalg.lstsq(A, B, rcond=None)[0]": (
        "np.linalg.pinv({a})",
        "{name} @ {b}",
        "import numpy as np",
    ),
}
_MOST_VARIABLES = 12


@rule(
    "solvers",
    looks_for="linear systems of one matrix, solved one after the other: factorised each time",
    rewrite="spsolve(A, b) in a loop → solve = factorized(A.tocsc()) before it, solve(b)",
    exact="up to rounding; the matrix does not change in the loop",
    thread="https://github.com/scipy/scipy/issues/11215",
)
def factorised(seen: Observation) -> Iterator[Finding]:
    """One matrix, many right-hand sides."""
    for function in seen.functions:
        found: dict[tuple[ast.stmt, str, str], list[Match]] = {}
        for pattern in _SOLVES:
            for one in patterns.found(function, [pattern], lambda m: True):
                loop = _loop_around(function, one)
                if loop is not None:
                    key = loop, pattern, function.text_of(one["A"])
                    found.setdefault(key, []).append(one)
        for (loop, pattern, matrix), calls in found.items():
            made, text, needs = _SOLVES[pattern]
            plain = "".join(c if c.isalnum() else "_" for c in matrix).strip("_")
            name = f"{plain}_factors" if "lu_" in made else f"{plain}_solve"
            closed = rewriting.written(function, calls[0]["A"])
            edits = [
                rewriting.edit(
                    function, one.node, text.format(name=name, b=function.text_of(one["B"]))
                )
                for one in calls
            ]
            lines = [f"{name} = {made.format(a=closed)}"]
            edits += rewriting.inserted(function, {loop.lineno: lines})
            yield from seen.edited(
                function,
                edits,
                title=f"factorise {matrix[:40]} once, before the loop",
                lines=syntax.span_of(function, loop),
                helpers=(needs,),
                evidence="every solution factorises the same matrix again",
            )


_LARGE_SHARE = 0.3
_OF_MANY_CALLS = "the matrix is given from call to call, and what else changes it was not seen"


@rule(
    "solvers",
    looks_for="a linear system whose matrix an object or a module keeps, solved in a function "
    "that may be called again and again",
    rewrite="spsolve(self.matrix, b) → self.solve(b), with self.solve = "
    "factorized(self.matrix.tocsc()) where the matrix is made",
    exact="up to rounding; the matrix does not change between the calls",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.linalg.factorized."
    "html",
    tried=HINT,
)
def kept_matrix_solved(seen: Observation) -> Iterator[Finding]:
    """Systems of one matrix in many calls: each factorises it anew."""
    for function in seen.functions if seen.shares_are_known else ():
        for one in patterns.found(function, list(_SOLVES), lambda m: True):
            matrix = function.text_of(one["A"])
            share = seen.share(function, [one.line])
            if share < _LARGE_SHARE or not _is_kept(function, one["A"]):
                continue
            if _loop_around(function, one) is not None:
                continue
            made = next(
                each
                for name, (each, _, _) in _SOLVES.items()
                if patterns.match(function, one.node, name)
            )
            yield Finding(
                title=f"line {one.line}: factorise {matrix} once, where it is made, and not "
                f"in every call: {made.format(a=matrix)}",
                evidence="every call factorises the matrix again; this line takes "
                f"{units.percent(share)} of the time",
                trial=Trial(kind=TrialKind.FAILED, target=_OF_MANY_CALLS),
                share=share,
                hint=True,
                stands=True,
            )


def _is_kept(function: Function, matrix: ast.expr) -> bool:
    """Whether an object or the module keeps it, and this function leaves it as it is."""
    while isinstance(matrix, ast.Attribute) and matrix.attr in ("T", "mT", "H"):
        matrix = matrix.value  # what a matrix has turned is kept where it is
    if isinstance(matrix, ast.Attribute):
        text = ast.unparse(matrix)
        places = [n for n in function.nodes if isinstance(n, ast.Attribute)]
        return not any(
            ast.unparse(each) == text and not isinstance(each.ctx, ast.Load) for each in places
        )
    parameters = {each.arg for each in function.nodes if isinstance(each, ast.arg)}
    own = parameters | syntax.changed_in(function.node)
    return isinstance(matrix, ast.Name) and matrix.id not in own


def _loop_around(function: Function, one: Match) -> ast.stmt | None:
    """The outermost repeated statement that does not change the matrix."""
    chosen = None
    names = syntax.names_in(one["A"])
    for each in function.around(one.node):
        if isinstance(each, syntax.REPEATING) and not isinstance(each, ast.While):
            statement = function.statement_of(each)
            if not names & syntax.changed_in(each):
                chosen = statement
        elif isinstance(each, ast.While) and not names & syntax.changed_in(each):
            chosen = each
    return chosen


# ------------------------------------------------------------------ called back


def _callbacks(seen: Observation) -> list[tuple[Function, ast.FunctionDef, str]]:
    """Functions that are handed to a solver of SciPy, where they stand, and the solver."""
    found: dict[tuple[str, str], tuple[Function, ast.FunctionDef, str]] = {}
    for function in seen.functions:
        inner = {n.name: n for n in function.nodes if isinstance(n, ast.FunctionDef)}
        for node in function.nodes:
            if not isinstance(node, ast.Call):
                continue
            solver = function.qualified(node.func)
            if not solver.startswith(("scipy.integrate.", "scipy.optimize.")):
                continue
            short = solver.rpartition(".")[2]
            for given in (*node.args, *(k.value for k in node.keywords)):
                name = given.id if isinstance(given, ast.Name) else ""
                other = function.siblings.get(name)
                if name in inner and name != function.node.name:
                    found[function.node.name, name] = function, inner[name], short
                elif other is not None:
                    found[name, ""] = other, other.node, short
    return list(found.values())


@rule(
    "solvers",
    looks_for="a function that a solver calls back, with few variables as NumPy's numbers",
    rewrite="x, y, z = state → x, y, z = state.tolist(); return np.array([…]) → return […]",
    exact="the numbers are the same; they are Python's own then",
    thread="https://github.com/scipy/scipy/issues/8257",
)
def callback_numbers(seen: Observation) -> Iterator[Finding]:
    """Vectors of a few variables, taken apart one by one."""
    for function, node, solver in _callbacks(seen):
        known = seen.parameters(function, _is_short) if node is function.node else None
        names = [each.arg for each in node.args.args if known is None or each.arg in known]
        edits = [edit for name in names for edit in _taken(function, node, name)]
        listed = _listed(function, node)
        for made in (edits, listed, [*edits, *listed]):
            if not made:
                continue
            yield from seen.edited(
                function,
                made,
                title=f"numbers of Python's own in what {solver} calls back",
                lines=syntax.span_of(function, node),
                evidence=f"{solver} calls {node.name} again and again: arithmetic on "
                "NumPy's numbers takes longer than on Python's",
            )


def _is_short(form: forms.Form) -> bool:
    short = form.kind == "array" and len(form.shape) == 1
    return short and form.letter == "f" and form.size <= _MOST_VARIABLES


def _taken(function: Function, node: ast.FunctionDef, name: str) -> list[Edit]:
    """`a, b = state` and `state[0]` of a list instead."""
    uses = syntax.uses(node, name)
    if any(not isinstance(n.ctx, ast.Load) for n in uses) or not uses:
        return []
    unpacked = []
    for use in uses:
        parent = function.parents[use]
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Tuple):
            unpacked.append(use)
        elif not (
            isinstance(parent, ast.Subscript)
            and isinstance(parent.slice, ast.Constant | ast.UnaryOp)
            and isinstance(parent.ctx, ast.Load)
        ):
            return []
    if len(unpacked) == len(uses):
        return [rewriting.edit(function, use, f"{name}.tolist()") for use in unpacked]
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        first = node.body[1]
    return rewriting.inserted(function, {first.lineno: [f"{name} = {name}.tolist()"]})


def _listed(function: Function, called: ast.FunctionDef) -> list[Edit]:
    """`return np.array([a, b])` without the array."""
    made = []
    for node in ast.walk(called):
        if not isinstance(node, ast.Return) or node.value is None:
            continue
        for pattern in ("np.array(X)", "np.asarray(X)"):
            one = patterns.match(function, node.value, pattern)
            if one is not None and isinstance(one["X"], ast.List):
                text = function.text_of(one["X"])
                made.append(rewriting.edit(function, node.value, text))
    return made


@rule(
    "solvers",
    looks_for="a solver of SciPy whose time is the Python function that it calls back",
    rewrite="compile the function (numba.njit, scipy.LowLevelCallable), or give its Jacobian",
    exact="as compiled",
    thread="https://github.com/scipy/scipy/issues/8257",
    tried=TrialKind.COMPILED,
)
def solver_callback(seen: Observation) -> Iterator[Finding]:
    """Functions called back thousands of times."""
    for function, node, solver in _callbacks(seen):
        share = seen.share(function, syntax.span_of(function, node))
        if seen.lines_are_timed and share < _MOST_OF_IT:
            continue
        yield Finding(
            title=f"{solver} calls {node.name} from Python for every step: make it "
            "cheaper, compile it (Numba), or let it be called less often (a Jacobian, "
            "vectorized=True, a looser tolerance)",
            evidence=f"what {solver} calls back takes most of the time",
            trial=Trial(kind=TrialKind.COMPILED),
            share=share,
            hint=True,
            stands=seen.lines_are_timed,
        )


_MOST_OF_IT = 0.5


@rule(
    "solvers",
    looks_for="one integral for each of many parameters: each calls back for every point",
    rewrite="[quad(f, 0, 1, args=(a,))[0] for a in p] → quad_vec(lambda t: f(t, p), 0, 1)[0]",
    exact="up to the tolerance that is asked for, which the trial compares",
    thread="https://github.com/scipy/scipy/issues/11804",
)
def integral_of_many(seen: Observation) -> Iterator[Finding]:
    """Integrals one by one."""
    table: list[tuple[str, str]] = []
    for others in ((), ("C",), ("C", "D"), ("C", "D", "E")):
        for place in range(len(others) + 1):
            given = [*others[:place], "V", *others[place:]]
            arrays = [*others[:place], "np.asarray(P)", *others[place:]]
            args = f"({', '.join(given)}{',' if len(given) == 1 else ''})"
            table += _of_parameters(f"F, A, B, args={args}", f"F(t, {', '.join(arrays)})")
    return seen.rewrites(
        *table,
        title="integrate for all parameters at once",
        helpers=("import scipy.integrate",),
        evidence="every integral calls its function for every point, in Python",
    )


def _of_parameters(one: str, integrand: str) -> Iterator[tuple[str, str]]:
    """Integrals of these arguments for each of many parameters, and the one of all."""
    of_one = f"[scipy.integrate.quad({one})[0] for V in P]"
    of_all = f"scipy.integrate.quad_vec(lambda t: {integrand}, A, B, {_EXACTLY})[0]"
    yield f"np.array({of_one})", of_all
    yield of_one, f"{of_all}.tolist()"


_EXACTLY = "epsabs=1e-12, epsrel=1e-12"


@rule(
    "solvers",
    looks_for="a root for each element, by brentq or its like in a loop",
    rewrite="for i: out[i] = brentq(lambda x: f(x, a[i]), 0, 1) → bisection for all elements",
    exact="up to the tolerance of the search; one root lies between the limits",
    thread="https://github.com/scipy/scipy/issues/19354",
)
def root_per_element(seen: Observation) -> Iterator[Finding]:
    """Equations that are solved one by one, all at once."""
    for function in seen.functions:
        for one in root_loops.in_one_search(function):
            start, end = function.span(one.loop)
            yield from seen.edited(
                function,
                [Edit(start=start, end=end, text=one.text)],
                title="find all roots at once, by bisection",
                lines=syntax.span_of(function, one.loop),
                helpers=("import numpy as np", root_loops.ROOTS_BETWEEN),
                evidence="every step of every search calls a Python function",
            )
