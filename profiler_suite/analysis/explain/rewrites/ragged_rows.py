"""Loops over a list of arrays of several lengths, as loops over one array of all of them.

`for polygon in polygons: for i in range(len(polygon)): … polygon[i] …` asks for elements of
`np.concatenate(polygons)` then, from where each of the arrays begins in it: a nest of loops
of another length each time.
"""

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import ragged_loops
from profiler_suite.analysis.explain.rewriting import Function

_ARRAY = re.compile(r"(\w+) \((\d+),(?: (\d+))?\)$")


@dataclass(frozen=True)
class RaggedRows:
    """A function with one array for a list of them."""

    loop: ast.For
    text: str
    held: dict[str, str]
    """What its new names hold, in words."""


def in_one_array(function: Function) -> Iterator[RaggedRows]:
    """Each loop over a list of arrays, with elements of one array in their place."""
    for loop in function.nodes:
        if not isinstance(loop, ast.For) or loop.orelse:
            continue
        kind = _kind(function, loop)
        if kind is None or syntax.is_read_after(function, ast.unparse(loop.target)):
            continue
        made = _OneList(function, loop, kind)
        lines = made.written()
        if lines:
            start, end = function.span(loop)
            text = f"\n{function.indent_of(loop.lineno)}".join(lines)
            whole = f"{function.text[:start]}{text}{function.text[end:]}"
            yield RaggedRows(loop, whole, made.held())


def nests(function: Function) -> Iterator[ragged_loops.Flat]:
    """Each such loop and the one inside it, as one loop."""
    for rows in in_one_array(function):
        names = {**function.source.names, **rows.held}
        changed = rewriting.parsed(
            msgspec.structs.replace(function.source, text=rows.text, names=names)
        )
        for flat in ragged_loops.in_one_loop(changed) if changed is not None else ():
            yield replace(flat, loop=rows.loop, held={**rows.held, **flat.held})


def _kind(function: Function, loop: ast.For) -> tuple[str, str] | None:
    """The dtype and the length of the rows of the arrays; None where it is no such list."""
    if not isinstance(loop.iter, ast.Name) or not isinstance(loop.target, ast.Name):
        return None
    names = function.source.names
    words = names.get(loop.iter.id, "")
    found = _ARRAY.match(names.get(loop.target.id, ""))
    if not words.startswith("list of ") or " as " in words or found is None:
        return None
    return found[1], found[3] or ""


