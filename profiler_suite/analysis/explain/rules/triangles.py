"""Slow paths of triangles of matrices: two long arrays of indices where a mask does."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_DIAGONALS = (-1, 0, 1)


def _masks() -> Iterator[tuple[str, str]]:
    """What makes indices of a triangle, and the mask of the same elements."""
    for name, place, before in (("tril", "{}", 0), ("triu", "~{}", 1)):
        for k in _DIAGONALS:
            offset = f", k={k - before}" if k - before else ""
            for given in (f", {k}", f", k={k}", *([""] if k == 0 else [])):
                for pattern, size in (
                    (f"np.{name}_indices(N{given})", "N"),
                    (f"np.{name}_indices_from(M{given})", "len(M)"),
                ):
                    yield pattern, place.format(f"np.tri({size}{offset}, dtype=bool)")


_TABLE = tuple(_masks())


@rule(
    "triangles",
    looks_for="a triangle of a matrix picked by indices: two integers for each of its elements",
    rewrite="c[np.triu_indices(n, 1)] → c[~np.tri(n, dtype=bool)]",
    exact="always for a square matrix",
    thread="https://github.com/numpy/numpy/issues/18153",
)
def triangle_indices(seen: Observation) -> Iterator[Finding]:
    """Pairs of different rows, each once."""
    for function in seen.functions:
        edits: list[Edit] = []
        lines: list[int] = []
        for one in patterns.found(function, [pattern for pattern, _ in _TABLE], lambda _: True):
            template = next(t for p, t in _TABLE if patterns.match(function, one.node, p))
            text = patterns.rendered(one, template)
            changed = None if text is None else _changes(function, one.node, text)
            if changed is not None:
                edits += changed
                lines += [_line(function, each) for each in changed]
        if edits:
            yield from seen.edited(
                function, edits, title="pick by a mask instead of indices", lines=lines
            )


def _line(function: Function, edit: Edit) -> int:
    return function.text.count("\n", 0, edit.start) + 1 + function.shift


def _changes(function: Function, made: ast.expr, text: str) -> list[Edit] | None:
    """The edits that make a mask of indices; None where they serve for something else."""
    parent = function.parents[made]
    own = rewriting.edit(function, made, text)
    if isinstance(parent, ast.Subscript) and parent.slice is made:
        return [own]
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1:
        return None
    target = parent.targets[0]
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    used = [_reads(function, each) for each in names]
    if any(each is None for each in used):
        return None
    if len(names) == 1:
        indexing = all(_is_index(function, use) for use in used[0] or ())
        return [own] if indexing else None
    pairs = [[function.parents[use] for use in each or ()] for each in used]
    both = pairs[0] == pairs[-1] and all(
        isinstance(pair, ast.Tuple)
        and [ast.unparse(e) for e in pair.elts] == [ast.unparse(e) for e in names]
        and _is_index(function, pair)
        for pair in pairs[0]
    )
    name = "triangle"
    if not both or function.uses(name):
        return None
    targets = [target, *(pair for pair in pairs[0] if isinstance(pair, ast.expr))]
    return [own, *(_renamed(function, each, name) for each in targets)]


def _reads(function: Function, target: ast.expr) -> list[ast.expr] | None:
    """Where a name is read that is set once; None for other targets."""
    if not isinstance(target, ast.Name):
        return None
    used = [each for each in function.uses(target.id) if each is not target]
    read = [each for each in used if isinstance(each.ctx, ast.Load)]
    return list(read) if read and len(read) == len(used) else None


def _is_index(function: Function, node: ast.expr) -> bool:
    parent = function.parents[node]
    return isinstance(parent, ast.Subscript) and parent.slice is node


def _renamed(function: Function, node: ast.expr, name: str) -> Edit:
    start, end = function.span(node)
    return Edit(start=start, end=end, text=name)
