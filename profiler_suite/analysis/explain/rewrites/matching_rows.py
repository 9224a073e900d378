"""Rows of a table that match each of many rows of another, found for all of them beforehand.

`for key, t in zip(a['k'], a['t']): m = b[(b['k'] == key) & (b['t'] <= t)]; …` compares whole
columns in every iteration. Where only how many rows match, and elements of the first or the
last of them, are asked for, one sort and two binary searches find them for all iterations.
"""

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import row_conditions
from profiler_suite.analysis.explain.rewrites.row_conditions import (
    ColumnsOfElements,
    Comprehension,
    Conditions,
    NotMatchingError,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

MATCHING = '''
def matching_rows(keys, wanted, ordered=None, low=None, high=None, sides=("left", "right")):
    """The first and the last row that match each wanted key, None without one; how many do.

    Keys are equal, and what is ordered lies between the limits; missing ones match nothing.
    """
    codes = 0
    for one, other in zip(keys, wanted):
        numbers, values = pd.factorize(pd.concat([one, other], ignore_index=True))
        both = pd.factorize(codes * (len(values) + 1) + numbers)[0]
        codes = np.where((numbers < 0) | (codes < 0), -1, both)
    own, asked = codes[: len(keys[0])], codes[len(keys[0]) :]
    width, start, stop, found = 1, asked, asked + 1, asked >= 0
    if ordered is not None:
        own = np.where(ordered.isna(), -1, own)
        values = np.unique(ordered.to_numpy()[own >= 0])
        width = len(values) + 1
        places = np.searchsorted(values, ordered.to_numpy())
        own = np.where(own < 0, -1, own * width + places)
        start, stop = asked * width, asked * width + len(values)
        if low is not None:
            found = found & low.notna().to_numpy()
            start = asked * width + np.searchsorted(values, low.to_numpy(), sides[0])
        if high is not None:
            found = found & high.notna().to_numpy()
            stop = asked * width + np.searchsorted(values, high.to_numpy(), sides[1])
    order = np.argsort(own, kind="stable")
    start, stop = np.searchsorted(own[order], start), np.searchsorted(own[order], stop)
    counts = np.where(found, np.maximum(stop - start, 0), 0)
    rows = np.append(order, -1)
    first, last = rows[start], rows[stop - 1]
    if (np.diff(order)[np.diff(own[order] // width) == 0] < 0).any():
        # Among those with one key the order is another than that of the rows.
        spans = zip(start, stop, counts)
        ends = [(order[a:b].min(), order[a:b].max()) if n else (-1, -1) for a, b, n in spans]
        first, last = np.array(ends, dtype=int).reshape(-1, 2).T
    first, last = (np.where(counts > 0, each, None).tolist() for each in (first, last))
    return first, last, counts.tolist()
'''.strip()

Loop = ast.For | Comprehension
_ENDS = {"0": "first", "-1": "last"}
_COLUMN_PLACES = ("iloc", "iat", "values")


@dataclass
class _Pick:
    """Rows that are picked in an iteration: where, of what, and what is asked of them."""

    node: ast.Subscript
    conditions: Conditions
    column: str = ""
    name: str = ""
    edits: list[Edit] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)
    columns: dict[str, str] = field(default_factory=dict)
    gone: list[ast.stmt] = field(default_factory=list)


def matched_before(function: Function) -> Iterator[tuple[ast.stmt, str]]:
    """Each loop over rows that picks rows of a table, with them found before it."""
    for loop in function.nodes:
        if not isinstance(loop, ast.For | Comprehension) or getattr(loop, "orelse", None):
            continue
        if isinstance(loop, Comprehension) and len(loop.generators) > 1:
            continue
        if any(isinstance(each, ast.Try) for each in (*ast.walk(loop), *function.around(loop))):
            continue
        try:
            text = _of_loop(function, loop)
        except NotMatchingError:
            continue
        if text:
            yield function.statement_of(loop) if isinstance(loop, ast.expr) else loop, text


