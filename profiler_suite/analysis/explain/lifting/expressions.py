"""From the expressions of a loop's body to terms."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from profiler_suite.analysis.explain.lifting.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.facts import Facts
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.terms import (
    Access,
    Apply,
    At,
    By,
    CarriedValue,
    Contract,
    Index,
    Label,
    Leaf,
    New,
    Outside,
    Reduce,
    Refusal,
    Row,
    Select,
    Slab,
    Stack,
    Sub,
    Term,
    View,
    relabelled,
)

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_CONSTANTS = ("pi", "e", "inf", "nan", "tau", "euler_gamma")
_CONSTANT_OWNERS = ("math", "np", "numpy")


@dataclass(frozen=True)
class Gone(Term):
    """A name whose value after a loop is not known to the lifter."""


class Scope:
    """What is known while the statements of a nest are read."""

    def __init__(self, facts: Facts, varying: frozenset[str]) -> None:
        self.facts = facts
        self.varying = varying
        """Names that the nest assigns."""
        self.env: dict[str, Term] = {}
        self.loops: list[Label] = []
        self.guards: list[Term] = []
        self.helpers: Mapping[str, ast.FunctionDef] = {}
        """Functions of the module whose source is known."""
        self.inlining: list[str] = []
        self.interior = False
        """Whether max(0, …) and min(n, …) in slices are taken for what they cut off."""
        self.constraints: list[Poly] = []
        """What must not be negative for that."""
        self.conditional = 0
        """How many expressions around the one that is read may not be evaluated."""
        self.draws: list[Any] = []
        """Where random numbers are drawn, in the order of execution."""
        self.time = 0
        self.assumptions: dict[str, None] = {}
        self.labels: dict[str, Label] = {}
        """Every label by name."""
        self._numbers = itertools.count()

    def label(self, count: Poly, hint: str = "", depth: int = -1) -> Label:
        """A new label."""
        name = f"@{hint or 'axis'}{next(self._numbers)}"
        self.labels[name] = Label(name, count, count, Poly.number(1), depth)
        return self.labels[name]

    def assume(self, words: str) -> None:
        """Notes what must hold."""
        self.assumptions[words] = None

    def array(self, name: str) -> Access | Outside | Leaf | Index:
        """What a name that the nest does not assign stands for."""
        kind = self.facts.kind(name)
        if kind == "int":
            value = self.facts.integer(ast.Name(name, ast.Load()))
            return Index(value if value is not None else Poly.atom(name))
        if kind in ("float", "bool", "complex"):
            return Leaf(name, weak=kind)
        if kind == "number":
            return Leaf(name, dtype=self.facts.dtype(name))
        if kind == "Series":
            extent = self.facts.extent(name, 0)
            base = f"{name}.to_numpy()"
            return Access(base, (self.whole(extent),), tuple(self.loops), "", self.time)
        if kind == "list":
            raise Refusal(f"{name} is a list, not an array")
        if not kind and self.facts.is_outer(name):
            self.assume(f"{name} is a number")
            return Leaf(name)
        rank = self.facts.rank(name)
        subs = tuple(self.whole(self.facts.extent(name, axis)) for axis in range(rank))
        if not subs:
            return Leaf(name)
        return Access(name, subs, tuple(self.loops), self.facts.dtype(name), self.time)

    def whole(self, extent: Poly) -> Slab:
        """A full slice."""
        return Slab(Poly(), 1, self.label(extent), ":")


Comprehension = ast.ListComp | ast.GeneratorExp
Labels = tuple[Label, ...]


class Reader:
    """Reads expressions in a scope."""

    def __init__(
        self,
        scope: Scope,
        call: Callable[[Reader, ast.Call], Term],
        comprehend: Callable[[Reader, Comprehension], tuple[Term, Labels, Term | None]],
    ) -> None:
        self.scope = scope
        self.facts = scope.facts
        self._call = call
        self._comprehend = comprehend

    def read(self, node: ast.expr) -> Term:
        """The term of an expression."""
        method = getattr(self, f"_read_{type(node).__name__.lower()}", None)
        if method is None:
            raise Refusal(f"{ast.unparse(node)!r} is no array expression")
        found: Term = method(node)
        return found

    def _read_constant(self, node: ast.Constant) -> Term:
        if type(node.value) is int:
            return Index(Poly.number(node.value))
        if isinstance(node.value, bool | float | complex):
            return Leaf(repr(node.value), weak=type(node.value).__name__)
        raise Refusal(f"{node.value!r} is no number")

    def _read_name(self, node: ast.Name) -> Term:
        if node.id in self.scope.env:
            found = self.scope.env[node.id]
            if isinstance(found, Gone):
                raise Refusal(f"{node.id} is used after the loop that sets it")
            return found
        if node.id in self.scope.varying:
            raise Refusal(f"{node.id} is read before it is set in the loop")
        return self.scope.array(node.id)

    def _read_unaryop(self, node: ast.UnaryOp) -> Term:
        inner = self.read(node.operand)
        if isinstance(node.op, ast.USub):
            if isinstance(inner, Index):
                return Index(-inner.index, inner.labels)
            return Apply("-({0})", (inner,), "neg")
        if isinstance(node.op, ast.Not):
            return negated(inner)
        if isinstance(node.op, ast.Invert):
            return Apply("~({0})", (inner,), "~")
        return inner

    def _read_binop(self, node: ast.BinOp) -> Term:
        left, right = self.read(node.left), self.read(node.right)
        if isinstance(node.op, ast.MatMult):
            return product(self.scope, left, right)
        sign = _SIGNS[type(node.op)]
        if isinstance(left, Index) and isinstance(right, Index):
            exact = whole_number(left, sign, right)
            if exact is not None:
                return exact
        return apply(f"({{0}}) {sign} ({{1}})", sign, left, right)

    def _read_compare(self, node: ast.Compare) -> Term:
        parts: list[Term] = []
        values = [node.left, *node.comparators]
        for op, a, b in zip(node.ops, values, values[1:], strict=False):
            sign = _SIGNS.get(type(op))
            if sign is None:
                raise Refusal(f"{ast.unparse(node)!r} is no comparison of numbers")
            parts.append(apply(f"({{0}}) {sign} ({{1}})", sign, self.read(a), self.read(b)))
        return joined("&", parts)

    def _read_boolop(self, node: ast.BoolOp) -> Term:
        parts = [self.read(node.values[0])]
        self.scope.conditional += 1
        parts += [self.read(each) for each in node.values[1:]]
        self.scope.conditional -= 1
        sign = "&" if isinstance(node.op, ast.And) else "|"
        if all(is_truth(each) for each in parts):
            return joined(sign, parts)
        raise Refusal(f"{ast.unparse(node)!r} joins values that are not conditions")

    def _read_ifexp(self, node: ast.IfExp) -> Term:
        test = self.read(node.test)
        self.scope.conditional += 1
        yes, no = self.read(node.body), self.read(node.orelse)
        self.scope.conditional -= 1
        return where(test, yes, no)

    def _read_attribute(self, node: ast.Attribute) -> Term:
        owner = node.value
        if isinstance(owner, ast.Name) and owner.id in _CONSTANT_OWNERS:
            if node.attr in _CONSTANTS:
                return Leaf(ast.unparse(node), weak="float")
            raise Refusal(f"{ast.unparse(node)!r} is no array expression")
        whole = self.facts.integer(node)
        if whole is not None:
            return Index(whole)
        inner = self.read(owner)
        if isinstance(inner, Row):
            return column(self, inner, ast.Constant(node.attr))
        if node.attr == "T":
            return View(inner, inner.own[::-1]) if len(inner.own) > 1 else inner
        if node.attr in ("real", "imag"):
            return Apply(f"({{0}}).{node.attr}", (inner,), node.attr)
        if node.attr == "size" and isinstance(inner, Select):
            return Reduce("sum", inner.mask, inner.own)
        if node.attr == "size":
            size = Poly.number(1)
            for label in inner.own:
                size = size * label.count
            return Index(size)
        raise Refusal(f"{ast.unparse(node)!r} is no array expression")

    def _read_subscript(self, node: ast.Subscript) -> Term:
        whole = self.facts.integer(node)
        if whole is not None:
            return Index(whole)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            inner = self.read(node.value.value)
            place = self.read(node.slice)
            if isinstance(place, Index) and place.index.constant is not None:
                return Index(inner.own[place.index.constant].count)
        found = column_element(self, node)
        if found is not None:
            return found
        base = self.read(node.value)
        if isinstance(base, Row):
            return column(self, base, node.slice)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return self.subscripted(base, parts, ast.unparse(node))

    def subscripted(self, base: Term, parts: Sequence[ast.expr], words: str) -> Term:
        """Part of a term."""
        if len(parts) == 1 and len(base.own) == 1 and not isinstance(parts[0], ast.Slice):
            mask = self.read(parts[0])
            if len(mask.own) == 1 and is_truth(mask):
                both = agreed([base, mask])
                return Select(both[0], both[1])
        if isinstance(base, Stack) and len(parts) == 1:
            place = self.read(parts[0])
            if isinstance(place, Index) and place.index.constant is not None:
                return base.args[place.index.constant]
        if not isinstance(base, Access):
            return self._element(base, parts, words)
        subs = list(base.subs)
        places = [k for k, s in enumerate(subs) if isinstance(s, Slab)]
        if any(isinstance(s, New) or (isinstance(s, By) and s.index.own) for s in subs):
            raise Refusal(f"{words!r} takes part of a value with new axes")
        given = [p for p in parts if not _is_new(p)]
        if any(isinstance(p, ast.Constant) and p.value is Ellipsis for p in given):
            dots = next(k for k, p in enumerate(parts) if _is_dots(p))
            fill = len(places) - (len(given) - 1)
            colon = ast.Slice()
            parts = [*parts[:dots], *([colon] * fill), *parts[dots + 1 :]]
            given = [p for p in parts if not _is_new(p)]
        if len(given) > len(places):
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
            assert isinstance(old, Slab)
            subs[last] = self._part(old, part, words)
        for at, new in reversed(fresh):
            subs.insert(at, new)
        labels = base.labels if len(base.labels) > len(self.scope.loops) else self.scope.loops
        return replace(base, subs=tuple(subs), labels=tuple(labels), time=self.scope.time)

    def _element(self, base: Term, parts: Sequence[ast.expr], words: str) -> Term:
        """An element or row of a computed value: the same computed of elements."""
        if len(parts) > len(base.own):
            raise Refusal(f"{words!r} has more indices than axes")
        axes = base.own[: len(parts)]
        for axis, part in zip(axes, parts, strict=True):
            index = self.read(part) if not isinstance(part, ast.Slice) else None
            if isinstance(part, ast.Slice) and ast.unparse(part) == ":":
                continue
            if not isinstance(index, Index):
                raise Refusal(f"{words!r} takes part of a computed value")
            number = index.index
            if (number.constant or 0) < 0:
                number = axis.count + number
            base = picked(base, axis, number, tuple(self.scope.loops))
        return base

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
        if self.scope.interior and start.atoms & loops:
            self.scope.constraints.append(length - stop)
        text = ast.unparse(part) if old.text == ":" and not start.atoms & loops else ""
        if any(isinstance(n, ast.Name) and n.id in self.scope.env for n in ast.walk(part)):
            text = ""
        return Slab(
            old.start + start * old.step, old.step * stride, self.scope.label(count), text
        )

    def _whole(self, node: ast.expr, words: str) -> Poly:
        found = self.read(node)
        if not isinstance(found, Index):
            raise Refusal(f"a bound of {words!r} is no sum of loop variables and numbers")
        return found.index

    def _read_tuple(self, node: ast.Tuple) -> Term:
        return self._stacked(node.elts)

    def _read_list(self, node: ast.List) -> Term:
        return self._stacked(node.elts)

    def _stacked(self, elements: Sequence[ast.expr]) -> Term:
        if not elements or any(isinstance(each, ast.Starred) for each in elements):
            raise Refusal("an empty or starred list is no array")
        args = agreed([self.read(each) for each in elements])
        return Stack(tuple(args), self.scope.label(Poly.number(len(args))))

    def _read_listcomp(self, node: ast.ListComp) -> Term:
        item, labels, mask = self._comprehend(self, node)
        if mask is not None:
            raise Refusal("how long a list becomes depends on a condition")
        return View(item, (*labels, *item.own))

    def _read_call(self, node: ast.Call) -> Term:
        return self._call(self, node)


def column(reader: Reader, row: Row, key: ast.expr) -> Access:
    """A column of a DataFrame at the row of a loop."""
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        raise Refusal(f"which column of {row.frame} is read is not written out")
    return _of_column(reader, row.frame, key, row.label.index)


def _of_column(reader: Reader, frame: str, key: ast.expr, index: Poly) -> Access:
    base = f"{frame}[{ast.unparse(key)}].to_numpy()"
    return Access(base, (At(index),), tuple(reader.scope.loops), "", reader.scope.time)


def column_element(reader: Reader, node: ast.Subscript) -> Access | None:
    """df['a'][i], df['a'].iloc[i], df.iloc[i]['a'], df.loc[i, 'a']; None for others."""
    inner, key, place = node.value, node.slice, ""
    if isinstance(inner, ast.Attribute) and inner.attr in ("iloc", "iat", "loc", "at"):
        place, inner = inner.attr, inner.value
    if place in ("loc", "at") and isinstance(key, ast.Tuple) and len(key.elts) == 2:
        frame, (row, name) = inner, key.elts
    elif isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Attribute):
        # df.iloc[i]['a']
        frame, row, name = inner.value.value, inner.slice, key
        place = inner.value.attr
    elif isinstance(inner, ast.Subscript):
        frame, row, name = inner.value, key, inner.slice
    else:
        return None
    if not isinstance(frame, ast.Name) or reader.facts.kind(frame.id) != "DataFrame":
        return None
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return None
    index = reader.read(row)
    if not isinstance(index, Index):
        return None
    if place not in ("iloc", "iat"):
        reader.scope.assume(f"the index of {frame.id} counts 0, 1, 2, …")
    return _of_column(reader, frame.id, name, index.index)


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
    if isinstance(term, Apply):
        return replace(term, args=tuple(picked(a, axis, index, loops) for a in term.args))
    if isinstance(term, View) and not term.arg.loops & {axis.name}:
        rest = tuple(each for each in term.axes if each != axis)
        inner = picked(term.arg, axis, index, loops)
        return inner if inner.own == rest else View(inner, rest)
    if isinstance(term, Contract):
        args = tuple(picked(a, axis, index, loops) for a in term.args)
        return replace(term, args=args, axes=tuple(e for e in term.axes if e != axis))
    if isinstance(term, Reduce):
        return replace(term, arg=picked(term.arg, axis, index, loops))
    if isinstance(term, Stack) and term.axis != axis:
        return replace(term, args=tuple(picked(a, axis, index, loops) for a in term.args))
    if isinstance(term, Stack) and index.constant is not None:
        return term.args[index.constant]
    raise Refusal("part of a computed value is taken")


def _is_new(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (
        isinstance(node, ast.Attribute) and node.attr == "newaxis"
    )


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _from_end(bound: Poly, length: Poly) -> Poly:
    constant = bound.constant
    return length + bound if constant is not None and constant < 0 else bound


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


def where(test: Term, yes: Term, no: Term) -> Term:
    """One of two values."""
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
    kept = (*a[:-1], *b[1:])
    return Contract((left, right), (shared,), kept)


def reduced(op: str, term: Term, over: tuple[Label, ...], extra: str = "") -> Term:
    """A reduction over own axes."""
    return Reduce(op, term, over, None, extra)


def is_carried(term: Term) -> bool:
    """Whether a term depends on what an earlier iteration left in a name."""
    return any(isinstance(each, CarriedValue) for each in term.walk())
