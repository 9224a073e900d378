"""Slow paths of systems: inverses of sparse matrices, triangles solved as any other."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_SPARSE = "scipy.sparse.linalg"


@rule(
    "factors",
    looks_for="a sparse matrix inverted to be multiplied: its inverse is full",
    rewrite="scipy.sparse.linalg.inv(A) @ b → scipy.sparse.linalg.spsolve(A, b)",
    exact="up to rounding, for a well-conditioned matrix and an array b",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.linalg.inv.html",
)
def sparse_inverse(seen: Observation) -> Iterator[Finding]:
    """Inverses of which only products with arrays are wanted."""
    table: list[tuple[str, str]] = []
    solved = f"{_SPARSE}.spsolve(A, B)"
    several = f"{_SPARSE}.splu(A.tocsc()).solve(B)"
    for text in (solved, several):
        table = [
            (f"{_SPARSE}.inv(A) @ B", text),
            (f"{_SPARSE}.inv(A) * B", text),
            (f"{_SPARSE}.inv(A).dot(B)", text),
            ("np.linalg.inv(A.toarray()) @ B", text),
            ("np.linalg.inv(A.todense()) @ B", text),
            ("np.linalg.solve(A.toarray(), B)", text),
            ("scipy.linalg.solve(A.toarray(), B)", text),
        ]
        yield from seen.rewrites(
            *table,
            where=_of_array,
            title="solve with the sparse matrix",
            helpers=(f"import {_SPARSE}",),
            evidence="an inverse has a number for every pair of rows, also where the matrix "
            "has few",
        )


def _of_array(one: Match) -> bool:
    """Whether the right-hand side is an array, as far as is known."""
    held = one.form("B")
    return held is None or held.kind == "array"


# -------------------------------------------------------------- triangular factors


@rule(
    "factors",
    looks_for="a triangular matrix, such as a Cholesky factor, solved or inverted as any other",
    rewrite="L = np.linalg.cholesky(K); np.linalg.solve(L, b) → "
    "scipy.linalg.solve_triangular(L, b, lower=True)",
    exact="up to rounding, for finite numbers",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.linalg.solve_triangular.html",
)
def triangular(seen: Observation) -> Iterator[Finding]:
    """Systems whose matrix is known to be a triangle."""
    solve = "scipy.linalg.solve_triangular"
    table = []
    for matrix, given in (
        ("L", "L, B, lower=True"),
        ("L.T", "L, B, lower=True, trans='T'"),
        ("U", "U, B"),
        ("U.T", "U, B, trans='T'"),
        ("np.tril(M)", "M, B, lower=True"),
        ("np.triu(M)", "M, B"),
    ):
        for pattern in (
            f"np.linalg.solve({matrix}, B)",
            f"scipy.linalg.solve({matrix}, B)",
            f"np.linalg.inv({matrix}) @ B",
            f"np.linalg.inv({matrix}).dot(B)",
            f"scipy.linalg.inv({matrix}) @ B",
            f"np.dot(np.linalg.inv({matrix}), B)",
        ):
            table.append((pattern, f"{solve}({given})"))
    return seen.rewrites(
        *table,
        where=_is_triangle,
        title="solve with the triangle as one",
        helpers=("import scipy.linalg",),
        evidence="a system of a triangular matrix needs no factorisation",
    )


_MADE = {
    "L": ("np.linalg.cholesky(K)", "scipy.linalg.cholesky(K, lower=True)", "np.tril(K)"),
    "U": ("scipy.linalg.cholesky(K)", "np.triu(K)"),
}
_DECOMPOSED = ("np.linalg.qr(K)", "scipy.linalg.qr(K)", "scipy.linalg.qr(K, mode='economic')")


def _is_triangle(one: Match) -> bool:
    """Whether the name of the matrix is always given a triangle."""
    for which, made in _MADE.items():
        if which not in one.captures:
            continue
        name = one[which]
        if not isinstance(name, ast.Name):
            return False
        given = [
            statement
            for statement in ast.walk(one.function.node)
            if isinstance(statement, ast.Assign) and name.id in syntax.stored_in(statement)
        ]
        others = set().union(*(_names_of(each.value) for each in given))
        return (
            bool(given)
            and name.id not in others
            and not _is_set_otherwise(one.function, name.id, given)
            and all(_gives(one.function, each, made, which) for each in given)
        )
    return True


def _names_of(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _is_set_otherwise(function: Function, name: str, given: list[ast.Assign]) -> bool:
    """Whether its elements are set, or it by anything but these statements."""
    known = {id(node) for each in given for node in ast.walk(each)}
    for use in function.uses(name):
        above = function.parents[use]
        stored = isinstance(above, ast.Subscript) and not isinstance(above.ctx, ast.Load)
        if id(use) not in known and (stored or not isinstance(use.ctx, ast.Load)):
            return True
    return False


def _gives(
    function: Function, statement: ast.Assign, made: tuple[str, ...], which: str
) -> bool:
    """Whether the statement gives a name such a triangle."""
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Name):
        return any(patterns.match(function, value, each) for each in made)
    if which != "U" or not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return False
    is_second = isinstance(target.elts[1], ast.Name)
    return is_second and any(patterns.match(function, value, each) for each in _DECOMPOSED)
