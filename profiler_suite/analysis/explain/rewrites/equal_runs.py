"""Loops that look for runs of equal elements, one element after the other, as loops over runs.

Where a run begins and ends is known of all at once: where an element differs from the one
before it.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

RUNS = '''
def runs_of_equal(x):
    """Where each run of equal elements of a row, or characters of a text, begins and ends."""
    if isinstance(x, str):
        x = np.frombuffer(x.encode("utf-32-le", "surrogatepass"), np.uint32)
    changes = np.flatnonzero(x[1:] != x[:-1]) + 1
    if not len(x):
        return changes, changes
    return np.append(0, changes), np.append(changes, len(x))
'''.strip()

_LEAVING = (ast.Break, ast.Continue, ast.Return, ast.FunctionDef, ast.Lambda, ast.Yield)
_Place = tuple[int, int, int]
"""So many times where the run begins, where it ends, and 1."""
_BEGIN: _Place = (1, 0, 0)
_END: _Place = (0, 1, 0)


@dataclass(frozen=True)
class LoopOverRuns:
    """A function with a loop over runs: of places in arrays, and of numbers as they are."""

    loop: syntax.Loop
    array: str
    indexed: str
    plain: str
    held: dict[str, str]


def loops_over_runs(function: Function) -> Iterator[LoopOverRuns]:
    """Each loop that looks for runs, over runs."""
    for loop in function.nodes:
        if isinstance(loop, ast.While) and not loop.orelse:
            found = _scanning(function, loop)
        elif isinstance(loop, ast.For) and not loop.orelse:
            found = _counting(function, loop)
        else:
            continue
        made = _written(function, loop, found) if found is not None else None
        if made is not None:
            yield made


@dataclass(frozen=True)
class _Runs:
    """What a loop does for each run of an array."""

    array: str
    values: dict[str, str]
    """What its names hold, of {begin} and {end}."""
    body: Sequence[ast.stmt]
    without_last: bool = False
    after: tuple[str, ...] = ()
    """What is set of the last run, of {begin} and {end}."""


def _written(function: Function, loop: syntax.Loop, runs: _Runs) -> LoopOverRuns | None:
    stored = {name for each in runs.body for name in syntax.changed_in(each)}
    if not runs.body or stored & {runs.array, *runs.values}:
        return None
    if any(isinstance(n, _LEAVING) for each in runs.body for n in ast.walk(each)):
        return None
    begins, ends, run = (
        rewriting.new_name(function, hint)
        for hint in (f"{runs.array}_begins", f"{runs.array}_ends", "run")
    )
    begin, end = (rewriting.new_name(function, hint) for hint in ("begin", "end"))
    last = " - 1" if runs.without_last else ""
    cut = "[:-1]" if runs.without_last else ""
    indexed = (
        f"for {run} in range(len({begins}){last}):",
        f"{begins}[{run}]",
        f"{ends}[{run}]",
    )
    zipped = f"zip({begins}{cut}.tolist(), {ends}{cut}.tolist())"
    plain = (f"for {begin}, {end} in {zipped}:", begin, end)
    texts = []
    for header, first, beyond in (indexed, plain):
        changed = _replaced(
            function,
            loop,
            runs,
            [f"{begins}, {ends} = runs_of_equal({runs.array})", header],
            {"begin": first, "end": beyond},
            {"begin": f"{begins}[-1]", "end": f"{ends}[-1]"},
        )
        if changed is None:
            return None
        texts.append(changed)
    held = dict.fromkeys((begins, ends), "int64 (1000,)")
    return LoopOverRuns(loop, runs.array, texts[0], texts[1], held)


def _replaced(
    function: Function,
    loop: syntax.Loop,
    runs: _Runs,
    lines: list[str],
    names: Mapping[str, str],
    last: Mapping[str, str],
) -> str | None:
    """The function's text with a loop of these lines in the place of the other."""
    read = {name for each in runs.body for name in syntax.names_in(each)}
    lines = [*lines]
    for name, value in runs.values.items():
        if name in read:
            lines.append(f"    {name} = {value.format(**names)}")
    for statement in runs.body:
        lines += [f"    {line}" for line in ast.unparse(statement).splitlines()]
    if runs.after:
        lines.append(f"if len({runs.array}):")
        lines += [f"    {line.format(**last)}" for line in runs.after]
    start, end = function.span(loop)
    text = f"\n{function.indent_of(loop.lineno)}".join(lines)
    made = rewriting.spliced(function, [Edit(start=start, end=end, text=text)])
    return made.source if made is not None else None


def _suits(function: Function, name: str) -> bool:
    """Whether it is a row of an array, or a text: equal elements are found at once."""
    form = forms.in_form(function.source.names.get(name, ""))
    row = form is not None and form.kind == "array" and len(form.shape) == 1
    return form is not None and (form.dtype == "str" or (row and form.letter in "biufcUSMm"))


