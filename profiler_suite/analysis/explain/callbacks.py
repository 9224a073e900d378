"""A Python function of the user's that library code calls back, many times: per pixel, per row.

Its lines run often, and nothing in the sources calls it by name.
"""

import ast
from collections.abc import Iterable
from textwrap import dedent

from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.model.noun import Noun

_OFTEN = 50
_LAMBDA = "<lambda>"


class CalledBack(Noun, frozen=True):
    """A function and how often it is called in one evaluation."""

    name: str
    times: float


def called_back(explained: FunctionRecord) -> CalledBack | None:
    """The function that is called back most often; None where there is none."""
    trees = _trees(source.text for source in explained.sources)
    called = {name for tree in trees for name in _called_by_name(tree)}
    handed_on = {name for tree in trees for name in _handed_on(tree)}
    found = [
        each
        for each in _calls(explained)
        if each.times >= _OFTEN and each.name not in called and each.name in handed_on
    ]
    return max(found, key=lambda each: each.times, default=None)


def in_words(found: CalledBack, times: str) -> str:
    """'library code calls peak back 4,096 times'."""
    name = "a lambda" if found.name == _LAMBDA else found.name
    return f"library code calls {name} back {times} times"


def _calls(explained: FunctionRecord) -> Iterable[CalledBack]:
    """Every function but the explained one, by how often its first line ran."""
    first: dict[tuple[str, int], tuple[int, CalledBack]] = {}
    for line in explained.lines:
        key = line.file, line.first_line
        is_head = line.line == line.first_line and not line.function.endswith(_LAMBDA)
        if is_head or key == (explained.file, explained.line) or not line.hits:
            continue
        name = line.function.rpartition(".")[2]
        times = line.hits / max(1, line.evaluations)
        if key not in first or line.line < first[key][0]:
            first[key] = line.line, CalledBack(name=name, times=times)
    return [each for _, each in first.values()]


def _trees(texts: Iterable[str]) -> list[ast.AST]:
    found: list[ast.AST] = []
    for text in texts:
        try:
            found.append(ast.parse(dedent(text)))
        except SyntaxError:  # a lambda inside a longer statement
            continue
    return found


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Lambda):
        return _LAMBDA
    return node.attr if isinstance(node, ast.Attribute) else ""


def _called_by_name(tree: ast.AST) -> set[str]:
    return {_name(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def _handed_on(tree: ast.AST) -> set[str]:
    """What stands among the arguments of calls."""
    given = [
        each
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for each in (*node.args, *(keyword.value for keyword in node.keywords))
    ]
    return {_name(each) for each in given}
