"""Loops over blocks of one length, of which the last may be shorter, apart from that one.

`for i in range(0, len(x), k)` says the same as a loop over the `len(x) // k` whole blocks
and, where `len(x) % k` elements are left, one more turn for them.
"""

import ast
import copy
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_LEAVING = (ast.Break, ast.Continue, ast.Return, ast.Yield, ast.YieldFrom, ast.Await)


@dataclass(frozen=True)
class BlocksApart:
    """A function with one of its loops over blocks written in two parts."""

    node: ast.For | ast.ListComp
    text: str
    held: dict[str, str]
    """What the names hold that it has more."""
    start: str
    """The name of where a block begins."""
    number: str
    """The name of the number of a whole block."""


@dataclass(frozen=True)
class _Blocks:
    """`for start in range(0, length, size)`."""

    start: str
    length: ast.expr
    size: ast.expr


def apart(function: Function) -> Iterator[BlocksApart]:
    """The function once for each of its loops over blocks, with that one in two parts."""
    for node in function.nodes:
        made: tuple[list[Edit], str, str] | None = None
        blocks: _Blocks | None = None
        if isinstance(node, ast.For) and not node.orelse:
            blocks = _blocks(function, node.target, node.iter, node.body)
            if blocks is not None and not _is_asked_for(function, node, blocks.start):
                made = _loop_apart(function, node, blocks)
        elif isinstance(node, ast.ListComp) and len(node.generators) == 1:
            (head,) = node.generators
            blocks = _blocks(function, head.target, head.iter, [ast.Expr(node.elt)])
            if blocks is not None and not head.ifs and not _is_repeated(function, node):
                made = _list_apart(function, node, blocks)
        if made is None or blocks is None:
            continue
        edits, block, whole = made
        changed = rewriting.spliced(function, edits)
        if changed is not None:
            assert isinstance(node, ast.For | ast.ListComp)
            held = {block: "int 3", whole: "int 4"}
            yield BlocksApart(node, changed.source, held, blocks.start, block)


def _blocks(
    function: Function, target: ast.expr, items: ast.expr, body: Sequence[ast.stmt]
) -> _Blocks | None:
    """A loop that takes x[start : start + size] for start in range(0, length, size)."""
    if not isinstance(target, ast.Name) or not isinstance(items, ast.Call):
        return None
    if ast.unparse(items.func) != "range" or len(items.args) != 3 or items.keywords:
        return None
    first, length, size = items.args
    known = rewriting.number(size)
    if rewriting.number(first) != 0 or not isinstance(size, ast.Name | ast.Constant):
        return None
    if (known is not None and known < 2) or not _is_length(function, length):
        return None
    blocks = _Blocks(target.id, length, size)
    inside = [node for each in body for node in ast.walk(each)]
    asked = syntax.names_in(length) | syntax.names_in(size) | {target.id}
    changed = set().union(*(syntax.changed_in(each) for each in body))
    taken = any(isinstance(node, ast.Slice) and _is_block(node, blocks) for node in inside)
    left = any(isinstance(node, _LEAVING) for node in inside)
    return blocks if taken and not left and not asked & changed else None


def _is_length(function: Function, node: ast.expr) -> bool:
    """Whether it is how long something is, also by a name that is set once: not negative."""
    if isinstance(node, ast.Name):
        stores = [each for each in function.uses(node.id) if isinstance(each.ctx, ast.Store)]
        given = function.parents[stores[0]] if len(stores) == 1 else None
        return (
            isinstance(given, ast.Assign)
            and given.targets == stores
            and not isinstance(given.value, ast.Name)
            and _is_length(function, given.value)
        )
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) == "len"
    whole = node.value if isinstance(node, ast.Subscript) else node
    name = whole.attr if isinstance(whole, ast.Attribute) else ""
    return name == ("shape" if isinstance(node, ast.Subscript) else "size")


def _is_block(node: ast.Slice, blocks: _Blocks) -> bool:
    own = isinstance(node.lower, ast.Name) and node.lower.id == blocks.start
    return own and node.step is None and node.upper is not None and _is_end(node.upper, blocks)


