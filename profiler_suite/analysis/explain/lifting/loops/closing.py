"""What names hold when a loop has ended, and what was stored in it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.loops import counters
from profiler_suite.analysis.explain.lifting.normal_form import carried, sequences
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.states import states, value_before
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    CarriedValue,
    Extend,
    Index,
    Label,
    Outside,
    Refusal,
    Term,
    View,
    carried_in,
)


class Closing:
    """Ends loops: as running values, or as loops that stay for all of those around them."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.scope = reader.scope
        self.effects: list[Store] = []
        self.leading: Sequence[ast.stmt] = ()
        """Statements of the same block before the nest."""

    def close(
        self,
        labels: tuple[Label, ...],
        names: list[str],
        before: dict[str, Term],
        first: int,
    ) -> None:
        """What carried names hold after a loop, and what was stored in it."""
        effects, env = list(self.effects), dict(self.scope.env)
        try:
            if labels[0].name in self.scope.endless:
                raise Refusal("it is a while loop without a counter")
            self._close_scans(labels, names, before, first)
        except Refusal:
            self.effects, self.scope.env = effects, env
            if len(labels) > 1 or not self._close_sequence(labels[0], names, before, first):
                raise

    def _close_sequence(
        self, label: Label, names: list[str], before: dict[str, Term], first: int
    ) -> bool:
        """The loop stays, but all of the loops around it run at once; False where it can't."""
        scope, own = self.scope, self.effects[first:]
        endless = label.name in scope.endless
        grown = [n for n in names if n in before and isinstance(scope.env.get(n), Extend)]
        kept = [t for each in own for t in (each.term, each.guard) if t is not None]
        for name in grown:
            update = scope.env[name]
            assert isinstance(update, Extend)
            kept += [t for t in (update.item, update.mask) if t is not None]
        kept = [each for each in kept if sequences.names_in(each, label)]
        targets = any(sequences.names_in(each.target, label) for each in own)
        if not scope.loops or targets or (endless and (own or grown)):
            return False
        found = {n: t for n in names if n not in grown and (t := scope.env.get(n)) is not None}
        going = next((n for n in names if n.startswith("@going") and n in found), "")
        if going and kept:
            return False
        made = sequences.sequenced(label, before, found, kept, going, endless=endless)
        if made is None or (endless and not made.going):
            return False
        if made.may_overflow:
            scope.assume("whole numbers stay within 64 bits")

        def record(term: Term) -> Term:
            return made.of_each(term) if term in kept else term

        self.effects[first:] = [
            replace(
                each,
                term=record(each.term),
                guard=None if each.guard is None else record(each.guard),
            )
            for each in own
        ]
        ended: dict[str, Term] = {
            name: made.after(name) if name in made.updates else Gone() for name in found
        }
        for name in grown:
            update = scope.env[name]
            assert isinstance(update, Extend)
            mask = None if update.mask is None else record(update.mask)
            item = replace(update, item=record(update.item), mask=mask)
            old = CarriedValue(name, label, before[name].own)
            ended[name] = carried.grown(item, old, before[name], (label,))
        self._still_carried((label,), ended, first)
        scope.env.update(ended)
        return True

    def _close_scans(
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
        # Lists come last: what they hold may be running values of the others.
        left = [each for each in names if each not in ended]
        for name in self._by_need(left, labels[0]):
            ended[name] = self._value_after(name, labels, names, before, first)
        self._still_carried(labels, ended, first)
        scope.env.update(ended)

    def _value_after(
        self,
        name: str,
        labels: tuple[Label, ...],
        names: list[str],
        before: dict[str, Term],
        first: int,
    ) -> Term:
        """What a name holds after a loop; running values where the loop reads it."""
        update = self.scope.env.get(name)
        if name not in before or update is None or isinstance(update, Gone):
            return Gone()
        start = before[name]
        old = CarriedValue(name, labels[0], start.own)
        if update == old:
            return start
        if isinstance(update, Extend):
            self._needs_order(labels[0], name)
            if update.base == old or ops.is_carried(update.base):
                return carried.grown(update, old, start, labels)
            return Gone()
        read = self._readers(old, name, first)
        if read:
            self._needs_order(labels[0], name)
        whole = None if read or len(labels) > 1 else filled(update, old, start, labels[0])
        if whole is not None:
            return whole
        found = self._step(old, update, start, read=read)
        if found is None:
            return Gone()
        others = [each for each in names if each != name]
        number = self._counter(old, found, start, labels) if read else None
        if number is not None:
            self._count(old, number[0], first, others)
            return number[1]
        if found.op in carried.HELD and (self.scope.loops or not read):
            # Beside others a loop that stays is as fast, and leaves the last value, too.
            raise Refusal(f"{name} is taken from the iteration before")
        if found.op == "decay":
            self._needs_order(labels[0], name)
        if found.op in ("reset", "last", "hold") and len(labels) == 1:
            start = counters.first_number(name, self.leading) or start
            self._scan(old, found, start, labels, first, others)
            return carried.last(found, start, labels[0])
        self._scan(old, found, start, labels, first, others)
        return self._last(found, start, labels, read)

    def _last(
        self, found: carried.Step, start: Term, labels: tuple[Label, ...], read: bool
    ) -> Term:
        """What a name holds after a loop; of running values that were read, the last."""
        if found.op != "decay":
            return (
                Gone() if found.op in carried.LEFT_OPEN else carried.after(found, start, labels)
            )
        try:
            single = len(labels) == 1
            if read and single:
                return carried.last(found, start, labels[0])
            return carried.after(found, start, labels)
        except Refusal:
            return Gone()

    def _step(
        self, old: CarriedValue, update: Term, start: Term, *, read: bool
    ) -> carried.Step | None:
        """What an iteration does to a name; None where nobody sees what it had before."""
        if any(each == old for each in update.walk()):
            try:
                return carried.step(update, old)
            except Refusal:
                start = value_before(old.name, self.leading) or start
                found = states(update, old, start)
                if found is None or any(map(ops.is_carried, (found.value, found.mask))):
                    raise
            if found.never is not None:
                self.scope.never[found.never] = None
            return carried.Step("hold", found.value, found.mask)
        if not read:
            return None
        if ops.is_carried(update) or update.own:
            raise Refusal(f"{old.name} is taken from the iteration before")
        return carried.Step("last", update)

    def _needs_order(self, label: Label, name: str) -> None:
        if label.name in self.scope.unordered:
            raise Refusal(f"{name} follows the order of a set")

    def _counter(
        self, old: CarriedValue, found: carried.Step, before: Term, labels: tuple[Label, ...]
    ) -> tuple[Term, Term] | None:
        """What a name that counts iterations holds in one, and after all; None for others."""
        if len(labels) > 1:
            return None
        if isinstance(before, Outside):
            before = counters.first_number(old.name, self.leading) or before
        return counters.number_of(found, before, labels[0])

    def _scan(
        self,
        old: CarriedValue,
        found: carried.Step,
        before: Term,
        labels: tuple[Label, ...],
        first: int,
        others: list[str],
    ) -> None:
        """Puts running values in place of what a name held."""
        update = self.scope.env[old.name]
        for place in range(first, len(self.effects)):
            effect = self.effects[place]
            term = carried.scanned(effect.term, found, old, update, before, labels)
            self.effects[place] = replace(effect, term=term)
        for other in others:
            value = self.scope.env.get(other)
            if value is not None and not isinstance(value, Gone):
                self.scope.env[other] = carried.scanned(
                    value, found, old, update, before, labels
                )

    def _count(self, old: CarriedValue, number: Term, first: int, others: list[str]) -> None:
        """Puts the number of the iteration in place of a name that counts them."""
        for place in range(first, len(self.effects)):
            self.effects[place] = counters.in_store(self.effects[place], old, number)
        for other in others:
            value = self.scope.env.get(other)
            if value is not None and not isinstance(value, Gone):
                self.scope.env[other] = counters.counted(value, old, number)

    def _by_need(self, names: list[str], label: Label) -> list[str]:
        """Names so that each comes after those that its update reads; lists come last."""
        env = self.scope.env
        left = sorted(names, key=lambda each: isinstance(env.get(each), Extend))
        found: list[str] = []
        while left:
            for name in left:
                update = env.get(name)
                read = set() if update is None else sequences.names_in(update, label)
                if not (read - {name}) & set(left):
                    break
            else:
                name = left[0]
            found.append(name)
            left.remove(name)
        return found

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
                self.scope.assume_extremes()
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
                    self.scope.assume_extremes()
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
            for each in carried_in(term):
                if each.label == labels[0]:
                    name = each.name.lstrip("@")
                    raise Refusal(f"{name} is taken from the iteration before")


def filled(update: Term, old: CarriedValue, before: Term, label: Label) -> Term | None:
    """`d[j] = f(j)` for every j of an array: all of them, as an axis; None for others."""
    cast = update if isinstance(update, Apply) and update.name.startswith("astype ") else None
    inner = update if cast is None else cast.args[0]
    if not isinstance(inner, Apply) or inner.name != "where" or inner.args[2] != old:
        return None
    test, value, _ = inner.args
    if not isinstance(test, Apply) or test.name != "==" or value.own:
        return None
    line, place = test.args
    if not ops.is_counter(line) or not isinstance(place, Index) or len(old.own) != 1:
        return None
    if place.index != label.index or line.own[0].count != label.count:
        return None
    if label.name not in value.loops or any(each == old for each in value.walk()):
        return None
    whole: Term = View(value, (label,))
    if cast is not None:
        return replace(cast, args=(whole,))
    kind = dtype_of(before)
    if kind is None or dtype_of(value) == kind:
        return None if kind is None else whole
    return Apply(f"({{0}}).astype(NP.{kind})", (whole,), f"astype {kind}")
