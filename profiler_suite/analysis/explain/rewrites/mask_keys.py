"""Loops over keys that each compare a whole array, with the places of all keys found once.

`x[ids == k]` for every k looks at all of `ids` as often as there are keys. One sort finds the
places of all of them, in the order in which a mask would give them.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

PLACES = '''
def places_of(keys):
    """Where each key stands, by key, in the order of the flattened array."""
    flat = np.asarray(keys).ravel()
    order = np.argsort(flat, kind="stable")
    found, first = np.unique(flat[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, first[1:])))
'''.strip()

Loop = ast.For | ast.ListComp | ast.DictComp | ast.GeneratorExp
_COUNTS = ("M.sum()", "np.sum(M)", "np.count_nonzero(M)", "sum(M)")
_WHERES = ("np.where(M)[0]", "np.nonzero(M)[0]", "np.flatnonzero(M)")


@dataclass(frozen=True)
class KeyLoop:
    """One loop over keys, and the edits that spare its comparisons."""

    statement: ast.stmt
    keys: str
    edits: tuple[Edit, ...]


def key_loops(function: Function) -> Iterator[KeyLoop]:
    """Every loop whose only use of a comparison with its key is to pick by it."""
    for loop in function.nodes:
        if not isinstance(loop, Loop):
            continue
        head = loop if isinstance(loop, ast.For) else loop.generators[0]
        if not isinstance(head.target, ast.Name):
            continue
        for keys in _compared(function, loop, head.target.id):
            edits = _edits(function, loop, keys, head.target.id)
            if edits:
                statement = function.statement_of(loop)
                line = f"{keys}_places = places_of({keys})"
                before = rewriting.inserted(function, {statement.lineno: [line]})
                yield KeyLoop(statement, keys, (*edits, *before))


@dataclass(frozen=True)
class KeyCoordinates:
    """A function whose loop over keys picks coordinates of a flat array by a mask."""

    statement: ast.stmt
    keys: str
    text: str
    held: dict[str, str]
    """What the arrays hold that it makes before the loop, in words."""


def coordinates(function: Function) -> Iterator[KeyCoordinates]:
    """Loops that ask `rows, columns = np.where(labels == k)` of an array of several axes."""
    for loop in (n for n in function.nodes if isinstance(n, ast.For)):
        changed = syntax.changed_in(loop)
        for statement in loop.body:
            asked = _asked_where(function, statement)
            if asked is None or not isinstance(loop.target, ast.Name):
                continue
            value, keys, key, names = asked
            form = forms.of(function, ast.Name(keys, ast.Load()))
            known = form is not None and form.kind == "array" and form.letter in "biu"
            if form is None or not known or len(form.shape) != len(names) or len(names) < 2:
                continue
            if key != loop.target.id or keys in changed:
                continue
            flat, own = f"{keys}_flat", [f"{keys}_{name}" for name in names]
            if {flat, *own} & syntax.names_in(function.node):
                continue
            np = function.numpy
            every = f"{np}.unravel_index({np}.arange({keys}.size), {keys}.shape)"
            lines = [f"{flat} = {keys}.ravel()", f"{', '.join(own)} = {every}"]
            picked = ", ".join(f"{each}[{flat} == {key}]" for each in own)
            made = rewriting.spliced(
                function,
                [
                    rewriting.edit(function, value, picked),
                    *rewriting.inserted(function, {loop.lineno: lines}),
                ],
            )
            if made is not None:
                held = dict.fromkeys(own, f"int64 ({form.size},)")
                held[flat] = f"{form.dtype} ({form.size},)"
                yield KeyCoordinates(loop, keys, made.source, held)


def _asked_where(
    function: Function, statement: ast.stmt
) -> tuple[ast.expr, str, str, list[str]] | None:
    """The call, array, key and names of `rows, columns = np.where(labels == k)`."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Tuple):
        return None
    names = [each.id for each in target.elts if isinstance(each, ast.Name)]
    for pattern in ("np.where(M)", "np.nonzero(M)", "M.nonzero()"):
        one = patterns.match(function, statement.value, pattern)
        mask = _mask(one["M"]) if one is not None else None
        if mask is not None and len(names) == len(target.elts):
            return (statement.value, *mask, names)
    return None


