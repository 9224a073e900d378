"""Functions that a call applies to each element, row or pair of rows."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.inlining import Callee, by_element, inlined
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Core, Refusal, Term, View
from profiler_suite.analysis.explain.lifting.source.units import metric_of


def _callee(reader: Reader, node: ast.expr) -> Callee | None:
    """A function whose source is known."""
    if isinstance(node, ast.Lambda):
        return node
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if reader.facts.kind(node.value.id) != "dict":
            return None
        made = ast.parse(f"lambda key: {ast.unparse(node)}(key)", mode="eval").body
        assert isinstance(made, ast.Lambda)
        return made
    return reader.scope.helpers.get(node.id) if isinstance(node, ast.Name) else None


def mapped_call(reader: Reader, node: ast.Call) -> Term | None:
    """np.vectorize(f)(x), np.apply_along_axis(f, 1, x), map(f, x); None for other calls."""
    function: ast.expr | None = node.func
    if isinstance(function, ast.Name) and function.id not in reader.scope.helpers:
        function = reader.facts.single(function.id) or function
    if isinstance(function, ast.Call):
        made = ast.unparse(function.func)
        if made not in ("np.vectorize", "numpy.vectorize") or not function.args:
            return None
        callee = _callee(reader, function.args[0])
        if callee is None or node.keywords:
            raise Refusal(f"the source of what {ast.unparse(node)!r} calls is not known")
        values = [reader.read(each) for each in node.args]
        return by_element(reader, callee, ast.unparse(function.args[0]), values)
    name = ast.unparse(node.func)
    if name.rpartition(".")[2] in ("cdist", "pdist") and metric_of(node) is not None:
        return _pairwise(reader, node, name.rpartition(".")[2])
    if name in ("np.apply_along_axis", "numpy.apply_along_axis") and len(node.args) == 3:
        callee = _callee(reader, node.args[0])
        value = reader.read(node.args[2])
        place = reader.facts.integer(node.args[1])
        axis = None if place is None else place.constant
        if callee is None or axis is None or node.keywords or len(value.own) < 2:
            raise Refusal(f"{ast.unparse(node)!r} is not followed")
        along = value.own[axis]
        rest = tuple(each for each in value.own if each != along)
        turned = value if value.own == (*rest, along) else View(value, (*rest, along))
        found = by_element(reader, callee, ast.unparse(node.args[0]), [turned], 1)
        if len(found.own) > len(rest) and axis not in (-1, len(value.own) - 1):
            raise Refusal("apply_along_axis puts rows along another axis")
        return found
    if name == "list" and len(node.args) == 1 and isinstance(node.args[0], ast.Call):
        return mapped_call(reader, node.args[0]) if _is_map(node.args[0]) else None
    if _is_map(node):
        callee = _callee(reader, node.args[0])
        if callee is None:
            raise Refusal(f"the source of what {ast.unparse(node)!r} calls is not known")
        values = [reader.read(each) for each in node.args[1:]]
        kept = len(values[0].own) - 1
        return by_element(reader, callee, ast.unparse(node.args[0]), values, kept)
    return None


def _pairwise(reader: Reader, node: ast.Call, name: str) -> Term:
    """scipy.spatial.distance.cdist(x, y, f), which calls Python for every pair of rows."""
    metric = metric_of(node)
    callee = None if metric is None else _callee(reader, metric)
    sides = [reader.read(each) for each in node.args[: 2 if name == "cdist" else 1]]
    if callee is None or any(len(each.own) != 2 for each in sides):
        raise Refusal(f"the source of what {ast.unparse(node)!r} calls is not known")
    scope, depth = reader.scope, len(reader.scope.loops)
    sides = [sides[0], sides[-1]]
    labels = []
    for each in sides:
        labels.append(scope.label(each.own[0].count, "", len(scope.loops)))
        scope.loops.append(labels[-1])
    rows = [
        ops.picked(each, each.own[0], label.index, tuple(scope.loops))
        for each, label in zip(sides, labels, strict=True)
    ]
    rows[1] = ops.agreed(rows)[1]
    names = [each.arg for each in callee.args.args]
    assert metric is not None
    found = inlined(reader, callee, ast.unparse(metric), dict(zip(names, rows, strict=False)))
    del scope.loops[depth:]
    whole = View(found, tuple(labels))
    if name == "cdist":
        return whole
    count = labels[0].count
    size = scope.label(Poly.atom(f"({reader.facts.text(count * (count - 1))}) // 2"))
    return Core(f"({{0}})[NP.triu_indices({reader.facts.text(count)}, 1)]", (whole,), (size,))


def _is_map(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "map" and len(node.args) > 1
