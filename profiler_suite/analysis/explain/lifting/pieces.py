"""One unit of a function in one style: its new text."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from profiler_suite.analysis.explain.lifting import dependence, exits, pads, rims
from profiler_suite.analysis.explain.lifting.arrays import closed, full, tidy
from profiler_suite.analysis.explain.lifting.calls import called
from profiler_suite.analysis.explain.lifting.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.emitting import Emitter, live_after
from profiler_suite.analysis.explain.lifting.expressions import Reader
from profiler_suite.analysis.explain.lifting.facts import Facts, Held, dotted
from profiler_suite.analysis.explain.lifting.first_hits import element_source
from profiler_suite.analysis.explain.lifting.iteration import comprehended
from profiler_suite.analysis.explain.lifting.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.nests import Walk
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.scope import Gone, Scope
from profiler_suite.analysis.explain.lifting.stores import Store, stored_names
from profiler_suite.analysis.explain.lifting.terms import Label, Outside, Refusal, Term, View
from profiler_suite.analysis.explain.lifting.units import Unit, is_mapping
from profiler_suite.analysis.explain.lifting.writer import Style
from profiler_suite.analysis.explain.rewriting import Function


@dataclass(frozen=True)
class Piece:
    """A unit's new text."""

    unit: Unit
    lines: tuple[str, ...]
    imports: tuple[str, ...]
    assumptions: tuple[str, ...]
    memory: Poly


