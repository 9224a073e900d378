"""A Python function of one element, or of one row, written for all elements at once.

Straight code with conditions becomes array expressions: `a if c else b` and `if` become
`np.where`, `math.sqrt` becomes `np.sqrt`, `and` becomes `&`. Of a function of rows the last
axis is the row: `np.sum(row)` becomes `np.sum(rows, axis=-1)`, `row[2]` becomes
`rows[..., 2]`; where it is the first, `np.sum(rows, axis=0)` and `rows[2]`. What cannot
be written so raises NotVectorisedError.
"""

import ast
import dataclasses
from collections.abc import Callable, Iterable, Mapping

from profiler_suite.analysis.explain import extremes
from profiler_suite.analysis.explain.rewriting import BINDING, Function

_REDUCING = frozenset(
    [
        *("sum", "mean", "max", "min", "std", "var", "prod", "median", "any", "all", "ptp"),
        *("argmax", "argmin", "nansum", "nanmean", "nanmax", "nanmin", "nanstd", "percentile"),
        *("quantile", "count_nonzero", "average"),
    ]
)
_ALONG = frozenset(["sort", "cumsum", "cumprod", "diff", "argsort", "flip"])
_METHODS = frozenset(
    ["sum", "mean", "max", "min", "std", "var", "prod", "any", "all", "argmax", "argmin"]
)
_ELEMENTWISE = frozenset(
    [
        *("sqrt", "exp", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "tan", "tanh"),
        *("sinh", "cosh", "arcsin", "arccos", "arctan", "arctan2", "absolute", "square"),
        *("floor", "ceil", "trunc", "sign", "maximum", "minimum", "power", "hypot", "where"),
        *("isnan", "isfinite", "radians", "degrees", "clip", "exp2", "cbrt", "fabs", "round"),
        *("logical_and", "logical_or", "logical_not", "conj", "real", "imag", "angle", "mod"),
    ]
)
_MATH = {
    **{name: name for name in _ELEMENTWISE},
    **{"pow": "power", "fabs": "abs", "asin": "arcsin", "acos": "arccos", "atan": "arctan"},
    **{"atan2": "arctan2", "fmod": "fmod", "isinf": "isinf", "copysign": "copysign"},
}
_MISSING = ("isna", "isnull", "notna", "notnull")
# What raises or warns where it is not chosen.
_RISKY = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_CONSTANTS = ("pi", "e", "inf", "nan", "tau")

NUMBER, ROW, CONSTANT, TABLE_ROW = "number", "row", "constant", "table row"
COLUMNS = "columns"
"""Several numbers, each by a name or by its place."""


class NotVectorisedError(Exception):
    """This cannot be written for all elements at once, for this reason."""


@dataclasses.dataclass(frozen=True)
class Value:
    """An array expression: one number per element, one row per element, or the same for all."""

    text: str
    kind: str
    binding: int = 9
    """How tightly its outermost operator binds; 9 for a name or a call."""
    parts: tuple[tuple[object, "Value"], ...] = ()
    """Of columns: the name, or the place, and the value of each."""
    compared: tuple[object, str, object] | None = None
    """Of one comparison of numbers: its sides, see `side`, and what stands between them."""

    @property
    def closed(self) -> str:
        """Its text, so that anything may stand beside it."""
        return self.within(9)

    @property
    def side(self) -> object:
        """Its text, of a number that is written out the number."""
        try:
            return float(self.text)
        except ValueError:
            return self.text

    def within(self, binding: int) -> str:
        """Its text, so that an operator that binds as tightly may stand beside it."""
        return self.text if self.binding >= binding else f"({self.text})"


