"""Loops over arrays that add up by key in a dictionary."""

import ast

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function

# Whole numbers, dates and durations.
_KEYS = "iuMm"
_WHOLE_SIGNS: dict[type[ast.operator], str] = {ast.FloorDiv: "//", ast.Mod: "%"}
_WHOLE = tuple(_WHOLE_SIGNS)


def summed_by_key(function: Function, loop: ast.For) -> str:
    """The loop as one update of each of its dictionaries; empty where it does anything else."""
    header = _keys_and_values(function, loop)
    if header is None:
        return ""
    key, value, keys, values = header
    body = list(loop.body)
    while len(body) > 1:
        made = _made_of_key(function, body[0], key, keys)
        if made is None:
            break
        key, keys = made
        body.pop(0)
    added: dict[str, str] = {}
    begun: set[str] = set()
    for each in body:
        zeros = set() if added else _first_zeros(each, key)
        if zeros:
            begun |= zeros
            continue
        name, more, complete = _updated(each, key, value)
        if not name or name in added or not _begins_empty(function, loop, name):
            return ""
        if not complete and name not in begun and not _has_default(function, name):
            return ""
        added[name] = more
    if not added or begun - added.keys():
        return ""
    given = {name: f"{keys}, {values}" if more else keys for name, more in added.items()}
    updates = [f"{name}.update(sums_by_key({arrays}))" for name, arrays in given.items()]
    return f"\n{' ' * loop.col_offset}".join(updates)


def _keys_and_values(function: Function, loop: ast.For) -> tuple[str, str, str, str] | None:
    """Names of the key and the value, and the arrays that they come from."""
    target, given = loop.target, _in_a_row(loop.iter)
    if isinstance(target, ast.Name) and _holds(function, given, _KEYS):
        return target.id, "", function.text_of(given), ""
    if not (
        isinstance(target, ast.Tuple)
        and len(target.elts) == 2
        and isinstance(given, ast.Call)
        and function.qualified(given.func) == "builtins.zip"
        and len(given.args) == 2
        and all(isinstance(each, ast.Name) for each in target.elts)
    ):
        return None
    keys, values = map(_in_a_row, given.args)
    if not _holds(function, keys, _KEYS) or not _holds(function, values, "f"):
        return None
    key, value = (ast.unparse(each) for each in target.elts)
    return key, value, function.text_of(keys), function.text_of(values)


def _in_a_row(node: ast.expr) -> ast.expr:
    """x.flat as x.ravel(), which is an array; other expressions as they are."""
    if isinstance(node, ast.Attribute) and node.attr == "flat":
        return ast.Call(ast.Attribute(node.value, "ravel", ast.Load()), [], [])
    return node


def _made_of_key(
    function: Function, node: ast.stmt, key: str, keys: str
) -> tuple[str, str] | None:
    """The key that `d = k // 10` or `d = t.astype("M8[D]")` makes, for all at once."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return None
    made, name = node.value, node.targets[0].id
    if isinstance(made, ast.BinOp) and isinstance(made.op, _WHOLE):
        plain = ast.unparse(made.left) == key and isinstance(made.right, ast.Constant)
        wanted, value = "iu", made.right
    elif isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute):
        plain = ast.unparse(made.func) == f"{key}.astype" and len(made.args) == 1
        plain &= not made.keywords and isinstance(made.args[0], ast.Constant)
        wanted, value = "Mm", made.args[0] if made.args else made
    else:
        return None
    if not plain or len(node.targets) > 1 or not _holds(function, _expression(keys), wanted):
        return None
    keys = keys if isinstance(_expression(keys), ast.Name | ast.Call) else f"({keys})"
    if isinstance(made, ast.BinOp):
        return name, f"{keys} {_WHOLE_SIGNS[type(made.op)]} {ast.unparse(value)}"
    return name, f"{keys}.astype({ast.unparse(value)})"


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _holds(function: Function, node: ast.expr, letters: str) -> bool:
    form = forms.of(function, node)
    whole = form is not None and form.kind == "array" and len(form.shape) == 1
    return whole and form is not None and form.letter in letters


def _updated(node: ast.stmt, key: str, value: str) -> tuple[str, str, bool]:
    """The dictionary that a statement adds to, what it adds, and whether it needs no zero.

    `d[k] += v`, `d[k] = d.get(k, 0) + v`, or one of two branches that sets what is not there.
    What is added is empty where it counts.
    """
    for more in dict.fromkeys((value, "")):
        text = ast.unparse(node)
        place = node.target if isinstance(node, ast.AugAssign) else _place(node)
        if not isinstance(place, ast.Subscript) or not isinstance(place.value, ast.Name):
            continue
        name, shown = place.value.id, more or "1"
        here = f"{name}[{key}]"
        if text == f"{here} += {shown}":
            return name, more, False
        if text in [f"{here} = {name}.get({key}, {zero}) + {shown}" for zero in ("0", "0.0")]:
            return name, more, True
        adds, sets = f"    {here} += {shown}", f"    {here} = {shown}"
        if text in (
            f"if {key} in {name}:\n{adds}\nelse:\n{sets}",
            f"if {key} not in {name}:\n{sets}\nelse:\n{adds}",
        ):
            return name, more, True
    return "", "", False


def _place(node: ast.stmt) -> ast.expr | None:
    """Where a statement, or the first one of its branch, stores."""
    if isinstance(node, ast.If):
        first = node.body[0]
        return first.target if isinstance(first, ast.AugAssign) else _place(first)
    return node.targets[0] if isinstance(node, ast.Assign) else None


def _first_zeros(node: ast.stmt, key: str) -> set[str]:
    """Dictionaries of `if k not in d: d[k] = 0`, several of them perhaps; empty for others."""
    if not isinstance(node, ast.If) or node.orelse:
        return set()
    found = set()
    for each in node.body:
        place, _, zero = ast.unparse(each).partition(" = ")
        if zero not in ("0", "0.0") or not place.endswith(f"[{key}]"):
            return set()
        found.add(place.removesuffix(f"[{key}]"))
    tested = ast.unparse(node.test).removeprefix(f"{key} not in ")
    return found if tested in found else set()


def _has_default(function: Function, name: str) -> bool:
    """Whether what a dictionary does not hold is zero."""
    made = _definition(function, name)
    return made is not None and ast.unparse(made).endswith(("defaultdict(int)", "(float)"))


def _definition(function: Function, name: str) -> ast.expr | None:
    """What a name is set to, where that is done once."""
    found = [
        node.value
        for node in function.nodes
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    ]
    return found[0] if len(found) == 1 else None


def _begins_empty(function: Function, loop: ast.For, name: str) -> bool:
    """Whether a dictionary is empty when the loop begins: made in the statement before it."""
    made = _definition(function, name)
    if made is None:
        return False
    empty = ("{}", "dict()", "defaultdict(int)", "defaultdict(float)")
    body = function.node.body
    if loop not in body or not ast.unparse(made).endswith(empty):
        return False
    before = body[: body.index(loop)]
    return sum(len(syntax.uses(each, name)) for each in before) == 1
