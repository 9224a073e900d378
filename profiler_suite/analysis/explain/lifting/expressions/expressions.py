"""From the expressions of a loop's body to terms."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from profiler_suite.analysis.explain.lifting.expressions.frames import column, column_element
from profiler_suite.analysis.explain.lifting.expressions.shapes import flattened, length_of
from profiler_suite.analysis.explain.lifting.expressions.subscripts import Subscripts
from profiler_suite.analysis.explain.lifting.normal_form.facts import dotted
from profiler_suite.analysis.explain.lifting.normal_form.operations import (
    agreed,
    apply,
    condition,
    element_of,
    is_truth,
    joined,
    negated,
    product,
    where,
    whole_number,
)
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone, Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    NOTHING,
    Apply,
    CarriedValue,
    Index,
    Label,
    Leaf,
    Part,
    Reduce,
    Refusal,
    Row,
    Select,
    Stack,
    Term,
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
_NAMED_NUMBERS = frozenset(
    f"{module}.{name}"
    for module in ("np", "numpy", "math")
    for name in ("nan", "inf", "pi", "e")
)
Labels = tuple[Label, ...]


class Reader(Subscripts):
    """Reads expressions in a scope."""

    def __init__(
        self,
        scope: Scope,
        call: Callable[[Reader, ast.Call], Term],
        comprehend: Callable[[Reader, Comprehension], tuple[Term, Labels, Term | None]],
    ) -> None:
        super().__init__(scope)
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
        if node.value is None:
            return NOTHING
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
        if isinstance(node.left, ast.List) or isinstance(node.right, ast.List):
            return self._repeated(node)
        left, right = self.read(node.left), self.read(node.right)
        if isinstance(node.op, ast.MatMult):
            return product(self.scope, left, right)
        sign = _SIGNS[type(node.op)]
        if isinstance(left, Index) and isinstance(right, Index):
            exact = whole_number(left, sign, right)
            if exact is not None:
                return exact
        return apply(f"({{0}}) {sign} ({{1}})", sign, left, right)

    def _repeated(self, node: ast.BinOp) -> Term:
        """`[0] * n`: the array of as many equal numbers that a list of them becomes."""
        one, times = node.left, node.right
        if isinstance(times, ast.List):
            one, times = times, one
        number = one.elts[0] if isinstance(one, ast.List) and len(one.elts) == 1 else None
        if number is None or not isinstance(node.op, ast.Mult) or not _is_number(number):
            raise Refusal(f"{ast.unparse(node)!r} is a list, not an array")
        if not isinstance(self.read(times), Index):
            raise Refusal(f"{ast.unparse(node)!r} is a list, not an array")
        args = [times, number]
        name = "full"
        if isinstance(number, ast.Constant) and number.value == 0:
            name, args = "zeros", [times, ast.Name(type(number.value).__name__, ast.Load())]
        module = ast.Name(self.facts.numpy, ast.Load())
        return self.read(ast.Call(ast.Attribute(module, name, ast.Load()), args, []))

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
        if self.facts.is_dict(values.id):
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
        if isinstance(node.op, ast.Or) and self._is_unset(node.values[0]):
            # True in the first iteration only, where every value is the best so far.
            rest = node.values[1:]
            only = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            self.scope.assume_extremes()
            return self.read_test(only)
        first = self.read_test(node.values[0])
        self.scope.conditional += 1
        parts = [first]
        is_and = isinstance(node.op, ast.And)
        for each in node.values[1:]:
            with self.scope.under(*(parts if is_and else map(negated, parts))):
                parts.append(self.read_test(each))
        self.scope.conditional -= 1
        return joined("&" if is_and else "|", parts)

    def _is_unset(self, node: ast.expr) -> bool:
        """`best is None`, of what only the iterations before set."""
        name, _, rest = ast.unparse(node).partition(" ")
        held = self.scope.env.get(name)
        unset = isinstance(held, CarriedValue) and name in self.scope.unset
        return unset and rest in ("is None", "== None")

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
        if node.attr == "flat" and inner.own:
            return flattened(self.scope, inner)
        if node.attr in ("real", "imag"):
            return Apply(f"({{0}}).{node.attr}", (inner,), node.attr)
        if node.attr == "size" and isinstance(inner, Part):
            return length_of(inner)
        if node.attr == "shape" and inner.own and not isinstance(inner, Select | Part):
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
        if isinstance(node.slice, ast.Name) and node.slice.id in self.scope.places:
            names = self.scope.places[node.slice.id]
            parts = [ast.Name(each, ast.Load()) for each in names]
        return self.subscripted(base, parts, ast.unparse(node))

    def _of_selected(self, base: Select, node: ast.Subscript) -> Term:
        if isinstance(node.slice, ast.Tuple) and not base.flat:
            first, *rest = node.slice.elts
            if ast.unparse(first) == ":" and rest:
                parts = list(node.slice.elts)
                arg = self.subscripted(base.arg, parts, ast.unparse(node))
                return Select(arg, relabelled(base.mask, {base.mask.own[0]: arg.own[0]}))
        place = self.read(node.slice)
        number = place.index.constant if isinstance(place, Index) else None
        if number is None:
            raise Refusal(f"{ast.unparse(node)!r} takes part of what a condition selects")
        self.scope.assume("the condition selects something")
        return element_of(base, number)

    def _read_tuple(self, node: ast.Tuple) -> Term:
        return self._stacked(node.elts, "tuple")

    def _read_list(self, node: ast.List) -> Term:
        return self._stacked(node.elts, "list")

    def _stacked(self, elements: Sequence[ast.expr], written: str) -> Term:
        if not elements or any(isinstance(each, ast.Starred) for each in elements):
            raise Refusal("an empty or starred list is no array")
        args = agreed([self.read(each) for each in elements])
        return Stack(tuple(args), self.scope.label(Poly.number(len(args))), written)

    def _read_listcomp(self, node: ast.ListComp) -> Term:
        item, labels, mask = self._comprehend(self, node)
        if mask is not None and (len(labels) != 1 or item.own or mask.own):
            raise Refusal("how long a list becomes depends on a condition")
        if mask is not None:
            return Select(View(item, labels), View(mask, labels))
        return View(item, (*labels, *item.own))

    def _read_call(self, node: ast.Call) -> Term:
        return self._call(self, node)


def _is_number(node: ast.expr) -> bool:
    """A number that is written out, or one of NumPy's and math's that have a name."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and _is_number(node.operand)
    if isinstance(node, ast.Attribute):
        return ast.unparse(node) in _NAMED_NUMBERS
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _side_by_side(op: ast.cmpop, a: ast.expr, b: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The pairs that (i, j) == (0, 0) compares; none for anything else."""
    if not isinstance(op, ast.Eq | ast.NotEq) or not isinstance(a, ast.Tuple):
        return []
    if not isinstance(b, ast.Tuple) or len(a.elts) != len(b.elts):
        return []
    return list(zip(a.elts, b.elts, strict=True))
