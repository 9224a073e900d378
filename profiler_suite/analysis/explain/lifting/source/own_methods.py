"""Methods that are called on given objects, as functions that read those objects."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence

from profiler_suite.analysis.explain.lifting.source.plain_names import with_plain_names
from profiler_suite.analysis.explain.rewriting import Function


def with_own_methods(
    function: Function, others: Sequence[Function]
) -> tuple[Function, dict[str, ast.FunctionDef], dict[str, str]]:
    """The function with `self.closest(x)` as a call of one name, 'self.closest'.

    With it what those names stand for, methods among `others` without their `self`, and what
    the attributes hold that they read. The same function and nothing else where there are none.
    Functions of modules have the names of those, as `with_plain_names` gives them.
    """
    others = [each for each in others if each.source.text[:1].isspace()]
    methods: dict[str, ast.FunctionDef] = {}
    held: dict[str, str] = {}
    for own in _objects(function):
        called = _called_on(own, function.node)
        todo = [each for each in others if each.node.name in called]
        while todo:
            other = todo.pop()
            name = f"{own}.{other.node.name}"
            made = _method(other.node, own) if name not in methods else None
            if made is None:
                continue
            methods[name] = made
            held |= _attributes(other, own)
            inner = _called_on(own, made)
            todo += [each for each in others if each.node.name in inner]
    if not methods:
        return function, {}, {}
    for each in methods.values():
        _named(each, methods)
    changed = with_plain_names(Function(function.source))
    _named(changed.node, methods)
    return changed, methods, held


def _objects(function: Function) -> list[str]:
    """The first parameter, and those that are given objects of a class of one's own."""
    given = [each.arg for each in function.node.args.args]
    words = function.source.names
    return given[:1] + [each for each in given[1:] if words.get(each, "").isidentifier()]


def _called_on(own: str, node: ast.AST) -> set[str]:
    """Names of methods that are called on what that name holds."""
    return {
        each.func.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and isinstance(each.func.value, ast.Name)
        and each.func.value.id == own
    }


def _method(node: ast.FunctionDef, own: str) -> ast.FunctionDef | None:
    """The method as a function without its first parameter; None where it is more than that."""
    made = copy.deepcopy(node)
    if any(
        isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load) for n in ast.walk(made)
    ):
        return None  # it changes an object
    decorators = [ast.unparse(each) for each in made.decorator_list]
    made.decorator_list = []
    if decorators == ["staticmethod"]:
        return made
    if decorators or not made.args.args or made.args.posonlyargs:
        return None
    first = made.args.args.pop(0).arg
    for each in ast.walk(made):
        if isinstance(each, ast.Name) and each.id == first:
            if not isinstance(each.ctx, ast.Load):
                return None
            each.id = own
    return made


def _named(node: ast.FunctionDef, methods: Mapping[str, ast.FunctionDef]) -> None:
    """Calls of these methods as calls of one name."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            name = ast.unparse(each.func)
            if name in methods:
                each.func = ast.copy_location(ast.Name(name, ast.Load()), each.func)


def _attributes(method: Function, own: str) -> dict[str, str]:
    """What the attributes of its object held that a method knows."""
    given = method.node.args.args
    first = f"{given[0].arg}." if given else "."
    return {
        f"{own}.{name.removeprefix(first)}": words
        for name, words in method.source.names.items()
        if name.startswith(first)
    }