def _compared(function: Function, loop: Loop, key: str) -> list[str]:
    """Arrays that are compared with the key, and that the loop does not change."""
    found: dict[str, None] = {}
    for node in ast.walk(loop):
        mask = _mask(node)
        if mask is None or mask[1] != key:
            continue
        form = forms.of(function, ast.Name(mask[0], ast.Load()))
        if form is not None and form.kind == "array" and form.letter in "biuf":
            found[mask[0]] = None
    changed = syntax.changed_in(loop)
    return [each for each in found if each not in changed]


def _mask(node: ast.AST) -> tuple[str, str] | None:
    """Array and key of `ids == k`."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    one, other = node.left, node.comparators[0]
    if not isinstance(node.ops[0], ast.Eq):
        return None
    if isinstance(one, ast.Name) and isinstance(other, ast.Name):
        return one.id, other.id
    return None


def _edits(function: Function, loop: Loop, keys: str, key: str) -> list[Edit] | None:
    """What stands for every use of the mask; None where one is used otherwise."""
    masks = [n for n in ast.walk(loop) if _mask(n) == (keys, key)]
    names = _named(function, masks)
    made: list[Edit] = []
    uses: list[ast.AST] = []
    for mask in masks:
        parent = function.parents[mask]
        if isinstance(parent, ast.Assign) and parent.targets[0] in names:
            start = function.line_start(parent.lineno)
            end = function.line_start((parent.end_lineno or parent.lineno) + 1)
            made.append(Edit(start=start, end=end, text=""))
        else:
            uses.append(mask)
    own = {name.id for name in names}
    stored = [n for n in function.nodes if isinstance(n, ast.Name) and n.id in own]
    uses += [n for n in stored if isinstance(n.ctx, ast.Load)]
    if len([n for n in stored if not isinstance(n.ctx, ast.Load)]) != len(own):
        return None
    inside = set(ast.walk(loop))
    for use in uses:
        edit = _instead(function, use, f"{keys}_places.get({key}, [])", keys)
        if edit is None or use not in inside:
            return None
        made.append(edit)
    return made if uses else None


def _named(function: Function, masks: list[ast.AST]) -> list[ast.Name]:
    """Names that stand for the mask: `own = ids == k`."""
    found = []
    for mask in masks:
        parent = function.parents[mask]
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            target = parent.targets[0]
            if isinstance(target, ast.Name):
                found.append(target)
    return found


def _instead(function: Function, use: ast.AST, places: str, keys: str) -> Edit | None:
    parent = function.parents[use]
    rank = _rank(function, keys)
    if isinstance(parent, ast.Subscript) and parent.slice is use:
        return _picked(function, parent, places, keys)
    picked = function.parents.get(parent)
    if isinstance(picked, ast.Subscript) and picked.slice is parent:
        found = (patterns.match(function, parent, f"np.{n}(M)") for n in ("where", "nonzero"))
        if any(one is not None and one["M"] is use for one in found):
            return _picked(function, picked, places, keys)
    for call in (parent, function.parents.get(parent)):
        if not isinstance(call, ast.Call | ast.Subscript):
            continue
        for patterns_of, text in ((_COUNTS, f"len({places})"), (_WHERES, places)):
            for pattern in patterns_of:
                one = patterns.match(function, call, pattern)
                if one is None or one["M"] is not use or (text == places and rank != 1):
                    continue
                return rewriting.edit(function, call, text)
    return None


def _rank(function: Function, name: str) -> int:
    form = forms.of(function, ast.Name(name, ast.Load()))
    return len(form.shape) if form is not None else 0


def _picked(function: Function, node: ast.Subscript, places: str, keys: str) -> Edit | None:
    """`x[ids == k]`, read or set."""
    if not isinstance(node.value, ast.Name):
        return None
    name, rank = node.value.id, _rank(function, keys)
    if rank == 1:
        return rewriting.edit(function, node, f"{name}[{places}]")
    more = _rank(function, name) - rank
    if not isinstance(node.ctx, ast.Load):
        where = f"{function.numpy}.unravel_index({places}, {keys}.shape)"
        text = f"{name}[{where}]" if more > 0 else f"{name}.flat[{places}]"
        return rewriting.edit(function, node, text)
    flat = f"{name}.ravel()" if more <= 0 else f"{name}.reshape(-1, *{name}.shape[{rank}:])"
    return rewriting.edit(function, node, f"{flat}[{places}]")
