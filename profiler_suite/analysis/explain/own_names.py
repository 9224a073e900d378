"""Names that a rewrite may give to what it defines: none that the module has already."""

import ast
import functools
import itertools
import re
from collections.abc import Collection, Iterator, Sequence

import msgspec

from profiler_suite.measure.explain.records import Edit


def unused(hint: str, taken: Collection[str]) -> str:
    """The first name like `hint` that is not taken."""
    return next(each for each in names_like(hint) if each not in taken)


def names_like(hint: str) -> Iterator[str]:
    """hint, hint_2, hint_3 and so on."""
    yield hint
    for number in itertools.count(2):
        yield f"{hint}_{number}"


def with_own_names(
    text: str, edits: Sequence[Edit], prelude: Sequence[str], taken: Collection[str]
) -> tuple[list[Edit], list[str]] | None:
    """The edits of a text and what goes before it, where that has names that are taken.

    Each is renamed, there and in the edits that bring it. None where an edit has the name
    already in what it replaces: nobody can tell which of the two is meant.
    """
    edits, prelude = list(edits), list(prelude)
    for name in [each for piece in prelude for each in _defined(piece) if each in taken]:
        word = re.compile(rf"(?<![\w.]){re.escape(name)}\b")
        if any(
            word.search(each.text) and word.search(text[each.start : each.end])
            for each in edits
        ):
            return None
        new = unused(name, taken)
        prelude = [word.sub(new, each) for each in prelude]
        edits = [msgspec.structs.replace(each, text=word.sub(new, each.text)) for each in edits]
    return edits, prelude


@functools.lru_cache
def _defined(piece: str) -> tuple[str, ...]:
    """The functions, classes and variables that a piece of source defines."""
    found: list[str] = []
    for node in ast.parse(piece).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign):
            found += [each.id for each in node.targets if isinstance(each, ast.Name)]
    return tuple(found)
