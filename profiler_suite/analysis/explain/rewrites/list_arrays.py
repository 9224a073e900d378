"""Lists of numbers that loops use as arrays, as arrays from where they are made or grown.

`flags = [True] * n` becomes `flags = np.full(n, True)`; a list that one loop fills by append
and later loops read is made an array between them. What loops do with them can then be
written as array expressions.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_READS_ALL = (
    "len",
    "sum",
    "max",
    "min",
    "any",
    "all",
    "enumerate",
    "zip",
    "reversed",
    "sorted",
)
_COMPREHENDED = (ast.ListComp, ast.GeneratorExp)


@dataclass(frozen=True)
class ListArrays:
    """A function with arrays in place of lists, and what they hold, in words."""

    text: str
    held: dict[str, str]
    lines: tuple[int, ...]
    """Of the text, where lists were made."""


def as_arrays(function: Function) -> ListArrays | None:
    """The function with all such lists as arrays; None where there are none."""
    edits: list[Edit] = []
    held: dict[str, str] = {}
    lines: list[int] = []
    for statement, name, made in _made(function):
        held |= _held(function, name, name)
        edits.append(rewriting.edit(function, made[0], made[1]))
        edits += _given_back(function, name)
        lines.append(statement.lineno)
    for loop, name, uses in _grown(function):
        array = rewriting.new_name(function, f"{name}_array", held)
        held |= _held(function, name, array)
        text = f"{array} = {function.numpy}.array({name})"
        edits.append(syntax.after(function, loop, [text]))
        edits += [rewriting.edit(function, each, array) for each in uses]
        lines.append(loop.lineno)
    changed = rewriting.spliced(function, edits) if edits else None
    return None if changed is None else ListArrays(changed.source, held, tuple(lines))


def _held(function: Function, name: str, array: str) -> dict[str, str]:
    """What the array of a list holds; 'a[]' is the kind of Python's own numbers."""
    kind = function.source.names.get(f"{name}[]", "")
    return {array: _words(function, name), **({f"{array}[]": kind} if kind else {})}


def _words(function: Function, name: str) -> str:
    """'float64 (9,)' of 'list of 9 as float64 (9,)'; empty where it is no array."""
    words = function.source.names.get(name, "")
    return words.partition(" as ")[2] if words.startswith("list of ") else ""


# ------------------------------------------------------- lists of one length


def _made(function: Function) -> Iterator[tuple[ast.stmt, str, tuple[ast.expr, str]]]:
    """Lists of one number many times, which nothing uses as anything but an array."""
    for block in syntax.blocks(function.node):
        for node in block:
            if not isinstance(node, ast.Assign) or len(node.targets) != 1:
                continue
            target = node.targets[0]
            if not isinstance(target, ast.Name) or not _words(function, target.id):
                continue
            name = target.id
            text = _filled(function, name, node.value)
            uses = function.uses(name)
            stored = [each for each in uses if not isinstance(each.ctx, ast.Load)]
            fine = all(_is_of_arrays(function, each) for each in uses if each not in stored)
            if text and len(stored) == 1 and fine:
                yield node, name, (node.value, text)


def _filled(function: Function, name: str, value: ast.expr) -> str:
    """`np.full(n, c)` for `[c] * n`; empty for anything else."""
    found = _repeated(value)
    if found is None:
        return ""
    number, sizes = found
    kind = _words(function, name).partition(" ")[0]
    shape = ", ".join(map(ast.unparse, sizes))
    shape = f"({shape})" if len(sizes) > 1 else shape
    np = function.numpy
    dtype = {"float64": "", "int64": ", dtype=int", "bool": ", dtype=bool"}.get(kind)
    if dtype is None:
        return ""
    if not number:
        return f"{np}.zeros({shape}{dtype})"
    return f"{np}.full({shape}, {number!r}{dtype})"


def _repeated(value: ast.expr) -> tuple[float, list[ast.expr]] | None:
    """The number and how often it stands there, along each axis; None for other lists."""
    if isinstance(value, ast.ListComp):
        (head, *more) = value.generators
        if more or head.ifs or not isinstance(head.iter, ast.Call):
            return None
        counts = ast.unparse(head.iter.func) == "range" and len(head.iter.args) == 1
        if not counts or syntax.bound_names(head.target) & syntax.names_in(value.elt):
            return None
        number = _constant(value.elt)
        if number is not None:
            return number, [head.iter.args[0]]
        inner = _repeated(value.elt)
        return None if inner is None else (inner[0], [head.iter.args[0], *inner[1]])
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Mult):
        return None
    for one, size in ((value.left, value.right), (value.right, value.left)):
        if isinstance(one, ast.List) and len(one.elts) == 1:
            number = _constant(one.elts[0])
            return None if number is None else (number, [size])
    return None


