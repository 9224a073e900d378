"""The summary of a run for the terminal."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from profiler_suite import units
from profiler_suite.analysis import shares
from profiler_suite.analysis.run.measured_points import is_timed, prepared
from profiler_suite.analysis.run.plain_answer import PlainAnswer
from profiler_suite.report.content import columns, headline, host_tables, provenance, selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.terminal.console import Page, TextColumn

_MOST_TABLES = 3  # of problems of the question, or of experiments when there is none
_MOST_ROWS = 14
_MOST_FINDINGS = 9

_ENTRIES = (
    ("interp", "interpreter"),
    ("disp", "dispatch"),
    ("mem", "memory"),
    ("copy", "copy"),
    ("arith", "arithmetic"),
)
_COLUMNS = (
    TextColumn("", style="cyan", least=17),
    TextColumn("time", numeric=True),
    TextColumn("±", numeric=True, rank=5),
    TextColumn("vs fastest", numeric=True),
    TextColumn("rate", numeric=True, rank=6),
    TextColumn("of roof", numeric=True, rank=4),
    TextColumn("limit", rank=1),
)
# Bounds in a word, so that a name need not be cut for them.
_SHORT = {
    "call overhead": "calls",
    "arithmetic": "compute",
    "memory bandwidth": "memory",
    "its inner loops": "loops",
}
# With a time breakdown, its entries stand between the comparison and the bound.
_BREAKDOWN_COLUMNS = (
    *_COLUMNS[:4],
    *(
        TextColumn(heading, numeric=True, rank=3 if heading in ("mem", "copy") else 2)
        for heading, _ in _ENTRIES
    ),
    *_COLUMNS[4:],
)


def summary(known: RunFacts, width: int, color: bool) -> str:
    """The answer, a table, findings, doubts, where the report is, what to do next."""
    page = Page(width, color)
    _answer(page, known)
    page.line()
    _tables(page, known)
    if known.findings:
        page.line("Findings", "bold")
        for number, finding in enumerate(known.findings[:_MOST_FINDINGS], 1):
            page.paragraph(finding, first=f"  {number}. ", indent="     ")
        left_out = len(known.findings) - _MOST_FINDINGS
        if left_out > 0:
            page.line(f"     and {left_out} more in the report")
    if known.hosts:
        page.paragraph(
            f"Hosts (everything else here is about {known.hosts.names[0]})", style="bold"
        )
        for sentence in host_tables.sentences(known.hosts):
            page.paragraph(sentence, first="  - ", indent="    ")
    for warning in known.warnings:
        page.paragraph(warning, first="  ! ", indent="    ", style="yellow")
    flagged = int(known.points["flags"].fillna("").astype(bool).sum())
    page.line()
    page.paragraph(f"{headline.counts(known)}. {known.noise}", style="dim")
    page.line()
    folder = _shown(known.run.folder)
    page.pieces(("report  ", "bold"), (f"{folder}/report.html", ""))
    page.command("next    ", _next(known, folder, flagged))
    return page.text()


def first_answer(known: RunFacts, width: int, color: bool) -> str:
    """The answer alone, of a run that goes on."""
    page = Page(width, color)
    _answer(page, known)
    page.line()
    page.pieces(("page    ", "bold"), (f"{_shown(known.run.folder)}/report.html", ""))
    page.paragraph("The other points are measured now, and these further: the page grows.")
    return page.text()


def _answer(page: Page, known: RunFacts) -> None:
    page.paragraph(headline.headline(known), style="bold")
    if known.answer:
        if known.answer.plain:
            _plain(page, known.answer.plain)
        for sentence in known.answer.sentences:
            page.paragraph(sentence, first="  - ", indent="    ")


def _plain(page: Page, found: PlainAnswer) -> None:
    for sentence in found.before_code:
        page.paragraph(sentence, first="  ", indent="  ")
    if found.code:
        for line in found.code.splitlines():
            page.line(f"    {line}", "bold")
    for sentence in found.differs:
        page.paragraph(sentence, first="  ", indent="  ", style="dim")
    page.line()


def _tables(page: Page, known: RunFacts) -> None:
    if known.answer:
        own = selection.of_experiment(known.points, known.answer.experiment)
        sides = (known.answer.left, known.answer.right)
        asked = own.loc[own["id"].isin(sides), "problem"]
        names = list(dict.fromkeys([*asked, *own.sort_values("flop")["problem"]]))
        for problem in names[:_MOST_TABLES]:
            _table(page, own[own["problem"] == problem], sides)
        if len(names) > _MOST_TABLES:
            page.line(f"and {len(names) - _MOST_TABLES} more problems in the report")
            page.line()
        return
    for experiment in known.run.provenance.experiments[:_MOST_TABLES]:
        own = selection.of_experiment(known.points, experiment.name)
        done = selection.measured(own)
        if len(done):
            largest = str(done["problem"].iloc[int(done["flop"].argmax())])
            page.paragraph(f"{experiment.name}: {experiment.question}", style="bold")
            _table(page, own[own["problem"] == largest], ())


def _table(page: Page, frame: pd.DataFrame, bold: tuple[str, ...]) -> None:
    frame = frame[frame["replica"] == 0].sort_values("time_s")
    first = frame.iloc[0]
    name = f"{first['name']} " if first["name"] else ""
    page.paragraph(
        f"{name}{first['problem']}, {units.count(first['flop'])} textbook FLOP", style="bold"
    )
    best = selection.fastest_alike(frame)
    rows: list[tuple[str, ...]] = []
    entries = _ENTRIES if frame["residual"].notna().any() else ()
    several = frame["implementation"].duplicated(keep=False)  # dtypes or thread counts
    suffix = " " + frame["dtype"] + " t" + frame["threads"].astype(str)
    frame = frame.assign(label=frame["implementation"] + suffix.where(several, ""))
    for row in selection.rows(frame.head(_MOST_ROWS)):
        if is_timed(row.status, row.time_s):
            rows.append(
                (
                    str(row.label),
                    units.time(row.time_s),
                    units.percent(columns.half_width(row)),
                    "prepared"
                    if prepared(row.implementation)
                    else units.ratio(row.time_s / best),
                    *_shares(row, [entry for _, entry in entries]),
                    units.flop_rate(row.flop_per_s),
                    columns.of_roof(row),
                    _SHORT.get(columns.bound(row), columns.bound(row).split(" ")[0]),
                )
            )
        else:
            blank = [""] * (5 + len(entries))
            rows.append((str(row.label), str(row.status), *blank))
    marked = [row.id in bold for row in selection.rows(frame.head(_MOST_ROWS))]
    page.table(_BREAKDOWN_COLUMNS if entries else _COLUMNS, rows, emphasised=marked)
    if len(frame) > _MOST_ROWS:
        page.line(f"  and {len(frame) - _MOST_ROWS} more in the report")
    page.line()


def _shares(row: Any, entries: Sequence[str]) -> list[str]:
    """Whole percentages of the time; a dash where the methods disagree too far to say any."""
    if row.residual != row.residual:
        return [""] * len(entries)
    found = shares.of_row(row)
    if not found.add_up:
        return ["–"] * len(entries)
    return [f"{round(100 * found.parts[name])}%" for name in entries]


def _shown(folder: Path) -> str:
    """The folder as one would type it from here."""
    try:
        relative = os.path.relpath(folder)
    except ValueError:  # another drive on Windows
        return str(folder)
    return str(folder) if relative.startswith("..") else relative


def _next(known: RunFacts, folder: str, flagged: int) -> str:
    command = f"python -m profiler_suite sweep{provenance.named_files(known.run)}"
    if known.hosts:
        each = (shlex.quote(_shown(host.folder)) for host in known.run.hosts.values())
        return f"python -m profiler_suite compare {next(each)} {next(each)}"
    folder = shlex.quote(folder)
    if flagged:
        return f"{command} --only-flagged --out {folder}"
    better = {"quick": "", "default": " --full"}.get(known.run.provenance.mode)
    if better is None:
        return f"python -m profiler_suite report {folder}"
    return f"{command}{better}"
