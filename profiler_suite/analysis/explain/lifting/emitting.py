"""Statements for what a nest stores and for what its names hold after it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting import operations as ops
from profiler_suite.analysis.explain.lifting.accesses import Axis
from profiler_suite.analysis.explain.lifting.arrays import (
    Array,
    closed,
    expanded,
    full,
    ordered,
    tidy,
)
from profiler_suite.analysis.explain.lifting.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.scope import Gone
from profiler_suite.analysis.explain.lifting.stepping import fixed
from profiler_suite.analysis.explain.lifting.stores import Store
from profiler_suite.analysis.explain.lifting.terms import (
    Access,
    Apply,
    At,
    By,
    Extend,
    Index,
    Label,
    Outside,
    Reduce,
    Refusal,
    Scan,
    Term,
)

_NEUTRAL = {"+": "0", "-": "0", "*": "1", "/": "1"}
_REDUCTION = {"+": "sum", "-": "sum", "*": "prod", "/": "prod"}


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
        self._augmented = augmented
        self._checked = False
        """Whether the statement stands under a check that its loops run at all."""
        self._is_only_made_array = is_only_made_array
        self.lines: list[str] = []

    def begin(self) -> None:
        """What stands before the rest: all random numbers at once."""
        if self.lowering.scope.draws:
            name = "draws"
            while name in self.facts.definitions or name in self.facts.parameters:
                name += "_"
            self.lowering.draws_name = name
            self._line(f"{name} = {self.lowering.drawing()}")
        for line in self.lowering.scope.made_of_lists():
            self._line(line)
        for pad in self.lowering.scope.pads.values():
            text = self.facts.text
            widths = ", ".join(f"({text(a)}, {text(b)})" for a, b in pad.widths)
            widths = f"({widths},)" if len(pad.widths) == 1 else f"({widths})"
            self._line(f"{pad.name} = {self.np}.pad({pad.base}, {widths})")

    def _line(self, text: str) -> None:
        self._flush()
        line = tidy(text)
        if self.lowering.risky:
            options = "divide='ignore', invalid='ignore', over='ignore'"
            self.lines.append(f"with {self.np}.errstate({options}):")
            line = f"    {line}"
        self.lowering.risky = False
        self.lines.append(line)

    def _flush(self) -> None:
        self.lines += [
            line for each in self.lowering.before for line in tidy(each).splitlines()
        ]
        self.lowering.before.clear()

    def store(self, store: Store) -> None:
        """One statement that writes elements."""
        self._write(store)
        self.lowering.forget(store.target.base)

    def _write(self, store: Store) -> None:
        fixed, moving = _split(store.guard)
        more = [] if self._checked else self._not_empty(store)
        fixed += more
        if fixed:
            # Decided before the loop: where it does not hold, nothing may be evaluated.
            tests = [self.lowering.lower(each).text for each in fixed]
            self._flush()
            guard = ops.joined("&", moving) if moving else None
            inner, checked = self.lines, self._checked
            self.lines, self._checked = [], True if more else checked
            gone = {each.name for each in self._gone(store)} if store.op == "=" else set()
            kept = tuple(
                each for each in store.labels if each.name not in gone - _loops(store, guard)
            )
            with self.lowering.inside():
                self.store(replace(store, guard=guard, labels=kept))
            body = [f"    {line}" for line in self.lines]
            shown = " and ".join(f"({test})" for test in tests)
            self._checked = checked
            self.lines = [*inner, tidy(f"if {shown}:\n    pass").splitlines()[0], *body]
            return
        if self._selected(store) or self._step_by_step(store):
            return
        store = self._widened(self._without_guard(store))
        axes = self.lowering.accesses.axes(store.target)
        axes = self.lowering.accesses._settled(axes)
        if any(each.kind == "gather" for each in axes):
            self._scatter(store, axes)
            return
        term = self._summed(store)
        value = self.lowering.lower(term)
        if any(each.kind == "window" for each in axes):
            place, text = self._blocks(store, axes, value)
        else:
            made = self.lowering.accesses._basic(store.target.base, axes)
            place = made.text
            if place == store.target.base:
                place += "[...]" if len(made.dims) > 1 else "[:]"
            text = expanded(self._fitting(value, made.dims), made.dims).text
        op = "" if store.op == "=" else store.op
        self._line(f"{place} {op}= {text}")

    def _not_empty(self, store: Store) -> list[Term]:
        """Whether loops run at all whose statements would otherwise go wrong.

        Inner loops that only set the same again, and recursions that begin at an element
        which may not be there.
        """
        if store.op != "=":
            return []
        empty = [
            each
            for each in self._gone(store)
            if each.count.constant is None and each.name not in _loops(store, store.guard)
        ]
        if store.guard is None or self._gone(store):
            empty += [scan.along for scan in _far_scans(store.term)]
        return [
            ops.apply("({0}) > ({1})", ">", Index(each.count), Index(Poly()))
            for each in dict.fromkeys(empty)
        ]

    @staticmethod
    def _fitting(value: Array, dims: tuple[Label, ...]) -> Array:
        missing = [each for each in value.dims if each not in dims]
        if missing:
            raise Refusal("only the last of several iterations counts")
        return value

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
        gone = tuple(
            each
            for each in store.labels
            if each.name in guard.loops and each.name not in store.target.loops
        )
        if gone and not term.loops & {each.name for each in gone}:
            guard = Reduce("any", guard, gone)
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
        if self._gone(store):
            raise Refusal(f"{store.target.base} rounds every sum to its dtype")
        term = ops.apply(f"({{0}}) {store.op} ({{1}})", store.op, store.target, store.term)
        return replace(store, op="=", term=term)

    def _gone(self, store: Store) -> tuple[Label, ...]:
        return tuple(each for each in store.labels if each.name not in store.target.loops)

    def _summed(self, store: Store) -> Term:
        gone = self._gone(store)
        if not gone:
            return store.term
        if store.op == "=":
            return store.term
        reduction = _REDUCTION.get(store.op)
        if reduction is None:
            raise Refusal(f"{store.target.base} is changed by {store.op}= in every iteration")
        return Reduce(reduction, store.term, gone)

    def _blocks(self, store: Store, axes: list[Axis], value: Array) -> tuple[str, str]:
        """Blocks that follow one another are written as one piece."""
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
            dims += each.dims
        missing = [each for each in dims if each not in value.dims]
        if missing:
            sizes = ", ".join(text(each.count) for each in dims)
            wide = expanded(self._fitting(value, tuple(dims)), dims).text
            whole = f"{self.np}.broadcast_to({wide}, ({sizes},))"
        else:
            whole = closed(ordered(self._fitting(value, tuple(dims)), dims).text)
        place_text = f"{store.target.base}[{', '.join(parts)}]"
        return place_text, f"{whole}.reshape({', '.join(shape)})"

    def _scatter(self, store: Store, axes: list[Axis]) -> None:
        """Elements that are looked up get a value."""
        made = self.lowering.accesses._gathered(store.target.base, axes)
        looked = any(isinstance(each, By) for each in store.target.subs)
        if store.op == "=":
            value = self.lowering.lower(store.term)
            if looked:
                self.lowering.scope.assume("of equal indices the last one counts")
            text = expanded(self._fitting(value, made.dims), made.dims).text
            self._line(f"{made.text} = {text}")
            return
        value = self.lowering.lower(self._summed(store))
        if not looked and len(made.dims) == len(self._loops(store)):
            self._line(f"{made.text} {store.op}= {expanded(value, made.dims).text}")
            return
        if store.op not in ("+", "-"):
            raise Refusal(f"looked-up elements of {store.target.base} change by {store.op}=")
        self._add_at(store, axes, made, value)

    def _step_by_step(self, store: Store) -> bool:
        """Blocks that overlap are added one after the other; False where there are none."""
        if not self.lowering.style.steps or store.op not in ("+", "-"):
            return False
        shared = [
            each.dims
            for each in self.lowering.accesses.axes(store.target)
            if each.kind == "window" and not each.apart
        ]
        loops = [each for dims in shared for each in dims if each in store.labels]
        known = {each: each.count.value(self.facts.at_hand) for each in loops}
        few = [each for each in loops if known[each] is not None]
        if not few:
            return False
        label = min(few, key=lambda each: known[each] or 0)
        name = self.lowering.counter(label)
        number = Poly.atom(name)
        inner = _at(store, label, number)
        before, self.lines = self.lines, []
        with self.lowering.nothing_named():
            self.store(inner)
        body = [f"    {line}" for line in self.lines]
        count = self.facts.text(label.count)
        self.lines = [*before, f"for {name} in range({count}):", *body]
        return True

    def one_by_one(self, label: Label, stores: Sequence[Store]) -> None:
        """These statements once for each iteration of a loop that stays around them."""
        name = self.lowering.counter(label)
        number = Poly.atom(name)
        before, self.lines = self.lines, []
        for store in stores:
            with self.lowering.nothing_named():
                self.store(_at(store, label, number))
        body = [f"    {line}" for line in self.lines]
        head = f"for {name} in range({self.facts.text(label.count)}):"
        self.lines = [*before, head, *body]

    def _selected(self, store: Store) -> bool:
        """Looked-up elements under a condition: only where it holds is anything looked up.

        False where that can't be written.
        """
        places = [each.index for each in store.target.subs if isinstance(each, By)]
        if store.guard is None or len(places) != len(store.target.subs):
            return False
        if store.op not in ("=", "+", "-") or store.term.own:
            return False
        mask = self.lowering.lower(store.guard)
        indices = [self.lowering.lower(each) for each in places]
        value = self.lowering.lower(store.term)
        parts = (mask, value, *indices)
        dims = tuple(dict.fromkeys(each for part in parts for each in part.dims))
        if set(mask.dims) != set(dims) or any(each not in dims for each in store.labels):
            return False
        name = self.lowering.free_name("chosen")
        self._line(f"{name} = {full(mask, dims)}")

        def chosen(part: Array) -> str:
            if not part.dims:
                return part.text
            return f"{closed(self._spread(part, dims))}[{name}]"

        self._looked_up(store, [chosen(each) for each in indices], chosen(value))
        return True

    def _looked_up(self, store: Store, texts: list[str], weight: str) -> None:
        """One statement that sets or adds to these elements, all along one axis."""
        base, place = store.target.base, dtype_of(store.target)
        inside = ", ".join(texts)
        if store.op == "=":
            self.lowering.scope.assume("of equal indices the last one counts")
            self._line(f"{base}[{inside}] = {weight}")
            return
        counts = weight == "1" and place is not None and place.kind in "iuf"
        if self.lowering.style.scatter == "bincount" and len(texts) == 1 and counts:
            size = self.facts.text(self.facts.extent(base, 0))
            self.lowering.scope.assume(f"no index of {base} is negative")
            text = f"{self.np}.bincount({texts[0]}, minlength={size})"
            if str(place) != "int64":
                text += f".astype({base}.dtype)"
            self._line(f"{base}[:] {store.op}= {text}")
            return
        how = "add" if store.op == "+" else "subtract"
        index = f"({inside})" if len(texts) > 1 else inside
        self._line(f"{self.np}.{how}.at({base}, {index}, {weight})")

    def _spread(self, part: Array, dims: tuple[Label, ...]) -> str:
        """A value along all of these axes."""
        if all(each in part.dims for each in dims):
            return full(part, dims)
        sizes = ", ".join(self.facts.text(each.count) for each in dims)
        wide = expanded(part, list(dims)).text
        return f"{self.np}.broadcast_to({wide}, ({sizes},))"

    def _loops(self, store: Store) -> list[Label]:
        return [each for each in store.labels if each.name in store.target.loops]

    def _add_at(self, store: Store, axes: list[Axis], made: Array, value: Array) -> None:
        base, sign = store.target.base, store.op
        inside = made.text[len(base) + 1 : -1]
        weight = expanded(value, made.dims).text
        place = dtype_of(store.target)
        one_axis = len(axes) == 1 and place is not None and place.kind in "iuf"
        if self.lowering.style.scatter == "bincount" and one_axis:
            index = axes[0].index
            assert index is not None
            where = self.lowering.lower(index)
            flat = where.text if len(where.dims) == 1 else f"{where.atom}.ravel()"
            size = self.facts.text(self.facts.extent(base, 0))
            self.lowering.scope.assume(f"no index of {base} is negative")
            kind = dtype_of(index)
            if kind is not None and kind.kind == "u" and kind.itemsize == 8:
                flat = f"{closed(flat)}.astype({self.np}.intp)"
            if weight == "1":
                text = f"{self.np}.bincount({flat}, minlength={size})"
                if place is not None and str(place) != "int64":
                    text += f".astype({base}.dtype)"
            elif place is not None and place.kind == "f":
                if len(value.dims) < len(where.dims):
                    sizes = ", ".join(self.facts.text(d.count) for d in where.dims)
                    weight = f"{self.np}.broadcast_to({weight}, ({sizes},))"
                if len(where.dims) > 1:
                    weight = f"({weight}).ravel()"
                text = f"{self.np}.bincount({flat}, weights={weight}, minlength={size})"
                if str(place) != "float64":
                    text += f".astype({base}.dtype)"
            else:
                text = ""
            if text:
                self._line(f"{base}[:] {sign}= {text}")
                return
        if self._counted_pairs(store, axes, weight, made):
            return
        name = "add" if sign == "+" else "subtract"
        index_text = f"({inside})" if "," in inside else inside
        if _has_slices(inside):
            index_text = f"{self.np}.s_[{inside}]"
        self._line(f"{self.np}.{name}.at({base}, {index_text}, {weight})")

    def _counted_pairs(self, store: Store, axes: list[Axis], weight: str, made: Array) -> bool:
        """Elements of a matrix counted by their place in a row of all; False where it can't."""
        place, base = dtype_of(store.target), store.target.base
        if self.lowering.style.scatter != "bincount" or len(axes) != 2 or weight != "1":
            return False
        if place is None or place.kind not in "iuf" or len(made.dims) != 1:
            return False
        if any(each.index is None for each in axes):
            return False
        rows, columns = (self.lowering.lower(each.index) for each in axes if each.index)
        if rows.dims != made.dims or columns.dims != made.dims:
            return False
        for each in axes:
            kind = dtype_of(each.index) if each.index else None
            if kind is None or str(kind) != "int64":
                return False  # their product may not fit into it
        width = self.facts.text(self.facts.extent(base, 1))
        size = self.facts.text(self.facts.extent(base, 0) * self.facts.extent(base, 1))
        self.lowering.scope.assume(f"the indices of {base} are in range and not negative")
        flat = f"{closed(rows.text)} * {closed(width)} + {closed(columns.text)}"
        text = f"{self.np}.bincount({flat}, minlength={size}).reshape({base}.shape)"
        if str(place) != "int64":
            text += f".astype({base}.dtype)"
        self._line(f"{base}[...] {store.op}= {text}")
        return True

    def end(self, stores: Sequence[Store]) -> None:
        """What stands after the rest: lists get back what was stored in their arrays."""
        written = {store.target.base for store in stores}
        for array, name in self.lowering.scope.lists.items():
            if array in written:
                self._line(f"{name}[:] = {array}.tolist()")

    def result(self, name: str, term: Term) -> None:
        """What a name holds after the nest."""
        if isinstance(term, Gone):
            raise Refusal(f"{name} is used after the loop")
        if isinstance(term, Outside) and term.name == name:
            return
        if isinstance(term, Extend):
            self._grown(name, term)
            return
        if isinstance(term, Apply) and term.name in ("+", "*", "-", "|", "&"):
            first, second = term.args
            if isinstance(first, Outside) and first.name == name:
                value = self.lowering.lower(second)
                if (not first.own and value.dims) or name not in self._augmented:
                    self._line(f"{name} = {name} {term.name} {closed(value.text)}")
                else:
                    self._line(f"{name} {term.name}= {value.text}")
                return
        value = self.lowering.lower(term)
        self._line(f"{name} = {value.text}")

    def _grown(self, name: str, term: Extend) -> None:
        if not isinstance(term.base, Outside):
            raise Refusal(f"{name} is a list that begins in the loop")
        item = self.lowering.lower(term.item)
        dims = (*term.labels, *term.item.own)
        value = self._whole(item, dims)
        if term.mask is not None:
            mask = self._whole(self.lowering.lower(term.mask), term.labels)
            value = f"{closed(value)}[{mask}]"
        elif len(term.labels) > 1 or term.pieces:
            flat = Poly.number(1)
            for each in (*term.labels, *((term.pieces,) if term.pieces else ())):
                flat = flat * each.count
            rest = [each.count for each in term.item.own if each != term.pieces]
            sizes = [flat, *rest]
            shape = ", ".join(self.facts.text(each) for each in sizes)
            value = f"{closed(value)}.reshape({shape})"
        if term.kind == "append":
            rows = [each for each in term.item.own if each != term.pieces]
            flat_value = f"{closed(value)}.ravel()" if rows else value
            self._line(f"{name} = {self.np}.concatenate(({name}, {flat_value}))")
        elif term.kind == "rows":
            self._line(f"{name} = {self.np}.concatenate(({name}, {value}))")
        elif self._is_only_made_array(name):
            first = next(iter(self.facts.definitions.get(name, ())), None)
            if isinstance(first, ast.List) and first.elts:
                value = f"{self.np}.concatenate(({name}, {value}))"
            self._line(f"{name} = {value}")
        elif weak_of(term.item):
            self._line(f"{name}.extend({closed(value)}.tolist())")
        else:
            self._line(f"{name}.extend({value})")

    def _whole(self, value: Array, dims: tuple[Label, ...]) -> str:
        if any(each not in value.dims for each in dims):
            sizes = ", ".join(self.facts.text(each.count) for each in dims)
            wide = expanded(value, dims).text
            return f"{self.np}.broadcast_to({wide}, ({sizes},))"
        return full(value, dims)


