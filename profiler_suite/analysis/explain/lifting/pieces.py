"""One unit of a function in one style: its new text."""

from __future__ import annotations

import ast
import contextlib
import copy
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from profiler_suite.analysis.explain.lifting.calls import called
from profiler_suite.analysis.explain.lifting.code.arrays import full, tidy
from profiler_suite.analysis.explain.lifting.code.emitting import Emitter
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.results import in_order
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.comprehensions import Comprehensions
from profiler_suite.analysis.explain.lifting.early_exit import at_the_hit
from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.interchange import interchanged
from profiler_suite.analysis.explain.lifting.loops import (
    dependence,
    exits,
    pads,
    periodic,
    rims,
)
from profiler_suite.analysis.explain.lifting.loops.filling import filling
from profiler_suite.analysis.explain.lifting.loops.grown_lists import (
    begins_anew,
    belongs_to_others,
    joined_by,
    lists_that_grow,
    only_made_array,
)
from profiler_suite.analysis.explain.lifting.loops.iteration import comprehended
from profiler_suite.analysis.explain.lifting.loops.kept_elements import kept
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts, dotted
from profiler_suite.analysis.explain.lifting.normal_form.held import Held
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone, Scope
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store, stored_names
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Extend,
    Leaf,
    Refusal,
    Term,
)
from profiler_suite.analysis.explain.lifting.source.liveness import live_after
from profiler_suite.analysis.explain.lifting.source.named_elements import named_elements
from profiler_suite.analysis.explain.lifting.source.units import Piece, Unit
from profiler_suite.analysis.explain.rewriting import Function


