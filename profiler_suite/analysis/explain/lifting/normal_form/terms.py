"""The normal form: what an iteration computes, as terms over labelled axes.

A label stands for one axis of the iteration space (a loop) or for one axis of its own that
a value has in each iteration (the columns of a row). An access x[2*i:2*i+2, j] has the loops
i and j and one own axis of extent 2.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly


class Refusal(Exception):  # noqa: N818 - an outcome, caught where a loop is tried
    """The loop can't become an array expression, and why, in words."""


@dataclass(frozen=True)
class Label:
    """One axis; in a polynomial its name stands for 0, 1, … count - 1."""

    name: str
    count: Poly = field(compare=False)
    span: Poly = field(compare=False)
    """stop - start of a range: count times the step, or up to a step less."""
    step: Poly = field(compare=False)
    depth: int = field(compare=False, default=-1)
    """Of a loop, counted from the outside; -1 for an axis of the array's own."""

    @property
    def index(self) -> Poly:
        """The label as a number."""
        return Poly.atom(self.name)


@dataclass(frozen=True)
class At:
    """One index of a subscript: a number that may depend on loops."""

    index: Poly


@dataclass(frozen=True)
class By:
    """One index of a subscript: a number that is looked up or computed."""

    index: Term


@dataclass(frozen=True)
class Slab:
    """A slice of fixed extent, whose start may depend on loops."""

    start: Poly
    step: int
    own: Label
    text: str = ""
    """As it was written, where it depends on no loop."""


@dataclass(frozen=True)
class New:
    """A new axis of extent 1: None, np.newaxis."""

    own: Label


Sub = At | By | Slab | New


@dataclass(frozen=True)
class Term:
    """A value in every iteration."""

    @cached_property
    def children(self) -> tuple[Term, ...]:
        """The terms it is made of."""
        found: list[Term] = []
        for each in dataclasses.fields(self):
            if not each.compare:
                continue  # what is known of it, not what it is made of
            value = getattr(self, each.name)
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Term):
                    found.append(one)
                elif isinstance(one, By):
                    found.append(one.index)
        return tuple(found)

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Its own axes, in order."""
        return ()

    @cached_property
    def loops(self) -> frozenset[str]:
        """Names of the loops it depends on."""
        return frozenset().union(*(child.loops for child in self.children))

    def walk(self) -> Iterator[Term]:
        """Itself and every term in it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Leaf(Term):
    """A number that no loop changes."""

    text: str
    dtype: str = ""
    """The dtype of a NumPy number; '' with `weak` or when not known."""
    weak: str = ""
    """'int', 'float', 'complex' or 'bool' for a number of Python's own."""


NOTHING = Leaf("None")
"""None, where a name holds that until an iteration sets it."""


@dataclass(frozen=True)
class Index(Term):
    """A whole number computed from loop variables."""

    index: Poly
    labels: tuple[Label, ...] = ()

    @cached_property
    def loops(self) -> frozenset[str]:
        """Those in the number."""
        return frozenset(each.name for each in self.labels) & self.index.atoms


@dataclass(frozen=True)
class Access(Term):
    """Elements of an array."""

    base: str
    subs: tuple[Sub, ...]
    labels: tuple[Label, ...]
    """The loops around it."""
    dtype: str = ""
    time: int = field(compare=False, default=0)
    guards: tuple[Term, ...] = field(compare=False, default=())
    """Conditions under which it is read."""
    weak: str = field(compare=False, default="")
    """Of which kind its numbers are, where they come from a list of Python's own."""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """From its slices and new axes."""
        found: list[Label] = []
        for each in self.subs:
            if isinstance(each, Slab | New):
                found.append(each.own)
            elif isinstance(each, By):
                found += each.index.own
        return tuple(found)

    @cached_property
    def loops(self) -> frozenset[str]:
        """Those in its subscripts."""
        names = frozenset(each.name for each in self.labels)
        found: frozenset[str] = frozenset()
        for each in self.subs:
            if isinstance(each, At):
                found |= each.index.atoms & names
            elif isinstance(each, Slab):
                found |= each.start.atoms & names
            elif isinstance(each, By):
                found |= each.index.loops
        return found


