"""What forbids to run all iterations at once: reads and writes of the same elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.loops.iteration import extreme
from profiler_suite.analysis.explain.lifting.loops.meetings import meet_at_once, never_meet
from profiler_suite.analysis.explain.lifting.normal_form import carried
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.stores import EXTREMES, Store
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    By,
    CarriedValue,
    Index,
    Label,
    Leaf,
    New,
    Refusal,
    Scan,
    Slab,
    Sub,
    Term,
    mapped,
    relabelled,
)


def check(
    stores: Sequence[Store],
    results: Sequence[Term],
    facts: Facts,
    fresh: frozenset[str] = frozenset(),
    outermost: Label | None = None,
    *,
    at_once: bool = False,
) -> list[str]:
    """Refuses where running statement after statement would change what is read.

    What it takes for granted of the memory of arguments, in words. `fresh` are names of
    arrays that were made right before and have no second name yet; `outermost` is a loop
    that stays, around all the others. `at_once`: the values of all statements are computed
    before the first of them is written.
    """
    apart: dict[str, None] = {}
    reads = [
        (access, place) for place, store in enumerate(stores) for access in _accesses(store)
    ]
    reads += [
        (each, len(stores))
        for term in results
        for each in term.walk()
        if isinstance(each, Access)
    ]
    for place, store in enumerate(stores):
        roots = facts.roots(store.target.base)
        for access, where in reads:
            if access.base != store.target.base:
                own = fresh & {access.base, store.target.base}
                if facts.roots(access.base) & roots and not own:
                    raise Refusal(
                        f"{store.target.base} and {access.base} may share their memory"
                    )
                if facts.is_given(access.base) and facts.is_given(store.target.base):
                    apart[f"{store.target.base} and {access.base} do not share memory"] = None
                continue
            if _of_the_round(store, access, facts):
                shown = f"what {access.base} holds for the round of a loop around it"
                apart[f"{shown} does not change in that round"] = None
                continue
            reads_first = where < len(stores) if at_once else where <= place
            _check_pair(store, access, reads_first, facts, outermost)
        for later, other in enumerate(stores[place + 1 :], place + 1):
            if other.target.base == store.target.base:
                _check_writes(store, other, facts, outermost)
            elif facts.roots(other.target.base) & roots and not (
                fresh & {other.target.base, store.target.base}
            ):
                raise Refusal(
                    f"{store.target.base} and {other.target.base} may share their memory"
                )
            assert later > place
    return list(apart)


def _accesses(store: Store) -> list[Access]:
    terms = [store.term] + ([store.guard] if store.guard is not None else [])
    found = [each for term in terms for each in term.walk() if isinstance(each, Access)]
    found += [each for each in store.target.walk() if isinstance(each, Access)][1:]
    return found


def _check_pair(
    store: Store,
    access: Access,
    reads_first: bool,
    facts: Facts,
    outermost: Label | None,
) -> None:
    loops = [each for each in store.labels if each in access.labels]
    if _are(never_meet, store.target, access, (_guards(store), access.guards), facts):
        return
    for relation in relations(store.target, access, loops, facts, outermost):
        old_before = relation < 0 or (relation == 0 and access.time <= store.time)
        if old_before != reads_first:
            raise Refusal(
                f"an iteration reads elements of {access.base} that another one writes: "
                "a compiler, not NumPy"
            )


def _guards(store: Store) -> list[Term]:
    return [] if store.guard is None else [store.guard]


def _are(
    apart: Callable[..., bool],
    one: Access,
    other: Access,
    conditions: tuple[Sequence[Term], Sequence[Term]],
    facts: Facts,
) -> bool:
    """Whether two accesses are apart in this way, by those of their indices that are known."""
    ours = [each for each in one.subs if not isinstance(each, New)]
    theirs = [each for each in other.subs if not isinstance(each, New)]
    indices = [
        (a.index, b.index)
        for a, b in zip(ours, theirs, strict=False)
        if isinstance(a, At) and isinstance(b, At)
        if not _wraps(a.index, one, facts) and not _wraps(b.index, other, facts)
    ]
    return apart(one, other, indices, *conditions)


_CLOSING = ("minimum", "maximum", "where", "|", "&")


def _of_the_round(store: Store, access: Access, facts: Facts) -> bool:
    """`d[i, j] = min(d[i, j], d[i, k] + d[k, j])` in round k: row and column k stay.

    As long as nothing is gained by going through k twice, which the trial compares.
    """
    closing = store.term if isinstance(store.term, Apply) else store.guard
    if store.op != "=" or not isinstance(closing, Apply) or len(access.subs) < 2:
        return False
    if store.guard is None and (
        closing.name not in _CLOSING or store.target not in closing.args
    ):
        return False
    rounds = False
    for one, other in zip(store.target.subs, access.subs, strict=False):
        if not isinstance(one, At) or not isinstance(other, At):
            return False
        if one == other:
            continue
        inside = {each.name for each in store.labels}
        if other.index.atoms & inside or not other.index.atoms <= facts.counters:
            return False
        rounds = bool(other.index.atoms)
    return rounds


def _check_writes(first: Store, second: Store, facts: Facts, outermost: Label | None) -> None:
    if first.op in ("+", "-") and second.op in ("+", "-"):
        return  # in any order, up to rounding
    if first.op == second.op and first.op in EXTREMES:
        return
    fixed = isinstance(first.term, Leaf | Index) and not first.term.loops
    if fixed and (first.op, first.term) == (second.op, second.term):
        return  # the same number, whoever writes it last
    loops = [each for each in first.labels if each in second.labels]
    for apart in (never_meet, meet_at_once):
        both = (_guards(first), _guards(second))
        if _are(apart, first.target, second.target, both, facts):
            return
    for relation in relations(first.target, second.target, loops, facts, outermost):
        if relation < 0:
            raise Refusal(f"two statements write the same elements of {first.target.base}")


def relations(
    write: Access,
    read: Access,
    loops: Sequence[Label],
    facts: Facts,
    outermost: Label | None = None,
) -> set[int]:
    """Whether reading iterations come before (-1), at (0) or after (1) the writing ones.

    Within one iteration of the loop that stays, where one does.
    """
    known: dict[str, int] = {}
    ours = [each for each in write.subs if not isinstance(each, New)]
    theirs = [each for each in read.subs if not isinstance(each, New)]
    for one, other in zip(ours, theirs, strict=False):
        found = _distance(one, other, write, read, loops, facts)
        if found is None:
            continue
        if not found:
            return set()
        for name, gap in found.items():
            if known.setdefault(name, gap) != gap:
                return set()
    if outermost is None or outermost not in loops:
        return _order(known, loops)
    apart = known.get(outermost.name)
    if apart is None or (apart and _order(known, loops) != {1 if apart > 0 else -1}):
        raise Refusal(f"elements of {read.base} would be set in another order")
    return set() if apart else _order(known, [each for each in loops if each != outermost])


def _order(known: dict[str, int], loops: Sequence[Label]) -> set[int]:
    """The order of two iterations so far apart, loop by loop from the outside."""
    possible: set[int] = set()
    for label in sorted(loops, key=lambda each: each.depth):
        distance = known.get(label.name)
        if distance is None:
            possible |= {-1, 1}
        elif distance:
            return possible | {1 if distance > 0 else -1}
    return possible | {0}


def _distance(
    one: Sub,
    other: Sub,
    write: Access,
    read: Access,
    loops: Sequence[Label],
    facts: Facts,
) -> dict[str, int] | None:
    """Iterations between write and read in one axis; {} for never, None for not known."""
    if isinstance(one, Slab) and isinstance(other, Slab):
        return _between_slabs(one, other, loops)
    if not isinstance(one, At) or not isinstance(other, At):
        return None
    if one.index != other.index and (
        _wraps(one.index, write, facts) or _wraps(other.index, read, facts)
    ):
        return None
    return _between(one.index, other.index, write, read, loops)


def _wraps(index: Poly, access: Access, facts: Facts) -> bool:
    """Whether an index may be negative, and so count from the end."""
    try:
        least = extreme(index, access.labels, True)
    except Refusal:
        return True
    value = least.value(
        lambda a: facts.at_least(a) if a in facts.counters else facts.at_hand(a)
    )
    return value is not None and value < 0


def _between(
    one: Poly, other: Poly, write: Access, read: Access, loops: Sequence[Label]
) -> dict[str, int] | None:
    names = {each.name for each in (*write.labels, *read.labels)}
    mine, his = one.atoms & names, other.atoms & names
    if not mine and not his:
        gap = (one - other).constant
        return {} if gap else None
    shared = {each.name for each in loops}
    if mine == his and len(mine) == 1 and mine <= shared:
        (name,) = mine
        step = one.of(name)
        if step == other.of(name):
            gap = (one.without(mine) - other.without(mine)).over(step)
            exact = (one.without(mine) - other.without(mine)).constant
            if gap is not None:
                return {name: gap}
            if exact is not None and step.constant is not None:
                return {}
    return {} if _apart(one, other, write, read) else None


def _apart(one: Poly, other: Poly, write: Access, read: Access) -> bool:
    """Whether two indices differ whatever the iterations are."""
    try:
        least = extreme(one, write.labels, True) - extreme(other, read.labels, False)
        most = extreme(one, write.labels, False) - extreme(other, read.labels, True)
    except Refusal:
        return False
    low, high = least.constant, most.constant
    return (low is not None and low > 0) or (high is not None and high < 0)


def _between_slabs(one: Slab, other: Slab, loops: Sequence[Label]) -> dict[str, int] | None:
    start, length = one.start - other.start, one.own.count
    names = {each.name for each in loops}
    moving = one.start.atoms & names
    if len(moving) == 1 and moving == other.start.atoms & names:
        (name,) = moving
        step = one.start.of(name)
        if start == Poly() and one.own.count == other.own.count and step == length:
            return {name: 0}
    gap, mine, his = start.constant, length.constant, other.own.count.constant
    if gap is not None and not moving and one.step == other.step == 1:
        if gap >= 0 and his is not None and gap >= his:
            return {}
        if gap < 0 and mine is not None and -gap >= mine:
            return {}
    return None


def recurrences(stores: Sequence[Store]) -> list[Store]:
    """Stores that follow from elements before as scans."""
    found = [recurrence(each) for each in stores]
    for new, old in zip(found, stores, strict=True):
        others = [each for each in stores if each is not old]
        if new is not old and any(e.target.base == old.target.base for e in others):
            raise Refusal(
                f"{old.target.base} follows from its element before, and is set elsewhere too"
            )
    return found


def recurrence(store: Store) -> Store:
    """`a[i] = a[i - 1] + b[i]` as a running sum; other stores as they are."""
    term = store.term
    if store.op in ("+", "*"):
        term = ops.apply(f"({{0}}) {store.op} ({{1}})", store.op, store.target, store.term)
    elif store.op != "=":
        return store
    if any(isinstance(each, By) for each in store.target.subs):
        return store
    for label in store.labels:
        if label.name not in store.target.loops:
            continue
        previous = _moved(store.target, label, label.index - 1)
        reads = [
            each
            for each in term.walk()
            if isinstance(each, Access) and _same_place(each, previous)
        ]
        if not reads:
            continue
        old = CarriedValue(f"{store.target.base}[…]", label, store.target.own)

        def change(
            each: Term, previous: Access = previous, old: CarriedValue = old
        ) -> Term | None:
            if isinstance(each, Access) and _same_place(each, previous):
                return old
            return None

        update = mapped(term, change)
        found = _on_condition(store, update, old) if store.guard else carried.step(update, old)
        start = _moved(store.target, label, Poly.number(-1))
        start = replace(start, labels=tuple(e for e in start.labels if e != label))
        if any(
            isinstance(e, Access)
            and e.base == start.base
            and not _same_place(e, store.target)
            and not _in_another_row(e, store.target)
            and not _is_ahead(e, store, label)
            for part in (found.item, found.factor)
            if part is not None
            for e in part.walk()
        ):
            raise Refusal(
                f"{store.target.base} follows from several of its elements before: "
                "a compiler, not NumPy"
            )
        scan = Scan(found.op, found.item, label, start, False, found.factor)
        if found.op in ("any", "all"):
            raise Refusal(f"{store.target.base} follows from its element before")
        return replace(store, op="=", term=scan, guard=None)
    return store


def _in_another_row(one: Access, other: Access) -> bool:
    """Whether an index that no loop changes tells them apart: `d[i - 1, j]` and `d[i, j]`."""
    names = {each.name for each in (*one.labels, *other.labels)}
    pairs = zip(one.subs, other.subs, strict=False)
    return any(
        isinstance(a, At)
        and isinstance(b, At)
        and bool((a.index - b.index).constant)
        and not (a.index.atoms | b.index.atoms) & names
        for a, b in pairs
    )


def _is_ahead(one: Access, store: Store, label: Label) -> bool:
    """Whether only a later iteration of the one loop sets it: `u[i, j + 1]`."""
    if store.labels != (label,):
        return False
    for a, b in zip(one.subs, store.target.subs, strict=False):
        if isinstance(a, At) and isinstance(b, At) and label.name in b.index.atoms:
            gap = (a.index - b.index).over(b.index.of(label.name))
            return gap is not None and gap > 0
    return False


def _on_condition(store: Store, update: Term, old: CarriedValue) -> carried.Step:
    """`if c: a[i] = a[i - 1]`: elements that keep what was last set before them."""
    guard = store.guard
    if guard is not None and all(each != old for each in guard.walk()):
        if update == old:
            return carried.Step("hold", store.target, ops.negated(guard))
        kept = _or_anew(update, old)
        if kept is not None:
            test, anew = kept
            item = ops.where(guard, anew, store.target)
            both = ops.joined("|", [ops.negated(guard), ops.negated(test)])
            return carried.Step("hold", item, both)
    raise Refusal(f"{store.target.base} follows from its element before on a condition")


def _or_anew(update: Term, old: CarriedValue) -> tuple[Term, Term] | None:
    """`old if test else value`: the test and the value; None for anything else."""
    if not isinstance(update, Apply) or update.name != "where":
        return None
    test, yes, no = update.args
    if no == old:
        test, yes, no = ops.negated(test), no, yes
    free = all(each != old for part in (test, no) for each in part.walk())
    return (test, no) if yes == old and free else None


def _moved(target: Access, label: Label, value: Poly) -> Access:
    subs: list[Sub] = []
    for each in target.subs:
        if isinstance(each, At):
            subs.append(At(each.index.put(label.name, value)))
        elif isinstance(each, Slab):
            subs.append(replace(each, start=each.start.put(label.name, value)))
        else:
            subs.append(each)
    return replace(target, subs=tuple(subs))


def _same_place(one: Access, other: Access) -> bool:
    if one.base != other.base or len(one.own) != len(other.own):
        return False
    names = dict(zip(one.own, other.own, strict=True))
    turned = relabelled(one, names)
    assert isinstance(turned, Access)
    return turned.subs == other.subs
