"""Slow paths of grids without an end: a shifted copy of the array for every neighbour."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

WRAPPED_AROUND = '''
def wrapped_around(array, reach):
    """The array with so many elements of its other end at each end of every axis."""
    if reach > min(array.shape):
        return np.pad(array, reach, mode="wrap")
    wrapped = np.empty([n + 2 * reach for n in array.shape], array.dtype)
    wrapped[(slice(reach, -reach),) * array.ndim] = array
    for axis, n in enumerate(array.shape):
        before = (slice(None),) * axis
        wrapped[(*before, slice(reach))] = wrapped[(*before, slice(n, n + reach))]
        wrapped[(*before, slice(-reach, None))] = wrapped[(*before, slice(reach, 2 * reach))]
    return wrapped
'''.strip()
_FARTHEST = 8
_READING = (ast.BinOp, ast.Compare, ast.UnaryOp)
_AT_ONCE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)


class _RolledCopy(NamedTuple):
    """A copy of an array, shifted along some of its axes."""

    node: ast.Call
    array: str
    shifts: Mapping[int, ast.expr]
    """By axis."""
    farthest: int
    anchor: ast.stmt
    """The statement before which the array stays the same from then on."""

    @property
    def in_a_loop(self) -> bool:
        return any(rewriting.number(each) is None for each in self.shifts.values())


@rule(
    "shifts",
    looks_for="np.roll for each neighbour of a cell: a copy of the whole grid every time",
    rewrite="np.roll(u, 1, 0) + np.roll(u, -1, 0) → wrapped = wrapped_around(u, 1), "
    "wrapped[:-2, 1:-1] + wrapped[2:, 1:-1]",
    exact="bit for bit",
    thread="https://github.com/stumpy-dev/stumpy/issues/239",
)
def rolled_copies(seen: Observation) -> Iterator[Finding]:
    """Neighbours on grids without an end, as views of one copy."""
    for function in seen.functions:
        edits: list[Edit] = []
        lines: list[int] = []
        names: set[str] = set()
        for group in _groups(function):
            name = rewriting.new_name(function, f"{group[0].array}_wrapped", names)
            names.add(name)
            edits += _edits(function, group, name)
            lines += [each.node.lineno + function.shift for each in group]
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="views of one copy with its ends around it, instead of a copy a shift",
                lines=set(lines),
                helpers=(WRAPPED_AROUND,),
            )


def _edits(function: Function, group: Sequence[_RolledCopy], name: str) -> list[Edit]:
    reach = max(each.farthest for each in group)
    first = group[0]
    text = f"{name} = wrapped_around({first.array}, {reach})"
    edits = rewriting.inserted(function, {first.anchor.lineno: [text]})
    for each in group:
        rank = _rank(function, each.array)
        parts = [_part(function, each, axis, reach) for axis in range(rank)]
        edits.append(rewriting.edit(function, each.node, f"{name}[{', '.join(parts)}]"))
    return edits


def _part(function: Function, shifted: _RolledCopy, axis: int, reach: int) -> str:
    """The slice of one axis that the shift leaves in view."""
    if axis not in shifted.shifts:
        return f"{reach}:-{reach}"
    shift = shifted.shifts[axis]
    known = rewriting.number(shift)
    if known is None:
        first = f"{reach} - {rewriting.written(function, shift)}"
        return f"{first} : {first} + {shifted.array}.shape[{axis}]"
    start, left = reach - int(known), reach + int(known)
    return f"{start or ''}:{-left or ''}"


def _groups(function: Function) -> Iterator[list[_RolledCopy]]:
    """Shifted copies of one array that stays the same while they are made."""
    found = [
        each
        for node in function.nodes
        if isinstance(node, ast.Call) and not _is_shifted_again(function, node)
        if (each := _shifted(function, node)) is not None
    ]
    for block in syntax.blocks(function.node):
        open_groups: dict[str, list[_RolledCopy]] = {}
        for statement in block:
            for each in found:
                if each.anchor is statement:
                    open_groups.setdefault(each.array, []).append(each)
            changed = syntax.changed_in(statement)
            for array in [name for name in open_groups if name in changed]:
                yield from _worth_it(function, open_groups.pop(array))
        for group in open_groups.values():
            yield from _worth_it(function, group)


def _worth_it(function: Function, group: list[_RolledCopy]) -> Iterator[list[_RolledCopy]]:
    line = function.lines[group[0].anchor.lineno - 1]
    begins_it = not line[: group[0].anchor.col_offset].strip()
    if begins_it and (len(group) > 1 or group[0].in_a_loop):
        yield group


def _is_shifted_again(function: Function, node: ast.Call) -> bool:
    parent = function.parents[node]
    return (
        isinstance(parent, ast.Call)
        and function.qualified(parent.func) == "numpy.roll"
        and parent.args[:1] == [node]
    )


def _shifted(function: Function, node: ast.Call) -> _RolledCopy | None:
    """np.roll of an array's name, or of what np.roll gives for it."""
    shifts: dict[int, ast.expr] = {}
    array: ast.expr = node
    steps = []
    while isinstance(array, ast.Call):
        if function.qualified(array.func) != "numpy.roll":
            return None
        given = dict(zip(("a", "shift", "axis"), array.args, strict=False))
        given |= {each.arg or "": each.value for each in array.keywords}
        if not {"a", "shift"} <= set(given) <= {"a", "shift", "axis"}:
            return None
        steps.append((given["shift"], given.get("axis")))
        array = given["a"]
    rank = _rank(function, array.id) if isinstance(array, ast.Name) else 0
    if not steps or not rank or not _is_only_read(function, node):
        return None
    for shift, axis in steps:
        for number, by in _along(shift, axis, rank):
            if number in shifts or not 0 <= number < rank:
                return None
            shifts[number] = by
    assert isinstance(array, ast.Name)
    reached = [_values(function, each) for each in shifts.values()]
    anchor = _anchor(function, node, array.id, shifts.values())
    farthest = max((abs(n) for each in reached for n in each), default=0)
    if anchor is None or not all(reached) or not 0 < farthest <= _FARTHEST:
        return None
    return _RolledCopy(node, array.id, shifts, farthest, anchor)


