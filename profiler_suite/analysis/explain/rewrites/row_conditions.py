"""Conditions on the rows of a table that a loop over other rows compares with, for all of them.

Of `for key, t in zip(a['k'], a['t'])` the condition `(b['k'] == key) & (b['t'] <= t)` is: the
column b['k'] equals a['k'], and b['t'] is at most a['t'], row by row.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function

Comprehension = ast.ListComp | ast.GeneratorExp
_LISTED = (".tolist()", ".to_list()", ".to_numpy()", ".values", ".array")
# A comparison of a column with a limit: which limit it is, and the side of equal elements.
_LIMITS: dict[type[ast.cmpop], tuple[str, str]] = {
    **{ast.Lt: ("high", "left"), ast.LtE: ("high", "right")},
    **{ast.Gt: ("low", "right"), ast.GtE: ("low", "left")},
}
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Eq: ast.Eq},
    **{ast.Gt: ast.Lt, ast.GtE: ast.LtE},
}


class NotMatchingError(Exception):
    """The loop does something else with the rows of a table, for this reason."""


@dataclass(frozen=True)
class Conditions:
    """Which rows match, for all iterations."""

    given: str
    """The table as the function names it."""
    table: str
    """The same, of the rows that may match at all."""
    mask: ast.expr
    before: tuple[str, ...]
    call: str
    """The call of matching_rows that finds them."""


class ColumnsOfElements(ast.NodeTransformer):
    """What an expression of an iteration is for all of them, by columns."""

    def __init__(
        self,
        function: Function,
        loop: ast.For | Comprehension,
        target: ast.expr,
        iterated: ast.expr,
    ) -> None:
        """Raises NotMatchingError where it is not known what the loop goes over."""
        self.function = function
        self.loop = loop
        self.changed = syntax.changed_in(loop)
        self.bound: dict[str, str] = {}
        self.met: list[str] = []
        """Columns that were put in the place of elements."""
        self.counter = self.counted = ""
        self._bind(target, iterated)
        self.local = dict(self._set_once())

    def _bind(self, target: ast.expr, iterated: ast.expr) -> None:
        called = (
            self.function.qualified(iterated.func) if isinstance(iterated, ast.Call) else ""
        )
        given = iterated.args if isinstance(iterated, ast.Call) else []
        names = [e.id for e in getattr(target, "elts", [target]) if isinstance(e, ast.Name)]
        if called == "builtins.zip" and isinstance(target, ast.Tuple):
            if len(names) == len(given) == len(target.elts):
                self.bound = dict(zip(names, map(self._column, given), strict=True))
                return
        elif called == "builtins.enumerate" and len(names) == 2 and len(given) == 1:
            self.bound = {names[1]: self._column(given[0])}
            return
        elif called == "builtins.range" and len(given) == 1 and isinstance(target, ast.Name):
            length = given[0]
            if isinstance(length, ast.Call) and len(length.args) == 1:
                self.counter, self.counted = target.id, ast.unparse(length.args[0])
                return
        elif isinstance(target, ast.Name) and called != "builtins.range":
            self.bound = {target.id: self._column(iterated)}
            return
        raise NotMatchingError("what the loop goes over")

    def _column(self, node: ast.expr) -> str:
        """A column as a Series; a list or an array as one that is made."""
        text = ast.unparse(node)
        for ending in _LISTED:
            text = text.removesuffix(ending)
        names = self.function.source.names
        if text in names and "[" in text:
            return text
        form = forms.in_form(names.get(text, ""))
        if form is None or not text.isidentifier():
            raise NotMatchingError("what the loop goes over")
        return text if form.dtype == "Series" else f"{self.function.pandas}.Series({text})"

    def _set_once(self) -> Iterator[tuple[str, ast.expr]]:
        """Names that an iteration gives one value, from what it goes over."""
        for node in ast.walk(self.loop):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                stores = [
                    n
                    for n in syntax.uses(self.function.node, name)
                    if isinstance(n.ctx, ast.Store)
                ]
                if len(stores) == 1 and len(node.targets) == 1:
                    yield name, node.value

    def of(self, node: ast.expr) -> tuple[str, bool]:
        """An expression for all iterations, and whether it differs among them."""
        inlined = syntax.substituted(node, self.local)
        inlined = syntax.substituted(inlined, self.local)
        before = ast.unparse(inlined)
        self.met.clear()
        made = self.visit(copy.deepcopy(inlined))
        if len({whole.partition("[")[0] for whole in self.met}) > 1:
            raise NotMatchingError("a limit of two tables, which have labels of their own")
        text = ast.unparse(made)
        left = syntax.free_names(made)
        if left & ({*self.bound, self.counter} - {""}):
            raise NotMatchingError("a limit that is computed otherwise")
        if left & (self.changed - {*self.bound}) or _calls_of_elements(inlined, self.bound):
            raise NotMatchingError("a limit that the loop changes")
        return text, text != before

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """An element that the loop binds."""
        if node.id in self.bound:
            return self._met(self.bound[node.id])
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """`column[i]` of the counter of the loop."""
        if self.counter and ast.unparse(node.slice) == self.counter:
            whole = self._listed(node.value)
            if whole:
                return self._met(whole)
        return self.generic_visit(node)  # type: ignore[return-value]

    def _met(self, whole: str) -> ast.expr:
        self.met.append(whole)
        return ast.parse(whole, mode="eval").body

    def _listed(self, node: ast.expr) -> str:
        """The column that a list was made of before the loop."""
        if not isinstance(node, ast.Name):
            return ""
        stores = [
            n for n in syntax.uses(self.function.node, node.id) if isinstance(n.ctx, ast.Store)
        ]
        made = self.function.parents[stores[0]] if len(stores) == 1 else None
        if not isinstance(made, ast.Assign):
            return self._column(node) if node.id == self.counted else ""
        text = self._column(made.value)
        return text if text.startswith(f"{self.counted}[") else ""


def _calls_of_elements(node: ast.expr, bound: dict[str, str]) -> bool:
    """Whether a function is called with an element: it may not take columns."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
    return any(syntax.names_in(each) & set(bound) for each in calls)


