"""Stacks of a program in other tools' formats: what their readers want is there."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from profiler_suite.report.formats.program_exports import firefox, speedscope
from tests.analysis.program.fake_program import LIBC, NUMPY, run_of, stack

RUN = run_of(
    stack("<module> (/home/me/main.py:20)", "loop (/home/me/main.py:5)", count=25),
    stack(
        "<module> (/home/me/main.py:20)",
        f"sum ({NUMPY}/_core/fromnumeric.py:2425)",
        f"read ({LIBC})",
        count=10,
    ),
    wall_s=4.0,
)
NUMBERS = {"type": "array", "items": {"type": "integer"}}
MAYBE = {"type": "array", "items": {"type": ["integer", "null"]}}


def table(required: dict[str, Any]) -> dict[str, Any]:
    columns = {"length": {"type": "integer"}, **required}
    return {"type": "object", "properties": columns, "required": list(columns)}


# The processed format of profiler.firefox.com, version 47, as its types and its changelog have
# it (src/types/profile.js, docs-developer/CHANGELOG-formats.md); what it reads of a profile.
FIREFOX = {
    "type": "object",
    "required": ["meta", "libs", "threads"],
    "properties": {
        "meta": {
            "type": "object",
            "required": [
                *("interval", "startTime", "processType", "version", "stackwalk", "product"),
                *("preprocessedProfileVersion", "markerSchema", "categories"),
            ],
            "properties": {
                "interval": {"type": "number", "exclusiveMinimum": 0},
                "preprocessedProfileVersion": {"const": 47},
                "categories": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "object", "required": ["name", "color", "subcategories"]},
                },
            },
        },
        "threads": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": [
                    *("processType", "processStartupTime", "processShutdownTime"),
                    *("registerTime", "unregisterTime", "pausedRanges", "name"),
                    *("isMainThread", "pid", "tid", "samples", "markers", "stackTable"),
                    *("frameTable", "stringArray", "funcTable", "resourceTable"),
                    "nativeSymbols",
                ],
                "properties": {
                    "pid": {"type": "string"},
                    "tid": {"type": ["integer", "string"]},
                    "isMainThread": {"type": "boolean"},
                    "stringArray": {"type": "array", "items": {"type": "string"}},
                    "samples": table(
                        {
                            "stack": MAYBE,
                            "time": {"type": "array", "items": {"type": "number"}},
                            "weight": NUMBERS,
                        }
                    ),
                    "stackTable": table(
                        {
                            "frame": NUMBERS,
                            "prefix": MAYBE,
                            "category": NUMBERS,
                            "subcategory": NUMBERS,
                        }
                    ),
                    "frameTable": table(
                        {
                            "address": NUMBERS,
                            "inlineDepth": NUMBERS,
                            "func": NUMBERS,
                            "nativeSymbol": MAYBE,
                            "line": MAYBE,
                            "column": MAYBE,
                        }
                    ),
                    "funcTable": table(
                        {
                            "name": NUMBERS,
                            "resource": NUMBERS,
                            "fileName": MAYBE,
                            "lineNumber": MAYBE,
                            "columnNumber": MAYBE,
                        }
                    ),
                },
            },
        },
    },
}
# What speedscope wants of a file (src/lib/file-format-spec.ts).
SPEEDSCOPE = {
    "type": "object",
    "required": ["$schema", "shared", "profiles"],
    "properties": {
        "$schema": {"const": "https://www.speedscope.app/file-format-schema.json"},
        "shared": {
            "type": "object",
            "required": ["frames"],
            "properties": {
                "frames": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {
                            "name": {"type": "string"},
                            "file": {"type": "string"},
                            "line": {"type": "integer", "minimum": 1},
                        },
                    },
                }
            },
        },
        "profiles": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    *("type", "name", "unit", "startValue", "endValue", "samples", "weights")
                ],
                "properties": {
                    "type": {"const": "sampled"},
                    "unit": {"enum": ["none", "nanoseconds", "microseconds", "seconds"]},
                    "samples": {"type": "array", "items": NUMBERS},
                    "weights": {"type": "array", "items": {"type": "number"}},
                },
            },
        },
    },
}


def test_the_firefox_profiler_finds_all_it_reads() -> None:
    found = json.loads(firefox(RUN))
    jsonschema.validate(found, FIREFOX)
    for thread in found["threads"]:
        for name in ("samples", "stackTable", "frameTable", "funcTable", "markers"):
            length = thread[name]["length"]
            columns = [v for v in thread[name].values() if isinstance(v, list)]
            assert {len(column) for column in columns} == {length}, name
        assert _below(thread["samples"]["stack"], thread["stackTable"])
        assert _below(thread["stackTable"]["frame"], thread["frameTable"])
        assert _below(thread["frameTable"]["func"], thread["funcTable"])
        texts = {"length": len(thread["stringArray"])}
        assert _below(thread["funcTable"]["name"], texts)
        assert _below(thread["funcTable"]["fileName"], texts)
        # A prefix stands before what follows it: the reader goes through it once.
        prefixes = thread["stackTable"]["prefix"]
        assert all(p is None or p < n for n, p in enumerate(prefixes))
        times = thread["samples"]["time"]
        assert times == sorted(times)


def _below(numbers: list[int | None], of: dict[str, Any]) -> bool:
    return all(number is None or 0 <= number < of["length"] for number in numbers)


def test_speedscope_finds_all_it_reads() -> None:
    found = json.loads(speedscope(RUN))
    jsonschema.validate(found, SPEEDSCOPE)
    frames = len(found["shared"]["frames"])
    for profile in found["profiles"]:
        assert len(profile["samples"]) == len(profile["weights"])
        assert all(0 <= frame < frames for sample in profile["samples"] for frame in sample)
        assert profile["endValue"] == pytest.approx(sum(profile["weights"]))
