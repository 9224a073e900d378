"""Slow paths of calls: Python between the line and the loop, once per element or too often."""

import ast
from collections.abc import Iterator

import numpy as np

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import call_rewrites, forms
from profiler_suite.analysis.explain.rewrites.few_element_loops import written_out_with_loops
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewrites.written_out import written_out
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import hoisting
from profiler_suite.analysis.explain.rules.evidence import at, counted, elements, provided
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.preludes import prelude
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.model.trace import Operation

_SMALL_ELEMENTS = 40_960
_WRAPPERS = (
    *(
        f"{owner}.{name}"
        for owner in ("np", "ndarray")
        for name in ("sum", "prod", "max", "amax", "min", "amin", "any", "all", "mean", "clip")
    ),
    "np.linalg.norm",
)


@rule(
    "calls",
    looks_for="np.sum, np.max, np.mean, np.clip, np.linalg.norm on few elements: the Python "
    "wrapper costs more than the sum",
    rewrite="np.sum(x) → np.add.reduce(x, axis=None)",
    exact="always for arrays; norm and mean up to rounding",
    thread="https://github.com/numpy/numpy/issues/8532",
)
def wrapper(seen: Observation) -> Iterator[Finding]:
    """Reductions behind Python wrappers."""
    for function in seen.functions:
        chosen = [o for o in seen.operations(function) if _is_wrapped(o)]
        if seen.traced and not chosen:
            continue
        lines = {line.line for o in chosen for line in o.lines} or set(seen.lines_of(function))
        found = seen.finding(
            function,
            call_rewrites.without_wrappers(function, lines),
            title=f"{at(lines)}: call the ufunc's own reduction instead of its Python wrapper",
            evidence=f"{counted(chosen)}: the wrapper costs more than the work"
            if chosen
            else "wrappers seen in its source",
            lines=lines,
        )
        if found is not None:
            yield found


def _is_wrapped(operation: Operation) -> bool:
    largest = max((elements(each) for each in operation.operands), default=1)
    return operation.via in _WRAPPERS and largest <= _SMALL_ELEMENTS


SMALL_STD = '''
def small_std(x):
    """np.std of few elements without its Python layers."""
    difference = x - np.add.reduce(x, axis=None) / x.size
    return np.sqrt(np.vdot(difference, difference) / x.size)
'''.strip()


@rule(
    "calls",
    looks_for="np.std or np.var of few elements: their Python layers cost more than the sums",
    rewrite="np.std(x) → two sums",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/13199",
)
def small_statistics(seen: Observation) -> Iterator[Finding]:
    """Standard deviations of few elements."""

    def small(m: Match) -> bool:
        form = m.form("X")
        known_large = form is not None and form.size > _SMALL_ELEMENTS // 10
        return not known_large and seen.holds(m, "f", "X", kinds="array")

    return seen.rewrites(
        ("np.std(X)", "small_std(X)"),
        ("X.std()", "small_std(X)"),
        ("np.var(X)", "small_std(X) ** 2"),
        ("X.var()", "small_std(X) ** 2"),
        where=small,
        title="np.std of few elements without its Python layers",
        helpers=(SMALL_STD,),
    )


@rule(
    "calls",
    looks_for="sum, max, min, any or sorted of Python on an array: an object per element",
    rewrite="sum(x) → np.sum(x), sorted(x) → np.sort(x)",
    exact="up to the rounding of sums",
    thread="https://stackoverflow.com/questions/10922231/pythons-sum-vs-numpys-numpy-sum",
)
def python_builtin(seen: Observation) -> Iterator[Finding]:
    """Built-in functions of Python on arrays."""
    names = ("sum", "max", "min", "any", "all")

    def array(m: Match) -> bool:
        form = m.form("X")
        return form is not None and form.kind == "array" and form.letter in "biufc"

    return seen.rewrites(
        *((f"{name}(X)", f"np.{name}(X, axis=0)") for name in names),
        ("sorted(X)", "np.sort(X).tolist()"),
        ("np.array(sorted(X))", "np.sort(X)"),
        ("list(X)", "X.tolist()"),
        ("set(X)", "set(X.tolist())"),
        ("len(set(X))", "len(np.unique(X))"),
        where=array,
        title="let NumPy go through the array, not Python",
    )