def _has_slices(subscript: str) -> bool:
    """Whether one of its indices is a slice."""
    node = ast.parse(f"a[{subscript}]", mode="eval").body
    assert isinstance(node, ast.Subscript)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return any(isinstance(each, ast.Slice) for each in parts)


def _at(store: Store, label: Label, number: Poly) -> Store:
    """The statement in one iteration of a loop."""
    target = fixed(store.target, label, number)
    assert isinstance(target, Access)
    return replace(
        store,
        target=target,
        term=fixed(store.term, label, number),
        guard=fixed(store.guard, label, number) if store.guard is not None else None,
        labels=tuple(each for each in store.labels if each != label),
    )


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


def live_after(function: ast.AST, nest: ast.AST, around: list[ast.AST], name: str) -> bool:
    """Whether a name's value is read once a nest has ended."""
    events: list[tuple[str, bool, ast.AST]] = []
    inside = {id(node) for node in ast.walk(nest)}
    _Events(name, events, nest).visit(function, False)
    places = [k for k, each in enumerate(events) if id(each[2]) in inside]
    end = _end(nest)
    later = [
        each
        for k, each in enumerate(events)
        if id(each[2]) not in inside and (k > places[-1] if places else _end(each[2]) > end)
    ]
    if _first(later) == "load":
        return True
    for loop in around:
        if isinstance(loop, ast.For | ast.While):
            within = {id(node) for node in ast.walk(loop)}
            again = [
                each for each in events if id(each[2]) in within and id(each[2]) not in inside
            ]
            if _first(again) == "load":
                return True
    return False