class Pieces:
    """Writes units of one function."""

    def __init__(
        self, function: Function, facts: Facts, helpers: Mapping[str, ast.FunctionDef]
    ) -> None:
        self.function = function
        self.facts = facts
        self.helpers = helpers
        self._grown = _lists_that_grow(function.node)
        self._read: dict[
            tuple[int, str], tuple[Walk, list[Store], dict[str, None]] | Refusal
        ] = {}

    def reader(self, unit: Unit) -> Reader:
        """A new reader for a unit."""
        scope = Scope(self.facts, stored_names([unit.node]) if unit.is_loop else frozenset())
        local = {
            each.name: each
            for each in self.function.node.body
            if isinstance(each, ast.FunctionDef) and not each.decorator_list
        }
        scope.helpers = {**self.helpers, **local}
        scope.local_helpers = frozenset(local)
        scope.grown = self._grown
        return Reader(scope, called, comprehended)

    def piece(self, unit: Unit, style: Style) -> Piece:
        """The unit in one style; refused where it must stay."""
        self.facts.line = unit.node.lineno
        if not unit.is_loop:
            return self._expressions(unit, style)
        try:
            return self._loop(unit, unit.node, style, interior=False)
        except Refusal as refusal:
            found = (
                self._interior(unit, style)
                or self._exit(unit, style)
                or self._turned(unit, style)
            )
            if found is None:
                raise refusal
            return found

    def _walk(self, unit: Unit, node: ast.stmt, interior: bool) -> tuple[Walk, list[Store]]:
        """What a nest does, read once for all styles."""
        key = (id(unit.node), ast.unparse(node) if interior else "")
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
        return walk, dependence.recurrences(walk.effects), dict(walk.scope.assumptions)

    def _statements(self, unit: Unit, node: ast.stmt, interior: bool) -> Walk:
        """What the statements of a nest do, one after another."""
        reader = self.reader(unit)
        reader.scope.interior = interior
        walk = Walk(reader)
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
        return {
            name: scope.env.get(name, Gone())
            for name in sorted(stored_names([unit.node]))
            if "." in name
            or live_after(self.function.node, unit.node, list(unit.around), name)
            or self._belongs_to_others(unit, name)
        }

    def _belongs_to_others(self, unit: Unit, name: str) -> bool:
        """Whether a list that grows was handed over, or is the module's: others see it."""
        known = name in self.facts.parameters or self.facts.kind(name) == "list"
        if not known or self.facts.definitions.get(name):
            return False
        return any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "append"
            and dotted(node.func.value) == name
            for node in ast.walk(unit.node)
        )

    def _loop(self, unit: Unit, node: ast.stmt, style: Style, interior: bool) -> Piece:
        walk, stores = self._walk(unit, node, interior)
        scope = walk.scope
        results = self._results(unit, scope)
        fresh = _made_right_before(unit, self.facts)
        for words in dependence.check(stores, list(results.values()), self.facts, fresh):
            scope.assume(words)
        scope.pads.clear()
        stores, results = pads.padded(stores, results, scope)
        lowering = ArrayWriter(scope, style)
        emitter = Emitter(lowering, self._only_made_array(unit), _augmented(unit.node))
        emitter.begin()
        terms = [store.term for store in stores]
        terms += [store.guard for store in stores if store.guard is not None]
        lowering.share([*terms, *results.values()])
        for store in stores:
            emitter.store(store)
        emitter.end(stores)
        for name in _in_order(results):
            emitter.result(name, results[name])
        return Piece(
            unit,
            self._where_it_fits(unit, scope, emitter.lines or ["pass"]),
            tuple(lowering.imports),
            tuple(scope.assumptions),
            lowering.memory.largest,
        )

    def _interior(self, unit: Unit, style: Style) -> Piece | None:
        """Windows cut off at the rim: the interior as arrays, the rim as a loop."""
        if not isinstance(unit.node, ast.For) or not rims.has_cuts(unit.node):
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
        if not isinstance(unit.node, ast.For):
            return None
        scope = self.reader(unit).scope
        try:
            walk = self._statements(unit, unit.node, interior=False)
            scope = walk.scope
            if self._results(unit, scope):
                return None
            labels = {label for store in walk.effects for label in store.labels[1:]}
            for label in sorted(labels, key=lambda each: each.depth):
                made = self._around(unit, style, walk, label)
                if made is not None:
                    return made
        except (Refusal, RecursionError):
            return None
        return None

    def _around(self, unit: Unit, style: Style, walk: Walk, label: Label) -> Piece | None:
        """The nest with this loop around all others; None where it must not be there."""
        scope = walk.scope
        fresh = _made_right_before(unit, self.facts)
        inside = [label in store.labels for store in walk.effects]
        if any(a > b for a, b in pairwise(inside)) and any(a < b for a, b in pairwise(inside)):
            middle = inside[inside.index(True) : len(inside) - inside[::-1].index(True)]
            if not all(middle):
                return None
        try:
            assumed = dependence.check(walk.effects, [], self.facts, fresh, label)
            scope.pads.clear()
            stores, _ = pads.padded(walk.effects, {}, scope)
            lowering = ArrayWriter(scope, style)
            emitter = Emitter(lowering, self._only_made_array(unit), _augmented(unit.node))
            emitter.begin()
            first = inside.index(True)
            last = len(inside) - inside[::-1].index(True)
            for each in stores[:first]:
                emitter.store(each)
            emitter.one_by_one(label, stores[first:last])
            for each in stores[last:]:
                emitter.store(each)
            emitter.end(stores)
        except Refusal:
            return None
        for words in assumed:
            scope.assume(words)
        return Piece(
            unit,
            tuple(emitter.lines),
            tuple(lowering.imports),
            tuple(scope.assumptions),
            lowering.memory.largest,
        )

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
            lines = self._at_the_hit(unit, found, lowering, full(made, found.labels))
        except Refusal:
            return None
        return Piece(
            unit,
            tuple(lines),
            tuple(lowering.imports),
            tuple(reader.scope.assumptions),
            lowering.memory.largest,
        )

    def _at_the_hit(
        self, unit: Unit, found: exits.Exit, lowering: ArrayWriter, hit: str
    ) -> list[str]:
        """The statements of a search: where it hits, and what is done there."""
        node = unit.node
        assert isinstance(node, ast.For)
        around: list[ast.AST] = list(unit.around)
        own = {n.id for header in found.headers for n in _names_of(header[0])} | {
            n.id for each in found.before for n in _names_of(each) if _is_set(n)
        }
        after = {n for n in own if live_after(self.function.node, node, around, n)}
        if not isinstance(found.action[-1], ast.Return) and after - found.counters.keys():
            raise Refusal("names of its last iteration are used after it")
        if isinstance(found.action[-1], ast.Return) and after:
            raise Refusal("names of its last iteration are used after it")
        before, wanted = exits.needed(found, exits.read_in(found.action) | after)
        hits = lowering.free_name("hits")
        lines = [tidy(f"{hits} = {hit}"), f"if {hits}.any():"]
        inside = [*_recovered(found, hits, wanted, lowering), *map(ast.unparse, before)]
        inside += [ast.unparse(each) for each in found.action]
        if len(inside) > 1:
            inside = [each for each in inside if each != "pass"]
        lines += [f"    {line}" for each in inside for line in each.splitlines()]
        other = [f"{name} = {_last(found, name, lowering)}" for name in sorted(after)]
        other += [ast.unparse(each) for each in node.orelse]
        if other:
            lines += ["else:", *(f"    {line}" for e in other for line in e.splitlines())]
        if after:
            lowering.scope.assume("there is at least one iteration")
        return [*lowering.scope.made_of_lists(), *lowering.before, *lines]

    def _only_made_array(self, unit: Unit) -> Callable[[str], bool]:
        def is_only_made_array(name: str) -> bool:
            if any(
                isinstance(each, ast.For | ast.While) and not _sets(each, name)
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
        changer = _Comprehensions(reader, lowering, reasons)
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
        lines[:0] = reader.scope.made_of_lists()
        if reader.scope.draws:
            lines.insert(0, f"{lowering.draws_name} = {lowering.drawing()}")
        return Piece(
            unit,
            self._where_it_fits(unit, reader.scope, lines),
            tuple(lowering.imports),
            tuple(reader.scope.assumptions),
            lowering.memory.largest,
        )


def _lists_that_grow(function: ast.AST) -> frozenset[str]:
    """Names of lists whose length changes somewhere."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.attr in ("append", "extend", "insert", "pop", "remove", "clear")
        ):
            found.add(node.func.value.id)
    return frozenset(found)


def _sets(node: ast.AST, name: str) -> bool:
    """Whether a name begins anew in it."""
    return any(
        isinstance(each, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in each.targets)
        for each in ast.walk(node)
    )


def _names_of(node: ast.AST) -> list[ast.Name]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Name)]


def _is_set(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _recovered(
    found: exits.Exit, hits: str, wanted: set[str], lowering: ArrayWriter
) -> list[str]:
    """What the variables of the loops are at the hit."""
    asked = [
        (target, iterated, label)
        for target, iterated, label in found.headers
        if wanted & {each.id for each in _names_of(target)}
    ]
    if not asked:
        return []
    if len(found.headers) != len(found.labels):
        raise Refusal("several axes in one loop")
    plain = {
        label: target.id
        for target, _, label in asked
        if isinstance(target, ast.Name)
        and target.id in found.counters
        and found.counters[target.id].index == label.index
    }
    places = {label: plain.get(label) or lowering.free_name("at") for label in found.labels}
    lines = []
    if len(places) == 1:
        lines.append(f"{places[found.labels[0]]} = int({hits}.argmax())")
    else:
        where = f"{lowering.np}.unravel_index({hits}.argmax(), {hits}.shape)"
        lines.append(f"{', '.join(places.values())} = map(int, {where})")
    numbers = {label.name: Poly.atom(name) for label, name in places.items()}
    for target, iterated, label in asked:
        for each in _names_of(target):
            if each.id not in wanted or each.id == plain.get(label):
                continue
            if each.id in found.counters:
                number = found.counters[each.id].index
                for name, value in numbers.items():
                    number = number.put(name, value)
                lines.append(f"{each.id} = {lowering.facts.text(number)}")
                continue
            source = element_source(target, iterated, each.id)
            if source is None:
                raise Refusal(f"where {each.id} comes from is not known")
            lines.append(f"{each.id} = {closed(ast.unparse(source))}[{places[label]}]")
    return lines


def _last(found: exits.Exit, name: str, lowering: ArrayWriter) -> str:
    """What a counter is after the last iteration."""
    number = found.counters[name].index
    for label in found.labels:
        number = number.put(label.name, label.count - 1)
    return lowering.facts.text(number)


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


class _Comprehensions(ast.NodeTransformer):
    """Calls on comprehensions as array expressions."""

    def __init__(self, reader: Reader, lowering: ArrayWriter, reasons: list[str]) -> None:
        self.reader = reader
        self.lowering = lowering
        self.reasons = reasons
        self.changed = False
        self.item: Term | None = None
        """What one iteration of the last comprehension gives."""

    def array(self, node: ast.expr) -> str:
        """The text of a value; refused where it is none."""
        if isinstance(node, ast.ListComp) and any(each.ifs for each in node.generators):
            return self._chosen(node)
        term = self.reader.read(node)
        self.item = term.arg if isinstance(term, View) else None
        array = self.lowering.lower(term)
        if any(each not in array.dims for each in term.own):
            sizes = ", ".join(self.lowering.facts.text(each.count) for each in term.own)
            text = f"{self.lowering.np}.broadcast_to({full(array, term.own)}, ({sizes},))"
        else:
            text = array.text
        self.changed = True
        return text

    def _chosen(self, node: ast.ListComp) -> str:
        """`[f(v) for v in x if c(v)]`: all of them, and then those."""
        item, labels, mask = comprehended(self.reader, node)
        self.item = item
        if mask is None or len(labels) != 1 or mask.own:
            raise Refusal("how long a list becomes depends on a condition")
        value, test = self.lowering.lower(item), self.lowering.lower(mask)
        if labels[0] not in value.dims or test.dims != labels:
            raise Refusal("how long a list becomes depends on a condition")
        self.changed = True
        return f"{closed(full(value, (*labels, *item.own)))}[{test.text}]"

    def as_list(self, node: ast.ListComp) -> str:
        """A list of what the comprehension gives."""
        text = self.array(node)
        inner = self.item
        while isinstance(inner, View):
            inner = inner.arg
        if inner is None or inner.own:
            raise Refusal("its elements are no numbers")
        if self.item is not inner:  # lists of lists
            if not weak_of(inner) and str(dtype_of(inner)) not in ("float64", "int64", "bool"):
                raise Refusal("the dtype of its elements would be another")
            return f"{closed(text)}.tolist()"
        return f"{closed(text)}.tolist()" if weak_of(self.item) else f"list({text})"

    def _maps(self, node: ast.Call) -> bool:
        if is_mapping(node) or (node.args and is_mapping(node.args[0])):
            return not ast.unparse(node.func).endswith("vectorize")
        if isinstance(node.func, ast.Call):
            return is_mapping(node.func)
        made = node.func.id if isinstance(node.func, ast.Name) else ""
        value = self.lowering.facts.single(made)
        return value is not None and is_mapping(value) and isinstance(value, ast.Call)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replaces calls that call something for each element."""
        if self._maps(node):
            try:
                return ast.parse(self.array(node), mode="eval").body
            except Refusal as refusal:
                self.reasons.append(str(refusal))
        return self.generic_visit(node)


def _in_order(results: Mapping[str, Term]) -> list[str]:
    """Names so that each is set after all that need its old value."""
    needs = {
        name: {each.name for each in term.walk() if isinstance(each, Outside)} - {name}
        for name, term in results.items()
    }
    left: list[str] = list(results)
    found: list[str] = []
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


def only_made_array(function: ast.AST, nest: ast.AST, name: str, facts: Facts) -> bool:
    """Whether a list begins empty, or here, and only becomes an array afterwards."""
    values = facts.definitions.get(name, [])
    own = sum(
        isinstance(each, ast.AugAssign) and ast.unparse(each.target) == name
        for each in ast.walk(nest)
    )
    if len(values) != 1 + own or not isinstance(values[0], ast.List | ast.ListComp):
        return False
    inside = {id(each) for each in ast.walk(nest)}
    allowed: set[int] = set()
    for each in ast.walk(function):
        if isinstance(each, ast.Call) and each.args and isinstance(each.args[0], ast.Name):
            called_name = ast.unparse(each.func)
            owner, _, last = called_name.partition(".")
            if called_name == "len" or (owner in ("np", "numpy") and last in _TAKES_LIST):
                allowed.add(id(each.args[0]))
    return all(
        id(each) in allowed or id(each) in inside
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
    )
