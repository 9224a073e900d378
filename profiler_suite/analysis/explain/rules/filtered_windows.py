"""A Python function of the window around every pixel, written for all windows at once."""

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import vectorising
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks
from profiler_suite.analysis.explain.rules.observed import Observation

_MODES = {
    "reflect": "symmetric",
    "nearest": "edge",
    "mirror": "reflect",
    "wrap": "wrap",
    "constant": "constant",
}
_FILTERS = {
    "numpy.max": "maximum_filter",
    "numpy.min": "minimum_filter",
    "numpy.median": "median_filter",
    "numpy.mean": "uniform_filter",
    "builtins.max": "maximum_filter",
    "builtins.min": "minimum_filter",
}

WINDOWS = '''
def windows_of(image, size, mode="symmetric"):
    """The elements of the size × size window around every pixel, each of all pixels."""
    before, after = size // 2, size - 1 - size // 2
    padded = np.pad(image, [(before, after)] * image.ndim, mode=mode)
    shifts = np.ndindex(*[size] * image.ndim)
    views = [tuple(slice(a, a + n) for a, n in zip(s, image.shape)) for s in shifts]
    return [padded[view] for view in views]
'''.strip()


def filtered(seen: Observation, one: Match) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The call of generic_filter in other ways, each with what must stand before it."""
    function = one.function
    size = one.number("SIZE")
    image = function.text_of(one["IMAGE"])
    keywords = {k.arg: k.value for k in one.captures["KW"]}
    mode_node = keywords.pop("mode", None)
    mode = mode_node.value if isinstance(mode_node, ast.Constant) else "reflect"
    known = _FILTERS.get(function.qualified(one["F"]))
    of_elements = (known, image) if known else _of_elements(seen, one, str(mode))
    if of_elements is not None and not keywords:
        known, filtered = of_elements
        more = f", mode={mode!r}" if mode != "reflect" else ""
        size_text = function.text_of(one["SIZE"])
        yield (
            f"scipy.ndimage.{known}({filtered}, {size_text}{more})",
            ("import scipy.ndimage",),
        )
    if size is None or keywords or str(mode) not in _MODES:
        return
    padding = _MODES[str(mode)]
    more = f", {padding!r}" if padding != "symmetric" else ""
    windows = f"windows_of({image}, {size:.0f}{more})"
    array = rewriting.written(function, one["IMAGE"])
    held = one.form("IMAGE")
    cast = "" if held is not None and held.letter == "f" else f".astype({array}.dtype)"
    summed = _element_by_element(seen, one)
    if summed is not None:
        name, text = summed
        yield f"{name}({windows}){cast}", (WINDOWS, text)
    form = callbacks.array_form(seen, function, one["F"], vectorising.ROW, "windows", axis=0)
    if form is None or form.kind != vectorising.NUMBER or len(form.parameters) != 1:
        return
    yield f"{form.call(f'np.stack({windows})')}{cast}", (WINDOWS, form.text)


class _Each(ast.NodeTransformer):
    """Each element of a window in the place of the window; `window[4]` stays."""

    def __init__(self, window: str) -> None:
        self._window = window

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """The element, where the window stands."""
        return ast.Name("each", node.ctx) if node.id == self._window else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """As it is, of the window itself."""
        own = isinstance(node.value, ast.Name) and node.value.id == self._window
        return node if own else self.generic_visit(node)


_ADDED_UP = {
    "sum": "sum({})",
    "mean": "sum({}) / len({window})",
    "max": "functools.reduce(np.maximum, ({}))",
    "min": "functools.reduce(np.minimum, ({}))",
}


def _element_by_element(seen: Observation, one: Match) -> tuple[str, str] | None:
    """F of all windows where it adds up a formula of each element: name and text of it."""
    found = _reduction(seen, one)
    if found is None or found.name not in _ADDED_UP:
        return None
    window = found.parameter
    try:
        made = vectorising.CallOverRows(
            found.context,
            ast.Lambda(found.callee.args, _Each(window).visit(copy.deepcopy(found.value))),
            {"each": vectorising.NUMBER, window: vectorising.ROW},
            axis=0,
        )
    except (vectorising.NotVectorisedError, ValueError):
        return None
    if made.result.kind != vectorising.NUMBER or made.risky or made.free:
        return None
    callee = found.callee
    own = callee.name if isinstance(callee, ast.FunctionDef) else "expression"
    text = _ADDED_UP[found.name].format(
        f"{made.result.text} for each in {window}", window=window
    )
    more = "import functools\n\n" if "functools" in text else ""
    return f"{own}_of_windows", (
        f"{more}def {own}_of_windows({window}):\n"
        f'    """{own}, of all windows at once."""\n    return {text}'
    )


class _Reduction(NamedTuple):
    """A function that only returns the sum, the maximum, … of something of a window."""

    callee: callbacks.Callee
    context: Function
    parameter: str
    name: str
    """'sum', 'max', …"""
    value: ast.expr


def _reduction(seen: Observation, one: Match) -> _Reduction | None:
    found = callbacks.find_callee(seen, one.function, one["F"])
    returned = rewriting.only_value(found[0]) if found is not None else None
    if found is None or not isinstance(returned, ast.Call) or returned.keywords:
        return None
    callee, context = found
    name, given = context.qualified(returned.func), returned.args
    if not name and isinstance(returned.func, ast.Attribute):
        name, given = f"numpy.{returned.func.attr}", [returned.func.value, *given]
    owner, _, short = name.rpartition(".")
    if owner not in ("numpy", "builtins") or len(given) != 1:
        return None
    try:
        (parameter,) = vectorising.parameters_of(callee)
    except (vectorising.NotVectorisedError, ValueError):
        return None
    return _Reduction(callee, context, parameter, short, given[0])


def _of_elements(seen: Observation, one: Match, mode: str) -> tuple[str, str] | None:
    """The filter that reduces as F does, and the formula of each element that F reduces."""
    found = _reduction(seen, one)
    if found is None or f"numpy.{found.name}" not in _FILTERS:
        return None
    if mode == "constant" and not isinstance(found.value, ast.Name):
        return None  # around the image are zeros, not the formula of zeros
    formula = ast.Lambda(found.callee.args, found.value)
    try:
        made = vectorising.CallOverRows(
            found.context, formula, {found.parameter: vectorising.NUMBER}
        )
    except (vectorising.NotVectorisedError, ValueError):
        return None
    used = syntax.uses(formula.body, found.parameter)
    if made.risky or not (isinstance(one["IMAGE"], ast.Name) or len(used) == 1):
        return None
    text = ast.parse(made.result.text, mode="eval").body
    filtered = syntax.substituted(text, {found.parameter: one["IMAGE"]})
    return _FILTERS[f"numpy.{found.name}"], ast.unparse(filtered)
