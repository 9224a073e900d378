"""The source of one function, and the same with some of its statements replaced.

Source text in, source text out: nothing is run here. A rewrite need not be right;
it is tried, and given only where the answer stays the same.
"""

import ast
import copy
import textwrap
from collections.abc import Callable, Collection, Sequence

from profiler_suite.measure.explain.records import Rewrite, SourceText

_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return)


class Function:
    """The parsed source of one function."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = textwrap.dedent(source.text)
        self.lines = self.text.splitlines()
        tree = ast.parse(self.text)
        if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
            raise ValueError("not one plain function")
        self.node = tree.body[0]
        if self.node.decorator_list:
            raise ValueError("decorated")
        self.shift = source.first_line - 1
        """Line in the file = line in the text + shift."""
        self.numpy = next(
            (
                node.id
                for node in ast.walk(self.node)
                if isinstance(node, ast.Name) and node.id in ("np", "numpy")
            ),
            "np",
        )

    def is_numpy(self, node: ast.AST, names: Collection[str]) -> str:
        """The name of a NumPy function that a call calls, if it is one of these; else ''."""
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("np", "numpy")
            and node.func.attr in names
        ):
            return node.func.attr
        return ""

    def call(self, name: str, arguments: Sequence[ast.expr], **keywords: ast.expr) -> ast.Call:
        """A call of a NumPy function, dots allowed in its name."""
        function: ast.expr = ast.Name(self.numpy, ast.Load())
        for part in name.split("."):
            function = ast.Attribute(function, part, ast.Load())
        return ast.Call(
            function, list(arguments), [ast.keyword(k, v) for k, v in keywords.items()]
        )


def number(node: ast.expr) -> float | None:
    """The value of a number written out; None for anything else."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    if isinstance(inner, ast.Constant) and isinstance(inner.value, int | float):
        return -float(inner.value) if negative else float(inner.value)
    return None


def parsed(source: SourceText) -> Function | None:
    """The function, or None when it is a lambda, decorated, or has no readable source."""
    try:
        return Function(source)
    except (SyntaxError, ValueError):
        return None


def statements(function: Function) -> list[ast.stmt]:
    """Its simple statements that have their lines for themselves."""
    found = []
    for node in ast.walk(function.node):
        if not isinstance(node, _SIMPLE):
            continue
        first, last = (
            function.lines[node.lineno - 1],
            function.lines[(node.end_lineno or 1) - 1],
        )
        after = last.encode()[node.end_col_offset or 0 :].decode().strip()
        before = first.encode()[: node.col_offset].decode().strip()
        if not before and (not after or after.startswith("#")):
            found.append(node)
    return sorted(found, key=lambda node: node.lineno)


def rewritten(
    function: Function,
    changes: dict[int, ast.stmt],
    *,
    before: dict[int, list[str]] | None = None,
    prelude: Sequence[str] = (),
) -> Rewrite:
    """The function with statements replaced.

    `changes` gives the new statement by the text line where the old one begins,
    `before` lines to put before a text line, `prelude` lines before the function.
    """
    by_line = {node.lineno: node for node in statements(function)}
    told: list[tuple[int, str, str]] = [(0, "", line) for line in prelude]
    text: list[str] = list(prelude)
    number = 1
    while number <= len(function.lines):
        line = function.lines[number - 1]
        indent = line[: len(line) - len(line.lstrip())]
        for extra in (before or {}).get(number, ()):
            text.append(indent + extra)
            told.append((0, "", extra))
        if number in changes:
            old = by_line[number]
            end = old.end_lineno or number
            new = ast.unparse(ast.fix_missing_locations(changes[number]))
            text += [indent + each for each in new.splitlines()]
            was = "\n".join(each.strip() for each in function.lines[number - 1 : end])
            told.append((number + function.shift, was, new))
            number = end + 1
            continue
        text.append(line)
        number += 1
    return Rewrite(
        function=function.source.function,
        source="\n".join(text) + "\n",
        lines=tuple(told),
    )


def changed(
    function: Function,
    lines: Collection[int],
    change: Callable[[ast.stmt], ast.stmt],
) -> dict[int, ast.stmt]:
    """Statements on these lines of the file that come out of `change` different."""
    found = {}
    for node in statements(function):
        span = range(node.lineno + function.shift, (node.end_lineno or 0) + function.shift + 1)
        if not any(line in span for line in lines):
            continue
        new = change(copy.deepcopy(node))
        if ast.dump(new) != ast.dump(node):
            found[node.lineno] = new
    return found


class _Calls(ast.NodeTransformer):
    """Replaces calls by what a function makes of them."""

    def __init__(self, replace: Callable[[ast.expr], ast.expr | None]) -> None:
        self._replace = replace

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        if isinstance(node, ast.expr):
            return self._replace(node) or node
        return node


def replacing(
    function: Function, lines: Collection[int], replace: Callable[[ast.expr], ast.expr | None]
) -> Rewrite | None:
    """The function with expressions on these lines of the file replaced; None if none is."""
    changes = changed(function, lines, lambda node: _Calls(replace).visit(node))
    return rewritten(function, changes) if changes else None
