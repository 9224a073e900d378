"""What stands in a piece of source: blocks, loops, names that are read, stored, changed."""

import ast
import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

Node = TypeVar("Node", bound=ast.AST)
Loop = ast.For | ast.While
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
REPEATING = (ast.For, ast.While, ast.Lambda, *COMPREHENSIONS)
"""What evaluates the expressions inside of it again and again."""
CHANGING = frozenset(
    [
        *("append", "extend", "insert", "pop", "remove", "sort", "reverse", "clear", "update"),
        *("setdefault", "popitem", "add", "discard", "fill", "put", "resize", "popleft"),
        *("appendleft", "shuffle", "setdiag", "partition", "itemset", "write"),
    ]
)
"""Methods that change what they are called on."""
_BLOCKS = ("body", "orelse", "finalbody")


def blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block of statements in it, those of inner functions and classes included."""
    for each in ast.walk(node):
        for field in _BLOCKS:
            block = getattr(each, field, None)
            if isinstance(block, list) and block:
                yield block


def uses(node: ast.AST, name: str) -> list[ast.Name]:
    """Every place in it at which the name is read, set or deleted."""
    return [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name]


def bound_names(target: ast.AST) -> set[str]:
    """Names that a target of a loop or an assignment gives values to."""
    return {
        n.id
        for n in ast.walk(target)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


class _Substitution(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        read = isinstance(node.ctx, ast.Load)
        return copy.deepcopy(self._values.get(node.id, node)) if read else node


def substituted(node: Node, values: Mapping[str, ast.expr]) -> Node:
    """A copy in which these values stand wherever their names are read.

    That nothing inside sets one of the names is the caller's to know.
    """
    made: Node = _Substitution(values).visit(copy.deepcopy(node))
    return made


def free_names(node: ast.AST) -> set[str]:
    """Names that an expression reads and does not bind itself, as comprehensions do."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.Lambda):
        return free_names(node.body) - {
            each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)
        }
    inside = [free_names(each) for each in ast.iter_child_nodes(node)]
    found: set[str] = set().union(*inside)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        own = set().union(*(bound_names(each.target) for each in node.generators))
        return (found - own) | free_names(node.generators[0].iter)
    return found


def loops_of(function: Function) -> list[Loop]:
    """The outermost loops of a function."""
    found = [n for n in function.nodes if isinstance(n, ast.For | ast.While)]
    return [n for n in found if not any(isinstance(p, Loop) for p in function.around(n))]


def stored_in(node: ast.AST) -> set[str]:
    """Names that are given values inside, and names whose elements or attributes are."""
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store | ast.Del):
            found.add(each.id)
        elif isinstance(each, ast.Subscript | ast.Attribute) and isinstance(
            each.ctx, ast.Store | ast.Del
        ):
            base: ast.expr = each
            while isinstance(base, ast.Subscript | ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name):
                found.add(base.id)
    return found


def changed_in(node: ast.AST) -> set[str]:
    """What is stored inside, what methods change, and what is handed over as out=."""
    found = stored_in(node)
    for each in ast.walk(node):
        if not isinstance(each, ast.Call):
            continue
        changed = [k.value for k in each.keywords if k.arg == "out"]
        if isinstance(each.func, ast.Attribute) and each.func.attr in CHANGING:
            changed.append(each.func.value)
            changed += each.args[:1] if each.func.attr == "shuffle" else []
        found |= {n.id for c in changed for n in ast.walk(c) if isinstance(n, ast.Name)}
    return found


def root_of(node: ast.expr) -> ast.Name | None:
    """The name that attributes, elements and calls are asked of: `df` of `df['a'].sum()`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node if isinstance(node, ast.Name) else None


def names_in(node: ast.AST) -> set[str]:
    """Names that are read inside."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def span_of(function: Function, node: ast.stmt) -> range:
    """Lines of the file that a statement takes."""
    return range(node.lineno + function.shift, (node.end_lineno or 0) + function.shift + 1)


def with_beginnings(function: Function, lines: Iterable[int]) -> set[int]:
    """Lines of the file, and the first ones of the statements of several lines around them.

    A profile of lines has the time of such a statement on its first line.
    """
    found = set(lines)
    for node in function.nodes:
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            span = span_of(function, node)
            if len(span) > 1 and found.intersection(span):
                found.add(span.start)
    return found


def begins_empty(function: Function, loop: Loop, name: str) -> bool:
    """Whether nothing is done with a list before the loop than `name = []`."""
    used = function.uses(name)
    before = [function.parents[n] for n in used if n.lineno < loop.lineno]
    return [ast.unparse(each) for each in before] == [f"{name} = []"]


def is_read_after(function: Function, name: str) -> bool:
    """Whether what a loop leaves in a name may be asked for: not where loops bind it anew."""
    for use in function.uses(name):
        if isinstance(use.ctx, ast.Load):
            around = list(function.around(use))
            heads = [
                each
                for p in around
                for each in ([p] if isinstance(p, ast.For) else getattr(p, "generators", ()))
            ]
            if not any(name in bound_names(each.target) for each in heads):
                return True
    return False


def after(function: Function, node: ast.stmt, lines: list[str]) -> Edit:
    """Lines put behind a statement, with its indentation."""
    place = function.line_start((node.end_lineno or node.lineno) + 1)
    indent = function.indent_of(node.lineno)
    text = "".join(f"{indent}{line}\n" for line in lines)
    if place == len(function.text) and not function.text.endswith("\n"):
        text = "\n" + text
    return Edit(start=place, end=place, text=text)


def set_for_one_use(function: Function, node: ast.expr) -> ast.Assign | None:
    """The statement that gives a name its value, where it is set once and read once: here."""
    if not isinstance(node, ast.Name):
        return None
    used = function.uses(node.id)
    stores = [each for each in used if isinstance(each.ctx, ast.Store)]
    if len(used) != 2 or len(stores) != 1:
        return None
    statement = function.statement_of(stores[0])
    alone = isinstance(statement, ast.Assign) and statement.targets == stores
    return statement if alone and isinstance(statement, ast.Assign) else None


def without(function: Function, statement: ast.stmt) -> Edit:
    """The function without a statement that has its lines for itself."""
    start = function.line_start(statement.lineno)
    end = function.line_start((statement.end_lineno or statement.lineno) + 1)
    return Edit(start=start, end=end, text="")


def is_length(function: Function, node: ast.expr, array: str) -> bool:
    """Whether it is how long the array is, also by a name that is set once."""
    lengths = (f"len({array})", f"{array}.size", f"{array}.shape[0]")
    if ast.unparse(node) in lengths:
        return True
    if not isinstance(node, ast.Name):
        return False
    stores = [n for n in function.uses(node.id) if isinstance(n.ctx, ast.Store)]
    value = getattr(function.parents[stores[0]], "value", None) if len(stores) == 1 else None
    if not isinstance(value, ast.expr) or ast.unparse(value) not in lengths:
        return False
    arrays = [n for n in function.uses(array) if isinstance(n.ctx, ast.Store)]
    return all(each.lineno < stores[0].lineno for each in arrays)
