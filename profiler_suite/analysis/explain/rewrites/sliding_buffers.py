"""Loops that keep the last few elements in a list, as loops over slices of their array.

`buf.append(v)`, `if len(buf) > w: buf.pop(0)` holds `x[i - w + 1:i + 1]`, from the place on
where so many elements have come: the loop up to there stays as it is.
"""

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function

_ALWAYS: dict[type[ast.cmpop], bool] = {
    ast.Lt: False,
    ast.NotEq: False,
    ast.Gt: False,
    ast.Eq: True,
    ast.GtE: True,
    ast.LtE: True,
}
"""What len(buf) and its most compare as, once it is full."""


@dataclass(frozen=True)
class SlidingBuffer:
    """A function with two loops for one that keeps a list, and what its new name holds."""

    loop: ast.For
    text: str
    held: dict[str, str]


@dataclass(frozen=True)
class _LoopHeader:
    """The array that a loop goes through, and how an iteration calls its element and place."""

    array: str
    element: str
    place: str
    first: str
    """The header of a loop over the first elements only; '{0}' is their number."""


def over_slices(function: Function) -> Iterator[SlidingBuffer]:
    """Each loop that keeps such a list."""
    for block in syntax.blocks(function.node):
        for loop in block:
            if isinstance(loop, ast.For) and not loop.orelse and len(loop.body) > 1:
                made = _made(function, block, loop)
                if made is not None:
                    yield made


def _made(function: Function, block: Sequence[ast.stmt], loop: ast.For) -> SlidingBuffer | None:
    name, added = _append(loop.body[0])
    found, header = _kept(function, block, loop, name), _header(function, loop)
    if found is None or header is None or added != header.element:
        return None
    most, rest = found
    changed = set().union(*(syntax.changed_in(each) for each in rest))
    asked = {each.id for each in ast.walk(ast.parse(most)) if isinstance(each, ast.Name)}
    used = {name, header.array, header.place, *syntax.names_in(loop.target)}
    after = [each for each in block[block.index(loop) + 1 :] if syntax.uses(each, name)]
    if changed & (asked | used) or asked & used or after or not _is_number(function, most):
        return None
    place = header.place or rewriting.new_name(function, "i")
    text = _two_loops(function, loop, header, place, name, most, rest)
    return SlidingBuffer(loop, text, {place: "int 1"})


def _is_number(function: Function, most: str) -> bool:
    """Whether it is a whole number, written out or in a name."""
    node = ast.parse(most, mode="eval").body
    if isinstance(node, ast.Constant):
        return type(node.value) is int and node.value > 0
    words = function.source.names.get(most, "")
    return isinstance(node, ast.Name) and words.startswith("int ")


def _append(node: ast.stmt) -> tuple[str, str]:
    """The list and the element of `buf.append(v)`; empty for other statements."""
    match node:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="append"),
                args=[element],
                keywords=[],
            )
        ):
            return name, ast.unparse(element)
    return "", ""


def _kept(
    function: Function, block: Sequence[ast.stmt], loop: ast.For, name: str
) -> tuple[str, list[ast.stmt]] | None:
    """How many elements the list keeps, and the statements behind; None for other lists."""
    made = _definition(block, loop, name)
    if made is None:
        return None
    text = ast.unparse(made)
    most = _longest_deque(function, made)
    if most:
        return most, loop.body[1:]
    if text not in ("[]", "list()", "deque()", "collections.deque()"):
        return None
    second = loop.body[1]
    if not isinstance(second, ast.If) or second.orelse or len(second.body) != 1:
        return None
    left, _, most = ast.unparse(second.test).partition(" > ")
    dropped = ast.unparse(second.body[0])
    drops = (f"{name}.pop(0)", f"del {name}[0]", f"{name}.popleft()", f"{name} = {name}[1:]")
    fits = left == f"len({name})" and dropped in (*drops, f"{name} = {name}[-{most}:]")
    return (most, loop.body[2:]) if fits else None


