"""What is known of a function's names: dtypes, numbers of axes, extents and integers."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.normal_form.held import NUMBERS, held
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal

UNKNOWN = "@part"
"""Stands for how many elements a part of a row has, which no text gives."""
_CREATING = ("zeros", "ones", "empty", "full")
_LIKE = ("zeros_like", "ones_like", "empty_like", "full_like")
_SAME_SHAPE = ("copy", "asarray", "array", "ascontiguousarray", "asfortranarray")
_FRESH = (*_CREATING, *_LIKE, "copy", "arange", "linspace", "eye", "identity", "array")


def _shape_of_list(node: ast.List) -> tuple[Poly, ...] | None:
    """Of numbers that are written out, in lists of equal lengths; None for anything else."""
    rows = [each for each in node.elts if isinstance(each, ast.List)]
    if rows:
        inner = {_shape_of_list(each) for each in rows}
        if len(rows) < len(node.elts) or len(inner) > 1 or None in inner:
            return None
        return (Poly.number(len(rows)), *(inner.pop() or ()))
    numbers = (e.operand if isinstance(e, ast.UnaryOp) else e for e in node.elts)
    plain = all(isinstance(e, ast.Constant) for e in numbers)
    return (Poly.number(len(node.elts)),) if node.elts and plain else None


@dataclass(frozen=True)
class OtherShape:
    """All elements of an array in another shape."""

    name: str
    """Of the array."""
    shape: tuple[Poly, ...]


def dotted(node: ast.expr) -> str:
    """'x' for a name, 'self.x' for what an object holds; '' for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


