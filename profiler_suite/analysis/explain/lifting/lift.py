"""Finds the loops of a function and tries each way to lift them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting import dependence
from profiler_suite.analysis.explain.lifting.calls import called
from profiler_suite.analysis.explain.lifting.emitting import Emitter, live_after
from profiler_suite.analysis.explain.lifting.expressions import Gone, Reader, Scope
from profiler_suite.analysis.explain.lifting.facts import Facts
from profiler_suite.analysis.explain.lifting.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.nests import Walk, stored_names
from profiler_suite.analysis.explain.lifting.nouns import KeptLoop, LiftedFunction, Lifting
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.terms import Outside, Refusal, Term
from profiler_suite.analysis.explain.lifting.writer import Style
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Rewrite

STYLES = (
    Style("matmul", "cdist"),
    Style("einsum", "cdist"),
    Style("tensordot", "cdist"),
    Style("matmul", "matmul"),
    Style("broadcast", ""),
    Style("broadcast", "", "at"),
)


@dataclass(frozen=True)
class Piece:
    """A loop's new text."""

    node: ast.For
    lines: tuple[str, ...]
    imports: tuple[str, ...]
    assumptions: tuple[str, ...]
    memory: Poly
    whole: bool


def lift(function: Function, names: Mapping[str, str] | None = None) -> Lifting:
    """Every way to write loops of a function as array expressions.

    `names` says what its local names hold, as `SourceText.names` does; where it is not
    given, that of the function's source is taken.
    """
    given = dict(function.source.names if names is None else names)
    facts = Facts(function.node, given, function.numpy)
    found: dict[str, LiftedFunction] = {}
    refused: dict[int, str] = {}
    by_style: dict[Style, list[Piece]] = {style: [] for style in STYLES}
    for node, around in _nests(function.node, []):
        _try(function, facts, node, around, by_style, found, refused)
    for pieces in by_style.values():
        if len(pieces) > 1:
            made = _lifted(function, facts, pieces)
            found.setdefault(made.source, made)
    ordered = sorted(found.values(), key=lambda each: not each.whole)
    return Lifting(
        lifted=tuple(ordered),
        unlifted=tuple(
            KeptLoop(line=line + function.shift, reason=reason)
            for line, reason in sorted(refused.items())
        ),
    )