@dataclass(frozen=True)
class Apply(Term):
    """An operation element by element; '{0}' and '{1}' in the form are its arguments."""

    form: str
    args: tuple[Term, ...]
    name: str = ""
    """'+', '*', 'sqrt', …"""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Of the argument with most axes: the others were made to agree from the right."""
        return max((a.own for a in self.args), key=len, default=())


@dataclass(frozen=True)
class Reduce(Term):
    """A reduction over labels."""

    op: str
    """'sum', 'max', 'argmax', …; 'first': the first place where it holds, else their count."""
    arg: Term
    over: tuple[Label, ...]
    initial: Term | None = None
    form: str = ""
    """Options of its call."""
    narrow: bool = False
    """Whether small integers stay small while they are added, as in a loop."""
    weak: str = ""
    """'int' where the loop has one of Python's own numbers; else ''."""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Those left."""
        return tuple(each for each in self.arg.own if each not in self.over)

    @cached_property
    def loops(self) -> frozenset[str]:
        """Those left."""
        inside = self.arg.loops | (self.initial.loops if self.initial else frozenset())
        return inside - {each.name for each in self.over}


@dataclass(frozen=True)
class View(Term):
    """The same value with its own axes in another order; loops may have become own axes."""

    arg: Term
    axes: tuple[Label, ...]

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """The new order."""
        return self.axes

    @cached_property
    def loops(self) -> frozenset[str]:
        """Without those that are own axes now."""
        return self.arg.loops - {each.name for each in self.axes}


@dataclass(frozen=True)
class Core(Term):
    """A function of whole rows or matrices that takes stacks of them."""

    form: str
    args: tuple[Term, ...]
    axes: tuple[Label, ...]

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Of its result."""
        return self.axes


ORDER = "NP.argsort({0}, axis=-1)"
"""The form of the places of the elements of a row, smallest first."""


@dataclass(frozen=True)
class Contract(Term):
    """Sum over labels of a product whose factors share axes by label: a @ b, np.outer."""

    args: tuple[Term, ...]
    over: tuple[Label, ...]
    axes: tuple[Label, ...]

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Those left, in order."""
        return self.axes

    @cached_property
    def loops(self) -> frozenset[str]:
        """Those left."""
        gone = {each.name for each in (*self.over, *self.axes)}
        return frozenset().union(*(each.loops for each in self.args)) - gone


@dataclass(frozen=True)
class Draw(Term):
    """Random numbers, drawn in every iteration."""

    number: int
    """Which of the draws of one iteration."""
    labels: tuple[Label, ...]
    axes: tuple[Label, ...] = ()
    dtype: str = "float64"
    at: tuple[tuple[str, Poly], ...] = ()
    """Loops that stay, by name, and their counters."""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """From its size."""
        return self.axes

    @cached_property
    def loops(self) -> frozenset[str]:
        """All loops around it that do not stay."""
        gone = {name for name, _ in self.at}
        return frozenset(each.name for each in self.labels) - gone


@dataclass(frozen=True)
class Stack(Term):
    """Several values side by side: a list of them made an array."""

    args: tuple[Term, ...]
    axis: Label
    written: str = field(compare=False, default="")
    """'tuple' or 'list' where it is written out as one."""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """The new axis comes first."""
        return (self.axis, *max((a.own for a in self.args), key=len, default=()))


