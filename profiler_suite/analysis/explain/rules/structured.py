"""Slow paths of matrices that few numbers describe: diagonals, Toeplitz, exponentials."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule


@rule(
    "structured",
    looks_for="a Toeplitz or circulant matrix made in full: it has as few numbers as a vector",
    rewrite="scipy.linalg.toeplitz(c) @ x → scipy.linalg.matmul_toeplitz(c, x)",
    exact="up to rounding relative to the largest element; a system that is solved is well "
    "conditioned",
    thread="https://github.com/scipy/scipy/pull/11346",
)
def toeplitz(seen: Observation) -> Iterator[Finding]:
    """Products and systems with Toeplitz and circulant matrices."""
    table = []
    for made, given in (("C", "C"), ("C, R", "(C, R)")):
        matrix = f"scipy.linalg.toeplitz({made})"
        table += [
            (f"{matrix} @ X", f"scipy.linalg.matmul_toeplitz({given}, X)"),
            (f"np.dot({matrix}, X)", f"scipy.linalg.matmul_toeplitz({given}, X)"),
            (f"{matrix}.dot(X)", f"scipy.linalg.matmul_toeplitz({given}, X)"),
            (f"np.linalg.solve({matrix}, X)", f"scipy.linalg.solve_toeplitz({given}, X)"),
            (f"scipy.linalg.solve({matrix}, X)", f"scipy.linalg.solve_toeplitz({given}, X)"),
        ]
    circular = "np.fft.irfft(np.fft.rfft(C) * np.fft.rfft(X), len(C))"

    def real(one: Match) -> bool:
        held = [one.form(name) for name in one.captures]
        return all(f is None or (f.letter in "f" and len(f.shape) == 1) for f in held)

    return seen.rewrites(
        *table,
        ("scipy.linalg.circulant(C) @ X", circular),
        ("np.dot(scipy.linalg.circulant(C), X)", circular),
        where=real,
        title="use that all diagonals hold one number each",
        helpers=("import scipy.linalg",),
    )


@rule(
    "structured",
    looks_for="the exponential of a matrix made in full to be multiplied with a vector",
    rewrite="expm(A) @ x → scipy.sparse.linalg.expm_multiply(A, x)",
    exact="up to rounding",
    thread="https://github.com/scipy/scipy/pull/2456",
)
def exponential_action(seen: Observation) -> Iterator[Finding]:
    """Exponentials of matrices of which only their action is used."""
    template = "scipy.sparse.linalg.expm_multiply(A, X)"
    table = []
    for module in ("scipy.linalg", "scipy.sparse.linalg"):
        table += [
            (f"{module}.expm(A) @ X", template),
            (f"{module}.expm(A).dot(X)", template),
            (f"np.dot({module}.expm(A), X)", template),
        ]
    title = "apply the exponential without making it"
    # Norms of large matrices are estimated with numbers from np.random, which are no answer.
    for answer, said in (("same", ""), ("other", "; what np.random gives next changes")):
        yield from seen.rewrites(
            *table,
            title=f"{title}{said}",
            helpers=("import scipy.sparse.linalg",),
            answer=answer,
        )


SOLVED_BY_DIAGONALS = '''
def solved_by_diagonals(diagonals, b):
    """Solve with the square matrix that has these diagonals, {offset: values}, and else 0."""
    upper, lower = max(0, *diagonals), max(0, *(-k for k in diagonals))
    bands = np.zeros((upper + lower + 1, len(b)), np.result_type(*diagonals.values(), b, float))
    for k, values in diagonals.items():
        bands[upper - k, max(0, k) : len(b) + min(0, k)] = values
    return scipy.linalg.solve_banded((lower, upper), bands, b)
'''.strip()
_MOST_DIAGONALS = 7


@rule(
    "structured",
    looks_for="a matrix of a few diagonals made in full and solved as any other",
    rewrite="np.linalg.solve(np.diag(d) + np.diag(u, 1) + np.diag(l, -1), b) → solve_banded",
    exact="up to rounding",
    thread="https://github.com/scipy/scipy/pull/11344",
)
def few_diagonals(seen: Observation) -> Iterator[Finding]:
    """Systems of equations whose matrix is a sum of diagonals."""
    for function in seen.functions:
        edits, lines = [], []
        for one in patterns.found(function, _SOLVES, lambda _: True):
            made = syntax.set_for_one_use(function, one["A"])
            diagonals = _diagonals(function, made.value if made is not None else one["A"])
            if not diagonals:
                continue
            text = ", ".join(f"{k}: {each}" for k, each in diagonals.items())
            held = function.text_of(one["B"])
            edits.append(
                rewriting.edit(function, one.node, f"solved_by_diagonals({{{text}}}, {held})")
            )
            lines.append(one.line)
            edits += [syntax.without(function, made)] if made is not None else []
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="solve with the diagonals alone",
                lines=lines,
                helpers=("import scipy.linalg", SOLVED_BY_DIAGONALS),
            )


_SOLVES = (
    "np.linalg.solve(A, B)",
    "scipy.linalg.solve(A, B)",
    "np.linalg.inv(A) @ B",
    "np.linalg.inv(A).dot(B)",
    "np.dot(np.linalg.inv(A), B)",
)


def _diagonals(function: Function, node: ast.expr) -> dict[int, str]:
    """Texts of the diagonals of a sum of np.diag and np.eye by offset; empty if it is none."""
    found: dict[int, str] = {}
    for sign, term in _terms(node, "+"):
        diagonal = _diagonal(function, term)
        if diagonal is None or diagonal[0] in found:
            return {}
        found[diagonal[0]] = f"-{diagonal[1]}" if sign == "-" else diagonal[1]
    return found if len(found) <= _MOST_DIAGONALS else {}


def _terms(node: ast.expr, sign: str) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield from _terms(node.left, sign)
        flipped = {"+": "-", "-": "+"}[sign] if isinstance(node.op, ast.Sub) else sign
        yield from _terms(node.right, flipped)
    else:
        yield sign, node


# A pattern and what lies on its diagonal.
_DIAGONALS = (
    ("np.diag(V)", "V"),
    ("np.diag(V, K)", "V"),
    ("np.diag(V, k=K)", "V"),
    ("np.eye(N)", "1.0"),
    ("np.eye(N, k=K)", "1.0"),
    ("S * np.eye(N)", "S"),
    ("S * np.eye(N, k=K)", "S"),
    ("np.eye(N) * S", "S"),
    ("np.eye(N, k=K) * S", "S"),
)


def _diagonal(function: Function, node: ast.expr) -> tuple[int, str] | None:
    for pattern, template in _DIAGONALS:
        one = patterns.match(function, node, pattern)
        if one is None:
            continue
        if "V" in one.captures:
            form = one.form("V")
            if form is not None and len(form.shape) != 1:
                return None
        offset = one.number("K") if "K" in one.captures else 0
        text = template if template == "1.0" else rewriting.written(function, one[template])
        return None if offset is None else (int(offset), text)
    return None


@rule(
    "structured",
    looks_for="a Kronecker product with ones: every element multiplied by 1 to be repeated",
    rewrite="np.kron(a, np.ones((2, 2))) → a.repeat(2, axis=0).repeat(2, axis=1)",
    exact="always for floating-point numbers",
    thread="https://stackoverflow.com/questions/32846846/quick-way-to-upsample-numpy-array-by-"
    "nearest-neighbor-tiling",
)
def kron_of_ones(seen: Observation) -> Iterator[Finding]:
    """Images enlarged by a product."""

    def numbers(one: Match) -> bool:
        form = one.form("A")
        return form is None or (form.dtype == "float64" and len(form.shape) == 2)

    return seen.rewrites(
        ("np.kron(A, np.ones((N, M)))", "A.repeat(N, axis=0).repeat(M, axis=1)"),
        where=numbers,
        title="repeat rows and columns",
    )


@rule(
    "structured",
    looks_for="a polynomial as a sum of powers: a logarithm and an exponential for each",
    rewrite="sum(c * x**k for k, c in enumerate(p)) → np.polynomial.polynomial.polyval(x, p)",
    exact="up to rounding",
    thread="https://github.com/pvlib/pvlib-python/issues/1180",
)
def polynomial(seen: Observation) -> Iterator[Finding]:
    """Sums of coefficients times powers."""
    terms = ("C * X ** K", "X ** K * C")
    places = ("P[K] * X ** K", "X ** K * P[K]")
    template = "np.polynomial.polynomial.polyval(X, P)"

    def array(one: Match) -> bool:
        form = one.form("X")
        coefficients = one.form("P")
        return (
            form is not None
            and form.kind == "array"
            and (
                coefficients is None
                or coefficients.kind == "other"
                or len(coefficients.shape) == 1
            )
        )

    return seen.rewrites(
        *((f"sum({each} for K, C in enumerate(P))", template) for each in terms),
        *((f"sum({each} for K in range(len(P)))", template) for each in places),
        where=array,
        title="multiply and add in turn, as Horner does",
    )


VANDERMONDE = '''
def powers_of(x, count):
    """x ** 0, x ** 1, ... as columns: each is x times the one before, for all x at once."""
    rows = np.ones((count, len(x)), x.dtype)
    for k in range(1, count):
        np.multiply(rows[k - 1], x, out=rows[k])
    return rows.T
'''.strip()


@rule(
    "structured",
    looks_for="a matrix of powers made in full, to be multiplied with the coefficients of a "
    "polynomial or for itself: row by row, or by a logarithm and an exponential each",
    rewrite="np.vander(x, len(c)) @ c → np.polyval(c, x)",
    exact="up to rounding, for as many coefficients as powers",
    thread="https://github.com/numpy/numpy/pull/4568",
)
def vandermonde(seen: Observation) -> Iterator[Finding]:
    """Polynomials by the matrix of powers, and that matrix."""
    rising = ["np.vander(X, N, increasing=True)", "np.vander(X, N=N, increasing=True)"]
    rising.append("np.polynomial.polynomial.polyvander(X, D)")
    for new in ("None", "np.newaxis"):
        rising += [f"X[:, {new}] ** np.arange(N)", f"np.power(X[:, {new}], np.arange(N))"]
    falling = ["np.vander(X, N)", "np.vander(X, N=N)"]
    products = ("({} @ C)", "np.dot({}, C)", "({}).dot(C)")

    def vectors(one: Match) -> bool:
        held = [one.form(name) for name in "XC" if name in one.captures]
        return all(
            f is not None and f.dtype in ("float64", "float32") and len(f.shape) == 1
            for f in held
        )

    yield from seen.rewrites(
        *((p.format(f"({m})"), "np.polyval(C, X)") for p in products for m in falling),
        *(
            (p.format(f"({m})"), "np.polynomial.polynomial.polyval(X, C)")
            for p in products
            for m in rising
        ),
        where=vectors,
        title="multiply and add in turn, as Horner does",
    )
    counted = [m for m in rising if "polyvander" not in m]
    yield from seen.rewrites(
        *((m, "powers_of(X, N)") for m in counted),
        *((m, "powers_of(X, N)[:, ::-1]") for m in falling),
        ("np.polynomial.polynomial.polyvander(X, D)", "powers_of(X, D + 1)"),
        where=vectors,
        title="multiply whole columns",
        helpers=(VANDERMONDE,),
    )
