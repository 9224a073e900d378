"""Slow paths of filters that work on a spectrum: both halves of what real numbers have."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

HALF_OF = '''
def half_of(response, shape):
    """The part of a filter's response for which a real transform has frequencies."""
    return np.broadcast_to(response, shape)[..., : shape[-1] // 2 + 1]
'''.strip()
_LENGTHS = {
    "fft": "{X}.shape[-1]",
    "fft2": "{X}.shape[-2:]",
}
"""What the inverse of a real transform is told, by the name of the complex one."""


class _SpectralFilter(NamedTuple):
    """A real array, its spectrum, what is done to it, and the way back."""

    forward: ast.Call
    inverse: ast.Call
    real: ast.expr
    """The real part of what the inverse gives."""
    responses: tuple[ast.expr, ...]
    """What the spectrum is multiplied with, or where its elements are replaced."""


@rule(
    "spectra",
    looks_for="a real signal or image filtered by way of a complex spectrum",
    rewrite="np.fft.ifft2(np.fft.fft2(x) * mask).real → "
    "np.fft.irfft2(np.fft.rfft2(x) * half_of(mask, x.shape), x.shape[-2:])",
    exact="up to rounding, for real input and a response that is the same for positive and "
    "negative frequencies",
    thread="https://github.com/scipy/scipy/issues/5592",
)
def filtered_spectrum(seen: Observation) -> Iterator[Finding]:
    """Filters of real numbers that compute both halves of a spectrum."""
    for function in seen.functions:
        edits: list[Edit] = []
        lines: list[int] = []
        for node in function.nodes:
            found = _filtered(function, node)
            if found is not None and not any(
                each.start == function.span(found.forward)[0] for each in edits
            ):
                edits += _edits(function, found)
                lines += [
                    each.lineno + function.shift for each in (found.forward, found.inverse)
                ]
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="rfft: half of a real signal's spectrum says it all",
                lines=set(lines),
                helpers=(HALF_OF,),
            )


def _edits(function: Function, found: _SpectralFilter) -> Iterator[Edit]:
    signal = function.text_of(found.forward.args[0])
    owner, _, name = function.text_of(found.forward.func).rpartition(".")
    yield rewriting.edit(function, found.forward.func, f"{owner}.r{name}")
    for each in found.responses:
        text = f"half_of({function.text_of(each)}, {signal}.shape)"
        yield rewriting.edit(function, each, text)
    owner, _, name = function.text_of(found.inverse.func).rpartition(".")
    start, end = function.span(found.real)
    inside, behind = function.span(found.inverse.args[0])
    length = _LENGTHS[name.removeprefix("i")].format(X=signal)
    yield Edit(start=start, end=inside, text=f"{owner}.ir{name[1:]}(")
    yield Edit(start=behind, end=end, text=f", {length})")


def _filtered(function: Function, node: ast.AST) -> _SpectralFilter | None:
    """The real part of the inverse transform of a spectrum, if nothing else needs it whole."""
    if isinstance(node, ast.Attribute) and node.attr == "real":
        inner: ast.AST = node.value
    elif isinstance(node, ast.Call) and function.qualified(node.func) == "numpy.real":
        inner = node.args[0] if node.args else node
    else:
        return None
    assert isinstance(node, ast.expr)
    name = _transform(function, inner)
    if not name.startswith("i") or not isinstance(inner, ast.Call):
        return None
    spectrum = inner.args[0]
    made = syntax.set_for_one_use(function, spectrum)
    if made is not None and _transform(function, made.value) != name[1:]:
        spectrum = made.value
    forwards = [each for n in ast.walk(spectrum) if (each := _forward(function, n, name[1:]))]
    if len(forwards) != 1:
        return None
    (forward,) = forwards
    form = forms.of(function, forward.args[0])
    if form is None or form.kind != "array" or form.letter not in "fiu":
        return None
    responses = _responses(function, forward, spectrum)
    return (
        None if responses is None else _SpectralFilter(forward, inner, node, tuple(responses))
    )


def _transform(function: Function, node: ast.AST) -> str:
    """'fft2' for np.fft.fft2(x) with nothing but its array; '' for all else."""
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return ""
    owner, _, name = function.qualified(node.func).rpartition(".")
    dotted = "." in function.text_of(node.func)
    known = owner in ("numpy.fft", "scipy.fft") and name.removeprefix("i") in _LENGTHS
    return name if known and dotted else ""


def _forward(function: Function, node: ast.AST, name: str) -> ast.Call | None:
    """The transform of an array with a name that an expression is, or that its name is for."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        node = _given(function, node.id) or node
    if _transform(function, node) != name or not isinstance(node, ast.Call):
        return None
    return node if isinstance(node.args[0], ast.Name) else None


def _given(function: Function, name: str) -> ast.expr | None:
    """What a name is set to, where it is set once."""
    stores = [n for n in function.uses(name) if isinstance(n.ctx, ast.Store)]
    parents = [function.parents[n] for n in stores]
    whole = [p for p in parents if isinstance(p, ast.Assign) and len(p.targets) == 1]
    changed = [p for p in parents if isinstance(p, ast.AugAssign)]
    return whole[0].value if len(whole) == 1 and len(whole + changed) == len(stores) else None


def _responses(
    function: Function, forward: ast.Call, spectrum: ast.expr
) -> list[ast.expr] | None:
    """What a spectrum is multiplied with on the way back; None where more is done with it."""
    statement = function.parents[forward]
    if not isinstance(statement, ast.Assign):
        return _factors(function, forward, spectrum)
    (target,) = statement.targets
    if not isinstance(target, ast.Name):
        return None
    found: list[ast.expr] = []
    for use in function.uses(target.id):
        parent = function.parents[use]
        if use is target:
            continue
        if isinstance(parent, ast.AugAssign) and parent.target is use:
            more = [parent.value] if isinstance(parent.op, ast.Mult | ast.Div) else None
        elif isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
            more = [parent.slice] if _is_mask(function, parent.slice) else None
        else:
            more = _factors(function, use, spectrum)
        if more is None:
            return None
        found += more
    return [each for each in found if rewriting.number(each) is None]


def _factors(function: Function, node: ast.expr, whole: ast.expr) -> list[ast.expr] | None:
    """The other factors of a product that is the whole; None where it is no product."""
    found = []
    while node is not whole:
        parent = function.parents[node]
        if not isinstance(parent, ast.BinOp):
            return None
        divided = isinstance(parent.op, ast.Div) and parent.left is node
        if not divided and not isinstance(parent.op, ast.Mult):
            return None
        found.append(parent.right if parent.left is node else parent.left)
        node = parent
    return found


def _is_mask(function: Function, node: ast.expr) -> bool:
    """Whether it is true or false for every frequency."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return _is_mask(function, node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        return _is_mask(function, node.left) and _is_mask(function, node.right)
    if isinstance(node, ast.Compare):
        return True
    form = forms.of(function, node)
    return form is not None and form.kind == "array" and form.letter == "b"