def _definition(block: Sequence[ast.stmt], loop: ast.For, name: str) -> ast.expr | None:
    """What the list is made of before the loop, in the same block, and not used since."""
    before = [each for each in block[: block.index(loop)] if syntax.uses(each, name)]
    last = before[-1] if before else None
    if isinstance(last, ast.Assign) and ast.unparse(last.targets[0]) == name:
        return last.value if len(last.targets) == 1 else None
    return None


def _longest_deque(function: Function, made: ast.expr) -> str:
    """`deque(maxlen=w)`: how many elements it keeps; empty for anything else."""
    if not isinstance(made, ast.Call) or function.qualified(made.func) != "collections.deque":
        return ""
    given = [each.value for each in made.keywords if each.arg == "maxlen"]
    return ast.unparse(given[0]) if given and not made.args else ""


def _header(function: Function, loop: ast.For) -> _LoopHeader | None:
    """The header of a loop over an array of one axis; None for any other."""
    match loop.target, loop.iter:
        case ast.Name(id=element), ast.Name(id=array):
            found = _LoopHeader(array, element, "", f"{element} in {array}[:{{0}}]")
        case (
            ast.Tuple(elts=[ast.Name(id=place), ast.Name(id=element)]),
            ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=array)], keywords=[]),
        ):
            first = f"{place}, {element} in enumerate({array}[:{{0}}])"
            found = _LoopHeader(array, element, place, first)
        case ast.Name(id=place), ast.Call(func=ast.Name(id="range"), args=[length]):
            array = ast.unparse(length).removeprefix("len(").removesuffix(")")
            first = f"{place} in range(min({{0}}, len({array})))"
            found = _LoopHeader(array, f"{array}[{place}]", place, first)
            if ast.unparse(length) != f"len({array})":
                return None
        case _:
            return None
    form = forms.of(function, ast.Name(found.array, ast.Load()))
    whole = form is not None and form.kind == "array" and len(form.shape) == 1
    return found if whole and form is not None and form.letter in "iuf" else None


def _two_loops(
    function: Function,
    loop: ast.For,
    header: _LoopHeader,
    place: str,
    name: str,
    most: str,
    rest: Sequence[ast.stmt],
) -> str:
    """The function with the loop over the first elements, and one over full windows."""
    start, end = function.span(loop)
    indent = function.indent_of(loop.lineno)
    begins = str(int(most) - 1) if most.isdigit() else f"{most} - 1"
    first = copy.copy(loop)
    made = ast.parse(f"for {header.first.format(begins)}:\n    pass").body[0]
    assert isinstance(made, ast.For)
    first.target, first.iter = made.target, made.iter
    second = ast.parse(
        f"for {place} in range({begins}, len({header.array})):\n"
        f"    {name} = {header.array}[{place} - {most} + 1:{place} + 1]"
    ).body[0]
    assert isinstance(second, ast.For)
    if header.element.isidentifier():
        element = f"{header.element} = {header.array}[{place}]"
        second.body.insert(0, ast.parse(element).body[0])
    second.body += _of_full(copy.deepcopy(list(rest)), name, most)
    lines = [*ast.unparse(first).splitlines(), *ast.unparse(second).splitlines()]
    return f"{function.text[:start]}{f'{chr(10)}{indent}'.join(lines)}{function.text[end:]}"


def _of_full(body: list[ast.stmt], name: str, most: str) -> list[ast.stmt]:
    """Statements where the list is full: what they compare its length with is known."""
    found: list[ast.stmt] = []
    for node in body:
        known = _compared(node.test, name, most) if isinstance(node, ast.If) else None
        if isinstance(node, ast.If) and known is not None:
            found += _of_full(node.body if known else node.orelse, name, most)
            if known and isinstance(node.body[-1], ast.Continue):
                return found
        else:
            found.append(node)
    return found or [ast.Pass()]


def _compared(test: ast.expr, name: str, most: str) -> bool | None:
    """Whether `len(buf) < w` holds; None where that is not what is asked."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    sides = ast.unparse(test.left), ast.unparse(test.comparators[0])
    return _ALWAYS.get(type(test.ops[0])) if sides == (f"len({name})", most) else None
