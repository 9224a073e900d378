"""Loops whose few numbers each follow from all of them before, linearly: one filter.

That a step is linear is seen from what it gives for a few numbers; the filter comes from what
it gives for each of its numbers alone, when the function runs.
"""

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewrites.evaluation import value_of
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

LINEAR_RECURSION = '''
def linear_recursion(step, state, x):
    """What a step that is linear in its state and in x[t] gives for each t, by one filter."""
    n = len(state)
    first = []
    for value in x[:n]:
        *state, made = step(*state, value)
        first.append(made)
    if len(x) <= n:
        return np.array(first, float)
    rows = np.array([step(*row) for row in np.eye(n + 1)])
    a = np.poly(rows[:n, :n])
    b = np.poly(rows[:n, :n] - np.outer(rows[:n, n], rows[n, :n])) + (rows[n, n] - 1) * a
    before = scipy.signal.lfiltic(b, a, first[::-1], x[n - 1 :: -1])
    return np.append(first, scipy.signal.lfilter(b, a, x[n:], zi=before)[0])
'''.strip()

# One number alone is a filter of its own; the more, the more is lost to rounding.
_STATES = range(2, 5)
_CLOSE = 1e-9
# Numbers of no simple ratio, and the sums of which those are compared.
_SAMPLES = (
    (0.3178, -1.2934, 0.7351, 2.1127, -0.4519),
    (1.1413, 0.6173, -0.9291, 0.2389, 1.7033),
)
_FACTORS = (2.0, -0.7)


@dataclass(frozen=True)
class FilteredLoop:
    """A loop of a linear recursion, and what stands in its place."""

    loop: ast.For
    array: str
    edit: Edit


@dataclass
class _OneStep:
    """What one iteration does."""

    element: str
    """The element that it reads, as written."""
    made: str
    """A name for what it puts out."""
    statements: list[tuple[str, ast.expr]] = field(default_factory=list)
    stored: ast.expr | None = None
    """The list, or array, that it puts it in."""
    grows: bool = False
    """Whether that is a list that it appends to."""
    lines: list[ast.stmt] = field(default_factory=list)


def linear_recursions(function: Function) -> Iterator[FilteredLoop]:
    """Each loop whose numbers are linear in those before."""
    for loop in function.nodes:
        if isinstance(loop, ast.For) and not loop.orelse:
            made = _of_loop(function, loop)
            if made is not None:
                yield made


def _of_loop(function: Function, loop: ast.For) -> FilteredLoop | None:
    over = _over(function, loop)
    if over is None:
        return None
    array, element, part = over
    form = forms.in_form(function.source.names.get(array, ""))
    if form is None or form.kind != "array" or len(form.shape) != 1:
        return None
    step = _step(function, loop, element)
    if not (form.dtype == "float64" or form.letter in "iub") or step is None:
        return None
    states, others = _read_before_set(step, element)
    if len(states) not in _STATES or not _are_numbers(function, [*states, *others]):
        return None
    if not _is_linear(function, step, states, others):
        return None
    names = {name for name, _ in step.statements} | syntax.bound_names(loop.target)
    if any(_is_read_elsewhere(function, loop, name) for name in names):
        return None
    text = _written(function, loop, step, states, (array, part))
    start, end = function.span(loop)
    return FilteredLoop(loop, array, Edit(start=start, end=end, text=text))


def _over(function: Function, loop: ast.For) -> tuple[str, str, str] | None:
    """The array, its element as written, and the part that the loop goes over."""
    match loop:
        case ast.For(ast.Name(value), ast.Name(array)):
            return array, value, ""
        case ast.For(
            ast.Name(value),
            ast.Subscript(ast.Name(array), ast.Slice(ast.Constant(int(begin)), None, None)),
        ) if begin >= 0:
            return array, value, f"[{begin}:]"
        case ast.For(ast.Name(place), ast.Call(ast.Name("range"), [*ends], [])):
            pass
        case _:
            return None
    read = [
        each
        for each in ast.walk(loop)
        if isinstance(each, ast.Subscript)
        and isinstance(each.ctx, ast.Load)
        and ast.unparse(each.slice) == place
    ]
    arrays = {ast.unparse(each.value) for each in read} - syntax.stored_in(loop)
    if len(arrays) != 1 or len(ends) not in (1, 2):
        return None
    (array,) = arrays
    if not array.isidentifier() or not syntax.is_length(function, ends[-1], array):
        return None
    first = ast.unparse(ends[0]) if len(ends) == 2 else "0"
    return (array, f"{array}[{place}]", f"[{first}:]") if first.isdigit() else None