def _of_loop(function: Function, loop: Loop) -> str:
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    wholes = ColumnsOfElements(function, loop, head.target, head.iter)
    taken: list[str] = []
    picks: dict[str, _Pick] = {}
    for node in ast.walk(loop):
        if not isinstance(node, ast.Subscript) or isinstance(node.ctx, ast.Store):
            continue
        found = row_conditions.picked(wholes, node)
        if found is None:
            continue
        conditions, column = found
        key = ast.unparse(conditions.mask)
        own = picks.setdefault(key, _Pick(node, conditions))
        own.node, own.column = node, column
        if not own.name:
            own.name = _name(function, node, conditions.table, taken)
            taken.append(own.name)
        _note_uses(function, loop, own)
    if not picks:
        return ""
    return _written(function, loop, list(picks.values()))


def _name(function: Function, node: ast.Subscript, table: str, taken: list[str]) -> str:
    parent = function.parents[node]
    named = isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name)
    if named and isinstance(parent, ast.Assign):
        return ast.unparse(parent.targets[0])
    return rewriting.new_name(function, f"{table}_match", taken)


def _note_uses(function: Function, loop: Loop, pick: _Pick) -> None:
    """What is asked of the picked rows, here or by a name that they get."""
    parent = function.parents[pick.node]
    pick.gone += row_conditions.masks_for_one_use(function, loop, pick.node)
    if not isinstance(parent, ast.Assign):
        _note(function, pick, pick.node, pick.column)
        return
    target = parent.targets[0]
    if len(parent.targets) > 1 or not isinstance(target, ast.Name):
        raise NotMatchingError("its rows are kept elsewhere")
    uses = [n for n in function.uses(target.id) if n is not target]
    inside = set(ast.walk(loop))
    if any(isinstance(n.ctx, ast.Store) or n not in inside for n in uses):
        raise NotMatchingError("its rows are used elsewhere")
    for use in uses:
        _note(function, pick, use, pick.column)
    pick.gone.append(parent)


def _note(function: Function, pick: _Pick, node: ast.expr, column: str) -> None:
    """One use of the rows, or of a column of them, as what was found before."""
    parent = function.parents[node]
    if isinstance(parent, ast.Call) and function.qualified(parent.func) == "builtins.len":
        _replace(function, pick, parent, "count")
        return
    if isinstance(parent, ast.Attribute):
        _note_attribute(function, pick, parent, column)
        return
    if isinstance(parent, ast.Subscript) and parent.value is node and not column:
        key = parent.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            _note(function, pick, parent, key.value)
            return
    raise NotMatchingError("its rows are used otherwise")


def _note_attribute(
    function: Function, pick: _Pick, attribute: ast.Attribute, column: str
) -> None:
    outer = function.parents[attribute]
    name = attribute.attr
    if name == "empty":
        _replace(function, pick, attribute, "count", "({} == 0)")
    elif name == "size" and column:
        _replace(function, pick, attribute, "count")
    elif name == "shape" and isinstance(outer, ast.Subscript):
        if ast.unparse(outer.slice) != "0":
            raise NotMatchingError("its rows are used otherwise")
        _replace(function, pick, outer, "count")
    elif name in ("to_numpy", "tolist", "item", "squeeze") and isinstance(outer, ast.Call):
        _note_call(function, pick, (name, outer), column)
    elif name in _COLUMN_PLACES and isinstance(outer, ast.Subscript):
        which = _ENDS.get(ast.unparse(outer.slice))
        if which is None:
            raise NotMatchingError("other rows than the first and the last")
        _note_element(function, pick, outer, which, column, as_array=name == "values")
    elif not column and f"{pick.conditions.given}[{name!r}]" in function.source.names:
        _note(function, pick, attribute, name)
    else:
        raise NotMatchingError("its rows are used otherwise")