class _OneList:
    """One loop over a list of arrays."""

    def __init__(self, function: Function, loop: ast.For, kind: tuple[str, str]) -> None:
        assert isinstance(loop.target, ast.Name)
        self.function, self.loop, self.kind = function, loop, kind
        self.row = loop.target.id
        self.rows = ast.unparse(loop.iter)
        self.names: dict[str, str] = {}
        for hint in ("flat", "sizes", "begins", "number"):
            taken = self.names.values()
            self.names[hint] = rewriting.new_name(function, hint, taken)
        self.size = f"{self.names['sizes']}[{self.names['number']}]"
        self.lengths = {
            each.targets[0].id
            for each in loop.body
            if isinstance(each, ast.Assign)
            and isinstance(each.targets[0], ast.Name)
            and self._is_length(each.value)
            and len(syntax.uses(loop, each.targets[0].id)) > 1
        }

    def held(self) -> dict[str, str]:
        """What its new names hold, in words."""
        dtype, width = self.kind
        names = self.names
        return {
            names["flat"]: f"{dtype} (1000, {width})" if width else f"{dtype} (1000,)",
            names["sizes"]: "int64 (100,)",
            names["begins"]: "int64 (100,)",
            names["number"]: "int 1",
        }

    def _is_length(self, node: ast.expr) -> bool:
        return ast.unparse(node) in (f"len({self.row})", f"{self.row}.shape[0]")

    def written(self) -> list[str]:
        """The lines in the place of the loop; none where more is asked of the arrays."""
        inner = [each for each in self.loop.body if isinstance(each, ast.For)]
        if len(inner) != 1 or self._changes():
            return []
        counter = self._counter(inner[0])
        if not counter:
            return []
        changer = _Elements(self, counter)
        body: list[ast.stmt] = []
        for each in self.loop.body:
            node = self._counted(each, counter) if each is inner[0] else copy.deepcopy(each)
            if isinstance(node, ast.Assign) and self._is_length(node.value):
                continue
            body.append(changer.visit(node))
        if changer.failed or any(syntax.uses(each, self.row) for each in body):
            return []
        np, names = self.function.numpy, self.names
        dtype, width = self.kind
        none = f"{np}.zeros({f'(0, {width})' if width else '0'}, {np}.{dtype})"
        module = ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))
        lengths = f"[len({self.row}) for {self.row} in {self.rows}]"
        return [
            f"{names['flat']} = {np}.concatenate({self.rows}) if {self.rows} else {none}",
            f"{names['sizes']} = {np}.array({lengths}, int)",
            f"{names['begins']} = {np}.cumsum({names['sizes']}) - {names['sizes']}",
            f"for {names['number']} in range(len({names['sizes']})):",
            *(f"    {line}" for line in module.splitlines()),
        ]

    def _changes(self) -> bool:
        """Whether the arrays, their list or a name for a length is set in the loop."""
        changed = [
            name
            for name in (self.row, self.rows, *self.lengths)
            for use in syntax.uses(ast.Module(self.loop.body, []), name)
            if not isinstance(use.ctx, ast.Load)
        ]
        once = all(changed.count(name) == 1 for name in self.lengths)
        stored = syntax.changed_in(ast.Module(self.loop.body, [])) & {self.row, self.rows}
        return bool(stored) or not once

    def _counter(self, inner: ast.For) -> str:
        """What counts the places of an array: those of `range(len(row))`, or a new name."""
        if ast.unparse(inner.iter) == self.row:
            return rewriting.new_name(self.function, "place", self.names.values())
        called = isinstance(inner.iter, ast.Call) and ast.unparse(inner.iter.func)
        if called != "range" or not isinstance(inner.target, ast.Name):
            return ""
        assert isinstance(inner.iter, ast.Call)
        first = inner.iter.args[0] if len(inner.iter.args) == 2 else ast.Constant(0)
        start = rewriting.number(first)
        return inner.target.id if start is not None and start >= 0 else ""

    def _counted(self, inner: ast.For, counter: str) -> ast.For:
        """`for v in row` as a loop over places."""
        made = copy.deepcopy(inner)
        if ast.unparse(made.iter) == self.row:
            element = ast.parse(f"{self.row}[{counter}]", mode="eval").body
            made.body.insert(0, ast.Assign([made.target], element))
            made.iter = ast.parse(f"range(len({self.row}))", mode="eval").body
            made.target = ast.Name(counter, ast.Store())
        return ast.fix_missing_locations(made)


class _Elements(ast.NodeTransformer):
    """Elements of one of the arrays, as elements of all of them."""

    def __init__(self, rows: _OneList, counter: str) -> None:
        self.rows = rows
        self.counter = counter
        self.failed = False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name for the length of the array."""
        return self._size() if node.id in self.rows.lengths else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Its length."""
        return self._size() if self.rows._is_length(node) else self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """An element."""
        if self.rows._is_length(node):
            return self._size()
        if ast.unparse(node.value) != self.rows.row:
            return self.generic_visit(node)
        index = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if not self._is_inside(index[0]) or not isinstance(node.ctx, ast.Load):
            self.failed = True
        places = [self.visit(copy.deepcopy(each)) for each in index]
        names = self.rows.names
        begin = ast.parse(f"{names['begins']}[{names['number']}]", mode="eval").body
        places[0] = ast.BinOp(begin, ast.Add(), places[0])
        inside = ast.Tuple(places, ast.Load()) if len(places) > 1 else places[0]
        return ast.Subscript(ast.Name(names["flat"], ast.Load()), inside, ast.Load())

    def _is_inside(self, index: ast.expr) -> bool:
        """Whether a place lies in the array itself: none that counts from its end."""
        if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Mod):
            return self._is_size(index.right)
        if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Add):
            more = rewriting.number(index.right)
            return more is not None and more >= 0 and self._is_inside(index.left)
        if isinstance(index, ast.Constant):
            return index.value == 0
        return isinstance(index, ast.Name) and index.id == self.counter

    def _is_size(self, node: ast.expr) -> bool:
        named = isinstance(node, ast.Name) and node.id in self.rows.lengths
        return named or self.rows._is_length(node)

    def _size(self) -> ast.expr:
        return ast.parse(self.rows.size, mode="eval").body
