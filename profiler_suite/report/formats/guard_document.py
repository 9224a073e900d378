"""A guard's report for a pull request and for machines: Markdown, annotations, JSON."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from profiler_suite import units
from profiler_suite.analysis.race.guard import GuardOutcome, GuardReport
from profiler_suite.report.content import guard_words
from profiler_suite.report.content.table import TableView
from profiler_suite.report.formats import markdown as plain
from profiler_suite.report.formats import trackers
from profiler_suite.report.formats.race_document import result_document
from profiler_suite.report.formats.trackers import NamedTime, TimesOrigin

GUARD_SCHEMA = 1
MOST_BYTES = 2**20
"""A job's summary on GitHub holds no more."""
_ROOM = 2048


def document(report: GuardReport) -> dict[str, Any]:
    """The report as plain values; times in s, missing numbers are null."""
    return {
        "profiler_suite_guard": GUARD_SCHEMA,
        "base": report.base,
        "threshold": report.threshold,
        "slower": [each.name for each in report.slower],
        "differing": [each.name for each in report.differing],
        "open": [each.name for each in report.open],
        "functions": [_outcome(each) for each in report.outcomes],
        "notes": list(report.notes),
    }


def _outcome(each: GuardOutcome) -> dict[str, Any]:
    return {
        "name": each.name,
        "text": each.text,
        "reason": each.reason,
        "file": each.file,
        "line": each.line,
        "result": result_document(each.result) if each.result else None,
    }


def markdown(report: GuardReport, most_bytes: int = MOST_BYTES) -> str:
    """For a pull request or the summary of a job: what is wrong first, never too long."""
    head = [f"### {plain.text(guard_words.headline(report))}"]
    table = guard_words.table(report)
    tail = [plain.text(guard_words.basis(report)), *map(plain.text, report.notes)]
    room = most_bytes - _ROOM - sum(len(text.encode()) for text in (*head, *tail))
    return "\n\n".join([*head, _fitting(table, room), *tail]) + "\n"


def _fitting(table: TableView, room: int) -> str:
    """As many rows as there is room for; how many are left out is said."""
    lines = [
        "| " + " | ".join(plain.text(h) for h in table.headings) + " |",
        "|" + "|".join("---:" if n else "---" for n in table.numeric) + "|",
    ]
    taken = sum(len(line.encode()) + 1 for line in lines)
    for number, row in enumerate(table.rows):
        line = "| " + " | ".join(plain.text(cell) for cell in row) + " |"
        taken += len(line.encode()) + 1
        if taken > room:
            left = units.some(len(table.rows) - number, "more function")
            lines.append(f"\n{left} did not fit here.")
            break
        lines.append(line)
    return "\n".join(lines)


def annotations(report: GuardReport) -> list[str]:
    """Workflow commands of GitHub: an error for each slower or wrong function, at its line."""
    found = [_annotation("error", "slower", each) for each in report.slower]
    found += [
        _annotation("error", "a different answer", each)
        for each in report.differing
        if not each.slower
    ]
    return found


def _annotation(level: str, title: str, each: GuardOutcome) -> str:
    place = f"file={_property(each.file)},line={each.line or 1}," if each.file else ""
    named = f"title={_property(f'{each.name}: {title}')}"
    return f"::{level} {place}{named}::{_message(f'{each.name}: {each.text}')}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _times(report: GuardReport) -> list[NamedTime]:
    """Of the work tree."""
    found = []
    for each in report.outcomes:
        time = each.result.after_time if each.result else None
        if time is not None:
            found.append(
                NamedTime(
                    name=each.name, time_s=time.time_s, low_s=time.low_s, high_s=time.high_s
                )
            )
    return found


def _asv(report: GuardReport) -> Any:
    origin = TimesOrigin(
        commit=report.head,
        made_at_s=report.head_time_s,
        host=report.host,
        python=report.python,
    )
    return trackers.asv(_times(report), origin)


WRITERS: dict[str, Callable[[GuardReport], Any]] = {
    "json": document,
    "bencher": lambda report: trackers.bencher(_times(report)),
    "github": lambda report: trackers.github_benchmark(_times(report)),
    "asv": _asv,
}
"""Name of a format → what its JSON file holds."""


def written(report: GuardReport, form: str) -> str:
    """The file of that format, or the Markdown."""
    if form == "markdown":
        return markdown(report)
    return json.dumps(WRITERS[form](report), indent=2, ensure_ascii=False, allow_nan=False)


FORMATS: Sequence[str] = ("markdown", *WRITERS)
