"""Writes loops that stay: each iteration is done for all of the loops around it at once."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.code.arrays import Array, expanded, full
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import weak_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import fixed
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.sequences import forms, names_in
from profiler_suite.analysis.explain.lifting.normal_form.sharing import hint, takes_time
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    CarriedValue,
    Current,
    Label,
    Recursion,
    Refusal,
    Term,
    mapped,
    numbers_in,
)

_QUIET = "divide='ignore', invalid='ignore', over='ignore'"
_SAMPLES = {"float": "float", "complex": "complex"}


def iterated(writer: Writer, term: Recursion, risky: frozenset[str]) -> dict[Term, Array]:
    """Writes the loop before what is written next; what its values are called after it."""
    rounds = Rounds(writer, term, risky)
    rounds.write()
    return rounds.found(term)


class Rounds:
    """The statements of one such loop."""

    def __init__(self, writer: Writer, term: Recursion, risky: frozenset[str]) -> None:
        self.writer = writer
        self.term = term
        self.np = writer.np
        self.text = writer.facts.text
        number = len(term.names)
        starts = dict(zip(term.names, term.args[:number], strict=True))
        updates = dict(zip(term.names, term.args[number : 2 * number], strict=True))
        self.kept = term.args[2 * number :]
        names = self._needed(updates)
        self.starts = {name: starts[name] for name in names}
        self.updates = {name: updates[name] for name in names}
        around = {name for each in term.args for name in each.loops} - {term.along.name}
        labels = [writer.scope.labels[name] for name in around]
        self.around: tuple[Label, ...] = tuple(sorted(labels, key=lambda each: each.depth))
        if not around:
            raise Refusal("every iteration needs the one before: a compiler, not NumPy")
        parts = [each for update in self.updates.values() for each in update.walk()]
        used = {each.name for each in parts if isinstance(each, Apply)}
        self.quiet = "where" in used and bool(used & risky)
        self.forms = forms(term.along, self.starts, self.updates)
        self.locals = {name: writer.local_name(name.lstrip("@")) for name in names}
        self.lists = [writer.free_name("steps") for _ in self.kept]
        self.alike = self._alike()

    def _alike(self) -> frozenset[str]:
        """Names that hold the same for all of the loops around: one value is enough."""
        if self.term.going:
            return frozenset()
        around = {each.name for each in self.around}
        found = {
            name
            for name in self.starts
            if not (self.starts[name].loops | self.updates[name].loops) & around
        }
        while True:
            needs = {n for n in found if names_in(self.updates[n], self.term.along) - found}
            if not needs:
                return frozenset(found)
            found -= needs

    def _around(self, name: str) -> tuple[Label, ...]:
        return () if name in self.alike else self.around

    def _needed(self, updates: Mapping[str, Term]) -> list[str]:
        """Names that are read after the loop, or that these follow from."""
        label = self.term.along
        wanted = self.writer.read_after(self.term) | {self.term.name, self.term.going}
        wanted |= {name for each in self.kept for name in names_in(each, label)}
        todo = [name for name in wanted if name in updates]
        found = set(todo)
        while todo:
            more = names_in(updates[todo.pop()], label) - found
            found |= more
            todo += more
        return [name for name in updates if name in found]

    def write(self) -> None:
        """What stands before the loop, and the loop."""
        out = self.writer.before
        for name, start in self.starts.items():
            out.append(f"{self.locals[name]} = {self._start(name, start)}")
        out += [f"{each} = []" for each in self.lists]
        counter = "" if self.term.endless else self.counter()
        updates = [self._step(each, counter) for each in self.updates.values()]
        kept = [self._step(each, counter) for each in self.kept]
        known = dict(self._unchanging((*updates, *kept), counter))
        with self.writer.body((*updates, *kept), known) as lines:
            records = [self._whole(each) for each in kept]
            named = zip(self.updates, updates, strict=True)
            values = [self._whole(each, self._around(name)) for name, each in named]
            for name, text in zip(self.lists, records, strict=True):
                lines.append(f"{name}.append({text})")
            lines.append(f"{', '.join(self.locals.values())} = {', '.join(values)}")
        out.append(self._loop(lines, counter))

    def counter(self) -> str:
        """A name for the counter of the loop that stays."""
        return self.writer.counter(self.term.along, [*self.locals.values()])

    def _loop(self, lines: list[str], counter: str) -> str:
        """Its head and its body."""
        flag = self.locals.get(self.term.going, "")
        if self.term.endless:
            head = f"while {flag}.any():"
        else:
            used = any(counter in each for each in lines)
            count = self.text(self.term.along.count)
            head = f"for {counter if used else '_'} in range({count}):"
            if flag and not self.lists:
                lines = [*lines, f"if not {flag}.any():", "    break"]
        made = f"{head}\n{indented(lines)}"
        if not self.quiet:
            return made
        return f"with {self.np}.errstate({_QUIET}):\n{indented([made])}"

    def _start(self, name: str, start: Term) -> str:
        """What a name holds at first, for each of the loops around."""
        made = self.writer.lower(start)
        dims = (*self._around(name), *start.own)
        if not dims:
            return made.text
        self.writer.memory.add(dims)
        sizes = ", ".join(map(self.writer.size, dims))
        if not made.dims:
            return f"{self.np}.full(({sizes},), {made.text}{self.kind(name, start)})"
        return self._wide(made, dims)

    def kind(self, name: str, start: Term) -> str:
        """The dtype that a name has in the end, where its first value has another."""
        weak, dtype = self.forms[name]
        kind = _SAMPLES.get(weak) or (f"{self.np}.{dtype}" if dtype else "")
        same = not kind or dtype == "bool" or weak == weak_of(start) != ""
        return "" if same else f", {kind}"

    def _wide(self, made: Array, dims: Sequence[Label]) -> str:
        if all(each in made.dims for each in dims):
            return expanded(made, dims).text
        sizes = ", ".join(map(self.writer.size, dims))
        text = full(made, dims) if made.dims else made.text
        return f"{self.np}.broadcast_to({text}, ({sizes},))"

    def _whole(self, term: Term, around: tuple[Label, ...] | None = None) -> str:
        """A value for each of the loops around; one for all of them where it is alike."""
        around = self.around if around is None else around
        made = self.writer.lower(term)
        return self._wide(made, (*around, *term.own)) if around or term.own else made.text

    def _step(self, term: Term, counter: str) -> Term:
        """What one iteration computes, of what the names hold then."""

        def change(each: Term) -> Term | None:
            if isinstance(each, CarriedValue) and each.label == self.term.along:
                weak, dtype = self.forms[each.name]
                around = self._around(each.name)
                return Current(self.locals[each.name], around, each.axes, weak, dtype)
            return None

        made = mapped(term, change)
        return fixed(made, self.term.along, Poly.atom(counter)) if counter else made

    def _unchanging(self, terms: Sequence[Term], counter: str) -> Iterator[tuple[Term, Array]]:
        """What no iteration changes is computed once, before the loop."""
        seen: set[Term] = set()
        todo = list(terms)
        while todo:
            each = todo.pop(0)
            if each in seen:
                continue
            seen.add(each)
            moving = any(
                isinstance(one, Current) or (counter and counter in numbers_in(one))
                for one in each.walk()
            )
            if moving or not takes_time(each) or not each.loops:
                todo += each.children
                continue
            made = self.writer.lower(each)
            if made.dims and not made.text.isidentifier():
                name = self.writer.local_name(hint(self.writer.scope, each))
                self.writer.before.append(f"{name} = {made.text}")
                made = Array(name, made.dims)
            yield each, made

    def found(self, term: Recursion) -> dict[Term, Array]:
        """The values after the loop, as the names that hold them then."""
        found: dict[Term, Array] = {}
        for name, start in self.starts.items():
            axes = term.axes if name == term.name else start.own
            one = replace(self.term, name=name, kept=-1, axes=axes)
            found[one] = Array(self.locals[name], (*self._around(name), *axes))
        for number, (local, each) in enumerate(zip(self.lists, self.kept, strict=True)):
            axes = term.axes if number == term.kept else each.own
            one = replace(self.term, name="", kept=number, axes=axes)
            dims = (self.term.along, *self.around, *axes)
            sizes = ", ".join(map(self.writer.size, dims))
            found[one] = Array(f"{self.np}.reshape({local}, ({sizes},))", dims)
        return found


def indented(lines: Sequence[str]) -> str:
    """The body of a block."""
    return textwrap.indent("\n".join(lines), "    ")
