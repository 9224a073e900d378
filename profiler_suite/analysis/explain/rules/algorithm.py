"""Slow paths of the algorithm: another way to the same numbers needs less work."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import call_rewrites, einsum_products
from profiler_suite.analysis.explain.rewrites.forms import in_form
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.evidence import at, counted
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


@rule(
    "algorithm",
    looks_for="einsum without optimize: one loop over all indices, no BLAS",
    rewrite="np.einsum(…) → np.einsum(…, optimize=True)",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/22604",
)
def einsum(seen: Observation) -> Iterator[Finding]:
    """Contractions in no order."""
    for function in seen.functions:
        chosen = [o for o in seen.operations(function) if o.name == "np.einsum"]
        if seen.traced and not chosen:
            continue
        lines = {line.line for o in chosen for line in o.lines} or set(seen.lines_of(function))
        found = seen.finding(
            function,
            call_rewrites.optimised_einsum(function, lines),
            title=f"{at(lines)}: let einsum choose an order and BLAS",
            evidence=f"{counted(chosen) or 'einsum'} without optimize: one loop over all "
            "indices, no BLAS",
            lines=lines,
        )
        if found is not None:
            yield found


@rule(
    "algorithm",
    looks_for="einsum of what is one matrix product, or a chain of them",
    rewrite="np.einsum('ij,jk,kl->il', A, B, C) → A @ B @ C",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/22604",
)
def einsum_product(seen: Observation) -> Iterator[Finding]:
    """Contractions that BLAS has by name."""
    for function in seen.functions:
        edits = []
        lines = []
        for node in function.nodes:
            text = einsum_products.written_out(function, node)
            if text is not None and isinstance(node, ast.Call):
                edits.append(rewriting.edit(function, node, text))
                lines.append(node.lineno + function.shift)
        if edits:
            yield from seen.edited(
                function, edits, title="write it as matrix products", lines=lines
            )


@rule(
    "algorithm",
    looks_for="a product of arrays made only to be summed over an axis",
    rewrite="np.sum(a * b, axis=1) → np.einsum('ij,ij->i', a, b)",
    exact="up to rounding",
    thread="https://numpy.org/doc/stable/reference/generated/numpy.einsum.html",
)
def summed_product(seen: Observation) -> Iterator[Finding]:
    """Sums of products, without the array of the products."""
    for function in seen.functions:
        edits = []
        lines = []
        for node in function.nodes:
            text = einsum_products.summed(function, node)
            if text is not None and isinstance(node, ast.Call):
                edits.append(rewriting.edit(function, node, text))
                lines.append(node.lineno + function.shift)
        if edits:
            yield from seen.edited(
                function, edits, title="add up products without storing them", lines=lines
            )


# ------------------------------------------------------------- order of products


@rule(
    "algorithm",
    looks_for="a chain of matrix products that ends in a vector, multiplied from the left",
    rewrite="A @ B @ x → A @ (B @ x)",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/pull/4977",
)
def product_chain(seen: Observation) -> Iterator[Finding]:
    """Chains of products in a costly order."""

    def pays(m: Match) -> bool:
        a, b, c = (m.form(name) for name in "ABC")
        if c is not None and len(c.shape) == 1:
            return a is None or len(a.shape) != 1
        if a is None or b is None or c is None:
            return c is None or len(c.shape) > 1
        if any(len(f.shape) != 2 or -1 in f.shape for f in (a, b, c)):
            return False
        rows, inner, columns, end = a.shape[0], a.shape[1], b.shape[1], c.shape[1]
        left = rows * inner * columns + rows * columns * end
        return inner * columns * end + rows * inner * end < left

    return seen.rewrites(
        ("A @ B @ C", "A @ (B @ C)"),
        ("np.dot(np.dot(A, B), C)", "np.dot(A, np.dot(B, C))"),
        ("A.dot(B).dot(C)", "A.dot(B.dot(C))"),
        ("np.matmul(np.matmul(A, B), C)", "np.matmul(A, np.matmul(B, C))"),
        where=pays,
        title="multiply the small end of the chain first",
    )


@rule(
    "algorithm",
    looks_for="a matrix scaled before it is multiplied with a vector",
    rewrite="alpha * A @ x → alpha * (A @ x)",
    exact="up to rounding, for a number alpha",
    thread="https://github.com/scikit-learn/scikit-learn/issues/17684",
)
def scalar_first(seen: Observation) -> Iterator[Finding]:
    """Numbers multiplied with the larger of two arrays."""

    def number(m: Match) -> bool:
        form = m.form("S")
        return form is None or form.kind in ("python", "number")

    return seen.rewrites(
        ("S * A @ B", "S * (A @ B)"),
        ("A * S @ B", "(A @ B) * S"),
        ("A / S @ B", "(A @ B) / S"),
        ("np.dot(S * A, B)", "S * np.dot(A, B)"),
        ("np.dot(A * S, B)", "np.dot(A, B) * S"),
        ("np.dot(A / S, B)", "np.dot(A, B) / S"),
        ("(S * A).dot(B)", "S * A.dot(B)"),
        where=number,
        title="scale the product, which is smaller than the matrix",
    )


@rule(
    "algorithm",
    looks_for="a product by a diagonal matrix that is made for it",
    rewrite="np.diag(d) @ A → d[:, None] * A",
    exact="up to rounding, where nothing is infinite",
    thread="https://github.com/scikit-learn/scikit-learn/pull/6989",
)
def diagonal_product(seen: Observation) -> Iterator[Finding]:
    """Products by diagonal matrices."""

    def vector(m: Match) -> bool:
        form = m.form("D")
        return form is None or len(form.shape) == 1

    return seen.rewrites(
        ("np.diag(D) @ A", "(A.T * D).T"),
        ("A @ np.diag(D)", "A * D"),
        ("np.dot(np.diag(D), A)", "(A.T * D).T"),
        ("np.dot(A, np.diag(D))", "A * D"),
        where=vector,
        title="scale rows or columns instead of multiplying by a diagonal matrix",
    )


@rule(
    "algorithm",
    looks_for="a whole product of which only the diagonal, the trace or the sum is used",
    rewrite="np.diag(A @ B) → np.einsum('ij,ji->i', A, B)",
    exact="up to rounding",
    thread="https://github.com/scikit-learn/scikit-learn/issues/20558",
)
def diagonal_of_product(seen: Observation) -> Iterator[Finding]:
    """Products of which little is used."""
    table = []
    for product in ("A @ B", "np.dot(A, B)", "A.dot(B)"):
        table += [
            (f"np.diag({product})", "np.einsum('ij,ji->i', A, B)"),
            (f"np.diagonal({product})", "np.einsum('ij,ji->i', A, B)"),
            (f"({product}).diagonal()", "np.einsum('ij,ji->i', A, B)"),
            (f"np.trace({product})", "np.einsum('ij,ji->', A, B)"),
            (f"({product}).trace()", "np.einsum('ij,ji->', A, B)"),
            (f"np.sum({product})", "np.sum(A, axis=0) @ np.sum(B, axis=1)"),
            (f"({product}).sum()", "A.sum(axis=0) @ B.sum(axis=1)"),
        ]

    def matrices(m: Match) -> bool:
        forms = [m.form(name) for name in "AB"]
        return all(f is None or len(f.shape) == 2 for f in forms)

    return seen.rewrites(
        *table, where=matrices, title="compute only what is used of the product"
    )


@rule(
    "algorithm",
    looks_for="a matrix inverted to be multiplied",
    rewrite="np.linalg.inv(A) @ b → np.linalg.solve(A, b)",
    exact="up to rounding, and nearer to the exact solution",
    thread="https://stackoverflow.com/questions/31256252/why-does-numpy-linalg-solve-offer-more-"
    "precise-matrix-inversions-than-numpy-li",
)
def solve(seen: Observation) -> Iterator[Finding]:
    """Inverses that are only multiplied."""
    inverses = ("np.linalg.inv(A)", "scipy.linalg.inv(A)")
    table = []
    for inverse in inverses:
        table += [
            (f"{inverse} @ B", "np.linalg.solve(A, B)"),
            (f"np.dot({inverse}, B)", "np.linalg.solve(A, B)"),
            (f"{inverse}.dot(B)", "np.linalg.solve(A, B)"),
            (f"B @ {inverse}", "np.linalg.solve(A.T, B.T).T"),
            (f"np.dot(B, {inverse})", "np.linalg.solve(A.T, B.T).T"),
        ]
    return seen.rewrites(*table, title="solve the system instead of inverting the matrix")


@rule(
    "algorithm",
    looks_for="a logarithm of a determinant, or a power of a matrix, the long way",
    rewrite="np.log(np.linalg.det(A)) → np.linalg.slogdet(A)[1]",
    exact="up to rounding, for a positive determinant",
    thread="https://github.com/shap/shap/issues/3270",
)
def determinant(seen: Observation) -> Iterator[Finding]:
    """Determinants and powers of matrices."""
    return seen.rewrites(
        ("np.log(np.linalg.det(A))", "np.linalg.slogdet(A)[1]"),
        ("np.linalg.det(np.linalg.inv(A))", "1 / np.linalg.det(A)"),
        ("np.linalg.inv(np.linalg.inv(A))", "A"),
        ("np.linalg.inv(A.T @ A) @ A.T @ B", "np.linalg.solve(A.T @ A, A.T @ B)"),
        ("np.linalg.pinv(A) @ B", "np.linalg.lstsq(A, B)[0]"),
        title="use the direct routine",
    )


_DIFFERENCES = ("X[:, None] - Y[None]", "X[:, None] - Y")


@rule(
    "algorithm",
    looks_for="all differences of two sets of points in one array, squared and summed",
    rewrite="((x[:, None] - y[None])**2).sum(-1) → scipy.spatial.distance.cdist(x, y, …)",
    exact="up to rounding",
    thread="https://github.com/scipy/scipy/issues/13672",
)
def pairwise_distances(seen: Observation) -> Iterator[Finding]:
    """Distances by broadcasting."""
    squares = "scipy.spatial.distance.cdist(X, Y, 'sqeuclidean')"
    roots = "scipy.spatial.distance.cdist(X, Y)"
    table = []
    for d in _DIFFERENCES:
        sums = [f"(({d}) ** 2).sum({axis})" for axis in ("-1", "2", "axis=-1", "axis=2")] + [
            f"np.sum(({d}) ** 2, {axis})" for axis in ("-1", "2", "axis=-1", "axis=2")
        ]
        table += [(f"np.sqrt({s})", roots) for s in sums] + [(s, squares) for s in sums]
        table += [(f"np.linalg.norm({d}, axis={axis})", roots) for axis in ("-1", "2")]
    yield from seen.rewrites(
        *table,
        title="distances without the array of all differences",
        helpers=("import scipy.spatial.distance",),
    )
    by_product = [
        (
            pattern,
            "np.sqrt(squared_distances(X, Y))" if made == roots else "squared_distances(X, Y)",
        )
        for pattern, made in table
    ]
    yield from seen.rewrites(
        *by_product,
        title="distances by one matrix product: |x|² − 2 x·y + |y|²",
        helpers=(SQUARED_DISTANCES,),
    )


SQUARED_DISTANCES = '''
def squared_distances(x, y):
    """All squared distances by one matrix product; near 0 they lose digits."""
    squares = np.einsum("ij,ij->i", x, x)[:, None] + np.einsum("ij,ij->i", y, y)
    return np.maximum(squares - 2 * (x @ y.T), 0)
'''.strip()


@rule(
    "algorithm",
    looks_for="the nearest of many points by all distances",
    rewrite="cdist(x, y).argmin(1) → scipy.spatial.cKDTree(y).query(x)[1]",
    exact="where no two points are equally near",
    thread="https://github.com/scipy/scipy/issues/10181",
)
def nearest_neighbour(seen: Observation) -> Iterator[Finding]:
    """Nearest neighbours by brute force."""
    distances = [
        "scipy.spatial.distance.cdist(X, Y)",
        "scipy.spatial.distance.cdist(X, Y, 'sqeuclidean')",
    ]
    for d in _DIFFERENCES:
        squares = [
            *(f"(({d}) ** 2).sum({axis})" for axis in ("-1", "2", "axis=-1", "axis=2")),
            *(f"np.sum(({d}) ** 2, axis={axis})" for axis in ("-1", "2")),
        ]
        distances += [
            f"np.linalg.norm({d}, axis=-1)",
            f"np.linalg.norm({d}, axis=2)",
            *(f"np.sqrt({each})" for each in squares),
            *squares,
        ]
    indices = "scipy.spatial.cKDTree(Y).query(X)[1]"
    nearest = "scipy.spatial.cKDTree(Y).query(X)[0]"
    table = []
    for d in distances:
        table += [
            (f"np.argmin({d}, axis=1)", indices),
            (f"({d}).argmin(axis=1)", indices),
            (f"({d}).argmin(1)", indices),
        ]
        plain = d.startswith(("np.linalg", "np.sqrt")) or d.endswith("(X, Y)")
        smallest = nearest if plain else f"{nearest} ** 2"
        calls = (f"np.min({d}, axis=1)", f"({d}).min(axis=1)", f"({d}).min(1)")
        table += [(each, smallest) for each in calls]
        if not plain:
            table += [(f"np.sqrt({each})", nearest) for each in calls]
    return seen.rewrites(
        *table,
        title="ask a k-d tree for the nearest points",
        helpers=("import scipy.spatial",),
    )


KRON_TIMES = '''
def kron_times(a, b, x):
    """np.kron(a, b) @ x without the large matrix."""
    return (a @ x.reshape(a.shape[1], b.shape[1]) @ b.T).ravel()
'''.strip()


@rule(
    "algorithm",
    looks_for="a Kronecker product multiplied with a vector",
    rewrite="np.kron(A, B) @ x → (A @ x.reshape(…) @ B.T).ravel()",
    exact="up to rounding, for a vector x",
    thread="https://github.com/pymc-devs/pytensor/issues/1043",
)
def kron(seen: Observation) -> Iterator[Finding]:
    """Kronecker products made to be multiplied."""

    def vector(m: Match) -> bool:
        form = m.form("X")
        return form is None or len(form.shape) == 1

    return seen.rewrites(
        ("np.kron(A, B) @ X", "kron_times(A, B, X)"),
        ("np.dot(np.kron(A, B), X)", "kron_times(A, B, X)"),
        where=vector,
        title="multiply by the factors instead of their Kronecker product",
        helpers=(KRON_TIMES,),
    )


@rule(
    "algorithm",
    looks_for="an outer product made to be multiplied or summed",
    rewrite="np.outer(x, y) @ z → x * (y @ z)",
    exact="up to rounding",
    thread="https://github.com/scikit-learn/scikit-learn/issues/17684",
)
def outer(seen: Observation) -> Iterator[Finding]:
    """Outer products of which little is used."""
    return seen.rewrites(
        ("np.outer(X, Y) @ Z", "X * (Y @ Z)"),
        ("np.dot(np.outer(X, Y), Z)", "X * np.dot(Y, Z)"),
        ("np.outer(X, Y).sum()", "X.sum() * Y.sum()"),
        ("np.sum(np.outer(X, Y))", "np.sum(X) * np.sum(Y)"),
        ("np.trace(np.outer(X, Y))", "np.dot(X, Y)"),
        ("sum(np.outer(X, X) for X in A)", "A.T @ A"),
        title="multiply without the outer product",
    )


POWER_TIMES = '''
def power_times(a, x, n):
    """The n-th power of a, multiplied with the vector x, by n products of a matrix and x."""
    for _ in range(n):
        x = a @ x
    return x
'''.strip()


@rule(
    "algorithm",
    looks_for="a matrix multiplied by itself again and again, or a whole power for one vector",
    rewrite="for _ in range(n): M = M @ P → M = M @ np.linalg.matrix_power(P, n)",
    exact="up to rounding",
    thread="https://stackoverflow.com/questions/12311869/fast-matrix-exponentiation",
)
def matrix_power(seen: Observation) -> Iterator[Finding]:
    """Powers of matrices, one product at a time."""

    def vector(m: Match) -> bool:
        form, count = m.form("X"), m.form("N")
        return (form is None or len(form.shape) == 1) and (
            count is None or count.kind == "python"
        )

    yield from seen.rewrites(
        ("np.linalg.matrix_power(A, N) @ X", "power_times(A, X, N)"),
        ("X @ np.linalg.matrix_power(A, N)", "power_times(A.T, X, N)"),
        ("np.dot(np.linalg.matrix_power(A, N), X)", "power_times(A, X, N)"),
        ("np.dot(X, np.linalg.matrix_power(A, N))", "power_times(A.T, X, N)"),
        where=vector,
        title="multiply the vector, not the matrix",
        helpers=(POWER_TIMES,),
    )
    for function in seen.functions:
        for loop in function.nodes:
            text = _powered(function, loop) if isinstance(loop, ast.For) else ""
            if text:
                assert isinstance(loop, ast.For)
                start, end = function.span(loop)
                lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
                yield from seen.edited(
                    function,
                    [Edit(start=start, end=end, text=text)],
                    title="a power of a matrix by squaring",
                    lines=[line + function.shift for line in lines],
                )


def _powered(function: Function, loop: ast.For) -> str:
    """The loop as one power; empty where it does anything else."""
    call, body = loop.iter, loop.body
    if not (
        isinstance(call, ast.Call)
        and function.qualified(call.func) == "builtins.range"
        and len(call.args) == 1
        and len(body) == 1
        and not loop.orelse
        and isinstance(body[0], ast.Assign)
        and isinstance(body[0].targets[0], ast.Name)
        and isinstance(loop.target, ast.Name)
    ):
        return ""
    name, value = body[0].targets[0].id, body[0].value
    factors = _factors(function, value)
    if factors is None:
        return ""
    left, right = factors
    counter = loop.target.id
    other = right if ast.unparse(left) == name else left
    names = {each.id for each in ast.walk(other) if isinstance(each, ast.Name)}
    if name in names or counter in names or ast.unparse(left) == ast.unparse(right):
        return ""
    held = in_form(function.source.names.get(name, ""))
    if name not in (ast.unparse(left), ast.unparse(right)):
        return ""
    if held is None or len(held.shape) != 2:
        return ""
    power = (
        f"{function.numpy}.linalg.matrix_power({function.text_of(other)}, "
        f"max({function.text_of(call.args[0])}, 0))"
    )
    first = ast.unparse(left) == name
    return f"{name} = {name} @ {power}" if first else f"{name} = {power} @ {name}"


def _factors(function: Function, value: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """The two matrices of a product."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.MatMult):
        return value.left, value.right
    if function.is_numpy(value, ("dot", "matmul")):
        assert isinstance(value, ast.Call)
        if len(value.args) == 2 and not value.keywords:
            return value.args[0], value.args[1]
    return None
