"""From the expressions of a loop's body to terms."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.facts import dotted
from profiler_suite.analysis.explain.lifting.frames import column, column_element
from profiler_suite.analysis.explain.lifting.operations import (
    agreed,
    apply,
    condition,
    element_of,
    is_truth,
    joined,
    negated,
    picked,
    product,
    where,
    whole_number,
)
from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.scope import Gone, Scope
from profiler_suite.analysis.explain.lifting.terms import (
    Access,
    Apply,
    At,
    By,
    Core,
    Index,
    Label,
    Leaf,
    New,
    Reduce,
    Refusal,
    Row,
    Select,
    Slab,
    Stack,
    Sub,
    Term,
    Translated,
    View,
    relabelled,
)

ARITHMETIC: dict[type[ast.AST], str] = {
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
}
_SIGNS = ARITHMETIC | {
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


_LITERALS = (ast.Tuple, ast.List, ast.Set)
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
        if isinstance(node.value, str):
            return Leaf(repr(node.value), weak="str")
        raise Refusal(f"{node.value!r} is no number")

    def _read_name(self, node: ast.Name) -> Term:
        if node.id in self.scope.env:
            found = self.scope.env[node.id]
            if isinstance(found, Gone):
                raise Refusal(f"{node.id} is used after the loop that sets it")
            if self.scope.unsure.get(node.id) is found:
                self.scope.assume(f"{node.id} is set before it is read")
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
            if isinstance(op, ast.In | ast.NotIn) and isinstance(b, _LITERALS) and b.elts:
                equal = [
                    apply("({0}) == ({1})", "==", self.read(a), self.read(e)) for e in b.elts
                ]
                found = joined("|", equal)
                parts.append(found if isinstance(op, ast.In) else negated(found))
                continue
            among = self._among(a, b) if isinstance(op, ast.In | ast.NotIn) else None
            if among is not None:
                parts.append(among if isinstance(op, ast.In) else negated(among))
                continue
            pairs = _side_by_side(op, a, b)
            if pairs:
                equal = [
                    apply("({0}) == ({1})", "==", self.read(x), self.read(y)) for x, y in pairs
                ]
                found = joined("&", equal)
                parts.append(found if isinstance(op, ast.Eq) else negated(found))
                continue
            sign = _SIGNS.get(type(op))
            if sign is None:
                raise Refusal(f"{ast.unparse(node)!r} is no comparison of numbers")
            parts.append(apply(f"({{0}}) {sign} ({{1}})", sign, self.read(a), self.read(b)))
        return joined("&", parts)

    def _among(self, value: ast.expr, values: ast.expr) -> Term | None:
        """`v in values` of a list, set, dict or row of numbers that stays as it is."""
        if not isinstance(values, ast.Name) or values.id in self.scope.varying:
            return None
        name, kind = values.id, self.facts.kind(values.id)
        held = self.facts.names.get(name)
        array = kind == "array" and held is not None and len(held.shape) == 1
        listed = kind in ("set", "frozenset", "dict", "list", "tuple") and held is not None
        inner = self.read(value) if array or listed else None
        if inner is None or inner.own or name in self.scope.grown:
            return None
        return Apply(f"NP.isin({{0}}, {name if array else f'list({name})'})", (inner,), "isin")

    def _read_boolop(self, node: ast.BoolOp) -> Term:
        parts = [self.read(node.values[0])]
        self.scope.conditional += 1
        parts += [self.read(each) for each in node.values[1:]]
        self.scope.conditional -= 1
        sign = "&" if isinstance(node.op, ast.And) else "|"
        if all(is_truth(each) for each in parts):
            return joined(sign, parts)
        raise Refusal(f"{ast.unparse(node)!r} joins values that are not conditions")

    def read_test(self, node: ast.expr) -> Term:
        """The term of a condition: numbers in it are true unless zero."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return negated(self.read_test(node.operand))
        if not isinstance(node, ast.BoolOp):
            return condition(self.read(node))
        first = self.read_test(node.values[0])
        self.scope.conditional += 1
        parts = [first]
        is_and = isinstance(node.op, ast.And)
        for each in node.values[1:]:
            with self.scope.under(*(parts if is_and else map(negated, parts))):
                parts.append(self.read_test(each))
        self.scope.conditional -= 1
        return joined("&" if is_and else "|", parts)

    def _read_ifexp(self, node: ast.IfExp) -> Term:
        test = self.read_test(node.test)
        self.scope.conditional += 1
        with self.scope.under(test):
            yes = self.read(node.body)
        with self.scope.under(negated(test)):
            no = self.read(node.orelse)
        self.scope.conditional -= 1
        return where(test, yes, no)

    def _read_attribute(self, node: ast.Attribute) -> Term:
        owner = node.value
        carried = self.scope.env.get(dotted(node))
        if carried is not None and not isinstance(carried, Gone):
            return carried  # what an iteration has set it to
        if isinstance(owner, ast.Name) and owner.id in _CONSTANT_OWNERS:
            if node.attr in _CONSTANTS:
                return Leaf(ast.unparse(node), weak="float")
            raise Refusal(f"{ast.unparse(node)!r} is no array expression")
        whole = self.facts.integer(node)
        if whole is not None:
            return Index(whole)
        if isinstance(owner, ast.Name) and f"{owner.id}.{node.attr}" in self.facts.names:
            return self._held(f"{owner.id}.{node.attr}")
        inner = self.read(owner)
        if isinstance(inner, Row):
            return column(self.scope, inner, ast.Constant(node.attr))
        if node.attr == "T":
            return View(inner, inner.own[::-1]) if len(inner.own) > 1 else inner
        if node.attr in ("real", "imag"):
            return Apply(f"({{0}}).{node.attr}", (inner,), node.attr)
        if node.attr == "shape" and inner.own and not isinstance(inner, Select):
            sizes = tuple(Index(each.count) for each in inner.own)
            return Stack(sizes, self.scope.label(Poly.number(len(sizes))))
        if node.attr == "size" and isinstance(inner, Select):
            return Reduce("sum", inner.mask, inner.own)
        if node.attr == "size":
            size = Poly.number(1)
            for label in inner.own:
                size = size * label.count
            return Index(size)
        raise Refusal(f"{ast.unparse(node)!r} is no array expression")

    def _held(self, name: str) -> Term:
        """What an object holds, such as self.weights, as long as the function only reads it."""
        if name in self.scope.varying:
            raise Refusal(f"{name} is set in the function")
        return self.scope.array(name)

    def _read_subscript(self, node: ast.Subscript) -> Term:
        whole = self.facts.integer(node)
        if whole is not None:
            return Index(whole)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            inner = self.read(node.value.value)
            place = self.read(node.slice)
            axis = place.index.constant if isinstance(place, Index) else None
            if axis is not None and -len(inner.own) <= axis < len(inner.own):
                return Index(inner.own[axis].count)
        last = self.scope.env.get(ast.unparse(node))
        if last is not None and not isinstance(last, Gone):
            return last  # of a list that grows
        found = column_element(self.scope, node, self.read)
        if found is not None:
            return found
        if isinstance(node.value, ast.Name) and self.facts.kind(node.value.id) == "dict":
            return self.translated(node.value.id, f"{node.value.id}[{{0}}]", node.slice)
        base = self.read(node.value)
        if isinstance(base, Row):
            return column(self.scope, base, node.slice)
        if isinstance(base, Select):
            return self._of_selected(base, node)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return self.subscripted(base, parts, ast.unparse(node))

    def _of_selected(self, base: Select, node: ast.Subscript) -> Term:
        place = self.read(node.slice)
        number = place.index.constant if isinstance(place, Index) else None
        if number is None:
            raise Refusal(f"{ast.unparse(node)!r} takes part of what a condition selects")
        self.scope.assume("the condition selects something")
        return element_of(base, number)

    def translated(self, name: str, form: str, key: ast.expr) -> Term:
        """What a dictionary that nobody changes holds for a key."""
        if name in self.scope.varying or not self.facts.settled(name):
            raise Refusal(f"{name} is a dict that changes")
        inner, held = self.read(key), self.facts.names.get(name)
        if inner.own:
            raise Refusal(f"an array is no key of {name}")
        sizes = held.shape if held is not None else ()
        axes = tuple(self.scope.label(Poly.number(each)) for each in sizes)
        return Translated(form, inner, axes, held.dtype if held is not None else "")

    def subscripted(self, base: Term, parts: Sequence[ast.expr], words: str) -> Term:
        """Part of a term."""
        plain = isinstance(parts[0], ast.Slice | ast.Constant) or _is_new(parts[0])
        if len(parts) == 1 and base.own and not plain:
            mask = self.read(parts[0])
            if len(mask.own) == 1 and is_truth(mask):
                return Select(base, relabelled(mask, {mask.own[0]: base.own[0]}))
            if len(mask.own) == len(base.own) > 1 and is_truth(mask):
                names = dict(zip(mask.own, base.own, strict=True))
                return Select(base, relabelled(mask, names), flat=True)
        if isinstance(base, Stack) and len(parts) == 1:
            place = self.read(parts[0])
            if isinstance(place, Index) and place.index.constant is not None:
                return base.args[place.index.constant]
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
            if number.atoms & self.scope.labels.keys() or axis not in base.own:
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


def _looked_up(base: Term, index: Term) -> Term | None:
    """The element of a computed row whose place is looked up, too: p[y[i]]."""
    if isinstance(index, Index) or index.own or is_truth(index):
        return None
    if not base.loops:
        return Core("({0})[{1}]", (base, index), ())
    if base.loops != index.loops:
        return None
    form = "NP.take_along_axis({0}, ({1})[..., None], axis=-1)[..., 0]"
    return Core(form, (base, index), ())


def _side_by_side(op: ast.cmpop, a: ast.expr, b: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The pairs that (i, j) == (0, 0) compares; none for anything else."""
    if not isinstance(op, ast.Eq | ast.NotEq) or not isinstance(a, ast.Tuple):
        return []
    if not isinstance(b, ast.Tuple) or len(a.elts) != len(b.elts):
        return []
    return list(zip(a.elts, b.elts, strict=True))


def _is_new(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (
        isinstance(node, ast.Attribute) and node.attr == "newaxis"
    )


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _from_end(bound: Poly, length: Poly) -> Poly:
    constant = bound.constant
    return length + bound if constant is not None and constant < 0 else bound
