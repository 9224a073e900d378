"""Lines of a script that stand in no function, by the statements that belong together.

A loop with what is made for it is to a script what a function is to a module: its lines are one
place, however many of them take time.
"""

import ast
import functools
from pathlib import Path

from profiler_suite.workloads import module_lines


def statements_at(file: str, line: int) -> tuple[int, int]:
    """First and last line of what belongs together there; that line where none is known."""
    try:
        changed_ns = Path(file).stat().st_mtime_ns if not file.startswith("<") else 0
    except OSError:
        return line, line
    return _statements_at(file, line, changed_ns)


def in_coroutine(file: str, line: int) -> bool:
    """Whether a coroutine function holds that line: only its loops can be called alone."""
    around = module_lines.function_at(_source_of(file, 0), line) if file[:1] != "<" else None
    return isinstance(around, ast.AsyncFunctionDef)


@functools.lru_cache(maxsize=4096)
def _statements_at(file: str, line: int, changed_ns: int) -> tuple[int, int]:
    first, last = module_lines.group_at(_source_of(file, changed_ns), line)
    return (first, last) if first else (line, line)


@functools.lru_cache(maxsize=64)
def _source_of(file: str, changed_ns: int) -> str:
    """Of the file as it was changed then, ns; 0 for any time."""
    try:
        return module_lines.source_of(Path(file))
    except (OSError, ValueError):
        return ""
