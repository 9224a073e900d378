"""What a helper does for each iteration of a loop, written in the loop that calls it.

`find(customers, key)` that returns the first customer of this key is
`next((c for c in customers if c["id"] == key), None)`, and `self.score(x)` may be no more than
`self.model.predict([x])[0]`: where they stand in a loop, one sees what all calls share.
"""

import ast
from collections.abc import Callable

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_OF_NUMBERS = ("math", "np", "numpy", "abs", "min", "max", "float")
Expressed = Callable[[list[ast.stmt]], ast.expr | None]


def searches(function: Function) -> Function | None:
    """The function with searches of helpers in its loops; None without any."""
    return _in_place(function, _searched)


def answers(function: Function) -> Function | None:
    """The function with what helpers only return in its loops; None without any."""
    return _in_place(function, _returned)


def computed(function: Function) -> Function | None:
    """The function with what helpers compute, step by step, in its loops; None without any."""
    return _in_place(function, _computed)


def _in_place(function: Function, expressed: Expressed) -> Function | None:
    edits: list[Edit] = []
    for node in function.nodes:
        if isinstance(node, ast.Call) and _is_repeated(function, node):
            text = _written(function, node, expressed)
            if text:
                edits.append(rewriting.edit(function, node, text))
    return rewriting.changed(function, edits)


def _is_repeated(function: Function, node: ast.AST) -> bool:
    return any(isinstance(each, syntax.REPEATING) for each in function.around(node))


def _written(function: Function, call: ast.Call, expressed: Expressed) -> str:
    """What a helper does with what this call gives it; empty for other calls."""
    name, given = "", list(call.args)
    if isinstance(call.func, ast.Name):
        name = call.func.id
    elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        name, given = call.func.attr, [call.func.value, *call.args]
    other = function.siblings.get(name)
    if other is None or other.node.decorator_list or call.keywords:
        return ""
    arguments = other.node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults:
        return ""
    parameters = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    body = [s for s in other.node.body if not _is_docstring(s)]
    found = expressed(body) if len(parameters) == len(given) else None
    if found is None:
        return ""
    values = dict(zip(parameters, given, strict=True))
    own = syntax.bound_names(found)
    if own & values.keys() or any(own & syntax.names_in(each) for each in given):
        return ""
    return ast.unparse(syntax.substituted(found, values))


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _returned(body: list[ast.stmt]) -> ast.expr | None:
    """What a body returns that does nothing else."""
    only = body[0] if len(body) == 1 else None
    return only.value if isinstance(only, ast.Return) else None


def _computed(body: list[ast.stmt]) -> ast.expr | None:
    """What a body returns after steps that name what mathematical functions give."""
    values: dict[str, ast.expr] = {}
    for statement in body[:-1]:
        match statement:
            case ast.Assign([ast.Name(name)], value):
                pairs = [(name, value)]
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(parts)) if len(targets) == len(
                parts
            ):
                names = [each.id for each in targets if isinstance(each, ast.Name)]
                if len(names) < len(parts):
                    return None
                pairs = list(zip(names, parts, strict=True))
            case _:
                return None
        values |= {name: syntax.substituted(value, values) for name, value in pairs}
    if not all(map(_only_computes, values.values())):
        return None
    found = _returned(body[-1:])
    return None if found is None else syntax.substituted(found, values)


def _only_computes(value: ast.expr) -> bool:
    """Whether nothing changes where it is computed twice."""
    calls = [ast.unparse(each.func) for each in ast.walk(value) if isinstance(each, ast.Call)]
    return all(each.partition(".")[0] in _OF_NUMBERS for each in calls)


def _searched(body: list[ast.stmt]) -> ast.expr | None:
    """`for c in rows: if test: return found`, then `return otherwise` or nothing."""
    otherwise: ast.expr | None = ast.Constant(None)
    if len(body) == 2:
        otherwise = body[1].value if isinstance(body[1], ast.Return) else None
    loop = body[0] if len(body) in (1, 2) else None
    if not isinstance(loop, ast.For) or loop.orelse or len(loop.body) != 1:
        return None
    only = loop.body[0]
    if not isinstance(only, ast.If) or only.orelse:
        return None
    found = _returned(only.body)
    if found is None or otherwise is None or not _is_plain(otherwise):
        return None
    head = ast.comprehension(loop.target, loop.iter, [only.test], 0)
    return ast.Call(
        ast.Name("next", ast.Load()), [ast.GeneratorExp(found, [head]), otherwise], []
    )


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) or rewriting.number(value) is not None