def _step(function: Function, loop: ast.For, element: str) -> _OneStep | None:
    """Its statements, where they set names and put one thing out; else None."""
    step = _OneStep(element, rewriting.new_name(function, "made"))
    place = ast.unparse(loop.target)
    made = ""
    for each in loop.body:
        # What was put out may be read again.
        again = _ElementAsName(made, step.made).visit(copy.deepcopy(each)) if made else each
        match again:
            case ast.Assign([ast.Name(name)], value):
                step.statements.append((name, value))
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)) if len(targets) == len(
                values
            ) and all(isinstance(n, ast.Name) for n in targets):
                names = [ast.unparse(n) for n in targets]
                step.statements += [
                    (f"next {n}", v) for n, v in zip(names, values, strict=True)
                ]
                step.statements += [(n, ast.Name(f"next {n}", ast.Load())) for n in names]
            case ast.AugAssign(ast.Name(name), operator, value):
                before = ast.Name(name, ast.Load())
                step.statements.append((name, ast.BinOp(before, operator, value)))
            case ast.Assign([ast.Subscript(ast.Name(), ast.Name(at)) as target], value) if (
                at == place and step.stored is None and element != place
            ):
                step.stored, made = target.value, ast.unparse(target)
                step.statements.append((step.made, value))
                again = ast.Assign([ast.Name(step.made, ast.Store())], value)
            case ast.Expr(ast.Call(ast.Attribute(ast.Name() as a, "append"), [value], [])) if (
                step.stored is None
            ):
                step.stored, step.grows = a, True
                step.statements.append((step.made, value))
                again = ast.Assign([ast.Name(step.made, ast.Store())], value)
            case _:
                return None
        step.lines.append(again)
    return step if step.stored is not None else None


def _read_before_set(step: _OneStep, element: str) -> tuple[list[str], list[str]]:
    """Names whose values come from the iteration before, and those that stay as they are."""
    known: set[str] = set()
    states: dict[str, None] = {}
    others: dict[str, None] = {}
    stored = {name for name, _ in step.statements}
    for name, value in step.statements:
        for each in _names_without(value, element):
            if each in stored and each not in known:
                states[each] = None
            elif each not in stored:
                others[each] = None
        known.add(name)
    return [*states], [*others]


def _names_without(node: ast.expr, element: str) -> list[str]:
    """Names that are read, but for those of the element."""
    if ast.unparse(node) == element:
        return []
    if isinstance(node, ast.Name):
        return [node.id]
    children = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
    return [name for each in children for name in _names_without(each, element)]


def _are_numbers(function: Function, names: list[str]) -> bool:
    found = [forms.in_form(function.source.names.get(name, "")) for name in names]
    return all(each is not None and each.kind in ("python", "number") for each in found)


def _is_linear(
    function: Function, step: _OneStep, states: list[str], others: list[str]
) -> bool:
    """Whether a sum of states and elements makes the sum of what each makes."""
    fixed = {name: 0.31 + 0.17 * k for k, name in enumerate(others)}
    read = [*states, step.element]

    def made(values: tuple[float, ...]) -> list[complex] | None:
        known = {**fixed, **dict(zip(read, values, strict=False))}
        return _after(function, step, known, states)

    one, other = (made(sample) for sample in _SAMPLES)
    if one is None or other is None:
        return False
    for factor in _FACTORS:
        both = tuple(factor * a + b for a, b in zip(*_SAMPLES, strict=True))
        found = made(both)
        expected = [factor * a + b for a, b in zip(one, other, strict=True)]
        if found is None or not all(
            abs(a - b) < _CLOSE for a, b in zip(found, expected, strict=True)
        ):
            return False
    return True


def _after(
    function: Function, step: _OneStep, known: Mapping[str, complex], states: list[str]
) -> list[complex] | None:
    """The states after a step and what it puts out."""
    now = dict(known)
    for name, value in step.statements:
        found = value_of(function, value, now)
        if found is None:
            return None
        now[name] = found
    return [*(now[name] for name in states), now[step.made]]


def _is_read_elsewhere(function: Function, loop: ast.For, name: str) -> bool:
    """Whether a name is read after the loop, or around it in another iteration."""
    inside = set(ast.walk(loop))
    used = [n for n in function.uses(name) if n not in inside]
    return any(isinstance(n.ctx, ast.Load) and n.lineno > loop.lineno for n in used) or any(
        isinstance(each, ast.For | ast.While) for each in function.around(loop)
    )


class _ElementAsName(ast.NodeTransformer):
    """A name in the place of an element."""

    def __init__(self, element: str, name: str) -> None:
        self._element, self._name = element, name

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        named = isinstance(node.ctx, ast.Load) and ast.unparse(node) == self._element
        return ast.Name(self._name, ast.Load()) if named else node


def _written(
    function: Function,
    loop: ast.For,
    step: _OneStep,
    states: list[str],
    over: tuple[str, str],
) -> str:
    """A function of one step, and one call for all."""
    array, part = over
    name = rewriting.new_name(function, "step")
    element = step.element
    value = element if element.isidentifier() else rewriting.new_name(function, "value")
    lines = [f"def {name}({', '.join([*states, value])}):"]
    for each in step.lines:
        named = ast.fix_missing_locations(
            _ElementAsName(element, value).visit(copy.deepcopy(each))
        )
        lines += [f"    {line}" for line in ast.unparse(named).splitlines()]
    lines += [f"    return {', '.join([*states, step.made])}", ""]
    all_made = f"linear_recursion({name}, ({', '.join(states)}), {array}{part})"
    assert step.stored is not None
    out = ast.unparse(step.stored)
    if step.grows:
        lines.append(f"{out}.extend({all_made}.tolist())")
    else:
        lines.append(f"{out}{part.replace(':]', f':len({array})]') or '[:]'} = {all_made}")
    return f"\n{function.indent_of(loop.lineno)}".join(lines).replace("\n    \n", "\n\n")
