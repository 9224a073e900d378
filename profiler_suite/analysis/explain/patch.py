"""The rewritten functions as a unified diff of their files."""

import ast
import difflib
import itertools
import textwrap
from collections.abc import Sequence
from pathlib import Path

from profiler_suite.measure.explain.records import Rewrite, SourceText


def unified_diff(sources: Sequence[SourceText], rewrites: Sequence[Rewrite]) -> str:
    """What `patch -p1` or `git apply` takes; empty without rewrites."""
    return "".join(
        _diff(file, old, new) for file, (old, new) in rewritten_files(sources, rewrites).items()
    )


def rewritten_files(
    sources: Sequence[SourceText], rewrites: Sequence[Rewrite]
) -> dict[str, tuple[list[str], list[str]]]:
    """The lines of each file before and after; of two rewrites of one function the first."""
    by_file: dict[str, dict[int, tuple[SourceText, Rewrite]]] = {}
    for rewrite in rewrites:
        for source in sources:
            if (source.file, source.first_line) == (rewrite.file, rewrite.first_line):
                pairs = by_file.setdefault(source.file, {})
                pairs.setdefault(source.first_line, (source, rewrite))
    return {file: _of_file(file, list(pairs.values())) for file, pairs in by_file.items()}


def _diff(file: str, old: list[str], new: list[str]) -> str:
    name = _name(file)
    found = list(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in found)


def _of_file(file: str, pairs: list[tuple[SourceText, Rewrite]]) -> tuple[list[str], list[str]]:
    old = _file_lines(file, pairs)
    changes: list[tuple[int, int, list[str]]] = []
    needed: dict[int, dict[str, None]] = {}
    for source, rewrite in pairs:
        if source.module_lines[0]:
            first, last = source.module_lines
            changes.append((first - 1, last, _module_lines(old[first - 1 : last], rewrite)))
            continue
        lines = source.text.splitlines(keepends=True)
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        text = rewrite.source
        around = _class_around(old, source.first_line)
        before, own = _apart(rewrite)
        if around:  # a name of a class is none of its methods'
            for part in before:
                place = _imports_end(old, around) if _is_import(part) else around - 1
                needed.setdefault(place, {})[part] = None
            text = own
        elif not indent and any(map(_is_import, before)):
            place = _imports_end(old, source.first_line)
            for part in filter(_is_import, before):
                if part.strip() not in _top_lines(old):
                    needed.setdefault(place, {})[part] = None
            text = "".join(_spaced(each) for each in before if not _is_import(each)) + own
        first = source.first_line - 1
        made = textwrap.indent(text, indent).splitlines(keepends=True)
        changes.append((first, first + len(lines), made))
    for first, parts in needed.items():
        made = [
            line for part in parts for line in f"{part.rstrip()}\n".splitlines(keepends=True)
        ]
        after_imports = first and _is_import(old[first - 1])
        changes.append((first, first, made if after_imports else [*made, "\n", "\n"]))
    new = list(old)
    for first, last, lines in sorted(changes, reverse=True):
        new[first:last] = lines
    return old, new


def _spaced(part: str) -> str:
    """What goes before a function; two empty lines after a definition."""
    return f"{part.rstrip()}\n" + ("\n\n" if part.startswith("def ") else "")


def _top_lines(lines: list[str]) -> set[str]:
    """Lines that are not indented, without what ends them."""
    return {line.strip() for line in lines if line[:1].strip()}


def _class_around(lines: list[str], line: int) -> int:
    """Where the outermost block begins that holds the class of a method; 0 for no method."""
    try:
        body = ast.parse("".join(lines)).body
    except (SyntaxError, ValueError):
        return 0
    for node in body:
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            classes = [n for n in ast.walk(node) if isinstance(n, ast.ClassDef)]
            if any(n.lineno < line <= (n.end_lineno or n.lineno) for n in classes):
                decorators: list[ast.expr] = getattr(node, "decorator_list", [])
                return min([node.lineno, *(each.lineno for each in decorators)])
    return 0


def _is_import(part: str) -> bool:
    return part.startswith(("import ", "from "))


def _imports_end(lines: list[str], before: int) -> int:
    """After which line the imports end that stand before a line; else the line before it."""
    body = ast.parse("".join(lines)).body
    ends = [
        node.end_lineno or node.lineno
        for node in body
        if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno < before
    ]
    return max(ends, default=before - 1)


def _apart(rewrite: Rewrite) -> tuple[list[str], str]:
    """What stands before the function, statement by statement, and the function itself."""
    lines = rewrite.source.splitlines(keepends=True)
    *before, made = ast.parse(rewrite.source).body
    decorators: list[ast.expr] = getattr(made, "decorator_list", [])
    begin = min([made.lineno, *(each.lineno for each in decorators)]) - 1
    bounds = [*(each.lineno - 1 for each in before), begin]
    parts = ["".join(lines[first:last]) for first, last in itertools.pairwise(bounds)]
    return parts, "".join(lines[begin:])


def _module_lines(old: list[str], rewrite: Rewrite) -> list[str]:
    """Lines of a module that were made a function, rewritten, as lines of a module again."""
    lines = rewrite.source.splitlines(keepends=True)
    made = next(
        node
        for node in ast.parse(rewrite.source).body
        if isinstance(node, ast.FunctionDef) and node.name == rewrite.function
    )
    end = made.end_lineno or len(lines)
    if isinstance(made.body[-1], ast.Return):
        end = made.body[-1].lineno - 1
    indent = old[0][: len(old[0]) - len(old[0].lstrip())]
    body = "".join(lines[made.lineno : end])
    if not indent:
        body = textwrap.dedent(body)
    before = textwrap.indent("".join(lines[: made.lineno - 1]), indent)
    return f"{before}{body.rstrip()}\n".splitlines(keepends=True)


def _file_lines(file: str, pairs: list[tuple[SourceText, Rewrite]]) -> list[str]:
    """The file as it is; where it is gone or another, the functions at their lines."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError):
        lines = []
    for source, _ in pairs:
        if source.module_lines[0]:
            continue
        own = source.text.splitlines(keepends=True)
        first = source.first_line - 1
        if [line.rstrip() for line in lines[first : first + len(own)]] != [
            line.rstrip() for line in own
        ]:
            lines += ["\n"] * (first + len(own) - len(lines))
            lines[first : first + len(own)] = own
    return lines


def _name(file: str) -> str:
    """Relative to where one stands, as a patch wants it."""
    path = Path(file)
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.name


def added_lines(diff: str) -> str:
    """The lines that a unified diff adds, without the indentation that they have in common."""
    added = [
        line[1:]
        for line in diff.splitlines()
        if line.startswith("+") and not line.startswith("+++")
    ]
    return textwrap.dedent("\n".join(added))
