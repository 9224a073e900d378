"""Accesses with affine indices as slices, windows, reshapes or gathers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from profiler_suite.analysis.explain.lifting.code.arrays import Array, expanded, indexed
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    At,
    By,
    Index,
    Label,
    New,
    Refusal,
    Slab,
    Sub,
    Term,
)


@dataclass(frozen=True)
class Axis:
    """One axis of an array as an access reads it."""

    kind: str
    """'number', 'slice', 'window', 'still' (a window that does not move), 'gather' or 'new'."""
    text: str = ""
    """The subscript of a number or slice; where a window stands that does not move."""
    dims: tuple[Label, ...] = ()
    reverse: bool = False
    offset: Poly = Poly()  # noqa: RUF009 - immutable
    stride: Poly = Poly()  # noqa: RUF009
    width: Poly = Poly()  # noqa: RUF009
    extent: Poly = Poly()  # noqa: RUF009
    dilation: int = 1
    index: Term | None = None

    @property
    def apart(self) -> bool:
        """Whether windows follow one another without a gap or overlap."""
        return self.kind == "window" and self.dilation == 1 and self.stride == self.width


class Accesses:
    """Turns accesses into array expressions."""

    def __init__(
        self, scope: Scope, lower: Callable[[Term], Array], *, clipped: bool = False
    ) -> None:
        self.scope = scope
        self.clipped = clipped
        self.facts = scope.facts
        self.text = scope.facts.text
        self.lower = lower

    def read(self, access: Access) -> Array:
        """An access as an array expression, its axes in the order of the array's."""
        axes = self.settled(self.axes(access))
        if self.clipped and access.guards:
            axes = [self._in_range(k, each, access) for k, each in enumerate(axes)]
        if any(each.kind == "gather" for each in axes):
            return self._gathered(access.base, axes)
        if any(each.kind == "window" for each in axes):
            return self._windows(access, axes)
        return self.basic(access.base, axes)

    def _in_range(self, place: int, axis: Axis, access: Access) -> Axis:
        """A looked-up index that a condition may rule out, never out of range."""
        looked_up = axis.kind == "gather" and not isinstance(axis.index, Index)
        if not looked_up or axis.index is None or _new_axes(access):
            return axis
        last = self.text(self.facts.extent(access.base, place) - 1)
        index = Apply(f"NP.clip({{0}}, 0, {last})", (axis.index,), "clip")
        return replace(axis, index=index)

    def axes(self, access: Access) -> list[Axis]:
        """How each axis is read."""
        found = []
        place = 0
        for sub in access.subs:
            if isinstance(sub, New) and sub.own.count.constant != 1:
                continue  # only there to be broadcast along: what lacks the axis is, too
            extent = (
                self.facts.extent(access.base, place) if not isinstance(sub, New) else Poly()
            )
            found.append(self._axis(sub, access, extent))
            place += not isinstance(sub, New)
        return found

    def _axis(self, sub: Sub, access: Access, extent: Poly) -> Axis:
        if isinstance(sub, New):
            return Axis("new", "None", (sub.own,))
        if isinstance(sub, By):
            return Axis("gather", index=sub.index)
        start = sub.index if isinstance(sub, At) else sub.start
        loops = [each for each in access.labels if each.name in start.atoms]
        own = () if isinstance(sub, At) else (sub.own,)
        if isinstance(sub, Slab) and sub.text and not loops:
            return Axis("slice", sub.text, own)
        if not loops and not own:
            return Axis("number", self.text(start))
        parts = [(each, start.of(each.name)) for each in loops]
        offset = start.without(each.name for each in loops)
        if isinstance(sub, Slab):
            parts.append((sub.own, Poly.number(sub.step)))
        index = Index(start, access.labels)
        if len(parts) == 1:
            label, coefficient = parts[0]
            return self._slice(label, coefficient, offset, extent, index)
        if len(parts) == 2:
            found = self._window(parts, offset)
            if found is not None:
                return replace(found, extent=extent)
        if own:
            raise Refusal(f"a window of {access.base} moves with several loops")
        return Axis("gather", index=index)

    def _slice(
        self, label: Label, coefficient: Poly, offset: Poly, extent: Poly, index: Index
    ) -> Axis:
        sign = coefficient.constant
        own = label.depth < 0 and label.name not in index.index.atoms
        if sign is not None and sign < 0:
            low, high = offset + coefficient * (label.count - 1), offset + 1
            size = -coefficient
            if label.step.constant not in (None, 1) and size.over(label.step) is not None:
                low = offset + 1 - label.span * (size.over(label.step) or 1)
        else:
            if sign is None:
                self.scope.assume(f"{self.text(coefficient)} is positive")
            low, size = offset, coefficient
            quotient = coefficient.over(label.step)
            high = offset + (
                label.span * quotient if quotient is not None else label.count * coefficient
            )
        if not own and (self.is_negative(low) or self.is_negative(high)):
            return Axis("gather", index=index)
        if sign is not None and sign < 0 and size != Poly.number(1):
            return Axis("gather", index=index)
        text = self._bounds(low, high, size, extent)
        return Axis("slice", text, (label,), sign is not None and sign < 0, offset, coefficient)

    def _bounds(self, low: Poly, high: Poly, step: Poly, extent: Poly) -> str:
        first = "" if not low.monomials else self.text(low)
        last = "" if high == extent else self.text(high)
        by = "" if step.constant == 1 else f":{self.text(step)}"
        return f"{first}:{last}{by}"

    def is_negative(self, number: Poly) -> bool:
        """Whether a bound is below zero, as far as is known."""
        constant = number.constant
        if constant is None:
            # A loop that stays runs from its first iteration on, whatever it ended with.
            facts = self.facts
            constant = number.value(
                lambda a: facts.at_least(a) if a in facts.counters else facts.at_hand(a)
            )
        return constant is not None and constant < 0

    def _window(self, parts: list[tuple[Label, Poly]], offset: Poly) -> Axis | None:
        def size(part: tuple[Label, Poly]) -> tuple[bool, int, int]:
            known = part[1].constant
            return (part[0].depth < 0, -(10**9 if known is None else abs(known)), part[0].depth)

        (outer, stride), (inner, dilation) = sorted(parts, key=size)
        step = dilation.constant
        known = stride.constant
        if step is None or not step or (known is not None and known <= 0):
            return None
        if step < 0:
            offset = offset + dilation * (inner.count - 1)
        if self.is_negative(offset):
            return None
        if known is None:
            self.scope.assume(f"{self.text(stride)} is positive")
        return Axis(
            "window",
            dims=(outer, inner),
            reverse=step < 0,
            offset=offset,
            stride=stride,
            width=inner.count,
            dilation=abs(step),
        )

    def settled(self, axes: list[Axis]) -> list[Axis]:
        """A loop that stands in two axes, or in one that is looked up, is looked up in all."""
        while True:
            gathered: set[str] = set()
            seen: set[str] = set()
            for each in axes:
                if each.kind == "gather" and each.index is not None:
                    gathered |= each.index.loops
                for label in each.dims:
                    if label.name in seen:
                        gathered.add(label.name)
                    seen.add(label.name)
            changed = [
                k
                for k, each in enumerate(axes)
                if each.kind in ("slice", "window")
                and any(label.name in gathered for label in each.dims)
            ]
            if not changed:
                return axes
            for k in changed:
                axes[k] = Axis("gather", index=self._index(axes[k]))

    def _index(self, axis: Axis) -> Index:
        if any(label.depth < 0 for label in axis.dims) or not axis.stride.monomials:
            raise Refusal("a slice and a loop run along the same axis")
        outer = axis.dims[0]
        number = axis.offset + outer.index * axis.stride
        if axis.kind == "window":
            step = -axis.dilation if axis.reverse else axis.dilation
            start = axis.offset - (
                Poly.number(step) * (axis.width - 1) if axis.reverse else Poly()
            )
            number = start + outer.index * axis.stride + axis.dims[1].index * step
        return Index(number, axis.dims)

    def basic(self, base: str, axes: list[Axis]) -> Array:
        """The elements as slices and numbers in brackets."""
        dims = tuple(label for each in axes for label in each.dims)
        array = indexed(base, dims, [each.text for each in axes])
        return self._reversed(array, [label for a in axes if a.reverse for label in a.dims])

    def _reversed(self, array: Array, labels: list[Label]) -> Array:
        if not labels:
            return array
        parts = ["::-1" if each in labels else ":" for each in array.dims]
        return indexed(array.atom, array.dims, parts)

    def _windows(self, access: Access, axes: list[Axis]) -> Array:
        # A new axis is only there to be broadcast along: what is left out is, too.
        axes = [each for each in axes if each.kind != "new"]
        windows = [each for each in axes if each.kind == "window"]
        if all(each.apart for each in windows):
            return self._apart(access.base, axes)
        plain = [self._number_first(each) for each in axes]
        base = access.base
        if any(text != ":" for text in plain):
            base = indexed(base, (), plain).text
        axes = [each for each in axes if each.kind != "number"]
        axes = self._deepened(access, axes)
        places = [k for k, each in enumerate(axes) if each.kind in ("window", "still")]
        widths = [self.text((axes[k].width - 1) * axes[k].dilation + 1) for k in places]
        np = self.facts.numpy
        if len(axes) == 1:
            shape, where = widths[0], ""
        elif len(axes) == len(places):
            shape, where = f"({', '.join(widths)})", ""
        else:
            shape = f"({', '.join(widths)},)"
            where = f", axis=({', '.join(map(str, places))},)"
            if len(places) == 1:
                shape, where = widths[0], f", axis={places[0]}"
        call = f"{np}.lib.stride_tricks.sliding_window_view({base}, {shape}{where})"
        self.scope.assume(f"the windows fit into {access.base}")
        self.scope.windows |= {each.dims[0].name for each in axes if each.kind == "window"}
        dims: list[Label] = []
        parts: list[str] = []
        for each in axes:
            dims += each.dims[:1] if each.kind != "still" else ()
            parts.append(self._starts(each) if each.kind == "window" else each.text)
        back: list[Label] = [
            label for a in axes if a.reverse and a.kind == "slice" for label in a.dims
        ]
        for k in places:
            dims.append(axes[k].dims[-1])
            step = axes[k].dilation
            parts.append(f"::{step}" if step != 1 else ":")
            if axes[k].reverse:
                back.append(axes[k].dims[1])
        return self._reversed(indexed(call, tuple(dims), parts), back)

    def _deepened(self, access: Access, axes: list[Axis]) -> list[Axis]:
        """With slices inside the windows that are wanted behind them.

        So they stand where they lie in memory, and what is copied goes in long pieces.
        """
        loops = {label for axis in axes for label in axis.dims if label.depth >= 0}
        wanted = [*sorted(loops, key=lambda label: label.depth), *access.own]
        inner = [wanted.index(axis.dims[1]) for axis in axes if axis.kind == "window"]
        last = max(k for k, axis in enumerate(axes) if axis.kind == "window")

        def still(axis: Axis) -> Axis:
            whole = axis.text == ":"
            if axis.kind != "slice" or axis.reverse or wanted.index(axis.dims[0]) < max(inner):
                return axis
            if not whole and (axis.stride.constant != 1 or axis.dims[0].depth < 0):
                return axis
            first = "0" if whole else self.text(axis.offset)
            return Axis("still", first, axis.dims, width=axis.dims[0].count)

        return [*axes[: last + 1], *(still(axis) for axis in axes[last + 1 :])]

    @staticmethod
    def _number_first(axis: Axis) -> str:
        return axis.text if axis.kind == "number" else ":"

    def _starts(self, axis: Axis) -> str:
        """Which windows are taken."""
        outer = axis.dims[0]
        quotient = axis.stride.over(outer.step)
        size = outer.span * quotient if quotient is not None else outer.count * axis.stride
        every = axis.extent - (axis.width - 1) * axis.dilation
        return self._bounds(axis.offset, axis.offset + size, axis.stride, every)

    def _apart(self, base: str, axes: list[Axis]) -> Array:
        """Windows that do not overlap are a reshape."""
        parts: list[str] = []
        shape: list[str] = []
        dims: list[Label] = []
        back: list[Label] = []
        place = 0
        for each in axes:
            if each.kind == "number":
                parts.append(each.text)
                place += 1
                continue
            dims += each.dims
            if each.kind == "slice":
                parts.append(each.text)
                shape.append(self.text(each.dims[0].count))
            else:
                outer = each.dims[0]
                high = each.offset + outer.count * each.stride
                extent = self.facts.extent(base, place)
                parts.append(self._bounds(each.offset, high, Poly.number(1), extent))
                shape += [self.text(outer.count), self.text(each.width)]
            if each.reverse:
                back.append(each.dims[-1])
            place += 1
        array = indexed(base, (), parts)
        made = Array(f"{array.atom}.reshape({', '.join(shape)})", tuple(dims))
        return self._reversed(made, back)

    def _gathered(self, base: str, axes: list[Axis]) -> Array:
        """Looked-up elements: index arrays broadcast against one another."""
        if any(each.kind in ("window", "new") for each in axes):
            raise Refusal(f"windows of {base} are looked up")
        first = [
            "0"
            if each.kind == "number" and not each.text
            else (each.text if each.kind in ("number", "slice") else ":")
            for each in axes
        ]
        array = base if all(p == ":" for p in first) else indexed(base, (), first).text
        if any(each.reverse for each in axes if each.kind == "slice"):
            raise Refusal(f"rows of {base} are looked up backwards")
        left = [each for each in axes if each.kind != "number"]
        lowered = [
            self.lower(each.index) for each in left if each.kind == "gather" and each.index
        ]
        dims = list(dict.fromkeys(label for each in lowered for label in each.dims))
        dims.sort(key=lambda label: (label.depth < 0, label.depth))
        todo = iter(lowered)
        parts = [
            expanded(next(todo), dims).text if each.kind == "gather" else ":" for each in left
        ]
        places = [k for k, each in enumerate(left) if each.kind == "gather"]
        together = places == list(range(places[0], places[-1] + 1))
        kept = [label for each in left if each.kind == "slice" for label in each.dims]
        before = [label for each in left[: places[0]] for label in each.dims]
        inside = (*before, *dims, *kept[len(before) :])
        order = inside if together and dims else (*dims, *kept)
        while parts and parts[-1] == ":":
            parts.pop()
        return Array(f"{array}[{', '.join(parts)}]", order)


def _new_axes(access: Access) -> bool:
    return any(isinstance(each, New) for each in access.subs)
