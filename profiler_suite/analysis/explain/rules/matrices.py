"""Slow paths of decompositions of which a part is used, and of stacks of small matrices."""

import ast
import math
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_SYMMETRIC = """
    tolerance = 4 * np.finfo(matrix.dtype).eps * np.abs(matrix).max()
    if np.abs(matrix - matrix.conj().T).max() <= tolerance:
""".strip("\n")
EIGENVALUES = f'''
def eigenvalues(matrix):
    """Its eigenvalues; of a symmetric one in ascending order, by the routine for these."""
{_SYMMETRIC}
        return np.linalg.eigvalsh(matrix)
    return np.linalg.eigvals(matrix)
'''.strip()
EIGENVECTORS = f'''
def eigenvectors(matrix):
    """As np.linalg.eig; of a symmetric matrix in ascending order, by the routine for these."""
{_SYMMETRIC}
        return np.linalg.eigh(matrix)
    return np.linalg.eig(matrix)
'''.strip()


@rule(
    "matrices",
    looks_for="eigenvalues of a symmetric matrix by the routine for any matrix",
    rewrite="np.linalg.eigvals(A) → np.linalg.eigvalsh(A)",
    exact="up to rounding, where their order does not matter; the code shown looks whether the "
    "matrix is symmetric",
    thread="https://github.com/ealcobaca/pymfe/pull/102",
)
def symmetric_eigenvalues(seen: Observation) -> Iterator[Finding]:
    """Eigenvalues of matrices that may be symmetric."""

    def square(one: Match) -> bool:
        form = one.form("A")
        return form is None or (
            len(form.shape) == 2 and form.letter in "fc" and form.shape[0] == form.shape[1]
        )

    title = "use the routine for symmetric matrices"
    yield from seen.rewrites(
        ("np.linalg.eigvals(A)", "eigenvalues(A)"),
        ("np.linalg.eig(A)[0]", "eigenvalues(A)"),
        where=square,
        title=title,
        helpers=(EIGENVALUES,),
    )
    for answer in ("same", "other"):
        yield from seen.rewrites(
            ("np.linalg.eig(A)", "eigenvectors(A)"),
            where=square,
            title=f"{title}: values in ascending order, vectors of real numbers",
            helpers=(EIGENVECTORS,),
            answer=answer,
        )


# ------------------------------------------------------------- parts of an answer


@rule(
    "matrices",
    looks_for="a whole decomposition of a matrix of which a part is used",
    rewrite="np.linalg.svd(A)[1] → np.linalg.svd(A, compute_uv=False)",
    exact="up to rounding",
    thread="https://github.com/pytorch/pytorch/pull/56684",
)
def whole_decomposition(seen: Observation) -> Iterator[Finding]:
    """Decompositions whose vectors nobody reads, or only some of them."""
    for function in seen.functions:
        made = [each for node in function.nodes for each in _parts(function, node)]
        if made:
            yield from seen.edited(
                function,
                [edit for edit, _ in made],
                title="compute only the part of the decomposition that is used",
                lines=[line for _, line in made],
            )


_VALUES_ONLY = {
    "numpy.linalg.svd": (1, "compute_uv=False"),
    "scipy.linalg.svd": (1, "compute_uv=False"),
    "scipy.linalg.eigh": (0, "eigvals_only=True"),
    "numpy.linalg.qr": (1, "mode='r'"),
}
_VALUES_BY_NAME = {"numpy.linalg.eigh": "eigvalsh", "numpy.linalg.eig": "eigvals"}
_ECONOMIC = {
    "numpy.linalg.svd": "full_matrices=False",
    "scipy.linalg.svd": "full_matrices=False",
    "scipy.linalg.qr": "mode='economic'",
}


