"""The annotated source of an explained function in a terminal: bars, times, what they hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from profiler_suite import units
from profiler_suite.report.content.line_totals import PART_OF_CALLERS, by_cost, totals
from profiler_suite.report.content.source_lines import SourceLine, explained_lines
from profiler_suite.report.terminal.console import Page, TextColumn, cell_len, cut

MOST_LINES = 4
_BLOCKS = "▏▎▍▌▋▊▉█"
_NARROW_BAR, _WIDE_BAR = 6, 12
# Below so many columns the raw time moves from its column into the words below a line.
_ROOM_FOR_RAW = 72
_WIDE = 110
_LEAST_SOURCE = 16
# Lines with a smaller share get no words of their own.
_WORTH_WORDS = 0.02


def costliest(page: Page, lines: pd.DataFrame) -> None:
    """A few lines, the dearest first; their own share apart where lines below have the rest."""
    table = lines[lines["time_s"] > 0].nlargest(MOST_LINES, "time_s")
    if table.empty:
        return
    page.line()
    apart = any(row.get("callees_s", 0.0) > 0 for row in table.to_dict("records"))
    rows = [
        (
            str(row["line"]),
            units.count(row["hits"]) if row["hits"] else "",
            units.time(row["time_s"]),
            units.percent(max(0.0, min(1.0, row["share"]))),
            *((units.percent(_own_share(row)),) if apart else ()),
            _bar(row["share"], _NARROW_BAR),
            str(row["source"]).strip(),
        )
        for row in table.to_dict("records")
    ]
    page.table(
        (
            TextColumn("line", numeric=True),
            TextColumn("hits", numeric=True, rank=2),
            TextColumn("time", numeric=True),
            TextColumn("share", numeric=True),
            *((TextColumn("own", numeric=True),) if apart else ()),
            TextColumn("", style="red", rank=1),
            TextColumn("Costliest lines", least=20),
        ),
        rows,
    )


def _own_share(row: Mapping[Any, Any]) -> float:
    """Share of the time without that of functions that have lines of their own."""
    callees_s = row.get("callees_s", 0.0)
    share = max(0.0, min(1.0, float(row["share"])))
    if not callees_s > 0:  # nan where it is not known
        return share
    return max(0.0, share * (1 - float(callees_s / row["time_s"])))


def every(page: Page, table: pd.DataFrame, notes: Sequence[str]) -> None:
    """Every line that ran, function by function."""
    page.line()
    page.line("Lines", "bold")
    if table.empty:
        why = next((note for note in notes if "line profile" in note), "no line profile")
        page.paragraph(why, indent="  ")
        return
    outer = True
    for (file, function), part in by_cost(table):
        if not outer:
            page.line()
        page.pieces((f"  {function}", "bold"), (f"  {Path(str(file)).name}", "dim"))
        page.paragraph(
            totals(part) if outer else PART_OF_CALLERS,
            indent="  ",
            style="dim",
        )
        _function(page, explained_lines(part))
        outer = False


def _function(page: Page, lines: Sequence[SourceLine]) -> None:
    roomy, wide = page.width >= _ROOM_FOR_RAW, page.width >= _WIDE
    bar = _WIDE_BAR if wide else _NARROW_BAR
    columns = [
        ("line", [str(line.number) for line in lines]),
        ("hits", [line.hits for line in lines]),
    ]
    if wide:
        columns.append(("per hit", [line.per_hit for line in lines]))
    if roomy:
        columns.append(("raw", [line.raw for line in lines]))
    columns.append(("time", [line.time for line in lines]))
    columns.append(("share", [f"{100 * line.share:.0f} %" for line in lines]))
    widths = [max(cell_len(cell) for cell in (name, *cells)) for name, cells in columns]
    indent = 2 + sum(widths) + 2 * len(widths) + bar + 1
    room = max(page.width - indent, _LEAST_SOURCE)
    headings = "  ".join(
        name.rjust(width) for (name, _), width in zip(columns, widths, strict=True)
    )
    page.line(f"  {headings} {'':{bar}}  source", "dim")
    for number, line in enumerate(lines):
        cells = [
            cells[number].rjust(width)
            for (_, cells), width in zip(columns, widths, strict=True)
        ]
        page.pieces(
            (f"  {'  '.join(cells)} ", ""),
            (_bar(line.share, bar), "red"),
            ("  " + cut(line.source, room), ""),
        )
        words = line.beside(per_hit=not wide, raw=not roomy)
        if words and line.share >= _WORTH_WORDS:
            page.paragraph(words, indent=" " * (2 + widths[0] + 2), style="dim")


def _bar(share: float, width: int) -> str:
    """A bar in eighths of a column, filled up with spaces."""
    eighths = round(8 * width * max(0.0, min(1.0, share)))
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (_BLOCKS[part - 1] if part else "")).ljust(width)