def _constant(node: ast.expr) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return node.value
    return rewriting.number(node)


def _is_of_arrays(function: Function, use: ast.Name) -> bool:
    """Whether an array in the list's place does the same there."""
    parent = function.parents[use]
    if isinstance(parent, ast.Return):
        return True
    return _is_read(function, use) or (
        isinstance(parent, ast.Subscript)
        and parent.value is use
        and not isinstance(parent.slice, ast.Slice)
        and _is_element(function, parent)
    )


def _is_element(function: Function, node: ast.Subscript) -> bool:
    """Whether it is read or set as a number, not deleted."""
    return not isinstance(node.ctx, ast.Del)


def _is_read(function: Function, use: ast.Name) -> bool:
    """Whether it is only read: an element, all of it, or a part that a call takes."""
    parent: ast.AST = function.parents[use]
    node: ast.AST = use
    if isinstance(parent, ast.Subscript) and parent.value is node:
        if not isinstance(parent.ctx, ast.Load):
            return False
        if not isinstance(parent.slice, ast.Slice):
            return True
        node, parent = parent, function.parents[parent]
    if isinstance(parent, ast.For | ast.comprehension):
        return parent.iter is node
    if not isinstance(parent, ast.Call) or parent.func is node:
        return False
    called = ast.unparse(parent.func)
    return called in _READS_ALL or called.startswith(f"{function.numpy}.")


def _given_back(function: Function, name: str) -> list[Edit]:
    """`return flags` as a list, as it was."""
    return [
        rewriting.edit(function, each, f"{name}.tolist()")
        for each in function.uses(name)
        if isinstance(function.parents[each], ast.Return)
    ]


# ----------------------------------------------------------- lists that grow


def _grown(function: Function) -> Iterator[tuple[ast.stmt, str, list[ast.Name]]]:
    """Lists that one loop fills and later loops read: the loop, the name, what is read."""
    for block in syntax.blocks(function.node):
        for place, node in enumerate(block):
            name = _begun(node)
            if not name or not _words(function, name):
                continue
            touching = [each for each in block[place + 1 :] if syntax.uses(each, name)]
            if not touching or not isinstance(touching[0], ast.For | ast.While):
                continue
            loop, later = touching[0], touching[1:]
            everywhere = function.uses(name)
            known = [*syntax.uses(node, name), *syntax.uses(loop, name)]
            known += [use for each in later for use in syntax.uses(each, name)]
            if len(known) != len(everywhere) or not _only_grows(function, loop, name):
                continue
            uses = [use for each in later for use in syntax.uses(each, name)]
            inside = [each for each in uses if _is_repeated(function, each)]
            changed = any(_may_change(function, each) for each in uses)
            if inside and not changed and all(_is_read(function, each) for each in inside):
                yield loop, name, inside


def _begun(node: ast.stmt) -> str:
    """The name of `name = []`."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return ""
    target, value = node.targets[0], node.value
    empty = isinstance(value, ast.List) and not value.elts
    return target.id if empty and isinstance(target, ast.Name) else ""


def _only_grows(function: Function, loop: ast.stmt, name: str) -> bool:
    """Whether the loop does nothing with the list but append to it."""
    for use in syntax.uses(loop, name):
        parent = function.parents[use]
        if not isinstance(parent, ast.Attribute) or parent.attr != "append":
            return False
    return True


def _is_repeated(function: Function, use: ast.Name) -> bool:
    """Whether a loop or comprehension reads it again and again."""
    return any(isinstance(each, syntax.REPEATING) for each in function.around(use))


def _may_change(function: Function, use: ast.Name) -> bool:
    """Whether what stands there may change the list, or keep it under another name."""
    parent = function.parents[use]
    if isinstance(parent, ast.Return) or _is_read(function, use):
        return False
    return not isinstance(parent, ast.Call) or parent.func is use