@rule(
    "calls",
    looks_for="ufuncs on single numbers: a conversion, and a costly call each",
    rewrite="np.sqrt(v) → math.sqrt(v) for a number v",
    exact="where the argument is in the domain: math.sqrt(-1) raises",
    thread="https://github.com/glotzerlab/freud/issues/1236",
)
def scalar_math(seen: Observation) -> Iterator[Finding]:
    """NumPy's functions on numbers."""
    names = {
        **{each: each for each in ("sqrt", "exp", "sin", "cos", "tan", "tanh", "floor")},
        **{"log": "log", "log2": "log2", "log10": "log10", "ceil": "ceil", "hypot": "hypot"},
        **{"arctan2": "atan2", "arccos": "acos", "arcsin": "asin", "arctan": "atan"},
        **{"isnan": "isnan", "isfinite": "isfinite", "radians": "radians"},
    }
    two = ("hypot", "arctan2")

    def number(m: Match) -> bool:
        forms = [m.form(name) for name in m.captures]
        known = all(f is not None and f.kind in ("number", "python") for f in forms)
        known = known or (None in forms and _only_numbers(seen, m))
        # What the function calls may be called again and again.
        repeated = not seen.is_entry(m.function) or any(
            isinstance(each, ast.For | ast.While | ast.comprehension | ast.Lambda)
            for each in m.function.around(m.node)
        )
        return known and repeated

    return seen.rewrites(
        *(
            (f"np.{name}(A, B)", f"math.{own}(A, B)")
            if name in two
            else (f"np.{name}(A)", f"math.{own}(A)")
            for name, own in names.items()
        ),
        ("np.abs(A)", "abs(A)"),
        ("np.maximum(A, B)", "max(A, B)"),
        ("np.minimum(A, B)", "min(A, B)"),
        ("np.power(A, B)", "A ** B"),
        ("np.square(A)", "A * A"),
        ("np.clip(A, B, C)", "min(max(A, B), C)"),
        where=number,
        title="functions from math for single numbers",
        helpers=("import math",),
    )


def _only_numbers(seen: Observation, m: Match) -> bool:
    """Whether the call was seen on its line, never on an array; without a trace it may be."""
    if not seen.traced:
        return True
    name = m.function.qualified(m.node.func) if isinstance(m.node, ast.Call) else ""
    ufunc = getattr(np, name.removeprefix("numpy."), None) if name else None
    called = f"np.{getattr(ufunc, '__name__', '')}"
    own = [o for o in seen.operations(m.function, [m.line]) if o.name == called]
    return bool(own) and all(
        each.form in ("python scalar", "numpy scalar") for o in own for each in o.operands
    )


@rule(
    "calls",
    looks_for="arrays of so few elements that their handling is the cost: right-hand sides of "
    "differential equations, steps of particles, rotations, and the loops that take the steps",
    rewrite="x, y = state.tolist(), and each element written out: np.array([y, -k * x])",
    exact="up to rounding, for float64 arrays of these sizes, where functions of math are in "
    "their domain and nothing is divided by zero: Python raises where NumPy gives inf or nan",
    thread="https://github.com/numpy/numpy/issues/8532",
)
def few_elements(seen: Observation) -> Iterator[Finding]:
    """Vectors of two or three numbers."""
    for function in seen.functions:
        mathematics = {v: k for k, v in function.source.bound.items()}.get("math", "math")
        found = written_out(function, mathematics)
        found = found or written_out_with_loops(function, mathematics)
        if found is None:
            continue
        lines = [n for each in function.node.body for n in syntax.span_of(function, each)]
        helpers = ("import math",) if f"{mathematics}." in found.text else ()
        needed = prelude(function, helpers, found.text)
        made = seen.finding(
            function,
            rewriting.spliced(function, found.edits, needed),
            title=f"{at(lines)}: a few elements, written out with Python's numbers",
            evidence=f"{seen.evidence(function, lines)}{provided(found.assumptions)}",
            lines=lines,
            one_size=True,
        )
        if made is not None:
            yield made


@rule(
    "calls",
    looks_for="elements of an array read one by one in a loop: a Python object each",
    rewrite="x = x.tolist() before the loop, where lists do",
    exact="the numbers are the same; they are Python's own then",
    thread="https://stackoverflow.com/questions/29281680/numpy-individual-element-access-"
    "slower-than-for-lists",
)
def tolist(seen: Observation) -> Iterator[Finding]:
    """Arrays that a loop only reads element by element."""
    for function in seen.functions:
        yield from hoisting.lists_for_loops(seen, function)


