"""Which functions of a program are worth an explanation: most that may be spared first."""

import ast
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from profiler_suite.analysis.program.ranking import RankedFunction, Ranking
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.workloads import module_lines

# Less of the program's time is not worth the seconds that an explanation takes.
_LEAST_SHARE = 0.02
# With fewer samples of the user's own code than this nobody knows what may be spared.
_ROUGH_SAMPLES = 100
_LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclasses.dataclass(frozen=True)
class PlaceToExplain:
    """A function, or lines outside of functions, that is worth an explanation."""

    wish: CallWish
    ranked: RankedFunction
    """Its first row in the ranking: lines outside of functions have one each."""
    time_s: float
    """Of the program, in it and in what it calls of others' code, s."""


def places(ranking: Ranking, most: int) -> list[PlaceToExplain]:
    """The functions, and the lines outside of functions, whose calls are to be caught.

    Of a program that was too short for its samples, what has a loop comes first.
    """
    least_s = _LEAST_SHARE * ranking.spent.total_s
    seen = sum(moment.weight for moment in ranking.moments if moment.own >= 0)
    rough = seen < _ROUGH_SAMPLES
    found: dict[CallWish, PlaceToExplain] = {}
    for each in ranking.functions:
        worth = each.spent.avoidable_s > least_s
        wish = wish_at(each.file, each.line) if each.spent.total_s else None
        if wish is None:
            continue
        known = found.get(wish)
        if known is not None:
            more_s = known.time_s + each.spent.total_s
            found[wish] = dataclasses.replace(known, time_s=more_s)
        elif worth or rough:
            found[wish] = PlaceToExplain(wish, each, each.spent.total_s)
    chosen = list(found.values())
    if rough:
        chosen.sort(key=lambda place: not has_loop(place.ranked.file, place.ranked.line))
    return chosen[:most]


def has_loop(file: str, line: int) -> bool:
    """Whether a loop of the file holds that line."""
    try:
        tree = ast.parse(module_lines.source_of(file))
    except (OSError, ValueError, SyntaxError):
        return False
    return any(
        isinstance(node, _LOOPS) and node.lineno <= line <= (node.end_lineno or node.lineno)
        for node in ast.walk(tree)
    )


def wish_at(file: str, line: int) -> CallWish | None:
    """The innermost function at that line of a file, else the statement; None for neither."""
    try:
        source = module_lines.source_of(file)
        body = ast.parse(source).body
    except (OSError, ValueError, SyntaxError):
        return None
    path = str(Path(file).resolve())
    name = ""
    for found, statement in _around(body, line, ""):
        if isinstance(statement, ast.AsyncFunctionDef):
            return None  # it runs in turns with others
        name = found if isinstance(statement, ast.FunctionDef) else name
    if name:
        return CallWish(file=path, qualname=name)
    first, last = module_lines.statement_at(source, line)
    return CallWish(file=path, first=first, last=last) if first else None


def _around(body: Sequence[ast.AST], line: int, before: str) -> Iterator[tuple[str, ast.stmt]]:
    """The definitions that hold the line, from the outermost on, with their names."""
    for node in body:
        if isinstance(node, ast.stmt) and not (
            node.lineno <= line <= (node.end_lineno or node.lineno)
        ):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"{before}{node.name}", node
            yield from _around(node.body, line, f"{before}{node.name}.")
        else:
            yield from _around(list(ast.iter_child_nodes(node)), line, before)