class CallOverRows:
    """The text of a function that does for all elements what another does for one."""

    def __init__(
        self,
        function: Function,
        callee: ast.FunctionDef | ast.Lambda,
        kinds: Mapping[str, str],
        columns: Callable[[str, str], str] | None = None,
        *,
        several: bool = False,
        axis: int = -1,
    ) -> None:
        """`several`: whether it may return a tuple, a dictionary or a Series of numbers.

        `axis`, -1 or 0, is the one that a row of the arrays is along.
        """
        self._function = function
        self._axis = axis
        self._lines: list[str] = []
        self._number = 0
        self._columns = columns
        self._may_be_several = several
        self.risky = False
        self.free: dict[str, None] = {}
        """Names of the function around it that it uses."""
        self._outside = _assigned(function.node)
        self._inside: list[str] = []
        """Functions that are being read in place."""
        env = {name: Value(name, kind) for name, kind in kinds.items()}
        if isinstance(callee, ast.Lambda):
            self.result = self._returned(callee.body, env)
        else:
            found = self._block(callee.body, env)
            if found is None:
                raise NotVectorisedError("it may return nothing")
            self.result = found
        if self.result.kind == CONSTANT:
            raise NotVectorisedError("its result is the same for every element")

    def definition(self, name: str, parameters: list[str], title: str) -> str:
        """The whole function, to be put before the one that calls it."""
        given = ", ".join([*parameters, *self.free])
        lines = [*self._lines, f"return {self.result.text}"]
        if self.risky:
            options = "divide='ignore', invalid='ignore', over='ignore'"
            lines = [
                f"with np.errstate({options}):",
                *(f"    {line}" for line in lines),
            ]
        body = "\n".join(f"    {line}" for line in lines)
        return f'def {name}({given}):\n    """{title}"""\n{body}'

    # ------------------------------------------------------------- statements

    def _block(self, body: list[ast.stmt], env: dict[str, Value]) -> Value | None:
        """What the statements return; None when they end without."""
        for number, statement in enumerate(body):
            if isinstance(statement, ast.Return):
                if statement.value is None:
                    raise NotVectorisedError("it may return nothing")
                return self._returned(statement.value, env)
            if isinstance(statement, ast.If):
                return self._condition(statement, body[number + 1 :], env)
            self._simple(statement, env)
        return None

    def _returned(self, node: ast.expr, env: dict[str, Value]) -> Value:
        """One value, or several: a tuple, a list, a dictionary, a Series of them."""
        own = self._may_be_several and not self._inside
        named = self._several(node) if own else None
        if named is None:
            return self._expression(node, env)
        return columns_of((name, self._expression(each, env)) for name, each in named)

    def _several(self, node: ast.expr) -> list[tuple[object, ast.expr]] | None:
        names: list[ast.expr] | None = None
        if (
            isinstance(node, ast.Call)
            and self._function.qualified(node.func) == "pandas.Series"
        ):
            index = [k.value for k in node.keywords if k.arg == "index"]
            given = [*node.args, *index]
            if len(given) != len(node.args) + len(node.keywords) or not node.args:
                return None
            node = given[0]
            if len(given) == 2 and isinstance(given[1], ast.List | ast.Tuple):
                names = given[1].elts
            elif len(given) > 1:
                return None
        if isinstance(node, ast.Dict) and names is None:
            keys = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
            return list(zip(keys, node.values, strict=True)) if None not in keys else None
        if not isinstance(node, ast.Tuple | ast.List):
            return None
        if names is None:
            return list(enumerate(node.elts))
        known = [each.value for each in names if isinstance(each, ast.Constant)]
        if len(known) != len(node.elts) or len(names) != len(known):
            return None
        return list(zip(known, node.elts, strict=True))

    def _simple(self, statement: ast.stmt, env: dict[str, Value]) -> None:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            return
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            load = ast.Name(statement.target.id, ast.Load())
            value: ast.expr = ast.BinOp(load, statement.op, statement.value)
            self._assign(statement.target.id, value, env)
            return
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                self._assign(target.id, statement.value, env)
                return
            parts = self._unpacked(statement.value)
            if isinstance(target, ast.Tuple) and len(parts) == len(target.elts):
                names = [each.id for each in target.elts if isinstance(each, ast.Name)]
                found = [self._expression(each, env) for each in parts]
                if len(names) == len(found):
                    env |= {n: self._named(n, v) for n, v in zip(names, found, strict=True)}
                    return
        first = ast.unparse(statement).splitlines()[0]
        raise NotVectorisedError(f"'{first}' is not arithmetic")

    def _unpacked(self, value: ast.expr) -> list[ast.expr]:
        """The parts of a tuple, a list, or of map(f, […])."""
        if isinstance(value, ast.Tuple | ast.List):
            return list(value.elts)
        mapped = isinstance(value, ast.Call) and (
            self._function.qualified(value.func) == "builtins.map"
        )
        if mapped and isinstance(value, ast.Call) and len(value.args) == 2:
            called, parts = value.args
            if isinstance(parts, ast.Tuple | ast.List):
                return [ast.Call(called, [each], []) for each in parts.elts]
        return []

    def _assign(self, name: str, value: ast.expr, env: dict[str, Value]) -> None:
        found = self._expression(value, env)
        env[name] = self._named(name, found)

    def _named(self, name: str, value: Value) -> Value:
        if value.text.isidentifier():
            return value
        self._number += 1
        own = f"{name}_{self._number}"
        self._lines.append(f"{own} = {value.text}")
        return Value(own, value.kind, compared=value.compared)

    def _condition(
        self, statement: ast.If, rest: list[ast.stmt], env: dict[str, Value]
    ) -> Value | None:
        """Both branches, each followed by the rest, and the choice between them."""
        test = self._named("test", self._expression(statement.test, env))
        if test.kind == ROW:
            raise NotVectorisedError("a condition on a whole row")
        if not _returns(statement.body) and not _returns(statement.orelse):
            yes, no = dict(env), dict(env)
            self._block(statement.body, yes)
            self._block(statement.orelse, no)
            for name in dict.fromkeys([*yes, *no]):
                if name not in yes or name not in no:
                    continue
                if yes[name] is not no[name]:
                    chosen = self._chosen(test, yes[name], no[name])
                    env[name] = self._named(name, chosen)
            return self._block(rest, env)
        first = self._block([*statement.body, *rest], dict(env))
        second = self._block([*statement.orelse, *rest], dict(env))
        if first is None or second is None:
            raise NotVectorisedError("it may return nothing")
        return self._chosen(test, first, second)

    def _chosen(self, test: Value, yes: Value, no: Value) -> Value:
        if COLUMNS in (yes.kind, no.kind):
            if [name for name, _ in yes.parts] != [name for name, _ in no.parts]:
                raise NotVectorisedError("it returns other columns in other cases")
            both = zip(yes.parts, no.parts, strict=True)
            return columns_of(
                (name, self._chosen(test, one, other)) for (name, one), (_, other) in both
            )
        kind = ROW if ROW in (yes.kind, no.kind) else NUMBER
        ufunc = extremes.ufunc(test.compared, yes.side, no.side) if test.compared else ""
        if ufunc:
            value, number = (yes, no) if isinstance(no.side, float) else (no, yes)
            return Value(f"np.{ufunc}({value.text}, {number.text})", kind)
        parts = [self._as_wide(each, kind).text for each in (test, yes, no)]
        return Value(f"np.where({', '.join(parts)})", kind)

    # ------------------------------------------------------------ expressions

    def _expression(self, node: ast.expr, env: dict[str, Value]) -> Value:
        if isinstance(node, ast.Constant):
            return Value(repr(node.value), CONSTANT)
        if isinstance(node, ast.Name):
            return self._name(node, env)
        if isinstance(node, ast.BinOp):
            return self._binary(node, env)
        if isinstance(node, ast.UnaryOp):
            inner = self._expression(node.operand, env)
            signs = {ast.USub: "-", ast.UAdd: "+", ast.Not: "~", ast.Invert: "~"}
            if isinstance(node.op, ast.Not) and inner.kind == CONSTANT:
                return Value(f"not {inner.closed}", CONSTANT, 0)
            return Value(f"{signs[type(node.op)]}{inner.within(7)}", inner.kind, 7)
        if isinstance(node, ast.Compare):
            return self._comparison(node, env)
        if isinstance(node, ast.BoolOp):
            parts = [self._expression(each, env) for each in node.values]
            sign = " & " if isinstance(node.op, ast.And) else " | "
            kind = self._widest(parts)
            text = sign.join(self._as_wide(each, kind).closed for each in parts)
            return Value(text, kind, 0)
        if isinstance(node, ast.IfExp):
            self.risky = True
            test, yes, no = (
                self._expression(each, env) for each in (node.test, node.body, node.orelse)
            )
            return self._chosen(test, yes, no)
        if isinstance(node, ast.Call):
            return self._called(node, env)
        if isinstance(node, ast.Subscript):
            return self._indexed(node, env)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, env)
        raise NotVectorisedError(f"'{ast.unparse(node)}' has no form for many")

    def _name(self, node: ast.Name, env: dict[str, Value]) -> Value:
        if node.id in env:
            if env[node.id].kind == TABLE_ROW:
                raise NotVectorisedError("it uses a row of the table as a whole")
            return env[node.id]
        if node.id in self._outside:
            self.free[node.id] = None
        return Value(node.id, CONSTANT)

    def _binary(self, node: ast.BinOp, env: dict[str, Value]) -> Value:
        left, right = self._expression(node.left, env), self._expression(node.right, env)
        self.risky |= isinstance(node.op, _RISKY)
        if isinstance(node.op, ast.MatMult):
            return self._inner(left, right)
        kind = self._widest([left, right])
        a, b = self._as_wide(left, kind), self._as_wide(right, kind)
        sign = ast.unparse(ast.BinOp(ast.Name("a"), node.op, ast.Name("b")))[1:-1].strip()
        binding = BINDING[type(node.op)]
        return Value(f"{a.within(binding)} {sign} {b.within(binding + 1)}", kind, binding)

    def _inner(self, left: Value, right: Value) -> Value:
        if self._axis == 0:
            return self._inner_of_first(left, right)
        if left.kind == right.kind == ROW:
            return Value(f"np.vecdot({left.text}, {right.text})", NUMBER)
        if left.kind == ROW and right.kind == CONSTANT:
            return Value(f"{left.closed} @ {right.closed}", NUMBER, 0)
        if left.kind == CONSTANT and right.kind == ROW:
            return Value(f"{right.closed} @ {left.closed}.T", NUMBER, 0)
        raise NotVectorisedError("a product of other things than rows")

    @staticmethod
    def _inner_of_first(left: Value, right: Value) -> Value:
        if left.kind == right.kind == ROW:
            return Value(f"({left.closed} * {right.closed}).sum(axis=0)", NUMBER)
        if {left.kind, right.kind} == {ROW, CONSTANT}:
            row, same = (left, right) if left.kind == ROW else (right, left)
            return Value(f"np.tensordot({same.text}, {row.text}, 1)", NUMBER)
        raise NotVectorisedError("a product of other things than rows")

    def _comparison(self, node: ast.Compare, env: dict[str, Value]) -> Value:
        sides = [self._expression(each, env) for each in (node.left, *node.comparators)]
        kind = self._widest(sides)
        wide = [self._as_wide(each, kind).within(1) for each in sides]
        parts, signs = [], []
        for number, op in enumerate(node.ops):
            if isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn):
                raise NotVectorisedError(f"'{ast.unparse(node)}' has no form for many")
            signs.append(ast.unparse(ast.Compare(ast.Name("a"), [op], [ast.Name("b")]))[2:-2])
            parts.append(f"{wide[number]} {signs[-1]} {wide[number + 1]}")
        if len(parts) == 1:
            compared = (sides[0].side, signs[0], sides[1].side)
            return Value(parts[0], kind, 0, compared=compared if kind == NUMBER else None)
        return Value(" & ".join(f"({each})" for each in parts), kind, 0)

    def _called(self, node: ast.Call, env: dict[str, Value]) -> Value:
        name = self._function.qualified(node.func)
        if isinstance(node.func, ast.Attribute) and not name:
            return self._method(node, node.func, env)
        owner, _, short = name.rpartition(".")
        values = [self._expression(each, env) for each in node.args]
        own = self._own_function(node)
        if own is not None and any(each.kind != CONSTANT for each in values):
            return self._in_place(own, values)
        self.risky |= short in ("sqrt", "log", "log2", "log10", "power", "log1p")
        if name == "builtins.len" and values[0].kind == ROW:
            return Value(f"{values[0].closed}.shape[{self._axis}]", CONSTANT)
        if all(each.kind == CONSTANT for each in values) and not node.keywords:
            return Value(ast.unparse(node), CONSTANT)
        if owner == "math" and short in _MATH:
            return self._elementwise(f"np.{_MATH[short]}", values)
        if owner == "pandas" and short in _MISSING and len(values) == 1:
            return self._elementwise(f"{self._function.pandas}.{short}", values)
        if owner == "bisect" and len(values) == 2 and not node.keywords:
            return self._searched(short, *values)
        if name == "builtins.abs":
            return self._elementwise("np.abs", values)
        if name == "builtins.float" and values[0].kind == NUMBER:
            return Value(f"np.asarray({values[0].text}, float)", NUMBER)
        if name in ("builtins.min", "builtins.max", "builtins.sum", "builtins.round"):
            return self._builtin(short, values)
        if name == "numpy.linalg.norm" and len(values) == 1 and values[0].kind == ROW:
            return Value(f"np.linalg.norm({values[0].text}, axis={self._axis})", NUMBER)
        if name in ("numpy.dot", "numpy.inner", "numpy.vdot") and len(values) == 2:
            return self._inner(*values)
        if owner == "numpy" and not any(k.arg == "axis" for k in node.keywords):
            return self._numpy(short, values, node)
        raise NotVectorisedError(f"it calls {ast.unparse(node.func)}")

    def _searched(self, name: str, among: Value, wanted: Value) -> Value:
        """bisect.bisect(edges, v): the place of v among what is the same for all."""
        if among.kind != CONSTANT or wanted.kind != NUMBER:
            raise NotVectorisedError(f"it calls {name} with lists of its own")
        side = "left" if name.endswith("_left") else "right"
        return Value(f"np.searchsorted({among.text}, {wanted.text}, side='{side}')", NUMBER)

    def _taken(self, held: Value, place: Value) -> Value:
        """Elements of a list by their places, or of a dictionary by their keys."""
        if self._function.source.names.get(held.text, "").startswith("dict"):
            pandas = self._function.pandas
            return Value(f"{pandas}.Series({place.text}).map({held.text}).to_numpy()", NUMBER)
        return Value(f"np.asarray({held.text})[{place.text}]", NUMBER)

    def _own_function(self, node: ast.Call) -> Function | None:
        """A function of the same module that is called with positional arguments."""
        if not isinstance(node.func, ast.Name) or node.keywords:
            return None
        found = self._function.siblings.get(node.func.id)
        return found if found is not None and node.func.id not in self._inside else None

    def _in_place(self, called: Function, values: list[Value]) -> Value:
        """What another function makes of these values, read where it is called."""
        parameters = parameters_of(called.node)
        if len(parameters) != len(values):
            raise NotVectorisedError(f"{called.node.name} is called with other arguments")
        around, outside = self._function, self._outside
        self._function, self._outside = called, set()
        self._inside.append(called.node.name)
        try:
            given = dict(zip(parameters, values, strict=True))
            env = {name: self._named(name, value) for name, value in given.items()}
            found = self._block(called.node.body, env)
        finally:
            self._function, self._outside = around, outside
            self._inside.pop()
        if found is None:
            raise NotVectorisedError("it may return nothing")
        return found

    def _numpy(self, name: str, values: list[Value], node: ast.Call) -> Value:
        more = "".join(f", {ast.unparse(each)}" for each in node.keywords)
        reducing = name in _REDUCING or name in _ALONG
        if reducing and values and values[0].kind == ROW:
            if any(each.kind != CONSTANT for each in values[1:]):
                raise NotVectorisedError(f"np.{name} with another row")
            given = ", ".join(each.text for each in values)
            kind = NUMBER if name in _REDUCING else ROW
            return Value(f"np.{name}({given}, axis={self._axis}{more})", kind)
        if (name in _ELEMENTWISE or name in ("abs", "fabs")) and not node.keywords:
            return self._elementwise(f"np.{name}", values)
        raise NotVectorisedError(f"it calls np.{name}")

    def _builtin(self, name: str, values: list[Value]) -> Value:
        if len(values) == 1 and values[0].kind == ROW and name != "round":
            return Value(f"np.{name}({values[0].text}, axis={self._axis})", NUMBER)
        if name == "round":
            return self._elementwise("np.round", values)
        if len(values) < 2 or name == "sum":
            raise NotVectorisedError(f"{name} of one number")
        ufunc = {"min": "np.minimum", "max": "np.maximum"}[name]
        found = values[0]
        for each in values[1:]:
            found = self._elementwise(ufunc, [found, each])
        return found

    def _elementwise(self, name: str, values: list[Value]) -> Value:
        kind = self._widest(values)
        given = ", ".join(self._as_wide(each, kind).text for each in values)
        return Value(f"{name}({given})", kind)

    def _method(self, node: ast.Call, attribute: ast.Attribute, env: dict[str, Value]) -> Value:
        value = self._expression(attribute.value, env)
        if value.kind == ROW and attribute.attr in _METHODS and not node.args:
            if any(k.arg == "axis" for k in node.keywords):
                raise NotVectorisedError("a method with an axis of its own")
            more = "".join(f", {ast.unparse(each)}" for each in node.keywords)
            return Value(f"{value.closed}.{attribute.attr}(axis={self._axis}{more})", NUMBER)
        if value.kind == CONSTANT:
            return Value(ast.unparse(node), CONSTANT)
        raise NotVectorisedError(f"it calls {ast.unparse(node.func)}")

    def _indexed(self, node: ast.Subscript, env: dict[str, Value]) -> Value:
        if isinstance(node.value, ast.Name) and node.value.id in env:
            held = env[node.value.id]
            key = node.slice
            if held.kind == TABLE_ROW and self._columns is not None:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    return Value(self._columns(held.text, key.value), NUMBER)
                raise NotVectorisedError("a column that is not named")
        owner = node.value
        if isinstance(owner, ast.Attribute) and owner.attr in ("iloc", "iat", "values"):
            owner = owner.value  # of a window that comes as a Series
        value = self._expression(owner, env)
        if value.kind == CONSTANT:
            inner = [n.id for n in ast.walk(node.slice) if isinstance(n, ast.Name)]
            if any(env[n].kind != CONSTANT for n in inner if n in env):
                place = self._expression(node.slice, env)
                if place.kind != NUMBER:
                    raise NotVectorisedError("an index that differs from element to element")
                return self._taken(value, place)
            return Value(ast.unparse(node), CONSTANT)
        if value.kind != ROW:
            raise NotVectorisedError("an index into a number")
        if isinstance(node.slice, ast.Slice):
            return Value(f"{value.closed}{self._at(ast.unparse(node.slice))}", ROW)
        index = self._expression(node.slice, env)
        if index.kind != CONSTANT or isinstance(node.slice, ast.Tuple):
            raise NotVectorisedError("an index that differs from row to row")
        return Value(f"{value.closed}{self._at(index.text)}", NUMBER)

    def _at(self, place: str) -> str:
        return f"[{place}]" if self._axis == 0 else f"[..., {place}]"

    def _attribute(self, node: ast.Attribute, env: dict[str, Value]) -> Value:
        name = self._function.qualified(node)
        owner, _, short = name.rpartition(".")
        if owner == "math" and short in _CONSTANTS:
            return Value(f"np.{short}" if short != "tau" else "2 * np.pi", CONSTANT)
        if name:
            return Value(ast.unparse(node), CONSTANT)
        if isinstance(node.value, ast.Name) and node.value.id in env:
            held = env[node.value.id]
            if held.kind == TABLE_ROW and self._columns is not None:
                return Value(self._columns(held.text, node.attr), NUMBER)
        value = self._expression(node.value, env)
        if value.kind == ROW and node.attr == "size":
            return Value(f"{value.closed}.shape[{self._axis}]", CONSTANT)
        if node.attr in ("real", "imag") or value.kind == CONSTANT:
            return Value(f"{value.closed}.{node.attr}", value.kind)
        raise NotVectorisedError(f"'{ast.unparse(node)}' has no form for many")

    # ------------------------------------------------------------------ kinds

    @staticmethod
    def _widest(values: list[Value]) -> str:
        kinds = {each.kind for each in values}
        return ROW if ROW in kinds else NUMBER if NUMBER in kinds else CONSTANT

    def _as_wide(self, value: Value, kind: str) -> Value:
        if kind == ROW and value.kind == NUMBER and self._axis == -1:
            return Value(f"{value.closed}[..., None]", ROW)
        return value


def columns_of(parts: Iterable[tuple[object, Value]]) -> Value:
    """Several values as a dictionary of them."""
    found = tuple(parts)
    text = ", ".join(f"{name!r}: {value.text}" for name, value in found)
    return Value(f"{{{text}}}", COLUMNS, parts=found)


def _returns(body: list[ast.stmt]) -> bool:
    return any(isinstance(n, ast.Return) for s in body for n in ast.walk(s))


def _assigned(node: ast.FunctionDef) -> set[str]:
    """Names that a function gives values to, its parameters included."""
    stored = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    arguments = node.args
    return stored | {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}


def parameters_of(callee: ast.FunctionDef | ast.Lambda) -> list[str]:
    """Its positional parameters; raises when it has others, or defaults."""
    arguments = callee.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults:
        raise NotVectorisedError("it has parameters of other kinds")
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
