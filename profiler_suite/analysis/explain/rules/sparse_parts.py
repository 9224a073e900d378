"""Slow paths of parts of sparse matrices: rows or columns taken one by one and stacked."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


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


@rule(
    "sparse_parts",
    looks_for="products of the rows of a sparse matrix with each other, made dense first",
    rewrite="x = tfidf.toarray(); x @ x.T → (tfidf @ tfidf.T).toarray()",
    exact="up to rounding",
    thread="https://stackoverflow.com/questions/17627219/whats-the-fastest-way-in-python-to-"
    "calculate-cosine-similarity-given-sparse-mat",
)
def dense_with_itself(seen: Observation) -> Iterator[Finding]:
    """Matrices that are made dense only to be multiplied with themselves."""
    for function in seen.functions:
        for pattern in ("X @ X.T", "X.T @ X", "np.dot(X, X.T)", "X.dot(X.T)", "np.dot(X.T, X)"):
            for one in patterns.found(function, [pattern], lambda m: True):
                edits = _kept_sparse(function, one)
                if edits:
                    yield from seen.edited(
                        function,
                        edits,
                        title="multiply before it is made dense",
                        lines=[one.line],
                        evidence="most products of the dense matrix are with zeros",
                    )


def _kept_sparse(function: Function, one: Match) -> list[Edit]:
    """The matrix as it was before, and the product made dense; empty where it is used more."""
    name = one["X"]
    if not isinstance(name, ast.Name):
        return []
    uses = function.uses(name.id)
    stores = [each for each in uses if not isinstance(each.ctx, ast.Load)]
    inside = {id(each) for each in ast.walk(one.node)}
    if len(stores) != 1 or any(id(u) not in inside for u in uses if u not in stores):
        return []
    made = function.statement_of(stores[0])
    if not isinstance(made, ast.Assign) or made.targets != stores:
        return []
    for dense in ("S.toarray()", "np.asarray(S.todense())", "np.array(S.todense())"):
        held = patterns.match(function, made.value, dense)
        if held is not None:
            turned = ast.unparse(one.node).startswith((f"{name.id}.T", f"np.dot({name.id}.T"))
            product = f"{name.id}.T @ {name.id}" if turned else f"{name.id} @ {name.id}.T"
            return [
                rewriting.edit(function, made.value, function.text_of(held["S"])),
                rewriting.edit(function, one.node, f"({product}).toarray()"),
            ]
    return []
