"""Moves work out of loops: growing arrays, repeated conversions, elements read one by one."""

import ast
from collections.abc import Iterator, Sequence

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.evidence import at
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.measure.explain.records import Edit

# ------------------------------------------------------------- arrays that grow

# Pattern → the same for a list of all values.
_GROWING = {
    "OUT = np.append(OUT, V)": "np.append({out}, {list})",
    "OUT = np.append(OUT, V, axis=0)": "np.concatenate([{out}, *{list}])",
    "OUT = np.r_[OUT, V]": "np.append({out}, {list})",
    **{
        f"OUT = {join}({pair.format('OUT, V')}{given})": f"{join}([{{out}}, *{{list}}]{kept})"
        for join, given, kept in (
            ("np.concatenate", "", ""),
            ("np.concatenate", ", axis=K", ", axis={K}"),
            ("np.vstack", "", ""),
            ("np.hstack", "", ""),
            ("pd.concat", "", ""),
            ("pd.concat", ", ignore_index=True", ", ignore_index=True"),
        )
        for pair in ("({})", "[{}]")
    },
}


def growth(seen: Observation, function: Function, package: str = "np") -> Iterator[Finding]:
    """`out = np.append(out, v)` in a loop → a list, and one array after the loop."""
    for loop in syntax.loops_of(function):
        for statement in ast.walk(loop):
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                continue
            target = statement.targets[0]
            if not isinstance(target, ast.Name):
                continue
            one, joined = _grown(function, statement, target.id, package)
            if one is None or len(syntax.uses(loop, target.id)) != 2:
                continue
            name = rewriting.new_name(function, f"{target.id}_parts")
            parts = {"out": target.id, "list": name}
            if "K" in one.captures:
                parts["K"] = function.text_of(one["K"])
            local = function.numpy if package == "np" else _pandas(function)
            text = joined.format(**parts).replace(f"{package}.", f"{local}.")
            start, end = function.span(statement)
            value = function.text_of(one["V"])
            texts = [text]
            if joined.startswith("np.append"):  # also right where each value is an array
                texts.insert(0, f"{local}.concatenate([{target.id}, *{name}])")
            ways = [(whole, value) for whole in texts]
            row = _row(one["V"], joined)
            if row is not None:
                made = f"{local}.reshape({name}, (-1, *{target.id}.shape[1:]))"
                rows = f"{local}.concatenate([{target.id}, {made}])"
                ways.insert(0, (rows, function.text_of(row)))
            for whole, added in ways:
                edits = [
                    *_list_before(function, loop, name),
                    Edit(start=start, end=end, text=f"{name}.append({added})"),
                    syntax.after(function, loop, [f"{target.id} = {whole}"]),
                ]
                yield from _finding(seen, function, loop, target.id, edits)


def _row(value: ast.expr, joined: str) -> ast.expr | None:
    """The one row that is joined, of which an array is made with all the others."""
    if isinstance(value, ast.List) and len(value.elts) == 1 and not joined.startswith("pd."):
        return value.elts[0]
    return value if joined.startswith("np.vstack") else None


def _grown(
    function: Function, statement: ast.Assign, name: str, package: str
) -> tuple[patterns.Match | None, str]:
    for pattern, joined in _GROWING.items():
        left, _, right = pattern.partition(" = ")
        if not right.startswith(f"{package}."):
            continue
        one = patterns.match(function, statement.value, right)
        if one is not None and isinstance(one[left], ast.Name):
            held = one[left]
            if isinstance(held, ast.Name) and held.id == name:
                return one, joined
    return None, ""


def _pandas(function: Function) -> str:
    return next((k for k, v in function.bound.items() if v == "pandas"), "pd")


def _list_before(function: Function, loop: syntax.Loop, name: str) -> list[Edit]:
    return rewriting.inserted(function, {loop.lineno: [f"{name} = []"]})


def _finding(
    seen: Observation, function: Function, loop: syntax.Loop, name: str, edits: list[Edit]
) -> Iterator[Finding]:
    return seen.edited(
        function,
        edits,
        title=f"collect the parts of {name} in a list and join them once",
        lines=syntax.span_of(function, loop),
        evidence=f"every iteration copies the whole of {name}",
    )


# --------------------------------------------------- what is the same every time

