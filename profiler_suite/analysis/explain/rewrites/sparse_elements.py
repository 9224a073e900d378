"""Elements of a sparse matrix that a loop sets, collected in lists: places and values.

Where several statements set elements, each may have lists of its own: then every one of them
is a list that `lifting` knows.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

Loop = ast.For | ast.While
_PARTS = ("rows", "columns", "values")
_WITHOUT_ZEROS = ("lil", "dok")
_LONG = 88


@dataclass(frozen=True)
class ElementLists:
    """The statements of a loop that set elements, as lists that grow."""

    edits: list[Edit]
    lists: tuple[str, ...]
    """What is put before the loop: 'm_rows = []' and so on."""
    joined: dict[str, str]
    """Expressions of all rows, columns and values."""
    added: bool
    """Whether elements are added up; else they are set."""


def collected(
    function: Function, loop: Loop, name: str, *, apart: bool = False
) -> ElementLists | None:
    """Every `m[i, j] = v` as three lists that grow; None where m is used otherwise.

    With `apart` each statement has lists of its own.
    """
    edits = []
    known: set[ast.AST] = set()
    added: set[bool] = set()
    setting = [n for n in ast.walk(loop) if _places(n, name)]
    numbered = apart and len(setting) > 1
    groups: list[str] = []
    for node in setting:
        assert isinstance(node, ast.Assign | ast.AugAssign)
        adds = isinstance(node, ast.AugAssign)
        if isinstance(node, ast.AugAssign) and not isinstance(node.op, ast.Add | ast.Sub):
            return None
        added.add(adds)
        if numbered or not groups:
            groups.append(f"_{len(groups) + 1}" if numbered else "")
        lines: list[str] = []
        for each in _places(node, name):
            if not isinstance(each.slice, ast.Tuple) or len(each.slice.elts) != 2:
                return None
            row, column = (function.text_of(e) for e in each.slice.elts)
            texts = (row, column, _value(function, node))
            own = zip(_names(function, name, groups[-1]), texts, strict=True)
            lines += [f"{part}.append({text})" for part, text in own]
            known.add(each.value)
        start, end = function.span(node)
        indent = function.indent_of(node.lineno)
        edits.append(Edit(start=start, end=end, text=f"\n{indent}".join(lines)))
    if not edits or len(added) > 1 or any(n not in known for n in syntax.uses(loop, name)):
        return None
    names = [_names(function, name, group) for group in groups]
    return ElementLists(
        edits=edits,
        lists=tuple(f"{part} = []" for group in names for part in group),
        joined={
            kind: _joined(function, [group[n] for group in names], apart=apart)
            for n, kind in enumerate(_PARTS)
        },
        added=True in added,
    )


def _places(node: ast.AST, name: str) -> list[ast.Subscript]:
    """The elements that a statement sets, where it sets nothing else."""
    if not isinstance(node, ast.Assign | ast.AugAssign):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    own = [
        t
        for t in targets
        if isinstance(t, ast.Subscript) and isinstance(t.value, ast.Name) and t.value.id == name
    ]
    return own if len(own) == len(targets) else []


def _value(function: Function, node: ast.Assign | ast.AugAssign) -> str:
    value = function.text_of(node.value)
    minus = isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub)
    return f"-({value})" if minus else value


def _names(function: Function, name: str, group: str) -> tuple[str, ...]:
    """Of the lists of one group, such as 'm_rows_1'."""
    return tuple(rewriting.new_name(function, f"{name}_{part}{group}") for part in _PARTS)


def _joined(function: Function, names: list[str], *, apart: bool) -> str:
    """The lists as they are, or each as an array of its own."""
    if not apart:
        return names[0]
    arrays = [f"{function.numpy}.array({each})" for each in names]
    if len(arrays) == 1:
        return arrays[0]
    return f"{function.numpy}.concatenate([{', '.join(arrays)}])"


# ------------------------------------------------------------- the matrix of them

_SUMS = '''
def matrix_of_sums(rows, columns, values, shape, dtype):
    """A sparse matrix of elements that are added up, in {to}."""
    made = scipy.sparse.coo_{kind}((values, (rows, columns)), shape=shape, dtype=dtype)
    made = made.to{to}(){more}
    return made
'''
_SET = '''
def matrix_of_elements(rows, columns, values, shape, dtype):
    """A sparse matrix in {to} of elements set one by one: the last at a place counts."""
    made = scipy.sparse.coo_{kind}((values, (rows, columns)), shape=shape, dtype=dtype)
    made = made.to{to}()
    if made.nnz < len(values):
{again}{more}
    return made
'''
_LAST = """
        values, places = np.asarray(values), np.ravel_multi_index((rows, columns), shape)
        last = len(places) - 1 - np.unique(places[::-1], return_index=True)[1]
        places = np.unravel_index(places[last], shape)
        made = scipy.sparse.coo_{kind}((values[last], places), shape=shape, dtype=dtype)
        made = made.to{to}()
