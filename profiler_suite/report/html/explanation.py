"""The page of one explanation: one HTML file with its style inside."""

import dataclasses
import html
import importlib.resources
import math
import textwrap
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from profiler_suite import units
from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.explain.explanation import Explanation, interval
from profiler_suite.analysis.explain.inside import InsideCall, facts_in_words
from profiler_suite.analysis.run import line_breakdown
from profiler_suite.report.content import line_totals
from profiler_suite.report.content.table import TableView, numbers, tabulated, words
from profiler_suite.report.drawing.style import ENTRY_COLOURS, css_variables, variables

_OWN_CSS = """
.breakdown{display:flex;height:34px;border-radius:8px;overflow:hidden;margin:12px 0}
.breakdown span{width:calc(100%*var(--part))}
.key{list-style:none;display:flex;flex-wrap:wrap;gap:6px 20px;padding:0;font-size:.92rem}
.key span{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
.before code{color:var(--muted)}
"""
_FRAME_HEIGHT = 620


@dataclasses.dataclass(frozen=True)
class BarPart:
    """One entry of the time breakdown in the bar."""

    name: str
    share: float
    text: str
    colour: str


@dataclasses.dataclass(frozen=True)
class AdviceView:
    """One advice with its rewritten lines."""

    gain: str
    title: str
    evidence: str
    caveats: str
    lines: tuple[tuple[int, str, str], ...]


@dataclasses.dataclass(frozen=True)
class LineView:
    """One line of the source, run or not."""

    number: int
    source: str
    hits: str = ""
    per_hit: str = ""
    raw: str = ""
    time: str = ""
    """Corrected, with its uncertainty; what cannot be resolved says so."""
    share: float = 0.0
    of_which: str = ""
    """The time breakdown's split of the line, in words."""


@dataclasses.dataclass(frozen=True)
class FunctionSource:
    """One annotated function."""

    name: str
    file: str
    totals: str
    lines: tuple[LineView, ...]


@dataclasses.dataclass(frozen=True)
class ExplanationView:
    """What the template shows."""

    name: str
    host: str
    headline: str
    arguments: str
    measured: str
    notes: tuple[str, ...]
    counted: str
    parts: tuple[BarPart, ...]
    parts_in_words: str
    breakdown: TableView
    verdict: tuple[str, ...]
    advice: tuple[AdviceView, ...]
    not_advised: tuple[str, ...]
    before: str
    """The functions that the fastest rewrite changes, as they are."""
    after: str
    patch: str
    operations: TableView
    calls: tuple[tuple[str, str], ...]
    """Each call looked into: what it is, its facts."""
    functions: tuple[FunctionSource, ...]
    no_functions: str
    """Why there are none."""