@rule(
    "calls",
    looks_for="what gives the same in every iteration made anew in each: a conversion, an "
    "inverse, a copy, a tree",
    rewrite="computed once, before the loop",
    exact="what it is made of does not change in the loop",
    thread="https://github.com/brian-team/brian2/issues/398",
)
def invariant(seen: Observation) -> Iterator[Finding]:
    """Calls in a loop that give the same every time."""
    for function in seen.functions:
        yield from hoisting.invariants(seen, function)


@rule(
    "calls",
    looks_for="np.append, concatenate, vstack or hstack in a loop: every call copies it all",
    rewrite="a list, and one array after the loop",
    exact="the array is not read inside the loop",
    thread="https://stackoverflow.com/questions/25649788/numpy-append-vs-python-list-append",
)
def append_in_loop(seen: Observation) -> Iterator[Finding]:
    """Arrays that grow by copying."""
    for function in seen.functions:
        yield from hoisting.growth(seen, function)


@rule(
    "calls",
    looks_for="np.array of a list of arrays: element by element",
    rewrite="np.array(rows) → np.concatenate(rows).reshape(len(rows), -1)",
    exact="the rows are arrays of one length",
    thread="https://github.com/marcomusy/vedo/issues/81",
)
def array_of_arrays(seen: Observation) -> Iterator[Finding]:
    """Lists of arrays made an array."""

    def rows(m: Match) -> bool:
        form = m.form("X")
        named = isinstance(m["X"], ast.Name) and form is not None and form.dtype == "list"
        return named or isinstance(m["X"], ast.ListComp)

    return seen.rewrites(
        ("np.array(X)", "np.stack(X)"),
        ("np.vstack(X)", "np.concatenate(X).reshape(len(X), -1)"),
        where=rows,
        title="join arrays as arrays, not element by element",
    )


@rule(
    "calls",
    looks_for="a copy of what has the dtype already",
    rewrite="x.astype(t) → x.astype(t, copy=False), np.array(x) → np.asarray(x)",
    exact="nothing is written to the copy",
    thread="https://github.com/numpy/numpy/issues/19401",
)
def needless_copy(seen: Observation) -> Iterator[Finding]:
    """Conversions that convert nothing."""

    def same(m: Match) -> bool:
        form = m.form("X")
        if form is None or form.kind != "array":
            return False
        if "T" not in m.captures:
            return True
        wanted = m.function.qualified(m["T"]).rpartition(".")[2] or ast.unparse(m["T"])
        named = {"float": "float64", "int": "int64", "bool": "bool", "complex": "complex128"}
        return named.get(wanted, wanted).strip("'\"") == form.dtype

    return seen.rewrites(
        ("X.astype(T)", "X.astype(T, copy=False)"),
        ("np.array(X)", "np.asarray(X)"),
        ("np.array(X, dtype=T)", "np.asarray(X, dtype=T)"),
        ("np.array(X, T)", "np.asarray(X, T)"),
        ("np.copy(X)", "X"),
        ("X.copy()", "X"),
        where=same,
        title="avoid the copy: nothing is written to it",
    )


@rule(
    "calls",
    looks_for="np.linalg.norm along an axis: squares, a sum and a root by way of Python",
    rewrite="np.linalg.norm(x, axis=1) → np.sqrt(np.einsum('ij,ij->i', x, x))",
    exact="up to rounding, for real numbers whose squares do not overflow",
    thread="https://github.com/numpy/numpy/pull/3893",
)
def norm_of_rows(seen: Observation) -> Iterator[Finding]:
    """Norms of rows and columns."""

    def matrix(m: Match) -> bool:
        form = m.form("X")
        return form is None or (len(form.shape) == 2 and form.letter == "f")

    return seen.rewrites(
        ("np.linalg.norm(X, axis=1)", "np.sqrt(np.einsum('ij,ij->i', X, X))"),
        ("np.linalg.norm(X, axis=-1)", "np.sqrt(np.einsum('...i,...i->...', X, X))"),
        ("np.linalg.norm(X, axis=0)", "np.sqrt(np.einsum('ij,ij->j', X, X))"),
        where=matrix,
        title="sum the squares without keeping them",
    )


