"""Cells of a table that a loop sets or adds to by the labels of their rows and columns.

`out.loc[r['a'], r['b']] += r['x']` goes through two indexes and the whole table's blocks each
time; a list of lists and two dictionaries of places hold the same.
"""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

PLACES = '''
def places_of(labels):
    """The place of each label, none of which may come twice."""
    if not labels.is_unique:
        raise ValueError("a label comes twice")
    return {label: place for place, label in enumerate(labels)}
'''.strip()
_PLAIN = (ast.Name, ast.Subscript, ast.Attribute, ast.JoinedStr, ast.Call, ast.BinOp)


def in_lists(function: Function) -> Iterator[tuple[syntax.Loop, str]]:
    """Each loop with the cells of its tables in lists, and the function so."""
    for loop in syntax.loops_of(function):
        edits: list[Edit] = []
        for table in sorted(syntax.stored_in(loop)):
            edits += _of_table(function, loop, table)
        made = rewriting.spliced(function, edits) if edits else None
        if made is not None:
            yield loop, made.source


def _of_table(function: Function, loop: syntax.Loop, table: str) -> list[Edit]:
    """Every cell that the loop reads or sets; nothing where it does more with the table."""
    form = forms.in_form(function.source.names.get(table, ""))
    if form is None or form.dtype != "DataFrame" or not _made_before(function, loop, table):
        return []
    names = {part: f"{table}_{part}" for part in ("cells", "rows", "columns")}
    if {*names.values()} & syntax.names_in(function.node):
        return []
    edits = []
    for use in syntax.uses(loop, table):
        place = function.parents[use]
        cell = function.parents[place]
        if not isinstance(place, ast.Attribute) or place.attr not in ("loc", "at"):
            return []
        if not isinstance(cell, ast.Subscript) or not isinstance(cell.slice, ast.Tuple):
            return []
        labels = cell.slice.elts
        if len(labels) != 2 or not all(isinstance(each, _PLAIN) for each in labels):
            return []
        row, column = (function.text_of(each) for each in labels)
        text = f"{names['cells']}[{names['rows']}[{row}]][{names['columns']}[{column}]]"
        edits.append(rewriting.edit(function, cell, text))
    before = [
        f"{names['cells']} = {table}.to_numpy().tolist()",
        f"{names['rows']} = places_of({table}.index)",
        f"{names['columns']} = places_of({table}.columns)",
    ]
    pandas = function.pandas
    after = f"{table} = {pandas}.DataFrame({names['cells']}, {table}.index, {table}.columns)"
    edits += rewriting.inserted(function, {loop.lineno: before})
    return [*edits, syntax.after(function, loop, [after])] if len(edits) > 1 else []


def _made_before(function: Function, loop: syntax.Loop, table: str) -> bool:
    """Whether the function makes the table itself, so that nobody else holds it."""
    stores = [n for n in function.uses(table) if isinstance(n.ctx, ast.Store)]
    made = function.parents[stores[0]] if len(stores) == 1 else None
    return isinstance(made, ast.Assign) and made.lineno < loop.lineno