_COSTLY = frozenset(
    [
        *("ascontiguousarray", "asfortranarray", "asarray", "array", "arange", "linspace"),
        *("eye", "zeros", "ones", "meshgrid", "outer", "kron", "transpose", "concatenate"),
        *("sum", "mean", "std", "max", "min", "sort", "argsort", "unique", "cumsum", "sqrt"),
        *("exp", "log", "dot", "diag", "where", "nonzero", "median", "percentile", "tile"),
        *("repeat", "hanning", "hamming", "inv", "pinv", "eigh", "svd", "cholesky", "norm"),
        *("eig", "eigvals", "eigvalsh", "det", "slogdet", "qr", "expm", "logm", "sqrtm"),
        *("var", "prod", "cov", "corrcoef", "bincount", "histogram", "flatnonzero", "isin"),
        *("interp1d", "CubicSpline", "UnivariateSpline", "RegularGridInterpolator", "splrep"),
        *("make_interp_spline", "PchipInterpolator", "Akima1DInterpolator", "RBFInterpolator"),
        *("KDTree", "cKDTree", "ConvexHull", "Delaunay", "cdist", "pdist", "squareform"),
        *("butter", "firwin", "iirfilter", "get_window", "hann", "gaussian", "cheby1", "sos"),
        *("splu", "spilu", "factorized", "lu_factor", "cho_factor", "toeplitz", "circulant"),
        *("csr_matrix", "csc_matrix", "csr_array", "csc_array", "diags", "identity", "label"),
        *("loadtxt", "genfromtxt", "fromfile", "loadmat", "zoom", "rotate", "gaussian_filter"),
        *("linkage", "ward", "gaussian_kde", "minimum_spanning_tree", "dijkstra", "laplacian"),
        *("savgol_coeffs", "distance_transform_edt", "Voronoi", "griddata", "next_fast_len"),
    ]
)
_ELSEWHERE = frozenset(
    [
        *("builtins.sum", "builtins.max", "builtins.min", "builtins.sorted", "builtins.set"),
        *("pandas.read_csv", "pandas.date_range", "pandas.to_datetime", "json.loads"),
        *("statistics.mean", "statistics.median", "statistics.stdev", "collections.Counter"),
        *("math.factorial", "copy.deepcopy"),
    ]
)
_METHODS = frozenset(
    [
        *("astype", "copy", "tocsr", "tocsc", "tocoo", "toarray", "todense", "to_numpy"),
        *("tolist", "mean", "std", "var", "sum", "max", "min", "median", "unique", "nunique"),
        *("value_counts", "quantile", "set_index", "to_dict", "sort_values", "argsort"),
        *("transpose", "conj", "getH", "drop_duplicates"),
    ]
)


def invariants(seen: Observation, function: Function) -> Iterator[Finding]:
    """Calls in loops whose operands no iteration changes, computed before the loop."""
    for loop in (n for n in function.nodes if isinstance(n, ast.For)):
        yield from _before(seen, function, loop, loop.body, syntax.changed_in(loop))
    yield from _of_comprehensions(seen, function)


def _of_comprehensions(seen: Observation, function: Function) -> Iterator[Finding]:
    """The same for comprehensions, and for functions that are handed over to be called."""
    kinds = (ast.Lambda, *syntax.COMPREHENSIONS)
    for node in function.nodes:
        if not isinstance(node, kinds) or any(
            isinstance(p, kinds) for p in function.around(node)
        ):
            continue
        statement = function.statement_of(node)
        own = {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
        first = [] if isinstance(node, ast.Lambda) else list(ast.walk(node.generators[0].iter))
        parts = [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.arguments)]
        kept = [n for part in parts for n in _unfolded(part) if n not in first]
        if not isinstance(statement, ast.While):
            yield from _before(seen, function, statement, kept, syntax.changed_in(node) | own)


def _unfolded(part: ast.AST) -> list[ast.AST]:
    """A part of a comprehension; of its generators what is evaluated again and again."""
    if isinstance(part, ast.comprehension):
        return [part.iter, *part.ifs]
    return [part]


def _before(
    seen: Observation,
    function: Function,
    loop: ast.stmt,
    parts: Sequence[ast.AST],
    changed: set[str],
) -> Iterator[Finding]:
    """What the parts of a loop compute of names that it does not change, before it."""
    calls = [
        node
        for node in _unconditional(parts)
        if _is_costly(function, node) and not syntax.names_in(node) & changed
    ]
    outer = [c for c in calls if not any(p in calls for p in function.around(c))]
    outer.sort(key=lambda c: (c.lineno, c.col_offset))
    if not outer:
        return
    named: dict[str, str] = {}
    edits = []
    for node in outer:
        text = function.text_of(node)
        name = named.setdefault(text, f"{_name_of(node)}_before_{len(named) + 1}")
        edits.append(rewriting.edit(function, node, name))
    lines = [f"{name} = {' '.join(text.split())}" for text, name in named.items()]
    edits += rewriting.inserted(function, {loop.lineno: lines})
    yield from seen.edited(
        function,
        edits,
        title=f"compute {', '.join(named)[:70]} once, before the loop",
        lines={
            line
            for node in outer
            for line in syntax.span_of(function, function.statement_of(node))
        },
        evidence=f"the loop of {at([loop.lineno + function.shift])} computes the same "
        "in every iteration",
    )


