"""Loops over what a generator of one's own yields, with its loop in the place of the call.

`for frame in frames(sound): body`, where `frames` is a loop that ends in `yield x`, is that
loop with `frame = x` and the body in the place of the yield.
"""

import ast
import copy
from collections.abc import Iterator, Mapping

from profiler_suite.analysis.explain.own_names import unused
from profiler_suite.analysis.explain.rewriting import Function

_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.If, ast.Pass)


def loops_in_place(function: Function) -> Iterator[tuple[ast.For, str, dict[str, str]]]:
    """Each loop over a generator, the whole function without it, and what more names hold."""
    for loop in function.nodes:
        if not isinstance(loop, ast.For) or loop.orelse or not isinstance(loop.iter, ast.Call):
            continue
        name = loop.iter.func.id if isinstance(loop.iter.func, ast.Name) else ""
        generator = function.siblings.get(name)
        if generator is None or not _may_stand_elsewhere(generator) or _leaves(loop):
            continue
        made = _in_place(function, loop, generator)
        if made is None:
            continue
        statements, names = made
        start, end = function.span(loop)
        indent = function.indent_of(loop.lineno)
        lines = "\n".join(map(ast.unparse, statements)).splitlines()
        text = f"\n{indent}".join(lines)
        yield loop, f"{function.text[:start]}{text}{function.text[end:]}", names


def _may_stand_elsewhere(generator: Function) -> bool:
    """Whether it is assignments and one loop, whose last statement is its only yield."""
    node = generator.node
    given = node.args
    if node.decorator_list or given.vararg or given.kwarg or given.defaults or given.kwonlyargs:
        return False
    inner = [each for each in ast.walk(node) if isinstance(each, ast.stmt) and each is not node]
    yields = [e for e in ast.walk(node) if isinstance(e, ast.Yield | ast.YieldFrom)]
    if len(yields) != 1 or not all(isinstance(each, _SIMPLE) for each in inner):
        return False
    return _ends_in_yield(node.body)


def _ends_in_yield(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.For) and not last.orelse:
        return _is_yield(last.body[-1]) or _ends_in_yield(last.body)
    return False


def _is_yield(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Yield) and value.value is not None


def _leaves(loop: ast.For) -> bool:
    """Whether the body leaves the loop early: that ends the generator, not one of its loops."""
    waiting: list[ast.AST] = list(loop.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Break):
            return True
        if not isinstance(node, ast.For | ast.While):
            waiting += ast.iter_child_nodes(node)
    return False


def _in_place(
    function: Function, loop: ast.For, generator: Function
) -> tuple[list[ast.stmt], dict[str, str]] | None:
    """The generator's statements with the loop's body for its yield; names are kept apart."""
    assert isinstance(loop.iter, ast.Call)
    parameters = [each.arg for each in generator.node.args.args]
    if loop.iter.keywords or len(loop.iter.args) != len(parameters):
        return None
    if any(isinstance(each, ast.Starred) for each in loop.iter.args):
        return None
    taken = _names(function.node)
    own = _stored(generator.node) | set(parameters)
    renamed = {name: unused(name, taken) for name in sorted(own)}
    changed = _stored(loop)
    values: dict[str, ast.expr] = {}
    first: list[ast.stmt] = []
    for name, given in zip(parameters, loop.iter.args, strict=True):
        plain = isinstance(given, ast.Constant) or (
            isinstance(given, ast.Name) and given.id not in changed
        )
        if plain and name not in _stored(generator.node):
            values[name] = given
        else:
            first.append(ast.Assign([ast.Name(renamed[name], ast.Store())], given))
    placed = _InPlace(loop, renamed, values)
    body = [placed.visit(copy.deepcopy(each)) for each in generator.node.body]
    statements = [ast.fix_missing_locations(each) for each in (*first, *body)]
    held = generator.source.names
    return statements, {new: held[old] for old, new in renamed.items() if old in held}


class _InPlace(ast.NodeTransformer):
    """Names of the generator become those that are free; its yield the body of the loop."""

    def __init__(
        self, loop: ast.For, renamed: Mapping[str, str], values: Mapping[str, ast.expr]
    ) -> None:
        self._loop, self._renamed, self._values = loop, renamed, values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._values:
            return copy.deepcopy(self._values[node.id])
        return ast.Name(self._renamed.get(node.id, node.id), node.ctx)

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        if not _is_yield(node):
            self.generic_visit(node)
            return node
        assert isinstance(node.value, ast.Yield)
        assert node.value.value is not None
        value = self.visit(node.value.value)
        target = copy.deepcopy(self._loop.target)
        return [ast.Assign([target], value), *copy.deepcopy(self._loop.body)]


def _names(node: ast.AST) -> set[str]:
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return found | {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}


def _stored(node: ast.AST) -> set[str]:
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
