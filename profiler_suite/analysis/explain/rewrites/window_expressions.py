"""A Python function of one window, written with pandas' own methods for all windows at once.

`(w.iloc[-1] - w.mean()) / w.std()` of a window becomes
`(s - s.rolling(30).mean()) / s.rolling(30).std()`; what is made of every element is made of the
whole column first: `(w > 0).sum()` becomes `(s > 0).rolling(30).sum()`.
"""

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewriting import Function

ROLLING, RESAMPLE = "rolling", "resample"
_METHODS = frozenset(["mean", "sum", "max", "min", "median", "count", "sem"])
_WITH_DDOF = frozenset(["std", "var"])
# Of bins only: windows have none of these.
_OF_BINS = frozenset(["prod", "first", "last", "nunique", "size"])
_OF_NUMPY = {
    **{"mean": "mean", "sum": "sum", "max": "max", "min": "min", "median": "median"},
    **{"nanmean": "mean", "nansum": "sum", "nanmax": "max", "nanmin": "min"},
    **{"amax": "max", "amin": "min", "nanmedian": "median"},
}
_QUANTILES = {"percentile": 100.0, "nanpercentile": 100.0, "quantile": 1.0, "nanquantile": 1.0}
_ELEMENTWISE = frozenset(["abs", "absolute", "sqrt", "log", "log1p", "exp", "square", "sign"])


class NotForWindowsError(Exception):
    """This cannot be written for all windows at once, for this reason."""


@dataclass(frozen=True)
class Windows:
    """The windows that a function is called for, as they are written."""

    function: Function
    series: str
    """The column, closed; empty where no name of it alone is written."""
    windows: str
    """`.rolling(30)` or `.resample('D')`."""
    kind: str
    width: str
    """How many rows a window has, where that is a number."""
    arrays: bool
    """Whether the function gets arrays, not Series."""
    grouped: str = ""
    """What the windows are of, where that is no column that can be computed with."""

    @property
    def base(self) -> str:
        """The windows of the column itself."""
        return f"{self.grouped or self.series}{self.windows}"


