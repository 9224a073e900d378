"""Finds the Python function that compiled code calls back, and writes it for whole arrays."""

import ast

from profiler_suite.analysis.explain.rewrites import vectorising
from profiler_suite.analysis.explain.rewrites.vectorising import (
    CallOverRows,
    NotVectorisedError,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Observation
from profiler_suite.model.noun import Noun

Callee = ast.FunctionDef | ast.Lambda


class ArrayForm(Noun, frozen=True):
    """A function for whole arrays: its text, and how it is called."""

    name: str
    text: str
    free: tuple[str, ...]
    """Names that it must be given besides its arrays."""
    kind: str
    """'number', 'row' or 'columns': what there is of its result for each element or row."""
    parameters: tuple[str, ...]

    def call(self, *arguments: str) -> str:
        """A call of it with these arrays."""
        return f"{self.name}({', '.join([*arguments, *self.free])})"


def find_callee(
    seen: Observation, function: Function, node: ast.expr
) -> tuple[Callee, Function] | None:
    """The function that an expression names: a lambda, an inner function or a module's own."""
    if isinstance(node, ast.Lambda):
        return node, function
    if not isinstance(node, ast.Name):
        return None
    for inner in function.nodes:
        if isinstance(inner, ast.FunctionDef) and inner.name == node.id:
            return (inner, function) if not inner.decorator_list else None
        if (
            isinstance(inner, ast.Assign)
            and isinstance(inner.value, ast.Lambda)
            and [ast.unparse(t) for t in inner.targets] == [node.id]
        ):
            return inner.value, function
    for other in seen.functions:
        if other.source.function == node.id and other.source.file == function.source.file:
            return other.node, other
    return None


def columns_form(
    seen: Observation, function: Function, node: ast.expr, hint: str, *, several: bool = False
) -> ArrayForm | None:
    """The function that an expression names, of whole columns; None where it has no form.

    `hint` is what a lambda is called; with `several` it may give more than one value.
    """
    found = find_callee(seen, function, node)
    if found is None:
        return None
    callee, context = found
    try:
        (parameter,) = vectorising.parameters_of(callee)
        made = CallOverRows(
            context,
            callee,
            {parameter: vectorising.TABLE_ROW},
            lambda table, column: f"{table}[{column!r}].to_numpy()",
            several=several,
        )
    except (NotVectorisedError, ValueError):
        return None
    own = callee.name if isinstance(callee, ast.FunctionDef) else hint
    name = f"{own}_of_columns"
    text = made.definition(name, [parameter], f"{own}, of all rows at once.")
    kind, free = made.result.kind, tuple(made.free)
    return ArrayForm(name=name, text=text, free=free, kind=kind, parameters=(parameter,))


def array_form(
    seen: Observation,
    function: Function,
    node: ast.expr,
    kind: str,
    many: str,
    *,
    axis: int = -1,
) -> ArrayForm | None:
    """What the function named by the expression is for many; None where it has no such form.

    `kind` says what one call of it gets: a number or a row, along this axis of the arrays;
    `many` names what the new function gets, such as 'elements' or 'rows'.
    """
    found = find_callee(seen, function, node)
    if found is None:
        return None
    callee, context = found
    try:
        parameters = vectorising.parameters_of(callee)
        made = CallOverRows(context, callee, dict.fromkeys(parameters, kind), axis=axis)
    except NotVectorisedError:
        return None
    own = callee.name if isinstance(callee, ast.FunctionDef) else "expression"
    name = f"{own}_of_{many}"
    text = made.definition(name, parameters, f"{own}, of all {many} at once.")
    return ArrayForm(
        name=name,
        text=text,
        free=tuple(made.free),
        kind=made.result.kind,
        parameters=tuple(parameters),
    )