def _set_before(function: Function, loop: syntax.Loop, name: str) -> ast.expr | None:
    """What a name is set to, once, in the block that the loop stands in, outside of it."""
    inside = set(ast.walk(loop))
    stores = [
        n for n in function.uses(name) if isinstance(n.ctx, ast.Store) and n not in inside
    ]
    if len(stores) != 1 or stores[0].lineno >= loop.lineno:
        return None
    statement = function.parents[stores[0]]
    same_block = function.parents.get(statement) is function.parents.get(loop)
    return statement.value if isinstance(statement, ast.Assign) and same_block else None


def _read_after(function: Function, loop: syntax.Loop, name: str) -> bool:
    """Whether a name is read elsewhere than in the loop."""
    inside = set(ast.walk(loop))
    used = function.uses(name)
    return any(isinstance(n.ctx, ast.Load) and n not in inside for n in used)


# ------------------------------------------------------- while i < n: while x[j] == x[i]


def _place(node: ast.expr, known: Mapping[str, _Place]) -> _Place | None:
    """A sum of names of places and whole numbers."""
    match node:
        case ast.Name(name):
            return known.get(name)
        case ast.Constant(value) if type(value) is int:
            return 0, 0, value
        case ast.BinOp(left, ast.Add() | ast.Sub() as operator, right):
            one, other = _place(left, known), _place(right, known)
            if one is None or other is None:
                return None
            sign = 1 if isinstance(operator, ast.Add) else -1
            return _plus(one, other, sign)
    return None


def _plus(one: _Place, other: _Place, factor: int = 1) -> _Place:
    a, b, c = (p + factor * q for p, q in zip(one, other, strict=True))
    return a, b, c


def _scanning(function: Function, loop: ast.While) -> _Runs | None:
    """Runs of a loop in which another one goes on while the elements are equal."""
    match loop.test:
        case ast.Compare(ast.Name(counter), [ast.Lt()], [length]):
            pass
        case _:
            return None
    scan = next((each for each in loop.body if isinstance(each, ast.While)), None)
    if scan is None or scan.orelse:
        return None
    at = loop.body.index(scan)
    known: dict[str, _Place] = {counter: _BEGIN}
    for each in loop.body[:at]:
        match each:
            case ast.Assign([ast.Name(name)], value):
                place = _place(value, known)
                if place is None or name == counter:
                    return None
                known[name] = place
            case _:
                return None
    array = _scanned(function, scan, length, known)
    start = _set_before(function, loop, counter)
    if not array or start is None or ast.unparse(start) != "0":
        return None
    *body, last = loop.body[at + 1 :] or [scan]
    if _advanced(last, counter, known) != _END:
        return None
    if any(_read_after(function, loop, name) for name in known):
        return None
    return _Runs(array, {name: _in_words(place) for name, place in known.items()}, body)


def _advanced(last: ast.stmt, counter: str, known: Mapping[str, _Place]) -> _Place | None:
    """Where the next round begins."""
    match last:
        case ast.Assign([ast.Name(name)], value) if name == counter:
            return _place(value, known)
        case ast.AugAssign(ast.Name(name), ast.Add(), value) if name == counter:
            step = _place(value, known)
            return None if step is None else _plus(known[counter], step)
    return None


def _scanned(
    function: Function, scan: ast.While, length: ast.expr, known: dict[str, _Place]
) -> str:
    """The array whose run the inner loop goes through; `known` is then what it leaves."""
    steps: dict[str, _Place] = dict.fromkeys(known, (0, 0, 0))
    for each in scan.body:
        match each:
            case ast.AugAssign(ast.Name(name), ast.Add(), ast.Constant(1)) if name in known:
                steps[name] = _plus(steps[name], (0, 0, 1))
            case _:
                return ""
    match scan.test:
        case ast.BoolOp(
            ast.And(),
            [
                ast.Compare(looked, [ast.Lt()], [end]),
                ast.Compare(
                    ast.Subscript(ast.Name(array), one),
                    [ast.Eq()],
                    [ast.Subscript(ast.Name(again), other)],
                ),
            ],
        ) if array == again:
            pass
        case _:
            return ""
    if ast.unparse(other) == ast.unparse(looked):
        one, other = other, one
    if ast.unparse(one) != ast.unparse(looked) or ast.unparse(end) != ast.unparse(length):
        return ""
    first, behind = _place(one, known), _place(other, known)
    moved, follows = _steps(one, steps), _steps(other, steps)
    if first is None or behind is None or first not in ((1, 0, 0), (1, 0, 1)) or moved != 1:
        return ""
    is_first = behind == _BEGIN and follows == 0
    is_before = follows == 1 and first == (1, 0, 1) and behind == _BEGIN
    if not (is_first or is_before) or not _suits(function, array):
        return ""
    if not syntax.is_length(function, end, array):
        return ""
    rounds = _plus(_END, first, -1)
    for name, step in steps.items():
        known[name] = _plus(known[name], rounds, step[2])
    return array