def render(found: Explanation) -> str:
    """The page as HTML; every text from outside is escaped by the template engine."""
    environment = Environment(
        loader=PackageLoader("profiler_suite.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    css = importlib.resources.files("profiler_suite.report.html") / "templates" / "page.css"
    style = Markup(css_variables() + css.read_text(encoding="utf-8") + _OWN_CSS)
    return environment.get_template("explanation.html.j2").render(page=_view(found), css=style)


def frame(found: Explanation) -> str:
    """The page in a sandboxed frame, for a notebook."""
    page = html.escape(render(found), quote=True)
    name = html.escape(found.explained.name)
    return (
        f'<iframe sandbox="" srcdoc="{page}" title="profiler_suite: {name}" '
        f'style="width:100%;height:{_FRAME_HEIGHT}px;border:0"></iframe>'
    )


def _view(found: Explanation) -> ExplanationView:
    explained, time = found.explained, found.time
    breakdown = found.breakdown
    parts = []
    for entry in breakdown.entries if breakdown else ():
        share = breakdown.share(entry.name) if breakdown else 0.0
        parts.append(
            BarPart(
                entry.name,
                max(0.0, share),
                units.percent(share),
                variables()[ENTRY_COLOURS[entry.name]][0],
            )
        )
    breakdown_record = explained.breakdown_record
    counted = (
        f"not traced: {breakdown_record.untraced}"
        if breakdown_record.untraced
        else f"{units.some(breakdown_record.calls, 'call')}, "
        f"{time_breakdown.coverage_in_words(breakdown_record)}"
    )
    return ExplanationView(
        name=explained.name,
        host=found.machine.facts.host,
        headline=found.verdict[0],
        arguments=", ".join(explained.arguments) + f" → {explained.result}",
        measured=(
            f"{units.time(time.time_s)}, {interval(time)} (95 %); {time.undisturbed_visits} "
            "undisturbed of "
            f"{time.visits} visits; first call {units.time(explained.cold_s)}; "
            f"{explained.threads} BLAS thread(s)"
        ),
        notes=found.notes,
        counted=counted,
        parts=tuple(parts),
        parts_in_words=", ".join(f"{p.name} {p.text}" for p in parts),
        breakdown=_breakdown(found),
        verdict=found.verdict,
        advice=tuple(
            AdviceView(
                each.gain_text, each.title, each.evidence, "; ".join(each.caveats), each.lines
            )
            for each in found.advice
        ),
        not_advised=_not_advised(found),
        before=_original(found),
        after=found.best.source if found.best else "",
        patch=found.patch,
        operations=_operations(found),
        calls=tuple((_call_in_words(each), facts_in_words(each)) for each in found.inside),
        functions=_functions(found),
        no_functions=_no_functions(found),
    )


def _not_advised(found: Explanation) -> tuple[str, ...]:
    if not found.advice_sought:
        return ("No advice was sought.",)
    if found.advice or found.not_advised:
        return found.not_advised
    return ("No slow path of the catalogue was found in it.",)


def _original(found: Explanation) -> str:
    best = found.best
    changed = {(r.file, r.first_line) for r in best.rewrites} if best else set()
    return "\n\n".join(
        textwrap.dedent(source.text)
        for source in found.explained.sources
        if (source.file, source.first_line) in changed
    )


def _breakdown(found: Explanation) -> TableView:
    breakdown = found.breakdown
    time_s = breakdown.time_s if breakdown else math.nan
    columns = (
        words("entry", "name"),
        numbers("time", lambda entry: units.time(entry.time_s)),
        numbers("interval", lambda entry: units.interval(entry.low_s, entry.high_s)),
        numbers("share", lambda entry: units.percent(entry.time_s / time_s)),
        words("found by", "method"),
    )
    entries = breakdown.entries if breakdown else ()
    return tabulated("The time breakdown of one evaluation", entries, columns)


def _operations(found: Explanation) -> TableView:
    def known(form: Callable[[float], str], value: float) -> str:
        return "–" if math.isnan(value) else form(value)

    columns = (
        words("operation", lambda row: str(row["via"] or row["operation"])),
        words("on", lambda row: str(row["operands"])),
        numbers("line", lambda row: str(row["line"] or "")),
        numbers("calls", lambda row: units.count(row["calls"])),
        numbers("fixed", lambda row: known(units.time, row["fixed_s"])),
        numbers("growing", lambda row: known(units.time, row["growing_s"])),
        numbers("share", lambda row: known(units.percent, row["share"])),
        numbers("FLOP", lambda row: units.count(row["flop"])),
        numbers("traffic", lambda row: units.size(row["traffic_bytes"])),
    )
    caption = "Operations, the costliest first; times of one call"
    return tabulated(caption, found.operations.to_dict("records"), columns)


def _call_in_words(call: InsideCall) -> str:
    facts = call.facts
    where = f" in line {facts.line}" if facts.line else ""
    return (
        f"{facts.via or facts.name}{where}, {units.count(facts.calls)} × "
        f"{units.time(facts.time_s)}: {units.percent(call.share)}, {call.word}"
    )


def _no_functions(found: Explanation) -> str:
    """Why no source is shown, where none is."""
    if not found.explained.file:
        return "There is no Python source: the function is compiled."
    if found.explained.lines:
        return "Its source cannot be read."
    why = next((note for note in found.notes if "line profile" in note), "no line profile")
    return f"{why[0].upper()}{why[1:]}."


def _functions(found: Explanation) -> tuple[FunctionSource, ...]:
    table = found.lines
    views: list[FunctionSource] = []
    for source in found.explained.sources:
        end = source.first_line + len(source.text.splitlines())
        own = table[
            (table["file"] == source.file) & table["line"].between(source.first_line, end - 1)
        ]
        # The line of an inner function's name belongs to both: the one that ran counts.
        ran = {row["line"]: row for row in own.sort_values("hits").to_dict("records")}
        if not ran:
            continue
        lines = []
        for number, text in enumerate(source.text.splitlines(), source.first_line):
            row = ran.get(number)
            lines.append(
                _line(number, row, text) if row else LineView(number=number, source=text)
            )
        if views:
            said = line_totals.PART_OF_CALLERS
        else:  # without what it defines inside of itself
            names = own["function"].str.rpartition(".")[2]
            said = line_totals.totals(own[names == source.function])
        views.append(
            FunctionSource(source.function, Path(source.file).name, said, tuple(lines))
        )
    return tuple(views)


def _line(number: int, row: Mapping[Hashable, Any], text: str) -> LineView:
    ran = bool(row["hits"])
    time = units.time(row["time_s"])
    if row["method"]:
        time += f" ± {units.time(row['uncertainty_s'])}"
        if not row["resolved"]:
            time += ", below resolution"
        elif row["indicative"]:
            time += ", indicative"
    return LineView(
        number=number,
        hits=units.count(row["hits"]) if ran else "",
        per_hit=units.time(row["time_s"] / row["hits"]) if ran else "",
        raw=units.time(row["raw_s"]) if ran else "",
        time=time if ran else "",
        share=max(0.0, min(1.0, row["share"])),
        of_which=line_breakdown.in_words(row, row["time_s"]),
        source=text,
    )