def _is_end(node: ast.expr, blocks: _Blocks) -> bool:
    """start + size, size + start, and the smaller of that and the length."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "min" and len(node.args) == 2:
        ends = [_is_end(each, blocks) for each in node.args]
        others = {ast.dump(e) for e, own in zip(node.args, ends, strict=True) if not own}
        return ends.count(True) == 1 and others == {ast.dump(blocks.length)}
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return False
    parts = {ast.dump(node.left), ast.dump(node.right)}
    return parts == {ast.dump(ast.Name(blocks.start, ast.Load())), ast.dump(blocks.size)}


def _is_asked_for(function: Function, loop: ast.For, start: str) -> bool:
    """Whether what the loop leaves in its counter is read outside of it."""
    inside = set(ast.walk(loop))
    others = [use for use in function.uses(start) if use not in inside]
    return bool(others) and syntax.is_read_after(function, start)


def _is_repeated(function: Function, node: ast.expr) -> bool:
    """Whether its statement evaluates it more than once, or perhaps not at all."""
    for around in function.around(node):
        if isinstance(around, ast.stmt):
            line = function.lines[around.lineno - 1]
            simple = isinstance(around, ast.Assign | ast.Return | ast.Expr)
            return not simple or bool(line[: around.col_offset].strip())
        if isinstance(around, (ast.IfExp, ast.BoolOp, *syntax.REPEATING)):
            return True
    return True


# ------------------------------------------------------------------------- what is written


class _OfWholeBlocks(ast.NodeTransformer):
    """A body for the block of a number: its start is a product, no end is beyond the last."""

    def __init__(self, blocks: _Blocks, number: str) -> None:
        self._blocks = blocks
        self._start = ast.BinOp(ast.Name(number, ast.Load()), ast.Mult(), blocks.size)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """The end of a whole block needs no min()."""
        if ast.unparse(node.func) == "min" and _is_end(node, self._blocks):
            node = next(each for each in node.args if _is_end(each, self._blocks))  # type: ignore[assignment]
        return self.generic_visit(node)  # type: ignore[return-value]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The start, wherever it is read."""
        return copy.deepcopy(self._start) if node.id == self._blocks.start else node


def _parts(
    function: Function, blocks: _Blocks, body: Sequence[ast.stmt], rest: str
) -> tuple[str, str, str]:
    """The lines of both parts, and the names of the number of a block and of how many."""
    block = rewriting.new_name(function, "block")
    whole = rewriting.new_name(function, "whole_blocks", [block])
    length, size = (rewriting.written(function, e) for e in (blocks.length, blocks.size))
    own = [_OfWholeBlocks(blocks, block).visit(copy.deepcopy(each)) for each in body]
    lines = "\n".join(ast.unparse(ast.fix_missing_locations(each)) for each in own)
    text = (
        f"{whole} = {length} // {size}\n"
        f"for {block} in range({whole}):\n{textwrap.indent(lines, '    ')}\n"
        f"if {length} % {size}:\n    {blocks.start} = {whole} * {size}\n"
        f"{textwrap.indent(rest, '    ')}\n"
    )
    return text, block, whole


def _loop_apart(
    function: Function, loop: ast.For, blocks: _Blocks
) -> tuple[list[Edit], str, str] | None:
    line = function.lines[loop.lineno - 1]
    if line[: loop.col_offset].strip() or loop.body[0].lineno == loop.lineno:
        return None
    last = loop.end_lineno or loop.lineno
    rest = textwrap.dedent("\n".join(function.lines[loop.body[0].lineno - 1 : last]))
    text, block, whole = _parts(function, blocks, loop.body, rest)
    indented = textwrap.indent(text, line[: loop.col_offset])
    start, end = function.line_start(loop.lineno), function.line_start(last + 1)
    return [Edit(start=start, end=end, text=indented)], block, whole


def _list_apart(
    function: Function, made: ast.ListComp, blocks: _Blocks
) -> tuple[list[Edit], str, str]:
    name = rewriting.new_name(function, "of_blocks")
    added = ast.parse(f"{name}.append({ast.unparse(made.elt)})").body
    text, block, whole = _parts(function, blocks, added, ast.unparse(added[0]))
    statement = function.statement_of(made)
    before = {statement.lineno: [f"{name} = []", *text.splitlines()]}
    edits = rewriting.inserted(function, before)
    return [*edits, rewriting.edit(function, made, name)], block, whole
