"""Statements for what a nest stores and for what its names hold after it."""

from __future__ import annotations

import ast
from collections.abc import Callable
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
from profiler_suite.analysis.explain.lifting.nests import Store
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.scope import Gone
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

    def _line(self, text: str) -> None:
        line = tidy(text)
        if self.lowering.risky:
            options = "divide='ignore', invalid='ignore', over='ignore'"
            self.lines.append(f"with {self.np}.errstate({options}):")
            line = f"    {line}"
        self.lowering.risky = False
        self.lines.append(line)

    def store(self, store: Store) -> None:
        """One statement that writes elements."""
        fixed, moving = _split(store.guard)
        more = [] if self._checked else self._not_empty(store)
        fixed += more
        if fixed:
            # Decided before the loop: where it does not hold, nothing may be evaluated.
            tests = [self.lowering.lower(each).text for each in fixed]
            guard = ops.joined("&", moving) if moving else None
            inner, checked = self.lines, self._checked
            self.lines, self._checked = [], True if more else checked
            gone = {each.name for each in self._gone(store)} if store.op == "=" else set()
            kept = tuple(
                each for each in store.labels if each.name not in gone - _loops(store, guard)
            )
            self.store(replace(store, guard=guard, labels=kept))
            body = [f"    {line}" for line in self.lines]
            shown = " and ".join(f"({test})" for test in tests)
            self._checked = checked
            self.lines = [*inner, tidy(f"if {shown}:\n    pass").splitlines()[0], *body]
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
        name = "add" if sign == "+" else "subtract"
        index_text = f"({inside})" if "," in inside else inside
        self._line(f"{self.np}.{name}.at({base}, {index_text}, {weight})")

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
    _events(function, name, events, False)
    inside = {id(node) for node in ast.walk(nest)}
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


def _events(
    node: ast.AST, name: str, events: list[tuple[str, bool, ast.AST]], conditional: bool
) -> None:
    """Loads and stores of a name in the order of execution."""
    if isinstance(node, ast.Assign):
        _events(node.value, name, events, conditional)
        for target in node.targets:
            _events(target, name, events, conditional)
        return
    if isinstance(node, ast.AugAssign):
        if isinstance(node.target, ast.Name) and node.target.id == name:
            events.append(("load", conditional, node.target))
        _events(node.value, name, events, conditional)
        _events(node.target, name, events, conditional)
        return
    if isinstance(node, ast.For):
        _events(node.iter, name, events, conditional)
        _events(node.target, name, events, conditional)
        for each in (*node.body, *node.orelse):
            _events(each, name, events, True)
        return
    if isinstance(node, ast.Name) and node.id == name:
        events.append(
            ("load" if isinstance(node.ctx, ast.Load) else "store", conditional, node)
        )
    inner = conditional or isinstance(node, ast.If | ast.While | ast.Try)
    for child in ast.iter_child_nodes(node):
        _events(child, name, events, inner)
