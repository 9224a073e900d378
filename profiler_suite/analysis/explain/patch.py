"""The rewritten functions as a unified diff of their files."""

import ast
import difflib
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
    new = list(old)
    for source, rewrite in sorted(pairs, key=lambda pair: -pair[0].first_line):
        if source.module_lines[0]:
            first, last = source.module_lines
            new[first - 1 : last] = _module_lines(old[first - 1 : last], rewrite)
            continue
        lines = source.text.splitlines(keepends=True)
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        text = textwrap.indent(rewrite.source, indent)
        first = source.first_line - 1
        new[first : first + len(lines)] = text.splitlines(keepends=True)
    return old, new


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