def _parts(function: Function, node: ast.AST) -> Iterator[tuple[Edit, int]]:
    """A decomposition without what is not used of it."""
    call = _call_of(node)
    if call is None or len(call.args) != 1 or call.keywords:
        return
    name = function.qualified(call.func)
    used = _used(function, node)
    line = call.lineno + function.shift
    place, keyword = _VALUES_ONLY.get(name, (0, ""))
    values = _VALUES_BY_NAME.get(name, "")
    if used == {place} and (keyword or values):
        text = _with_keyword(function, call, keyword, values)
        if isinstance(node, ast.Subscript):
            yield rewriting.edit(function, node, text), line
        elif isinstance(node, ast.Assign):
            target = node.targets[0]
            assert isinstance(target, ast.Tuple)
            yield rewriting.edit(function, call, text), line
            yield rewriting.edit(function, target, function.text_of(target.elts[place])), line
    elif name in _ECONOMIC and used:
        yield (
            rewriting.edit(function, call, _with_keyword(function, call, _ECONOMIC[name])),
            line,
        )


def _call_of(node: ast.AST) -> ast.Call | None:
    """The call in f(A)[1] or in a, b, c = f(A)."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        names = isinstance(target, ast.Tuple) and all(
            isinstance(e, ast.Name) for e in target.elts
        )
        return node.value if names and isinstance(node.value, ast.Call) else None
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.value if isinstance(node.value, ast.Call) else None
    return None


def _used(function: Function, node: ast.AST) -> set[int]:
    """The parts of the answer, by number, that are read somewhere."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return {node.slice.value} if type(node.slice.value) is int else set()
    assert isinstance(node, ast.Assign)
    target = node.targets[0]
    assert isinstance(target, ast.Tuple)
    return {
        number
        for number, each in enumerate(target.elts)
        if isinstance(each, ast.Name)
        and any(isinstance(use.ctx, ast.Load) for use in function.uses(each.id))
    }


def _with_keyword(function: Function, call: ast.Call, keyword: str, name: str = "") -> str:
    called = function.text_of(call.func)
    if name:
        called = f"{called.rpartition('.')[0]}.{name}"
    given = function.text_of(call.args[0])
    return f"{called}({given}, {keyword})" if keyword else f"{called}({given})"


# ------------------------------------------------------------- stacks of matrices

INVERSES = '''
def inverses(m):
    """np.linalg.inv of a stack of 2 × 2 or 3 × 3 matrices, by their cofactors.

    Those with a small determinant for their size are left to np.linalg.inv.
    """
    n = m.shape[-1]
    given, result = m.reshape(-1, n, n), np.empty(m.shape, m.dtype)
    inverse = result.reshape(-1, n, n)
    for begin in range(0, len(given), 4096):  # what a cache holds
        part = slice(begin, begin + 4096)
        p = given[part].transpose(1, 2, 0).copy()
        if n == 2:
            adjugate = [[p[1, 1], -p[0, 1]], [-p[1, 0], p[0, 0]]]
        else:
            adjugate = [
                [p[b, c] * p[d, e] - p[b, e] * p[d, c] for b, d in ((1, 2), (2, 0), (0, 1))]
                for c, e in ((1, 2), (2, 0), (0, 1))
            ]
        determinant = sum(p[0, j] * adjugate[j][0] for j in range(n))
        size = np.abs(p).sum(axis=1).prod(axis=0)
        with np.errstate(all="ignore"):
            scale = 1 / determinant
            for i in range(n):
                for j in range(n):
                    np.multiply(adjugate[i][j], scale, out=inverse[part, i, j])
        others = ~(np.abs(determinant) > 1e-5 * size)
        if others.any():
            inverse[part][others] = np.linalg.inv(given[part][others])
    return result
'''.strip()
DETERMINANTS = '''
def determinants(m):
    """np.linalg.det of a stack of 2 × 2 or 3 × 3 matrices, written out."""
    if m.shape[-1] == 2:
        return m[..., 0, 0] * m[..., 1, 1] - m[..., 0, 1] * m[..., 1, 0]
    return (
        m[..., 0, 0] * (m[..., 1, 1] * m[..., 2, 2] - m[..., 1, 2] * m[..., 2, 1])
        - m[..., 0, 1] * (m[..., 1, 0] * m[..., 2, 2] - m[..., 1, 2] * m[..., 2, 0])
        + m[..., 0, 2] * (m[..., 1, 0] * m[..., 2, 1] - m[..., 1, 1] * m[..., 2, 0])
    )
'''.strip()
_FEWEST_MATRICES = 64
_SMALL = (2, 3)


