"""Parts of an expression that occur more than once: computed once, under a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    By,
    Contract,
    Core,
    Extend,
    Index,
    KeyLookup,
    Recursion,
    Reduce,
    Scan,
    Stack,
    Term,
    View,
)


def repeated(terms: Sequence[Term]) -> frozenset[Term]:
    """What is computed more than once and takes time; the largest such parts only."""
    counts: dict[Term, int] = {}
    for term in terms:
        _count(term, counts)
    return frozenset(each for each, n in counts.items() if n > 1 and takes_time(each))


def _count(term: Term, counts: dict[Term, int]) -> None:
    counts[term] = counts.get(term, 0) + 1
    if counts[term] == 1:
        for each in _parts(term):
            _count(each, counts)


def _parts(term: Term) -> Iterator[Term]:
    if isinstance(term, Access):
        yield from (each.index for each in term.subs if isinstance(each, By))
    elif isinstance(term, Apply | Contract | Core | Stack):
        yield from term.args
    elif isinstance(term, Scan) and term.before:
        yield replace(term, before=False)
    elif isinstance(term, Reduce | Scan | View):
        yield term.arg
    elif isinstance(term, KeyLookup):
        yield term.key
    elif isinstance(term, Extend):
        yield from (term.item, *((term.mask,) if term.mask is not None else ()))


def takes_time(term: Term) -> bool:
    """Whether computing a value is worth a name for it."""
    if isinstance(term, Reduce | Contract | Scan | Core | Recursion | KeyLookup):
        return True
    if not isinstance(term, Apply) or not (term.loops or term.own):
        return False
    return not all(isinstance(each, Index) for each in term.args)


def hint(scope: Scope, term: Term) -> str:
    """The name that the loop itself has for a value."""
    name = scope.meanings.get(term, "part").lstrip("@")
    return name if name.isidentifier() else "part"
