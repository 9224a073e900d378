"""Whether two accesses can ever meet, by what bounds their loops and conditions set.

`s[i, j]` and `s[j, i]` with i < j never do: an element of both would have i < j = i' < j' = i.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

from profiler_suite.analysis.explain.lifting.loops.iteration import extreme
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    Index,
    Label,
    Refusal,
    Term,
)

_MOST_AXES = 3


def never_meet(
    one: Access,
    other: Access,
    indices: Sequence[tuple[Poly, Poly]],
    of_one: Sequence[Term],
    of_other: Sequence[Term],
) -> bool:
    """Whether no iteration of the one has an element that some of the other has.

    `indices` are those along the same axes, none of which counts from the end; `of_one` and
    `of_other` are conditions under which they are read or written. Where a sum of differences
    that must be 0 and of numbers that must not be negative is always negative, they never meet.
    """
    return _apart(one, other, indices, (of_one, of_other), Poly())


def meet_at_once(
    one: Access,
    other: Access,
    indices: Sequence[tuple[Poly, Poly]],
    of_one: Sequence[Term],
    of_other: Sequence[Term],
) -> bool:
    """Whether they meet in the same iteration only: `s[i, j]` and `s[j, i]` with i <= j."""
    shared = [each for each in one.labels if each in other.labels]
    if len(shared) != len(one.labels) or len(shared) != len(other.labels):
        return False
    gaps = [each.index - Poly.atom(f"{each.name}'") for each in shared]
    return all(
        _apart(one, other, indices, (of_one, of_other), gap * sign - 1)
        for gap in gaps
        for sign in (1, -1)
    )


def _apart(
    one: Access,
    other: Access,
    indices: Sequence[tuple[Poly, Poly]],
    conditions: tuple[Sequence[Term], Sequence[Term]],
    more: Poly,
) -> bool:
    """Whether they never meet where also `more` is not negative."""
    fresh = {each.name: Poly.atom(f"{each.name}'") for each in other.labels}
    labels = (*one.labels, *(_renamed(each, fresh) for each in other.labels))
    gaps = tuple(a - _moved(b, fresh) for a, b in indices)
    if not 0 < len(gaps) <= _MOST_AXES:
        return False
    mine = sum(_not_negative(conditions[0]), Poly())
    his = _moved(sum(_not_negative(conditions[1]), Poly()), fresh)
    rests = tuple(rest + more for rest in (mine + his, mine, his, Poly()))
    return _is_some_negative(gaps, rests, labels)


@functools.lru_cache(maxsize=4096)  # every way to write a loop asks the same
def _is_some_negative(
    gaps: tuple[Poly, ...], rests: tuple[Poly, ...], labels: tuple[Label, ...]
) -> bool:
    """Whether a sum of some gaps, either way round, and one of `rests` is always negative."""
    return any(
        _always_negative(sum((g * s for g, s in zip(gaps, each, strict=True)), rest), labels)
        for each in itertools.product((1, -1, 0), repeat=len(gaps))
        for rest in dict.fromkeys(rests)
    )


def _renamed(label: Label, fresh: dict[str, Poly]) -> Label:
    return Label(
        f"{label.name}'",
        _moved(label.count, fresh),
        _moved(label.span, fresh),
        label.step,
        label.depth,
    )


def _moved(number: Poly, fresh: dict[str, Poly]) -> Poly:
    for name, atom in fresh.items():
        number = number.put(name, atom)
    return number


def _not_negative(conditions: Sequence[Term]) -> Iterator[Poly]:
    """Numbers that are at least 0 where these conditions hold."""
    for each in conditions:
        if not isinstance(each, Apply):
            continue
        if each.name == "&":
            yield from _not_negative(each.args)
            continue
        if each.name not in ("<", "<=", ">", ">="):
            continue
        left, right = each.args if each.name in (">", ">=") else each.args[::-1]
        if isinstance(left, Index) and isinstance(right, Index):
            yield left.index - right.index - (1 if each.name in ("<", ">") else 0)


def _always_negative(number: Poly, labels: Sequence[Label]) -> bool:
    try:
        most = extreme(number, labels, lowest=False).constant
    except Refusal:
        return False
    return most is not None and most < 0
