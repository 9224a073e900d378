"""The text of lines that hold a number each: without those nobody asks for, none too long."""

import ast
import itertools
from collections.abc import Iterator, Sequence

from profiler_suite.analysis.explain.rewrites.few_elements import Line

_WIDEST = 88
_DOMAINS = frozenset(
    [
        *("sqrt", "log", "log2", "log10", "log1p", "asin", "acos", "acosh", "atanh", "pow"),
        *("exp", "expm1", "sinh", "cosh"),
    ]
)
"""Functions of math that raise where NumPy gives inf or nan, for finite numbers too."""


def texts(lines: Sequence[Line]) -> list[str]:
    """Texts of the lines, '' for those that set what nobody asks for."""
    needed: set[str] = set()
    found: list[str] = []
    for line in reversed(lines):
        if line.sets and not needed.intersection(line.sets):
            found.append("")
            continue
        found.append(line.text(needed))
        needed |= {each.id for each in _nodes(line) if isinstance(each, ast.Name)}
    return found[::-1]


def _nodes(line: Line) -> Iterator[ast.AST]:
    for each in line.reads:
        yield from ast.walk(each)


def assumptions(lines: Sequence[Line]) -> tuple[str, ...]:
    """What Python's numbers need where NumPy's go on: it raises where they give inf or nan."""
    nodes = [node for line in lines for node in _nodes(line)]
    found = []
    if any(_divides(node) for node in nodes):
        found.append("nothing is divided by zero")
    if any(_has_domain(node) for node in nodes):
        found.append("functions of math are in their domain")
    return tuple(found)


def _divides(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div | ast.Mod | ast.FloorDiv)
        and not isinstance(node.right, ast.Constant)
    )


def _has_domain(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in _DOMAINS and not _is_sum_of_squares(node.args[0])


def _is_sum_of_squares(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left, ast.Add(), right):
            return _is_sum_of_squares(left) and _is_sum_of_squares(right)
        case ast.BinOp(left, ast.Mult(), right):
            return ast.dump(left) == ast.dump(right)
    return False


# ------------------------------------------------------------ long lines


def broken(text: str, indent: int) -> str:
    """A long line as several: a list by its parts, a sum by its terms."""
    if len(text) + indent <= _WIDEST:
        return text
    statement = ast.parse(f"def f():\n {text}").body[0]
    (inner,) = statement.body if isinstance(statement, ast.FunctionDef) else [statement]
    value = inner.value if isinstance(inner, ast.Assign | ast.Return) else None
    if value is None:
        return text
    before = text[: value.col_offset - 1]
    if isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.List):
        parts = "".join(f"    {ast.unparse(each)},\n" for each in value.args[0].elts)
        return f"{before}{ast.unparse(value.func)}([\n{parts}])"
    terms = _terms(ast.unparse(value)) if isinstance(value, ast.BinOp) else []
    shown = "".join(f"    {each}\n" for each in terms)
    return f"{before}(\n{shown})" if len(terms) > 1 else text


def _terms(text: str) -> list[str]:
    """A text cut before each sign that stands outside of as many parentheses as can be."""
    depth, signs = 0, []
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if text[place : place + 3] in (" + ", " - "):
            signs.append((depth, place))
    least = min((each for each, _ in signs), default=0)
    cuts = [0, *(place + 1 for each, place in signs if each == least), len(text) + 1]
    return [text[a : b - 1] for a, b in itertools.pairwise(cuts)]
