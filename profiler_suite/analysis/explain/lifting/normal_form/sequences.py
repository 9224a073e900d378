"""Loops whose iterations follow from one another, run for all loops around them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    CarriedValue,
    Draw,
    Label,
    Leaf,
    Recursion,
    Refusal,
    Term,
    carried_in,
    mapped,
    relabelled,
)

_MOST_PASSES = 4
_GROWING = ("*", "**", "<<")
_RANK = ("bool", "int", "float", "complex")


def names_in(term: Term, label: Label) -> set[str]:
    """Names whose value is taken from the iteration of a loop before."""
    return {each.name for each in carried_in(term) if each.label == label}


@dataclass(frozen=True)
class CarriedLoop:
    """One such loop: what its names are, and what is kept of every iteration."""

    label: Label
    starts: Mapping[str, Term]
    updates: Mapping[str, Term]
    kept: tuple[Term, ...] = ()
    going: str = ""
    endless: bool = False

    def after(self, name: str) -> Recursion:
        """What a name holds when the loop has ended."""
        weak, dtype = self._forms[name]
        made = self._made(name, -1)
        return replace(made, axes=self.starts[name].own, weak=weak, dtype=dtype)

    def of_each(self, term: Term) -> Recursion:
        """What is kept of every iteration."""
        made = self._made("", self.kept.index(term))
        form = _known(term, self._forms, self.label)
        weak, found = weak_of(form), dtype_of(form)
        dtype = "" if weak or found is None else str(found)
        return replace(made, axes=term.own, weak=weak, dtype=dtype)

    def _made(self, name: str, kept: int) -> Recursion:
        names = tuple(self.updates)
        starts = tuple(self.starts[each] for each in names)
        args = (*starts, *self.updates.values(), *self.kept)
        return Recursion(
            name, names, self.label, args, self.going, self.endless, (), kept, "", ""
        )

    @property
    def _forms(self) -> dict[str, tuple[str, str]]:
        return forms(self.label, self.starts, self.updates)

    @property
    def may_overflow(self) -> bool:
        """Whether Python's whole numbers may grow beyond 64 bits in it."""
        whole = [name for name, (weak, _) in self._forms.items() if weak == "int"]
        return any(
            getattr(each, "name", "") in _GROWING
            for name in whole
            for each in self.updates[name].walk()
        )


def sequenced(
    label: Label,
    before: Mapping[str, Term],
    found: Mapping[str, Term],
    kept: Sequence[Term],
    going: str,
    *,
    endless: bool,
) -> CarriedLoop | None:
    """The loop in this form; None where it is no such loop."""
    updates = {
        name: term
        for name, term in found.items()
        if name in before and not isinstance(term, Gone)
    }
    wanted = {name for name, term in updates.items() if names_in(term, label)}
    for term in kept:
        wanted |= names_in(term, label)
    while True:
        if not wanted or not wanted <= updates.keys():
            return None
        more = wanted.union(*(names_in(updates[name], label) for name in wanted))
        if more == wanted:
            break
        wanted = more
    ordered = {name: updates[name] for name in updates if name in wanted}
    if (going or endless) and any(
        isinstance(each, Draw) for term in (*ordered.values(), *kept) for each in term.walk()
    ):
        return None
    same = {name: _axes_of(before[name], term) for name, term in ordered.items()}
    if any(term is None for term in same.values()):
        return None
    plain = {name: term for name, term in same.items() if term is not None}
    starts = {name: before[name] for name in plain}
    ends = going if going in plain else ""
    return CarriedLoop(label, starts, plain, tuple(dict.fromkeys(kept)), ends, endless)


def _axes_of(start: Term, update: Term) -> Term | None:
    """The update with its own axes called as those of the first value; None where it grows."""
    if len(start.own) != len(update.own):
        return None
    if any(a.count != b.count for a, b in zip(start.own, update.own, strict=True)):
        return None
    names = {b: a for a, b in zip(start.own, update.own, strict=True) if a != b}
    inside = {label for each in update.walk() for label in getattr(each, "over", ())}
    if inside & set(names.values()):
        return None
    return relabelled(update, names)


def forms(
    label: Label, starts: Mapping[str, Term], updates: Mapping[str, Term]
) -> dict[str, tuple[str, str]]:
    """For each name the kind of Python's own number that it holds, or the dtype."""
    found = {name: _form(term) for name, term in starts.items()}
    for _ in range(_MOST_PASSES):
        new = {
            name: _wider(found[name], _form(_known(term, found, label)))
            for name, term in updates.items()
        }
        if new == found:
            break
        found = new
    return found


def _form(term: Term) -> tuple[str, str]:
    weak = weak_of(term)
    dtype = dtype_of(term)
    return (weak, "") if weak or dtype is None else ("", str(dtype))


def _wider(one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    if one[0] and other[0]:
        return max(one[0], other[0], key=_RANK.index), ""
    parts: list[Any] = []
    for weak, dtype in (one, other):
        if not weak and not dtype:
            return "", ""
        sample = {"bool": True, "int": 1, "float": 1.0, "complex": 1j}
        parts.append(sample[weak] if weak else np.dtype(dtype))
    try:
        return "", str(np.result_type(*parts))
    except TypeError as error:
        raise Refusal("a name holds numbers and other things in turn") from error


def _known(term: Term, known: Mapping[str, tuple[str, str]], label: Label) -> Term:
    """The term with carried names as numbers of the form that they have."""

    def change(each: Term) -> Term | None:
        if isinstance(each, CarriedValue) and each.label == label:
            weak, dtype = known.get(each.name, ("", ""))
            return Leaf("0", dtype=dtype, weak=weak)
        return None

    return mapped(term, change)
