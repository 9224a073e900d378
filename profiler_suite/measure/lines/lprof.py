"""Writes a profile in the format of line_profiler's own viewer.

The file opens with ``python -m line_profiler FILE``. It is a pickle, the only format the
viewer knows, and is written only: nothing here ever reads one.
"""

import pickle
from collections.abc import Iterable
from typing import Any

from profiler_suite.model.rows import LineRecord

_UNIT_S = 1e-9  # line_profiler's own on Linux and macOS


def content(rows: Iterable[LineRecord]) -> bytes:
    """Raw hits and times of the rows, exactly as line_profiler counted them.

    Lines without hits are left out, as line_profiler does not know them.
    """
    from line_profiler import _line_profiler, line_profiler

    # It lies with the compiled part until line_profiler 5.
    stats: Any = getattr(line_profiler, "LineStats", _line_profiler.LineStats)
    timings: dict[tuple[str, int, str], list[tuple[int, int, int]]] = {}
    for row in rows:
        own = timings.setdefault((row.file, row.first_line or row.line, row.function), [])
        if row.hits:
            own.append((row.line, row.hits, round(row.time_s / _UNIT_S)))
    for lines in timings.values():
        lines.sort()
    return pickle.dumps(stats(timings, _UNIT_S), pickle.HIGHEST_PROTOCOL)
