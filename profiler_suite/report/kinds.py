"""The files that reports and exports write, and how they are recognised as such.

Nothing but the standard library: a sweep asks before it measures whether its report
could be written, and draws nothing for that.
"""

import re

from profiler_suite.files import Kind


def _page(words: str, title: str) -> re.Pattern[bytes]:
    """The head of a page; those of release 0.1 are told apart by their titles."""
    return re.compile(
        rb'<!doctype html>\s.*?<meta name="generator" content="profiler_suite'
        + rf'(?: {words}">|">\s*<title>[^<]*: {title}</title>)'.encode(),
        re.DOTALL,
    )


UNKNOWN = Kind("file", re.compile(rb"(?!)"))
"""Of which none is ever recognised."""
PAGE = Kind("report", _page("report", "profiler_suite report"))
PROGRAM = Kind("page of `run`", _page("run", "where to look first"))
PROGRAM_SEEN = Kind("samples of `run`", re.compile(rb'\{"target":\{"kind":'))
FIREFOX = Kind(
    "file for the Firefox Profiler", re.compile(rb'\{"meta": \{"product": "profiler_suite"')
)
PROGRAM_JSON = Kind("result of `run`", re.compile(rb'\{"profiler_suite_program":'))
EXPLANATION = Kind("page of `explain`", _page("explain", "where its time goes"))
RACE = Kind("page of `race`", _page("race", "which is faster"))
# Of a table: its first columns, which stay the same from release to release.
_COLUMNS = rb"id,experiment,workload,problem,name,implementation,family,dtype,layout,"
POINTS = Kind("table of points", re.compile(_COLUMNS))
HOSTS = Kind("table of hosts", re.compile(b"host," + _COLUMNS))
SUMMARY = Kind(
    "summary",
    re.compile(rb"# "),
    re.compile(rb"All numbers: `points\.csv`; the whole report: `report\.html`\.\s*$"),
)
WRITER = "profiler_suite"
"""What figures are marked with, where their formats name the writing program."""
# Those of release 0.1 have no mark: they are matplotlib's without a date, and pixels
# without anything but their density.
PNG = Kind(
    "figure",
    re.compile(
        rb"\x89PNG\r\n\x1a\n\0\0\0\rIHDR.{8}\x08\x02\0\0\0.{4}"
        rb"(?:.{0,64}tEXtSoftware\0profiler_suite|\0\0\0\tpHYs\0\0\x18\x9b\0\0\x18\x9b\x01)",
        re.DOTALL,
    ),
)
SVG = Kind(
    "figure",
    re.compile(
        rb"<\?xml(?:(?!<dc:date>|</metadata>).)*?<dc:title>(?:profiler_suite|Matplotlib v)",
        re.DOTALL,
    ),
)
PYPERF = Kind(
    "pyperf file",
    re.compile(rb'\{"version": "1\.0", "benchmarks": \['),
    re.compile(rb'"profiler_suite_version": "[^"]*", "unit": "second"\}\}$'),
)
# Their formats leave no room for a mark: names of our points, and how our intervals are told.
BENCHER = Kind(
    "Bencher file",
    re.compile(rb'\{"[^"/]+/[^"/]+/[^"]+/t\d+": \{"latency": \{"value": '),
)
GITHUB = Kind(
    "github-action-benchmark file",
    re.compile(
        rb'\[\{"name": "[^"/]+/[^"/]+/[^"]+/t\d+", "unit": "ns", "value": [^,]*, '
        rb'"range": "[^"]*", "extra": "95 % interval'
    ),
)
SPEEDSCOPE = Kind(
    "speedscope file",
    re.compile(
        rb'\{"\$schema": "https://www\.speedscope\.app/[^"]*", "name": "[^\n]*?", '
        rb'"activeProfileIndex": 0, "exporter": "profiler_suite"'
    ),
)
PARQUET_MARK = {b"written_by": WRITER.encode()}
"""Metadata of the schema."""
PARQUET = Kind(
    "table of points",
    re.compile(rb"PAR1"),
    re.compile(rb"written_by.{1,4}profiler_suite", re.DOTALL),
)
LPROF_MARK = b"\nprofiler_suite\n"
"""Stands behind the pickle, where its readers have stopped."""
LPROF = Kind("line profile", re.compile(rb"\x80"), re.compile(re.escape(LPROF_MARK) + rb"$"))
PATCH_MARK = "A rewrite that `profiler_suite explain` has measured.\n"
"""Stands before the diff, where `patch` and `git apply` read over it."""
PATCH = Kind("patch", re.compile(re.escape(PATCH_MARK.encode()) + rb"--- "))
