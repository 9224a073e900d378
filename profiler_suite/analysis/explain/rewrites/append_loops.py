"""Loops that only append to a list that begins empty, as the list comprehensions that they are.

`out = []`, `for v in values: x = f(v); out.append(x)` says what `out = [f(v) for v in values]`
says: what is known of the one is known of the other.
"""

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError, inlined
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_ARRAYS = ("array", "asarray")


@dataclass(frozen=True)
class ComprehensionForm:
    """A function with such loops as comprehensions."""

    function: Function
    loops: dict[int, range]
    """Lines of a statement with a comprehension → lines of the file with its loop."""


def comprehended(function: Function) -> ComprehensionForm | None:
    """The function with every such loop as a comprehension; None where it has none."""
    edits: list[Edit] = []
    texts: dict[str, range] = {}
    for block in syntax.blocks(function.node):
        for place, loop in enumerate(block):
            if isinstance(loop, ast.For):
                own = _comprehension(function, block, place, loop)
                if own:
                    edits += own[0]
                    first, last = loop.lineno, loop.end_lineno or loop.lineno
                    texts[own[1]] = range(first + function.shift, last + function.shift + 1)
    changed = rewriting.changed(function, edits)
    if changed is None:
        return None
    loops = {
        number: lines
        for number, line in enumerate(changed.lines, 1)
        for text, lines in texts.items()
        if text in line
    }
    for node in ast.walk(changed.node):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            taken = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            found = [loops[number] for number in taken if number in loops]
            loops |= {number: found[0] for number in taken if found and number not in loops}
    return ComprehensionForm(changed, loops)


def _comprehension(
    function: Function, block: list[ast.stmt], place: int, loop: ast.For
) -> tuple[list[Edit], str] | None:
    """What is changed for one loop, and the text of its comprehension."""
    try:
        last = inlined(loop.body)
    except NotOneCallError:
        return None
    one = None
    if isinstance(last, ast.Expr) and not loop.orelse:
        one = patterns.match(function, last.value, "OUT.append(E)")
    grown = one["OUT"] if one is not None else None
    if one is None or not isinstance(grown, ast.Name):
        return None
    begun = _begun(block[:place], grown.id)
    if begun is None or len(syntax.uses(loop, grown.id)) > 1:
        return None
    items = function.text_of(loop.iter)
    items = ast.unparse(loop.iter) if "\n" in items else items  # its line is looked up
    head = f"for {function.text_of(loop.target)} in {items}"
    text = f"[{ast.unparse(one['E'])} {head}]"
    start, end = function.span(loop)
    empty = Edit(
        start=function.line_start(begun.lineno),
        end=function.line_start((begun.end_lineno or begun.lineno) + 1),
        text="",
    )
    array = _only_array(function, block[place + 1 : place + 2], loop, grown.id)
    if array is None:
        return [empty, Edit(start=start, end=end, text=f"{grown.id} = {text}")], text
    whole = Edit(
        start=function.line_start(loop.lineno),
        end=function.line_start((loop.end_lineno or loop.lineno) + 1),
        text="",
    )
    return [empty, whole, rewriting.edit(function, array, text)], text


def _begun(before: list[ast.stmt], name: str) -> ast.Assign | None:
    """`name = []`, of which nothing is made before the loop."""
    for number in range(len(before) - 1, -1, -1):
        statement = before[number]
        if not syntax.uses(statement, name):
            continue
        empty = (
            isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.List)
            and not statement.value.elts
            and [ast.unparse(t) for t in statement.targets] == [name]
        )
        return statement if empty and isinstance(statement, ast.Assign) else None
    return None


def _only_array(
    function: Function, after: list[ast.stmt], loop: ast.For, name: str
) -> ast.Name | None:
    """The name of the list in `np.array(name)` right after the loop, its only use."""
    end = loop.end_lineno or loop.lineno
    uses = [n for n in function.uses(name) if n.lineno > end]
    if len(uses) != 1 or not any(syntax.uses(each, name) for each in after):
        return None
    call = function.parents[uses[0]]
    array = isinstance(call, ast.Call) and function.is_numpy(call, _ARRAYS)
    return uses[0] if array else None
