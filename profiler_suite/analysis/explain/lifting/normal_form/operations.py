"""Operations on terms: broadcasting, conditions, products, elements of computed values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    By,
    Contract,
    Core,
    Draw,
    Index,
    Label,
    Leaf,
    New,
    Reduce,
    Refusal,
    Scan,
    Select,
    Slab,
    Stack,
    Sub,
    Term,
    View,
    carried_in,
    mapped,
    relabelled,
)


def picked(term: Term, axis: Label, index: Poly, loops: tuple[Label, ...]) -> Term:
    """One element along an own axis of a term, computed of elements."""
    if axis not in term.own:
        return term
    if isinstance(term, Access):
        subs = list(term.subs)
        for place, each in enumerate(subs):
            if isinstance(each, Slab) and each.own == axis:
                subs[place] = At(each.start + index * each.step)
                return replace(term, subs=tuple(subs), labels=loops)
            if isinstance(each, New) and each.own == axis:
                return replace(term, subs=(*subs[:place], *subs[place + 1 :]), labels=loops)
            if isinstance(each, By) and axis in each.index.own:
                found = picked(each.index, axis, index, loops)
                subs[place] = At(found.index) if isinstance(found, Index) else By(found)
                return replace(term, subs=tuple(subs), labels=loops)
    if isinstance(term, Apply):
        return replace(term, args=tuple(picked(a, axis, index, loops) for a in term.args))
    if isinstance(term, View) and not term.arg.loops & {axis.name}:
        rest = tuple(each for each in term.axes if each != axis)
        inner = picked(term.arg, axis, index, loops)
        return inner if inner.own == rest else View(inner, rest)
    if isinstance(term, View):
        same = next((each for each in loops if each.index == index), None)
        if same is not None:
            rest = tuple(each for each in term.axes if each != axis)
            inner = relabelled(term.arg, {axis: same})
            return inner if inner.own == rest else View(inner, rest)
    if isinstance(term, Contract):
        args = tuple(picked(a, axis, index, loops) for a in term.args)
        return replace(term, args=args, axes=tuple(e for e in term.axes if e != axis))
    if isinstance(term, Reduce):
        return replace(term, arg=picked(term.arg, axis, index, loops))
    if isinstance(term, Draw) and term.axes[0] == axis:
        return _picked_draw(term, index, loops)
    if isinstance(term, Stack) and term.axis != axis:
        return replace(term, args=tuple(picked(a, axis, index, loops) for a in term.args))
    number = index.constant
    if isinstance(term, Stack) and number is not None and 0 <= number < len(term.args):
        return term.args[number]
    raise Refusal("part of a computed value is taken")


def _picked_draw(term: Draw, index: Poly, loops: tuple[Label, ...]) -> Draw:
    """One of the numbers in a row that an iteration draws: that of a loop, or the one there."""
    axis, rest = term.axes[0], term.axes[1:]
    same = next((each for each in loops if each.index == index), None)
    if same is not None and same.count == axis.count:
        return replace(term, labels=(*term.labels, same), axes=rest)
    number = index.constant
    if number is None or number < 0:
        raise Refusal("part of the numbers that are drawn is taken")
    at = (*term.at, (axis.name, index))
    return replace(term, labels=(*term.labels, axis), axes=rest, at=at)


def whole_number(left: Index, sign: str, right: Index) -> Index | None:
    """Sum, difference or product of two whole numbers; None for anything else."""
    labels = tuple(dict.fromkeys((*left.labels, *right.labels)))
    names = {each.name for each in labels}
    if sign in ("+", "-"):
        return Index(left.index + (right.index if sign == "+" else -right.index), labels)
    if sign == "*":
        index = left.index * right.index
        return Index(index, labels) if index.linear_in(names) else None
    a, b = left.index, right.index
    if sign in ("//", "%") and not (a.atoms | b.atoms) & names:
        if a.constant is not None and b.constant:
            value = a.constant // b.constant if sign == "//" else a.constant % b.constant
            return Index(Poly.number(value))
        return Index(Poly.atom(f"({a.text()}) {sign} ({b.text()})"))
    return None


def agreed(args: Sequence[Term]) -> list[Term]:
    """Terms whose own axes are called the same, from the last one on."""
    longest = max(len(each.own) for each in args)
    names: list[dict[Label, Label]] = [{} for _ in args]
    for place in range(1, longest + 1):
        here = [each.own[-place] if len(each.own) >= place else None for each in args]
        real = [each for each in here if each is not None]
        real.sort(key=lambda each: (each.count.constant == 1, each.depth < 0))
        chosen = real[0]
        for mapping, each in zip(names, here, strict=True):
            if each is not None and each != chosen:
                mapping[each] = chosen
    return [relabelled(term, mapping) for term, mapping in zip(args, names, strict=True)]


def apply(form: str, name: str, *args: Term) -> Term:
    """An operation on values whose axes are made to agree."""
    return Apply(form, tuple(agreed(args)), name)


def is_truth(term: Term) -> bool:
    """Whether a term is true or false."""
    dtype = dtype_of(term)
    return dtype is not None and dtype.kind == "b"


def joined(sign: str, parts: Sequence[Term]) -> Term:
    """Conditions joined by & or |."""
    found = parts[0]
    for each in parts[1:]:
        found = apply(f"({{0}}) {sign} ({{1}})", sign, found, each)
    return found


_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def negated(term: Term) -> Term:
    """Not this condition."""
    if isinstance(term, Apply) and term.name in ("==", "!="):
        sign = _OPPOSITE[term.name]
        return Apply(f"({{0}}) {sign} ({{1}})", term.args, sign)
    if (
        isinstance(term, Apply)
        and term.name in _OPPOSITE
        and all(isinstance(each, Index) for each in term.args)
    ):
        sign = _OPPOSITE[term.name]
        return Apply(f"({{0}}) {sign} ({{1}})", term.args, sign)
    if isinstance(term, Apply) and term.name == "~":
        return term.args[0]
    if isinstance(term, Apply) and term.name == "|" and is_truth(term):
        return joined("&", [negated(each) for each in term.args])
    if is_truth(term):
        return Apply("~({0})", (term,), "~")
    return apply("({0}) == ({1})", "==", term, Index(Poly()))


def condition(term: Term) -> Term:
    """A value as a condition: numbers are true unless zero."""
    if is_truth(term):
        return term
    if term.own:
        raise Refusal("a condition is an array")
    return apply("({0}) != ({1})", "!=", term, Index(Poly()))


def both(*tests: Term) -> Term:
    """All of these conditions, none of them twice."""
    parts: list[Term] = []
    todo = list(tests)
    while todo:
        each = todo.pop(0)
        if isinstance(each, Apply) and each.name == "&" and is_truth(each):
            todo[:0] = each.args
        elif each not in parts:
            parts.append(each)
    return joined("&", [each for each in parts if not _implied(each, parts)] or parts[:1])


def conjuncts(test: Term) -> list[Term]:
    """The conditions that all hold where this one does."""
    if isinstance(test, Apply) and test.name == "&":
        return [each for part in test.args for each in conjuncts(part)]
    return [test]


def _implied(test: Term, others: Sequence[Term]) -> bool:
    """Whether `not a < b` says nothing more, as a == b is another of the conditions."""
    if not isinstance(test, Apply) or test.name != "~":
        return False
    (inner,) = test.args
    return (
        isinstance(inner, Apply)
        and inner.name in ("<", ">")
        and any(
            isinstance(each, Apply) and each.name == "==" and each.args in _either_way(inner)
            for each in others
        )
    )


def _either_way(test: Apply) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    return test.args, test.args[::-1]


def added(test: Term, yes: Term, no: Term) -> Term | None:
    """`if c: s += x`, as s plus x or nothing; None for anything else."""
    if not isinstance(yes, Apply) or yes.name not in ("+", "-", "|") or is_carried(no):
        return None
    first, second = yes.args
    if first != no or is_truth(second):
        return None
    chosen = where(test, second, Index(Poly()))
    return apply(yes.form, yes.name, no, chosen)


def decided(test: Term, yes: Term, no: Term) -> Term | None:
    """One of two conditions of which one is True, False or the test; None for others."""
    if not is_truth(yes) or not is_truth(no):
        return None
    if _is_text(yes, "False"):
        return both(negated(test), no)
    if _is_text(no, "False") or no == test:
        return both(test, yes)
    if _is_text(yes, "True"):
        return joined("|", [test, no])
    if _is_text(no, "True"):
        return joined("|", [negated(test), yes])
    return None


def _is_text(term: Term, text: str) -> bool:
    return isinstance(term, Leaf) and term.text == text


def where(test: Term, yes: Term, no: Term) -> Term:
    """One of two values."""
    if isinstance(yes, Apply) and yes.name == "where" and yes.args[2] == no and not no.own:
        return where(both(condition(test), yes.args[0]), yes.args[1], no)
    return apply("NP.where({0}, {1}, {2})", "where", condition(test), yes, no)


def fresh(scope: Scope, term: Term) -> Term:
    """The same value with own axes of new names."""
    return relabelled(term, {each: replace(scope.label(each.count)) for each in term.own})


def product(scope: Scope, left: Term, right: Term) -> Term:
    """left @ right."""
    if set(left.own) & set(right.own):
        right = fresh(scope, right)
    a, b = left.own, right.own
    if not a or not b or len(a) > 2 or len(b) > 2:
        raise Refusal("a product of more than two axes")
    shared, other = a[-1], b[0]
    right = relabelled(right, {other: shared})
    if shared.count.constant == 1:
        first = Poly()
        left, right = (
            picked(each, shared, first, tuple(scope.loops)) for each in (left, right)
        )
        return Contract((left, right), (), (*a[:-1], *b[1:]))
    kept = (*a[:-1], *b[1:])
    small = _of_parts(left, right, shared, scope)
    if small is not None:
        return small
    return Contract((left, right), (shared,), kept)


def _of_parts(left: Term, right: Term, shared: Label, scope: Scope) -> Term | None:
    """A matrix that is written out element by element, times a vector; None for others."""
    if not isinstance(left, Stack) or len(left.own) != 2 or len(right.own) != 1:
        return None
    rows = left.args
    width = shared.count.constant
    known = all(isinstance(each, Stack) and each.axis == shared for each in rows)
    if not known or width is None or width > _MOST_PARTS or not left.loops:
        return None
    loops = tuple(scope.loops)
    parts = [picked(right, shared, Poly.number(k), loops) for k in range(width)]
    sums = []
    for row in rows:
        products = [
            apply("({0}) * ({1})", "*", picked(row, shared, Poly.number(k), loops), part)
            for k, part in enumerate(parts)
        ]
        total = products[0]
        for each in products[1:]:
            total = apply("({0}) + ({1})", "+", total, each)
        sums.append(total)
    return Stack(tuple(sums), left.axis)


_MOST_PARTS = 4


def is_carried(term: Term) -> bool:
    """Whether a term depends on what an earlier iteration left in a name."""
    return next(carried_in(term), None) is not None


def element_of(selected: Select, number: int) -> Term:
    """The first or last element that a condition selects."""
    mask = selected.mask
    if number not in (0, -1) or len(mask.own) != 1:
        raise Refusal("which of the selected elements is taken is not the first or last")
    (axis,) = mask.own
    place: Term = Reduce("argmax", mask, mask.own)
    if number == -1:
        turned = Apply("({0})[..., ::-1]", (mask,), "~turned")
        last = Index(axis.count - 1)
        place = apply("({0}) - ({1})", "-", last, Reduce("argmax", turned, mask.own))
    if is_counter(selected.arg):
        return place
    if not selected.arg.loops:
        return Core("({0})[{1}]", (selected.arg, place), ())
    if selected.arg.loops != place.loops:
        raise Refusal("what is selected changes in other loops than the condition")
    form = "NP.take_along_axis({0}, ({1})[..., None], axis=-1)[..., 0]"
    return Core(form, (selected.arg, place), ())


def is_counter(term: Term) -> bool:
    """Whether a term is 0, 1, 2, … along an axis."""
    return isinstance(term, Core) and term.form.startswith("NP.arange(")


def fixed(term: Term, label: Label, number: Poly) -> Term:
    """The term at one place of an axis or in one iteration of a loop."""
    if label in term.own:
        labels = [each.labels for each in term.walk() if isinstance(each, Access)]
        return picked(term, label, number, tuple(dict.fromkeys(e for ls in labels for e in ls)))

    def change(each: Term) -> Term | None:
        if isinstance(each, Scan) and label.name in each.loops:
            raise Refusal("a running value is needed step by step")
        if isinstance(each, Draw) and label.name in each.loops:
            return replace(each, at=(*each.at, (label.name, number)))
        if isinstance(each, Index) and label.name in each.index.atoms:
            labels = _without(each.labels, label)
            return Index(each.index.put(label.name, number), labels)
        if isinstance(each, Access) and label.name in each.loops:
            subs = tuple(_sub(sub, label, number) for sub in each.subs)
            return replace(each, subs=subs, labels=_without(each.labels, label))
        return None

    return mapped(term, change)


def _without(labels: Sequence[Label], label: Label) -> tuple[Label, ...]:
    return tuple(each for each in labels if each != label)


def _sub(sub: Sub, label: Label, number: Poly) -> Sub:
    if isinstance(sub, At):
        return At(sub.index.put(label.name, number))
    if isinstance(sub, Slab):
        return replace(sub, start=sub.start.put(label.name, number))
    if isinstance(sub, By):
        return By(fixed(sub.index, label, number))
    return sub
