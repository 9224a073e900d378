"""Slow paths of calls back into Python: once per element, row or pixel, from compiled code."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns, vectorising
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules import callbacks, filtered_windows
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.names_in_words import FROM_PYFUNC, VECTORIZED


@rule(
    "per_element",
    looks_for="np.vectorize or np.frompyfunc: a call of a Python function per element",
    rewrite="np.vectorize(f)(x) → f written with np.where and ufuncs, called once",
    exact="as f is for numbers; checked on NaN and other sizes",
    thread="https://github.com/numpy/numpy/issues/16763",
)
def vectorize(seen: Observation) -> Iterator[Finding]:
    """A Python function called for every element."""
    for function in seen.functions:
        made_of = _vectorized_names(function)
        for node in function.nodes:
            if not isinstance(node, ast.Call) or node.keywords or not node.args:
                continue
            found = _vectorized(function, node.func)
            if found is None and isinstance(node.func, ast.Name):
                found = made_of.get(node.func.id)
            if found is None:
                continue
            callee, gives_objects = found
            form = callbacks.array_form(seen, function, callee, vectorising.NUMBER, "elements")
            if form is None or len(form.parameters) != len(node.args):
                continue
            arrays = [_as_array(seen, function, each) for each in node.args]
            text = form.call(*arrays)
            if gives_objects and not _is_converted(function, node):
                text += ".astype(object)"
            yield from seen.edited(
                function,
                [rewriting.edit(function, node, text)],
                title="one array expression instead of a Python call per element",
                lines=[node.lineno + function.shift],
                helpers=(form.text,),
                evidence=f"{_MAKERS[gives_objects]} makes a loop in Python: it calls its "
                "function for every element",
            )


_MAKERS = ("np.vectorize", "np.frompyfunc")


def _is_converted(function: Function, node: ast.Call) -> bool:
    """Whether the objects that it gives become numbers at once: g(x).astype(float)."""
    owner = function.parents.get(node)
    call = function.parents.get(owner) if owner is not None else None
    method = isinstance(owner, ast.Attribute) and owner.attr == "astype"
    if method and isinstance(call, ast.Call):
        return call.func is owner
    return isinstance(owner, ast.Call) and bool(
        function.is_numpy(owner, ("array", "asarray")) and len(owner.args + owner.keywords) > 1
    )


def _as_array(seen: Observation, function: Function, node: ast.expr) -> str:
    form = forms.of(function, node)
    text = function.text_of(node)
    known = form is not None and form.kind == "array"
    return text if known else f"{function.numpy}.asarray({text})"


Called = tuple[ast.expr, bool]
"""What is called for every element, and whether its results stay objects."""


def _vectorized(function: Function, node: ast.expr) -> Called | None:
    """f of np.vectorize(f) and np.frompyfunc(f, n, 1)."""
    for objects, pattern in enumerate(("np.vectorize(F, **KW)", "np.frompyfunc(F, N, 1)")):
        one = patterns.match(function, node, pattern)
        if one is not None:
            return one["F"], bool(objects)
    return None


def _vectorized_names(function: Function) -> dict[str, Called]:
    """What its names call for every element: those of its module, and those it makes."""
    found: dict[str, Called] = {}
    for name, bound in function.source.bound.items():
        for objects, prefix in enumerate((VECTORIZED, FROM_PYFUNC)):
            if bound.startswith(prefix):
                called = ast.Name(bound.removeprefix(prefix), ast.Load())
                found[name] = called, bool(objects)
    for node in function.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            callee = _vectorized(function, node.value)
            if callee is not None:
                found[node.targets[0].id] = callee
    return found


@rule(
    "per_element",
    looks_for="np.apply_along_axis: a call of a Python function per row",
    rewrite="np.apply_along_axis(f, 1, a) → f with axis=-1, called once",
    exact="as f is for rows; up to the rounding of sums",
    thread="https://github.com/tilezen/joerd/pull/35",
)
def apply_along_axis(seen: Observation) -> Iterator[Finding]:
    """A Python function called for every row."""
    for function in seen.functions:
        for one in patterns.found(
            function,
            ["np.apply_along_axis(F, AXIS, A)", "np.apply_along_axis(F, axis=AXIS, arr=A)"],
            lambda m: True,
        ):
            call = _along(seen, one)
            if call is None:
                continue
            text, helpers = call
            yield from seen.edited(
                function,
                [rewriting.edit(function, one.node, text)],
                title="one array expression instead of a Python call per row",
                lines=[one.line],
                helpers=helpers,
                evidence="np.apply_along_axis calls a Python function for every row",
            )


def _along(seen: Observation, one: Match) -> tuple[str, tuple[str, ...]] | None:
    function, axis = one.function, one.number("AXIS")
    if axis is None:
        return None
    form, array = one.form("A"), rewriting.written(function, one["A"])
    dims = len(form.shape) if form is not None else 2
    rows = (
        array
        if axis in (-1, dims - 1)
        else f"{function.numpy}.moveaxis({array}, {axis:.0f}, -1)"
    )
    name = function.qualified(one["F"])
    short = name.removeprefix("numpy.")
    if name.startswith("numpy.") and short in ("sum", "mean", "max", "min", "std", "median"):
        return f"{function.numpy}.{short}({array}, axis={axis:.0f})", ()
    made = callbacks.array_form(seen, function, one["F"], vectorising.ROW, "rows")
    if made is None or len(made.parameters) != 1:
        return None
    text = made.call(rows)
    if made.kind == vectorising.ROW and rows != array:
        text = f"{function.numpy}.moveaxis({text}, -1, {axis:.0f})"
    return text, (made.text,)


@rule(
    "per_element",
    looks_for="scipy.ndimage.generic_filter: a call of a Python function per pixel",
    rewrite="generic_filter(image, f, 3) → f with axis=0 over all windows, or SciPy's filter",
    exact="up to the rounding of sums; the rim as the filter's mode has it",
    thread="https://github.com/scipy/scipy/issues/8916",
)
def filter_callback(seen: Observation) -> Iterator[Finding]:
    """A Python function called for every pixel."""
    table = [
        "scipy.ndimage.generic_filter(IMAGE, F, SIZE, **KW)",
        "scipy.ndimage.generic_filter(IMAGE, F, size=SIZE, **KW)",
        "scipy.ndimage.generic_filter(IMAGE, function=F, size=SIZE, **KW)",
    ]
    for function in seen.functions:
        for one in patterns.found(function, table, lambda m: True):
            for text, helpers in filtered_windows.filtered(seen, one):
                yield from seen.edited(
                    function,
                    [rewriting.edit(function, one.node, text)],
                    title="one array expression over all windows instead of a Python call "
                    "per pixel",
                    lines=[one.line],
                    helpers=helpers,
                    evidence="generic_filter calls a Python function for every pixel",
                )


@rule(
    "per_element",
    looks_for="a list comprehension or map that calls a function for each number of an array",
    rewrite="np.array([f(v) for v in x]) → f of the whole array",
    exact="as f is for numbers; checked on NaN and other sizes",
    thread="https://stackoverflow.com/questions/35215161/most-efficient-way-to-map-function-"
    "over-numpy-array",
)
def mapped(seen: Observation) -> Iterator[Finding]:
    """An array made from a comprehension over another."""
    for function in seen.functions:
        for node in function.nodes:
            if not isinstance(node, ast.Call) or not node.args:
                continue
            if function.is_numpy(node, ("array", "asarray", "fromiter", "stack")):
                yield from _mapped(seen, function, node)
        yield from _listed(seen, function)


def _listed(seen: Observation, function: Function) -> Iterator[Finding]:
    """A list of what a function gives for elements, of one array or of several."""
    for node in function.nodes:
        if not isinstance(node, ast.ListComp) or len(node.generators) != 1:
            continue
        parent = function.parents.get(node)
        head = node.generators[0]
        if isinstance(parent, ast.Call | ast.ListComp) or head.ifs:
            continue
        names, arrays = _elements_of(seen, function, head)
        if not names:
            continue
        text = f"lambda {', '.join(names)}: {ast.unparse(node.elt)}"
        made = ast.parse(text, mode="eval").body
        form = callbacks.array_form(seen, function, made, vectorising.NUMBER, "elements")
        if form is None or len(form.parameters) != len(arrays):
            continue
        column = isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Subscript)
        for text in (form.call(*arrays), f"{form.call(*arrays)}.tolist()")[not column :]:
            yield from seen.edited(
                function,
                [rewriting.edit(function, node, text)],
                title="the whole array at once instead of element by element",
                lines=[node.lineno + function.shift],
                helpers=("import numpy as np", form.text),
                evidence="a comprehension runs Python for every element",
            )


def _elements_of(
    seen: Observation, function: Function, head: ast.comprehension
) -> tuple[list[str], list[str]]:
    """The names that stand for elements, and the arrays that they are elements of."""
    target, iterated = head.target, head.iter
    if isinstance(target, ast.Name):
        if isinstance(iterated, ast.Call) and function.qualified(iterated.func):
            return [], []
        return [target.id], [_as_array(seen, function, iterated)]
    zipped = isinstance(iterated, ast.Call) and (
        function.qualified(iterated.func) == "builtins.zip"
    )
    if not zipped or not isinstance(target, ast.Tuple) or not isinstance(iterated, ast.Call):
        return [], []
    names = [e.id for e in target.elts if isinstance(e, ast.Name)]
    arrays = [_as_array(seen, function, each) for each in iterated.args]
    return (names, arrays) if len(names) == len(arrays) == len(target.elts) else ([], [])


def _mapped(seen: Observation, function: Function, node: ast.Call) -> Iterator[Finding]:
    for text, helpers in _of_whole(seen, function, node.args[0]):
        yield from seen.edited(
            function,
            [rewriting.edit(function, node, text)],
            title="the whole array at once instead of element by element",
            lines=range(
                node.lineno + function.shift, (node.end_lineno or 0) + function.shift + 1
            ),
            helpers=helpers,
            evidence="a comprehension runs Python for every element",
        )


def _of_whole(
    seen: Observation, function: Function, made: ast.expr
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a comprehension or a map makes of an array, without the loop."""
    np = function.numpy
    if isinstance(made, ast.Call) and function.qualified(made.func) == "builtins.list":
        made = made.args[0] if len(made.args) == 1 else made
    if isinstance(made, ast.Call) and function.qualified(made.func) == "builtins.map":
        if len(made.args) == 2:
            array = _as_array(seen, function, made.args[1])
            form = callbacks.array_form(
                seen, function, made.args[0], vectorising.NUMBER, "elements"
            )
            if form is not None and len(form.parameters) == 1:
                yield form.call(array), (form.text,)
            yield f"{function.text_of(made.args[0])}({array})", ()
        return
    if not isinstance(made, ast.ListComp | ast.GeneratorExp) or len(made.generators) != 1:
        return
    loop = made.generators[0]
    if loop.ifs or not isinstance(loop.target, ast.Name):
        return
    array = _as_array(seen, function, loop.iter)
    if function.qualified(getattr(loop.iter, "func", loop.iter)) == "builtins.range":
        count = ", ".join(function.text_of(each) for each in getattr(loop.iter, "args", []))
        array = f"{np}.arange({count})"
    callee = made.elt
    lambda_text = f"lambda {loop.target.id}: {ast.unparse(callee)}"
    direct = (
        isinstance(callee, ast.Call)
        and len(callee.args) == 1
        and not callee.keywords
        and isinstance(callee.args[0], ast.Name)
        and callee.args[0].id == loop.target.id
    )
    target = callee.func if direct and isinstance(callee, ast.Call) else None
    form = None
    if target is not None:
        form = callbacks.array_form(seen, function, target, vectorising.NUMBER, "elements")
    if form is None:
        node = ast.parse(lambda_text, mode="eval").body
        assert isinstance(node, ast.Lambda)
        form = callbacks.array_form(seen, function, node, vectorising.NUMBER, "elements")
    if form is not None and len(form.parameters) == 1:
        yield form.call(array), (form.text,)
    yield from _replaced(function, callee, loop.target.id, array)


def _replaced(
    function: Function, body: ast.expr, name: str, array: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The body with the whole array in the place of its element: calls that take arrays."""
    uses = syntax.uses(body, name)
    if len(uses) != 1:
        return
    parent = function.parents.get(uses[0])
    if not isinstance(parent, ast.Call):
        return
    start, _ = function.span(body)
    first, last = function.span(uses[0])
    text = function.text_of(body)
    yield text[: first - start] + array + text[last - start :], ()