@rule(
    "matrices",
    looks_for="a stack of 2 × 2 or 3 × 3 matrices: LAPACK is entered for each of them",
    rewrite="np.linalg.inv(m) → cofactors over the determinant, for all matrices at once",
    exact="up to rounding; matrices that are nearly singular are left to LAPACK",
    thread="https://github.com/numpy/numpy/issues/17166",
)
def small_matrices(seen: Observation) -> Iterator[Finding]:
    """Inverses, determinants and solutions of many small systems."""

    def small(one: Match) -> bool:
        form = one.form("A")
        return (
            form is not None
            and form.dtype == "float64"
            and len(form.shape) > 2
            and form.shape[-1] == form.shape[-2]
            and form.shape[-1] in _SMALL
            and math.prod(form.shape[:-2]) >= _FEWEST_MATRICES
        )

    title = "write out what LAPACK does for each small matrix, for all at once"
    yield from seen.rewrites(
        ("np.linalg.inv(A)", "inverses(A)"),
        (
            "np.linalg.solve(A, B[..., None])[..., 0]",
            "np.einsum('...ij,...j->...i', inverses(A), B)",
        ),
        (
            "np.linalg.solve(A, B[:, :, None])[:, :, 0]",
            "np.einsum('...ij,...j->...i', inverses(A), B)",
        ),
        where=small,
        title=title,
        helpers=(INVERSES,),
    )
    yield from seen.rewrites(
        ("np.linalg.det(A)", "determinants(A)"),
        where=small,
        title=title,
        helpers=(DETERMINANTS,),
    )


@rule(
    "matrices",
    looks_for="a stack of small matrices multiplied with a vector each: a product is entered "
    "for each of them",
    rewrite="(A @ x[..., None])[..., 0] → np.einsum('...ij,...j->...i', A, x)",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/7569",
)
def small_times_vectors(seen: Observation) -> Iterator[Finding]:
    """Rotations of many points, each by a matrix of its own."""
    products = ("A @ X[{}]", "np.matmul(A, X[{}])")
    table = [
        (f"({product.format(f'{axes}, {one}')}){end}", "np.einsum('...ij,...j->...i', A, X)")
        for product in products
        for axes, taken in (("...", "[..., 0]"), (":, :", "[:, :, 0]"))
        for one in ("None", "np.newaxis")
        for end in (taken, ".squeeze(-1)", ".squeeze(axis=-1)")
    ]

    def stacked(one: Match) -> bool:
        matrix, vectors = one.form("A"), one.form("X")
        return matrix is None or (
            len(matrix.shape) == 3
            and max(matrix.shape[1:]) <= _SHORT_SIDE
            and (vectors is None or len(vectors.shape) == 2)
        )

    return seen.rewrites(
        *table, where=stacked, title="einsum, without a product for each matrix"
    )


_SHORT_SIDE = 16
ONE_PRODUCT = "(X.reshape(-1, X.shape[-1]) @ W).reshape(*X.shape[:-1], W.shape[-1])"
_ROWS_OF_A_PRODUCT = 64


