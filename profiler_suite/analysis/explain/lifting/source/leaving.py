"""`break` and `return` as conditions: a flag that is cleared, and asked before what follows."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

Loop = ast.For | ast.While
Block = Sequence[ast.stmt]


def breaks(loop: Loop) -> bool:
    """Whether a `break` of its own may end a loop."""
    return any(_leaves(each) for each in loop.body)


def _leaves(node: ast.stmt) -> bool:
    """Whether a statement is a break, or has one that does not end a loop inside it."""
    if isinstance(node, ast.Break):
        return True
    return not isinstance(node, Loop) and any(_leaves(each) for each in _inside(node))


def returns(node: ast.stmt) -> bool:
    """Whether a statement returns, or has a statement in it that does."""
    return isinstance(node, ast.Return) or any(returns(each) for each in _inside(node))


def _inside(node: ast.stmt) -> list[ast.stmt]:
    parts = [*getattr(node, "body", []), *getattr(node, "orelse", [])]
    return [each for each in parts if isinstance(each, ast.stmt)]


def without_idle_breaks(loop: ast.For) -> ast.For | None:
    """The loop without its breaks, where they only save time; None where they do more.

    `if c(j): ok = False; break` sets one name to one constant, however often; so does a loop
    around it that ends at `if not ok: break`.
    """
    settings = {_in_text(each) for each in ast.walk(loop) if isinstance(each, ast.Assign)}
    name = settings.pop().partition(" = ")[0] if len(settings) == 1 else ""
    if not name.isidentifier() or loop.orelse or not _only_sets(loop.body, name):
        return None
    counters = {each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
    if name in counters:
        return None
    made = copy.copy(loop)
    made.body = _going_on(loop.body) or [ast.Pass()]
    return made


def _in_text(node: ast.Assign) -> str:
    """`ok = False`; also of a statement that was made, and stands in no line."""
    return " = ".join(ast.unparse(each) for each in (*node.targets, node.value))


def _only_sets(body: Block, name: str) -> bool:
    """Whether nothing is done but to set this name, or to leave, and only that asks for it."""
    for node in body:
        if isinstance(node, ast.Pass | ast.Break):
            continue
        if isinstance(node, ast.Assign):
            fine = isinstance(node.value, ast.Constant)
        elif isinstance(node, ast.If):
            leaves = len(node.body) == 1 and isinstance(node.body[0], ast.Break)
            asks = _reads(node.test, name) and not (leaves and not node.orelse)
            fine = not asks and _only_sets([*node.body, *node.orelse], name)
        elif isinstance(node, ast.For):
            fine = not node.orelse and not _reads(node.iter, name)
            fine = fine and _only_sets(node.body, name)
        else:
            fine = False
        if not fine:
            return False
    return True


def _reads(node: ast.expr, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


def _going_on(body: Block) -> list[ast.stmt]:
    """Statements without the breaks of their loop."""
    found: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.Break):
            break
        if isinstance(node, ast.If) and _leaves(node):
            yes, no = _going_on(node.body), _going_on(node.orelse)
            if yes or no:
                found.append(ast.If(node.test, yes or [ast.Pass()], no))
        else:
            found.append(node)
    return found


def without_breaks(body: Block, flag: str) -> list[ast.stmt]:
    """The body of a loop in which `break` clears a flag that what follows it asks for."""
    found: list[ast.stmt] = []
    for place, node in enumerate(body):
        if isinstance(node, ast.Break):
            return [*found, _cleared(flag)]
        if isinstance(node, ast.If) and _leaves(node):
            yes, no, rest = list(node.body), list(node.orelse), list(body[place + 1 :])
            if isinstance(yes[-1], ast.Break):
                no, rest = [*no, *rest], []
            both = [without_breaks(each, flag) for each in (yes, no)]
            after = without_breaks(rest, flag)
            return [*found, ast.If(node.test, both[0], both[1]), *_asked(flag, after)]
        found.append(node)
    return found


def skips(node: ast.stmt) -> bool:
    """Whether an `if` has a `continue` in it that ends an iteration of the loop around it."""
    return isinstance(node, ast.If) and any(
        isinstance(each, ast.Continue) or skips(each) for each in _inside(node)
    )


def without_continues(block: Block) -> list[ast.stmt]:
    """Statements in which what a `continue` leaves out stands in the other branch."""
    found: list[ast.stmt] = []
    for place, node in enumerate(block):
        if isinstance(node, ast.Continue):
            return found
        if isinstance(node, ast.If) and skips(node):
            rest = block[place + 1 :]
            yes, no = (without_continues([*each, *rest]) for each in (node.body, node.orelse))
            return [*found, ast.If(node.test, yes or [ast.Pass()], no)]
        found.append(node)
    return found


def without_returns(
    block: Block, result: str, flag: str, *, in_loop: bool = False
) -> list[ast.stmt]:
    """Statements in which `return` sets a name, clears a flag and ends the loop it is in."""
    found: list[ast.stmt] = []
    for place, node in enumerate(block):
        if isinstance(node, ast.Return):
            value = node.value if node.value is not None else ast.Constant(None)
            found += [_set(result, value), _cleared(flag)]
            return [*found, ast.Break()] if in_loop else found
        if not returns(node):
            found.append(node)
            continue
        rest = list(block[place + 1 :])
        if isinstance(node, Loop):
            loop = copy.copy(node)
            loop.body = without_returns(node.body, result, flag, in_loop=True)
            found.append(loop)
            if in_loop:
                found.append(ast.If(ast.UnaryOp(ast.Not(), _name(flag)), [ast.Break()], []))
            after = without_returns(rest, result, flag, in_loop=in_loop)
            return [*found, *(after if in_loop else _asked(flag, after))]
        if isinstance(node, ast.If):
            yes, no = list(node.body), list(node.orelse)
            if isinstance(yes[-1], ast.Return):
                no, rest = [*no, *rest], []
            both = [without_returns(each, result, flag, in_loop=in_loop) for each in (yes, no)]
            after = without_returns(rest, result, flag, in_loop=in_loop)
            asked = after if in_loop else _asked(flag, after)
            return [*found, ast.If(node.test, both[0], both[1]), *asked]
        found.append(node)
    return found


def _asked(flag: str, block: list[ast.stmt]) -> list[ast.stmt]:
    return [ast.If(_name(flag), block, [])] if block else []


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _set(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _cleared(flag: str) -> ast.stmt:
    return _set(flag, ast.Constant(False))
