"""Calls on the rows and matrices of an iteration, which take stacks of them."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Contract,
    Core,
    Reduce,
    Refusal,
    Stack,
    Term,
    relabelled,
)

# Functions of one matrix: (axes of the argument, axes of the result taken from it).
_LINALG = {
    "det": (2, 0),
    "inv": (2, 2),
    "pinv": (2, -2),
    "cholesky": (2, 2),
    "eigvalsh": (2, 1),
    "eigvals": (2, 1),
    "matrix_rank": (2, 0),
    "cond": (2, 0),
}


def plain(node: ast.Call) -> None:
    """Refuses options that are not followed."""
    if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")


def along(inner: Term, form: str) -> Term:
    """A function along the only axis of a row."""
    if len(inner.own) != 1:
        raise Refusal("a function along one axis gets several")
    return Core(form, (inner,), inner.own)


def matrix_product(reader: Reader, name: str, left: Term, right: Term) -> Term:
    """np.dot, np.inner, np.outer and the like."""
    if name == "outer" and len(left.own) == len(right.own) == 1:
        if left.own == right.own:
            right = ops.fresh(reader.scope, right)
        return Contract((left, right), (), (*left.own, *right.own))
    if name == "dot" and not (left.own and right.own):
        return ops.apply("({0}) * ({1})", "*", left, right)
    if name in ("inner", "vdot") and not len(left.own) == len(right.own) == 1:
        raise Refusal(f"np.{name} of more than one axis")
    if name == "vdot":
        dtype = dtype_of(left)
        if dtype is None or dtype.kind == "c":
            left = Apply("NP.conj({0})", (left,), "conj")
    return ops.product(reader.scope, left, right)


SAME_IN_NUMPY = frozenset(("inv", "det", "solve", "pinv", "eigvalsh", "norm"))
"""Functions of scipy.linalg that NumPy has as well, and for stacks of matrices."""


def linalg(reader: Reader, node: ast.Call, name: str, full: str) -> Term:
    """np.linalg of one matrix, which takes stacks."""
    if name == "norm":
        return _norm(reader, node)
    form = full.replace("numpy.", "np.", 1).replace("np.", "NP.", 1)
    if name == "svd":
        return _singular_values(reader, node, form)
    if name == "lstsq":
        return _least_squares(reader, node, form)
    plain(node)
    args = [reader.read(each) for each in node.args]
    if name in ("eigh", "eig") and len(args) == 1 and len(args[0].own) == 2:
        own = args[0].own
        parts: tuple[Term, ...] = (
            Core(f"{form}({{0}})[0]", (args[0],), own[-1:]),
            Core(f"{form}({{0}})[1]", (args[0],), own),
        )
        return Stack(parts, reader.scope.label(Poly.number(2)))
    if name == "slogdet" and len(args) == 1 and len(args[0].own) == 2:
        parts = tuple(Core(f"{form}({{0}})[{k}]", (args[0],), ()) for k in (0, 1))
        return Stack(parts, reader.scope.label(Poly.number(2)))
    if name in _LINALG and len(args) == 1 and len(args[0].own) == 2:
        _, kept = _LINALG[name]
        own = args[0].own
        axes = own[::-1] if kept == -2 else own[-kept:] if kept else ()
        return Core(f"{form}({{0}})", (args[0],), axes)
    if name == "solve" and len(args) == 2 and len(args[0].own) == 2:
        a, b = args
        if len(b.own) == 1:
            b = relabelled(b, {b.own[0]: a.own[0]}) if b.own[0] != a.own[0] else b
            return Core(f"{form}({{0}}, ({{1}})[..., None])[..., 0]", (a, b), a.own[-1:])
        if len(b.own) == 2:
            columns = b.own[1]
            b = relabelled(b, {b.own[0]: a.own[0]}) if b.own[0] != a.own[0] else b
            return Core(f"{form}({{0}}, {{1}})", (a, b), (a.own[-1], columns))
    raise Refusal(f"{full} is not followed")


def _norm(reader: Reader, node: ast.Call) -> Term:
    """np.linalg.norm, of everything or along one axis."""
    inner = reader.read(node.args[0])
    axes = [each.value for each in node.keywords if each.arg == "axis"]
    if len(axes) != len(node.keywords) or len(node.args) > 1 or len(inner.own) not in (1, 2):
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    if not axes:
        return Reduce("norm", inner, inner.own)
    place = reader.facts.integer(axes[0])
    number = None if place is None else place.constant
    if number is None or not -len(inner.own) <= number < len(inner.own):
        raise Refusal(f"the axis of {ast.unparse(node)!r} is not known")
    return Reduce("norm", inner, (inner.own[number],))


def _singular_values(reader: Reader, node: ast.Call, form: str) -> Term:
    """np.linalg.svd(a, compute_uv=False)."""
    options = [ast.unparse(each) for each in node.keywords]
    if options != ["compute_uv=False"] or len(node.args) != 1:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    inner = reader.read(node.args[0])
    if len(inner.own) != 2:
        raise Refusal(f"{ast.unparse(node)!r} is not of a matrix")
    rows, columns = inner.own
    smaller = columns
    if rows.count != columns.count:
        sizes = ", ".join(reader.facts.text(each.count) for each in inner.own)
        smaller = reader.scope.label(Poly.atom(f"min({sizes})"))
    return Core(f"{form}({{0}}, compute_uv=False)", (inner,), (smaller,))


def _least_squares(reader: Reader, node: ast.Call, form: str) -> Term:
    """np.linalg.lstsq(a, b)[0] of one matrix takes many b, beside one another."""
    options = [f", {ast.unparse(each)}" for each in node.keywords]
    if len(node.args) != 2 or not {*options} <= {", rcond=None", ", rcond=-1"}:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    a, b = (reader.read(each) for each in node.args)
    if a.loops or len(a.own) != 2 or len(b.own) != 1 or len(b.loops) != 1:
        raise Refusal(f"{form.replace('NP', 'np')} is of another matrix in every iteration")
    text = f"{form}({{0}}, ({{1}}).T{''.join(options)})[0].T"
    found = Core(text, (a, b), a.own[1:])
    return Stack((found, Gone()), reader.scope.label(Poly.number(4)))


def fft(reader: Reader, node: ast.Call, name: str, full: str) -> Term:
    """np.fft of one row."""
    plain(node)
    form = full.replace("numpy.", "np.", 1)
    form = "NP" + form[2:] if form.startswith("np.") else form
    inner = reader.read(node.args[0])
    if len(node.args) != 1 or len(inner.own) != 1:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    if name in ("fft", "ifft"):
        return Core(f"{form}({{0}}, axis=-1)", (inner,), inner.own)
    if name == "rfft":
        half = reader.scope.label(Poly.atom(f"({inner.own[0].count.text()}) // 2") + 1)
        return Core(f"{form}({{0}}, axis=-1)", (inner,), (half,))
    raise Refusal(f"{full} is not followed")
