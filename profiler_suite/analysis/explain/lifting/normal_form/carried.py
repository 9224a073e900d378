"""Values that pass from one iteration to the next: sums, products, extremes, growth, scans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.linear import linear
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    NOTHING,
    Apply,
    CarriedValue,
    Core,
    Extend,
    Index,
    Label,
    Leaf,
    Reduce,
    Refusal,
    Scan,
    Stack,
    Term,
    mapped,
)

_NEUTRAL = {
    "sum": Index(Poly()),
    "prod": Index(Poly.number(1)),
    "any": Leaf("False", weak="bool"),
    "all": Leaf("True", weak="bool"),
    "max": Leaf("-NP.inf", weak="float"),
    "min": Leaf("NP.inf", weak="float"),
}
_SIGN = {"sum": "+", "prod": "*", "any": "|", "all": "&", "max": "maximum", "min": "minimum"}
_EXTREMES = {"maximum": "max", "minimum": "min", "fmax": "max", "fmin": "min"}


class Step:
    """What an iteration does to a carried value: combine it with a term."""

    def __init__(self, op: str, item: Term, factor: Term | None = None) -> None:
        self.op = op
        self.item = item
        self.factor = factor


def step(update: Term, old: CarriedValue) -> Step:
    """How a new value comes from the old one; refused where no scan does it."""
    if isinstance(update, Reduce) and update.initial == old and not _has(update.arg, old):
        return Step(update.op, replace(update, initial=None))
    if isinstance(update, Apply):
        try:
            return _combined(update, old)
        except Refusal:
            found = linear(update, old)
            if found is None or found.factor is None or found.factor.loops or found.factor.own:
                raise
            return Step("decay", found.rest or _NEUTRAL["sum"], found.factor)
    raise _dependent(old)


def _combined(update: Apply, old: CarriedValue) -> Step:
    if update.name == "where":
        return _chosen(update, old)
    if update.name in ("+", "-"):
        return _added(update, old)
    if update.name == "*":
        return _commuting("prod", update, old)
    if update.name in _EXTREMES:
        return _commuting(_EXTREMES[update.name], update, old)
    if update.name in ("|", "&"):
        return _commuting("any" if update.name == "|" else "all", update, old)
    raise _dependent(old)


def _dependent(old: CarriedValue) -> Refusal:
    return Refusal(
        f"{old.name} depends on its value in the iteration before in a way that is no running "
        "sum, product, maximum or the like: a compiler, not NumPy"
    )


def _has(term: Term, old: CarriedValue) -> bool:
    return any(each == old for each in term.walk())


_CLAMPS = {"max": "clamp max", "min": "clamp min"}
HELD = ("hold", "reset", "last", *_CLAMPS.values())
"""Running values that are only written where an iteration reads them."""
LEFT_OPEN = ("decay", *HELD)
"""Running values whose last one is not written by itself."""


def _commuting(op: str, update: Apply, old: CarriedValue) -> Step:
    left, right = update.args
    if left == old and not _has(right, old):
        return Step(op, right)
    if right == old and not _has(left, old):
        return Step(op, left)
    for one, other in ((left, right), (right, left)):
        if _has(one, old) and not _has(other, old) and not isinstance(one, CarriedValue):
            inner = step(one, old)
            if inner.op == op:
                form = update.form
                return Step(op, ops.apply(form, update.name, inner.item, other))
            if {inner.op, op} == {"any", "all"}:
                return _switched(op, inner.item, other)
            if op not in _CLAMPS or update.name not in ("maximum", "minimum"):
                continue
            if inner.op == "sum":
                return Step(_CLAMPS[op], inner.item, other)
            if inner.op == _CLAMPS[op] and inner.factor is not None:
                edge = ops.apply(update.form, update.name, inner.factor, other)
                return Step(inner.op, inner.item, edge)
    raise _dependent(old)


def _switched(op: str, inner: Term, other: Term) -> Step:
    """`s = on | (stays & s)`, `s = stays & (on | s)`: what last switched it on or off."""
    if op == "any":
        return Step("hold", other, ops.joined("|", [other, ops.negated(inner)]))
    return Step("hold", other, ops.joined("|", [ops.negated(other), inner]))


def _parts(term: Term, positive: bool = True) -> list[tuple[bool, Term]]:
    """The summands of a term, each with whether it is added."""
    if isinstance(term, Apply) and term.name in ("+", "-"):
        left, right = term.args
        return [
            *_parts(left, positive),
            *_parts(right, positive == (term.name == "+")),
        ]
    return [(positive, term)]


def _added(update: Apply, old: CarriedValue) -> Step:
    parts = _parts(update)
    holding = [each for each in parts if _has(each[1], old)]
    if len(holding) != 1 or not holding[0][0]:
        raise _dependent(old)
    rest = [each for each in parts if not _has(each[1], old)]
    if any((kind := dtype_of(each)) is not None and kind.kind == "U" for _, each in rest):
        raise Refusal(f"{old.name} is text that grows")
    positive = sorted(rest, key=lambda each: not each[0])
    added, first = positive[0]
    item = first if added else Apply("-({0})", (first,), "neg")
    for plus, each in positive[1:]:
        sign = "+" if plus else "-"
        item = ops.apply(f"({{0}}) {sign} ({{1}})", sign, item, each)
    holder = holding[0][1]
    if holder == old:
        return Step("sum", item)
    inner = step(holder, old)
    if inner.op == "prod" and not inner.item.loops and not inner.item.own:
        return Step("decay", item, inner.item)
    if inner.op == "sum":
        return Step("sum", _sum_of(inner.item, item))
    if inner.op in ("max", "min"):
        # The smaller of s and x, and c more: that of s + c and x + c.
        return Step(_CLAMPS[inner.op], item, _sum_of(inner.item, item))
    if inner.op in _CLAMPS.values() and inner.factor is not None:
        return Step(inner.op, _sum_of(inner.item, item), _sum_of(inner.factor, item))
    if inner.op == "hold" and inner.factor is not None:
        # Set anew where the condition holds, and added to in every iteration.
        both = _sum_of(inner.item, item)
        return Step("reset", ops.where(inner.factor, both, item), inner.factor)
    raise _dependent(old)


def _sum_of(one: Term, other: Term) -> Term:
    return ops.apply("({0}) + ({1})", "+", one, other)


def _chosen(update: Apply, old: CarriedValue) -> Step:
    test, yes, no = update.args
    if _has(test, old):
        now = _taken_over(test, yes, no, old)
        if now is not None:
            return Step("last", now)
        larger = _as_extreme(test, yes, no)
        if larger is not None and not isinstance(larger.args[0], CarriedValue):
            return step(larger, old)
        return _extreme(test, yes, no, old)
    if no == old:
        if not _has(yes, old):
            return _set(test, yes, old)
        inner = step(yes, old)
        return _masked(inner, test, old)
    if yes == old:
        if not _has(no, old):
            return _set(ops.negated(test), no, old)
        return _masked(step(no, old), ops.negated(test), old)
    held = _held_by_both(test, yes, no, old)
    if held is not None:
        return held
    for mask, more, anew in ((test, yes, no), (ops.negated(test), no, yes)):
        if _has(more, old) and not _has(anew, old):
            inner = step(more, old)
            if inner.op == "sum":
                chosen = ops.where(mask, inner.item, anew)
                return Step("reset", chosen, ops.negated(mask))
    if _has(yes, old) and _has(no, old):
        first, second = step(yes, old), step(no, old)
        if first.op == second.op and first.op in _NEUTRAL:
            return Step(first.op, ops.where(test, first.item, second.item))
    raise _dependent(old)


def _taken_over(test: Term, yes: Term, no: Term, old: CarriedValue) -> Term | None:
    """`if x != s: s = x`: s is x in any case; None for anything else."""
    if not isinstance(test, Apply) or test.name not in ("==", "!="):
        return None
    kept, taken = (yes, no) if test.name == "==" else (no, yes)
    both = (taken, old) in (test.args, test.args[::-1])
    return taken if both and kept == old and not _has(taken, old) else None


def _held_by_both(test: Term, yes: Term, no: Term, old: CarriedValue) -> Step | None:
    """`if c: s = a`, `elif d: s = b`: the last value that either gave; None for others."""
    parts: list[tuple[Term, Term]] = []
    truth = Leaf("True", weak="bool")
    for each in (yes, no):
        if not _has(each, old):
            parts.append((truth, each))
            continue
        if not isinstance(each, Apply) or each.name != "where" or _has(each.args[0], old):
            return None
        inner = step(each, old)
        if inner.op in ("any", "all"):
            set_to = Leaf(str(inner.op == "any"), weak="bool")
            mask = inner.item if inner.op == "any" else ops.negated(inner.item)
            parts.append((mask, set_to))
            continue
        if inner.op != "hold" or inner.factor is None:
            return None
        parts.append((inner.factor, inner.item))
    (first, one), (second, other) = parts
    asked = [
        mask if each == truth else ops.joined("&", [mask, each])
        for mask, each in ((test, first), (ops.negated(test), second))
    ]
    return Step("hold", ops.where(test, one, other), ops.joined("|", asked))


def _as_extreme(test: Term, yes: Term, no: Term) -> Apply | None:
    """`if s + a < b: b else s + a` as the larger of the two; None for anything else."""
    if not isinstance(test, Apply) or test.name not in ("<", "<=", ">", ">="):
        return None
    left, right = test.args
    grows = test.name in (">", ">=")
    if (yes, no) == (right, left) or (yes == left and _same(no, right)):
        grows = grows if yes == left else not grows
    elif not (no == left and _same(yes, right)):
        return None
    else:
        grows = not grows
    name = "maximum" if grows else "minimum"
    return Apply(f"NP.{name}({{0}}, {{1}})", (left, right), name)


def _same(one: Term, other: Term) -> bool:
    return one == other or (is_zero(one) and is_zero(other))


def _masked(inner: Step, test: Term, old: CarriedValue) -> Step:
    if inner.op == "hold" and inner.factor is not None:
        return Step("hold", inner.item, ops.joined("&", [test, inner.factor]))
    if inner.op not in _NEUTRAL:
        raise _dependent(old)
    neutral = neutral_of(inner, old.name)
    if inner.op in ("any", "all"):
        sign = "&" if inner.op == "any" else "|"
        mask = test if inner.op == "any" else ops.negated(test)
        return Step(inner.op, ops.apply(f"({{0}}) {sign} ({{1}})", sign, mask, inner.item))
    return Step(inner.op, ops.where(test, inner.item, neutral))


def neutral_of(found: Step, name: str) -> Term:
    """What changes nothing where it is added, multiplied or compared as well."""
    dtype = dtype_of(found.item)
    if found.op in ("max", "min") and (dtype is None or dtype.kind not in "fiu"):
        raise Refusal(f"{name} is an extreme under a condition, of what is not known")
    if found.op in ("max", "min") and dtype is not None and dtype.kind in "iu":
        end = "min" if found.op == "max" else "max"
        return Leaf(f"NP.iinfo(NP.{dtype}).{end}", dtype=str(dtype))
    return _NEUTRAL[found.op]


def _set(test: Term, value: Term, old: CarriedValue) -> Step:
    """`if condition: flag = True`; or any other value, which is held until the next."""
    if isinstance(value, Leaf) and value.text == "True":
        return Step("any", test)
    if isinstance(value, Leaf) and value.text == "False":
        return Step("all", ops.negated(test))
    return Step("hold", value, test)


def _extreme(test: Term, yes: Term, no: Term, old: CarriedValue) -> Step:
    """`if x > best: best = x`."""
    if not isinstance(test, Apply):
        raise _dependent(old)
    if test.name == "&" and no == old:
        left, right = test.args
        mask, rest = (left, right) if _has(right, old) else (right, left)
        if not _has(mask, old):
            return _masked(_extreme(rest, yes, no, old), mask, old)
    if test.name not in ("<", "<=", ">", ">="):
        raise _dependent(old)
    left, right = test.args
    grows = test.name in (">", ">=")
    if right != old:
        left, right, grows = right, left, not grows
    if right != old or _has(left, old):
        raise _dependent(old)
    if no == old and yes == left:
        return Step("max" if grows else "min", left)
    if yes == old and no == left:
        return Step("min" if grows else "max", left)
    raise _dependent(old)


def is_zero(term: Term) -> bool:
    """Whether a term is a literal zero, or an array of them."""
    if isinstance(term, Index):
        return term.index == Poly()
    if isinstance(term, Leaf):
        return term.text in ("0.0", "0", "0j", "False")
    return isinstance(term, Core) and term.form.startswith("NP.zeros")


def _is_one(term: Term) -> bool:
    return (isinstance(term, Index) and term.index == Poly.number(1)) or (
        isinstance(term, Leaf) and term.text == "1.0"
    )


def place_of_extreme(
    update: Term, best: Term, old: CarriedValue, before: Term, first: Term, label: Label
) -> Term | None:
    """`if x[i] > best: best, place = x[i], i`: the place; None where it is something else.

    `best` is the update of the extreme, `first` its value before the loop, `before` that of
    the place.
    """
    if not (
        isinstance(update, Apply)
        and isinstance(best, Apply)
        and update.name == best.name == "where"
        and update.args[0] == best.args[0]
        and update.args[2] == old
    ):
        return None
    carried = best.args[2]
    value = update.args[1]
    if not isinstance(carried, CarriedValue) or not isinstance(value, Index):
        return None
    tests = ops.conjuncts(update.args[0])
    asking = [each for each in tests if _has(each, carried)]
    if len(asking) != 1 or not isinstance(asking[0], Apply) or asking[0].name not in "<>":
        return None
    if len(tests) > 1 and NOTHING in (first, before):
        return None  # where no element is asked for there is no place
    found = step(best, carried)
    step_of = value.index.of(label.name)
    if found.op not in ("max", "min") or first.own or label.name not in found.item.loops:
        return None
    name, sign = ("argmax", ">") if found.op == "max" else ("argmin", "<")
    place: Term = Reduce(name, found.item, (label,))
    if step_of.constant != 1:
        place = ops.apply("({0}) * ({1})", "*", place, Index(step_of))
    rest = value.index.without((label.name,))
    if rest.monomials:
        place = ops.apply("({0}) + ({1})", "+", place, Index(rest, value.labels))
    if NOTHING in (first, before):
        return place
    better = ops.apply(
        f"({{0}}) {sign} ({{1}})",
        sign,
        Reduce(found.op, found.item, (label,), None if first.loops else first),
        first,
    )
    return ops.where(better, place, before)


def after(found: Step, before: Term, labels: tuple[Label, ...]) -> Term:
    """The value when the loop has ended."""
    if found.op == "decay" and found.factor is not None:
        return _weighted(found, before, labels)
    if found.op in LEFT_OPEN:
        raise Refusal("only the last value of a recursion is used")
    total = Reduce(found.op, found.item, labels, narrow=_stays_narrow(before))
    if found.op == "sum" and is_zero(before):
        return _as_before(total, before)
    if found.op == "prod" and _is_one(before):
        return total
    if found.op in ("max", "min"):
        return replace(total, initial=None if before == NOTHING else before)
    if isinstance(before, Leaf) and before.text == {"any": "False", "all": "True"}.get(
        found.op
    ):
        return total
    sign = _SIGN[found.op]
    return ops.apply(f"({{0}}) {sign} ({{1}})", sign, before, total)


def _weighted(found: Step, before: Term, labels: tuple[Label, ...]) -> Term:
    """`s = s * k + x[j]`: a sum with the powers of k, highest first."""
    (label, *others), factor = labels, found.factor
    assert factor is not None
    nothing = found.item == _NEUTRAL["sum"]
    parts = [factor] if nothing else [found.item, factor]
    if dtype_of(before) is not None:
        parts.append(before)
    whole = [_is_whole(each) for each in parts]
    mixed = any(whole) and not (all(whole) and before in parts)
    if others or before.own or found.item.own or mixed:
        raise Refusal("only the last value of a recursion is used")
    if nothing:
        powers: Term = Index(label.count)
        return ops.apply("({0}) * ({1})", "*", before, _power(factor, powers))
    powers = Index(label.count - 1 - label.index, (label,))
    item = ops.apply("({0}) * ({1})", "*", found.item, _power(factor, powers))
    total = Reduce("sum", item, labels, narrow=_stays_narrow(before))
    if is_zero(before):
        return total
    first = ops.apply("({0}) * ({1})", "*", before, _power(factor, Index(label.count)))
    return ops.apply("({0}) + ({1})", "+", first, total)


def _power(base: Term, exponent: Term) -> Term:
    return ops.apply("({0}) ** ({1})", "**", base, exponent)


def _is_whole(term: Term) -> bool:
    """Whether it is a whole number, and not a real one; refused for narrow ones."""
    dtype = dtype_of(term)
    if dtype is None or dtype.kind not in "ifc" or dtype.itemsize < 8 or dtype == np.complex64:
        raise Refusal("only the last value of a recursion of narrow or unknown numbers is used")
    return dtype.kind in "iu"


def _as_before(total: Term, before: Term) -> Term:
    """A sum that was added to an array has the array's dtype."""
    made, wanted = dtype_of(total), dtype_of(before)
    if not before.own or made is None or wanted is None or made == wanted:
        return total
    return Apply(f"({{0}}).astype(NP.{wanted})", (total,), f"astype {wanted}")


