"""Calls of a library made for one element at a time, written as one call for all of them.

`out[i] = norm.pdf(x[i], m)` in a loop over i becomes `out[:] = norm.pdf(x, m)`: many functions
of libraries take arrays where they take numbers, rows where they take a row. Which do is not
known here: several forms are tried, and those that answer the same are kept.
"""

import ast
import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function


@dataclass(frozen=True)
class Span:
    """What one loop goes over: the names it binds, and what each is for all iterations."""

    bound: dict[str, str]
    """Name of an element → the text of all of them."""
    counter: str = ""
    count: str = ""


class NotOneCallError(Exception):
    """The loop does something else than to call a function for each element."""


def span_of(function: Function, target: ast.expr, iterated: ast.expr) -> Span:
    """What the head of a loop or of a comprehension binds."""
    called = function.qualified(iterated.func) if isinstance(iterated, ast.Call) else ""
    given = iterated.args if isinstance(iterated, ast.Call) else []
    if isinstance(target, ast.Name) and called == "builtins.range" and len(given) == 1:
        return Span({}, target.id, function.text_of(given[0]))
    if isinstance(target, ast.Name) and called == "builtins.range" and len(given) == 2:
        first, last = (function.text_of(each) for each in given)
        return Span({target.id: f"{function.numpy}.arange({first}, {last})"})
    if isinstance(target, ast.Name) and not called:
        return Span({target.id: _whole(function, iterated)})
    if isinstance(target, ast.Tuple) and all(isinstance(e, ast.Name) for e in target.elts):
        names = [e.id for e in target.elts if isinstance(e, ast.Name)]
        if called == "builtins.zip" and len(given) == len(names):
            texts = [_whole(function, each) for each in given]
            return Span(dict(zip(names, texts, strict=True)))
        if called == "builtins.enumerate" and len(names) == 2 and len(given) == 1:
            whole = _whole(function, given[0])
            return Span({names[1]: whole}, names[0], f"len({whole})")
    raise NotOneCallError("what the loop goes over")


def inner_span_of(function: Function, loop: ast.For, outer: Span) -> tuple[Span, bool]:
    """What an inner loop binds, and whether it goes through the half above the diagonal."""
    given = loop.iter.args if isinstance(loop.iter, ast.Call) else []
    begins = ast.unparse(given[0]) if len(given) == 2 else ""
    if begins in (outer.counter, f"{outer.counter} + 1") and outer.counter:
        if isinstance(loop.target, ast.Name) and function.text_of(given[1]) == outer.count:
            return Span({}, loop.target.id, outer.count), True
        raise NotOneCallError("another half")
    return span_of(function, loop.target, loop.iter), False


def mirrored(body: list[ast.stmt]) -> list[ast.stmt]:
    """One store of what is stored at [i, j] and at [j, i]."""
    stores = [s for s in body if isinstance(s, ast.Assign)]
    targets = [ast.unparse(t) for s in stores for t in s.targets]
    if len(stores) != len(body) or len(targets) < 2:
        raise NotOneCallError("only half of it is set")
    first, second = stores[-1], targets[-1]
    if len(stores[-1].targets) == 2:
        one: ast.stmt = ast.Assign([first.targets[0]], first.value)
    elif len(stores) > 1 and ast.unparse(stores[-1].value) in (
        ast.unparse(stores[-2].targets[0]),
        ast.unparse(stores[-2].value),
    ):
        one, second = stores[-2], ast.unparse(stores[-1].targets[0])
    else:
        raise NotOneCallError("only half of it is set")
    assert isinstance(one, ast.Assign)
    if sorted(ast.unparse(one.targets[0])) != sorted(second):
        raise NotOneCallError("two places")
    before = [s for s in stores if s not in (first, one)]
    return [*before, ast.fix_missing_locations(one)]