@rule(
    "matrices",
    looks_for="a stack of small matrices times one matrix: a product of BLAS for each of them",
    rewrite="x @ w → the rows of all matrices times w, which is one product",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/8957",
)
def stack_by_one_matrix(seen: Observation) -> Iterator[Finding]:
    """Stacks whose rows are all multiplied with the same matrix."""

    def stacked(one: Match) -> bool:
        stack, matrix = one.form("X"), one.form("W")
        return (
            stack is not None
            and matrix is not None
            and stack.letter in "fc"
            and stack.dtype == matrix.dtype
            and (len(stack.shape) > 2 and len(matrix.shape) == 2)
            and not stack.order
            and 0 < stack.shape[-2] <= _ROWS_OF_A_PRODUCT
        )

    return seen.rewrites(
        ("X @ W", ONE_PRODUCT),
        ("np.matmul(X, W)", ONE_PRODUCT),
        ("np.dot(X, W)", ONE_PRODUCT),
        ("X.dot(W)", ONE_PRODUCT),
        where=stacked,
        title="one product for all of the stack",
    )


COSINES = '''
def cosines(a, b):
    """The cosines of the angles between all rows of a and all of b, by one product."""
    a = a / np.sqrt(np.einsum("ij,ij->i", a, a))[:, None]
    b = b / np.sqrt(np.einsum("ij,ij->i", b, b))[:, None]
    return np.clip(a @ b.T, -1, 1)
'''.strip()


@rule(
    "matrices",
    looks_for="cosine distances of two sets of points, pair by pair: no BLAS",
    rewrite="cdist(a, b, 'cosine') → 1 - the product of the rows, each divided by its length",
    exact="up to rounding relative to 1; rows of zeros give nan",
    thread="https://github.com/scipy/scipy/pull/21263",
)
def cosine_distances(seen: Observation) -> Iterator[Finding]:
    """Angles between all pairs of rows."""
    table = []
    for given in ("'cosine'", "metric='cosine'"):
        call = f"scipy.spatial.distance.cdist(A, B, {given})"
        table += [(f"1 - {call}", "cosines(A, B)"), (call, "1 - cosines(A, B)")]

    def numbers(one: Match) -> bool:
        held = [one.form(name) for name in "AB"]
        return all(f is None or f.letter == "f" for f in held)

    return seen.rewrites(
        *table,
        where=numbers,
        title="divide the rows by their lengths, and multiply once",
        helpers=(COSINES,),
    )


@rule(
    "matrices",
    looks_for="all products of two matrices in one large array, made only to be added up",
    rewrite="(a[:, :, None] * b[:, None, :]).sum(axis=0) → a.T @ b",
    exact="up to rounding",
    thread="https://stackoverflow.com/questions/26089893/understanding-numpys-einsum",
)
def broadcast_product(seen: Observation) -> Iterator[Finding]:
    """Matrix products by broadcasting."""
    pairs = [(f"A[:, :, {n}]", f"B[:, {n}, :]", "0", "A.T @ B") for n in _NEW_AXIS]
    for new in _NEW_AXIS:
        for first in (f"A[:, {new}, :]", f"A[:, {new}]"):
            for second in (f"B[{new}, :, :]", f"B[{new}]", f"B[{new}, :]", "B"):
                pairs += [(first, second, axis, "A @ B.T") for axis in ("-1", "2")]
    table = []
    for first, second, axis, template in pairs:
        for product in (f"({first} * {second})", f"({second} * {first})"):
            sums = (f"np.sum({product}, axis={axis})", f"{product}.sum(axis={axis})")
            table += [(each, template) for each in (*sums, f"{product}.sum({axis})")]
            if axis == "0":
                means = (f"np.mean({product}, axis=0)", f"{product}.mean(axis=0)")
                table += [(each, f"{template} / len(A)") for each in means]

    def matrices(one: Match) -> bool:
        held = [one.form(name) for name in "AB"]
        return all(f is not None and len(f.shape) == 2 and f.letter in "fc" for f in held)

    return seen.rewrites(*table, where=matrices, title="multiply the matrices")


_NEW_AXIS = ("None", "np.newaxis")