""".strip("\n")
_TWICE = '        raise ValueError("elements of the matrix are set more than once")'


def maker(made_of: ElementLists, kind: str, to: str, *, ordered: bool) -> tuple[str, str]:
    """Name and text of a function that makes a matrix of this kind of what was collected.

    `kind` is what the loop filled, such as 'lil_matrix'. Where the statements were collected
    apart and not `ordered`, which of two values of a place was the last is not known any more.
    """
    given = {"kind": kind[4:], "to": to}
    # A matrix in these formats forgets an element that becomes 0.
    given["more"] = "\n    made.eliminate_zeros()" if kind[:3] in _WITHOUT_ZEROS else ""
    given["again"] = (_LAST if ordered else _TWICE).format(**given)
    template = _SUMS if made_of.added else _SET
    name = "matrix_of_sums" if made_of.added else "matrix_of_elements"
    return name, template.format(**given).strip()


def formats_after(function: Function, loop: Loop, name: str, kind: str) -> Iterator[str]:
    """Formats that may serve after the loop: the one that is asked for, or its own and CSR."""
    end = loop.end_lineno or loop.lineno
    asked = set()
    for node in function.uses(name):
        if node.lineno <= end:
            continue
        parent = function.parents[node]
        method = parent.attr if isinstance(parent, ast.Attribute) else ""
        asked.add(method.removeprefix("to") if method in ("tocsr", "tocsc") else "")
    if len(asked) == 1 and "" not in asked:
        yield asked.pop()
        return
    yield from dict.fromkeys((kind[:3], "csr"))


def before_loop(function: Function, loop: Loop, made_of: ElementLists) -> list[Edit]:
    """The empty lists, put before the loop."""
    return rewriting.inserted(function, {loop.lineno: list(made_of.lists)})


def after_loop(made_of: ElementLists, made: str, name: str) -> list[str]:
    """The matrix, made of the lists: one line, or one for each argument of a long call."""
    given = [*made_of.joined.values(), f"{name}.shape", f"{name}.dtype"]
    one = f"{name} = {made}({', '.join(given)})"
    if len(one) < _LONG:
        return [one]
    return [f"{name} = {made}(", *(f"    {each}," for each in given), ")"]


def only_shaped(function: Function, loop: Loop, made: ast.Assign, name: str) -> list[Edit]:
    """The matrix that is never filled, in a format that costs nothing; [] where it is used."""
    others = [n for n in function.uses(name) if n.lineno < loop.lineno]
    assert isinstance(made.value, ast.Call)
    called = made.value.func
    if others != made.targets or isinstance(called, ast.Name):
        return []
    text = function.text_of(called)
    start, end = function.span(called)
    owner, _, kind = text.rpartition(".")
    return [Edit(start=start, end=end, text=f"{owner}.coo_{kind[4:]}")]


def without_copies(text: str, made_of: ElementLists) -> str:
    """A lifted function without copies of the arrays that stand in place of the lists.

    Nobody but the matrix has them, and it only reads them.
    """
    lines = text.splitlines()
    for begun in made_of.lists:
        name = begun.partition(" ")[0]
        set_by = [n for n, line in enumerate(lines) if line.strip().startswith(f"{name} = ")]
        used = [n for n, line in enumerate(lines) if f"array({name})" in line]
        lifted = len(set_by) == 1 and not lines[set_by[0]].endswith(" = []")
        if lifted and len(used) == 1 and used[0] > set_by[0]:
            lines[used[0]] = re.sub(rf"\b\w+\.array\({name}\)", name, lines[used[0]])
    return "\n".join(lines) + "\n"