_OF_ARRAYS = frozenset(
    name for name, value in vars(np).items() if isinstance(value, np.ufunc)
) | {
    "dot",
    "inner",
    "outer",
    "cross",
    "sum",
    "mean",
    "std",
    "var",
    "max",
    "min",
    "median",
    "interp",
}


@rule(
    "calls",
    looks_for="lists handed to NumPy's functions in a loop: made arrays in every call",
    rewrite="for …: np.add(values, y) → values_array = np.array(values) before the loop",
    exact="the list does not change in the loop; its elements are numbers",
    thread="https://stackoverflow.com/questions/993984/what-are-the-advantages-of-numpy-over-"
    "regular-python-lists",
)
def list_operands(seen: Observation) -> Iterator[Finding]:
    """Lists that are made arrays again and again."""
    for function in seen.functions:
        for loop in syntax.loops_of(function):
            changed = syntax.changed_in(loop)
            arrays: dict[str, str] = {}
            edits = []
            for node in _listed_operands(function, loop):
                if syntax.names_in(node) & changed:
                    continue
                text = function.text_of(node)
                own = (
                    f"{text}_array"
                    if isinstance(node, ast.Name)
                    else f"array_{len(arrays) + 1}"
                )
                edits.append(rewriting.edit(function, node, arrays.setdefault(text, own)))
            lines = [f"{own} = {function.numpy}.array({text})" for text, own in arrays.items()]
            if edits:
                yield from seen.edited(
                    function,
                    [*edits, *rewriting.inserted(function, {loop.lineno: lines})],
                    title=f"make arrays of {', '.join(arrays)[:40]} once, before the loop",
                    lines=syntax.span_of(function, loop),
                    evidence="NumPy makes an array of a list in every call: most of the call",
                )


def _listed_operands(function: Function, loop: syntax.Loop) -> Iterator[ast.expr]:
    """Lists of numbers, named or written out, that NumPy's functions get in a loop."""
    for call in ast.walk(loop):
        if not isinstance(call, ast.Call) or not function.is_numpy(call, _OF_ARRAYS):
            continue
        for node in call.args[:2]:
            form = forms.of(function, node) if isinstance(node, ast.Name) else None
            written = isinstance(node, ast.List) and all(
                rewriting.number(each) is not None for each in node.elts
            )
            if written or (form is not None and form.dtype == "list"):
                yield node


CROSS = '''
def cross_of_three(a, b):
    """np.cross of two vectors of three numbers."""
    (x, y, z), (u, v, w) = a.tolist(), b.tolist()
    return np.array([y * w - z * v, z * u - x * w, x * v - y * u])
'''.strip()
CROSSES = '''
def crosses(a, b):
    """np.cross of vectors of three numbers in the last axis of a, of b, or of both."""
    result = np.empty(np.broadcast_shapes(a.shape, b.shape))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        np.subtract(a[..., j] * b[..., k], a[..., k] * b[..., j], out=result[..., i])
    return result
'''.strip()


@rule(
    "calls",
    looks_for="np.cross: much Python around six products, and passes over short rows",
    rewrite="np.cross(a, b) → the six products written out",
    exact="always for real numbers",
    thread="https://github.com/QuTech-Delft/OpenSquirrel/pull/42",
)
def cross(seen: Observation) -> Iterator[Finding]:
    """Cross products of vectors with three elements."""

    def vectors(one: Match, most: int) -> bool:
        held = [one.form(name) for name in "AB"]
        return (
            all(
                f is not None
                and f.dtype == "float64"
                and f.kind == "array"
                and f.shape[-1] == _OF_SPACE
                and len(f.shape) <= most
                for f in held
            )
            and max(len(f.shape) for f in held if f) == most
            and len({f.shape for f in held if f and len(f.shape) > 1}) < 2
        )

    for helper, template, most in (
        (CROSS, "cross_of_three(A, B)", 1),
        (CROSSES, "crosses(A, B)", 2),
    ):
        yield from seen.rewrites(
            ("np.cross(A, B)", template),
            where=lambda one, most=most: vectors(one, most),  # type: ignore[misc]
            title="write the six products out",
            helpers=(helper,),
        )


_OF_SPACE = 3
