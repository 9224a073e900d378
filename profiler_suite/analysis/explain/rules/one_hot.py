"""Slow paths of classes as rows of zeros with a single one: products with mostly zeros."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import forms, one_hot_picks, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

ONE_HOT = '''
def one_hot(labels, number):
    """np.eye(number)[labels] as a sparse matrix: one element in each row."""
    rows = np.arange(len(labels) + 1)
    shape = len(labels), number
    return scipy.sparse.csr_array((np.ones(len(labels)), labels, rows), shape=shape)
'''.strip()

COUNTED_PAIRS = '''
def counted_pairs(one, other, number, numbers):
    """How often each of one meets each of the other: a matrix of counts."""
    counts = np.bincount(one * numbers + other, minlength=number * numbers)
    return counts.reshape(number, numbers).astype(float)
'''.strip()
_MADE = ("np.eye(N)[L]", "np.identity(N)[L]")


@rule(
    "one_hot",
    looks_for="rows of zeros with a single one, multiplied with a matrix: all but one product "
    "of each row are 0",
    rewrite="np.eye(n)[labels].T @ x → a sparse matrix of the ones times x",
    exact="up to the rounding of sums, for labels from 0 and finite numbers",
    thread="https://github.com/scikit-learn/scikit-learn/pull/21837",
)
def one_hot_product(seen: Observation) -> Iterator[Finding]:
    """Sums of classes by a product."""
    for function in seen.functions:
        edits, lines = [], []
        for one in patterns.found(function, _MADE, _is_of_labels):
            if _is_only_multiplied(function, one.node):
                text = patterns.rendered(one, "one_hot(L, N)") or ""
                edits.append(rewriting.edit(function, one.node, text))
                lines.append(one.line)
        if edits:
            users = [line for line in _readers(function) if line not in lines]
            yield from seen.edited(
                function,
                edits,
                title="multiply with the ones alone",
                lines=[*lines, *users],
                helpers=("import numpy as np", "import scipy.sparse", ONE_HOT),
            )


@rule(
    "one_hot",
    looks_for="rows of zeros with a single one multiplied with others of that kind to count "
    "pairs",
    rewrite="np.eye(n)[a].T @ np.eye(m)[b] → np.bincount(a * m + b)",
    exact="always, for labels from 0",
    thread="https://github.com/open-mmlab/mmaction2/pull/465",
)
def counted_by_product(seen: Observation) -> Iterator[Finding]:
    """Confusion matrices."""

    def labels(one: Match) -> bool:
        return all(_is_a_vector_of_integers(one, name) for name in ("A", "B"))

    return seen.rewrites(
        ("np.eye(N)[A].T @ np.eye(M)[B]", "counted_pairs(A, B, N, M)"),
        ("np.dot(np.eye(N)[A].T, np.eye(M)[B])", "counted_pairs(A, B, N, M)"),
        where=labels,
        title="count the pairs",
        helpers=("import numpy as np", COUNTED_PAIRS),
    )


@rule(
    "one_hot",
    looks_for="rows of zeros with a single one multiplied with numbers of which one of each "
    "row is left, as for the cross entropy",
    rewrite="np.sum(np.eye(k)[labels] * np.log(p), axis=1) → "
    "np.log(p[np.arange(len(labels)), labels])",
    exact="the other numbers, and their logarithms, are finite",
    thread="https://github.com/keras-team/keras/pull/22169",
)
def picked_by_one_hot(seen: Observation) -> Iterator[Finding]:
    """One number of each row, by a product with zeros."""
    for function in seen.functions:
        found = one_hot_picks.picked(function)
        if found is not None:
            yield from seen.edited(
                function,
                found.edits,
                title="pick one number of each row",
                lines=sorted({*found.lines}),
                helpers=("import numpy as np",),
            )


def _is_of_labels(one: Match) -> bool:
    return _is_a_vector_of_integers(one, "L")


def _is_a_vector_of_integers(one: Match, name: str) -> bool:
    form = one.form(name)
    return (
        form is not None
        and (form.kind, len(form.shape)) == ("array", 1)
        and form.letter in "iu"
    )


def _is_only_multiplied(function: Function, made: ast.expr) -> bool:
    """Whether it is one side of products with other arrays, and summed up, but nothing else."""
    parent = function.parents[made]
    if not isinstance(parent, ast.Assign):
        return _is_multiplied(function, made)
    target = parent.targets[0]
    if len(parent.targets) != 1 or not isinstance(target, ast.Name):
        return False
    used = [each for each in function.uses(target.id) if each is not target]
    multiplied = [_is_multiplied(function, each) for each in used]
    return any(multiplied) and all(
        known or _is_summed(function, each)
        for known, each in zip(multiplied, used, strict=True)
    )


def _is_multiplied(function: Function, node: ast.expr) -> bool:
    parent = function.parents[node]
    if isinstance(parent, ast.Attribute) and parent.attr == "T":
        return _is_multiplied(function, parent)
    if not isinstance(parent, ast.BinOp) or not isinstance(parent.op, ast.MatMult):
        return False
    other = parent.right if parent.left is node else parent.left
    form = forms.of(function, other)
    if any(patterns.match(function, n, p) for n in _expressions(other) for p in _MADE):
        return False  # both would be sparse, and so would be their product
    return form is not None and form.kind == "array" and form.letter == "f"


def _expressions(node: ast.expr) -> list[ast.expr]:
    return [each for each in ast.walk(node) if isinstance(each, ast.expr)]


def _is_summed(function: Function, node: ast.expr) -> bool:
    parent = function.parents[node]
    call = function.parents[parent] if isinstance(parent, ast.Attribute) else None
    return (
        isinstance(parent, ast.Attribute)
        and parent.attr == "sum"
        and isinstance(call, ast.Call)
        and call.func is parent
    )


def _readers(function: Function) -> list[int]:
    """Lines of the file with matrix products."""
    return [
        node.lineno + function.shift
        for node in function.nodes
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
    ]