def _note_call(
    function: Function, pick: _Pick, called: tuple[str, ast.Call], column: str
) -> None:
    name, call = called
    outer = function.parents[call]
    if call.args or call.keywords or not column:
        raise NotMatchingError("its rows are used otherwise")
    if name in ("item", "squeeze"):
        _element(function, pick, call, ("first", column), as_array=False)
        return
    which = _ENDS.get(ast.unparse(outer.slice)) if isinstance(outer, ast.Subscript) else None
    if which is None or not isinstance(outer, ast.Subscript):
        raise NotMatchingError("its rows are used otherwise")
    _element(function, pick, outer, (which, column), as_array=name == "to_numpy")


def _note_element(
    function: Function,
    pick: _Pick,
    node: ast.Subscript,
    which: str,
    column: str,
    *,
    as_array: bool,
) -> None:
    """`m['c'].iloc[0]`, or `m.iloc[0]['c']`."""
    if column:
        _element(function, pick, node, (which, column), as_array=as_array)
        return
    outer = function.parents[node]
    if isinstance(outer, ast.Subscript) and isinstance(outer.slice, ast.Constant):
        column = str(outer.slice.value)
    elif isinstance(outer, ast.Attribute):
        column = outer.attr
    if f"{pick.conditions.given}[{column!r}]" not in function.source.names or as_array:
        raise NotMatchingError("its rows are used otherwise")
    assert isinstance(outer, ast.expr)
    _element(function, pick, outer, (which, column), as_array=False)


def _element(
    function: Function,
    pick: _Pick,
    node: ast.expr,
    what: tuple[str, str],
    *,
    as_array: bool,
) -> None:
    which, column = what
    text = f"{pick.conditions.table}[{column!r}].{'to_numpy' if as_array else 'tolist'}()"
    plain = "".join(c if c.isalnum() else "_" for c in column)
    name = pick.columns.get(text) or rewriting.new_name(
        function, f"{pick.name}_{plain}", pick.columns.values()
    )
    pick.columns[text] = name
    _replace(function, pick, node, which, f"{name}[{{}}]")


def _replace(
    function: Function, pick: _Pick, node: ast.expr, what: str, around: str = "{}"
) -> None:
    pick.needs.add(what)
    pick.edits.append(rewriting.edit(function, node, around.format(f"{pick.name}_{what}")))


# --------------------------------------------------------------------- written


def _written(function: Function, loop: Loop, picks: list[_Pick]) -> str:
    """The function with all of them found before the loop."""
    statement = loop if isinstance(loop, ast.For) else function.statement_of(loop)
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    before: list[str] = []
    zipped: list[str] = []
    edits: list[Edit] = []
    for pick in picks:
        edits += [syntax.without(function, each) for each in dict.fromkeys(pick.gone)]
        if not pick.needs:  # rows that only others were picked of
            continue
        before += pick.conditions.before
        names = [f"{pick.name}_{each}s" for each in ("first", "last", "count")]
        before.append(f"{', '.join(names)} = {pick.conditions.call}")
        before += [f"{name} = {text}" for text, name in pick.columns.items()]
        zipped += [
            f"{pick.name}_{each}" for each in ("first", "last", "count") if each in pick.needs
        ]
        edits += pick.edits
    target, values = function.text_of(head.target), function.text_of(head.iter)
    target = f"({target})" if isinstance(head.target, ast.Tuple) else target
    (start, _), (_, end) = function.span(head.target), function.span(head.iter)
    lists = ", ".join(f"{each}s" for each in zipped)
    text = f"{target}, {', '.join(zipped)} in zip({values}, {lists})"
    edits.append(Edit(start=start, end=end, text=text))
    edits += rewriting.inserted(function, {statement.lineno: before})
    made = rewriting.spliced(function, edits)
    return made.source if made is not None else ""


def without_unused(given: Function, text: str) -> str:
    """The text without lists that were made for a loop which no longer reads them."""
    tree = ast.parse(textwrap.dedent(text))
    named = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name)]
    known = syntax.names_in(given.node)
    gone: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            made = ast.unparse(node.value).endswith(".tolist()") and name not in known
            if made and named.count(name) == 1 and node.lineno == node.end_lineno:
                gone.add(node.lineno)
    lines = text.splitlines(keepends=True)
    return "".join(line for number, line in enumerate(lines, 1) if number not in gone)
