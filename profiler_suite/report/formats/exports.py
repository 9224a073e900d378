"""A run in the formats of other tools: each format is one decorated function.

Importing this imports none of the scientific stack: `export --help` lists the formats.
"""

import importlib.util
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from profiler_suite.errors import UsageError
from profiler_suite.files import Kind
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import BreakdownRecord
from profiler_suite.registry import Registry, blaming
from profiler_suite.report import kinds

if TYPE_CHECKING:
    from profiler_suite.analysis.run.load import Run

Content = Callable[["Run"], str | bytes]
"""A run → what its file has in it; UsageError if the run has nothing of the kind."""


class Format(Noun, frozen=True):
    """A format that a run is exported in."""

    name: str
    ending: str
    """Of the file's name, without its first dot."""
    summary: str
    """One line: the first line of the function's docstring."""
    content: Content
    kind: Kind
    """How an earlier export is recognised, which a new one may replace."""


_TRACKERS = "profiler_suite.report.formats.tracker_exports"
_FORMATS: Registry[Format] = Registry("export format", (__name__, _TRACKERS))


def export_format(ending: str, kind: Kind = kinds.UNKNOWN) -> Callable[[Content], Content]:
    """Enter the decorated function as a format, under its own name.

    Without a `kind` no file that is there is replaced, unless --force says so.
    """

    def enter(content: Content) -> Content:
        name = content.__name__
        summary = (content.__doc__ or name).strip().splitlines()[0]
        made = Format(name=name, ending=ending, summary=summary, content=content, kind=kind)
        _FORMATS.add(name, made, content)
        return content

    return enter


def formats() -> dict[str, Format]:
    """The formats by name."""
    return _FORMATS.entries()


def exported(run: "Run", form: Format) -> str | bytes:
    """What the file in that format has in it; UsageError if the run has nothing of the kind."""
    with blaming(form.content):
        return form.content(run)


@export_format("csv", kinds.POINTS)
def csv(run: "Run") -> str:
    """The points table, one row per point, for a spreadsheet."""
    from profiler_suite.report.formats import table_csv

    return table_csv.points_csv(run.points)


@export_format("md", kinds.SUMMARY)
def markdown(run: "Run") -> str:
    """The summary, for a pull request or the summary of a CI job."""
    from profiler_suite.report.content import run_facts
    from profiler_suite.report.formats import summary

    return summary.markdown(run_facts.ask(run), ())


@export_format("parquet", kinds.PARQUET)
def parquet(run: "Run") -> bytes:
    """The points table with its types; needs the extra [parquet]."""
    import io

    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed; "
            "python -m pip install 'profiler-suite[parquet]'"
        )
    import pyarrow
    import pyarrow.parquet

    # Every other table can be made from the records.
    table = pyarrow.Table.from_pandas(run.points, preserve_index=False)
    marked = table.replace_schema_metadata({**table.schema.metadata, **kinds.PARQUET_MARK})
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(marked, buffer)
    return buffer.getvalue()


@export_format("pyperf.json", kinds.PYPERF)
def pyperf(run: "Run") -> str:
    """Every sample, for pyperf's compare_to and stats."""
    import json

    from profiler_suite.report.formats import pyperf_json

    found = pyperf_json.document(run)
    if not found["benchmarks"]:
        raise UsageError(f"{run.folder} has no measured point; pyperf's format needs one")
    return json.dumps(found, allow_nan=False)


@export_format("lprof", kinds.LPROF)
def lprof(run: "Run") -> bytes:
    """Raw hits and times of lines, for line_profiler's own viewer."""
    from profiler_suite.measure.lines import lprof

    if not run.history.lines:
        raise UsageError(f"{run.folder} has no line profiles; sweep it again to take them")
    return lprof.content(run.history.lines) + kinds.LPROF_MARK


@export_format("speedscope.json", kinds.SPEEDSCOPE)
def speedscope(run: "Run") -> str:
    """Native samples, for speedscope."""
    import json

    return json.dumps(
        speedscope_document(run.history.breakdown_records.values(), run.folder.name)
    )


def speedscope_document(
    breakdown_records: Iterable[BreakdownRecord], name: str
) -> dict[str, Any]:
    """Native samples of every point as one speedscope document, a profile per point."""
    from profiler_suite.measure import native

    frames: dict[str, int] = {}
    profiles: list[dict[str, Any]] = []
    merged: dict[str, Any] = {}
    for breakdown_record in breakdown_records:
        if breakdown_record.native is None or not breakdown_record.native.samples:
            continue
        merged = native.to_speedscope(breakdown_record.native, breakdown_record.point)
        labels = [frame["name"] for frame in merged["shared"]["frames"]]
        place = [frames.setdefault(label, len(frames)) for label in labels]
        for profile in merged["profiles"]:
            stacks = [[place[frame] for frame in stack] for stack in profile["samples"]]
            profiles.append(profile | {"samples": stacks})
    if not profiles:
        raise UsageError(f"{name} has no native samples; they are taken on Linux where allowed")
    shared = {"frames": [{"name": label} for label in frames]}
    return merged | {"name": name, "shared": shared, "profiles": profiles}
