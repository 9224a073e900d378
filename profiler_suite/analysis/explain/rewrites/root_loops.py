"""A root for each element, by `brentq` in a loop, as one search for all of them."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError, inlined
from profiler_suite.analysis.explain.rewriting import Function

ROOTS_BETWEEN = '''
def roots_between(function, low, high, *given):
    """A root of function(x, *given) between low and high, for each element, by bisection."""
    low, high = (each.astype(float) for each in np.broadcast_arrays(low, high, *given)[:2])
    side, other = np.sign(function(low, *given)), np.sign(function(high, *given))
    if np.any(side * other > 0):
        raise ValueError("f(a) and f(b) must have different signs")
    high, low = np.where(side == 0, low, high), np.where((other == 0) & (side != 0), high, low)
    while np.any(high - low > 2e-12 + 9e-16 * np.abs(low)):
        middle = (low + high) / 2
        found = np.sign(function(middle, *given))
        if np.any(np.isnan(found)):
            raise ValueError("The function value is NaN; solver cannot continue.")
        low, high = np.where(found == side, middle, low), np.where(found == side, high, middle)
    return (low + high) / 2
'''.strip()

_SEARCHES = tuple(
    f"scipy.optimize.{name}" for name in ("brentq", "brenth", "bisect", "ridder", "toms748")
)
_SAME_NAMES = (
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "log10",
    "log2",
)
_ELEMENTWISE = (*_SAME_NAMES, "arctan", "arcsin", "arccos", "abs", "power", "expm1", "log1p")
_PLAIN = (
    *(ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Constant, ast.expr_context),
    *(ast.Name, ast.Call, ast.Attribute),
)


@dataclass(frozen=True)
class RootLoop:
    """A loop that finds one root after the other, and the statement in its place."""

    loop: ast.For
    text: str


def in_one_search(function: Function) -> Iterator[RootLoop]:
    """Every such loop."""
    for loop in syntax.loops_of(function):
        if not isinstance(loop, ast.For) or loop.orelse:
            continue
        try:
            last = inlined(loop.body)
        except NotOneCallError:
            continue
        text = _RootSearch(function, loop, last).text()
        if text:
            yield RootLoop(loop, text)


class _RootSearch:
    """One loop, with names for all but the last statement put in place."""

    def __init__(self, function: Function, loop: ast.For, last: ast.stmt) -> None:
        self.function, self.loop, self.last = function, loop, last
        self.counter = ast.unparse(loop.target)
        self.count = _count(loop)
        self.changed = syntax.changed_in(loop)
        self.given: dict[str, str] = {}
        """Names of parameters for the arrays whose elements are asked for."""

    def text(self) -> str:
        """The statement; empty where it is anything else."""
        value = self._value()
        if not self.count or value is None or len(value.args) != 3 or value.keywords:
            return ""
        if self.function.qualified(value.func) not in _SEARCHES:
            return ""
        low, high = map(self._bound, value.args[1:])
        body = self._body(value.args[0])
        if not (low and high and body) or not self.given:
            return ""
        names = ", ".join(self.given.values())
        arrays = ", ".join(map(self._all, self.given))
        call = f"roots_between(lambda {body[0]}, {names}: {body[1]}, {low}, {high}, {arrays})"
        if isinstance(self.last, ast.Assign):
            place = self.last.targets[0]
            assert isinstance(place, ast.Subscript)
            return f"{ast.unparse(place.value)}[:{self.count}] = {call}"
        assert isinstance(self.last, ast.Expr)
        assert isinstance(self.last.value, ast.Call)
        name = ast.unparse(self.last.value.func).removesuffix(".append")
        return f"{name}.extend({call}.tolist())"

    def _value(self) -> ast.Call | None:
        """What is stored at the counter, or appended."""
        last = self.last
        if isinstance(last, ast.Assign) and len(last.targets) == 1:
            place = last.targets[0]
            named = isinstance(place, ast.Subscript) and isinstance(place.value, ast.Name)
            if not named or ast.unparse(getattr(place, "slice", place)) != self.counter:
                return None
            return last.value if isinstance(last.value, ast.Call) else None
        call = last.value if isinstance(last, ast.Expr) else None
        if not isinstance(call, ast.Call) or len(call.args) != 1:
            return None
        appends = isinstance(call.func, ast.Attribute) and call.func.attr == "append"
        value = call.args[0]
        return value if appends and isinstance(value, ast.Call) else None

    def _bound(self, node: ast.expr) -> str:
        """An end of the brackets: the same for all, or an element for each."""
        if self._array(node):
            return self._all(ast.unparse(node).partition("[")[0])
        return (
            "" if syntax.names_in(node) & {*self.changed, self.counter} else ast.unparse(node)
        )

    def _array(self, node: ast.expr) -> str:
        """The array whose element of this iteration it is."""
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            return ""
        name = node.value.id
        words = self.function.source.names.get(name, "")
        fine = words.endswith(",)") and words.startswith(("float", "int"))
        own = ast.unparse(node.slice) == self.counter and name not in self.changed
        return name if fine and own else ""

    def _all(self, name: str) -> str:
        return name if self.count == f"len({name})" else f"{name}[:{self.count}]"

    def _body(self, node: ast.expr) -> tuple[str, str] | None:
        """The unknown, and the expression of it and the given numbers."""
        if isinstance(node, ast.Name):
            found = self.function.as_lambda(node.id)
            node = found if found is not None else node
        if not isinstance(node, ast.Lambda) or len(node.args.args) != 1:
            return None
        unknown = node.args.args[0].arg
        if any((node.args.defaults, node.args.kwonlyargs, node.args.vararg, node.args.kwarg)):
            return None
        changed = self._elements(copy.deepcopy(node.body), unknown)
        if changed is None or unknown not in syntax.names_in(changed):
            return None
        return unknown, ast.unparse(changed)

    def _elements(self, body: ast.expr, unknown: str) -> ast.expr | None:
        """The expression with parameters for elements, of nothing but element by element."""
        taken = {*syntax.names_in(self.loop), unknown}
        search = self

        class Named(ast.NodeTransformer):
            def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
                name = search._array(node)
                if not name:
                    return node
                if name not in search.given:
                    search.given[name] = _parameter(name, taken)
                    taken.add(search.given[name])
                return ast.Name(search.given[name], ast.Load())

        made = Named().visit(body)
        for each in ast.walk(made):
            if not isinstance(each, _PLAIN):
                return None
            if isinstance(each, ast.Call) and not self._is_elementwise(each):
                return None
        loose = syntax.names_in(made) - {*self.given.values(), unknown}
        return None if loose & {*self.changed, self.counter} else made

    def _is_elementwise(self, call: ast.Call) -> bool:
        """A ufunc of NumPy; one of math becomes that."""
        module, _, name = self.function.qualified(call.func).rpartition(".")
        if module == "math" and name in _SAME_NAMES:
            call.func = ast.Attribute(
                ast.Name(self.function.numpy, ast.Load()), name, ast.Load()
            )
            return not call.keywords
        return module == "numpy" and name in _ELEMENTWISE and not call.keywords


def _count(loop: ast.For) -> str:
    """How often `for i in range(n)` runs; empty for other headers."""
    plain = isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Call)
    if not plain or not isinstance(loop.iter, ast.Call):
        return ""
    counts = ast.unparse(loop.iter.func) == "range" and len(loop.iter.args) == 1
    return ast.unparse(loop.iter.args[0]) if counts else ""


def _parameter(name: str, taken: set[str]) -> str:
    """A short name for an element of an array."""
    hints = (f"one_{name}", f"{name}_i", f"each_{name}")
    return next((each for each in hints if each not in taken), f"{name}_element")
