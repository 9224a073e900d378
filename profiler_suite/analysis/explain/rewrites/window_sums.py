"""Sums of a window that slides: what comes is added, what goes is taken away.

A loop that appends to a deque of limited length, or appends to a list and takes its first
element out, and asks for the sum of it, adds up the whole window in every iteration.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_READS = ("maxlen", "index", "count", "copy")


@dataclass(frozen=True)
class WindowSum:
    """A window of a loop, and the edits that keep its sum."""

    loop: syntax.Loop
    name: str
    edits: tuple[Edit, ...]


def kept_sums(function: Function) -> Iterator[WindowSum]:
    """Every window of which a loop asks for the sum again and again."""
    for loop in syntax.loops_of(function):
        for name in sorted(_summed(function, loop)):
            edits = _edits(function, loop, name)
            if edits is not None:
                yield WindowSum(loop, name, tuple(edits))


def _summed(function: Function, loop: syntax.Loop) -> set[str]:
    return {
        node.args[0].id
        for node in ast.walk(loop)
        if isinstance(node, ast.Call)
        and _is_sum(function, node)
        and isinstance(node.args[0], ast.Name)
    }


def _is_sum(function: Function, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return False
    return function.qualified(node.func) == "builtins.sum"


def _edits(function: Function, loop: syntax.Loop, name: str) -> list[Edit] | None:
    """Edits of the loop; None where the window changes in other ways."""
    limited = _begins(function, name)
    if limited is None or name in syntax.bound_names(loop):
        return None
    total = rewriting.new_name(function, f"{name}_total")
    edits = rewriting.inserted(function, {loop.lineno: [f"{total} = sum({name})"]})
    grows = shrinks = False
    for use in syntax.uses(loop, name):
        parent = function.parents[use]
        if _is_sum(function, parent):
            assert isinstance(parent, ast.Call)
            edits.append(rewriting.edit(function, parent, total))
            continue
        if isinstance(parent, ast.Subscript) and not isinstance(parent.ctx, ast.Load):
            return None
        if not isinstance(parent, ast.Attribute) or parent.attr in _READS:
            continue
        call = function.parents[parent]
        change = _change(function, call, limited=limited)
        if change is None:
            return None
        start, end = function.span(call)  # type: ignore[arg-type]
        edits.append(Edit(start=start, end=end, text=change.replace("TOTAL", total)))
        grows |= parent.attr == "append"
        shrinks |= parent.attr != "append"
    return edits if grows and (limited or shrinks) else None


def _begins(function: Function, name: str) -> bool | None:
    """Whether the window has a limit of its own; None where it is no list nor deque of it."""
    made = [
        n.value
        for n in function.nodes
        if isinstance(n, ast.Assign) and [ast.unparse(t) for t in n.targets] == [name]
    ]
    stored = [n for n in function.uses(name) if isinstance(n.ctx, ast.Store)]
    if len(made) != 1 or len(stored) != 1:
        return None
    value = made[0]
    if isinstance(value, ast.List):
        return False
    if not isinstance(value, ast.Call):
        return None
    kind = function.qualified(value.func)
    if kind != "collections.deque":
        return False if kind == "builtins.list" else None
    return len(value.args) > 1 or any(k.arg == "maxlen" for k in value.keywords)


def _change(function: Function, call: ast.AST, *, limited: bool) -> str | None:
    """A statement that changes the window, with what keeps the sum."""
    statement = function.parents[call]
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    name, method = ast.unparse(call.func.value), call.func.attr
    text, first = function.text_of(call), ast.unparse(call.args[0]) if call.args else ""
    if method == "append" and isinstance(statement, ast.Expr):
        indent = function.indent_of(statement.lineno)
        lines = [text, f"TOTAL += {name}[-1]"]
        if limited:
            gone = [f"if len({name}) == {name}.maxlen:", f"    TOTAL -= {name}[0]"]
            lines = [*gone, *lines]
        return f"\n{indent}".join(lines)
    taken = method == "popleft" or (method == "pop" and first == "0")
    if taken and isinstance(statement, ast.Expr):
        return f"TOTAL -= {text}"
    return None
