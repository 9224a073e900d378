"""Finds the loops of a function and tries each way to lift them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.loops.leftovers import leftovers
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from profiler_suite.analysis.explain.lifting.nouns import KeptLoop, LiftedFunction, Lifting
from profiler_suite.analysis.explain.lifting.pieces import Pieces
from profiler_suite.analysis.explain.lifting.source.own_methods import with_own_methods
from profiler_suite.analysis.explain.lifting.source.plain_names import with_plain_names
from profiler_suite.analysis.explain.lifting.source.units import Piece, Unit, units, within
from profiler_suite.analysis.explain.lifting.titles import title
from profiler_suite.analysis.explain.line_breaks import broken
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Rewrite

STYLES = (
    Style("matmul", "cdist", packed=True, clipped=True),
    Style("matmul", "", steps=True),
    Style("einsum", "cdist"),
    Style("matmul", "matmul"),
    Style("broadcast", ""),
    Style("broadcast", "", "at", clipped=True),
    Style("tensordot", "cdist", sorted=True),
)

ByStyle = dict[Style, list[Piece]]


def lift(
    function: Function,
    names: Mapping[str, str] | None = None,
    helpers: Sequence[Function] = (),
) -> Lifting:
    """Every way to write loops of a function as array expressions.

    `names` says what its local names hold, as `SourceText.names` does; where it is not
    given, that of the function's source is taken. `helpers` are other functions of the same
    module: what they compute for each element is read in place.
    """
    plain = [with_plain_names(each) for each in helpers]
    found = _Search(with_plain_names(function), names, plain).found()
    inside = tuple(each for each in _of_inner(function, plain))
    return msgspec.structs.replace(found, lifted=(*found.lifted, *inside)) if inside else found


def _of_inner(function: Function, helpers: Sequence[Function]) -> Iterator[LiftedFunction]:
    """The same of functions that it defines inside itself, such as callbacks."""
    source = function.source
    for node in function.nodes:
        held = source.inner.get(node.name) if isinstance(node, ast.FunctionDef) else None
        if held is None or node is function.node or not isinstance(node, ast.FunctionDef):
            continue
        first, last = node.lineno, node.end_lineno or node.lineno
        indent = function.indent_of(first)
        text = "\n".join(function.lines[first - 1 : last]) + "\n"
        own = syntax.bound_names(node) | {
            each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)
        }
        around = {name: words for name, words in source.names.items() if name not in own}
        inner = rewriting.parsed(
            msgspec.structs.replace(
                source,
                function=node.name,
                first_line=function.shift + first,
                text=text,
                names={**around, **held},
                inner={},
            )
        )
        for each in (
            _Search(with_plain_names(inner), None, helpers).found().lifted if inner else ()
        ):
            lines = [indent + line if line else line for line in each.source.splitlines()]
            whole = [*function.lines[: first - 1], *lines, *function.lines[last:]]
            made = msgspec.structs.replace(
                each.rewrite, function=source.function, source="\n".join(whole) + "\n"
            )
            yield msgspec.structs.replace(each, rewrite=made)


class _Search:
    """All loops of one function, each in every style."""

    def __init__(
        self, function: Function, names: Mapping[str, str] | None, helpers: Sequence[Function]
    ) -> None:
        function, methods, attributes = with_own_methods(function, helpers)
        self.function = function
        given = dict(function.source.names if names is None else names)
        self.facts = Facts(function.node, given, function.numpy)
        for each in helpers:
            if each.source.file == function.source.file:
                self.facts.share(_globals_of(each))
        self.facts.share(attributes)
        self.pieces = Pieces(function, self.facts, _by_name(helpers), methods)
        self.lifted: dict[str, LiftedFunction] = {}
        self.kept: dict[int, str] = {}

    def found(self) -> Lifting:
        """What was found, whole nests first."""
        together: ByStyle = {style: [] for style in STYLES}
        for unit in units(self.function.node.body):
            self._try(unit, together, self.kept)
        combined: dict[str, LiftedFunction] = {}
        for pieces in together.values():
            if len(pieces) > 1:
                made = lifted(self.function, self.facts, pieces)
                combined.setdefault(made.source, made)
        every = {**combined, **self.lifted}
        return Lifting(
            lifted=tuple(sorted(every.values(), key=lambda each: not each.whole)),
            unlifted=tuple(
                KeptLoop(line=line + self.function.shift, reason=reason)
                for line, reason in sorted(self.kept.items())
            ),
        )

    def _try(self, unit: Unit, together: ByStyle, kept: dict[int, str]) -> None:
        """A unit as a whole; and the loops inside it, with the outer one kept."""
        reason = (
            "" if _stands_alone(self.function, unit.node) else "its line holds more than it"
        )
        done = False
        for style in STYLES if not reason else ():
            try:
                piece = self.pieces.piece(unit, style)
            except Refusal as why:
                reason = reason or str(why)
                continue
            done = True
            together[style].append(piece)
            made = lifted(self.function, self.facts, [piece])
            self.lifted.setdefault(made.source, made)
        if not done and (unit.is_loop or reason):
            kept[unit.node.lineno] = reason
        inside: ByStyle = {style: [] for style in STYLES}
        inside_kept: dict[int, str] = {}
        if unit.is_loop:
            for inner in within(unit.node, unit.around):
                self._try(inner, inside, inside_kept)
        if not done:
            kept.update(inside_kept)
            for style, pieces in inside.items():
                together[style] += pieces


def _stands_alone(function: Function, node: ast.stmt) -> bool:
    """Whether nothing but the header of its block stands in its lines beside it."""
    start, end = function.span(node)
    before = function.text[function.line_start(node.lineno) : start].strip()
    after = function.text[end : function.line_start((node.end_lineno or 0) + 1)].strip()
    return before[-1:] in ("", ":") and after[:1] in ("", "#")


def _by_name(helpers: Sequence[Function]) -> dict[str, ast.FunctionDef]:
    """Functions of a module rather than methods of the same name."""
    ordered = sorted(helpers, key=lambda each: not each.source.text[:1].isspace())
    return {each.node.name: each.node for each in ordered}


def _globals_of(helper: Function) -> dict[str, str]:
    """What the global names that a helper reads held."""
    own = {each.arg for each in ast.walk(helper.node) if isinstance(each, ast.arg)}
    names = [each for each in ast.walk(helper.node) if isinstance(each, ast.Name)]
    own |= {each.id for each in names if not isinstance(each.ctx, ast.Load)}
    read = {each.id for each in names if isinstance(each.ctx, ast.Load)} - own
    return {name: words for name, words in helper.source.names.items() if name in read}


def lifted(function: Function, facts: Facts, pieces: Sequence[Piece]) -> LiftedFunction:
    """The function with these units replaced."""
    lines: list[str | None] = list(function.lines)
    changes: list[tuple[int, str, str]] = []
    left = leftovers(function, facts, pieces)
    for number, line in left.items():
        old, lines[number - 1] = function.lines[number - 1], line
        if line != old:
            changes.append((number + function.shift, old.strip(), (line or "").strip()))
    nodes = [piece.unit.node for piece in pieces]
    for piece in sorted(pieces, key=lambda each: -each.unit.node.lineno):
        node = piece.unit.node
        first, last = node.lineno, node.end_lineno or node.lineno
        replaced = function.lines[first - 1 : last]
        indent = replaced[0][: len(replaced[0]) - len(replaced[0].lstrip())]
        head = function.text[function.line_start(first) : function.span(node)[0]].strip()
        inner = "    " if head else ""
        new = [head] * bool(head) + [
            part[len(indent) :]
            for each in (*piece.imports, *piece.lines)
            for part in broken(indent + inner + each)
        ]
        lines[first - 1 : last] = [indent + each for each in new]
        was = "\n".join(each.strip() for each in replaced)
        changes.append((first + function.shift, was, "\n".join(new)))
    memory = max((piece.memory for piece in pieces), key=lambda m: m.value(facts.at_hand) or 0)
    loops = [piece.unit.words for piece in pieces]
    return LiftedFunction(
        title=title(loops, [line for piece in pieces for line in piece.lines]),
        first_line=min(node.lineno for node in nodes) + function.shift,
        last_line=max(*(node.end_lineno or 0 for node in nodes), 0, *left) + function.shift,
        rewrite=Rewrite(
            function=function.source.function,
            source="\n".join(line for line in lines if line is not None) + "\n",
            lines=tuple(sorted(changes)),
        ),
        assumptions=tuple(dict.fromkeys(a for piece in pieces for a in piece.assumptions)),
        memory=facts.text(memory),
        memory_bytes=memory.value(facts.at_hand),
        whole=not any(piece.unit.inside_loop for piece in pieces),
    )