def _end(node: ast.AST) -> tuple[int, int]:
    return (getattr(node, "end_lineno", 0) or 0, getattr(node, "end_col_offset", 0) or 0)


def _first(events: list[tuple[str, bool, ast.AST]]) -> str:
    for what, conditional, _ in events:
        if what == "load":
            return "load"
        if not conditional:
            return "store"
    return ""


class _Events:
    """Loads and stores of a name in the order of execution.

    In a block that sets the name first, what is read afterwards is the block's own: such
    loads are left out, unless the nest stands in the block.
    """

    def __init__(
        self, name: str, events: list[tuple[str, bool, ast.AST]], nest: ast.AST
    ) -> None:
        self.name = name
        self.events = events
        self.nest = nest

    def visit(self, node: ast.AST, conditional: bool) -> None:
        """The events of a node and of all below it."""
        if isinstance(node, ast.Assign):
            self._each((node.value, *node.targets), conditional)
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name) and node.target.id == self.name:
                self.events.append(("load", conditional, node.target))
            self._each((node.value, node.target), conditional)
        elif isinstance(node, ast.For):
            self.visit(node.iter, conditional)
            self._block((node.target, *node.body))  # over nothing it sets nothing
            self._block(node.orelse)
        elif isinstance(node, ast.If | ast.While):
            self._each((node.test,), conditional)
            self._block(node.body)
            self._block(node.orelse)
        elif isinstance(node, ast.Name) and node.id == self.name:
            what = "load" if isinstance(node.ctx, ast.Load) else "store"
            self.events.append((what, conditional, node))
        else:
            inner = conditional or isinstance(node, ast.Try)
            self._each(tuple(ast.iter_child_nodes(node)), inner)

    def _each(self, nodes: Sequence[ast.AST], conditional: bool) -> None:
        for node in nodes:
            self.visit(node, conditional)

    def _block(self, nodes: Sequence[ast.AST]) -> None:
        """What may not be executed at all."""
        own: list[tuple[str, bool, ast.AST]] = []
        _Events(self.name, own, self.nest)._each(nodes, False)
        around = any(each is self.nest for node in nodes for each in ast.walk(node))
        is_set = False
        for what, conditional, node in own:
            if what == "load" and is_set and not around:
                continue
            is_set = is_set or (what == "store" and not conditional)
            self.events.append((what, True, node))