def _table_of(value: ast.expr) -> str | None:
    """The table of `df['a'].to_numpy()`, `np.array(df['a'])`: columns are as long as it is."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return None
    column: ast.expr = value.func.value
    if value.func.attr == "array" and len(value.args) == 1:
        column = value.args[0]
    elif value.func.attr != "to_numpy":
        return None
    if not isinstance(column, ast.Subscript) or not isinstance(column.value, ast.Name):
        return None
    return column.value.id


class Facts:
    """The names of one function and what they hold, from its source and from a run of it."""

    def __init__(self, body: ast.AST, names: Mapping[str, str], numpy: str) -> None:
        self.numpy = numpy
        self.names = {name: held(words) for name, words in names.items()}
        self.parameters = _parameters(body)
        self.used = self.parameters | _used(body)
        """Every name that occurs, also of what lies outside of the function."""
        self.definitions: dict[str, list[ast.expr | None]] = {}
        self.stored: dict[str, list[int]] = {}
        self.changed_attributes = frozenset(
            ast.unparse(node)
            for node in ast.walk(body)
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
        )
        self.arrays_of: dict[str, str] = {}
        """Names of arrays that are made of lists, with those of the lists."""
        self.reshaped: dict[str, OtherShape] = {}
        """Texts such as 'x.ravel()': an array in another shape."""
        self.made: dict[str, tuple[Poly, ...]] = {}
        """Texts such as 'np.linspace(0, 1, n)': the shape of the array that they make."""
        self.shared: set[str] = set()
        """Global names that helpers of the same module read."""
        self.counters: set[str] = set()
        """Variables of loops over a range."""
        self._ranges: dict[str, list[tuple[int, int, int]]] = {}
        """First and last line of their loops, and what they are at least there."""
        for node in ast.walk(body):
            self._define(node)
        self._known: dict[str, Poly] = {}
        self._busy: set[str] = set()
        self.by_value: dict[Poly, str] = {}
        self.named_at: dict[str, int] = {}
        self.made_at: dict[str, int] = {}
        """Where names are set for the only time, in the function's own block."""
        self.line = 0
        """Where what is written will stand: names that are set later can't be used."""
        self._name_values(body)

    def _name_values(self, body: ast.AST) -> None:
        """Names that hold a number from a statement of the function's own block on."""
        for statement in getattr(body, "body", []):
            if not isinstance(statement, ast.Assign):
                continue
            for node in ast.walk(ast.Tuple(list(statement.targets), ast.Store())):
                if not isinstance(node, ast.Name) or self.single(node.id) is None:
                    continue
                self.made_at[node.id] = statement.lineno
                value = self.integer(ast.Name(node.id, ast.Load()))
                if value is None or value == Poly.atom(node.id) or value.constant is not None:
                    continue
                self.by_value.setdefault(value, node.id)
                self.named_at[node.id] = statement.lineno

    def _define(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._bind(node.target, node.value)
        elif isinstance(node, ast.AugAssign | ast.For | ast.NamedExpr):
            self._bind(node.target, None)
            if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
                called = node.iter.func if isinstance(node.iter, ast.Call) else None
                if isinstance(called, ast.Name) and called.id == "range":
                    self.counters.add(node.target.id)
                    assert isinstance(node.iter, ast.Call)
                    lines = node.lineno, node.end_lineno or node.lineno
                    self._ranges.setdefault(node.target.id, []).append(
                        (*lines, _least_of(node.iter))
                    )
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind(node.optional_vars, None)

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.definitions.setdefault(target.id, []).append(value)
            self.stored.setdefault(target.id, []).append(target.lineno)
        elif isinstance(target, ast.Tuple | ast.List):
            for place, each in enumerate(target.elts):
                part: ast.expr | None = None
                if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(
                    target.elts
                ):
                    part = value.elts[place]
                elif isinstance(value, ast.Attribute) and value.attr == "shape":
                    part = ast.Subscript(value, ast.Constant(place), ast.Load())
                self._bind(each, part)

    def at_least(self, counter: str) -> int:
        """The least number of a loop's variable, where it is written out; else 0.

        Of the innermost of its loops around what is written now, where there are any.
        """
        every = self._ranges.get(counter, [])
        around = [each for each in every if each[0] <= self.line <= each[1]]
        if around:
            return min(around, key=lambda each: each[1] - each[0])[2]
        return min((least for *_, least in every), default=0)

    def share(self, names: Mapping[str, str]) -> None:
        """Makes known what global names of the same module hold that helpers read."""
        for name, words in names.items():
            if name not in self.parameters and name not in self.definitions:
                self.names.setdefault(name, held(words))
                self.shared.add(name)

    def single(self, name: str) -> ast.expr | None:
        """The expression that a name has from its only assignment."""
        values = self.definitions.get(name, [])
        if len(values) == 1 and name not in self.parameters:
            return values[0]
        return None

    def is_outer(self, name: str) -> bool:
        """Whether a name comes from outside of the function."""
        return (
            name not in self.parameters
            and name not in self.definitions
            and name not in self.names
        )

    def settled(self, name: str) -> bool:
        """Whether a name means the same from its first use on."""
        if name in self.parameters:
            return not self.definitions.get(name)
        return len(self.definitions.get(name, [])) <= 1

    def kind(self, name: str) -> str:
        """'array', 'list', 'int', 'float', …; '' when not known."""
        if name in self.names:
            return self.names[name].kind
        if name in self.counters:
            return "int"
        value = self.single(name)
        if isinstance(value, ast.List) or (value is None and self._begins_as_list(name)):
            return "list"
        if isinstance(value, ast.Constant) and not isinstance(value.value, str):
            return type(value.value).__name__
        if value is not None and (self.shape_of(value) is not None):
            return "array"
        if value is not None and self.integer(value) is not None:
            return "int"
        return ""

    def _begins_as_list(self, name: str) -> bool:
        values = self.definitions.get(name, [])
        return bool(values) and isinstance(values[0], ast.List)

    def is_dict(self, name: str) -> bool:
        """Whether a name is a plain dictionary that begins empty here."""
        made = self.single(name)
        return made is not None and ast.unparse(made) in ("{}", "dict()")

    def is_none_before(self, name: str) -> bool:
        """Whether a name was last set to None before what is written now."""
        pairs = zip(self.definitions.get(name, ()), self.stored.get(name, ()), strict=True)
        before = [each for each, line in pairs if line < self.line]
        return (
            bool(before) and isinstance(before[-1], ast.Constant) and (before[-1].value is None)
        )

    def rank(self, name: str) -> int:
        """The number of axes of a name; 0 for numbers."""
        known = self.names.get(name)
        if known is not None:
            if known.kind == "array":
                made = self._made_before(name)
                return len(known.shape) if made is None else len(made)
            if known.kind in (*NUMBERS, "number"):
                return 0
            raise Refusal(f"{name} is a {known.kind}, not an array")
        for value in self.definitions.get(name, []):
            if isinstance(value, ast.Constant) and isinstance(
                value.value, int | float | complex
            ):
                return 0
            shape = None if value is None else self.shape_of(value)
            if shape is not None:
                return len(shape)
            if value is not None and self.integer(value) is not None:
                return 0
        raise Refusal(f"what {name} holds is not known")

    def _made_before(self, name: str) -> tuple[Poly, ...] | None:
        """The shape of what a name that is set several times holds where it is used."""
        pairs = zip(self.definitions.get(name, ()), self.stored.get(name, ()), strict=True)
        before = [each for each, line in pairs if line < self.line]
        if len(self.definitions.get(name, ())) < 2 or not before or before[-1] is None:
            return None
        return self._shape(name, before[-1]) if name not in self._busy else None

    def dtype(self, name: str) -> str:
        """The dtype of an array or NumPy number; '' when not known."""
        known = self.names.get(name)
        return known.dtype if known is not None else ""

    def extent(self, name: str, axis: int) -> Poly:
        """The length of one axis of an array."""
        name = self.arrays_of.get(name, name)
        if name in self.reshaped:
            return self.reshaped[name].shape[axis]
        if name in self.made:
            return self.made[name][axis]
        if name.endswith(".to_numpy()"):
            return Poly.atom(f"{re.split(r'[^A-Za-z0-9_]', name)[0]}.shape[0]")
        value = self.single(name)
        table = None if value is None else _table_of(value)
        if table is not None and self.kind(table) == "DataFrame":
            return self.extent(table, axis)
        shape = None if value is None or name in self._busy else self._shape(name, value)
        if shape is not None and axis < len(shape):
            return shape[axis]
        return Poly.atom(f"{name}.shape[{axis}]")

    def _shape(self, name: str, value: ast.expr) -> tuple[Poly, ...] | None:
        self._busy.add(name)
        try:
            return self.shape_of(value)
        finally:
            self._busy.discard(name)

    def shape_of(self, value: ast.expr) -> tuple[Poly, ...] | None:
        """The shape of a new array, from the expression that makes it."""
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            return None
        owner, name = value.func.value, value.func.attr
        if ast.unparse(owner) in (f"{self.numpy}.random", "rng") and value.args:
            if name in ("rand", "randn"):
                return self._written_shape(ast.Tuple(list(value.args), ast.Load()))
            if name in ("random", "standard_normal", "random_sample"):
                return self._written_shape(value.args[0])
        if isinstance(owner, ast.Name) and owner.id == self.numpy and value.args:
            first = value.args[0]
            if name in _CREATING:
                return self._written_shape(first)
            if name in ("eye", "identity"):
                size = self.integer(first)
                plain = len(value.args) == 1 and not any(k.arg == "M" for k in value.keywords)
                return (size, size) if size is not None and plain else None
            if name in ("array", "asarray") and isinstance(first, ast.List):
                return _shape_of_list(first)
            if name in (*_LIKE, *_SAME_SHAPE) and isinstance(first, ast.Name):
                return self._shape_of_name(first.id)
            return None
        if name in ("copy", "astype") and isinstance(owner, ast.Name):
            return self._shape_of_name(owner.id)
        return None

    def _shape_of_name(self, name: str) -> tuple[Poly, ...] | None:
        try:
            rank = self.rank(name)
        except Refusal:
            return None
        return tuple(self.extent(name, axis) for axis in range(rank)) if rank else None

    def _written_shape(self, node: ast.expr) -> tuple[Poly, ...] | None:
        if isinstance(node, ast.Attribute) and node.attr == "shape":
            return (
                self._shape_of_name(node.value.id) if isinstance(node.value, ast.Name) else None
            )
        parts = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
        if any(isinstance(each, ast.Starred) for each in parts):
            spread: list[Poly | None] = []
            for each in parts:
                if isinstance(each, ast.Starred):
                    spread += self._written_shape(each.value) or (None,)
                else:
                    spread.append(self.integer(each))
            return None if None in spread else tuple(e for e in spread if e is not None)
        shape = [self.integer(part) for part in parts]
        if any(each is None for each in shape):
            return None
        return tuple(each for each in shape if each is not None)

    def integer(self, node: ast.expr) -> Poly | None:
        """A whole number written with names that hold still, as a polynomial."""
        if isinstance(node, ast.Constant):
            return Poly.number(node.value) if type(node.value) is int else None
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.integer(node.operand)
            return None if inner is None else -inner
        if isinstance(node, ast.BinOp):
            return self._combined(node)
        held = dotted(node)
        if "." in held and held in self.names and held not in self.changed_attributes:
            return self._named(held)
        array = self._asked_of(node)
        if array is not None:
            return (
                self.extent(*array) if self.settled(array[0]) else Poly.atom(ast.unparse(node))
            )
        return None

    def _combined(self, node: ast.BinOp) -> Poly | None:
        left, right = self.integer(node.left), self.integer(node.right)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.FloorDiv | ast.Mod):
            a, b = left.constant, right.constant
            if a is not None and b:
                return Poly.number(a // b if isinstance(node.op, ast.FloorDiv) else a % b)
            sign = "//" if isinstance(node.op, ast.FloorDiv) else "%"
            return Poly.atom(
                f"({left.text()}) {sign} ({right.text()})"
                if " " in left.text() or " " in right.text()
                else f"{left.text()} {sign} {right.text()}"
            )
        return None

    def _named(self, name: str) -> Poly | None:
        known = self.names.get(name)
        if known is not None and known.kind not in ("int", "number"):
            return None
        if (
            known is not None
            and known.kind == "number"
            and known.dtype[:3] not in ("int", "uin")
        ):
            return None
        if name in self._busy:
            return Poly.atom(name)
        value = self.single(name)
        if value is not None:
            self._busy.add(name)
            try:
                found = self.integer(value)
            finally:
                self._busy.discard(name)
            # Long definitions stay names: what is shown should be what was written.
            asked = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
            still = all(each == "len" or self.settled(each) for each in asked)
            if found is not None and len(found.monomials) <= 3 and still:
                return found
        whole = known is not None or name in self.counters or self._must_be_whole(name)
        return Poly.atom(name) if whole else None

    def _must_be_whole(self, name: str) -> bool:
        value = self.single(name)
        return value is not None and self._asked_of(value) is not None

    @staticmethod
    def _asked_of(node: ast.expr) -> tuple[str, int] | None:
        """len(x), x.shape[k] and x.size of one axis: the array and the axis."""
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "len"
            and len(node.args) == 1
            and dotted(node.args[0])
        ):
            return dotted(node.args[0]), 0
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "len"
            and len(node.args) == 1
            and isinstance(node.args[0], ast.Subscript)
            and isinstance(node.args[0].value, ast.Name)
            and isinstance(node.args[0].slice, ast.Constant)
            and node.args[0].slice.value == 0
        ):
            return node.args[0].value.id, 1
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Attribute)
            and node.value.attr == "shape"
            and dotted(node.value.value)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, int)
            and node.slice.value >= 0
        ):
            return dotted(node.value.value), node.slice.value
        return None

    def text(self, number: Poly) -> str:
        """A whole number as a person would write it in this function."""
        if UNKNOWN in number.atoms:
            raise Refusal("how many elements a part has is not known")
        known = {p: n for p, n in self.by_value.items() if self.named_at[n] < self.line}
        shown = number.text(known)
        for name in self.arrays_of.values():
            shown = shown.replace(f"{name}.shape[1]", f"len({name}[0])")
        return re.sub(r"\b(\w+(?:\.\w+)?)\.shape\[0\]", r"len(\1)", shown)

    def shape_text(self, lengths: Sequence[Poly]) -> str:
        """Lengths as what `reshape` takes: 'out.shape' where they are all of an array's."""
        asked = [re.fullmatch(r"(\w+)\.shape\[\d+\]", each.text()) for each in lengths]
        made = [name for name, line in self.made_at.items() if line < self.line]
        for name in [*(each[1] for each in asked if each), *made]:
            known = self.names.get(name)
            if (
                known is None
                or known.kind != "array"
                or not 1 < len(lengths) == len(known.shape)
            ):
                continue
            if all(self.extent(name, axis) == each for axis, each in enumerate(lengths)):
                return f"{name}.shape"
        return ", ".join(self.text(each) for each in lengths)

    def at_hand(self, atom: str) -> int | None:
        """The value that an unknown had in the run."""
        extent = re.fullmatch(r"(\w+(?:\.\w+)?)\.shape\[(\d+)\]", atom)
        if extent:
            known = self.names.get(extent[1])
            axis = int(extent[2])
            kinds = ("array", "list")
            if known is not None and known.kind in kinds and axis < len(known.shape):
                return known.shape[axis]
            return None
        known = self.names.get(atom)
        if known is not None:
            return known.value
        values = {
            name: each.value for name, each in self.names.items() if each.value is not None
        }
        try:
            parsed = ast.parse(atom, mode="eval")
        except SyntaxError:
            return None
        return _evaluated(parsed.body, values, self)

    def roots(self, name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """Names whose memory a name may share: itself, where it is surely new."""
        name = self.arrays_of.get(name, name)
        if name in self.reshaped:
            return self.roots(self.reshaped[name].name, seen)
        if name in seen:
            return frozenset((name,))
        found = frozenset((name,))
        for value in self.definitions.get(name, []):
            if value is None or self.is_new(value):
                continue
            for node in ast.walk(value):
                if isinstance(node, ast.Name) and node.id != name:
                    known = self.names.get(node.id)
                    if known is None or known.kind not in (*NUMBERS, "number"):
                        found |= self.roots(node.id, seen | {name})
        return found - {self.numpy}

    def is_given(self, name: str) -> bool:
        """Whether an array comes from outside, so that another argument may be part of it."""
        return any(
            each.partition(".")[0] in self.parameters or self.is_outer(each)
            for each in self.roots(name)
        )

    def is_new(self, value: ast.expr) -> bool:
        """Whether an expression surely makes memory of its own."""
        if isinstance(value, ast.BinOp | ast.Constant | ast.List | ast.ListComp | ast.Compare):
            return True
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            if isinstance(value.func.value, ast.Name) and value.func.value.id == self.numpy:
                return value.func.attr in _FRESH
            return value.func.attr in ("copy", "astype", "sum", "mean", "max", "min")
        return False


def _least_of(call: ast.Call) -> int:
    """The least number of a range that counts upwards from a number that is written out."""
    first = call.args[0] if len(call.args) == 2 else None
    if isinstance(first, ast.Constant) and isinstance(first.value, int):
        return first.value
    if isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.USub):
        return -_least_of(ast.Call(call.func, [first.operand, first.operand], []))
    return 0


def _evaluated(node: ast.expr, values: Mapping[str, int], facts: Facts) -> int | None:
    """An atom such as 'n // 2' with the values of the run."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, int) else None
    if isinstance(node, ast.Name):
        return values.get(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _evaluated(node.operand, values, facts)
        return None if inner is None else -inner
    if isinstance(node, ast.Subscript):
        return facts.at_hand(ast.unparse(node)) if ".shape[" in ast.unparse(node) else None
    if isinstance(node, ast.BinOp):
        left = _evaluated(node.left, values, facts)
        right = _evaluated(node.right, values, facts)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.FloorDiv):
            return left // right if right else None
        if isinstance(node.op, ast.Mod):
            return left % right if right else None
    return None


def _used(body: ast.AST) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(body):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node is not body:
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return frozenset(found)


def _parameters(body: ast.AST) -> frozenset[str]:
    if not isinstance(body, ast.FunctionDef):
        return frozenset()
    given = body.args
    return frozenset(
        each.arg
        for each in (
            *given.posonlyargs,
            *given.args,
            *given.kwonlyargs,
            *(extra for extra in (given.vararg, given.kwarg) if extra),
        )
    )
