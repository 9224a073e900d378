"""Loops that take lines of text apart, their steps put together into one expression.

`parts = line.split(",")`, a list that grows by `float(part)`, and the append of that list are
what `rows.append([float(part) for part in line.split(",")])` says at once.
"""

import ast
from collections.abc import Sequence
from typing import NamedTuple

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function, new_name


def appended(body: list[ast.stmt]) -> list[tuple[ast.expr, ast.expr]]:
    """Each list that an iteration appends to, with what it gets; nothing for other bodies.

    Names that the body sets are replaced by what they hold.
    """
    held: dict[str, ast.expr] = {}
    found: list[tuple[ast.expr, ast.expr]] = []
    for statement in body:
        if not found and _unpacked(statement, held):
            continue
        grown = _grown(statement, held)
        if grown is not None:
            name, value = grown
            held[name] = value
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            if found or len(statement.targets) > 1:
                return []
            held[statement.targets[0].id] = syntax.substituted(statement.value, held)
        elif (call := _append(statement)) is not None:
            found.append((call[0], syntax.substituted(call[1], held)))
        else:
            return []
    return found


def _unpacked(statement: ast.stmt, held: dict[str, ast.expr]) -> bool:
    """Whether it is `a, b = line.split()`, whose names are the parts of it then."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return False
    target = statement.targets[0]
    if not isinstance(target, ast.Tuple):
        return False
    names = [each.id for each in target.elts if isinstance(each, ast.Name)]
    if len(names) < len(target.elts):
        return False
    whole = syntax.substituted(statement.value, held)
    for place, name in enumerate(names):
        held[name] = ast.Subscript(whole, ast.Constant(place), ast.Load())
    return True


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
    iterated = syntax.substituted(statement.iter, held)
    generator = ast.comprehension(statement.target, iterated, [], 0)
    return call[0].id, ast.ListComp(call[1], [generator])


_ROWS = (
    "[{kind}(V) for V in LINE.{split}]",
    "list(map({kind}, LINE.{split}))",
    "[{kind}(V) for V in LINE.strip().{split}]",
    "list(map({kind}, LINE.strip().{split}))",
)
_CELLS = ("LINE.{split}[K]", "LINE.strip().{split}[K]", "LINE.rstrip().{split}[K]")
_SPLITS = ("split()", "split(SEP)")
_KINDS = ("float", "int")
_SKIPPED = (
    *("not LINE", "not LINE.strip()", "LINE.strip() == ''", "LINE == ''", "len(LINE) == 0"),
    *("LINE.startswith('#')", "LINE[0] == '#'"),
)
"""Lines that the compiled parser passes over as well."""


class Lines(NamedTuple):
    """What a loop goes over."""

    text: str
    given: str = ""
    """What the parser is told of rows that are split already."""


class _Fields(NamedTuple):
    """A number, or a row of them, of one line."""

    given: str
    """What the parser is told of the separator."""
    kinds: tuple[str, ...]
    columns: tuple[int, ...] = ()
    """All of them without any."""

    @property
    def arguments(self) -> str:
        """What the parser is told of all."""
        texts = [self.given]
        if self.columns:
            texts.append(f", usecols={_written(self.columns)}")
        return "".join(texts) + (", dtype=int" if set(self.kinds) == {"int"} else "")


def _written(columns: Sequence[int]) -> str:
    return f"({', '.join(map(str, columns))}{',' * (len(columns) == 1)})"


def loaded(function: Function, loop: ast.For, lines: Lines) -> str:
    """The loop as one call of the compiled parser; empty where it does anything else.

    `rows.extend(np.loadtxt(lines, …).tolist())`, or one extend for each of some columns.
    """
    if not isinstance(loop.target, ast.Name):
        return ""
    line, body = loop.target.id, loop.body
    while len(body) > 1 and _passes_over(function, line, body[0]):
        body = body[1:]
    found = appended(body)
    if len(found) == 1:
        made = _rows(function, line, *found[0], lines)
        if made:
            return made
    return _columns(function, loop, found, lines)


def _passes_over(function: Function, line: str, statement: ast.stmt) -> bool:
    """Whether it is `if not line.strip(): continue`."""
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    if not isinstance(statement.body[0], ast.Continue):
        return False
    found = (patterns.match(function, statement.test, each) for each in _SKIPPED)
    return any(one is not None and ast.unparse(one["LINE"]) == line for one in found)


def _rows(function: Function, line: str, rows: ast.expr, row: ast.expr, lines: Lines) -> str:
    array = patterns.match(function, row, "np.array(ROW)")
    inner = array["ROW"] if array is not None else row
    parsed = _all_of(function, line, inner, lines) or _some_of(function, line, inner, lines)
    if parsed is None:
        return ""
    text = function.text_of(rows)
    table = f"{function.numpy}.loadtxt({lines.text}, ndmin=2{parsed.arguments})"
    if _becomes_an_array(function, text):
        return f"{text} = {table}"
    if array is None and len(set(parsed.kinds)) > 1:
        return ""
    if isinstance(inner, ast.Tuple) and array is None:
        return f"{text}.extend(map(tuple, {table}.tolist()))"
    return f"{text}.extend({table}{'' if array is not None else '.tolist()'})"


def _all_of(function: Function, line: str, node: ast.expr, lines: Lines) -> _Fields | None:
    """Every cell of a line as a number."""
    for kind in _KINDS:
        if lines.given:
            for form in ("[{}(V) for V in LINE]", "list(map({}, LINE))"):
                one = patterns.match(function, node, form.format(kind))
                if one is not None and ast.unparse(one["LINE"]) == line:
                    return _Fields(lines.given, (kind,))
            continue
        for form in _ROWS:
            for split in _SPLITS:
                one = patterns.match(function, node, form.format(kind=kind, split=split))
                if one is not None and ast.unparse(one["LINE"]) == line:
                    return _Fields(_separator(function, one), (kind,))
    return None


def _some_of(function: Function, line: str, node: ast.expr, lines: Lines) -> _Fields | None:
    """`[float(parts[0]), float(parts[2])]`."""
    if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
        return None
    cells = [_cell(function, line, each, lines) for each in node.elts]
    known = [each for each in cells if each is not None]
    if len(known) < len(cells) or len({each.given for each in known}) > 1:
        return None
    return _Fields(
        known[0].given,
        tuple(kind for each in known for kind in each.kinds),
        tuple(column for each in known for column in each.columns),
    )


def _cell(function: Function, line: str, node: ast.expr, lines: Lines) -> _Fields | None:
    """`float(line.split(",")[2])`, or `float(row[2])` of a row that is split already."""
    for kind in _KINDS:
        number = patterns.match(function, node, f"{kind}(CELL)")
        if number is None:
            continue
        forms = ["LINE[K]"]
        if not lines.given:
            forms = [form.format(split=split) for form in _CELLS for split in _SPLITS]
        for form in forms:
            one = patterns.match(function, number["CELL"], form)
            place = one.number("K") if one is not None else None
            if one is None or place is None or ast.unparse(one["LINE"]) != line:
                continue
            if place >= 0:
                given = lines.given or _separator(function, one)
                return _Fields(given, (kind,), (int(place),))
    return None


def _separator(function: Function, one: Match) -> str:
    return f", delimiter={function.text_of(one['SEP'])}" if "SEP" in one.captures else ""


def _becomes_an_array(function: Function, name: str) -> bool:
    """Whether a list begins empty, grows in one place, and is then only made an array."""
    begun = used = 0
    for node in function.nodes:
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
    lines: Lines,
) -> str:
    assert isinstance(loop.target, ast.Name)
    cells = [_cell(function, loop.target.id, value, lines) for _, value in found]
    known = [each for each in cells if each is not None]
    names = [function.text_of(each) for each, _ in found]
    one_separator = len({each.given for each in known}) == 1
    if len(known) < len(cells) or not one_separator or len(set(names)) != len(names):
        return ""
    columns = new_name(function, "columns")
    kinds = {column: kind for each in known for kind, column in zip(*each[1:], strict=True)}
    if any(kinds[each.columns[0]] != each.kinds[0] for each in known):
        return ""
    wanted = sorted(kinds)
    given = f"{known[0].given}, usecols={_written(wanted)}"
    alike = len(set(kinds.values())) == 1
    if alike and kinds[wanted[0]] == "int":
        given += ", dtype=int"
    elif not alike:  # a record of each line
        dtypes = ",".join("i8" if kinds[each] == "int" else "f8" for each in wanted)
        given += f', dtype="{dtypes}"'
    table = f"{function.numpy}.loadtxt({lines.text}, ndmin={2 if alike else 1}{given})"
    made = [f"{columns} = {table}"]
    for name, each in zip(names, known, strict=True):
        place = wanted.index(each.columns[0])
        part = f"[:, {place}]" if alike else f'["f{place}"]'
        made.append(f"{name}.extend({columns}{part}.tolist())")
    return f"\n{' ' * loop.col_offset}".join(made)
