"""Loops that take lines of text apart, their steps put together into one expression.

`parts = line.split(",")`, a list that grows by `float(part)`, and the append of that list are
what `rows.append([float(part) for part in line.split(",")])` says at once.
"""

import ast
import copy

from profiler_suite.analysis.explain import patterns
from profiler_suite.analysis.explain.rewriting import Function


def appended(body: list[ast.stmt]) -> list[tuple[ast.expr, ast.expr]]:
    """Each list that an iteration appends to, with what it gets; nothing for other bodies.

    Names that the body sets are replaced by what they hold.
    """
    held: dict[str, ast.expr] = {}
    found: list[tuple[ast.expr, ast.expr]] = []
    for statement in body:
        grown = _grown(statement, held)
        if grown is not None:
            name, value = grown
            held[name] = value
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            if found or len(statement.targets) > 1:
                return []
            held[statement.targets[0].id] = _with(statement.value, held)
        elif (call := _append(statement)) is not None:
            found.append((call[0], _with(call[1], held)))
        else:
            return []
    return found


def _append(statement: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """The list and the value of `list.append(value)`."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    if call.func.attr != "append" or len(call.args) != 1 or call.keywords:
        return None
    return call.func.value, call.args[0]


def _grown(statement: ast.stmt, held: dict[str, ast.expr]) -> tuple[str, ast.expr] | None:
    """`for word in words: values.append(f(word))`, of a list that was empty, as a list."""
    if not isinstance(statement, ast.For) or statement.orelse or len(statement.body) != 1:
        return None
    call = _append(statement.body[0])
    if call is None or not isinstance(call[0], ast.Name):
        return None
    empty = held.get(call[0].id)
    if not isinstance(empty, ast.List) or empty.elts:
        return None
    iterated = _with(statement.iter, held)
    generator = ast.comprehension(statement.target, iterated, [], 0)
    return call[0].id, ast.ListComp(call[1], [generator])


class _Holding(ast.NodeTransformer):
    def __init__(self, held: dict[str, ast.expr]) -> None:
        self._held = held

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self._held.get(node.id, node))


def _with(node: ast.expr, held: dict[str, ast.expr]) -> ast.expr:
    """The expression with what names hold in their places; itself where it has none."""
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    if not names & held.keys():
        return node
    made: ast.expr = _Holding(held).visit(copy.deepcopy(node))
    return made


_NUMBERS = (
    "[float(V) for V in LINE.{split}]",
    "list(map(float, LINE.{split}))",
    "[float(V) for V in LINE.strip().{split}]",
    "list(map(float, LINE.strip().{split}))",
)
_NUMBER = ("float(LINE.{split}[K])", "float(LINE.strip().{split}[K])")
_SPLITS = ("split()", "split(SEP)")


def loaded(function: Function, loop: ast.For, lines: str) -> str:
    """The loop as one call of the compiled parser; empty where it does anything else.

    `rows.extend(np.loadtxt(lines, …).tolist())`, or one extend for each of some columns.
    """
    if not isinstance(loop.target, ast.Name):
        return ""
    found = appended(loop.body)
    if len(found) == 1:
        made = _rows(function, loop.target.id, *found[0], lines)
        if made:
            return made
    return _columns(function, loop, found, lines)


def _rows(function: Function, line: str, rows: ast.expr, row: ast.expr, lines: str) -> str:
    array = patterns.match(function, row, "np.array(ROW)")
    given = _separator(function, line, array["ROW"] if array is not None else row, _NUMBERS)
    if given is None:
        return ""
    text, table = (
        function.text_of(rows),
        f"{function.numpy}.loadtxt({lines}, ndmin=2{given[0]})",
    )
    if _becomes_an_array(function, text):
        return f"{text} = {table}"
    return f"{text}.extend({table}{'' if array is not None else '.tolist()'})"


def _becomes_an_array(function: Function, name: str) -> bool:
    """Whether a list begins empty, grows in one place, and is then only made an array."""
    begun = used = 0
    for node in ast.walk(function.node):
        if isinstance(node, ast.Assign) and name in map(ast.unparse, node.targets):
            begun += ast.unparse(node.value) == "[]"
            used += (
                not _is_array_of(function, node.value, name) and ast.unparse(node.value) != "[]"
            )
        elif isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            parent = function.parents.get(node)
            grows = isinstance(parent, ast.Attribute) and parent.attr == "append"
            used += not grows and not _is_array_of(function, parent, name)
    return begun == 1 and not used


def _is_array_of(function: Function, node: ast.AST | None, name: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    one = patterns.match(function, node, "np.array(ROWS)")
    return one is not None and ast.unparse(one["ROWS"]) == name


def _columns(
    function: Function,
    loop: ast.For,
    found: list[tuple[ast.expr, ast.expr]],
    lines: str,
) -> str:
    assert isinstance(loop.target, ast.Name)
    places: list[int] = []
    separators: set[str] = set()
    for _, value in found:
        one = _separator(function, loop.target.id, value, _NUMBER)
        if one is None or one[1] is None or one[1] < 0:
            return ""
        separators.add(one[0])
        places.append(one[1])
    names = [function.text_of(each) for each, _ in found]
    if len(separators) != 1 or len(set(names)) != len(names):
        return ""
    (given,) = separators
    columns = "columns"
    while columns in function.text:
        columns += "_"
    wanted = sorted(set(places))
    usecols = f"({', '.join(map(str, wanted))}{',' * (len(wanted) == 1)})"
    made = [
        f"{columns} = {function.numpy}.loadtxt({lines}, ndmin=2{given}, usecols={usecols})",
        *(
            f"{name}.extend({columns}[:, {wanted.index(place)}].tolist())"
            for name, place in zip(names, places, strict=True)
        ),
    ]
    return f"\n{' ' * loop.col_offset}".join(made)


def _separator(
    function: Function, line: str, node: ast.expr, forms: tuple[str, ...]
) -> tuple[str, int | None] | None:
    """What loadtxt is to be told of the separator, and which column it is, if any."""
    for form in forms:
        for split in _SPLITS:
            one = patterns.match(function, node, form.format(split=split))
            if one is None or ast.unparse(one["LINE"]) != line:
                continue
            given = ""
            if "SEP" in one.captures:
                given = f", delimiter={function.text_of(one['SEP'])}"
            number = one.number("K") if "K" in one.captures else None
            if number is None and "K" in one.captures:
                return None
            return given, None if number is None else int(number)
    return None
