"""A program's run as one JSON document."""

import msgspec

from profiler_suite.analysis.explain.document import document
from profiler_suite.analysis.program.explained import (
    ExplainedFunction,
    ProgramAnswer,
    sentences,
)
from profiler_suite.analysis.program.ranking import RankedFunction, Ranking, Spent
from profiler_suite.report.content.program import view

SCHEMA = 1


def program_json(ranking: Ranking, answer: ProgramAnswer | None = None) -> bytes:
    """The document, as it is written to a file."""
    return msgspec.json.encode(program_document(ranking, answer)) + b"\n"


def program_document(
    ranking: Ranking, answer: ProgramAnswer | None = None
) -> dict[str, object]:
    """All numbers of a run, times in s."""
    run, seen = ranking.run, view(ranking, answer)
    return {
        "profiler_suite_program": SCHEMA,
        "program": msgspec.to_builtins(run.target),
        "python": run.python,
        "end": msgspec.to_builtins(run.end),
        "rate_hz": run.samples.rate_hz,
        "compiled_code_seen": run.samples.compiled,
        "missing": list(run.samples.missing),
        "processes": {str(pid): name for pid, name in run.samples.processes.items()},
        "attributed_share": ranking.attributed_share,
        "finding": seen.finding,
        "spent": _spent(ranking.spent),
        "functions": [
            _function(each) | {"rank": row.rank, "cause": row.cause, "next": row.command}
            for row in seen.rows
            for each in [row.function]
        ],
        "lines": [
            {"file": e.file, "function": e.function, "line": e.line, "spent": _spent(e.spent)}
            for e in ranking.lines
        ],
        "others": [
            {"function": name, "self_s": self_s, "total_s": total_s}
            for name, self_s, total_s in ranking.others
        ],
        "explained": [_explained(each) for each in answer.functions] if answer else [],
        "with_rewrites": _with_rewrites(answer, run.end.wall_s) if answer else None,
    }


def _explained(each: ExplainedFunction) -> dict[str, object]:
    return {
        "target": each.place.wish.target,
        "file": each.place.wish.file,
        "first_line": each.place.wish.first or each.place.ranked.line,
        "calls": each.calls,
        "all_calls_counted": not each.uncounted,
        "spared_s": each.spared_s,
        "reason": each.reason,
        "page_faults_per_call": _known(each.memory.page_faults),
        "peak_grew_bytes": each.memory.grown_bytes,
        "explanation": document(each.explanation) if each.explanation else None,
    }


def _known(faults: float) -> float | None:
    return faults if faults >= 0 else None


def _with_rewrites(answer: ProgramAnswer, wall_s: float) -> dict[str, object] | None:
    if not answer.rewrites:
        return None
    return {
        "rewrites": answer.rewrites,
        "estimate_s": answer.estimate_s(wall_s),
        "tried": msgspec.to_builtins(answer.trial),
        "not_tried": answer.not_tried,
        "sentences": sentences(answer, wall_s),
        "patch": answer.diff,
    }


def _function(each: RankedFunction) -> dict[str, object]:
    return {
        "file": each.file,
        "function": each.function,
        "line": each.line,
        "first_line": each.lines[0] or None,
        "last_line": each.lines[1] or None,
        "self_s": each.self_s,
        "total_s": each.total_s,
        "called": each.called,
        "spent": _spent(each.spent),
    }


def _spent(spent: Spent) -> dict[str, object]:
    return {
        "total_s": spent.total_s,
        "avoidable_s": spent.avoidable_s,
        "breakdown": spent.breakdown,
        "layers": spent.layers,
        "states": spent.states,
    }
