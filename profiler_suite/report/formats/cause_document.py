"""What makes the difference between two runs, for a program and for a pull request."""

from typing import Any

import msgspec

from profiler_suite.analysis.compare.causes import Causes, Effect
from profiler_suite.report.content import cause_words
from profiler_suite.report.formats import markdown as plain


def document(found: Causes) -> dict[str, Any]:
    """The causes as plain values, that of most first; what was not measured is null."""
    together = found.together
    return {
        "points": list(found.points),
        "observed": found.observed,
        "causes": [_effect(each) for each in found.effects],
        "together": msgspec.to_builtins(together) if together else None,
        "together_share": found.together_share if together else None,
        "text": cause_words.headline(found),
    }


def _effect(each: Effect) -> dict[str, Any]:
    return {
        "name": each.cause.name,
        "before": each.cause.before,
        "after": each.cause.after,
        "ratio": msgspec.to_builtins(each.ratio) if each.ratio else None,
        "share": each.share if each.ratio else None,
        "counts": each.counts,
        "reason": each.reason,
    }


def markdown(found: Causes) -> str:
    """A heading, the sentence and the table."""
    parts = [f"### {cause_words.TITLE}", plain.text(cause_words.headline(found))]
    if not found.nothing_to_explain:
        table = cause_words.table(found)
        parts += [plain.table(table), plain.text(table.note)]
    return "\n\n".join(parts) + "\n"
