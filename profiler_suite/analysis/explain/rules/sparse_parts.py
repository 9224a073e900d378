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


@rule(
    "sparse_parts",
    looks_for="a sparse matrix made dense for sums, means or extremes of it",
    rewrite="np.asarray(A.todense()).sum(axis=0) → np.asarray(A.sum(axis=0)).ravel()",
    exact="up to rounding",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.csr_matrix.sum.html",
)
def dense_to_be_reduced(seen: Observation) -> Iterator[Finding]:
    """Reductions that sparse matrices have themselves."""
    table = []
    for dense in ("A.toarray()", "np.asarray(A.todense())", "np.array(A.todense())"):
        for name in ("sum", "mean"):
            for of_axis in (
                f"{dense}.{name}(axis=K)",
                f"{dense}.{name}(K)",
                f"np.{name}({dense}, axis=K)",
            ):
                table.append((of_axis, f"np.asarray(A.{name}(axis=K)).ravel()"))
            table.append((f"{dense}.{name}()", f"A.{name}()"))
            table.append((f"np.{name}({dense})", f"A.{name}()"))
        for name in ("max", "min"):
            table.append((f"{dense}.{name}(axis=K)", f"A.{name}(axis=K).toarray().ravel()"))
            table.append((f"{dense}.{name}()", f"A.{name}()"))
    return seen.rewrites(
        *table,
        title="reduce the sparse matrix itself",
        helpers=("import numpy as np",),
        evidence="a dense matrix has an element for every pair of row and column",
    )
