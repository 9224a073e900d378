"""Explanations as plain values with stable keys, for JSON; missing numbers are None.

Schema history: 1, the first; 2, three keys have other names (see CHANGELOG.md).
"""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
import pandas as pd

from profiler_suite.analysis.explain import by_thread, inside, layers, memory
from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.explain.question import QuestionAnswer
from profiler_suite.model.results import Breakdown

EXPLANATION_SCHEMA = 2
SEED_SCHEMA = 2
# Fields that stand in the document under their own names.
_OF_FUNCTION = ("name", "setup", "file", "line", "threads", "arguments", "result")
_OF_TIME = (
    *("time_s", "low_s", "high_s", "minimum_s", "raw_median_s", "visits"),
    *("undisturbed_visits", "switched_out", "flags"),
)
_OF_TRACE = (
    *("calls", "flop", "traffic_bytes", "temporaries", "temporary_bytes"),
    *("coverage", "coverage_samples", "escaped", "uncovered", "untraced"),
)
_OF_ENTRY = ("time_s", "low_s", "high_s", "method")
_OF_BREAKDOWN = ("time_s", "overhead_shares", "coverage", "undisturbed")
_OF_COUNTERFACTUAL = ("text", "saved_s", "share")


def document(this: Explanation) -> dict[str, Any]:
    """The explanation as plain values."""
    explained = this.explained
    return {
        "schema": EXPLANATION_SCHEMA,
        **_fields(explained, _OF_FUNCTION),
        "time": _fields(this.time, _OF_TIME) | {"cold_s": explained.cold_s},
        "trace": _fields(explained.breakdown_record, _OF_TRACE),
        "breakdown": _breakdown(this.breakdown),
        "cause": msgspec.to_builtins(this.cause),
        "roofline": msgspec.to_builtins(this.roofline),
        "operations": _records(this.operations),
        "layers": _layers(this),
        "by_thread": _by_thread(this),
        "memory": {
            "peak_bytes": explained.peak_bytes,
            "temporaries": msgspec.to_builtins(memory.temporaries(explained)),
            "lines": _plain(explained.memory.lines if explained.memory else ()),
            "expressions": _plain(explained.memory.expressions if explained.memory else ()),
            "reason": explained.memory.reason if explained.memory else "",
        },
        "inside": inside.time_by_cause(this.inside),
        "calls": [_call(each) for each in this.inside],
        "lines": _records(this.lines),
        "counterfactuals": {
            each.name: _fields(each, _OF_COUNTERFACTUAL) for each in this.counterfactuals
        },
        "advice": [_advice(each) for each in this.advice],
        "not_advised": list(this.not_advised),
        "patch": this.patch,
        "what_if": [msgspec.to_builtins(each) for each in this.what_if],
        "verdict": list(this.verdict),
        "notes": list(this.notes),
    }


def question_document(this: QuestionAnswer) -> dict[str, Any]:
    """The answer to the founding question as plain values; times in s."""
    left, right = (document(found) for found in this.explanations)
    return {
        "schema": SEED_SCHEMA,
        "question": this.question,
        "headline": this.headline,
        "ratio": msgspec.to_builtins(this.ratio),
        "quotient_of_times": this.quotient,
        "flop_ratio": this.sides[1].textbook_flop / this.sides[0].textbook_flop,
        "sides": [
            {
                "side": role,
                "implementation": side.name,
                "problem": side.problem,
                "flop_textbook": side.textbook_flop,
                "flop_executed": plain["trace"]["flop"],
                "compulsory_bytes": side.textbook_bytes,
                "bound": plain["roofline"]["bound"],
                "of_attainable": plain["roofline"]["of_attainable"],
                "explanation": plain,
            }
            for role, side, plain in zip(
                ("loop", "product"), this.sides, (left, right), strict=True
            )
        ],
        "counterfactuals": left["counterfactuals"],
        "alternative": {
            "implementation": this.alternative_name,
            "ratio": msgspec.to_builtins(this.alternative),
        },
        "sentences": list(this.sentences),
    }


def to_json(plain: dict[str, Any]) -> str:
    """A document as indented JSON."""
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)


def _fields(noun: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: msgspec.to_builtins(getattr(noun, name)) for name in names}


def _layers(this: Explanation) -> dict[str, Any]:
    """Shares of the time by whose code runs, and the functions of packages below each line."""
    record = this.explained.layers
    return {
        "samples": record.samples if record else 0,
        "reason": record.reason if record else "",
        "shares": layers.shares(record),
        "callees": [msgspec.to_builtins(each) for each in (record.callees if record else ())],
    }


def _plain(nouns: Iterable[Any]) -> list[Any]:
    return [msgspec.to_builtins(each) for each in nouns]


def _by_thread(this: Explanation) -> dict[str, Any]:
    """Each thread's shares of the time, running by kind of work and waiting by what for."""
    record = this.explained.by_thread
    return {
        "samples": record.samples if record else 0,
        "reason": record.reason if record else "",
        "cores_busy": by_thread.cores_busy(record),
        "threads": _plain(record.threads if record else ()),
    }


def _call(call: inside.InsideCall) -> dict[str, Any]:
    """The facts of one call with what they mean."""
    found: dict[str, Any] = msgspec.to_builtins(call)
    return found | {"text": inside.facts_in_words(call)}


def _advice(given: Advice) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(given)
    del found["rewrites"]  # their text is in source and lines
    return found


def _breakdown(breakdown: Breakdown | None) -> dict[str, Any] | None:
    if breakdown is None:
        return None
    return _fields(breakdown, _OF_BREAKDOWN) | {
        "entries": {
            each.name: _fields(each, _OF_ENTRY) | {"share": each.time_s / breakdown.time_s}
            for each in breakdown.entries
        }
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        table.to_json(orient="records", double_precision=15)
    )
    return rows
