"""Slow paths of memory: temporaries, page faults, arrays that need not be there."""

import ast
from collections.abc import Callable, Iterator

from profiler_suite import units
from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import buffer_rewrites, forms, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.evidence import at
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit
from profiler_suite.model.trace import Operation

_LARGE_TEMPORARY_BYTES = 16 * 2**10
# Arrays below this stay in the second cache with their temporaries.
_LARGE_ELEMENTS = 100_000
_LEAST_OPERATIONS = 2
_SIGNS = {
    ast.Add: "+=",
    ast.Sub: "-=",
    ast.Mult: "*=",
    ast.Div: "/=",
}
_UFUNCS = frozenset(
    [
        *("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "abs", "absolute", "square"),
        *("where", "maximum", "minimum", "power", "arctan2", "hypot", "log1p", "expm1"),
        *("log2", "log10", "arctan", "floor", "ceil", "sign", "clip", "fmax", "fmin"),
        *("add", "subtract", "multiply", "divide", "reciprocal", "negative", "logaddexp"),
    ]
)


@rule(
    "memory",
    looks_for="large temporaries, made anew in every evaluation: fresh pages or cache misses",
    rewrite="a * b + c → np.add(np.multiply(a, b, out=buffer), c)",
    exact="always: the same operations; not for use by several threads at once",
    thread="https://stackoverflow.com/questions/27293830/utility-of-parameter-out-in-numpy-"
    "functions",
)
def out(seen: Observation) -> Iterator[Finding]:
    """Temporaries that buffers could hold."""
    for function in seen.functions:
        yield from _buffers(seen, function)


def _buffers(seen: Observation, function: Function) -> Iterator[Finding]:
    by_line: dict[int, set[tuple[tuple[int, ...], str]]] = {}
    chosen: list[Operation] = []
    for o in seen.operations(function):
        if o.kind != "ufunc" or not o.temporaries:
            continue
        new = [r for r in o.results if r.origin == "new" and r.form == "array"]
        if not new:
            continue
        for line in o.lines:
            by_line.setdefault(line.line, set()).add((tuple(new[0].shape), new[0].dtype))
        if o.temporary_bytes / o.temporaries >= _LARGE_TEMPORARY_BYTES:
            chosen.append(o)
    large = {line.line for o in chosen for line in o.lines}
    shapes = {
        line: next(iter(f)) for line, f in by_line.items() if len(f) == 1 and line in large
    }
    if not shapes:
        return
    count = sum(o.temporaries for o in chosen)
    size = units.size(max(o.temporary_bytes / o.temporaries for o in chosen))
    faults = seen.explained.breakdown_record.minor_faults
    pages = f", {units.count(faults)} page faults" if faults else ""
    known: set[str] = set()
    for named in (True, False):
        rewrite = buffer_rewrites.with_buffers(function, shapes, named=named)
        if rewrite is None or rewrite.source in known:
            continue
        known.add(rewrite.source)
        found = seen.finding(
            function,
            rewrite,
            title=f"{at(shapes)}: write temporaries into reused buffers (out=)",
            evidence=f"{units.count(count)} temporaries of up to {size} per evaluation{pages}",
            lines=shapes,
            one_size=True,
        )
        if found is not None:
            yield found


@rule(
    "memory",
    looks_for="a new array that an operation makes only to replace an old one",
    rewrite="x = x + y → x += y",
    exact="nothing else holds the old array, and the dtype stays",
    thread="https://github.com/numpy/numpy/pull/7997",
)
def in_place(seen: Observation) -> Iterator[Finding]:
    """Arrays that replace themselves."""
    return _assignments(
        seen, _in_place, title="let the array change in place instead of making a new one"
    )


def _assignments(
    seen: Observation,
    written: Callable[[Function, ast.AST], str],
    *,
    title: str,
    evidence: str = "",
) -> Iterator[Finding]:
    """Assignments written another way, all of a function at once; '' leaves one as it is."""
    for function in seen.functions:
        edits, lines = [], []
        for node in function.nodes:
            text = written(function, node)
            if text and isinstance(node, ast.Assign):
                start, end = function.span(node)
                edits.append(Edit(start=start, end=end, text=text))
                lines.append(node.lineno + function.shift)
        if edits:
            yield from seen.edited(function, edits, title=title, lines=lines, evidence=evidence)


def _in_place(function: Function, node: ast.AST) -> str:
    """'x += y' for 'x = x + y', 'np.exp(x, out=x)' for 'x = np.exp(x)'."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return ""
    target, value = node.targets[0], node.value
    if not isinstance(target, ast.Name):
        return ""
    form = forms.of(function, target)
    if form is None or form.kind != "array" or form.letter not in "fc":
        return ""
    if isinstance(value, ast.BinOp) and type(value.op) in _SIGNS:
        if isinstance(value.left, ast.Name) and value.left.id == target.id:
            return f"{target.id} {_SIGNS[type(value.op)]} {function.text_of(value.right)}"
        commutes = isinstance(value.op, ast.Add | ast.Mult)
        if commutes and isinstance(value.right, ast.Name) and value.right.id == target.id:
            return f"{target.id} {_SIGNS[type(value.op)]} {function.text_of(value.left)}"
    name = function.is_numpy(value, _UFUNCS - {"where", "clip"})
    if name and isinstance(value, ast.Call) and not value.keywords:
        given = [ast.unparse(each) for each in value.args]
        if target.id in given:
            return f"{function.numpy}.{name}({', '.join(given)}, out={target.id})"
    return ""


IN_BLOCKS = '''
def in_blocks(function, *arrays, block_bytes=2**17):
    """function(*arrays) part by part, so that what it makes stays in the cache."""
    rows = max(1, int(block_bytes / max(1, arrays[0][:1].nbytes)))
    first = function(*(a[:rows] for a in arrays))
    result = np.empty((len(arrays[0]), *first.shape[1:]), first.dtype)
    result[:rows] = first
    for start in range(rows, len(result), rows):
        part = slice(start, start + rows)
        result[part] = function(*(a[part] for a in arrays))
    return result
'''.strip()


@rule(
    "memory",
    looks_for="a long chain of operations on arrays beyond the cache: each goes through memory",
    rewrite="the chain, part by part over the first axis",
    exact="always: the same operations on each element",
    thread="https://github.com/nilearn/nilearn/issues/1305",
)
def blocks(seen: Observation) -> Iterator[Finding]:
    """Chains of elementwise operations on large arrays."""
    for function in seen.functions:
        for node in _chains(function):
            names = _arrays_in(function, node)
            if not names:
                continue
            text = " ".join(function.text_of(node).split())
            given = ", ".join(names)
            yield from seen.edited(
                function,
                [rewriting.edit(function, node, f"in_blocks(lambda {given}: {text}, {given})")],
                title="work part by part, so that temporaries stay in the cache",
                lines=range(
                    node.lineno + function.shift, (node.end_lineno or 0) + function.shift + 1
                ),
                helpers=(IN_BLOCKS,),
            )


def _chains(function: Function) -> Iterator[ast.expr]:
    """The outermost elementwise expressions of at least two operations."""

    def visit(node: ast.AST) -> Iterator[ast.expr]:
        for child in ast.iter_child_nodes(node):
            if (
                isinstance(child, ast.expr)
                and _operations(function, child) >= _LEAST_OPERATIONS
            ):
                yield child
            else:
                yield from visit(child)

    yield from visit(function.node)


def _operations(function: Function, node: ast.expr) -> int:
    """Number of elementwise operations; a large negative one where there is another."""
    none = -1000
    if isinstance(node, ast.Constant | ast.Name):
        return 0
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        return 1 + _operations(function, node.left) + _operations(function, node.right)
    if isinstance(node, ast.UnaryOp):
        return 1 + _operations(function, node.operand)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        inner = _operations(function, node.comparators[0])
        return 1 + _operations(function, node.left) + inner
    if isinstance(node, ast.Call) and function.is_numpy(node, _UFUNCS) and not node.keywords:
        return 1 + sum(_operations(function, each) for each in node.args)
    return none


def _arrays_in(function: Function, node: ast.expr) -> list[str]:
    """Names of its arrays when all are large and of one shape; else none."""
    names: dict[str, tuple[int, ...]] = {}
    for each in ast.walk(node):
        if not isinstance(each, ast.Name) or function.bound.get(each.id):
            continue
        form = forms.of(function, each)
        if form is None or form.kind == "other":
            return []
        if form.kind == "array" and form.shape:
            names[each.id] = form.shape
    shapes = set(names.values())
    large = all(forms.Form(kind="array", shape=s).size >= _LARGE_ELEMENTS for s in shapes)
    return list(names) if len(shapes) == 1 and large else []


@rule(
    "memory",
    looks_for="an array repeated in memory only to be combined with another",
    rewrite="np.tile(x, (n, 1)) → np.broadcast_to(x, (n, len(x))); meshgrid with sparse=True",
    exact="nothing is written to the repeated array",
    thread="https://github.com/numpy/numpy/issues/7319",
)
def repeated_array(seen: Observation) -> Iterator[Finding]:
    """Repeated arrays that broadcasting spares."""

    def vector(m: Match) -> bool:
        form = m.form("X") if "X" in m.captures else None
        return form is None or len(form.shape) <= 1 or "[:, None]" in ast.unparse(m["X"])

    return seen.rewrites(
        ("A - np.tile(X, (N, 1))", "A - X"),
        ("A * np.tile(X, (N, 1))", "A * X"),
        ("A + np.tile(X, (N, 1))", "A + X"),
        ("A / np.tile(X, (N, 1))", "A / X"),
        ("np.tile(X, (N, 1))", "np.broadcast_to(X, (N, len(X)))"),
        ("np.meshgrid(A, B)", "np.meshgrid(A, B, sparse=True)"),
        ("np.meshgrid(A, B, indexing=K)", "np.meshgrid(A, B, indexing=K, sparse=True)"),
        (
            "np.meshgrid(A, B, C, indexing=K)",
            "np.meshgrid(A, B, C, indexing=K, sparse=True)",
        ),
        ("np.mgrid[A, B]", "np.ogrid[A, B]"),
        where=vector,
        title="let broadcasting repeat it, without memory",
    )


@rule(
    "memory",
    looks_for="an array of ones or zeros that is at once multiplied or added to",
    rewrite="np.ones(n) * v → np.full(n, v)",
    exact="for a number v",
    thread="https://stackoverflow.com/questions/5891410/numpy-array-initialization-fill-with-"
    "identical-values",
)
def filled_array(seen: Observation) -> Iterator[Finding]:
    """Arrays made twice."""

    def number(m: Match) -> bool:
        form = m.form("V")
        moves = "U" in m.captures and (
            not patterns.pure(m["V"]) or bool(syntax.names_in(m["U"]) & syntax.names_in(m["V"]))
        )
        return not moves and (form is None or form.kind in ("python", "number"))

    return seen.rewrites(
        ("np.ones(N) * V", "np.full(N, V, float)"),
        ("V * np.ones(N)", "np.full(N, V, float)"),
        ("np.zeros(N) + V", "np.full(N, V, float)"),
        ("np.array([V] * N)", "np.full(N, V)"),
        ("np.array([V for U in range(N)])", "np.full(N, V)"),
        where=number,
        title="create it filled",
    )


@rule(
    "memory",
    looks_for="values beyond a limit set to it by a mask: a branch for every element",
    rewrite="y[y < 0] = 0 → np.maximum(y, 0, out=y)",
    exact="always, NaN included",
    thread="https://github.com/scikit-learn/scikit-learn/pull/11474",
)
def limited_by_mask(seen: Observation) -> Iterator[Finding]:
    """Arrays cut off below or above."""
    return _assignments(
        seen,
        _limited,
        title="cut off without a mask",
        evidence="a mask is made, and every element is a branch",
    )


_LIMITS = {
    ast.Lt: "maximum",
    ast.LtE: "maximum",
    ast.Gt: "minimum",
    ast.GtE: "minimum",
}


def _limited(function: Function, node: ast.AST) -> str:
    """np.maximum(y, 0, out=y) for y[y < 0] = 0."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return ""
    target = node.targets[0]
    if not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Compare):
        return ""
    array, mask = target.value, target.slice
    if len(mask.ops) != 1 or ast.unparse(mask.left) != ast.unparse(array):
        return ""
    limit = mask.comparators[0]
    form, of_limit = forms.of(function, array), forms.of(function, limit)
    if ast.unparse(limit) != ast.unparse(node.value) or form is None or of_limit is None:
        return ""
    number = of_limit.kind in ("python", "number") and of_limit.letter in "if"
    same = form.letter == "f" or (form.letter == "i" and of_limit.dtype == "int")
    name = _LIMITS.get(type(mask.ops[0]), "")
    if not name or not number or not same or not patterns.pure(array):
        return ""
    held = function.text_of(array)
    return f"{function.numpy}.{name}({held}, {function.text_of(limit)}, out={held})"
