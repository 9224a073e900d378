"""Functions that a loop calls for each element, read in place."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Index,
    Label,
    Leaf,
    Refusal,
    Term,
    View,
)
from profiler_suite.analysis.explain.lifting.source import leaving

Callee = ast.FunctionDef | ast.Lambda


def inlined(reader: Reader, callee: Callee, name: str, given: Mapping[str, Term]) -> Term:
    """What a function without loops or side effects returns."""
    scope = reader.scope
    if name in scope.inlining:
        raise Refusal(f"{name} calls itself")
    local = set(_parameters(callee)) | _stored(callee)
    for free in sorted(_loaded(callee) - local):
        if free in ("np", "numpy", "math", *scope.helpers) or hasattr(builtins, free):
            continue
        inside = name in scope.local_helpers or isinstance(callee, ast.Lambda)
        if inside and free not in scope.varying and scope.facts.settled(free):
            continue  # what the function around it holds
        if free not in scope.facts.shared:
            raise Refusal(f"{name} uses {free}, which comes from outside of it")
    kept, varying = scope.env, scope.varying
    scope.env = {**_defaults(reader, callee), **given}
    scope.varying = frozenset(local)
    scope.inlining.append(name)
    try:
        if isinstance(callee, ast.Lambda):
            return reader.read(callee.body)
        return _returned(reader, callee.body, name)
    finally:
        scope.env, scope.varying = kept, varying
        scope.inlining.pop()


def arguments(reader: Reader, callee: Callee, node: ast.Call, name: str) -> dict[str, Term]:
    """The parameters of a call and what they get."""
    names = _parameters(callee)
    if len(node.args) > len(names) or any(isinstance(a, ast.Starred) for a in node.args):
        raise Refusal(f"the arguments of {name} are not named one by one")
    found = {key: reader.read(value) for key, value in zip(names, node.args, strict=False)}
    for each in node.keywords:
        if each.arg is None or each.arg not in names:
            raise Refusal(f"the arguments of {name} are not named one by one")
        found[each.arg] = reader.read(each.value)
    return found


def by_element(
    reader: Reader, callee: Callee, name: str, values: Sequence[Term], kept: int = 0
) -> Term:
    """A function called for each element, or for each row where `kept` axes stay."""
    scope = reader.scope
    values = ops.agreed(values)
    longest = max((each.own for each in values), key=len)
    axes = longest[: len(longest) - kept] if kept else longest
    if not axes:
        raise Refusal(f"{name} is called for a single number")
    depth = len(scope.loops)
    loops: list[Label] = []
    for axis in axes:
        loops.append(scope.label(axis.count, "", len(scope.loops)))
        scope.loops.append(loops[-1])
    for axis, loop in zip(axes, loops, strict=True):
        values = [ops.picked(each, axis, loop.index, tuple(scope.loops)) for each in values]
    names = _parameters(callee)
    if len(names) < len(values):
        raise Refusal(f"{name} takes fewer arguments")
    found = inlined(reader, callee, name, dict(zip(names, values, strict=False)))
    del scope.loops[depth:]
    return View(found, (*loops, *found.own))


def _parameters(callee: Callee) -> list[str]:
    given = callee.args
    if given.vararg or given.kwarg:
        raise Refusal("it calls a function with any number of arguments")
    return [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def _defaults(reader: Reader, callee: Callee) -> dict[str, Term]:
    given = callee.args
    names = [each.arg for each in (*given.posonlyargs, *given.args)]
    pairs = list(zip(names[len(names) - len(given.defaults) :], given.defaults, strict=True))
    pairs += [
        (each.arg, value)
        for each, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)
        if value is not None
    ]
    return {
        name: reader.read(value)
        for name, value in pairs
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float | complex)
    }


def _stored(callee: Callee) -> set[str]:
    return {
        node.id
        for node in ast.walk(callee)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _loaded(callee: Callee) -> set[str]:
    body = callee.body if isinstance(callee, ast.FunctionDef) else [callee.body]
    nodes = [node for statement in body for node in ast.walk(statement)]
    types = {
        id(part)
        for node in nodes
        if isinstance(node, ast.AnnAssign)
        for part in ast.walk(node.annotation)
    }
    return {
        node.id
        for node in nodes
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and id(node) not in types
    }


def _returned(reader: Reader, block: Sequence[ast.stmt], name: str) -> Term:
    """What a block returns, conditions and all."""
    for place, node in enumerate(block):
        if isinstance(node, ast.Return) and node.value is not None:
            return reader.read(node.value)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        grows = isinstance(node, ast.Assign) and ast.unparse(node.value) in ("[]", "list()")
        if grows:
            return _walked(reader, block[place:], name)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            reader.scope.env[node.targets[0].id] = reader.read(node.value)
        elif isinstance(node, ast.If):
            rest = block[place + 1 :]
            test = reader.read(node.test)
            kept = dict(reader.scope.env)
            reader.scope.conditional += 1
            yes = _returned(reader, [*node.body, *rest], name)
            reader.scope.env = kept
            no = _returned(reader, [*node.orelse, *rest], name)
            reader.scope.conditional -= 1
            return ops.where(test, yes, no)
        else:
            return _walked(reader, block[place:], name)
    raise Refusal(f"{name} may return nothing")


def _walked(reader: Reader, block: Sequence[ast.stmt], name: str) -> Term:
    """What statements with loops and early returns return."""
    if not leaving.returns(block[-1]):
        raise Refusal(f"{name} may return nothing")
    number = len(reader.scope.inlining)
    result, flag = f"@result{number}", f"@going_on{number}"
    reader.scope.env[result] = Index(Poly())
    reader.scope.env[flag] = Leaf("True", weak="bool")
    walk = Walk(reader)
    walk.inlined = True
    try:
        walk.block(leaving.without_returns(block, result, flag))
    except Refusal as why:
        raise Refusal(f"{name} does more than compute and return a value: {why}") from why
    if walk.effects:
        raise Refusal(f"{name} does more than compute and return a value")
    return reader.scope.env[result]
