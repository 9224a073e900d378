"""Any text and a small table as Markdown that shows nothing but itself."""

import re

from profiler_suite.report.content.table import TableView

# GitHub cuts a job summary at 1 MiB; the whole table belongs into points.csv.
_MOST_ROWS = 40
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&@$]|^[-+#!=])")


def text(value: str) -> str:
    """Any text as plain Markdown text, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(value.split()))


def table(view: TableView) -> str:
    """A small table as Markdown."""
    lines = [
        "| " + " | ".join(text(h) for h in view.headings) + " |",
        "|" + "|".join("---:" if n else "---" for n in view.numeric) + "|",
    ]
    rows = view.rows[:_MOST_ROWS]
    lines += ["| " + " | ".join(text(cell) for cell in row) + " |" for row in rows]
    left_out = len(view.rows) - len(rows)
    if left_out > 0:
        lines.append(f"\n{left_out} more rows are in `points.csv`.")
    return "\n".join(lines)
