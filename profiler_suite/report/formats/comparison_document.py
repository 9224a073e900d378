"""A comparison for a program (JSON) and for a pull request (Markdown).

Schema history: 1, the first; 2, a verdict has another name (see CHANGELOG.md).
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from profiler_suite import units
from profiler_suite.analysis.compare.changes import (
    Change,
    Comparison,
)
from profiler_suite.report.content.comparison_tables import (
    environment,
    families,
    headline,
    method,
    points,
    tally_in_words,
    untold,
    worth_showing,
)
from profiler_suite.report.formats import markdown as plain

DOCUMENT_SCHEMA = 2


def markdown(found: Comparison, open_first: str = "") -> str:
    """The comparison for a pull request; `open_first` is what a gate had to leave open."""
    parts = [f"**{plain.text(open_first)}.**"] if open_first else []
    parts.append(f"## {plain.text(headline(found))}")
    table = environment(found)
    parts.append(plain.table(table) if table else "The environments are the same.")
    said = (*found.obstacles, *found.warnings)
    if said:
        parts.append("\n".join(f"> - {plain.text(text)}" for text in said))
    judged = families(found)
    if judged.rows:
        parts.append(plain.table(judged))
    chosen = worth_showing(found)
    if chosen:
        parts.append(plain.table(points(chosen)))
    left_out = len(found.changes) - len(chosen)
    if left_out:
        parts.append(f"{units.some(left_out, 'more point')}: {tally_in_words(found, chosen)}.")
    undecided = untold(found)
    if undecided:
        parts.append("\n".join(f"- {plain.text(text)}" for text in undecided))
    parts.append(plain.text(method(found)))
    return "\n\n".join(parts) + "\n"


def document(
    found: Comparison, failed: Sequence[Change] = (), fail_on: float | None = None
) -> dict[str, Any]:
    """The comparison for a program; a number that is missing or has no bound is null."""
    return {
        "schema": DOCUMENT_SCHEMA,
        "before": found.before,
        "after": found.after,
        "paired": found.paired,
        "environment": [msgspec.to_builtins(d) for d in found.differences],
        "obstacles": list(found.obstacles),
        "warnings": list(found.warnings),
        "verdicts": {v.value: count for v, count in found.tally().items()},
        "regressions": [change.id for change in failed],
        "undecided": [change.id for change in found.undecided(fail_on)],
        "families": [_plain(msgspec.to_builtins(f)) for f in found.families],
        "implementations": [_plain(msgspec.to_builtins(f)) for f in found.implementations],
        "points": [_plain(msgspec.to_builtins(c)) for c in found.changes],
    }


_ABSENT_AT_ZERO = ("before_s", "after_s", "ratio", "low", "high", "minima", "threshold")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    for name in _ABSENT_AT_ZERO:
        if name in row and (not row[name] or row[name] > 1e300):
            row[name] = None
    return row
