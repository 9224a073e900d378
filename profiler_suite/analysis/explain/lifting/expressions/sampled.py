"""scipy.ndimage.map_coordinates of one point after another, as one call for all points."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.operations import picked
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Refusal, Term

_OPTIONS = ("order", "mode", "cval", "prefilter")


def at_points(reader: Reader, node: ast.Call) -> Term:
    """What an image is at points: the coordinates along each of its axes, for all of them."""
    name = ast.unparse(node.func)
    fixed = all(
        each.arg in _OPTIONS and isinstance(each.value, ast.Constant) for each in node.keywords
    )
    if len(node.args) != 2 or not fixed:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    image, points = (reader.read(each) for each in node.args)
    kind = dtype_of(image)
    if image.loops or not image.own or kind is None or kind.kind not in "iuf":
        raise Refusal(f"{name} is of another image in every iteration")
    if {n.id for n in ast.walk(node.args[0]) if isinstance(n, ast.Name)} & reader.scope.varying:
        raise Refusal(f"{name} is of an image that changes")
    axis = points.own[0] if points.own else None
    if axis is None or axis.count.constant != len(image.own):
        raise Refusal(f"{name} is of points of unknown length")
    loops = tuple(reader.scope.loops)
    parts = [picked(points, axis, Poly.number(k), loops) for k in range(len(image.own))]
    holes = ", ".join(f"{{{k}}}" for k in range(len(parts)))
    alike = len({(each.loops, each.own) for each in parts}) == 1
    every = f"[{holes}]" if alike else f"NP.broadcast_arrays({holes})"
    options = "".join(f", {k.arg}={ast.unparse(k.value)}" for k in node.keywords)
    text = ast.unparse(node.args[0]).replace("{", "{{").replace("}", "}}")
    return Apply(f"{name}({text}, {every}{options})", tuple(parts), f"astype {kind}")
