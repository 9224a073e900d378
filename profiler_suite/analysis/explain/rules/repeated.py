"""Slow paths of repetition: one expression of large arrays computed more than once."""

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, repeated_elements
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

_LEAST_ELEMENTS = 1000
_UFUNCS = frozenset(
    [
        *("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "abs", "absolute", "square"),
        *("log1p", "expm1", "log2", "log10", "exp2", "arctan", "arctan2", "hypot", "power"),
        *("isnan", "isfinite", "floor", "sign", "maximum", "minimum", "logical_and", "cbrt"),
        *("logical_or", "logical_not", "dot", "matmul", "outer", "where", "add", "multiply"),
        *("subtract", "divide", "arccos", "arcsin", "sinh", "cosh", "rint", "reciprocal"),
    ]
)
_PARTS = (ast.Name, ast.Constant, ast.BinOp, ast.Compare, ast.UnaryOp, ast.Tuple, ast.Slice)
_SIGNS = (ast.operator, ast.unaryop, ast.cmpop, ast.expr_context)
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)
# What may not be evaluated at all, or again and again.
_SOMETIMES = (ast.IfExp, ast.BoolOp, *syntax.REPEATING)


class _Repetition(NamedTuple):
    """One expression, where it stands in a block, and a name for it."""

    nodes: list[ast.expr]
    name: str
    before: ast.stmt | None
    """The statement before which the name is set; None where the first use does."""


@rule(
    "repeated",
    looks_for="one expression of large arrays computed more than once",
    rewrite="x[y > 0].sum() / np.sum(y > 0) → mask = y > 0, used twice",
    exact="as long as what it is made of does not change in between",
    thread="https://github.com/neurospin/pylearn-parsimony/issues/18",
)
def computed_again(seen: Observation) -> Iterator[Finding]:
    """Masks, differences and powers that have no name."""
    for function in seen.functions:
        edits: list[Edit] = []
        lines: list[int] = []
        names: set[str] = set()
        for block in syntax.blocks(function.node):
            for each in _repeated(function, block, names):
                edits += _edits(function, each)
                lines += [node.lineno + function.shift for node in each.nodes]
        if edits:
            yield from seen.edited(
                function, edits, title="compute it once", lines=sorted(set(lines))
            )


def _edits(function: Function, each: _Repetition) -> list[Edit]:
    replaced = [rewriting.edit(function, node, each.name) for node in each.nodes]
    if each.before is None:
        return replaced[1:]
    text = f"{each.name} = {function.text_of(each.nodes[0])}"
    return [*rewriting.inserted(function, {each.before.lineno: [text]}), *replaced]


def _repeated(
    function: Function, block: Sequence[ast.stmt], names: set[str]
) -> Iterator[_Repetition]:
    """The expressions of a block that occur more than once, the longest first."""
    groups: dict[str, list[ast.expr]] = {}
    for statement in block:
        if isinstance(statement, _SIMPLE):
            for node in ast.walk(statement):
                if isinstance(node, ast.expr) and _is_costly(function, node):
                    groups.setdefault(ast.dump(node), []).append(node)
    taken: set[ast.AST] = set()
    for _, nodes in sorted(groups.items(), key=lambda item: -len(item[0])):
        left = [node for node in nodes if node not in taken]
        found = _named(function, block, left, names) if len(left) > 1 else None
        if found is not None:
            names.add(found.name)
            taken.update(inner for node in left for inner in ast.walk(node))
            yield found


def _named(
    function: Function, block: Sequence[ast.stmt], nodes: list[ast.expr], names: set[str]
) -> _Repetition | None:
    """The expression with a name; None where it may change, or what it gives may."""
    nodes = sorted(nodes, key=lambda node: (node.lineno, node.col_offset))
    places = [block.index(function.statement_of(node)) for node in nodes]
    between = block[places[0] : places[-1]]
    changed = set().union(*(syntax.changed_in(each) for each in between))
    if changed & syntax.names_in(nodes[0]) or not all(_is_read(function, n) for n in nodes[1:]):
        return None
    first = block[places[0]]
    if isinstance(first, ast.Assign) and first.value is nodes[0]:
        target = first.targets[0]
        if len(first.targets) != 1 or not isinstance(target, ast.Name):
            return None
        others = [each for each in function.node.body if each is not first]
        kept = not any(target.id in syntax.changed_in(each) for each in others)
        return (
            _Repetition(nodes, target.id, None)
            if kept and first in function.node.body
            else None
        )
    if not _is_read(function, nodes[0]) or not _begins_its_line(function, first):
        return None
    base = "mask" if isinstance(nodes[0], ast.Compare) else "shared"
    return _Repetition(nodes, rewriting.new_name(function, base, names), first)


def _begins_its_line(function: Function, statement: ast.stmt) -> bool:
    line = function.lines[statement.lineno - 1]
    return not line[: statement.col_offset].strip()


def _is_read(function: Function, node: ast.expr) -> bool:
    """Whether it is only computed with: nothing keeps the array, and it is always evaluated."""
    if any(isinstance(each, _SOMETIMES) for each in _above(function, node)):
        return False
    parent = function.parents[node]
    computing = (ast.BinOp, ast.Compare, ast.UnaryOp, ast.Subscript, ast.Call)
    of_it = isinstance(parent, ast.Attribute) and parent.attr != "T"
    return of_it or isinstance(parent, computing)


def _above(function: Function, node: ast.AST) -> Iterator[ast.AST]:
    """What is around an expression, up to its statement."""
    while not isinstance(node, ast.stmt):
        node = function.parents[node]
        if not isinstance(node, ast.stmt):
            yield node


def _is_costly(function: Function, node: ast.expr) -> bool:
    """Whether it computes with large arrays, and always gives the same."""
    if not isinstance(node, ast.BinOp | ast.Compare | ast.Call | ast.UnaryOp) and not (
        _picks_elements(function, node)
    ):
        return False
    pure = all(_is_pure(function, each) for each in ast.walk(node))
    held = [forms.of(function, n) for n in ast.walk(node) if isinstance(n, ast.Name)]
    return pure and any(
        form is not None and form.kind == "array" and form.size >= _LEAST_ELEMENTS
        for form in held
    )


def _picks_elements(function: Function, node: ast.expr) -> bool:
    """Whether it is a copy of elements by a mask or by indices."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load):
        return False
    form = forms.of(function, node.slice)
    return form is not None and form.kind == "array"


def _is_pure(function: Function, node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        owner, _, name = function.qualified(node.func).rpartition(".")
        return owner == "numpy" and name in _UFUNCS and not node.keywords
    if isinstance(node, ast.Attribute):
        return node.attr == "T" or function.qualified(node).startswith("numpy.")
    return isinstance(node, (*_PARTS, *_SIGNS, ast.Subscript))


@rule(
    "repeated",
    looks_for="a list that holds each element several times, put together of [v] * c",
    rewrite="for v, c in zip(x, counts): out.extend([v] * c) → out.extend(np.repeat(x, counts)"
    ".tolist())",
    exact="always: what is there less than no times is not there",
    thread="https://numpy.org/doc/stable/reference/generated/numpy.repeat.html",
)
def elements_repeated(seen: Observation) -> Iterator[Finding]:
    """Run lengths that are expanded, weights that become copies."""
    for function in seen.functions:
        for each in repeated_elements.at_once(function):
            first = each.node.lineno
            last = each.node.end_lineno or first
            yield from seen.edited(
                function,
                [each.edit],
                title="repeat all elements at once",
                lines=[line + function.shift for line in range(first, last + 1)],
                evidence="every element becomes a list of its own",
            )
