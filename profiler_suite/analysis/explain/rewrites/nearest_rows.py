"""The nearest of many points to each of many rows, sought by comparing every row with all.

`for i, p in enumerate(rows): d = np.linalg.norm(points - p, axis=1); np.argsort(d)[:k]` is what
a k-d tree answers for all rows. Distances that are asked for otherwise stay as they are.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

NEAREST = '''
def nearest_points(points, rows, count):
    """Distances of the nearest points to each row, nearest first, and their places."""
    tree = scipy.spatial.cKDTree(points)
    return tree.query(rows, k=np.arange(1, min(count, len(points)) + 1))
'''.strip()

_SQUARES = ("(X - P) ** 2", "(P - X) ** 2", "np.square(X - P)", "np.square(P - X)")
_SUMS = (
    *(f"({s}).sum(axis=1)" for s in _SQUARES),
    *(f"np.sum({s}, axis=1)" for s in _SQUARES),
    *("(X[:, 0] - P[0]) ** 2 + (X[:, 1] - P[1]) ** 2",),
)
_DISTANCES = (
    *(f"np.sqrt({s})" for s in _SUMS),
    *("np.linalg.norm(X - P, axis=1)", "np.linalg.norm(P - X, axis=1)"),
)
_PLACES = ("np.argsort(D)[SLICE]", "D.argsort()[SLICE]")
_FIRST = ("np.argmin(D)", "D.argmin()")
_VALUES = ("np.sort(D)[SLICE]", "sorted(D)[SLICE]")
_NAMES = {"place": "nearest_places", "value": "nearest_distances"}
_LEAST = ("np.min(D)", "D.min()", "min(D)")


_SLICED = (*((each, "place") for each in _PLACES), *((each, "value") for each in _VALUES))
_ONE = (*((each, "place") for each in _FIRST), *((each, "value") for each in _LEAST))


@dataclass(frozen=True)
class NearestBefore:
    """The function with the nearest points found before a loop; what the new names hold."""

    statement: ast.stmt
    text: str
    held: dict[str, str]


@dataclass
class _RowSearch:
    """One search in a loop: the points, the rows, and what is asked of the distances."""

    points: str
    rows: str
    counter: str
    squared: bool
    edits: list[Edit] = field(default_factory=list)
    done: set[int] = field(default_factory=set)
    counts: list[ast.expr] = field(default_factory=list)
    """How many of the nearest are asked for."""


class _OtherUseError(Exception):
    """Distances are asked for otherwise."""


def nearest_before(function: Function) -> Iterator[NearestBefore]:
    """Every loop that sorts the distances of its row to all points for a few of them."""
    for loop in function.nodes:
        if not isinstance(loop, ast.For | ast.ListComp):
            continue
        if isinstance(loop, ast.ListComp) and len(loop.generators) > 1:
            continue
        try:
            made = _of_loop(function, loop)
        except _OtherUseError:
            continue
        if made is not None:
            yield made


def _of_loop(function: Function, loop: ast.For | ast.ListComp) -> NearestBefore | None:
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    row_of = _row_of(function, loop, head.target, head.iter)
    if row_of is None:
        return None
    rows, counter, texts = row_of
    changed = syntax.changed_in(loop)
    for node in ast.walk(loop):
        if not isinstance(node, ast.expr):
            continue
        for pattern in (*_DISTANCES, *_SUMS):
            one = patterns.match(function, node, pattern)
            if one is None or ast.unparse(one["P"]) not in texts:
                continue
            if not isinstance(one["X"], ast.Name) or {one["X"].id, rows} & changed:
                continue
            form = one.form("X")
            if form is None or len(form.shape) != 2 or form.letter not in "fi":
                continue
            found = _RowSearch(one["X"].id, rows, counter, pattern in _SUMS)
            _note(function, loop, node, found)
            return _written(function, loop, found, form.shape[0])
    return None


def _row_of(
    function: Function, loop: ast.AST, target: ast.expr, iterated: ast.expr
) -> tuple[str, str, set[str]] | None:
    """All rows, what counts them, and how one of them is written; the counter may be empty."""
    for pattern, names in (("enumerate(Q)", 2), ("range(len(Q))", 0), ("Q", 1)):
        one = patterns.match(function, iterated, pattern)
        if one is None or not isinstance(one["Q"], ast.Name):
            continue
        rows = one["Q"].id
        parts = [e.id for e in getattr(target, "elts", [target]) if isinstance(e, ast.Name)]
        if len(parts) != max(names, 1):
            return None
        counter = "" if names == 1 else parts[0]
        texts = {parts[-1]} if names else {f"{rows}[{counter}]", f"{rows}[{counter}, :]"}
        for node in ast.walk(loop):
            if isinstance(node, ast.Assign) and ast.unparse(node.value) in texts:
                texts |= {ast.unparse(each) for each in node.targets}
        return rows, counter, texts
    return None


def _note(function: Function, loop: ast.AST, node: ast.expr, found: _RowSearch) -> None:
    """What is asked of the distances, here or by the name that they get."""
    parent = function.parents[node]
    if not isinstance(parent, ast.Assign):
        _note_use(function, loop, node, found)
        return
    target = parent.targets[0]
    if len(parent.targets) > 1 or not isinstance(target, ast.Name):
        raise _OtherUseError
    uses = [n for n in function.uses(target.id) if n is not target]
    inside = set(ast.walk(loop))
    if any(isinstance(n.ctx, ast.Store) or n not in inside for n in uses):
        raise _OtherUseError
    for use in uses:
        if id(use) not in found.done:
            _note_use(function, loop, use, found)
    found.edits.append(syntax.without(function, parent))


def _note_use(function: Function, loop: ast.AST, node: ast.expr, found: _RowSearch) -> None:
    around = [node, *(p for p in function.around(node) if isinstance(p, ast.expr))][1:4]
    for outer in around:
        for pattern, kind in _SLICED:
            one = patterns.match(function, outer, pattern)
            if one is not None and one["D"] is node:
                _sliced(function, loop, outer, one["SLICE"], kind, found)
                return
        for pattern, kind in _ONE:
            one = patterns.match(function, outer, pattern)
            if one is not None and one["D"] is node:
                found.counts.append(ast.Constant(1))
                _replace(function, outer, kind, "0", found)
                return
    parent = function.parents[node]
    picked = isinstance(parent, ast.Subscript) and parent.value is node
    if not isinstance(parent, ast.Subscript) or not picked:
        raise _OtherUseError
    if not _of_places(function, loop, parent, found):
        raise _OtherUseError


def _of_places(
    function: Function, loop: ast.AST, picked: ast.Subscript, found: _RowSearch
) -> bool:
    """`d[nearest]`, where `nearest = np.argsort(d)[:k]`: the distances themselves."""
    key = picked.slice
    value: ast.expr | None = key
    if isinstance(key, ast.Name):
        stores = [n for n in function.uses(key.id) if isinstance(n.ctx, ast.Store)]
        made = function.parents[stores[0]] if len(stores) == 1 else None
        value = made.value if isinstance(made, ast.Assign) else None
    if value is None:
        return False
    if value is key:
        found.done |= {id(n) for n in ast.walk(key)}
    for pattern in _PLACES:
        one = patterns.match(function, value, pattern)
        if one is not None and ast.unparse(one["D"]) == ast.unparse(picked.value):
            _sliced(function, loop, picked, one["SLICE"], "value", found)
            return True
    for pattern in _FIRST:
        one = patterns.match(function, value, pattern)
        if one is not None and ast.unparse(one["D"]) == ast.unparse(picked.value):
            found.counts.append(ast.Constant(1))
            _replace(function, picked, "value", "0", found)
            return True
    return False


def _sliced(
    function: Function,
    loop: ast.AST,
    outer: ast.expr,
    part: ast.expr,
    kind: str,
    found: _RowSearch,
) -> None:
    """The first ones, or one of them."""
    last = part
    if isinstance(part, ast.Slice):
        if part.upper is None or part.step is not None:
            raise _OtherUseError
        last = part.upper
    parts = [last] if not isinstance(part, ast.Slice) else [last, part.lower]
    for each in parts:
        negative = isinstance(each, ast.UnaryOp)
        if each is not None and (negative or not patterns.pure(each)):
            raise _OtherUseError
        if each is not None and syntax.names_in(each) & syntax.stored_in(loop):
            raise _OtherUseError
    count = last if isinstance(part, ast.Slice) else ast.BinOp(last, ast.Add(), ast.Constant(1))
    found.counts.append(count)
    _replace(function, outer, kind, ast.unparse(part), found)


def _replace(
    function: Function, node: ast.expr, kind: str, part: str, found: _RowSearch
) -> None:
    name = _NAMES[kind]
    index = f"{found.counter}, {part}" if found.counter else part
    own = name if found.counter else f"own_{name}"
    text = f"{own}[{index}]"
    if kind == "value" and found.squared:
        text = f"{text} ** 2"
        parent = function.parents.get(node)
        if isinstance(parent, ast.Attribute | ast.Subscript | ast.BinOp):
            text = f"({text})"
    found.edits.append(rewriting.edit(function, node, text))


def _written(
    function: Function, loop: ast.For | ast.ListComp, found: _RowSearch, points: int
) -> NearestBefore | None:
    statement = loop if isinstance(loop, ast.For) else function.statement_of(loop)
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    counts = list(dict.fromkeys(ast.unparse(each) for each in found.counts))
    if not counts or {*_NAMES.values()} & syntax.names_in(function.node):
        return None
    count = counts[0] if len(counts) == 1 else f"max({', '.join(counts)})"
    made = f"nearest_points({found.points}, {found.rows}, {count})"
    edits = list(found.edits)
    edits += rewriting.inserted(
        function, {statement.lineno: [f"{_NAMES['value']}, {_NAMES['place']} = {made}"]}
    )
    if not found.counter:
        target = function.text_of(head.target)
        lists = f"{function.text_of(head.iter)}, nearest_distances, nearest_places"
        (start, _), (_, end) = function.span(head.target), function.span(head.iter)
        text = f"{target}, own_nearest_distances, own_nearest_places in zip({lists})"
        edits.append(Edit(start=start, end=end, text=text))
    whole = rewriting.spliced(function, edits)
    if whole is None:
        return None
    return NearestBefore(statement, whole.source, _held(function, found, counts, points))


def _held(
    function: Function, found: _RowSearch, counts: list[str], points: int
) -> dict[str, str]:
    """The shapes of the new arrays, where names tell how many are asked for."""
    form = forms.in_form(function.source.names.get(found.rows, ""))
    values = {
        name: int(words.split()[1])
        for name, words in function.source.names.items()
        if words.startswith("int ") and words.split()[1].lstrip("-").isdigit()
    }
    try:
        widest = max(_value(each, values) for each in counts)
    except (KeyError, ValueError):
        return {}
    if form is None or not form.shape:
        return {}
    shape = f"({form.shape[0]}, {min(widest, points)})"
    return {"nearest_distances": f"float64 {shape}", "nearest_places": f"int64 {shape}"}


def _value(text: str, values: dict[str, int]) -> int:
    """The value of a sum of names and whole numbers."""
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _value(ast.unparse(node.left), values) + _value(ast.unparse(node.right), values)
    if isinstance(node, ast.Name):
        return values[node.id]
    return int(text)
