"""Random numbers drawn one by one, as one call that leaves the stream where it was."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Draw,
    Index,
    Label,
    Leaf,
    Refusal,
    Term,
)

# Of these, n single numbers and one call for n come from the same stream: tried for
# Generator and RandomState, with NumPy 2. The number is how many arguments come before size.
_BEFORE_SIZE = {
    **dict.fromkeys(("random", "standard_normal", "standard_exponential", "random_sample"), 0),
    **dict.fromkeys(("exponential", "poisson", "geometric", "weibull", "rayleigh"), 1),
    **dict.fromkeys(("normal", "uniform", "gamma", "beta", "binomial", "lognormal"), 2),
    **dict.fromkeys(("laplace", "logistic", "gumbel", "integers", "randint"), 2),
    **dict.fromkeys(("rand", "randn"), 0),
    # With replacement; without, every draw is a permutation of its own.
    "choice": 1,
}
# Options that are the same for every draw: parameters of distributions, probabilities.
_KEPT = ("loc", "scale", "low", "high", "lam", "shape", "n", "p", "a", "b")
_WHOLE = ("integers", "randint", "poisson", "binomial", "geometric")
_OWNERS = ("np.random", "numpy.random")


@dataclass(frozen=True)
class DrawCall:
    """One place in the body where numbers are drawn."""

    text: str
    """The call without its size: 'rng.normal(0, 1'."""
    by_position: bool
    """rand and randn take their extents one by one."""
    sizes: tuple[Poly, ...]
    labels: tuple[Label, ...]
    dtype: str
    size_is_first: bool = False
    """Of its arguments."""


def drawn(reader: Reader, node: ast.Call) -> Term | None:
    """A draw as a term; None where the call is none."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _BEFORE_SIZE:
        return None
    owner, name = ast.unparse(node.func.value), node.func.attr
    kind = reader.facts.names.get(owner)
    if owner not in _OWNERS and (kind is None or kind.kind not in ("Generator", "RandomState")):
        return None
    if reader.scope.guards or reader.scope.conditional:
        raise Refusal("random numbers are drawn in some iterations only")
    first = _BEFORE_SIZE[name]
    by_position = name in ("rand", "randn")
    given = node.args if by_position else node.args[:first]
    size: list[ast.expr] = list(given) if by_position else list(node.args[first:])
    options = [] if by_position else [_fixed(reader, each) for each in given]
    for each in node.keywords:
        if each.arg == "size":
            size = [each.value]
        elif each.arg in _KEPT or (each.arg == "replace" and _is_true(each.value)):
            options.append(f"{each.arg}={_fixed(reader, each.value)}")
        else:
            raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    sizes = tuple(_sizes(reader, size))
    call = DrawCall(
        text=f"{ast.unparse(node.func)}({', '.join(options)}",
        by_position=by_position,
        sizes=sizes,
        labels=tuple(reader.scope.loops),
        size_is_first=not first,
        dtype=_dtype(reader, name, given),
    )
    if any(
        (e.text, e.labels, e.sizes) != (call.text, call.labels, call.sizes)
        for e in reader.scope.draws
    ):
        raise Refusal("random numbers of several kinds are drawn in turn")
    if not call.labels:
        raise Refusal("random numbers are drawn outside of the loop")
    reader.scope.draws.append(call)
    axes = tuple(reader.scope.label(each) for each in sizes)
    return Draw(len(reader.scope.draws) - 1, call.labels, axes, call.dtype)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _dtype(reader: Reader, name: str, given: list[ast.expr]) -> str:
    """The dtype of what is drawn; of a choice that of what is chosen from."""
    if name != "choice" or not given:
        return "int64" if name in _WHOLE else "float64"
    known = reader.facts.names.get(ast.unparse(given[0]))
    if known is not None and known.kind == "array":
        if len(known.shape) != 1:
            raise Refusal("rows are chosen at random")
        return known.dtype
    numbers = [n.value for n in ast.walk(given[0]) if isinstance(n, ast.Constant)]
    if isinstance(given[0], ast.List | ast.Tuple) and any(type(n) is float for n in numbers):
        return "float64"
    return "int64"


def _sizes(reader: Reader, size: list[ast.expr]) -> list[Poly]:
    parts: list[ast.expr] = []
    for each in size:
        parts += each.elts if isinstance(each, ast.Tuple | ast.List) else [each]
    found = []
    for each in parts:
        if isinstance(each, ast.Constant) and each.value is None:
            continue
        number = reader.read(each)
        if not isinstance(number, Index) or number.loops:
            raise Refusal("how many random numbers are drawn changes")
        found.append(number.index)
    return found


def _fixed(reader: Reader, node: ast.expr) -> str:
    if isinstance(node, ast.Name) and node.id not in reader.scope.varying:
        return node.id  # an array of what is chosen from, or a number
    if isinstance(node, ast.List | ast.Tuple):
        return f"[{', '.join(_fixed(reader, each) for each in node.elts)}]"
    found = reader.read(node)
    if not isinstance(found, Leaf | Index) or found.loops:
        raise Refusal("the distribution of random numbers changes from iteration to iteration")
    return ast.unparse(node)
