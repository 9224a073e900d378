"""A program's run in the formats of other tools: each format is one decorated function.

Importing this imports none of the scientific stack: `export --help` lists the formats.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from profiler_suite.files import Kind
from profiler_suite.model.noun import Noun
from profiler_suite.registry import Registry
from profiler_suite.report import kinds

if TYPE_CHECKING:
    from profiler_suite.measure.program.samples import SampledStack, StackFrame
    from profiler_suite.measure.program.watching import ProgramRun

ProgramContent = Callable[["ProgramRun"], str]


class ProgramFormat(Noun, frozen=True):
    """A format that a program's run is exported in."""

    name: str
    ending: str
    summary: str
    content: ProgramContent
    kind: Kind


_FORMATS: Registry[ProgramFormat] = Registry("program's export format", (__name__,))


def program_format(
    ending: str, kind: Kind = kinds.UNKNOWN
) -> Callable[[ProgramContent], ProgramContent]:
    """Enter the decorated function as a format, under its own name."""

    def enter(content: ProgramContent) -> ProgramContent:
        name = content.__name__
        summary = (content.__doc__ or name).strip().splitlines()[0]
        made = ProgramFormat(
            name=name, ending=ending, summary=summary, content=content, kind=kind
        )
        _FORMATS.add(name, made, content)
        return content

    return enter


def program_formats() -> dict[str, ProgramFormat]:
    """The formats by name."""
    return _FORMATS.entries()


def _threads(run: "ProgramRun") -> dict[str, list["SampledStack"]]:
    """Stacks by process and thread, those of the program's first thread first."""
    found: dict[str, list[SampledStack]] = {}
    for stack in run.samples.stacks:
        name = f"process {stack.process}, {stack.thread_name or f'thread {stack.thread}'}"
        found.setdefault(name, []).append(stack)
    return found


@program_format("speedscope.json", kinds.SPEEDSCOPE)
def speedscope(run: "ProgramRun") -> str:
    """Stacks of every thread, for speedscope.app."""
    numbers: dict[StackFrame, int] = {}
    second = 1 / run.samples.rate_hz
    profiles = []
    for name, stacks in _threads(run).items():
        weights = [stack.count * second for stack in stacks]
        profiles.append(
            {
                "type": "sampled",
                "name": name,
                "unit": "seconds",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": [
                    [numbers.setdefault(frame, len(numbers)) for frame in stack.frames]
                    for stack in stacks
                ],
                "weights": weights,
            }
        )
    shown = [{"name": f.name, "file": f.file, "line": max(f.line, 1)} for f in numbers]
    return json.dumps(
        {
            "$schema": "https://www.speedscope.app/file-format-schema.json",
            "name": " ".join(run.target.words),
            "activeProfileIndex": 0,
            "exporter": "profiler_suite",
            "shared": {"frames": shown},
            "profiles": profiles,
        }
    )


@program_format("firefox.json", kinds.FIREFOX)
def firefox(run: "ProgramRun") -> str:
    """Stacks of every thread, for profiler.firefox.com."""
    threads = [_firefox_thread(name, stacks, run) for name, stacks in _threads(run).items()]
    meta = {
        "product": "profiler_suite",
        "interval": 1000 / run.samples.rate_hz,
        "startTime": 0,
        "processType": 0,
        "version": 29,
        "preprocessedProfileVersion": 47,
        "stackwalk": 0,
        "symbolicated": True,
        "markerSchema": [],
        "categories": [{"name": "Other", "color": "grey", "subcategories": ["Other"]}],
    }
    return json.dumps({"meta": meta, "libs": [], "pages": [], "threads": threads})


class _Strings(dict[str, int]):
    """Each text once, by its number."""

    def number(self, text: str) -> int:
        return self.setdefault(text, len(self))


def _firefox_thread(
    name: str, stacks: list["SampledStack"], run: "ProgramRun"
) -> dict[str, object]:
    strings = _Strings()
    frames: dict[StackFrame, int] = {}
    prefixes: dict[tuple[int | None, int], int] = {}
    samples, weights = [], []
    for stack in stacks:
        at: int | None = None
        for frame in stack.frames:
            number = frames.setdefault(frame, len(frames))
            at = prefixes.setdefault((at, number), len(prefixes))
        samples.append(at)
        weights.append(stack.count)
    return {
        "name": name,
        "processType": "default",
        "processStartupTime": 0,
        "processShutdownTime": None,
        "registerTime": 0,
        "unregisterTime": None,
        "pausedRanges": [],
        "pid": str(stacks[0].process),
        "tid": stacks[0].thread,
        "isMainThread": stacks[0].first_thread,
        **_function_tables(list(frames), strings),
        "stackTable": {
            "length": len(prefixes),
            "prefix": [prefix for prefix, _ in prefixes],
            "frame": [frame for _, frame in prefixes],
            "category": [0] * len(prefixes),
            "subcategory": [0] * len(prefixes),
        },
        "samples": {
            "length": len(samples),
            "stack": samples,
            "time": [1000 * n / run.samples.rate_hz for n in range(len(samples))],
            "weight": weights,
            "weightType": "samples",
        },
        "markers": _empty("data", "name", "startTime", "endTime", "phase", "category"),
        "resourceTable": _empty("lib", "name", "host", "type"),
        "nativeSymbols": _empty("libIndex", "address", "name", "functionSize"),
        "stringArray": list(strings),
    }


def _empty(*columns: str) -> dict[str, object]:
    return {"length": 0} | {column: [] for column in columns}


def _function_tables(
    functions: "list[StackFrame]", strings: _Strings
) -> dict[str, dict[str, object]]:
    """One frame for each function and line."""
    count = len(functions)
    lines = [frame.line or None for frame in functions]
    return {
        "frameTable": {
            "length": count,
            "address": [-1] * count,
            "inlineDepth": [0] * count,
            "category": [0] * count,
            "subcategory": [0] * count,
            "func": list(range(count)),
            "nativeSymbol": [None] * count,
            "innerWindowID": [0] * count,
            "implementation": [None] * count,
            "line": lines,
            "column": [None] * count,
        },
        "funcTable": {
            "length": count,
            "name": [strings.number(frame.name) for frame in functions],
            "isJS": [False] * count,
            "relevantForJS": [False] * count,
            "resource": [-1] * count,
            "fileName": [strings.number(frame.file) for frame in functions],
            "lineNumber": lines,
            "columnNumber": [None] * count,
        },
    }