class Pieces:
    """Writes units of one function."""

    def __init__(
        self,
        function: Function,
        facts: Facts,
        helpers: Mapping[str, ast.FunctionDef],
        methods: Mapping[str, ast.FunctionDef] = MappingProxyType({}),
    ) -> None:
        """`methods` are those of the function's own object, by names such as 'self.f'."""
        self.function = function
        self.facts = facts
        self.helpers = helpers
        self._methods = methods
        self._grown = lists_that_grow(function.node)
        self._searched = False
        """Whether while loops that only count are searches of all places at once."""
        self._summed = False
        """Whether sums of parts with any bounds are differences of running sums."""
        self._asked_for: dict[int, tuple[str, ...]] = {}
        self._with_names: dict[int, ast.For | None] = {}
        self._unturned: set[tuple[int, bool, bool]] = set()
        """Nests of which no style can turn the loops round."""
        self._read: dict[
            tuple[int, bool, bool, bool, str],
            tuple[Walk, list[Store], dict[str, None]] | Refusal,
        ] = {}

    def _local(self) -> dict[str, ast.FunctionDef]:
        """Functions that are defined in the function, and methods of its own object."""
        local = {
            each.name: each
            for each in self.function.node.body
            if isinstance(each, ast.FunctionDef) and not each.decorator_list
        }
        return {**local, **self._methods}

    def _has_cuts(self, loop: ast.For) -> bool:
        return rims.has_cuts(loop, {**self.helpers, **self._local()})

    def reader(self, unit: Unit) -> Reader:
        """A new reader for a unit."""
        scope = Scope(self.facts, stored_names([unit.node]) if unit.is_loop else frozenset())
        local = self._local()
        scope.helpers = {**self.helpers, **local}
        scope.local_helpers = frozenset(local)
        scope.grown = self._grown
        scope.summed, scope.searched = self._summed, self._searched
        return Reader(scope, called, comprehended)

    def piece(self, unit: Unit, style: Style) -> Piece:
        """The unit in one style; refused where it must stay."""
        self.facts.line = unit.node.lineno
        if not unit.is_loop:
            return self._expressions(unit, style)
        inside = ast.walk(unit.node)
        self._searched = style.sorted and any(isinstance(each, ast.While) for each in inside)
        try:
            return self._loop(unit, unit.node, style, interior=False)
        except Refusal as refusal:
            found = (
                self._of_running_sums(unit, style)
                or self._interior(unit, style)
                or self._exit(unit, style)
                or self._turned(unit, style)
                or self._filled(unit, style)
                or self._named(unit, style)
            )
            if found is None:
                raise refusal
            return found

    def _walk(self, unit: Unit, node: ast.stmt, interior: bool) -> tuple[Walk, list[Store]]:
        """What a nest does, read once for all styles."""
        text = "" if node is unit.node else ast.unparse(node)
        key = (id(unit.node), interior, self._summed, self._searched, text)
        if key not in self._read:
            try:
                self._read[key] = self._walked(unit, node, interior)
            except Refusal as refusal:
                self._read[key] = refusal
            except RecursionError:
                self._read[key] = Refusal("it is nested too deeply")
        found = self._read[key]
        if isinstance(found, Refusal):
            raise Refusal(str(found))
        walk, stores, assumptions = found
        walk.scope.assumptions = dict(assumptions)
        return walk, stores

    def _walked(
        self, unit: Unit, node: ast.stmt, interior: bool
    ) -> tuple[Walk, list[Store], dict[str, None]]:
        walk = self._statements(unit, node, interior)
        stores = dependence.recurrences(kept(walk.effects, walk.scope))
        return walk, stores, dict(walk.scope.assumptions)

    def _statements(
        self, unit: Unit, node: ast.stmt, interior: bool, lists: Sequence[str] = ()
    ) -> Walk:
        """What the statements of a nest do, one after another; `lists` begin empty."""
        reader = self.reader(unit)
        reader.scope.env.update({name: Leaf("[]", dtype="list") for name in lists})
        reader.scope.interior = interior
        walk = Walk(reader)
        walk.leading = unit.before
        walk.defined_before = frozenset(
            name for name, lines in self.facts.stored.items() if min(lines) < unit.node.lineno
        )
        if isinstance(node, ast.While):
            walk.loop(node, unit.before)
        else:
            walk.block([node])
        return walk

    def _where_it_fits(self, unit: Unit, scope: Scope, lines: Sequence[str]) -> tuple[str, ...]:
        """The statements; the loop as it was where the last block would be cut off."""
        if not scope.fits or scope.interior:
            return tuple(lines)
        node = unit.node
        old = self.function.lines[node.lineno - 1 : node.end_lineno]
        return (
            tidy(f"if {' and '.join(scope.fits)}:\n    pass").splitlines()[0],
            *(f"    {line}" for line in lines),
            "else:",
            *(f"    {line[node.col_offset :]}" for line in old),
        )

    def _results(self, unit: Unit, scope: Scope) -> dict[str, Term]:
        """What names hold after a nest that are read then."""
        names = (*sorted(scope.dicts), *self._names_asked_for(unit))
        return {name: scope.env.get(name, Gone()) for name in names}

    def _names_asked_for(self, unit: Unit) -> tuple[str, ...]:
        """Names that a nest sets and that are read once it has ended; for all styles."""
        key = id(unit.node)
        if key not in self._asked_for:
            self._asked_for[key] = tuple(
                name
                for name in sorted(stored_names([unit.node]))
                if "." in name
                or live_after(self.function.node, unit.node, list(unit.around), name)
                or belongs_to_others(unit.node, name, self.facts)
            )
        return self._asked_for[key]

    def _loop(self, unit: Unit, node: ast.stmt, style: Style, interior: bool) -> Piece:
        walk, stores = self._walk(unit, node, interior)
        scope = walk.scope
        results = self._results(unit, scope)
        fresh = _made_right_before(unit, self.facts)
        in_turn = self._in_turn(stores, results, scope, fresh)
        scope.pads.clear()
        stores, results = pads.padded(stores, results, scope)
        if style.product != "broadcast":
            stores, results = periodic.wrapped(stores, results, scope)
        emitter = self._emitter(unit, scope, style)
        lowering = emitter.lowering
        emitter.begin()
        terms = [store.term for store in stores]
        terms += [store.guard for store in stores if store.guard is not None]
        lowering.share([*terms, *results.values()])
        if in_turn:
            emitter.in_turn(stores)
        else:
            emitter.at_once(stores)
        emitter.end(stores)
        for name in in_order(results):
            emitter.result(name, results[name])
        for each in scope.never:
            scope.fits[self._never(each, scope, style)] = None
        return Piece(
            unit,
            self._where_it_fits(unit, scope, emitter.lines or ["pass"]),
            tuple(lowering.imports),
            tuple(scope.assumptions),
            lowering.memory.largest,
        )

    def _never(self, test: Term, scope: Scope, style: Style) -> str:
        """What must be true before the loop, so that a condition holds in no iteration."""
        writer = ArrayWriter(scope, style)
        made = writer.lower(test)
        if writer.before or writer.imports or scope.lists or scope.interior or not made.dims:
            raise Refusal("whether a condition ever holds is not known before the loop")
        return f"not {writer.np}.any({made.text})"

    def _in_turn(
        self,
        stores: Sequence[Store],
        results: Mapping[str, Term],
        scope: Scope,
        fresh: frozenset[str],
    ) -> bool:
        """Whether statement after statement gives what the loop does; else only all at once."""
        read, in_turn = list(results.values()), True
        try:
            assumed = dependence.check(stores, read, self.facts, fresh)
        except Refusal as refusal:
            in_turn = False
            try:
                assumed = dependence.check(stores, read, self.facts, fresh, at_once=True)
            except Refusal:
                raise refusal from None
        for words in assumed:
            scope.assume(words)
        return in_turn

    def _emitter(self, unit: Unit, scope: Scope, style: Style) -> Emitter:
        lowering = ArrayWriter(scope, style)
        made = Emitter(lowering, self._only_made_array(unit), _augmented(unit.node))
        function = self.function.node
        if not unit.inside_loop:
            made.results.joined_by = lambda name: joined_by(
                function, unit.node, name, self.facts
            )
        return made

    def _of_running_sums(self, unit: Unit, style: Style) -> Piece | None:
        """Sums of parts that begin and end anywhere, as differences of running sums."""
        if not style.sorted or not isinstance(unit.node, ast.For):
            return None
        if not self._has_cuts(unit.node):
            return None
        self._summed = True
        try:
            return self._loop(unit, unit.node, style, interior=False)
        except Refusal:
            return None
        finally:
            self._summed = False

    def _interior(self, unit: Unit, style: Style) -> Piece | None:
        """Windows cut off at the rim: the interior as arrays, the rim as a loop."""
        if not isinstance(unit.node, ast.For) or not self._has_cuts(unit.node):
            return None
        try:
            walk, stores = self._walk(unit, unit.node, interior=True)
            rim = rims.rim(unit.node, walk.scope, stores, self.function.lines)
            if rim is None:
                return None
            self.facts.names.update(dict.fromkeys(rim.names, Held("int")))
            inner = self._loop(unit, rim.interior, style, interior=True)
        except Refusal:
            return None
        lines = (
            *rim.bounds,
            f"if {rim.condition}:",
            *(f"    {line}" for line in (*inner.imports, *inner.lines)),
            *rim.loop,
        )
        return Piece(unit, lines, (), inner.assumptions, inner.memory)

    def _turned(self, unit: Unit, style: Style) -> Piece | None:
        """An inner loop stays and comes first; those around it run at once in each round."""
        walk = self._to_turn(unit) if isinstance(unit.node, ast.For) else None
        if walk is None:
            return None
        scope = walk.scope
        try:
            labels = {label for store in walk.effects for label in store.labels[1:]}
            fresh = _made_right_before(unit, self.facts)
            for label in sorted(labels, key=lambda each: each.depth):
                emitter = self._emitter(unit, scope, style)
                made = interchanged(unit, walk, label, emitter, fresh)
                if made is not None:
                    return made
        except (Refusal, RecursionError):
            return None
        return None

    def _to_turn(self, unit: Unit) -> Walk | None:
        """What a nest does that sets no name for later; None, for all styles, of another."""
        key = (id(unit.node), self._summed, self._searched)
        if key in self._unturned:
            return None
        with contextlib.suppress(Refusal, RecursionError):
            walk = self._statements(unit, unit.node, interior=False)
            if not self._results(unit, walk.scope):
                return walk
        self._unturned.add(key)
        return None

    def _filled(self, unit: Unit, style: Style) -> Piece | None:
        """An array that is filled from the front: all at once, and how far it is."""
        if not isinstance(unit.node, ast.For) or style.steps:
            return None
        found = filling(unit.node, unit.before)
        if found is None:
            return None
        try:
            walk = self._statements(unit, found.node, interior=False, lists=(found.gathered,))
            scope = walk.scope
            term = scope.env[found.gathered]
            others = self._results(unit, scope)
            asked_for = others.pop(found.counter, None) is not None
            if walk.effects or others or not isinstance(term, Extend):
                return None
            emitter = self._emitter(unit, scope, style)
            emitter.begin()
            emitter.lowering.share([term.item])
            kept = emitter.lowering.free_name("kept")
            emitter.out.line(f"{kept} = {emitter.results.elements(found.gathered, term)}")
            end = found.end(kept)
            emitter.out.line(f"{found.array}[{found.start or ''}:{end}] = {kept}")
            if asked_for:
                emitter.out.line(f"{found.counter} = {end}")
        except (Refusal, RecursionError):
            return None
        return Piece(
            unit,
            tuple(emitter.lines),
            tuple(emitter.lowering.imports),
            tuple(scope.assumptions),
            emitter.lowering.memory.largest,
        )

    def _named(self, unit: Unit, style: Style) -> Piece | None:
        """Elements that an iteration sets and reads again, as names that it sets."""
        if not isinstance(unit.node, ast.For):
            return None
        key = id(unit.node)
        try:
            if key not in self._with_names:
                found = named_elements(unit.node, self.facts, self.function.node)
                self._with_names[key] = found
            node = self._with_names[key]
            return None if node is None else self._loop(unit, node, style, interior=False)
        except Refusal:
            return None

    def _exit(self, unit: Unit, style: Style) -> Piece | None:
        """A search that ends at its first hit: all conditions at once, then what it does."""
        node = unit.node
        if not isinstance(node, ast.For) or style.steps:
            return None
        reader = self.reader(unit)
        walk = Walk(reader)
        try:
            found = exits.exit_of(walk, node)
            lowering = ArrayWriter(reader.scope, style)
            made = lowering.lower(found.hit)
            if walk.effects or set(made.dims) != set(found.labels):
                return None
            lines = at_the_hit(
                self.function.node, unit, found, lowering, full(made, found.labels)
            )
        except Refusal:
            return None
        return Piece(
            unit,
            tuple(lines),
            tuple(lowering.imports),
            tuple(reader.scope.assumptions),
            lowering.memory.largest,
        )

    def _only_made_array(self, unit: Unit) -> Callable[[str], bool]:
        def is_only_made_array(name: str) -> bool:
            if any(
                isinstance(each, ast.For | ast.While) and not begins_anew(each, name)
                for each in unit.around
            ):
                return False  # it grows from one iteration of that loop to the next
            return only_made_array(self.function.node, unit.node, name, self.facts)

        return is_only_made_array

    def _expressions(self, unit: Unit, style: Style) -> Piece:
        """A statement with comprehensions as array expressions."""
        reader = self.reader(unit)
        lowering = ArrayWriter(reader.scope, style)
        reasons: list[str] = []
        changer = Comprehensions(reader, lowering, reasons)
        node = unit.node
        made: ast.AST
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.ListComp)
        ):
            if self._only_made_array(unit)(node.targets[0].id):
                text = changer.array(node.value)
            else:
                text = changer.as_list(node.value)
            made = ast.parse(f"{node.targets[0].id} = {text}").body[0]
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.ListComp):
            made = ast.parse(f"return {changer.as_list(node.value)}").body[0]
        else:
            made = changer.visit(copy.deepcopy(node))
        if not changer.changed:
            raise Refusal(reasons[0] if reasons else "no array is made of its comprehension")
        lines = ast.unparse(ast.fix_missing_locations(made)).splitlines()
        lines[:0] = [line for each in lowering.before for line in each.splitlines()]
        lines[:0] = reader.scope.made_of_lists(lowering.found_with)
        if reader.scope.draws:
            lines.insert(0, f"{lowering.draws_name} = {lowering.drawing()}")
        return Piece(
            unit,
            self._where_it_fits(unit, reader.scope, lines),
            tuple(lowering.imports),
            tuple(reader.scope.assumptions),
            lowering.memory.largest,
        )


def _made_right_before(unit: Unit, facts: Facts) -> frozenset[str]:
    """Arrays that statements of the same block make, and no later one names again."""
    found: set[str] = set()
    for node in unit.before:
        found -= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and facts.is_new(node.value):
                found.add(target.id)
    return frozenset(found)


def _augmented(node: ast.AST) -> frozenset[str]:
    """Names that change in place: acc += x, not acc = acc + x."""
    return frozenset(
        dotted(each.target) for each in ast.walk(node) if isinstance(each, ast.AugAssign)
    )
