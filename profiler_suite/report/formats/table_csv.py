"""The points table as CSV that a spreadsheet opens without running anything in it."""

import pandas as pd

from profiler_suite.analysis.run.load import Run

# A cell that begins like this is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def points_csv(points: pd.DataFrame) -> str:
    """All columns of the points table; texts that look like formulas get a leading quote."""
    safe = points.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(_defused)
    # The dimensions of a user's own workload are headings too.
    safe.columns = pd.Index([_defused(name) for name in safe.columns])
    return safe.to_csv(index=False)


def _defused(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def hosts_csv(run: Run) -> str:
    """The points of every host in one table, the host first."""
    each = []
    for name, host in run.hosts.items():
        table = host.points.copy()
        table.insert(0, "host", name)
        each.append(table)
    return points_csv(pd.concat(each, ignore_index=True))