@dataclass(frozen=True)
class Select(Term):
    """The elements along an own axis for which a condition holds: how many is not known."""

    arg: Term
    mask: Term
    flat: bool = False
    """Whether the condition is one of all axes: what it selects has one axis."""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Those of all elements."""
        return self.arg.own


@dataclass(frozen=True)
class Part(Term):
    """The elements of a row from one place up to another: how many is not always the same.

    Where none are left, `low` may lie behind `high`, or behind the row.
    """

    arg: Term
    low: Term
    high: Term
    axis: Label

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Its axis; of a part of a part along another axis, both."""
        inner = self.arg.own if isinstance(self.arg, Part) else ()
        return (self.axis, *inner)


@dataclass(frozen=True)
class KeyLookup(Term):
    """What a dictionary holds for a key; '{0}' in the form is the key."""

    form: str
    key: Term
    axes: tuple[Label, ...] = ()
    dtype: str = ""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Of each value of the dictionary."""
        return self.axes


@dataclass(frozen=True)
class Row(Term):
    """One row of a DataFrame."""

    frame: str
    label: Label

    @cached_property
    def loops(self) -> frozenset[str]:
        """The loop over rows."""
        return frozenset((self.label.name,))


@dataclass(frozen=True)
class CarriedValue(Term):
    """What a name held when an iteration of a loop began."""

    name: str
    label: Label
    axes: tuple[Label, ...] = ()
    dtype: str = field(compare=False, default="")
    """Where every iteration leaves it the same."""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """As the value before the loop."""
        return self.axes

    @cached_property
    def loops(self) -> frozenset[str]:
        """Its own loop."""
        return frozenset((self.label.name,))


@dataclass(frozen=True)
class Current(Term):
    """What a name holds while a loop that stays runs: one value for each loop around it."""

    name: str
    labels: tuple[Label, ...]
    axes: tuple[Label, ...] = ()
    weak: str = ""
    dtype: str = ""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Of the value in each of the loops around it."""
        return self.axes

    @cached_property
    def loops(self) -> frozenset[str]:
        """Those around the loop that stays."""
        return frozenset(each.name for each in self.labels)


@dataclass(frozen=True)
class Recursion(Term):
    """What a loop leaves that stays a loop, but runs for all of the loops around it at once."""

    name: str
    """Of `names`; '' for what is kept of every iteration."""
    names: tuple[str, ...]
    """What changes from iteration to iteration."""
    along: Label
    args: tuple[Term, ...]
    """What the names hold at first, what each iteration makes of them, what is kept of it."""
    going: str = ""
    """The name that says where the loop has not ended yet."""
    endless: bool = False
    """Whether nothing but that name ends it."""
    axes: tuple[Label, ...] = ()
    kept: int = -1
    """Which of what is kept of every iteration."""
    weak: str = field(compare=False, default="")
    dtype: str = field(compare=False, default="")

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """Of the value in each of the loops around it."""
        return self.axes

    @cached_property
    def loops(self) -> frozenset[str]:
        """Those around it; and its own where something is kept of every iteration."""
        around = frozenset().union(*(each.loops for each in self.args))
        own = frozenset((self.along.name,))
        return around | own if self.kept >= 0 else around - own


@dataclass(frozen=True)
class Outside(Term):
    """What a name held before the loops."""

    name: str
    axes: tuple[Label, ...] = ()
    dtype: str = ""
    kind: str = ""
    """'list' for a list."""

    @cached_property
    def own(self) -> tuple[Label, ...]:
        """As known."""
        return self.axes


@dataclass(frozen=True)
class Scan(Term):
    """Running values along one loop: with the value of this iteration, or before it."""

    op: str
    """'sum', 'prod', 'max', 'min'; 'decay' for s = factor * s + arg, 'last' for s = arg, 'hold'
    for s = arg where factor holds, 'reset' for s = arg there and s + arg elsewhere,
    'clamp max' for s = max(s + arg, factor), 'clamp min' for the smaller.
    """
    arg: Term
    along: Label
    initial: Term
    before: bool = False
    factor: Term | None = None


