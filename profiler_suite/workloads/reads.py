"""Names that statements read as they find them, not as they have set them themselves before.

`for i in range(3): for j in x[i]: f(j)` reads x and f alone: whatever i and j were, they are
set first on every way to where they are read.
"""

import ast
from collections.abc import Iterable, Sequence

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def found_by(body: Sequence[ast.stmt]) -> set[str]:
    """Names that the statements, one after the other, read before they set them.

    What functions read that they define is not among them: nobody knows when.
    """
    return _of_block(body, set())


def _of_block(body: Iterable[ast.stmt], known: set[str]) -> set[str]:
    """Names that are read unset; `known` grows by those that are set whatever happens."""
    found: set[str] = set()
    for statement in body:
        found |= _of_statement(statement, known)
    return found


def _of_statement(node: ast.stmt, known: set[str]) -> set[str]:
    if isinstance(node, ast.For | ast.AsyncFor):
        found = _loaded(node.iter) - known
        inside = known | _stored(node.target)
        found |= _loaded(node.target) - inside
        return found | _of_block(node.body, inside) | _of_block(node.orelse, set(known))
    if isinstance(node, ast.While):
        found = _loaded(node.test) - known
        return found | _of_block(node.body, set(known)) | _of_block(node.orelse, set(known))
    if isinstance(node, ast.If):
        found = _loaded(node.test) - known
        one, other = set(known), set(known)
        found |= _of_block(node.body, one) | _of_block(node.orelse, other)
        known |= one & other
        return found
    if isinstance(node, ast.With | ast.AsyncWith):
        found = set()
        for item in node.items:
            found |= _loaded(item.context_expr) - known
            known |= _stored(item.optional_vars) if item.optional_vars else set()
        return found | _of_block(node.body, known)
    if isinstance(node, ast.Try | ast.Match):
        return _loaded(node) - known  # anything in it may be skipped
    if isinstance(node, _SCOPES):
        outside = [*node.decorator_list, *getattr(node, "bases", [])]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = (*node.args.defaults, *node.args.kw_defaults)
            outside += [each for each in given if each is not None]
        found = set().union(*map(_loaded, outside)) - known
        known.add(node.name)
        return found
    if isinstance(node, ast.AugAssign):
        found = (_loaded(node) | _stored(node.target)) - known
        known |= _stored(node.target)
        return found
    found = _loaded(node) - known
    known |= _stored(node)
    return found


def _loaded(node: ast.AST) -> set[str]:
    """Names that an expression or a statement reads, but for those of scopes of its own."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load | ast.Del) else set()
    inner = set().union(*map(_loaded, ast.iter_child_nodes(node)))
    if isinstance(node, _COMPREHENSIONS):
        inner -= set().union(*(_stored(each.target) for each in node.generators))
    elif isinstance(node, ast.Lambda):
        inner -= {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
    return inner


def _stored(node: ast.AST) -> set[str]:
    """Names that it sets; those of comprehensions are their own."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, ast.alias):
        return {(node.asname or node.name).partition(".")[0]}
    if isinstance(node, (*_COMPREHENSIONS, *_SCOPES)):
        return set()
    return set().union(*map(_stored, ast.iter_child_nodes(node)))