def _stays_narrow(before: Term) -> bool:
    """Whether adding small integers to this gives small integers."""
    if weak_of(before):
        return weak_of(before) in ("int", "bool")
    dtype = dtype_of(before)
    return dtype is not None and dtype.kind in "iu" and dtype.itemsize < 8


def grown(update: Extend, old: CarriedValue, before: Term, labels: tuple[Label, ...]) -> Extend:
    """A list or array after a loop that lets it grow."""
    if update.base != old:
        return _grown_by_several(update, old, before, labels)
    return replace(update, base=before, labels=(*labels, *update.labels))


def _grown_by_several(
    update: Extend, old: CarriedValue, before: Term, labels: tuple[Label, ...]
) -> Extend:
    """`out.append(a); out.append(b)` in one iteration: two at a time."""
    items: list[Term] = []
    each: Term = update
    while isinstance(each, Extend):
        if each.labels or each.mask is not None or each.kind != update.kind:
            raise Refusal(f"{old.name} grows by several pieces of different kinds")
        items.insert(0, each.item)
        each = each.base
    if each != old or update.kind not in ("list", "append", "rows"):
        raise Refusal(f"{old.name} grows by several pieces in one iteration")
    count = Poly.number(len(items))
    several = Label(f"{labels[-1].name}+{len(items)}", count, count, Poly.number(1))
    stack = Stack(tuple(ops.agreed(items)), several)
    return replace(update, base=before, item=stack, labels=labels, pieces=several)