@dataclass(frozen=True)
class Extend(Term):
    """A list or array that grows."""

    base: Term
    item: Term
    labels: tuple[Label, ...] = ()
    """Loops whose iterations follow one another along it."""
    kind: str = "list"
    """'list', 'append' (flat), 'rows' (vstack) or 'columns' (hstack, column_stack)."""
    mask: Term | None = None
    pieces: Label | None = None
    """Of the item's own axes, the one along which it is taken apart."""

    @cached_property
    def loops(self) -> frozenset[str]:
        """Without those it has gathered."""
        gone = {each.name for each in self.labels}
        parts = [self.base.loops, self.item.loops - gone]
        if self.mask is not None:
            parts.append(self.mask.loops - gone)
        return frozenset().union(*parts)


def carried_in(term: Term) -> Iterator[CarriedValue]:
    """What it takes from an iteration before, but for loops that are part of it."""
    if isinstance(term, CarriedValue):
        yield term
    for child in term.children:
        for each in carried_in(child):
            if not isinstance(term, Recursion) or each.label != term.along:
                yield each


def numbers_in(term: Term) -> frozenset[str]:
    """Names that the whole numbers and subscripts of a term itself are computed from."""
    if isinstance(term, Index):
        return term.index.atoms
    if not isinstance(term, Access):
        return frozenset()
    starts = [each.index for each in term.subs if isinstance(each, At)]
    starts += [each.start for each in term.subs if isinstance(each, Slab)]
    return frozenset().union(*(each.atoms for each in starts))


T = TypeVar("T", bound=Term)


def mapped(term: Term, change: Callable[[Term], Term | None]) -> Term:
    """The term with every part that `change` has something for replaced, from the top."""
    new = change(term)
    if new is not None:
        return new
    changes: dict[str, object] = {}
    for each in dataclasses.fields(term):
        if not each.compare:
            continue
        value = getattr(term, each.name)
        if isinstance(value, Term):
            changed: object = mapped(value, change)
        elif isinstance(value, tuple):
            changed = tuple(_mapped(one, change) for one in value)
        else:
            continue
        if changed != value:
            changes[each.name] = changed
    return dataclasses.replace(term, **changes) if changes else term


def _mapped(value: object, change: Callable[[Term], Term | None]) -> object:
    if isinstance(value, Term):
        return mapped(value, change)
    if isinstance(value, By):
        return By(mapped(value.index, change))
    return value


def relabelled(term: Term, names: Mapping[Label, Label]) -> Term:
    """The term with axes called otherwise, also loops that became own axes."""
    if not names:
        return term

    def axes(labels: tuple[Label, ...]) -> tuple[Label, ...]:
        return tuple(names.get(each, each) for each in labels)

    def number(index: Poly) -> Poly:
        for old, new in names.items():
            if old.name in index.atoms:
                index = index.put(old.name, new.index)
        return index

    def sub(each: Sub) -> Sub:
        if isinstance(each, At):
            return At(number(each.index))
        if isinstance(each, Slab):
            own = names.get(each.own, each.own)
            return dataclasses.replace(each, own=own, start=number(each.start))
        if isinstance(each, New):
            return New(names.get(each.own, each.own))
        return By(relabelled(each.index, names))

    def change(each: Term) -> Term | None:
        changes: dict[str, object] = {}
        for one in dataclasses.fields(each):
            value = getattr(each, one.name)
            if one.name in ("axes", "over", "labels"):
                changes[one.name] = axes(value)
            elif one.name == "axis":
                changes[one.name] = names.get(value, value)
            elif one.name == "subs":
                changes[one.name] = tuple(sub(s) for s in value)
            elif isinstance(value, Poly):
                changes[one.name] = number(value)
            elif isinstance(value, Term):
                changes[one.name] = relabelled(value, names)
            elif one.name == "args":
                changes[one.name] = tuple(relabelled(a, names) for a in value)
        return dataclasses.replace(each, **changes)

    found = change(term)
    assert found is not None
    return found
