"""Lists that grow: who reads them, and whether they only become arrays."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts, dotted

_TAKES_LIST = (
    "array",
    "asarray",
    "stack",
    "sum",
    "mean",
    "max",
    "min",
    "std",
    "median",
    "prod",
    "var",
    "percentile",
    "quantile",
    "bincount",
    "histogram",
    "unique",
    *("cumsum", "cumprod", "diff", "sort", "argsort", "argmax", "argmin", "ptp", "average"),
    *("any", "all", "count_nonzero", "sqrt", "exp", "log", "abs", "square", "nanmean"),
)


def lists_that_grow(function: ast.AST) -> frozenset[str]:
    """Names of lists whose length changes somewhere."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.attr in ("append", "extend", "insert", "pop", "remove", "clear")
        ):
            found.add(node.func.value.id)
    return frozenset(found)


def begins_anew(node: ast.AST, name: str) -> bool:
    """Whether a name begins anew in it."""
    return any(
        isinstance(each, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in each.targets)
        for each in ast.walk(node)
    )


def belongs_to_others(nest: ast.stmt, name: str, facts: Facts) -> bool:
    """Whether a list that grows was handed over, or is the module's: others see it."""
    known = name in facts.parameters or facts.kind(name) == "list"
    if not known or facts.definitions.get(name):
        return False
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "append"
        and dotted(node.func.value) == name
        for node in ast.walk(nest)
    )


_JOINED = ("vstack", "row_stack", "concatenate", "hstack")


def joined_by(function: ast.AST, nest: ast.AST, name: str, facts: Facts) -> str:
    """The function that alone takes a list that begins empty: 'vstack', 'concatenate', …"""
    values = facts.definitions.get(name, [])
    if len(values) != 1 or not isinstance(values[0], ast.List) or values[0].elts:
        return ""
    inside = {id(each) for each in ast.walk(nest)}
    calls = {
        id(each.args[0]): ast.unparse(each.func).rpartition(".")[2]
        for each in ast.walk(function)
        if isinstance(each, ast.Call) and len(each.args) == 1 and not each.keywords
    }
    used = {
        calls.get(id(each), "")
        for each in ast.walk(function)
        if isinstance(each, ast.Name)
        and each.id == name
        and isinstance(each.ctx, ast.Load)
        and id(each) not in inside
    }
    only = used.pop() if len(used) == 1 else ""
    return only if only in _JOINED else ""


def only_made_array(function: ast.AST, nest: ast.AST, name: str, facts: Facts) -> bool:
    """Whether a list begins empty, or here, and only becomes an array afterwards."""
    values = facts.definitions.get(name, [])
    own = sum(
        isinstance(each, ast.AugAssign) and ast.unparse(each.target) == name
        for each in ast.walk(nest)
    )
    if len(values) != 1 + own or not isinstance(values[0], ast.List | ast.ListComp):
        return False
    inside = {id(each) for each in ast.walk(nest)}
    allowed: set[int] = set()
    for each in ast.walk(function):
        if isinstance(each, ast.Call) and each.args and isinstance(each.args[0], ast.Name):
            called_name = ast.unparse(each.func)
            owner, _, last = called_name.partition(".")
            if called_name == "len" or (owner in ("np", "numpy") and last in _TAKES_LIST):
                allowed.add(id(each.args[0]))
        elif isinstance(each, ast.Assign) and _is_column(each.targets[0], facts):
            allowed.add(id(each.value))
    return all(
        id(each) in allowed or id(each) in inside
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
    )


def _is_column(target: ast.expr, facts: Facts) -> bool:
    """Whether it is a column of a table: `df['a'] = out` takes a list as an array."""
    match target:
        case ast.Subscript(ast.Name(table), ast.Constant(str())):
            return facts.kind(table) == "DataFrame"
    return False
