"""Sums of products: einsum, and from its index sets @, tensordot and one GEMM by reshape."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, expanded, ordered
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    Contract,
    Index,
    Label,
    Reduce,
    Refusal,
    Term,
    View,
    mapped,
)

_USUAL = 100
"""How long an axis is taken for of which nothing is known."""


def factors(term: Term) -> tuple[list[Term], list[Label]]:
    """The factors of a product, and the labels that are summed over."""
    if isinstance(term, Apply):
        if term.name == "*":
            return _joined([factors(each) for each in term.args], term)
        if term.name == "neg" and str(dtype_of(term)) in ("float64", "int64", "complex128"):
            inner, over = factors(term.args[0])
            return [*inner, Index(Poly.number(-1))], over
        if _is_square(term):
            return _joined([factors(term.args[0])] * 2, term)
    if isinstance(term, View):
        return factors(term.arg)
    if isinstance(term, Reduce) and term.op == "sum" and not term.form:
        inner, over = factors(term.arg)
        return inner, [*over, *term.over]
    if isinstance(term, Contract):
        inner, over = _joined([factors(each) for each in term.args], term)
        return inner, [*over, *term.over]
    return [term], []


def _joined(
    parts: Sequence[tuple[list[Term], list[Label]]], term: Term
) -> tuple[list[Term], list[Label]]:
    over = [label for _, own in parts for label in own]
    found = [each for inner, _ in parts for each in inner]
    # A sum inside a product is taken out only where no other factor has its label.
    for inner, own in parts:
        others = [f for other, _ in parts if other is not inner for f in other]
        names = {label.name for label in own}
        for each in others:
            if names & (each.loops | {label.name for label in each.own}):
                return [term], []
    return ([term], []) if len(set(over)) != len(over) else (found, over)


def _is_square(term: Apply) -> bool:
    if term.name == "square":
        return True
    if term.name != "**" or len(term.args) != 2:
        return False
    power = term.args[1]
    return isinstance(power, Index) and power.index == Poly.number(2)


def contracted(writer: Writer, term: Reduce | Contract) -> Array | None:
    """A sum of products in the style that is asked for; None where it is no such sum."""
    if isinstance(term, Reduce) and isinstance(term.arg, Apply) and term.arg.name == "/":
        return _divided(writer, term, *term.arg.args)
    masked = _masked(term) if writer.style.product != "broadcast" else None
    if masked is not None:
        return contracted(writer, masked)
    dtype = dtype_of(term.arg) if isinstance(term, Reduce) else dtype_of(term)
    if dtype is not None and dtype.kind in "biu" and dtype.itemsize < 8:
        # Products of small integers wrap around one by one, and their sum may not.
        return None if isinstance(term, Reduce) else _wrapped(writer, term)
    found, over = factors(term)
    if len(found) == 1 and found[0] is term:
        return None
    numbers = [each for each in found if not each.loops and not each.own]
    arrays = [each for each in found if each.loops or each.own]
    if len(arrays) < 2:
        return None if isinstance(term, Reduce) else _broadcast(writer, term)
    style = writer.style.product
    if style == "broadcast":
        return _broadcast(writer, term) if isinstance(term, Contract) else None
    given = [writer.any_order(each) for each in arrays]
    reached = {label for each in given for label in each.dims}
    if any(each not in reached for each in over):
        return None
    dims = writer.dims(term, given)
    result: Array | None = None
    if style == "matmul":
        given = two_by_two(writer, given, over, dims)
    if len(given) == 2 and style in ("matmul", "tensordot"):
        result = Product(writer, given[0], given[1], over, dims).written(style)
    if result is None:
        result = einsum(writer, given, dims)
    for number in numbers:
        text = writer.lower(number).text
        result = Array(f"({text}) * {closed(result.text)}", result.dims)
    writer.memory.add(dims)
    return result


def _masked(term: Reduce | Contract) -> Reduce | None:
    """A sum of products where j > i, as one of which a factor is 0 elsewhere."""
    inside = term.arg if isinstance(term, Reduce) and term.op == "sum" else None
    if not isinstance(inside, Apply) or inside.name != "where" or inside.own:
        return None
    test, product, nothing = inside.args
    if nothing != Index(Poly()) or len(test.loops) < 2:
        return None
    found, _ = factors(product)
    chosen = next((e for e in found if isinstance(e, Access) and e.loops >= test.loops), None)
    kind = None if chosen is None else dtype_of(chosen)
    if chosen is None or len(found) < 2 or kind is None or kind.kind not in "fc":
        return None
    if found.count(chosen) > 1:
        return None
    zeros = ops.where(test, chosen, nothing)
    arg = mapped(product, lambda each: zeros if each == chosen else None)
    return replace(term, arg=arg) if isinstance(term, Reduce) else None


def two_by_two(
    writer: Writer, given: Sequence[Array], over: Sequence[Label], dims: tuple[Label, ...]
) -> list[Array]:
    """Of more than two factors, those that a matrix product joins, smallest first."""
    arrays = list(given)
    while len(arrays) > 2:
        pairs = [
            (_size_at_hand(writer, (*a.dims, *b.dims)), k, n)
            for k, a in enumerate(arrays)
            for n, b in enumerate(arrays[k + 1 :], k + 1)
            if set(a.dims) & set(b.dims)
        ]
        for _, k, n in sorted(pairs):
            made = _joint(writer, arrays, (k, n), over, dims)
            if made is not None:
                arrays = [made, *(e for m, e in enumerate(arrays) if m not in (k, n))]
                break
        else:
            return arrays
    return arrays


def _joint(
    writer: Writer,
    arrays: Sequence[Array],
    places: tuple[int, int],
    over: Sequence[Label],
    dims: tuple[Label, ...],
) -> Array | None:
    """The product of two factors, summed over what no other factor has."""
    left, right = (arrays[k] for k in places)
    others = {d for k, each in enumerate(arrays) if k not in places for d in each.dims}
    every = dict.fromkeys((*left.dims, *right.dims))
    inside = [d for d in every if d in over and d not in others and d not in dims]
    product = Product(writer, left, right, inside, tuple(d for d in every if d not in inside))
    return product.written("matmul") if product.rows and product.columns else None


def _size_at_hand(writer: Writer, labels: Sequence[Label]) -> int:
    counts = [each.count.value(writer.facts.at_hand) for each in dict.fromkeys(labels)]
    return math.prod(each if each is not None else _USUAL for each in counts)


def _divided(writer: Writer, term: Reduce, number: Term, divisor: Term) -> Array | None:
    """A sum of products that are all divided by the same: the sum is."""
    kind = dtype_of(number)
    if divisor.loops or divisor.own or kind is None or kind.kind not in "fc":
        return None
    if writer.style.product == "broadcast":
        return None
    made = contracted(writer, replace(term, arg=number))
    if made is None:
        return None
    return Array(f"{closed(made.text)} / {closed(writer.lower(divisor).text)}", made.dims)


def _wrapped(writer: Writer, term: Contract) -> Array | None:
    """a @ b of small integers, which stays small."""
    given = [writer.any_order(each) for each in term.args]
    if any(each not in array.dims for each in term.over for array in given):
        raise Refusal("a product of small integers with fewer axes than it sums over")
    return einsum(writer, given, writer.dims(term, given))


def _broadcast(writer: Writer, term: Contract | Reduce) -> Array:
    """The whole product, then its sum."""
    if isinstance(term, Reduce):
        return writer.reduction(term, writer.lower(term.arg), term.over)
    given = [writer.lower(each) for each in term.args]
    loops = sorted(
        dict.fromkeys(
            label
            for each, source in zip(given, term.args, strict=True)
            for label in each.dims
            if label not in source.own
        ),
        key=lambda label: label.depth,
    )
    dims = (*loops, *term.axes, *term.over)
    text = " * ".join(closed(expanded(each, dims).text) for each in given)
    writer.memory.add(dims)
    if not term.over:
        return Array(text, dims)
    left = (*loops, *term.axes)
    axis = -1 if len(term.over) == 1 else tuple(range(len(left), len(dims)))
    options = f", axis={axis}" if left else ""
    return Array(f"{writer.np}.sum({text}{options})", left)


def letters(labels: Sequence[Label]) -> dict[Label, str]:
    """A letter for each label, that of its loop variable where it is one."""
    found: dict[Label, str] = {}
    free = list(string.ascii_letters)
    for label in labels:
        hint = label.name[1:].rstrip(string.digits)
        if len(hint) == 1 and hint in free:
            found[label] = hint
            free.remove(hint)
    for label in labels:
        if label not in found:
            found[label] = free.pop(0)
    return found


def einsum(writer: Writer, given: Sequence[Array], dims: tuple[Label, ...]) -> Array:
    """np.einsum in the order that its optimiser finds."""
    every = list(dict.fromkeys(label for each in given for label in each.dims))
    name = letters(every)
    inputs = ",".join("".join(name[label] for label in each.dims) for each in given)
    output = "".join(name[label] for label in dims)
    operands = ", ".join(each.text for each in given)
    batched = len(given) == 2 and any(each in given[1].dims for each in dims[:1])
    batched &= bool(dims) and dims[0] in given[0].dims
    order = "" if batched else ", optimize=True"
    text = f"{writer.np}.einsum('{inputs}->{output}', {operands}{order})"
    return Array(text, dims)


def _is_view_of_windows(array: Array) -> bool:
    return "sliding_window_view(" in array.text


class Product:
    """A sum of products of two arrays."""

    def __init__(
        self,
        writer: Writer,
        left: Array,
        right: Array,
        over: Sequence[Label],
        dims: tuple[Label, ...],
    ) -> None:
        self.writer = writer
        self.dims = dims
        left, right = self._summed(left, right, over), self._summed(right, left, over)
        first = next((d for d in dims if (d in left.dims) != (d in right.dims)), None)
        if first is not None and first in right.dims:
            left, right = right, left
        self.left, self.right = left, right
        shared = [d for d in left.dims if d in right.dims]
        self.summed = [d for d in shared if d in over]
        self.batch = [d for d in dims if d in shared and d not in over]
        self.rows = [d for d in dims if d in left.dims and d not in right.dims]
        self.columns = [d for d in dims if d in right.dims and d not in left.dims]

    def _summed(self, array: Array, other: Array, over: Sequence[Label]) -> Array:
        """Without the axes that only this factor has and that are summed."""
        alone = [d for d in over if d in array.dims and d not in other.dims]
        if not alone:
            return array
        places = tuple(k for k, d in enumerate(array.dims) if d in alone)
        axis = places[0] if len(places) == 1 else places
        left = tuple(d for d in array.dims if d not in alone)
        options = f"axis={axis}" if left else ""
        return Array(f"{array.atom}.sum({options})", left)

    def written(self, style: str) -> Array | None:
        """As @ or tensordot; None where it is neither."""
        if not self.summed:
            return None
        if style == "tensordot":
            if self.batch or (len(self.summed) == 1 and len(self.rows) < 2 > len(self.columns)):
                return None
            return self._tensordot()
        return self._matmul()

    def _tensordot(self) -> Array:
        axes = [[array.dims.index(d) for d in self.summed] for array in (self.left, self.right)]
        text = f"{self.writer.np}.tensordot({self.left.text}, {self.right.text}, axes={axes})"
        left = [d for d in self.left.dims if d not in self.summed]
        right = [d for d in self.right.dims if d not in self.summed]
        return ordered(Array(text, (*left, *right)), self.dims)

    def _size(self, labels: Sequence[Label]) -> str:
        """How many elements these axes hold together."""
        text = self.writer.facts.text
        whole = text(math.prod((each.count for each in labels), start=Poly.number(1)))
        sums = [each.count for each in labels if len(each.count.monomials) > 1]
        others = [each.count for each in labels if len(each.count.monomials) == 1]
        parts = [f"({text(each)})" for each in sums]
        if others:
            parts.append(text(math.prod(others, start=Poly.number(1))))
        return min(whole, " * ".join(parts), key=len) if parts else whole

    def _shaped(self, array: Array, groups: Sequence[Sequence[Label]]) -> str:
        """An array with groups of its axes made one each."""
        order = [label for group in groups for label in group]
        turned = closed(ordered(array, order).text)
        if all(len(group) == 1 for group in groups):
            return turned
        if len(groups) == 1:
            return f"{turned}.ravel()"
        sizes = [self._size(group) for group in groups]
        left = self._left_out(groups)
        if left is not None:
            sizes[left] = "-1"
        return f"{turned}.reshape({', '.join(sizes)})"

    def _left_out(self, groups: Sequence[Sequence[Label]]) -> int | None:
        """The group whose size follows from the others, none of which can be 0."""
        unsure = [k for k, group in enumerate(groups) if not all(map(self._is_sure, group))]
        if len(unsure) > 1:
            return None
        longest = max(range(len(groups)), key=lambda k: len(self._size(groups[k])))
        left = unsure[0] if unsure else longest
        others = [label for k, group in enumerate(groups) if k != left for label in group]
        if any(label.count.constant is None for label in others):
            self.writer.scope.assume("there is a window")
        return left

    def _is_sure(self, label: Label) -> bool:
        """Whether an axis has elements: a number of them, or it places windows that fit."""
        return bool(label.count.constant) or label.name in self.writer.scope.windows

    def _matmul(self) -> Array | None:
        batch = [[each] for each in self.batch]
        if batch and (not self.rows or not self.columns):
            return self._batched_vectors(batch)
        rows = [self.rows] if self.rows else []
        columns = [self.columns] if self.columns else []
        if self.rows and self.columns and not batch and self._is_long:
            text = self._named()
        else:
            left = self._shaped(self.left, [*batch, *rows, self.summed])
            right = self._shaped(self.right, [*batch, self.summed, *columns])
            text = f"{left} @ {right}"
        natural = (*self.batch, *self.rows, *self.columns)
        if len(self.rows) > 1 or len(self.columns) > 1:
            shape = self.writer.facts.shape_text([each.count for each in natural])
            text = f"({text}).reshape({shape})"
        return ordered(Array(text, natural), self.dims)

    @property
    def _is_long(self) -> bool:
        """Whether the length of each sum is longer to write than to ask a matrix for."""
        return len(self.summed) > 1 and len(self._size(self.summed)) > len("rows.shape[1]")

    def _named(self) -> str:
        """Both matrices under names, and their product."""
        left, right = self.left, self.right
        if _is_view_of_windows(left):
            left = Array(self._name("windows", left.text), left.dims)
        rows = self._name("rows", self._shaped(left, [self.rows, self.summed]))
        length = f"{rows}.shape[1]"
        size = self._size(self.columns)
        if right.dims == (*self.columns, *self.summed):
            text = f"{right.atom}.reshape({size}, {length}).T"
        else:
            turned = ordered(right, [*self.summed, *self.columns])
            text = f"{turned.atom}.reshape({length}, {size})"
        return f"{rows} @ {self._name('columns', text)}"

    def _name(self, hint: str, text: str) -> str:
        """A name for a value, which gets a line of its own."""
        name = self.writer.free_name(hint)
        self.writer.before.append(f"{name} = {text}")
        return name

    def _batched_vectors(self, batch: list[list[Label]]) -> Array | None:
        """Matrices times vectors, one pair per batch index."""
        if not self.rows and not self.columns:
            return None
        if len(self.rows) > 1 or len(self.columns) > 1:
            return None
        if self.rows:
            left = self._shaped(self.left, [*batch, self.rows, self.summed])
            right = self._shaped(self.right, [*batch, self.summed])
            text = f"({left} @ {right}[..., None])[..., 0]"
            return ordered(Array(text, (*self.batch, *self.rows)), self.dims)
        left = self._shaped(self.left, [*batch, self.summed])
        right = self._shaped(self.right, [*batch, self.summed, self.columns])
        text = f"({left}[..., None, :] @ {right})[..., 0, :]"
        return ordered(Array(text, (*self.batch, *self.columns)), self.dims)