class WindowReader:
    """Reads the function of a window."""

    def __init__(self, windows: Windows, parameter: str) -> None:
        self.windows = windows
        self.parameter = parameter
        self.env: dict[str, ast.expr] = {}
        self.ends = False
        """Whether it asks for the first or last element of a window."""
        self.whole = False
        """Whether it asks for all elements of a window."""

    def read(self, callee: ast.FunctionDef | ast.Lambda) -> str:
        """What it returns, for all windows."""
        if isinstance(callee, ast.Lambda):
            return self._checked(self.of(callee.body))
        for statement in callee.body:
            if isinstance(statement, ast.Return) and statement.value is not None:
                return self._checked(self.of(statement.value))
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if len(targets) != 1 or not isinstance(targets[0], ast.Name):
                break
            assert isinstance(statement, ast.Assign)
            self.env[targets[0].id] = statement.value
        raise NotForWindowsError("it is not a sequence of expressions")

    def _checked(self, text: str) -> str:
        if not self.ends and not self.whole:
            raise NotForWindowsError("it asks for nothing of a window")
        if self.ends and not self.whole and self.windows.kind == ROLLING:
            # A window with a missing element has no value, whichever it asks for.
            full = f"{self.windows.base}.count() == {self.windows.width}"
            return f"({text}).where({full})"
        return text

    def of(self, node: ast.expr) -> str:
        """One expression, closed."""
        if isinstance(node, ast.Name) and node.id in self.env:
            return self.of(self.env[node.id])
        if not self._uses(node):
            text = ast.unparse(node)
            return text if isinstance(node, ast.Name | ast.Constant | ast.Call) else f"({text})"
        if isinstance(node, ast.BinOp):
            sign = ast.unparse(ast.BinOp(ast.Name("a"), node.op, ast.Name("b")))[1:-1]
            return f"({self.of(node.left)}{sign}{self.of(node.right)})"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return f"(-{self.of(node.operand)})"
        if isinstance(node, ast.Subscript):
            return self._end(node)
        if isinstance(node, ast.Attribute) and node.attr == "size" and self._is(node.value):
            return self._size()
        if isinstance(node, ast.Call):
            return self._call(node)
        raise NotForWindowsError(f"'{ast.unparse(node)}' has no form for all windows")

    def _uses(self, node: ast.AST) -> bool:
        names = {self.parameter, *self.env}
        return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node))

    def _is(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self.parameter

    def _end(self, node: ast.Subscript) -> str:
        """The first or the last element."""
        place = node.value
        of_series = isinstance(place, ast.Attribute) and place.attr in ("iloc", "iat", "values")
        inner = place.value if isinstance(place, ast.Attribute) and of_series else place
        if of_series == self.windows.arrays or not self._is(inner):
            raise NotForWindowsError("a part of a window")
        which = ast.unparse(node.slice)
        if which not in ("0", "-1"):
            raise NotForWindowsError("an element in the middle of a window")
        if self.windows.kind == RESAMPLE:
            self.whole = True
            return f"{self.windows.base}.{'first' if which == '0' else 'last'}()"
        if not self.windows.series or not self.windows.width:
            raise NotForWindowsError("windows whose rows are not counted")
        self.ends = True
        series = self.windows.series
        return series if which == "-1" else f"{series}.shift({self.windows.width} - 1)"

    def _size(self) -> str:
        if self.windows.kind == RESAMPLE:
            self.whole = True
            return f"{self.windows.base}.size()"
        if not self.windows.width:
            raise NotForWindowsError("windows whose rows are not counted")
        return self.windows.width

    def _call(self, node: ast.Call) -> str:
        name = self.windows.function.qualified(node.func)
        owner, _, short = name.rpartition(".")
        if name == "builtins.len" and self._is(node.args[0]):
            return self._size()
        if owner == "builtins" and short in ("max", "min", "sum") and len(node.args) == 1:
            return self._reduced(node.args[0], short, "")
        if owner == "numpy" and node.args:
            return self._of_numpy(node, short)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if not method or owner == "numpy":
            raise NotForWindowsError(f"it calls {ast.unparse(node.func)}")
        assert isinstance(node.func, ast.Attribute)
        given = ", ".join(ast.unparse(each) for each in (*node.args, *node.keywords))
        if self._uses(ast.Tuple([*node.args, *(k.value for k in node.keywords)], ast.Load())):
            raise NotForWindowsError(f"it calls {method} with a part of the window")
        known = _METHODS | (_OF_BINS if self.windows.kind == RESAMPLE else frozenset())
        if method in _WITH_DDOF:
            given = given or ("ddof=0" if self.windows.arrays else "")
            return self._reduced(node.func.value, method, given)
        if method in known and not given:
            return self._reduced(node.func.value, method, "")
        if method == "quantile" and not self.windows.arrays:
            return self._reduced(node.func.value, method, given or "0.5")
        raise NotForWindowsError(f"it calls {method}")

    def _of_numpy(self, node: ast.Call, name: str) -> str:
        first = node.args[0]
        given = ", ".join(ast.unparse(k) for k in node.keywords)
        if name in _OF_NUMPY and len(node.args) == 1 and not given:
            return self._reduced(first, _OF_NUMPY[name], "")
        if name in _WITH_DDOF and len(node.args) == 1:
            return self._reduced(first, name, given or "ddof=0")
        if name == "ptp" and len(node.args) == 1 and not given:
            largest = self._reduced(first, "max", "")
            return f"({largest} - {self._reduced(first, 'min', '')})"
        if name in _QUANTILES and len(node.args) == 2 and not given:
            number = rewriting.number(node.args[1])
            if number is None:
                raise NotForWindowsError("a quantile that is not written out")
            return self._reduced(first, "quantile", repr(number / _QUANTILES[name]))
        raise NotForWindowsError(f"it calls {name}")

    def _reduced(self, node: ast.expr, method: str, given: str) -> str:
        """A number of the elements, or of what is made of each of them."""
        self.whole = True
        if self._is(node):
            return f"{self.windows.base}.{method}({given})"
        if not self.windows.series:
            raise NotForWindowsError("elements of a column that has no name")
        made = self._elements(node)
        if self.windows.kind == ROLLING:
            # A window with a missing element has no value, also where it is compared.
            made = f"{made}.astype(float).where({self.windows.series}.notna())"
        return f"{made}{self.windows.windows}.{method}({given})"

    def _elements(self, node: ast.expr) -> str:
        """What is made of every element by itself, of the whole column."""
        if self._is(node):
            return self.windows.series
        if isinstance(node, ast.Name) and node.id in self.env:
            return self._elements(self.env[node.id])
        if not self._uses(node):
            if not isinstance(node, ast.Constant):
                raise NotForWindowsError("something that may have an element per row")
            return ast.unparse(node)
        if isinstance(node, ast.BinOp):
            sign = ast.unparse(ast.BinOp(ast.Name("a"), node.op, ast.Name("b")))[1:-1]
            return f"({self._elements(node.left)}{sign}{self._elements(node.right)})"
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            sign = ast.unparse(ast.Compare(ast.Name("a"), node.ops, [ast.Name("b")]))[1:-1]
            right = self._elements(node.comparators[0])
            return f"({self._elements(node.left)}{sign}{right})"
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            owner, _, name = self.windows.function.qualified(node.func).rpartition(".")
            if owner in ("numpy", "builtins") and name in _ELEMENTWISE:
                np = self.windows.function.numpy
                return f"{np}.{name}({self._elements(node.args[0])})"
        raise NotForWindowsError("something that is not made of each element by itself")