def _along(shift: ast.expr, axis: ast.expr | None, rank: int) -> Iterator[tuple[int, ast.expr]]:
    """Axes and by how much each is shifted; an axis of -1 that is not known becomes rank."""
    pairs = [(shift, axis)]
    if isinstance(shift, ast.Tuple) and isinstance(axis, ast.Tuple):
        pairs = list(zip(shift.elts, axis.elts, strict=False))
    for by, along in pairs:
        known = rewriting.number(along) if along is not None else None
        if along is None and rank == 1:
            known = 0
        number = rank if known is None else int(known)
        yield number + rank if number < 0 else number, by


def _rank(function: Function, name: str) -> int:
    """Number of axes of an array that is known; 0 for all else."""
    form = forms.of(function, ast.Name(name, ast.Load()))
    return len(form.shape) if form is not None and form.kind == "array" else 0


def _values(function: Function, node: ast.expr) -> list[int]:
    """Whole numbers that an expression is in turn; none where that is not known."""
    known = rewriting.number(node)
    if known is not None:
        return [int(known)] if known == int(known) else []
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [-n for n in _values(function, node.operand)]
    if not isinstance(node, ast.Name):
        return []
    for around in function.around(node):
        heads = [around] if isinstance(around, ast.For) else getattr(around, "generators", [])
        for head in heads:
            if node.id in syntax.bound_names(head.target):
                return _listed(function, head, node.id)
    return []


def _listed(function: Function, head: ast.For | ast.comprehension, name: str) -> list[int]:
    """What a name becomes in turn in a loop over numbers, or tuples of them, written out."""
    made = syntax.set_for_one_use(function, head.iter)
    items = _items(made.value if made is not None else head.iter)
    values = []
    for item in items:
        if isinstance(head.target, ast.Tuple) and isinstance(item, ast.Tuple):
            pairs = list(zip(head.target.elts, item.elts, strict=False))
        else:
            pairs = [(head.target, item)]
        for target, value in pairs:
            if isinstance(target, ast.Name) and target.id == name:
                known = rewriting.number(value)
                if known is None or known != int(known):
                    return []
                values.append(int(known))
    return values if len(values) == len(items) else []


def _items(node: ast.expr) -> list[ast.expr]:
    """The items of a list that is written out, or of a range of numbers that are."""
    if isinstance(node, ast.Tuple | ast.List):
        return node.elts
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "range" and not node.keywords:
        bounds = [rewriting.number(each) for each in node.args]
        known = [int(each) for each in bounds if each is not None]
        if 0 < len(known) == len(bounds) < 4 and max(abs(each) for each in known) <= _FARTHEST:
            return [ast.Constant(n) if n >= 0 else _minus(-n) for n in range(*known)]
    return []


def _minus(number: int) -> ast.UnaryOp:
    return ast.UnaryOp(ast.USub(), ast.Constant(number))


# ----------------------------------------------------------------- where a copy may stand


def _anchor(
    function: Function, node: ast.expr, array: str, shifts: Iterable[ast.expr]
) -> ast.stmt | None:
    """The statement before which one copy can be made; None where the array changes in it."""
    moved = {name for each in shifts for name in syntax.names_in(each)}
    anchor = function.statement_of(node)
    for around in function.around(node):
        if isinstance(around, ast.For) and moved & syntax.bound_names(around.target):
            anchor = around
        heads = getattr(around, "generators", [])
        own = any(array in syntax.bound_names(each.target) for each in heads)
        if own or isinstance(around, ast.Lambda):
            return None
    simple = isinstance(anchor, _AT_ONCE)
    return anchor if simple or array not in syntax.changed_in(anchor) else None


def _is_only_read(function: Function, node: ast.expr) -> bool:
    """Whether the copy is computed with and nothing else: a view will do."""
    parent = function.parents[node]
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        name = parent.targets[0]
        if not isinstance(name, ast.Name):
            return False
        used = function.uses(name.id)
        return all(
            each is name or isinstance(function.parents[each], _READING) for each in used
        )
    if isinstance(parent, ast.AugAssign):
        return parent.value is node
    if isinstance(parent, ast.GeneratorExp):
        summed = function.parents[parent]
        return isinstance(summed, ast.Call) and ast.unparse(summed.func) == "sum"
    return isinstance(parent, _READING)
