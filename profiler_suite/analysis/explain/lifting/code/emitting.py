"""Statements for what a nest stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.code.accesses import Axis
from profiler_suite.analysis.explain.lifting.code.arrays import (
    Array,
    closed,
    expanded,
    fitting,
    ordered,
    tidy,
)
from profiler_suite.analysis.explain.lifting.code.in_order import InOrder
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.results import Results
from profiler_suite.analysis.explain.lifting.code.scatter import Scatter
from profiler_suite.analysis.explain.lifting.code.statements import Statements
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Pad
from profiler_suite.analysis.explain.lifting.normal_form.stores import (
    EXTREMES,
    Store,
    are_mirrored,
    at_iteration,
    at_place,
    gone,
    summed,
)
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    Core,
    Current,
    Index,
    Label,
    Reduce,
    Refusal,
    Scan,
    Term,
)

_NEW = ("+", "-", "*", "/", "//", "%", "**", "where")
"""Operations whose result has memory of its own."""
_NEUTRAL = {"+": "0", "-": "0", "*": "1", "/": "1"}


class Emitter:
    """Writes the statements of one lifted nest."""

    def __init__(
        self,
        lowering: ArrayWriter,
        is_only_made_array: Callable[[str], bool],
        augmented: frozenset[str],
    ) -> None:
        self.lowering = lowering
        self.facts = lowering.facts
        self.np = lowering.np
        self.out = Statements(lowering)
        self.scatter = Scatter(self.out)
        self.in_order = InOrder(self.out, lowering)
        self.results = Results(self.out, is_only_made_array, augmented)
        self._checked = False
        """Whether the statement stands under a check that its loops run at all."""
        self._first = 0
        """After which lines arrays are made of lists."""

    @property
    def lines(self) -> list[str]:
        """What has been written."""
        made = self.lowering.scope.made_of_lists(self.lowering.found_with)
        return [
            *self.out.lines[: self._first],
            *map(tidy, made),
            *self.out.lines[self._first :],
        ]

    def begin(self) -> None:
        """What stands before the rest: all random numbers at once."""
        if self.lowering.scope.draws:
            self.out.line(f"{self.lowering.draws_name} = {self.lowering.drawing()}")
        self._first = len(self.out.lines)
        for pad in self.lowering.scope.pads.values():
            self._wider(pad)

    def _wider(self, pad: Pad) -> None:
        """An array with zeros, or with its other side, around it."""
        text = self.facts.text
        if pad.mode and all(each.constant in (0, 1) for pair in pad.widths for each in pair):
            self._with_other_side(pad)
            return
        widths = ", ".join(f"({text(a)}, {text(b)})" for a, b in pad.widths)
        widths = f"({widths},)" if len(pad.widths) == 1 else f"({widths})"
        if pad.mode:
            widths += f", mode={pad.mode!r}"
        self.out.line(f"{pad.name} = {self.np}.pad({pad.base}, {widths})")

    def _with_other_side(self, pad: Pad) -> None:
        """One more at the ends: np.pad takes longer, and refuses arrays without elements."""
        base = pad.base
        for axis, (before, after) in enumerate(pad.widths):
            whole = ":, " * axis
            parts = [f"{base}[{whole}-1:]"] * bool(before.constant)
            parts += [base, *([f"{base}[{whole}:1]"] * bool(after.constant))]
            if len(parts) > 1:
                where = f", axis={axis}" if axis else ""
                joined = f"{self.np}.concatenate(({', '.join(parts)}){where})"
                self.out.line(f"{pad.name} = {joined}")
                base = pad.name

    def store(self, store: Store) -> None:
        """One statement that writes elements."""
        self._write(store)
        self.lowering.forget(store.target.base)

    def in_turn(self, stores: Sequence[Store]) -> None:
        """One statement after the other; what is counted both ways, at once."""
        left = list(stores)
        while left:
            store = left.pop(0)
            self.scatter.mirrored = mirrored = bool(left) and are_mirrored(store, left[0])
            self.store(store)
            if mirrored and not self.scatter.mirrored:
                left.pop(0)
            self.scatter.mirrored = False

    def at_once(self, stores: Sequence[Store]) -> None:
        """Statements whose values are all computed before the first of them is written."""
        ready = [self._computed(each) for each in stores[:-1]]
        if any(each.op != "=" or _split(each.guard)[0] for each in stores):
            raise Refusal("several arrays change together, on a condition of none of them")
        for store in (stores[-1], *ready):
            self.store(store)

    def _computed(self, store: Store) -> Store:
        """The statement with a name for its value, which keeps what the arrays hold now."""
        store = self._without_guard(store)
        value = self.lowering.lower(store.term)
        if any(each not in value.dims for each in store.term.own):
            raise Refusal("a value with fewer axes than its place waits for others")
        name = self.lowering.free_name(f"new_{store.target.base}")
        new = isinstance(store.term, Apply) and store.term.name in _NEW
        text = value.text if new else f"{self.np}.array({value.text})"
        self.out.line(f"{name} = {text}")
        loops = tuple(each for each in value.dims if each not in store.term.own)
        dtype = str(dtype_of(store.term) or "")
        term = Current(name, loops, store.term.own, weak_of(store.term), dtype)
        return replace(store, term=term)

    def _write(self, store: Store) -> None:
        fixed, moving = _split(store.guard)
        more = [] if self._checked else self._not_empty(store)
        fixed += more
        if fixed:
            # Decided before the loop: where it does not hold, nothing may be evaluated.
            tests = [self.lowering.lower(each).text for each in fixed]
            self.out.flush()
            guard = ops.joined("&", moving) if moving else None
            checked, self._checked = self._checked, True if more else self._checked
            again = {each.name for each in gone(store)} if store.op == "=" else set()
            kept = tuple(
                each for each in store.labels if each.name not in again - _loops(store, guard)
            )
            shown = " and ".join(f"({test})" for test in tests)
            head = tidy(f"if {shown}:\n    pass").splitlines()[0]
            with self.out.under(head), self.lowering.inside():
                self.store(replace(store, guard=guard, labels=kept))
            self._checked = checked
            return
        if self.in_order.write(store) or self.scatter.selected(store):
            return
        if store.op in EXTREMES:
            self.scatter.extreme(store)
            return
        if self._step_by_step(store):
            return
        store = self._widened(self._without_guard(store))
        axes = self.lowering.accesses.axes(store.target)
        axes = self.lowering.accesses.settled(axes)
        if any(each.kind == "gather" for each in axes):
            self.scatter.write(store, axes)
            return
        term = summed(store)
        flat = _in_one_row(term)
        if any(each.kind == "window" for each in axes):
            value = self.lowering.part(term if flat is None else flat.args[0])
            place, text = self._blocks(store, axes, value, flat)
        else:
            value = self.lowering.part(term)
            made = self.lowering.accesses.basic(store.target.base, axes)
            place = made.text
            if place == store.target.base:
                place += "[...]" if len(made.dims) > 1 else "[:]"
            text = expanded(fitting(value, made.dims), made.dims).text
        op = "" if store.op == "=" else store.op
        self.out.line(f"{place} {op}= {text}")

    def _not_empty(self, store: Store) -> list[Term]:
        """Whether loops run at all whose statements would otherwise go wrong.

        Inner loops that only set the same again, and recursions that begin at an element
        which may not be there.
        """
        if store.op != "=":
            return []
        empty = [
            each
            for each in gone(store)
            if each.count.constant is None and each.name not in _loops(store, store.guard)
        ]
        if store.guard is None or gone(store):
            empty += [scan.along for scan in _far_scans(store.term)]
        return [
            ops.apply("({0}) > ({1})", ">", Index(each.count), Index(Poly()))
            for each in dict.fromkeys(empty)
        ]

    def _without_guard(self, store: Store) -> Store:
        if store.guard is None:
            return store
        term, op = store.term, store.op
        if op in _NEUTRAL:
            neutral = Index(Poly.number(int(_NEUTRAL[op])))
            return replace(store, term=ops.where(store.guard, term, neutral), guard=None)
        if op != "=":
            term = ops.apply(f"({{0}}) {op} ({{1}})", op, store.target, term)
            op = "="
        guard = store.guard
        asked = tuple(each for each in gone(store) if each.name in guard.loops)
        if asked and not term.loops & {each.name for each in asked}:
            guard = Reduce("any", guard, asked)
        return replace(store, op=op, term=ops.where(guard, term, store.target), guard=None)

    def _widened(self, store: Store) -> Store:
        """An integer array that takes a real sum is set, not added to: NumPy would refuse."""
        if store.op == "=":
            return store
        place, value = dtype_of(store.target), dtype_of(store.term)
        if place is None or value is None:
            return store
        order = "biufc"
        real = value.kind if store.op != "/" or value.kind in "fc" else "f"
        if (
            order.index(real) <= order.index(place.kind)
            or order.index(real) <= 2 >= order.index(place.kind) > 0
        ):
            return store
        if gone(store):
            raise Refusal(f"{store.target.base} rounds every sum to its dtype")
        term = ops.apply(f"({{0}}) {store.op} ({{1}})", store.op, store.target, store.term)
        return replace(store, op="=", term=term)

    def _blocks(
        self, store: Store, axes: list[Axis], value: Array, flat: Core | None
    ) -> tuple[str, str]:
        """Blocks that follow one another are written as one piece.

        `flat` is what the value is made one row of afterwards, if it is.
        """
        parts: list[str] = []
        dims: list[Label] = []
        shape: list[str] = []
        text = self.facts.text
        for place, each in enumerate(axes):
            if each.kind == "window":
                if not each.apart or each.reverse:
                    raise Refusal(f"it writes blocks of {store.target.base} that overlap")
                outer = each.dims[0]
                extent = self.facts.extent(store.target.base, place)
                high = each.offset + outer.count * each.stride
                parts.append(
                    self.lowering.accesses._bounds(each.offset, high, Poly.number(1), extent)
                )
                shape.append(text(outer.count * each.width))
            else:
                parts.append(each.text)
                if each.reverse:
                    raise Refusal(f"it writes blocks of {store.target.base} backwards")
                shape += [text(label.count) for label in each.dims]
            for label in each.dims:
                dims += flat.args[0].own if flat is not None and label in flat.axes else [label]
        missing = [each for each in dims if each not in value.dims]
        if missing:
            sizes = ", ".join(text(each.count) for each in dims)
            wide = expanded(fitting(value, tuple(dims)), dims).text
            whole = f"{self.np}.broadcast_to({wide}, ({sizes},))"
        else:
            whole = closed(ordered(fitting(value, tuple(dims)), dims).text)
        place_text = f"{store.target.base}[{', '.join(parts)}]"
        return place_text, f"{whole}.reshape({', '.join(shape)})"

    def _step_by_step(self, store: Store) -> bool:
        """Blocks that overlap are added one after the other; False where there are none."""
        if not self.lowering.style.steps or store.op not in ("+", "-"):
            return False
        shared = [
            each.dims
            for each in self.lowering.accesses.axes(store.target)
            if each.kind == "window" and not each.apart
        ]
        loops = [each for dims in shared for each in dims]
        known = {each: each.count.value(self.facts.at_hand) for each in loops}
        few = sorted(
            (each for each in loops if known[each] is not None),
            key=lambda each: (known[each] or 0, each.depth < 0),
        )
        if not few:
            return False
        label = few[0]
        name = self.lowering.counter(label)
        number = Poly.atom(name)
        if label in store.labels:
            inner = at_iteration(store, label, number)
        else:
            inner = at_place(store, label, number)
        head = f"for {name} in range({self.facts.text(label.count)}):"
        with self.out.under(head), self.lowering.nothing_named():
            self.store(inner)
        return True

    def one_by_one(self, label: Label, stores: Sequence[Store]) -> None:
        """These statements once for each iteration of a loop that stays around them."""
        name = self.lowering.counter(label)
        number = Poly.atom(name)
        head = f"for {name} in range({self.facts.text(label.count)}):"
        with self.out.under(head):
            for store in stores:
                with self.lowering.nothing_named():
                    self.store(at_iteration(store, label, number))

    def end(self, stores: Sequence[Store]) -> None:
        """What stands after the rest: lists get back what was stored in their arrays."""
        written = {store.target.base for store in stores}
        for array, name in self.lowering.scope.lists.items():
            if array in written:
                self.out.line(f"{name}[:] = {array}.tolist()")

    def result(self, name: str, term: Term) -> None:
        """What a name holds after the nest."""
        self.results.write(name, term)


def _far_scans(term: Term) -> list[Scan]:
    """Recursions whose first element lies where a loop that stays decides."""
    return [
        each
        for each in term.walk()
        if isinstance(each, Scan)
        and isinstance(each.initial, Access)
        and any(isinstance(sub, At) and sub.index.constant is None for sub in each.initial.subs)
        and any(coefficient < 0 for _, coefficient in each.along.count.monomials)
    ]


def _in_one_row(term: Term) -> Core | None:
    """A value whose axes are made one; None for others."""
    flat = isinstance(term, Core) and term.form == "FLAT" and len(term.axes) == 1
    return term if flat and isinstance(term, Core) else None


def _loops(store: Store, guard: Term | None) -> frozenset[str]:
    """Loops that the value or its condition depends on."""
    return store.term.loops | (guard.loops if guard is not None else frozenset())


def _split(guard: Term | None) -> tuple[list[Term], list[Term]]:
    """The parts of a condition that no loop changes, and the others."""
    if guard is None:
        return [], []
    parts: list[Term] = [guard]
    fixed: list[Term] = []
    moving: list[Term] = []
    while parts:
        each = parts.pop(0)
        if isinstance(each, Apply) and each.name == "&":
            parts[:0] = each.args
        elif each.loops or each.own:
            moving.append(each)
        else:
            fixed.append(each)
    return fixed, moving
