"""Slow paths of parts of sparse matrices: rows or columns taken one by one and stacked."""

from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule


@rule(
    "sparse_parts",
    looks_for="rows or columns of a sparse matrix taken one by one and stacked again",
    rewrite="scipy.sparse.vstack([X.getrow(i) for i in rows]) → X[rows]",
    exact="always: the same elements; rows are numbers of rows",
    thread="https://stackoverflow.com/questions/7609108/slicing-sparse-scipy-matrix",
)
def stacked_rows(seen: Observation) -> Iterator[Finding]:
    """Matrices of one row each, put together."""
    table = []
    for stack, parts, whole in (
        ("vstack", ("X.getrow(I)", "X[I]", "X[I, :]", "X[[I]]", "X[I:I + 1]"), "X[list(R)]"),
        ("hstack", ("X.getcol(I)", "X[:, I]", "X[:, [I]]", "X[:, I:I + 1]"), "X[:, list(R)]"),
    ):
        for part in parts:
            stacked = f"scipy.sparse.{stack}([{part} for I in R]"
            table += [
                (f"{stacked})", whole),
                (f"{stacked}).tocsr()", f"{whole}.tocsr()"),
                (f"{stacked}, format=M)", f"{whole}.asformat(M)"),
                (f"{stacked}, M)", f"{whole}.asformat(M)"),
            ]
    return seen.rewrites(
        *table,
        where=lambda m: patterns.pure(m["X"]),
        title="index the matrix with all of them",
        evidence="every row is a sparse matrix of its own, made and checked in Python",
    )