# ----------------------------------------------------------------------- picks


def picked(wholes: ColumnsOfElements, node: ast.Subscript) -> tuple[Conditions, str] | None:
    """`df[mask]`, `df.loc[mask, 'c']`, `df['c'][mask]`: conditions, and the column or ''."""
    owner, key, column = node.value, node.slice, ""
    if isinstance(owner, ast.Attribute) and owner.attr == "loc":
        owner = owner.value
        if isinstance(key, ast.Tuple) and len(key.elts) == 2:
            key, name = key.elts
            if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
                return None
            column = name.value
    elif isinstance(owner, ast.Subscript) and isinstance(owner.slice, ast.Constant):
        column, owner = str(owner.slice.value), owner.value
    if not isinstance(owner, ast.Name) or owner.id in wholes.changed:
        return None
    if not wholes.function.source.names.get(owner.id, "").startswith("DataFrame"):
        return None
    if isinstance(key, ast.Name):
        key = wholes.local.get(key.id, key)
    tests = list(_conjuncts(key))
    if not all(isinstance(each, ast.Compare) and len(each.ops) == 1 for each in tests):
        return None
    return _conditions(wholes, owner.id, key, tests), column


def _conjuncts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _conditions(
    wholes: ColumnsOfElements, table: str, mask: ast.expr, tests: list[ast.expr]
) -> Conditions:
    same: list[str] = []
    keys: list[tuple[str, str]] = []
    limits: dict[str, tuple[str, str]] = {}
    ordered: set[str] = set()
    for test in tests:
        assert isinstance(test, ast.Compare)
        column, op, other = test.left, type(test.ops[0]), test.comparators[0]
        name = _column_of(wholes.function, table, column)
        if not name:
            name = _column_of(wholes.function, table, other)
            column, other, op = other, column, _MIRRORED.get(op, op)
        if not name:
            raise NotMatchingError("it is no comparison of a column")
        text, differs = wholes.of(other)
        if not differs:
            same.append(ast.unparse(test))
        elif op is ast.Eq:
            keys.append((name, text))
        elif op in _LIMITS and _LIMITS[op][0] not in limits:
            which, side = _LIMITS[op]
            limits[which] = text, side
            ordered.add(name)
        else:
            raise NotMatchingError("a condition of another kind")
    if len(ordered) > 1 or not keys:
        raise NotMatchingError("it orders by two columns, or has no key")
    part, before = table, list[str]()
    if same:
        part = rewriting.new_name(wholes.function, f"{table}_part")
        chosen = " & ".join(f"({each})" if len(same) > 1 else each for each in same)
        before = [f"{part} = {table}[{chosen}]"]
    given = [
        f"[{', '.join(f'{part}[{name!r}]' for name, _ in keys)}]",
        f"[{', '.join(text for _, text in keys)}]",
        *(f"{part}[{name!r}]" for name in ordered),
        *(f"{which}={text}" for which, (text, _) in limits.items()),
    ]
    sides = tuple(limits.get(which, ("", other))[1] for which, other in _USUAL)
    if limits and sides != ("left", "right"):
        given.append(f"sides={sides!r}")
    call = f"matching_rows({', '.join(given)})"
    return Conditions(table, part, mask, tuple(before), call)


_USUAL = (("low", "left"), ("high", "right"))


def _column_of(function: Function, table: str, node: ast.expr) -> str:
    """The name of a column of the table, written `t['a']` or `t.a`; else empty."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        name = node.slice.value
    elif isinstance(node, ast.Attribute):
        name = node.attr
    else:
        return ""
    known = f"{table}[{name!r}]" in function.source.names
    return str(name) if known and ast.unparse(node.value) == table else ""


def masks_for_one_use(function: Function, loop: ast.AST, node: ast.Subscript) -> list[ast.stmt]:
    """The statement that only names the mask with which these rows are picked."""
    key = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
    made = syntax.set_for_one_use(function, key)
    return [made] if made is not None and made in set(ast.walk(loop)) else []
