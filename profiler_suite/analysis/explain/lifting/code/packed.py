"""Loops that stay and end for each element in its time: only what goes on is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping

from profiler_suite.analysis.explain.lifting.code.arrays import Array, full
from profiler_suite.analysis.explain.lifting.code.rounds import Rounds, indented
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import fixed
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.sequences import names_in
from profiler_suite.analysis.explain.lifting.normal_form.sharing import hint
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    CarriedValue,
    Current,
    Index,
    Leaf,
    Recursion,
    Refusal,
    Term,
    mapped,
)

_TRUE = Leaf("True", weak="bool")


def packed(writer: Writer, term: Recursion, risky: frozenset[str]) -> dict[Term, Array] | None:
    """Writes such a loop; None where its iterations are no plain arithmetic on numbers."""
    if not term.going or any(each.own for each in term.args):
        return None
    kept = list(writer.before)
    rounds = _PackedRounds(writer, term, risky)
    try:
        if rounds.kept:
            raise Refusal("what is kept of every iteration has no place")
        rounds.write()
    except Refusal:
        writer.before[:] = kept
        return None
    return rounds.found(term)


class _PackedRounds(Rounds):
    """Flat arrays of those values that still change, and where they belong."""

    def write(self) -> None:
        """What stands before the loop, the loop, and what follows it."""
        out = self.writer.before
        sizes = list(map(self.writer.size, self.around))
        self.shape = ", ".join(sizes)
        self.size = " * ".join(f"({each})" if " " in each else each for each in sizes)
        count = math.prod((each.count for each in self.around), start=Poly.number(1))
        self.points = self.writer.scope.label(count, "", self.around[0].depth)
        self.flat: dict[Term, Current] = {}
        flag = self.term.going
        updates = {name: self._moving(term) for name, term in self.updates.items()}
        going = updates.pop(flag)
        starts = {name: self._flat_start(name) for name in updates}
        results = {
            name: self.writer.free_name(f"all_{self.locals[name]}")
            for name in updates
            if name in self.writer.read_after(self.term) or name == self.term.name
        }
        out += [f"{self.locals[name]} = {text}" for name, text in starts.items()]
        out += [f"{all_} = {self.locals[name]}.copy()" for name, all_ in results.items()]
        self.left = left = self.writer.free_name("left")
        out.append(f"{left} = {self.np}.arange({self.size})")
        out.append(self._body(left, going, updates, results))
        for name, all_ in results.items():
            out.append(f"{all_}[{left}] = {self.locals[name]}")
            out.append(f"{self.locals[name]} = {all_}.reshape({self.shape})")

    def _body(
        self,
        left: str,
        going: Term,
        updates: Mapping[str, Term],
        results: Mapping[str, str],
    ) -> str:
        """The loop itself."""
        counter = "" if self.term.endless else self.counter()
        number = Poly.atom(counter)
        along = self.term.along
        on = self.locals[self.term.going]
        new = {name: _if_going(going, term) for name, term in updates.items()}
        early = {n: t for n, t in updates.items() if new[n] is None}
        late = {n: t for n, t in new.items() if t is not None}
        used = {one.name for t in late.values() for one in t.walk() if isinstance(one, Current)}
        if any(self.locals[name] in used for name in early):
            early, late = dict(updates), {}

        def at(term: Term) -> Term:
            return fixed(term, along, number) if counter else term

        test = at(going)
        first = {name: at(term) for name, term in early.items()}
        then = {name: at(term) for name, term in late.items()}
        names = list(dict.fromkeys((*(self.locals[n] for n in updates), *self._constants())))
        with self.writer.body((test, *first.values()), {}) as lines:
            asked = self.writer.lower(test)
            if not asked.dims:
                raise Refusal("it ends for all at once")
            parts = [asked.text, *map(self._one, first.values())]
            targets = [on, *(self.locals[name] for name in first)]
            lines.append(f"{', '.join(targets)} = {', '.join(parts)}")
        for name, all_ in results.items():
            lines.append(f"{all_}[{left}[~{on}]] = {self.locals[name]}[~{on}]")
        kept = [left, *names]
        lines.append(f"{', '.join(kept)} = {', '.join(f'{each}[{on}]' for each in kept)}")
        with self.writer.body(tuple(then.values()), {}) as more:
            texts = [self._one(term) for term in then.values()]
            if texts:
                more.append(f"{', '.join(self.locals[n] for n in then)} = {', '.join(texts)}")
        lines += more
        if self.term.endless:
            head = f"while len({left}):"
        else:
            shown = any(counter in each for each in lines)
            head = f"for {counter if shown else '_'} in range({self.text(along.count)}):"
            lines += [f"if not len({left}):", "    break"]
        return f"{head}\n{indented(lines)}"

    def _constants(self) -> list[str]:
        return [each.name for each in self.flat.values()]

    def _one(self, term: Term) -> str:
        made = self.writer.lower(term)
        if made.dims:
            return made.text
        return f"{self.np}.full(len({self.left}), {made.text})"

    def _flat_start(self, name: str) -> str:
        """The first values, one after another."""
        start = self.starts[name]
        made = self.writer.lower(start)
        if not made.dims:
            weak, dtype = self.forms[name]
            if not weak and not dtype:
                raise Refusal(f"what {name} holds is not known")
            kind = self.kind(name, start)
            return f"{self.np}.full({self.size}, {made.text}{kind})"
        return self._ravelled(made)

    def _ravelled(self, made: Array) -> str:
        wide = full(made, self.around)
        return f"{self.np}.broadcast_to({wide}, ({self.shape},)).flatten()"

    def _moving(self, term: Term) -> Term:
        """An update of flat arrays, where it still goes on."""
        along = self.term.along

        def change(each: Term) -> Term | None:
            if isinstance(each, CarriedValue) and each.label == along:
                if each.name == self.term.going:
                    return _TRUE
                weak, dtype = self.forms[each.name]
                return Current(self.locals[each.name], (self.points,), (), weak, dtype)
            if names_in(each, along) or not each.loops:
                return None
            if along.name in each.loops:
                if each.loops == {along.name}:
                    return each
                return None
            return self._constant(each)

        made = _simplified(mapped(term, change))
        if made.loops - {self.points.name, along.name} or not _is_plain(made):
            raise Refusal("an iteration does more than arithmetic on numbers")
        return made

    def _constant(self, term: Term) -> Current:
        """What no iteration changes."""
        if term not in self.flat:
            made = self.writer.lower(term)
            name = self.writer.local_name(hint(self.writer.scope, term))
            self.writer.before.append(f"{name} = {self._ravelled(made)}")
            dtype = dtype_of(term)
            self.flat[term] = Current(
                name, (self.points,), (), weak_of(term), "" if dtype is None else str(dtype)
            )
        return self.flat[term]


def _is_plain(term: Term) -> bool:
    """Whether it is made of operations on numbers alone."""
    if isinstance(term, Apply):
        return all(_is_plain(each) for each in term.args)
    return isinstance(term, Current | Leaf | Index)


def _simplified(term: Term) -> Term:
    """Without conditions that hold."""
    if not isinstance(term, Apply):
        return term
    args = tuple(_simplified(each) for each in term.args)
    if term.name == "&":
        left = [each for each in args if each != _TRUE]
        return ops.both(*left) if left else _TRUE
    if term.name == "where" and args[0] == _TRUE:
        return args[1]
    return Apply(term.form, args, term.name)


def _if_going(going: Term, update: Term) -> Term | None:
    """What an update is where the loop goes on, if it leaves the value elsewhere."""
    if not isinstance(update, Apply) or update.name != "where":
        return None
    test, yes, no = update.args
    if test == going and isinstance(no, Current):
        return yes
    if going == ops.negated(test) and isinstance(yes, Current):
        return no
    return None