def _whole(function: Function, node: ast.expr) -> str:
    form = forms.of(function, node)
    known = form is not None and (form.kind == "array" or form.dtype in ("Series", "Index"))
    text = function.text_of(node)
    return text if known else f"{function.numpy}.asarray({text})"


class Wholes(ast.NodeTransformer):
    """Puts all elements in the place of one; of two loops the first is an axis in front."""

    def __init__(self, spans: list[Span], axis: str = "") -> None:
        self.spans = spans
        self.axis = axis
        self.replaced = 0
        self.made: set[ast.AST] = set()
        """What was put in the place of elements."""
        self.columns = False
        """Whether elements of the loop are columns."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A bound name, or the counter itself."""
        for number, span in enumerate(self.spans):
            if node.id in span.bound:
                return self._all(span.bound[node.id], number)
            if node.id == span.counter:
                return self._all(f"np.arange({span.count})", number)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """`x[i]`, `x[i, :]` and `x[:, i]` of a counter i."""
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        row = node.value.id if isinstance(node.value, ast.Name) else ""
        for number, span in enumerate(self.spans):
            if row in span.bound and all(map(_is_number, parts)):
                return self._all(f"{span.bound[row]}[:, {ast.unparse(node.slice)}]", number)
            places = [
                n
                for n, p in enumerate(parts)
                if isinstance(p, ast.Name) and p.id == span.counter
            ]
            others = [p for n, p in enumerate(parts) if n not in places]
            if not span.counter or len(places) != 1:
                continue
            if row and places == [0] and others and all(map(_is_number, others)):
                first = f":{'' if span.count == f'len({row})' else span.count}"
                return self._all(
                    f"{row}[{first}, {', '.join(map(ast.unparse, others))}]", number
                )
            if not all(map(_is_all, others)):
                continue
            if isinstance(node.value, ast.Name):
                self.columns |= places[0] > 0
                return self._all(_cut(node.value.id, span.count, places[0]), number)
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call; float() of what becomes an array is left out, an axis is named."""
        before = self.replaced
        given = [each for each in node.args if isinstance(each, ast.List | ast.Tuple)]
        made = self.generic_visit(node)
        assert isinstance(made, ast.Call)
        changed = self.replaced > before
        plain = isinstance(made.func, ast.Name) and made.func.id in ("float", "int")
        if changed and plain and len(made.args) == 1:
            return made.args[0]
        made.args = [self._stacked(each) if each in given else each for each in made.args]
        if changed and isinstance(made.func, ast.Attribute) and made.func.attr == "item":
            return made.func.value
        if changed and self.axis and not any(k.arg == "axis" for k in made.keywords):
            made.keywords.append(ast.keyword("axis", ast.parse(self.axis, mode="eval").body))
            self.axis = ""
        return made

    def _stacked(self, node: ast.expr) -> ast.expr:
        """`[x[i], y[i]]` handed to a call: a row for each, or the array alone of `[x[i]]`."""
        assert isinstance(node, ast.List | ast.Tuple)
        if not any(each in self.made for each in ast.walk(node)):
            return node
        if len(node.elts) == 1:
            (row,) = node.elts  # a list of one row, of which all of them are a matrix
            return self._stacked(row) if isinstance(row, ast.List | ast.Tuple) else row
        listed = ast.unparse(ast.List(node.elts, ast.Load()))
        if any(not any(n in self.made for n in ast.walk(each)) for each in node.elts):
            listed = f"np.broadcast_arrays({listed[1:-1]})"
        return ast.parse(f"np.stack({listed}, axis=-1)", mode="eval").body

    def _all(self, text: str, number: int) -> ast.expr:
        self.replaced += 1
        if len(self.spans) == 2:
            text += "[:, None]" if number == 0 else "[None, :]"
        made = ast.parse(text, mode="eval").body
        self.made.add(made)
        return made


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice) and not (node.lower or node.upper or node.step)


def _cut(name: str, count: str, axis: int) -> str:
    """The array as far as the counter goes along this axis."""
    if count in (f"len({name})", f"{name}.shape[{axis}]") or (
        axis == 0 and count == f"{name}.size"
    ):
        return name
    return f"{name}[{':, ' * axis}:{count}]"


def inlined(body: list[ast.stmt]) -> ast.stmt:
    """The last statement, with what the ones before it gave names to."""
    values: dict[str, ast.expr] = {}
    for statement in body[:-1]:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            raise NotOneCallError("several statements")
        target, value = statement.targets[0], syntax.substituted(statement.value, values)
        if isinstance(target, ast.Name):
            values[target.id] = value
        elif isinstance(target, ast.Tuple) and all(
            isinstance(e, ast.Name) for e in target.elts
        ):
            for place, each in enumerate(target.elts):
                assert isinstance(each, ast.Name)
                written_out = isinstance(value, ast.Tuple) and len(value.elts) == len(
                    target.elts
                )
                values[each.id] = (
                    value.elts[place]  # type: ignore[attr-defined]
                    if written_out
                    else ast.Subscript(value, ast.Constant(place), ast.Load())
                )
        else:
            raise NotOneCallError("several statements")
    return syntax.substituted(body[-1], values)


def of_all(element: ast.expr, spans: list[Span]) -> Iterator[str]:
    """Forms of an expression of one element for all of them, the plainest first."""
    if not any(isinstance(n, ast.Call) for n in ast.walk(element)):
        return
    plain = Wholes(spans)
    made = plain.visit(copy.deepcopy(element))
    names = {n.id for n in ast.walk(made) if isinstance(n, ast.Name)}
    counters = {span.counter for span in spans} | {n for span in spans for n in span.bound}
    if not plain.replaced or names & (counters - {""}):
        return
    texts = [ast.unparse(made)]
    if isinstance(made, ast.Subscript) and ast.unparse(made.slice) == "0":
        texts.append(ast.unparse(made.value))
    if len(spans) == 1:
        with_axis = Wholes(spans, "0" if plain.columns else "-1")
        texts.append(ast.unparse(with_axis.visit(copy.deepcopy(element))))
    yield from dict.fromkeys(texts)


_OF_NUMBERS = ("math", "scipy.integrate", "scipy.optimize", "random", "datetime", "re")
_TABLES = ("DataFrame", "Series", "list", "str", "dict", "set")


def takes_no_arrays(
    function: Function, element: ast.AST, elements: Collection[str] = ()
) -> bool:
    """Whether something is called that takes numbers or functions only, by what it is.

    `elements` are names of elements: their methods are an array's, or those of a text.
    """
    for node in (n for n in ast.walk(element) if isinstance(n, ast.Call)):
        name = function.qualified(node.func)
        if name.rpartition(".")[0] in _OF_NUMBERS:
            return True
        if not isinstance(node.func, ast.Attribute) or name:
            continue
        method, root = node.func.attr, syntax.root_of(node.func)
        if root is not None and root.id in elements and not hasattr(np.ndarray, method):
            return True
        asked = [
            forms.of(function, each) for each in (node.func.value, root) if each is not None
        ]
        tables = [f for f in asked if f is not None and f.dtype in ("DataFrame", "Series")]
        own = asked[0] is not None and asked[0].dtype in _TABLES
        if tables or (own and method not in ("append", "extend")):
            return True
    return False


def has_no_axis(function: Function, text: str) -> bool:
    """Whether an object that is no array, such as a model, is told an axis."""
    for node in ast.walk(ast.parse(text, mode="eval")):
        if not isinstance(node, ast.Call) or all(k.arg != "axis" for k in node.keywords):
            continue
        called = node.func
        first = ast.unparse(called).partition(".")[0]
        if function.qualified(called) or first in (function.numpy, "np", "scipy"):
            continue
        if isinstance(called, ast.Name) and called.id not in function.siblings:
            return True
        if isinstance(called, ast.Attribute) and not hasattr(np.ndarray, called.attr):
            return True
    return False
