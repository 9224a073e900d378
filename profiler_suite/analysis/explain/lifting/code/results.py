"""What names hold after a nest."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, expanded, full
from profiler_suite.analysis.explain.lifting.code.runs import at_ends
from profiler_suite.analysis.explain.lifting.code.statements import Statements
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import weak_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Extend,
    Index,
    Label,
    Outside,
    Refusal,
    Stack,
    Term,
)


class Results:
    """Writes the statements that set names after a nest."""

    def __init__(
        self,
        out: Statements,
        is_only_made_array: Callable[[str], bool],
        augmented: frozenset[str],
    ) -> None:
        self.out = out
        self.lowering = out.lowering
        self.facts = out.facts
        self.np = out.np
        self._is_only_made_array = is_only_made_array
        self.joined_by: Callable[[str], str] = lambda name: ""
        """The function that alone takes a list, where it is one that joins its elements."""
        self._augmented = augmented
        """Names that change in place: acc += x, not acc = acc + x."""

    def write(self, name: str, term: Term) -> None:
        """What a name holds after the nest."""
        if isinstance(term, Gone):
            raise Refusal(f"{name} is used after the loop")
        if isinstance(term, Outside) and term.name == name:
            return
        if isinstance(term, Extend):
            self._grown(name, term)
            return
        if isinstance(term, Apply) and term.name in ("+", "*", "-", "|", "&"):
            first, second = term.args
            if isinstance(first, Outside) and first.name == name:
                value = self.lowering.lower(second)
                if (not first.own and value.dims) or name not in self._augmented:
                    self.out.line(f"{name} = {name} {term.name} {closed(value.text)}")
                else:
                    self.out.line(f"{name} {term.name}= {value.text}")
                return
        value = self.lowering.lower(term)
        self.out.line(f"{name} = {value.text}")

    def _grown(self, name: str, term: Extend) -> None:
        if not isinstance(term.base, Outside):
            raise Refusal(f"{name} is a list that begins in the loop")
        if term.kind == "dict":
            self._entries(name, term)
            return
        if self._grown_by_tuples(name, term):
            return
        value = self.elements(name, term)
        if term.kind == "append":
            rows = [each for each in term.item.own if each != term.pieces]
            flat_value = f"{closed(value)}.ravel()" if rows else value
            self.out.line(f"{name} = {self.np}.concatenate(({name}, {flat_value}))")
        elif term.kind == "rows":
            self.out.line(f"{name} = {self.np}.concatenate(({name}, {value}))")
        elif self._is_only_made_array(name):
            first = next(iter(self.facts.definitions.get(name, ())), None)
            if isinstance(first, ast.List) and first.elts:
                value = f"{self.np}.concatenate(({name}, {value}))"
            self.out.line(f"{name} = {value}")
        elif (joined := self._joined(name, term, value)) is not None:
            self.out.line(f"{name} = [{joined}]")
        elif weak_of(term.item) or self._held_python(name, term):
            self.out.line(f"{name}.extend({closed(value)}.tolist())")
        else:
            self.out.line(f"{name}.extend({value})")

    def _held_python(self, name: str, term: Extend) -> bool:
        """Whether it held lists of numbers in the end, or Python's own numbers."""
        held, first = self.facts.names.get(name), self.facts.names.get(f"{name}[]")
        if held is None or held.kind != "list":
            return False
        return len(held.shape) > 1 if term.item.own else first is not None

    def elements(self, name: str, term: Extend) -> str:
        """All that a loop appends, in one array; rows that may be none only as a list."""
        ends = at_ends(self.lowering, term.item, term.mask)
        if ends:
            return ends
        item = self.lowering.lower(term.item)
        dims = (*term.labels, *term.item.own)
        value = self._whole(item, dims)
        if term.mask is not None:
            mask = self._whole(self.lowering.lower(term.mask), term.labels)
            value = self._places(term, mask) or self._chosen(name, term, value, mask)
        elif len(term.labels) > 1 or term.pieces:
            flat = Poly.number(1)
            for each in (*term.labels, *((term.pieces,) if term.pieces else ())):
                flat = flat * each.count
            rest = [each.count for each in term.item.own if each != term.pieces]
            sizes = [flat, *rest]
            shape = ", ".join(self.facts.text(each) for each in sizes)
            value = f"{closed(value)}.reshape({shape})"
        return value

    def _chosen(self, name: str, term: Extend, value: str, mask: str) -> str:
        """Where nothing is chosen, rows make an array without columns, as no list has any."""
        if not term.item.own or not self._is_only_made_array(name):
            return f"{closed(value)}[{mask}]"
        chosen = self.lowering.free_name("chosen")
        self.out.line(f"{chosen} = {mask}")
        return f"{closed(value)}[{chosen}] if {chosen}.any() else []"

    def _grown_by_tuples(self, name: str, term: Extend) -> bool:
        """`out.append((a, b))`: a list of tuples, which is no array; False for others."""
        item = term.item
        if not isinstance(item, Stack) or term.kind != "list" or term.pieces is not None:
            return False
        plain = item.written and not any(each.own for each in item.args)
        if not plain or self._is_only_made_array(name):
            return False
        mask = ""
        if term.mask is not None:
            mask = self.lowering.free_name("chosen")
            test = self._whole(self.lowering.lower(term.mask), term.labels)
            self.out.line(f"{mask} = {test}")
        parts = [self._column(each, term, mask) for each in item.args]
        rows = f"zip({', '.join(parts)})"
        if item.written == "list":
            rows = f"map(list, {rows})"
        self.out.line(f"{name}.extend({rows})")
        return True

    def _entries(self, name: str, term: Extend) -> None:
        """`table[key] = value` in every iteration."""
        assert isinstance(term.item, Stack)
        key, value = term.item.args
        dims = (*term.labels, *value.own)
        if value.own and (term.mask is not None or len(term.labels) > 1):
            raise Refusal(f"{name} gets rows by several loops or under a condition")
        mask = ""
        if term.mask is not None:
            mask = self.lowering.free_name("chosen")
            test = self._whole(self.lowering.lower(term.mask), term.labels)
            self.out.line(f"{mask} = {test}")
        if value.own:
            values = self._whole(self.lowering.lower(value), dims)
        else:
            values = self._column(value, term, mask)
        keys = self._column(key, term, mask)
        self.out.line(f"{name}.update(zip({keys}, {values}))")

    def _column(self, value: Term, term: Extend, mask: str) -> str:
        """One of the values of all tuples, in the order of the loops."""
        ends = at_ends(self.lowering, value, term.mask)
        if ends:
            return f"{closed(ends)}.tolist()"
        text = closed(self._whole(self.lowering.lower(value), term.labels))
        if mask:
            text += f"[{mask}]"
        elif len(term.labels) > 1:
            text += ".ravel()"
        return f"{text}.tolist()" if weak_of(value) else text

    def _joined(self, name: str, term: Extend, value: str) -> str | None:
        """All arrays of a list that is only joined afterwards, as one; None where it is not."""
        how, rank = self.joined_by(name), len(term.item.own)
        if not how or term.pieces is not None or rank not in (1, 2):
            return None
        if rank == 1:
            flat = how in ("concatenate", "hstack")
            return f"{closed(value)}.ravel()" if flat else value
        if how == "hstack":
            return None
        return f"{closed(value)}.reshape(-1, {self.facts.text(term.item.own[-1].count)})"

    def _places(self, term: Extend, mask: str) -> str:
        """Counters that are kept where a condition holds: its places; empty for others."""
        if not isinstance(term.item, Index) or len(term.labels) != 1:
            return ""
        (label,) = term.labels
        rest = term.item.index.without((label.name,))
        if term.item.index.of(label.name).constant != 1 or rest.atoms & term.loops:
            return ""
        text = f"{self.np}.flatnonzero({mask})"
        return f"{text} + {self.facts.text(rest)}" if rest.monomials else text

    def _whole(self, value: Array, dims: tuple[Label, ...]) -> str:
        if any(each not in value.dims for each in dims):
            sizes = ", ".join(self.lowering.count(each) for each in dims)
            wide = expanded(value, dims).text
            return f"{self.np}.broadcast_to({wide}, ({sizes},))"
        return full(value, dims)


def in_order(results: Mapping[str, Term]) -> list[str]:
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
