"""Reads the statements of a loop nest into what it stores and what its names hold after it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from profiler_suite.analysis.explain.lifting import carried
from profiler_suite.analysis.explain.lifting import operations as ops
from profiler_suite.analysis.explain.lifting.counting import counted
from profiler_suite.analysis.explain.lifting.expressions import ARITHMETIC, Reader
from profiler_suite.analysis.explain.lifting.growth import as_array, grows
from profiler_suite.analysis.explain.lifting.iteration import entered
from profiler_suite.analysis.explain.lifting.narrowing import narrowed
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.scope import Gone
from profiler_suite.analysis.explain.lifting.terms import (
    Access,
    Apply,
    CarriedValue,
    Extend,
    Index,
    Label,
    Leaf,
    Outside,
    Refusal,
    Slab,
    Term,
    relabelled,
)
from profiler_suite.analysis.explain.lifting.unrolling import unrolled


@dataclass(frozen=True)
class Store:
    """One statement that writes elements of an array."""

    target: Access
    op: str
    """'=' or the operator of an augmented assignment."""
    term: Term
    labels: tuple[Label, ...]
    """Loops around it."""
    time: int
    guard: Term | None = None
    """Condition under which it writes."""


def stored_names(nodes: Sequence[ast.stmt]) -> frozenset[str]:
    """Names that these statements assign or let grow."""
    found = set()
    for statement in nodes:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
                found.add(node.id)
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "append"
                and isinstance(node.func.value, ast.Name)
            ):
                found.add(node.func.value.id)
    return frozenset(found)


class Walk:
    """One pass through a nest."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.scope = reader.scope
        self.effects: list[Store] = []

    def block(self, nodes: Sequence[ast.stmt]) -> None:
        """Statements one after another."""
        for place, node in enumerate(nodes):
            if isinstance(node, ast.While):
                self._while(node, nodes[:place])
                continue
            if isinstance(node, ast.If) and _only_continues(node.body) and not node.orelse:
                rest = list(nodes[place + 1 :])
                if rest:
                    self._if(ast.UnaryOp(ast.Not(), node.test), rest, [])
                return
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        self.scope.time += 1
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            self._assign(node.targets[0], node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._assign(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self._augment(node)
        elif isinstance(node, ast.For):
            self._for(node)
        elif isinstance(node, ast.If):
            self._if(node.test, node.body, node.orelse)
        elif isinstance(node, ast.Expr):
            self._expression(node.value)
        elif not isinstance(node, ast.Pass):
            raise Refusal(_reason(node))

    def loop(self, node: ast.While, before: Sequence[ast.stmt]) -> None:
        """A while loop with the statements that lead to it."""
        self._while(node, before)

    def _while(self, node: ast.While, before: Sequence[ast.stmt]) -> None:
        self.scope.time += 1
        loop = counted(node, before)
        assert isinstance(loop.target, ast.Name)
        assert isinstance(loop.iter, ast.Call)
        name, known = loop.target.id, self.scope.env
        start = loop.iter.args[0]
        if isinstance(start, ast.Name) and start.id == name and name not in known:
            # Only before the nest: what the name holds there is the first number.
            self.scope.env[name] = Index(Poly.atom(name))
        self._for(loop)
        if len(loop.iter.args) == 2:
            last = (self.reader.read(each) for each in loop.iter.args)
            ends = [each for each in last if isinstance(each, Index) and not each.loops]
            if len(ends) == 2:
                first, stop = (self.scope.facts.text(each.index) for each in ends)
                self.scope.env[name] = Leaf(f"max({first}, {stop})", weak="int")

    def _expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant):
            return
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "append"
            and isinstance(node.func.value, ast.Name)
            and len(node.args) == 1
        ):
            name = node.func.value.id
            base = self.scope.env.get(name) or Outside(name, kind="list")
            item = self.reader.read(node.args[0])
            if isinstance(item, Extend):
                item = as_array(item)
            self.scope.env[name] = Extend(base, item)
            return
        words = ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node)
        raise Refusal(f"{words} has side effects")

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value)
        elif isinstance(target, ast.Name):
            if isinstance(value, ast.List) and not value.elts:
                self.scope.env[target.id] = Leaf("[]", dtype="list")
                return
            more = grows(self.reader, target.id, value)
            found = more if more is not None else self.reader.read(value)
            self.scope.env[target.id] = found
            self.scope.meanings.setdefault(found, target.id)
        elif isinstance(target, ast.Subscript):
            self._store(self._place(target), "=", self.reader.read(value))
        else:
            raise Refusal(f"it sets {ast.unparse(target)}")

    def _unpack(self, target: ast.Tuple | ast.List, value: ast.expr) -> None:
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            if not all(isinstance(each, ast.Name) for each in target.elts):
                raise Refusal(f"it sets several elements at once: {ast.unparse(target)}")
            terms = [self.reader.read(each) for each in value.elts]
        else:
            term = self.reader.read(value)
            terms = [
                self.reader.subscripted(term, [ast.Constant(k)], ast.unparse(value))
                for k in range(len(target.elts))
            ]
        for each, term in zip(target.elts, terms, strict=True):
            if not isinstance(each, ast.Name):
                raise Refusal(f"it sets {ast.unparse(target)}")
            self.scope.env[each.id] = term

    def _place(self, target: ast.Subscript) -> Access:
        node: ast.expr = target
        while isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name) and isinstance(self.scope.env.get(node.id), CarriedValue):
            raise Refusal(f"{node.id} is set as a whole and element by element")
        place = self.reader.read(target)
        if not isinstance(place, Access) or not place.base.isidentifier():
            raise Refusal(f"it sets {ast.unparse(target)}, which is no element of an array")
        return place

    def _store(self, place: Access, op: str, term: Term) -> None:
        if isinstance(term, Extend):
            term = as_array(term)
        if len(term.own) > len(place.own):
            raise Refusal(f"a value with more axes than its place in {place.base}")
        names: dict[Label, Label] = {}
        if term.own:
            wanted = place.own[-len(term.own) :]
            names = {a: b for a, b in zip(term.own, wanted, strict=True) if a != b}
        guard = ops.joined("&", self.scope.guards) if self.scope.guards else None
        place = replace(place, labels=tuple(self.scope.loops))
        self.effects.append(
            Store(
                place,
                op,
                relabelled(term, names),
                tuple(self.scope.loops),
                self.scope.time,
                guard,
            )
        )

    def _augment(self, node: ast.AugAssign) -> None:
        op = ARITHMETIC.get(type(node.op))
        if op is None:
            raise Refusal(f"{ast.unparse(node)!r} is not followed")
        value = self.reader.read(node.value)
        if isinstance(node.target, ast.Subscript):
            self._store(self._place(node.target), op, value)
            return
        if not isinstance(node.target, ast.Name):
            raise Refusal(f"it changes {ast.unparse(node.target)}")
        name = node.target.id
        old = self.scope.env.get(name)
        if old is None or isinstance(old, Gone):
            raise Refusal(f"{name} is read before it is set in the loop")
        if isinstance(old, Access) and old.own:
            self._store(old, op, value)
            return
        if isinstance(old, Extend) or (isinstance(old, Leaf) and old.dtype == "list"):
            raise Refusal(f"the list {name} is extended")
        self.scope.env[name] = ops.apply(f"({{0}}) {op} ({{1}})", op, old, value)

    def _for(self, node: ast.For) -> None:
        if node.orelse:
            raise Refusal("the loop has an else part")
        written_out = unrolled(node)
        if written_out is not None:
            self.block(written_out)
            for each in ast.walk(node.target):
                if isinstance(each, ast.Name):
                    self.scope.env[each.id] = Gone()
            return
        scope = self.scope
        node = narrowed(self.reader, node)
        kept, depth, first = dict(scope.env), len(scope.loops), len(self.effects)
        labels, guards = entered(self.reader, node.target, node.iter)
        own = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        names = [name for name in sorted(stored_names(node.body)) if name not in own]
        before: dict[str, Term] = {}
        for name in names:
            value = kept.get(name)
            if value is None and self._is_defined(name):
                value = self._outside(name)
            if value is not None and not isinstance(value, Gone):
                before[name] = value
                scope.env[name] = CarriedValue(name, labels[0], value.own)
        if guards:
            self._guarded(ops.joined("&", guards), node.body, [])
        else:
            self.block(node.body)
        del scope.loops[depth:]
        self._close(tuple(labels), names, before, first)
        for name in own:
            scope.env[name] = Gone()

    def _is_defined(self, name: str) -> bool:
        facts = self.scope.facts
        return name in facts.parameters or name in self.defined_before

    defined_before: frozenset[str] = frozenset()
    """Names that the function sets before the nest."""

    def _outside(self, name: str) -> Term:
        facts = self.scope.facts
        if facts.kind(name) == "list":
            return Outside(name, kind="list")
        try:
            known = self.scope.array(name)
        except Refusal:
            return Outside(name, dtype=facts.dtype(name))
        return Outside(name, known.own, facts.dtype(name))

    def _close(
        self,
        labels: tuple[Label, ...],
        names: list[str],
        before: dict[str, Term],
        first: int,
    ) -> None:
        """What carried names hold after a loop, and running values where they were read."""
        scope = self.scope
        ended: dict[str, Term] = self._places(labels, names, before)
        self._stored_places(labels, names, before, first)
        for name in ended:
            scope.env[name] = Gone()
        for name in [each for each in names if each not in ended]:
            old = CarriedValue(name, labels[0], before[name].own) if name in before else None
            update = scope.env.get(name)
            if update is None or old is None or isinstance(update, Gone):
                ended[name] = Gone()
                continue
            if update == old:
                ended[name] = before[name]
                continue
            if isinstance(update, Extend):
                if update.base == old or ops.is_carried(update.base):
                    ended[name] = carried.grown(update, old, before[name], labels)
                else:
                    ended[name] = Gone()
                continue
            read = self._readers(old, name, first)
            if not any(each == old for each in update.walk()):
                if read:
                    raise Refusal(f"{name} is taken from the iteration before")
                ended[name] = Gone()
                continue
            found = carried.step(update, old)
            for place in range(first, len(self.effects)):
                effect = self.effects[place]
                term = carried.scanned(effect.term, found, old, update, before[name], labels)
                self.effects[place] = replace(effect, term=term)
            for other in names:
                value = scope.env.get(other)
                if other != name and value is not None and not isinstance(value, Gone):
                    scope.env[other] = carried.scanned(
                        value, found, old, update, before[name], labels
                    )
            ended[name] = (
                Gone() if found.op == "decay" else carried.after(found, before[name], labels)
            )
        self._still_carried(labels, ended, first)
        scope.env.update(ended)

    def _places(
        self, labels: tuple[Label, ...], names: list[str], before: dict[str, Term]
    ) -> dict[str, Term]:
        """Where extremes were found: names that change together with an extreme."""
        found: dict[str, Term] = {}
        if len(labels) != 1:
            return found
        for name in names:
            update = self.scope.env.get(name)
            if name not in before or not isinstance(update, Apply) or update.name != "where":
                continue
            others = {
                each.name
                for each in update.args[0].walk()
                if isinstance(each, CarriedValue) and each.label == labels[0]
            } - {name}
            if len(others) != 1:
                continue
            (best,) = others
            extreme = self.scope.env.get(best)
            if extreme is None or best not in before:
                continue
            old = CarriedValue(name, labels[0], before[name].own)
            place = carried.place_of_extreme(
                update, extreme, old, before[name], before[best], labels[0]
            )
            if place is not None:
                self.scope.assume("at least one iteration, and no NaN is compared")
                found[name] = place
        return found

    def _stored_places(
        self, labels: tuple[Label, ...], names: list[str], before: dict[str, Term], first: int
    ) -> None:
        """`if x[j] < best: best = x[j]; out[i] = j` stores once, after the loop over j."""
        for number in range(first, len(self.effects)):
            effect = self.effects[number]
            if (
                effect.guard is None
                or effect.op != "="
                or len(labels) != 1
                or effect.labels[-1:] != labels
                or labels[0].name in effect.target.loops
            ):
                continue
            old = CarriedValue("", labels[0], effect.term.own)
            update = ops.where(effect.guard, effect.term, old)
            rest = replace(effect.target, labels=effect.labels[:-1])
            for best in names:
                extreme = self.scope.env.get(best)
                if extreme is None or best not in before:
                    continue
                place = carried.place_of_extreme(
                    update, extreme, old, rest, before[best], labels[0]
                )
                if place is not None:
                    self.scope.assume("at least one iteration, and no NaN is compared")
                    self.effects[number] = replace(
                        effect, target=rest, term=place, guard=None, labels=effect.labels[:-1]
                    )
                    break

    def _readers(self, old: CarriedValue, name: str, first: int) -> bool:
        terms = [each.term for each in self.effects[first:]]
        terms += [g for each in self.effects[first:] if (g := each.guard) is not None]
        terms += [each.target for each in self.effects[first:]]
        terms += [term for other, term in self.scope.env.items() if other != name]
        return any(old == each for term in terms for each in term.walk())

    def _still_carried(
        self, labels: tuple[Label, ...], ended: dict[str, Term], first: int
    ) -> None:
        terms = [t for e in self.effects[first:] for t in (e.term, e.guard, e.target) if t]
        for term in (*terms, *ended.values()):
            for each in term.walk():
                if isinstance(each, CarriedValue) and each.label == labels[0]:
                    raise Refusal(f"{each.name} is taken from the iteration before")

    def _if(self, test: ast.expr, body: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> None:
        self._guarded(self.reader.read_test(test), body, other)

    def _guarded(self, test: Term, body: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> None:
        scope = self.scope
        base, first = dict(scope.env), len(self.effects)
        scope.guards.append(test)
        self.block(body)
        scope.guards.pop()
        yes, second = scope.env, len(self.effects)
        scope.env = dict(base)
        if other:
            scope.guards.append(ops.negated(test))
            self.block(other)
            scope.guards.pop()
        self._merge_stores(test, first, second)
        no, scope.env = scope.env, dict(base)
        for name in {**yes, **no}:
            a, b = yes.get(name), no.get(name)
            scope.env[name] = _merged(test, a, b)

    def _merge_stores(self, test: Term, first: int, second: int) -> None:
        """`if c: a[i] = x`, `else: a[i] = y` is one store."""
        if len(self.effects) - second != 1 or second - first != 1:
            return
        yes, no = self.effects[first], self.effects[second]
        if yes.op != no.op or yes.target.base != no.target.base:
            return
        if len(yes.target.own) != len(no.target.own):
            return
        names = dict(zip(no.target.own, yes.target.own, strict=True))
        target = relabelled(no.target, names)
        if not isinstance(target, Access) or target.subs != yes.target.subs:
            return
        if any(isinstance(each, Slab) and each.start.atoms for each in target.subs):
            return
        if no.guard != ops.joined("&", [*self.scope.guards, ops.negated(test)]):
            return
        if yes.guard != ops.joined("&", [*self.scope.guards, test]):
            return
        guard = ops.joined("&", self.scope.guards) if self.scope.guards else None
        term = ops.where(test, yes.term, relabelled(no.term, names))
        self.effects[first:] = [replace(yes, term=term, guard=guard)]


def _merged(test: Term, yes: Term | None, no: Term | None) -> Term:
    if yes is None or no is None or isinstance(yes, Gone) or isinstance(no, Gone):
        return Gone()
    if yes == no:
        return yes
    for one, other, mask in ((yes, no, test), (no, yes, ops.negated(test))):
        if isinstance(one, Extend) and one.base == other:
            if one.labels:
                raise Refusal("a list grows by a loop under a condition")
            both = mask if one.mask is None else ops.joined("&", [mask, one.mask])
            return replace(one, mask=both)
    if isinstance(yes, Extend) or isinstance(no, Extend):
        raise Refusal("a list grows differently from condition to condition")
    return ops.where(test, yes, no)


def _only_continues(nodes: Sequence[ast.stmt]) -> bool:
    return len(nodes) == 1 and isinstance(nodes[0], ast.Continue)


def _reason(node: ast.stmt) -> str:
    if isinstance(node, ast.Break | ast.Return):
        return "it may end before its last iteration"
    if isinstance(node, ast.While):
        return "a while loop stands in it"
    if isinstance(node, ast.Raise | ast.Assert | ast.Try):
        return "it raises or catches exceptions"
    if isinstance(node, ast.With):
        return "a with block stands in it"
    if isinstance(node, ast.Continue):
        return "continue stands where it is not followed"
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        return "it defines a function"
    return f"{ast.unparse(node).splitlines()[0]!r} is not followed"
