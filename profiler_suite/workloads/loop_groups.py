"""A loop of a script, with the statements beside it that a function would hold as well.

Before it what it fills and counts with is made: `total = 0`, `found = []`, `out = np.zeros(n)`.
Behind it what it has filled is made an array. Without them nobody knows that a list is empty
when the loop begins, or that an array is nobody else's.
"""

import ast
from collections.abc import Iterator, Sequence

_MAKERS = {
    "zeros",
    "ones",
    "empty",
    "full",
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
}
_EMPTY = {
    "list",
    "dict",
    "set",
    "float",
    "int",
    "defaultdict",
    "Counter",
    "deque",
    "OrderedDict",
}
_FINISHERS = {
    *("array", "asarray", "concatenate", "vstack", "hstack", "stack", "column_stack"),
    *("DataFrame", "Series", "concat", "csr_matrix", "csc_matrix", "join", "list", "dict"),
}
_GROWING = {"append", "extend", "add", "insert", "update", "write", "appendleft"}


def group(body: Sequence[ast.stmt], at: int) -> Sequence[ast.stmt]:
    """The statements that belong together with this one, itself among them."""
    free = 0  # what stands before it belongs to another loop
    for number, statement in enumerate(body):
        if not isinstance(statement, ast.For | ast.While):
            continue
        first, last = number, number + 1
        used, changed = _loaded(statement), set(_changed(statement))
        while first > free and _begins(body[first - 1], used, changed):
            first -= 1
        while last < len(body) and _ends(body[last], changed):
            last += 1
        if first <= at < last:
            return body[first:last]
        free = last
    return body[at : at + 1]


def _loaded(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _changed(loop: ast.stmt) -> Iterator[str]:
    """Names that the loop assigns, fills or appends to."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and node.attr in _GROWING:
            yield from _owner(node.value)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield from _owner(node.value)


def _owner(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _begins(statement: ast.stmt, used: set[str], changed: set[str]) -> bool:
    """Whether it only makes what the loop begins with.

    A number that the loop only reads is handed to it: it is tried with others, too.
    """
    if not isinstance(statement, ast.Assign) or not _is_made(statement.value):
        return False
    names = [each for target in statement.targets for each in _targets(target)]
    alone = isinstance(statement.value, ast.Constant | ast.UnaryOp | ast.Tuple)
    return bool(names) and all(name in (changed if alone else used) for name in names)


def _targets(target: ast.expr) -> list[str]:
    """Names that are assigned; a name of nobody for anything else."""
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return [each.id if isinstance(each, ast.Name) else "" for each in parts]


def _is_made(value: ast.expr) -> bool:
    """Whether it is a constant, an empty container or an array of one value."""
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.UnaryOp):
        return _is_made(value.operand)
    if isinstance(value, ast.Tuple | ast.List | ast.Set):
        return all(map(_is_made, value.elts))
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.BinOp):  # [0.0] * n
        return isinstance(value.left, ast.List) and _is_made(value.left)
    return isinstance(value, ast.Call) and _name_of(value.func) in _MAKERS | _EMPTY


def _ends(statement: ast.stmt, changed: set[str]) -> bool:
    """Whether it only makes something else of what the loop has filled."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return False
    call = statement.value
    given = [each.id for each in call.args if isinstance(each, ast.Name)]
    return (
        _name_of(call.func) in _FINISHERS
        and len(given) == len(call.args) > 0
        and all(name in changed for name in given)
        and all(isinstance(each, ast.Name) for each in statement.targets)
    )


def _name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