def _nests(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[ast.For, list[ast.AST]]]:
    """The outermost loops of a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(child, ast.For):
            yield child, around
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _nests(child, [*around, child])


def _try(
    function: Function,
    facts: Facts,
    node: ast.For,
    around: list[ast.AST],
    by_style: dict[Style, list[Piece]],
    found: dict[str, LiftedFunction],
    refused: dict[int, str],
) -> None:
    """A nest as a whole; and the loops inside it, with the outer one kept."""
    reason = ""
    lifted = False
    for style in STYLES:
        try:
            piece = _piece(function, facts, node, around, style)
        except Refusal as why:
            reason = reason or str(why)
            continue
        lifted = True
        by_style[style].append(piece)
        made = _lifted(function, facts, [piece])
        found.setdefault(made.source, made)
    if not lifted:
        refused[node.lineno] = reason
    inner_styles: dict[Style, list[Piece]] = {style: [] for style in STYLES}
    inner_refused: dict[int, str] = {}
    for child in node.body:
        wrapper = ast.Module([child], [])
        for inner, between in _nests(wrapper, [*around, node]):
            _try(function, facts, inner, between, inner_styles, found, inner_refused)
    if not lifted:
        refused.update(inner_refused)
        for style, pieces in inner_styles.items():
            by_style[style] += pieces


def _piece(
    function: Function, facts: Facts, node: ast.For, around: list[ast.AST], style: Style
) -> Piece:
    """One loop in one style."""
    scope = Scope(facts, stored_names([node]))
    walk = Walk(Reader(scope, called))
    walk.defined_before = frozenset(
        name for name, lines in facts.stored.items() if min(lines) < node.lineno
    )
    walk.block([node])
    stores = [dependence.recurrence(each) for each in walk.effects]
    results = {
        name: scope.env.get(name, Gone())
        for name in sorted(stored_names([node]))
        if live_after(function.node, node, around, name)
    }
    dependence.check(stores, list(results.values()), facts)
    lowering = ArrayWriter(scope, style)

    def is_only_made_array(name: str) -> bool:
        return _is_only_made_array(function.node, node, name, facts)

    emitter = Emitter(lowering, is_only_made_array)
    emitter.begin()
    for store in stores:
        emitter.store(store)
    for name in _in_order(results):
        emitter.result(name, results[name])
    lines = emitter.lines or ["pass"]
    return Piece(
        node,
        tuple(lines),
        tuple(lowering.imports),
        tuple(scope.assumptions),
        lowering.memory.largest,
        not any(isinstance(each, ast.For | ast.While) for each in around),
    )


def _in_order(results: Mapping[str, Term]) -> list[str]:
    """Names so that each is set after all that need its old value."""
    needs = {
        name: {each.name for each in term.walk() if isinstance(each, Outside)} - {name}
        for name, term in results.items()
    }
    left, found = list(results), []
    while left:
        free = [n for n in left if not any(n in needs[m] for m in left if m != n)]
        if not free:
            raise Refusal(f"{' and '.join(left)} need each other's old values")
        found += free[:1]
        left.remove(free[0])
    return found


_TAKES_LIST = (
    "array",
    "asarray",
    "stack",
    "sum",
    "mean",
    "max",
    "min",
    "std",
    "median",
    "prod",
)


def _is_only_made_array(function: ast.AST, nest: ast.AST, name: str, facts: Facts) -> bool:
    """Whether a list is empty before the nest and only becomes an array after it."""
    values = facts.definitions.get(name, [])
    if len(values) != 1 or not isinstance(values[0], ast.List) or values[0].elts:
        return False
    inside = {id(each) for each in ast.walk(nest)}
    allowed: set[int] = set()
    for each in ast.walk(function):
        if isinstance(each, ast.Call) and each.args and isinstance(each.args[0], ast.Name):
            name_of = ast.unparse(each.func)
            if name_of == "len" or (
                name_of.startswith(("np.", "numpy.")) and name_of.split(".")[1] in _TAKES_LIST
            ):
                allowed.add(id(each.args[0]))
    return all(
        id(each) in allowed or id(each) in inside
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
    )


def _lifted(function: Function, facts: Facts, pieces: Sequence[Piece]) -> LiftedFunction:
    """The function with these loops replaced."""
    lines = list(function.lines)
    changes: list[tuple[int, str, str]] = []
    for piece in sorted(pieces, key=lambda each: -each.node.lineno):
        first, last = piece.node.lineno, piece.node.end_lineno or piece.node.lineno
        old = lines[first - 1 : last]
        indent = old[0][: len(old[0]) - len(old[0].lstrip())]
        new = [*piece.imports, *piece.lines]
        lines[first - 1 : last] = [indent + each for each in new]
        was = "\n".join(each.strip() for each in old)
        changes.insert(0, (first + function.shift, was, "\n".join(new)))
    memory = max((piece.memory for piece in pieces), key=lambda m: m.value(facts.at_hand) or 0)
    return LiftedFunction(
        title=_title(pieces),
        first_line=min(p.node.lineno for p in pieces) + function.shift,
        last_line=max(p.node.end_lineno or 0 for p in pieces) + function.shift,
        rewrite=Rewrite(
            function=function.source.function,
            source="\n".join(lines) + "\n",
            lines=tuple(changes),
        ),
        assumptions=tuple(dict.fromkeys(a for piece in pieces for a in piece.assumptions)),
        memory=facts.text(memory),
        memory_bytes=memory.value(facts.at_hand),
        whole=all(piece.whole for piece in pieces),
    )


_WORDS = (
    ("cdist(", "as pairwise distances"),
    (".reshape(", " @ ", "as one matrix product"),
    (" @ ", "as a matrix product"),
    ("tensordot(", "as one tensordot"),
    ("einsum(", "as one einsum"),
    ("lfilter(", "as a linear filter"),
    ("bincount(", "as bincount"),
    (".at(", "as a ufunc's at()"),
    ("sliding_window_view(", "over a view of all windows"),
    ("cumsum(", "as a running sum"),
    ("cumprod(", "as a running product"),
    (".accumulate(", "as a running extreme"),
    ("linalg.", "as one call for the whole stack"),
)


def _title(pieces: Sequence[Piece]) -> str:
    text = "\n".join(line for piece in pieces for line in piece.lines)
    how = next(
        (words for *signs, words in _WORDS if all(sign in text for sign in signs)),
        "as array expressions",
    )
    targets = [ast.unparse(piece.node.target) for piece in pieces]
    what = f"the loop over {targets[0]}" if len(pieces) == 1 else f"{len(pieces)} loops"
    return f"{what} {how}"