def last(found: Step, before: Term, label: Label) -> Term:
    """The running value that the last iteration leaves; that from before where none is."""
    running = Scan(found.op, found.item, label, before, False, found.factor)
    return Reduce("last", running, (label,), before)


def _updated(term: Term, update: Term, old: CarriedValue) -> Term:
    """`if c: s += 1; if s > m: m = s`: under c the new value of s is what s + 1 is."""
    if not isinstance(update, Apply) or update.name != "where":
        return term
    test, yes, no = update.args
    known = [(t, v) for t, v in ((test, yes), (ops.negated(test), no)) if _has(v, old)]
    known = [(t, v) for t, v in known if v != old]

    def change(each: Term) -> Term | None:
        if not isinstance(each, Apply) or each.name != "where" or each == update:
            return None
        for asked, value in known:
            if asked in ops.conjuncts(each.args[0]):
                inside = [_put(part, value, update) for part in each.args[:2]]
                return replace(each, args=(*inside, mapped(each.args[2], change)))
        return None

    return mapped(term, change)


def _put(term: Term, old: Term, new: Term) -> Term:
    """The term with another one in place of one in it."""
    return mapped(term, lambda each: new if each == old else None)


def scanned(
    term: Term,
    found: Step,
    old: CarriedValue,
    update: Term,
    before: Term,
    labels: tuple[Label, ...],
) -> Term:
    """A term with running values in place of what it reads of a carried name."""
    if not _has(term, old):
        return term
    if len(labels) != 1 or found.op in ("any", "all"):
        raise Refusal(f"{old.name} is read while it is computed")
    inclusive = Scan(found.op, found.item, labels[0], before, False, found.factor)
    term = _updated(term, update, old)

    def change(each: Term) -> Term | None:
        if each == update:
            return inclusive
        if each == old:
            return replace(inclusive, before=True)
        return None

    return mapped(term, change)
