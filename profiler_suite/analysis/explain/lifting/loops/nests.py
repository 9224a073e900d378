"""Reads the statements of a loop nest into what it stores and what its names hold after it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.expressions.curves import curve_of, is_curve
from profiler_suite.analysis.explain.lifting.expressions.expressions import ARITHMETIC
from profiler_suite.analysis.explain.lifting.loops.counted_searches import place_of, search_of
from profiler_suite.analysis.explain.lifting.loops.element_stores import ElementStores
from profiler_suite.analysis.explain.lifting.loops.first_hits import first_hit
from profiler_suite.analysis.explain.lifting.loops.growth import as_array, grows
from profiler_suite.analysis.explain.lifting.loops.iteration import entered
from profiler_suite.analysis.explain.lifting.loops.narrowing import narrowed
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.facts import dotted
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.stores import stored_names
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    NOTHING,
    Access,
    CarriedValue,
    Extend,
    Index,
    Label,
    Leaf,
    Outside,
    Refusal,
    Term,
)
from profiler_suite.analysis.explain.lifting.source import leaving
from profiler_suite.analysis.explain.lifting.source.bit_loops import counted_bits
from profiler_suite.analysis.explain.lifting.source.counting import counted
from profiler_suite.analysis.explain.lifting.source.headers import of_set
from profiler_suite.analysis.explain.lifting.source.limits import as_limit
from profiler_suite.analysis.explain.lifting.source.nditers import over_places
from profiler_suite.analysis.explain.lifting.source.unpacking import spread, with_rows, written
from profiler_suite.analysis.explain.lifting.source.unrolling import unrolled


class Walk(ElementStores):
    """One pass through a nest."""

    @property
    def changes(self) -> int:
        """How many elements of arrays the statements have set so far."""
        return len(self.effects)

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
            if leaving.skips(node):
                self.block(leaving.without_continues(nodes[place:]))
                return
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        self.scope.time += 1
        if isinstance(node, ast.Assign):
            self._assign_each(node)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._assign(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self._augment(node)
        elif isinstance(node, ast.For):
            self._for(node)
        elif isinstance(node, ast.If):
            limited = as_limit(node)
            if limited is not None and self._stays(limited.targets[0]):
                self._assign_each(limited)
            else:
                self._if(node.test, node.body, node.orelse)
        elif isinstance(node, ast.Expr):
            self._expression(node.value)
        elif not isinstance(node, ast.Pass):
            raise Refusal(_reason(node))

    def _stays(self, element: ast.expr) -> bool:
        """Whether it is the same element in all iterations of the innermost loop."""
        loops = self.scope.loops
        names = {each.id for each in ast.walk(element) if isinstance(each, ast.Name)}
        return bool(loops) and loops[-1].name not in names

    def loop(self, node: ast.While, before: Sequence[ast.stmt]) -> None:
        """A while loop with the statements that lead to it."""
        self._while(node, before)

    def _while(self, node: ast.While, before: Sequence[ast.stmt]) -> None:
        self.scope.time += 1
        places, bits = over_places(node, self._literal), counted_bits(node)
        if places is not None:
            self._for(places)
            return
        if bits is not None:
            self._of_bits(bits)
            return
        try:
            loop = counted(node, before)
        except Refusal:
            if not self.scope.loops:
                raise
            self._as_long_as(node)
            return
        assert isinstance(loop.target, ast.Name)
        assert isinstance(loop.iter, ast.Call)
        name, known = loop.target.id, self.scope.env
        if self.scope.loops and not self._counts(loop.iter):
            self._as_long_as(node)
            return
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

    def _counts(self, numbers: ast.Call) -> bool:
        """Whether a range begins at a whole number: `while angle > pi` counts nothing."""
        try:
            return isinstance(self.reader.read(numbers.args[0]), Index)
        except Refusal:
            return True

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
            self._append(node.func.value.id, node.args[0])
            return
        words = ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node)
        raise Refusal(f"{words} has side effects")

    def _append(self, name: str, node: ast.expr) -> None:
        """`out.append(item)`, `out += [item]`, `out = out + [item]`."""
        base = self.scope.env.get(name) or Outside(name, kind="list")
        item = self.reader.read(node)
        if isinstance(item, Extend):
            item = as_array(item)
        self.scope.env[name] = Extend(base, item)
        if last_of(name) in self.scope.env:
            self.scope.env[last_of(name)] = item

    def _is_list(self, name: str) -> bool:
        held = self.scope.env.get(name)
        if held is None or isinstance(held, CarriedValue):
            return self.scope.facts.kind(name) == "list"
        kind = getattr(held, "kind", "")
        return kind == "list" or (isinstance(held, Leaf) and held.dtype == "list")

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if self._set_key(target, value):
            return
        if isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value)
        elif (
            isinstance(target, ast.Name)
            and isinstance(value, ast.BinOp)
            and isinstance(value.left, ast.Name)
            and value.left.id == target.id
            and (one := _one_element(value.op, value.right)) is not None
            and self._is_list(target.id)
        ):
            self._append(target.id, one)
        elif isinstance(target, ast.Name) and isinstance(value, ast.Call) and is_curve(value):
            self.scope.curves[target.id] = curve_of(self.reader, value)
            self.scope.env[target.id] = Gone()
        elif isinstance(target, ast.Name):
            if isinstance(value, ast.List) and not value.elts:
                self.scope.env[target.id] = Leaf("[]", dtype="list")
                return
            if isinstance(value, ast.Name) and value.id in self.scope.places:
                self.scope.places[target.id] = self.scope.places[value.id]
            more = grows(self.reader, target.id, value)
            found = more if more is not None else self.reader.read(value)
            self.scope.env[target.id] = found
            self.scope.meanings.setdefault(found, target.id)
        elif isinstance(target, ast.Attribute) and dotted(target) in self.scope.env:
            self.scope.env[dotted(target)] = self.reader.read(value)
        elif isinstance(target, ast.Subscript):
            if not self._set_in_value(target, "", value):
                self._store(self._place(target), "=", self.reader.read(value))
        else:
            raise Refusal(f"it sets {ast.unparse(target)}")

    def _assign_each(self, node: ast.Assign) -> None:
        """`a = b = value`: all get the value that there was before the first got it."""
        value, targets = node.value, node.targets
        read = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
        plain = all(isinstance(each, ast.Name) and each.id not in read for each in targets)
        if len(targets) > 1 and not plain:
            value = ast.Name("@value", ast.Load())
            self._assign(ast.Name("@value", ast.Store()), node.value)
        for target in targets:
            self._assign(target, value)

    def _unpack(self, target: ast.Tuple | ast.List, value: ast.expr) -> None:
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            terms = [self.reader.read(each) for each in value.elts]
        elif (parts := spread(value, len(target.elts))) is not None:
            terms = [self.reader.read(each) for each in parts]
        else:
            term = self.reader.read(value)
            terms = [
                self.reader.subscripted(term, [ast.Constant(k)], ast.unparse(value))
                for k in range(len(target.elts))
            ]
        for each, term in zip(target.elts, terms, strict=True):
            if isinstance(each, ast.Subscript):
                self._store(self._place(each), "=", term)
            elif isinstance(each, ast.Name):
                self.scope.env[each.id] = term
                self.scope.meanings.setdefault(term, each.id)
            else:
                raise Refusal(f"it sets {ast.unparse(target)}")

    def _augment(self, node: ast.AugAssign) -> None:
        op = ARITHMETIC.get(type(node.op))
        if op is None:
            raise Refusal(f"{ast.unparse(node)!r} is not followed")
        one = _one_element(node.op, node.value)
        if (
            isinstance(node.target, ast.Name)
            and one is not None
            and self._is_list(node.target.id)
        ):
            self._append(node.target.id, one)
            return
        if isinstance(node.target, ast.Subscript) and self._set_in_value(
            node.target, op, node.value
        ):
            return
        value = self.reader.read(node.value)
        if isinstance(node.target, ast.Subscript):
            self._store(self._place(node.target), op, value)
            return
        name = dotted(node.target)
        if not name or (isinstance(node.target, ast.Attribute) and name not in self.scope.env):
            raise Refusal(f"it changes {ast.unparse(node.target)}")
        old = self.scope.env.get(name)
        if old is None or isinstance(old, Gone):
            raise Refusal(f"{name} is read before it is set in the loop")
        if isinstance(old, Access) and old.own:
            self._store(old, op, value)
            return
        if isinstance(old, Extend) or (isinstance(old, Leaf) and old.dtype == "list"):
            raise Refusal(f"the list {name} is extended")
        if op == "+" and old == Index(Poly()) and not ops.is_truth(value):
            self.scope.env[name] = value
            return
        self.scope.env[name] = ops.apply(f"({{0}}) {op} ({{1}})", op, old, value)

    def _for(self, node: ast.For) -> None:
        values = of_set(node.iter, self.scope.facts)
        if values is not None:
            if leaving.breaks(node):
                raise Refusal("a loop over a set may end early")
            node = copy.copy(node)
            node.iter = values
        if leaving.breaks(node) and self.scope.loops:
            self._with_break(node)
            return
        if node.orelse:
            raise Refusal("the loop has an else part")
        bits = counted_bits(node)
        if bits is not None:
            self._of_bits(bits)
            return
        node = over_places(node, self._literal) or node
        written_out = unrolled(written(node, self._literal))
        if written_out is not None:
            self.block(written_out)
            for each in ast.walk(node.target):
                if isinstance(each, ast.Name):
                    self.scope.env[each.id] = Gone()
            return
        scope = self.scope
        node = with_rows(narrowed(self.reader, node))
        depth, first = len(scope.loops), len(self.effects)
        kept = dict(scope.env)
        labels, guards = entered(self.reader, node.target, node.iter)
        if values is not None:
            scope.unordered.update(each.name for each in labels)
        own = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        names = [name for name in self._changed_in(node.body) if name not in own]
        names += [last_of(name) for name in names if _reads_last(node, name)]
        before = self._carried(names, kept, labels[0], node.body)
        if guards:
            self._guarded(ops.joined("&", guards), node.body, [])
        else:
            self.block(node.body)
        del scope.loops[depth:]
        self.close(tuple(labels), names, before, first)
        for name in own:
            scope.env[name] = Gone()

    def _of_bits(self, counting: Sequence[ast.stmt]) -> None:
        """A loop that counts the bits of a number."""
        self.scope.assume("no number whose bits are counted is negative")
        self.block(counting)

    def _carried(
        self,
        names: Sequence[str],
        kept: Mapping[str, Term],
        label: Label,
        nodes: Sequence[ast.stmt],
    ) -> dict[str, Term]:
        """What these names held before a loop; in it, they hold what an iteration left."""
        before: dict[str, Term] = {}
        whole = stored_names(nodes)
        for name in names:
            value = kept.get(name)
            if value is None and self._is_defined(name):
                value = self._outside(name)
            if value is None and name.endswith("[-1]"):
                value = self._last_outside(name.removesuffix("[-1]"))
            if value is not None and not isinstance(value, Gone):
                before[name] = value
                if value == NOTHING:
                    self.scope.unset.add(name)
                dtype = "bool" if weak_of(value) == "bool" else ""
                if name in self.scope.made and name not in whole:
                    dtype = str(dtype_of(value) or "")
                self.scope.env[name] = CarriedValue(name, label, value.own, dtype)
        return before

    def _last_outside(self, name: str) -> Term | None:
        """The last element that a list has before the loops."""
        facts = self.scope.facts
        values = facts.definitions.get(name, [])
        first = values[0] if values else None
        if not isinstance(first, ast.List) or not first.elts or facts.kind(name) != "list":
            return None
        try:
            form = self.reader.read(first.elts[-1])
        except Refusal:
            return None
        if form.own:
            return None
        weak, dtype = weak_of(form), dtype_of(form)
        return Leaf(last_of(name), "" if weak or dtype is None else str(dtype), weak)

    def _with_break(self, node: ast.For) -> None:
        """A loop that may end early: what is done at the first hit, or a flag in each round."""
        if self._first_hit(node):
            return
        plain = leaving.without_idle_breaks(node)
        if plain is not None:
            self._for(plain)
            return
        scope, flag = self.scope, self._flag()
        counters = [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
        body: list[ast.stmt] = [
            *(_assigned(f"@{name}", ast.Name(name, ast.Load())) for name in counters),
            *leaving.without_breaks(node.body, flag),
        ]
        asked = ast.If(ast.Name(flag, ast.Load()), body, [])
        for name in counters:
            scope.env[f"@{name}"] = Index(Poly())
        self._for(ast.For(node.target, node.iter, [asked], []))
        for name in counters:
            scope.env[name] = scope.env.pop(f"@{name}")
            if not isinstance(scope.env[name], Gone):
                scope.assume("there is at least one iteration")
        if node.orelse:
            self._if(ast.Name(flag, ast.Load()), node.orelse, [])

    def _flag(self) -> str:
        """A name of its own for whether a loop goes on."""
        number = sum(name.startswith("@going") for name in self.scope.env)
        name = f"@going{number or ''}"
        self.scope.env[name] = Leaf("True", weak="bool")
        return name

    def _as_long_as(self, node: ast.While) -> None:
        """A while loop inside others, which ends for each of their iterations in its time."""
        search = search_of(node) if self.scope.searched else None
        place = None if search is None else place_of(self.reader, search)
        if search is not None and place is not None:
            self.scope.env[search.name] = place
            return
        scope, flag = self.scope, self._flag()
        first, depth, kept = len(self.effects), len(scope.loops), dict(scope.env)
        label = scope.label(Poly.atom("rounds"), "round", depth)
        scope.endless.add(label.name)
        scope.loops.append(label)
        names = sorted({*self._changed_in(node.body), flag})
        before = self._carried(names, kept, label, node.body)
        on = scope.env[flag]
        scope.env[flag] = ops.joined("&", [on, self.reader.read_test(node.test)])
        self._guarded(scope.env[flag], leaving.without_breaks(node.body, flag), [])
        del scope.loops[depth:]
        self.close((label,), names, before, first)
        if node.orelse:
            raise Refusal("the loop has an else part")

    def _first_hit(self, node: ast.For) -> bool:
        """`for j: if c(j): …; break`: done once, for the first j that there is."""
        hit = first_hit(self, node)
        if hit is None:
            return False
        self.scope.assume("there is at least one iteration")
        self.scope.env.update(hit.names)
        body = [*hit.before, *hit.action]
        missed = [_assigned(name, ast.Name(f"@last {name}", ast.Load())) for name in hit.missed]
        self.scope.env.update({f"@last {name}": term for name, term in hit.missed.items()})
        self._guarded(hit.found, body, [*missed, *node.orelse])
        self.scope.env.update(hit.after)
        return True

    def _literal(self, name: str) -> ast.expr | None:
        """The list that a name stands for from its only assignment on."""
        held = name in self.scope.grown or name in self.scope.varying
        return None if held else self.scope.facts.single(name)

    inlined = False
    """Whether it is the body of another function, whose names are its own."""

    def _is_defined(self, name: str) -> bool:
        facts = self.scope.facts
        owner, _, attribute = name.partition(".")
        held = bool(attribute) and owner in facts.parameters and name in facts.names
        known = name in facts.parameters or name in self.defined_before
        return not self.inlined and (known or held)

    defined_before: frozenset[str] = frozenset()
    """Names that the function sets before the nest."""

    def _outside(self, name: str) -> Term:
        facts = self.scope.facts
        if facts.is_none_before(name):
            return NOTHING
        if facts.kind(name) == "list":
            return Outside(name, kind="list")
        try:
            known = self.scope.array(name)
        except Refusal:
            return Outside(name, dtype=facts.dtype(name))
        return Outside(name, known.own, facts.dtype(name))

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
            only = a if b is None else b if a is None else None
            scope.env[name] = only if only is not None else _merged(test, a, b)
            if only is not None:
                scope.unsure[name] = only


def _either(test: Term, yes: Term | None, no: Term | None) -> Term | None:
    """The one condition where the test holds, else the other; None always holds."""
    if yes is None and no is None:
        return None
    other = ops.negated(test)
    if yes is None or no is None:
        return ops.joined("|", [other, yes] if yes is not None else [test, no or test])
    return ops.joined("|", [ops.both(test, yes), ops.both(other, no)])


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
    if isinstance(yes, Extend) and isinstance(no, Extend):
        alike = (yes.base, yes.kind, yes.pieces) == (no.base, no.kind, no.pieces)
        if alike and not (yes.labels or no.labels):
            same = yes.item == no.item
            item = yes.item if same else ops.where(test, yes.item, no.item)
            return replace(yes, item=item, mask=_either(test, yes.mask, no.mask))
    if isinstance(yes, Extend) or isinstance(no, Extend):
        raise Refusal("a list grows differently from condition to condition")
    more = ops.added(test, yes, no)
    if more is not None:
        return more
    decided = ops.decided(test, yes, no)
    if decided is not None:
        return decided
    return ops.where(test, yes, no)


def last_of(name: str) -> str:
    """What the last element of a list is called here."""
    return f"{name}[-1]"


def _reads_last(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(each, ast.Subscript)
        and isinstance(each.ctx, ast.Load)
        and ast.unparse(each) == last_of(name)
        for each in ast.walk(node)
    )


def _one_element(op: ast.operator, value: ast.expr) -> ast.expr | None:
    """The only element of a list that is added."""
    if isinstance(op, ast.Add) and isinstance(value, ast.List) and len(value.elts) == 1:
        return value.elts[0]
    return None


def _assigned(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


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