def _steps(node: ast.expr, steps: Mapping[str, _Place]) -> int | None:
    """By how much it grows in each round."""
    zero = _place(node, dict.fromkeys(steps, (0, 0, 0)))
    grown = _place(node, steps)
    return None if zero is None or grown is None else grown[2] - zero[2]


def _in_words(place: _Place) -> str:
    """'{end} - {begin} + 1'."""
    begin, end, more = place
    terms = [(end, "{end}"), (begin, "{begin}")]
    text = ""
    for count, name in terms:
        for _ in range(abs(count)):
            text += f" {'+' if count > 0 else '-'} {name}" if text or count < 0 else name
    if more or not text:
        text += f" {'+' if more > 0 else '-'} {abs(more)}" if text else str(more)
    return text.strip()


# ------------------------------------------- for i in range(1, n): if x[i] == x[i - 1]


def _counting(function: Function, loop: ast.For) -> _Runs | None:
    """Runs of a loop that counts while an element is equal to the one before it."""
    header = _elements(function, loop)
    if header is None:
        return None
    array, current, before = header
    head, *rest = loop.body
    if not isinstance(head, ast.If):
        return None
    previous = ""
    match head.test:
        case ast.Compare(left, [ast.Eq() | ast.NotEq() as sign], [right]):
            sides = {ast.unparse(left), ast.unparse(right)}
        case _:
            return None
    others = sides - {current}
    if len(sides) != 2 or len(others) != 1:
        return None
    (other,) = others
    if other != before:
        if not other.isidentifier():
            return None
        previous = other
    equal, changed = (
        (head.body, head.orelse) if isinstance(sign, ast.Eq) else (head.orelse, head.body)
    )
    return _of_branches(function, loop, array, previous, (equal, [*changed], rest))


def _elements(function: Function, loop: ast.For) -> tuple[str, str, str] | None:
    """The array, an element and the one before it, as they are written."""
    match loop:
        case ast.For(
            ast.Name(counter), ast.Call(ast.Name("range"), [ast.Constant(1), end], [])
        ):
            arrays = [
                n.value.id
                for n in ast.walk(loop.body[0])
                if isinstance(n, ast.Subscript)
                and isinstance(n.value, ast.Name)
                and ast.unparse(n.slice) == counter
            ]
            array = arrays[0] if arrays else ""
            if not array or not syntax.is_length(function, end, array):
                return None
            found = array, f"{array}[{counter}]", f"{array}[{counter} - 1]"
        case ast.For(
            ast.Name(value),
            ast.Subscript(ast.Name(array), ast.Slice(ast.Constant(1), None, None)),
        ):
            found = array, value, ""
        case _:
            return None
    return found if _suits(function, array) else None


def _of_branches(
    function: Function,
    loop: ast.For,
    array: str,
    previous: str,
    branches: tuple[list[ast.stmt], list[ast.stmt], list[ast.stmt]],
) -> _Runs | None:
    equal, changed, rest = branches
    match equal:
        case [ast.AugAssign(ast.Name(count), ast.Add(), ast.Constant(1))]:
            pass
        case _:
            return None
    assert isinstance(loop.target, ast.Name)
    target = loop.target.id
    over_places = isinstance(loop.iter, ast.Call)
    element = f"{array}[{target}]" if over_places else target
    start = _set_before(function, loop, count)
    taken = _taken(changed, f"{count} = 1")
    if start is None or ast.unparse(start) != "1" or not taken:
        return None
    values = {
        target: "{end}" if over_places else f"{array}[{{end}}]",
        count: "{end} - {begin}",
    }
    after = [f"{count} = int({{end}} - {{begin}})"]
    if previous:
        first = _set_before(function, loop, previous)
        update = f"{previous} = {element}"
        at_change = not rest and _taken(changed, update)
        always = [ast.unparse(each) for each in rest] == [update]
        if first is None or ast.unparse(first) != f"{array}[0]" or not (at_change or always):
            return None
        values[previous] = f"{array}[{{begin}}]" if at_change else f"{array}[{{end}} - 1]"
        after.append(f"{previous} = {values[previous]}")
    elif rest:
        return None
    if _read_after(function, loop, target):
        return None
    needed = [each for each in after if _read_after(function, loop, each.split(" = ")[0])]
    return _Runs(array, values, changed, without_last=True, after=tuple(needed))


def _taken(statements: list[ast.stmt], text: str) -> bool:
    """Takes a statement from the end of a block, where only such follow that set names."""
    for at in range(len(statements) - 1, -1, -1):
        each = statements[at]
        if ast.unparse(each) == text:
            del statements[at]
            return True
        if not isinstance(each, ast.Assign) or not isinstance(each.targets[0], ast.Name):
            return False
    return False
