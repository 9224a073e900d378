"""Slow paths of sparse matrices: filled, taken apart or made dense against their kind."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import forms, patterns, rewriting
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import hoisting
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


@rule(
    "sparse",
    looks_for="a compressed sparse matrix filled element by element: moved at every insertion",
    rewrite="csr_matrix(shape) → lil_matrix(shape), and tocsr() after the loop",
    exact="always",
    thread="https://github.com/scipy/scipy/pull/3582",
)
def sparse_filled(seen: Observation) -> Iterator[Finding]:
    """Sparse matrices filled in loops."""
    for function in seen.functions:
        for node in ast.walk(function.node):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            qualified = function.qualified(node.value.func)
            kind = qualified.rpartition(".")[2]
            target = node.targets[0]
            if not qualified.startswith("scipy.sparse.") or kind[:3] not in ("csr", "csc"):
                continue
            loop = _filling(function, target)
            if loop is None or not isinstance(target, ast.Name):
                continue
            called = node.value.func
            text = function.text_of(called).replace(kind, f"lil{kind[3:]}")
            imports: tuple[str, ...] = ()
            if isinstance(called, ast.Name):
                text, imports = f"scipy.sparse.lil{kind[3:]}", ("import scipy.sparse",)
            start, end = function.span(called)
            yield from seen.edited(
                function,
                [
                    Edit(start=start, end=end, text=text),
                    hoisting.after(
                        function, loop, [f"{target.id} = {target.id}.to{kind[:3]}()"]
                    ),
                ],
                title=f"fill {target.id} as a list of lists, then compress it",
                lines=hoisting.span_of(function, loop),
                helpers=imports,
                evidence="a compressed matrix moves its elements at every insertion",
            )


def _filling(function: Function, target: ast.expr) -> hoisting.Loop | None:
    for loop in hoisting.loops_of(function):
        for n in ast.walk(loop):
            if (
                isinstance(n, ast.Subscript)
                and isinstance(n.ctx, ast.Store)
                and ast.unparse(n.value) == ast.unparse(target)
            ):
                return loop
    return None


@rule(
    "sparse",
    looks_for="rows or columns of a sparse matrix taken in a loop against its order",
    rewrite="A = A.tocsc() before a loop over columns, A.tocsr() before one over rows",
    exact="always",
    thread="https://github.com/scipy/scipy/pull/3338",
)
def sparse_slices(seen: Observation) -> Iterator[Finding]:
    """Sparse matrices sliced across their order."""
    for function in seen.functions:
        for loop in hoisting.loops_of(function):
            wanted: dict[str, str] = {}
            for node in ast.walk(loop):
                if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
                    continue
                form = forms.of(function, node.value)
                kind = form.dtype[:3] if form is not None and form.kind == "other" else ""
                if kind not in ("csr", "csc", "coo", "lil", "dok"):
                    continue
                by_column = patterns.match(function, node, "X[:, J]") is not None
                to = "csc" if by_column else "csr"
                if kind != to:
                    wanted[node.value.id] = to
            changed = hoisting.stored_in(loop)
            lines = [f"{n} = {n}.to{to}()" for n, to in wanted.items() if n not in changed]
            if lines:
                yield from seen.edited(
                    function,
                    rewriting.inserted(function, {loop.lineno: lines}),
                    title="turn the sparse matrix to the order in which it is taken apart",
                    lines=hoisting.span_of(function, loop),
                    evidence="a slice across the order of a sparse matrix looks at all of it",
                )


@rule(
    "sparse",
    looks_for="a sparse matrix made dense to be multiplied",
    rewrite="A.toarray() @ x → A @ x",
    exact="up to rounding",
    thread="https://github.com/scipy/scipy/issues/25345",
)
def sparse_made_dense(seen: Observation) -> Iterator[Finding]:
    """Products that stay sparse."""
    return seen.rewrites(
        ("A.toarray() @ X", "A @ X"),
        ("A.toarray().dot(X)", "A @ X"),
        ("np.dot(A.toarray(), X)", "A @ X"),
        ("X @ A.toarray()", "X @ A"),
        ("A.todense() @ X", "A @ X"),
        ("A.toarray().sum()", "A.sum()"),
        ("A.toarray().sum(axis=K)", "np.asarray(A.sum(axis=K)).ravel()"),
        title="multiply the sparse matrix as it is",
    )
