"""What statements set of arrays: elements, slices, what a condition selects."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.expressions.selected import selected_like
from profiler_suite.analysis.explain.lifting.expressions.shapes import (
    put_in_order,
    with_element,
)
from profiler_suite.analysis.explain.lifting.loops.closing import Closing
from profiler_suite.analysis.explain.lifting.loops.growth import as_array
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store, stored_names
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    CarriedValue,
    Core,
    Extend,
    Label,
    Outside,
    Reduce,
    Refusal,
    Select,
    Slab,
    Stack,
    Term,
    View,
    relabelled,
)


class ElementStores(Closing):
    """Reads assignments to parts of arrays."""

    def _place(self, target: ast.Subscript) -> Access:
        node: ast.expr = target
        while isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name) and isinstance(self.scope.env.get(node.id), CarriedValue):
            raise Refusal(f"{node.id} is set as a whole and element by element")
        place = self.reader.read(target)
        if isinstance(node, ast.Attribute) and node.attr == "flat":
            place = _in_flat(place, self.scope.facts)
        if not isinstance(place, Access) or not place.base.replace(".", "").isidentifier():
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
        self.effects[first:] = [replace(yes, term=term, guard=guard, time=no.time)]

    def _set_in_value(self, target: ast.Subscript, op: str, value: ast.expr) -> bool:
        """`v[k] = 1` of an array that this iteration has made: a new value of all of it.

        False where the array is none of those.
        """
        if self._set_where(target, op, value):
            return True
        if not isinstance(target.value, ast.Name) or not self._is_made_here(target.value.id):
            return False
        name = target.value.id
        old = self.scope.env[name]
        parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
        if any(isinstance(each, ast.Slice) for each in parts):
            raise Refusal("several elements are set of an array that the loop makes")
        places = [self.reader.read(each) for each in parts]
        new = self.reader.read(value)
        found = None if op or len(places) > 1 else put_in_order(old, places[0], new)
        if found is None:
            found = with_element(self.scope, old, places, op, new)
        self.scope.env[name] = found
        return True

    def _set_key(self, target: ast.expr, value: ast.expr) -> bool:
        """`table[key] = value`: an entry for each iteration; False for other places."""
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            return False
        name = target.value.id
        if not self.scope.facts.is_dict(name):
            return False
        base = self.scope.env.get(name) or Outside(name, kind="dict")
        if not isinstance(base, Outside | CarriedValue):
            raise Refusal(f"{name} gets several entries in an iteration")
        entry = (self.reader.read(target.slice), self.reader.read(value))
        if entry[0].own or isinstance(entry[1], Extend):
            raise Refusal(f"{name} gets entries that are no numbers or arrays")
        self.scope.dicts.add(name)
        both = Stack(entry, self.scope.label(Poly.number(2)), "tuple")
        self.scope.env[name] = Extend(base, both, kind="dict")
        return True

    def _set_where(self, target: ast.Subscript, op: str, value: ast.expr) -> bool:
        """`row[row > 1] = 0`: one of two values for each element; False for other places."""
        try:
            chosen = self.reader.read(target)
        except Refusal:
            return False
        if not isinstance(chosen, Select):
            return False
        place, words = chosen.arg, ast.unparse(target)
        if not isinstance(place, Access):
            raise Refusal(f"it sets {words}, which is no element of an array")
        new = selected_like(self.reader.read(value), chosen)
        if new.own and op:
            raise Refusal(f"{words} changes by as many values as are selected")
        if op:
            new = ops.apply(f"({{0}}) {op} ({{1}})", op, place, new)
        self._store(place, "=", ops.where(chosen.mask, new, place))
        return True

    def _is_made_here(self, name: str) -> bool:
        """Whether a name holds an array that is computed in the iteration, or was before it."""
        held = self.scope.env.get(name)
        if isinstance(held, CarriedValue):
            return name in self.scope.made
        made = isinstance(held, Core | Apply | View | Stack | Reduce) and bool(held.own)
        if made:
            self.scope.made.add(name)
        return made

    def _changed_in(self, nodes: Sequence[ast.stmt]) -> list[str]:
        """Names that statements give another value, as a whole or an element of it."""
        parts = {
            each.value.id
            for node in nodes
            for each in ast.walk(node)
            if isinstance(each, ast.Subscript)
            and isinstance(each.ctx, ast.Store)
            and isinstance(each.value, ast.Name)
            and (self._is_made_here(each.value.id) or self.scope.facts.is_dict(each.value.id))
        }
        return sorted(stored_names(nodes) | parts)


def _in_flat(place: Term, facts: Facts) -> Term:
    """An element of all of an array in one row, written by way of x.flat."""
    if not isinstance(place, Access) or place.base not in facts.reshaped:
        return place
    row = facts.reshaped[place.base]
    base = f"{row.name}.flat"
    facts.reshaped[base] = row
    return replace(place, base=base)