def _unconditional(parts: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """Expressions that every iteration evaluates, inner loops' included."""
    todo: list[ast.AST] = list(parts)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.expr):
            yield node
        if isinstance(node, ast.If | ast.Try | ast.While | ast.IfExp | ast.BoolOp):
            todo.append(getattr(node, "test", ast.Pass()))
            continue
        if isinstance(node, ast.Lambda | ast.FunctionDef):
            continue
        todo += list(ast.iter_child_nodes(node))


def _is_costly(function: Function, node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "values":
        parent = function.parents.get(node)
        return not (isinstance(parent, ast.Call) and parent.func is node)
    if not isinstance(node, ast.Call):
        return False
    if any(isinstance(n, ast.NamedExpr) for n in ast.walk(node)):
        return False
    name = function.qualified(node.func)
    if name in _ELSEWHERE:
        return bool(node.args) and not isinstance(node.args[0], ast.Tuple | ast.Constant)
    if name.startswith(("numpy.", "scipy.")) and "random" not in name:
        return name.rpartition(".")[2] in _COSTLY
    return isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and not name


def _name_of(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return function.attr if isinstance(function, ast.Attribute) else "value"


# ------------------------------------------------ elements that are read one by one


def lists_for_loops(seen: Observation, function: Function) -> Iterator[Finding]:
    """Arrays that a loop reads element by element only: as lists."""
    for loop in syntax.loops_of(function):
        changed = syntax.stored_in(loop)
        for name in sorted(syntax.names_in(loop) - changed):
            form = forms.in_form(function.source.names.get(name, ""))
            if form is None or form.kind != "array" or form.letter not in "biuf":
                continue
            uses = [n for n in syntax.uses(loop, name) if not _asks_its_size(function, n)]
            reads = [_element(function, use, len(form.shape), changed) for use in uses]
            if not uses or any(each is None for each in reads):
                continue
            edits = []
            listed = rewriting.new_name(function, f"{name}_list")
            for node, indices in filter(None, reads):
                subscripts = "".join(f"[{each}]" for each in indices)
                start, end = function.span(node)
                edits.append(Edit(start=start, end=end, text=f"{listed}{subscripts}"))
            edits += rewriting.inserted(
                function, {loop.lineno: [f"{listed} = {name}.tolist()"]}
            )
            yield from seen.edited(
                function,
                edits,
                title=f"read {name} from a list: an element of an array is made an object "
                "each time",
                lines=syntax.span_of(function, loop),
                evidence=f"the loop of {at([loop.lineno + function.shift])} reads {name} "
                "element by element",
            )


def _asks_its_size(function: Function, use: ast.Name) -> bool:
    """Whether only the size of an array is used here: x.shape, len(x)."""
    parent = function.parents.get(use)
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("shape", "size", "ndim", "dtype")
    return isinstance(parent, ast.Call) and function.qualified(parent.func) == "builtins.len"


def _element(
    function: Function, use: ast.Name, dims: int, changed: set[str]
) -> tuple[ast.expr, list[str]] | None:
    """The access x[i, j] or x[i][j] around a name, or the array as what a loop goes over."""
    parent = function.parents.get(use)
    if isinstance(parent, ast.For) and parent.iter is use and dims == 1:
        return use, []
    node: ast.expr = use
    indices: list[str] = []
    while len(indices) < dims:
        parent = function.parents.get(node)
        if not isinstance(parent, ast.Subscript) or parent.value is not node:
            return None
        if not isinstance(parent.ctx, ast.Load):
            return None
        parts = parent.slice.elts if isinstance(parent.slice, ast.Tuple) else [parent.slice]
        for part in parts:
            index = forms.of(function, part)
            whole = index is not None and (index.kind == "python" and index.dtype == "int")
            arithmetic = _is_index(part, function)
            if isinstance(part, ast.Slice) or not (whole or arithmetic):
                return None
            indices.append(function.text_of(part))
        node = parent
    return (node, indices) if len(indices) == dims and syntax.names_in(node) & changed else None


def _is_index(node: ast.expr, function: Function) -> bool:
    """Whether it is arithmetic of Python's integers, as far as one sees."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            form = forms.in_form(function.source.names.get(each.id, ""))
            if form is None or form.kind != "python" or form.dtype != "int":
                return False
        elif not isinstance(
            each,
            ast.BinOp
            | ast.UnaryOp
            | ast.Constant
            | ast.operator
            | ast.unaryop
            | ast.expr_context,
        ):
            return False
    return True
