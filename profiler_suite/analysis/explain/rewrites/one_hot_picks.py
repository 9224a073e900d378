"""Sums of rows of zeros with a single one times numbers, as the numbers that the ones pick.

`np.sum(np.eye(k)[labels] * np.log(p), axis=1)` is the logarithm of one number of each row of p.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

_MADE = ("np.eye(N)[L]", "np.identity(N)[L]")
_OF_ROWS = ("np.sum(O * E, axis=K)", "(O * E).sum(axis=K)", "(O * E).sum(K)")
_OF_ALL = ("np.sum(O * E)", "(O * E).sum()")
_UNARY = ("log", "log2", "log10", "log1p", "exp", "expm1", "sqrt", "abs", "negative", "square")


@dataclass(frozen=True)
class PickedNumbers:
    """Sums that are picked numbers, and the edits that pick them."""

    lines: list[int]
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class _OneHot:
    """A matrix with a single one in each row: where it is made, and the places of the ones."""

    labels: ast.expr
    made: tuple[ast.stmt, ...]


def picked(function: Function) -> PickedNumbers | None:
    """Every sum of such products; None where there is none, or the matrix is used otherwise."""
    named = dict(_named(function))
    edits: list[Edit] = []
    lines: list[int] = []
    left = {
        name: sum(isinstance(n.ctx, ast.Load) for n in function.uses(name)) - len(one.made) + 1
        for name, one in named.items()
    }
    gone: list[ast.stmt] = []
    for match in patterns.found(function, (*_OF_ROWS, *_OF_ALL), lambda _: True):
        found = _product(function, match["O"], match["E"], named)
        if found is None or ("K" in match.captures and match.number("K") not in (1, -1)):
            continue
        one, numbers, sign = found
        names = [n for n in (_name(match["O"]), _name(match["E"])) if n in named]
        for name in names:
            left[name] -= 1
        inner = syntax.set_for_one_use(function, numbers)
        if inner is not None and _only_computes(function, inner.value):
            numbers = inner.value
            gone.append(inner)
        text = _picked(function, numbers, ast.unparse(one.labels))
        text = _signed(sign, text if "K" in match.captures else f"np.sum({text})")
        edits.append(rewriting.edit(function, match.node, text))
        lines.append(match.line)
    if not edits or any(left[name] for name in named):
        return None
    gone += [each for one in named.values() for each in one.made]
    lines += [each.lineno + function.shift for each in gone]
    edits += [syntax.without(function, each) for each in gone]
    return PickedNumbers(lines, tuple(edits))


def _named(function: Function) -> Iterator[tuple[str, _OneHot]]:
    """Names of such matrices: `ones = np.eye(k)[labels]`, or zeros of which ones are set."""
    for block in syntax.blocks(function.node):
        for place, statement in enumerate(block):
            match statement:
                case ast.Assign([ast.Name(name)], value) if _set_once(function, name):
                    labels = _labels(function, value)
                    if labels is not None:
                        yield name, _OneHot(labels, (statement,))
                    elif patterns.match(function, value, "np.zeros((N, M))") or patterns.match(
                        function, value, "np.zeros_like(P)"
                    ):
                        filled = _filled(function, name, block[place + 1 : place + 2])
                        if filled is not None:
                            yield name, _OneHot(filled, (statement, block[place + 1]))


def _set_once(function: Function, name: str) -> bool:
    stores = [n for n in function.uses(name) if isinstance(n.ctx, ast.Store)]
    return len(stores) == 1


def _filled(function: Function, name: str, following: list[ast.stmt]) -> ast.expr | None:
    """The places of the ones of `ones[np.arange(n), labels] = 1`."""
    match following:
        case [
            ast.Assign(
                [ast.Subscript(ast.Name(owner), ast.Tuple([rows, labels]))],
                ast.Constant(1 | 1.0),
            )
        ] if owner == name:
            counted = patterns.match(function, rows, "np.arange(N)")
            return labels if counted is not None and _of_integers(function, labels) else None
    return None


def _labels(function: Function, node: ast.expr) -> ast.expr | None:
    for pattern in _MADE:
        one = patterns.match(function, node, pattern)
        if one is not None and _of_integers(function, one["L"]):
            return one["L"]
    return None


def _of_integers(function: Function, labels: ast.expr) -> bool:
    form = forms.of(function, labels)
    return (
        patterns.cheap(labels)
        and form is not None
        and (form.kind, len(form.shape)) == ("array", 1)
        and form.letter in "iu"
    )


def _product(
    function: Function, left: ast.expr, right: ast.expr, named: dict[str, _OneHot]
) -> tuple[_OneHot, ast.expr, str] | None:
    """The matrix of a product, the numbers that it is multiplied with, and the sign."""
    for ones, numbers in ((left, right), (right, left)):
        sign = ""
        if isinstance(ones, ast.UnaryOp) and isinstance(ones.op, ast.USub):
            ones, sign = ones.operand, "-"
        labels = _labels(function, ones)
        one = named.get(_name(ones)) if labels is None else _OneHot(labels, ())
        if one is not None and _is_matrix(function, numbers):
            return one, numbers, sign
    return None


def _name(node: ast.expr) -> str:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return inner.id if isinstance(inner, ast.Name) else ""


def _is_matrix(function: Function, node: ast.expr) -> bool:
    form = forms.of(function, node)
    return (
        form is not None
        and (form.kind, len(form.shape), form.letter) == ("array", 2, "f")
        and form.shape[1] > 1
    )


def _picked(function: Function, node: ast.expr, labels: str) -> str:
    """One number of each row: of what an expression is made of, where that is the same."""
    if _is_unary(node, function):
        return f"{ast.unparse(node.func)}({_picked(function, node.args[0], labels)})"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _signed("-", _picked(function, node.operand, labels))
    if (
        isinstance(node, ast.BinOp)
        and _is_matrix(function, node.left)
        and _is_number(function, node.right)
    ):
        left = ast.parse(_picked(function, node.left, labels), mode="eval").body
        return ast.unparse(ast.BinOp(left, node.op, node.right))
    whole = ast.unparse(node)
    owner = whole if isinstance(node, ast.Name | ast.Attribute) else f"({whole})"
    return f"{owner}[np.arange(len({labels})), {labels}]"


def _signed(sign: str, text: str) -> str:
    return ast.unparse(ast.parse(f"{sign}({text})", mode="eval"))


def _is_unary(node: ast.expr, function: Function) -> TypeGuard[ast.Call]:
    """Whether it is a ufunc of one array."""
    plain = isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords
    return plain and bool(function.is_numpy(node, _UNARY))


def _only_computes(function: Function, node: ast.expr) -> bool:
    """Whether it may be evaluated elsewhere: arithmetic, and ufuncs of one array."""
    if _is_unary(node, function):
        return _only_computes(function, node.args[0])
    if isinstance(node, ast.BinOp):
        return _only_computes(function, node.left) and _only_computes(function, node.right)
    return patterns.pure(node)


def _is_number(function: Function, node: ast.expr) -> bool:
    form = forms.of(function, node)
    known = form is not None and form.kind in ("python", "number")
    return known or rewriting.number(node) is not None
