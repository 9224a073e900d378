"""Parts of arrays and of computed values: elements, rows, slices, what is looked up."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.expressions.texts import beginning, is_text
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.facts import UNKNOWN
from profiler_suite.analysis.explain.lifting.normal_form.operations import (
    apply,
    is_truth,
    picked,
)
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    At,
    By,
    Core,
    Index,
    KeyLookup,
    Label,
    New,
    Part,
    Refusal,
    Select,
    Slab,
    Stack,
    Sub,
    Term,
    relabelled,
)


class Subscripts(ABC):
    """Reads what stands in brackets after a value."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.facts = scope.facts

    @abstractmethod
    def read(self, node: ast.expr) -> Term:
        """The term of an expression."""

    def translated(self, name: str, form: str, key: ast.expr) -> Term:
        """What a dictionary that nobody changes holds for a key."""
        if name in self.scope.varying or name in self.scope.env or not self.facts.settled(name):
            raise Refusal(f"{name} is a dict that changes")
        inner, held = self.read(key), self.facts.names.get(name)
        if inner.own:
            raise Refusal(f"an array is no key of {name}")
        sizes = held.shape if held is not None else ()
        axes = tuple(self.scope.label(Poly.number(each)) for each in sizes)
        return KeyLookup(form, inner, axes, held.dtype if held is not None else "")

    def subscripted(self, base: Term, parts: Sequence[ast.expr], words: str) -> Term:
        """Part of a term."""
        chosen = self._ragged(base, parts, words) or self._chosen(base, parts, words)
        if chosen is not None:
            return chosen
        if isinstance(base, Stack) and len(parts) == 1:
            place = self.read(parts[0])
            number = place.index.constant if isinstance(place, Index) else None
            if number is not None and -len(base.args) <= number < len(base.args):
                return base.args[number]
        if isinstance(base, Part):
            raise Refusal(f"{words!r} takes part of a part")
        if not isinstance(base, Access):
            return self._element(base, parts, words)
        subs = list(base.subs)
        looked = [s for s in subs if isinstance(s, By) and s.index.own]
        if any(isinstance(s, New) for s in subs) or sum(len(s.index.own) for s in looked) > 1:
            raise Refusal(f"{words!r} takes part of a value with new axes")
        places = [k for k, s in enumerate(subs) if isinstance(s, Slab) or s in looked]
        given = [p for p in parts if not _is_new(p)]
        if any(isinstance(p, ast.Constant) and p.value is Ellipsis for p in given):
            dots = next(k for k, p in enumerate(parts) if _is_dots(p))
            fill = len(places) - (len(given) - 1)
            colon = ast.Slice()
            parts = [*parts[:dots], *([colon] * fill), *parts[dots + 1 :]]
            given = [p for p in parts if not _is_new(p)]
        if len(given) > len(places):
            text = beginning(parts[0], base) if len(parts) == 1 and is_text(base) else None
            if text is not None:
                return text
            raise Refusal(f"{words!r} has more indices than axes")
        fresh: list[tuple[int, Sub]] = []
        todo = iter(places)
        last = -1
        for part in parts:
            if _is_new(part):
                fresh.append((last + 1, New(self.scope.label(Poly.number(1)))))
                continue
            last = next(todo)
            old = subs[last]
            if isinstance(old, By):
                subs[last] = self._looked_up_at(old, part, words)
                continue
            assert isinstance(old, Slab)
            subs[last] = self._part(old, part, words)
        for at, new in reversed(fresh):
            subs.insert(at, new)
        labels = base.labels if len(base.labels) > len(self.scope.loops) else self.scope.loops
        return replace(
            base,
            subs=tuple(subs),
            labels=tuple(labels),
            time=self.scope.time,
            guards=tuple(self.scope.guards),
        )

    def _ragged(self, base: Term, parts: Sequence[ast.expr], words: str) -> Term | None:
        """`x[max(0, i - 2):i + 3]`, `x[begin[i]:end[i], 0]`; None for slices of one length."""
        if not self.scope.summed or base.loops or any(map(_is_new, parts)):
            return None
        slices = [k for k, each in enumerate(parts) if isinstance(each, ast.Slice)]
        ends = {k: e for k in slices if (e := self._ends(base, parts, k)) is not None}
        if not ends or len(parts) != len(base.own):
            return None
        whole = [ast.Slice() if k in ends else each for k, each in enumerate(parts)]
        rest = base if len(ends) == len(parts) else self.subscripted(base, whole, words)
        if len(rest.own) != len(ends) or rest.loops:
            return None
        self.scope.assume(f"no bound of {words} is negative")
        for low, high in reversed(ends.values()):
            rest = Part(rest, low, high, self.scope.label(Poly.atom(UNKNOWN)))
        return rest

    def _ends(
        self, base: Term, parts: Sequence[ast.expr], place: int
    ) -> tuple[Term, Term] | None:
        """Where a slice begins and ends, where that is looked up; None for others."""
        part = parts[place]
        if not isinstance(part, ast.Slice) or part.step is not None or place >= len(base.own):
            return None
        zero, whole = Index(Poly()), Index(base.own[place].count)
        ends: list[Term] = []
        for each, other in ((part.lower, zero), (part.upper, whole)):
            found = other if each is None else self.read(each)
            kind = dtype_of(found)
            if found.own or kind is None or kind.kind not in "iu":
                return None
            ends.append(found)
        low, high = ends
        if all(isinstance(each, Index) for each in ends) or not low.loops | high.loops:
            return None
        if part.upper is not None:
            high = apply("NP.minimum({0}, {1})", "minimum", high, whole)
        return low, high

    def _chosen(self, base: Term, parts: Sequence[ast.expr], words: str) -> Select | None:
        """What a condition selects, of elements or rows; None for other parts."""
        if len(parts) > 1:
            return self._masked_part(base, parts, words)
        plain = isinstance(parts[0], ast.Slice | ast.Constant) or _is_new(parts[0])
        if not base.own or plain:
            return None
        mask = self.read(parts[0])
        if len(mask.own) == 1 and is_truth(mask):
            return Select(base, relabelled(mask, {mask.own[0]: base.own[0]}))
        if len(mask.own) == len(base.own) > 1 and is_truth(mask):
            names = dict(zip(mask.own, base.own, strict=True))
            return Select(base, relabelled(mask, names), flat=True)
        return None

    def _masked_part(self, base: Term, parts: Sequence[ast.expr], words: str) -> Select | None:
        """`x[mask, j]`: a condition along one axis, numbers along others; else None."""
        tests = [
            k
            for k, each in enumerate(parts)
            if not isinstance(each, ast.Slice | ast.Constant) and not _is_new(each)
        ]
        masks = []
        for place in tests:
            read = self.read(parts[place])
            if read.own and is_truth(read):
                masks.append((place, read))
            elif read.own:
                return None
        if len(masks) != 1 or len(masks[0][1].own) != 1:
            return None
        ((place, mask),) = masks
        whole: list[ast.expr] = list(parts)
        whole[place] = ast.Slice()
        rest = self.subscripted(base, whole, words)
        if len(rest.own) != 1:
            return None
        return Select(rest, relabelled(mask, {mask.own[0]: rest.own[0]}))

    def _looked_up_at(self, old: By, part: ast.expr, words: str) -> Sub:
        """x[rows][k] as x[rows[k]]."""
        if isinstance(part, ast.Slice):
            if ast.unparse(part) == ":":
                return old
            raise Refusal(f"{words!r} takes part of a value with new axes")
        index = self.subscripted(old.index, [part], words)
        return At(index.index) if isinstance(index, Index) else By(index)

    def _element(self, base: Term, parts: Sequence[ast.expr], words: str) -> Term:
        """An element or row of a computed value: the same computed of elements."""
        if len(parts) > len(base.own):
            raise Refusal(f"{words!r} has more indices than axes")
        axes = base.own[: len(parts)]
        for place, (axis, part) in enumerate(zip(axes, parts, strict=True)):
            if isinstance(part, ast.Slice):
                if ast.unparse(part) != ":":
                    base = self._sliced(base, axis, part, words)
                continue
            index = self.read(part)
            if index is not None and len(base.own) == len(parts) == 1:
                looked = _looked_up(base, index)
                if looked is not None:
                    return looked
            if not isinstance(index, Index):
                raise Refusal(f"{words!r} takes part of a computed value")
            number = index.index
            if (number.constant or 0) < 0:
                number = axis.count + number
            base = self._picked(base, axis, number, place)
        return base

    def _picked(self, base: Term, axis: Label, number: Poly, place: int) -> Term:
        """One element along an axis; of what is computed as a whole, taken from the whole."""
        try:
            return picked(base, axis, number, tuple(self.scope.loops))
        except Refusal:
            moves = bool(number.atoms & self.scope.labels.keys())
            if moves or axis not in base.own or isinstance(base, Stack):
                raise
        place = base.own.index(axis)
        rest = tuple(each for each in base.own if each != axis)
        dots = ":, " * (len(base.own) - 1 - place)
        return Core(f"({{0}})[..., {self.facts.text(number)}, {dots}]", (base,), rest)

    def _sliced(self, base: Term, axis: Label, part: ast.Slice, words: str) -> Term:
        """A slice of a computed value, of the same length in every iteration."""
        slab = self._slice(self.scope.whole(axis.count), part, words)
        if slab.start.atoms & self.scope.labels.keys() or slab.step not in (1, -1):
            raise Refusal(f"{words!r} takes part of a computed value")
        place = base.own.index(axis)
        axes = tuple(slab.own if each == axis else each for each in base.own)
        last = slab.start + slab.own.count
        text = f"{self.facts.text(slab.start)}:{self.facts.text(last)}"
        if slab.step == -1:
            text = "::-1"
        dots = ", :" * (len(base.own) - 1 - place)
        return Core(f"({{0}})[..., {text}{dots}]", (base,), axes)

    def _part(self, old: Slab, part: ast.expr, words: str) -> Sub:
        if isinstance(part, ast.Slice):
            return self._slice(old, part, words)
        index = self.read(part)
        if isinstance(index, Index):
            number = index.index
            constant = number.constant
            if constant is not None and constant < 0:
                if old.text == ":":
                    return At(number)
                number = old.own.count + number
            return At(old.start + number * old.step)
        if is_truth(index):
            raise Refusal(f"{words!r} selects by a condition")
        if weak_of(index) == "str":
            raise Refusal(f"{words!r} is a field of a structured array")
        if len(index.own) > 1 or old.text != ":":
            raise Refusal(f"{words!r} looks elements up in a way that is not followed")
        if self.scope.guards or self.scope.conditional:
            self.scope.assume("indices are in range also where a condition rules them out")
        return By(index)

    def _slice(self, old: Slab, part: ast.Slice, words: str) -> Slab:
        if part.lower is None and part.upper is None and part.step is None:
            return old
        step = self._whole(part.step, words) if part.step else Poly.number(1)
        stride = step.constant
        if stride is None or not stride:
            raise Refusal(f"the step of {words!r} is not known")
        length = old.own.count
        loops = {each.name for each in self.scope.loops}
        lower = self._whole(part.lower, words) if part.lower else None
        upper = self._whole(part.upper, words) if part.upper else None
        if stride < 0:
            if lower is not None or upper is not None or stride != -1:
                raise Refusal(f"{words!r} runs backwards")
            text = "::-1" if old.text == ":" else ""
            return Slab(
                old.start + (length - 1) * old.step, -old.step, self.scope.label(length), text
            )
        start = _from_end(lower, length) if lower is not None else Poly()
        stop = _from_end(upper, length) if upper is not None else length
        count = stop - start
        if count.atoms & loops:
            raise Refusal(f"the length of {words!r} changes from iteration to iteration")
        if stride != 1:
            known = count.constant
            if known is None:
                count = Poly.atom(f"-(-({count.text()}) // {stride})")
            else:
                count = Poly.number(-(-known // stride))
        if start.atoms & loops and stride == 1:
            self._note_fit(start + count, length)
        if self.scope.interior and start.atoms & loops:
            self.scope.constraints.append(length - stop)
        text = ast.unparse(part) if old.text == ":" and not start.atoms & loops else ""
        if any(isinstance(n, ast.Name) and n.id in self.scope.env for n in ast.walk(part)):
            text = ""
        return Slab(
            old.start + start * old.step, old.step * stride, self.scope.label(count), text
        )

    def _note_fit(self, stop: Poly, length: Poly) -> None:
        """Blocks that follow one another may not fill an array: the last one is cut off."""
        number = stop
        for label in self.scope.loops:
            if label.name in number.atoms:
                number = number.put(label.name, label.count - 1)
        uneven = any(atom.startswith("-(-") for atom in number.atoms)
        if uneven and (length - number).constant is None:
            text = self.facts.text
            self.scope.fits[f"{text(number)} <= {text(length)}"] = None

    def _whole(self, node: ast.expr, words: str) -> Poly:
        found = self.read(node)
        if not isinstance(found, Index):
            raise Refusal(f"a bound of {words!r} is no sum of loop variables and numbers")
        return found.index


def _looked_up(base: Term, index: Term) -> Term | None:
    """The element of a computed row whose place is looked up, too: p[y[i]]."""
    if isinstance(index, Index) or index.own or is_truth(index):
        return None
    if isinstance(base, Stack) and not index.loops:
        return None
    if not base.loops:
        return Core("({0})[{1}]", (base, index), ())
    if base.loops != index.loops:
        return None
    form = "NP.take_along_axis({0}, ({1})[..., None], axis=-1)[..., 0]"
    return Core(form, (base, index), ())


def _is_new(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (
        isinstance(node, ast.Attribute) and node.attr == "newaxis"
    )


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _from_end(bound: Poly, length: Poly) -> Poly:
    constant = bound.constant
    return length + bound if constant is not None and constant < 0 else bound
