"""The page of one explanation: one HTML file with its style inside."""

import dataclasses
import html
import math
import textwrap
from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup

from profiler_suite import units
from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.explain import by_thread, layers, memory
from profiler_suite.analysis.explain.explanation import Explanation, interval
from profiler_suite.analysis.explain.inside import InsideCall, facts_in_words
from profiler_suite.analysis.shares import ShownShares, part_in_words
from profiler_suite.report.content import line_totals
from profiler_suite.report.content.explanation_words import (
    counted_in_words,
    halves,
    headline,
    limits,
    notes,
    sentence,
    shown_shares,
    way_name,
)
from profiler_suite.report.content.source_lines import FunctionView, SourceLine, explained_line
from profiler_suite.report.content.table import TableView, numbers, tabulated, words
from profiler_suite.report.drawing.style import (
    ENTRY_COLOURS,
    FAMILIES,
    css_variables,
    variables,
)
from profiler_suite.report.html.template import filled, own_file

_FRAME_HEIGHT = 620
# In the colour that waiting has in the picture of a program.
_COLOURS = ENTRY_COLOURS | {time_breakdown.WAITING: FAMILIES["library"][2][0]}


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
class WayView:
    """One other way to run the function."""

    name: str
    headline: str
    details: str


@dataclasses.dataclass(frozen=True)
class ExplanationView:
    """What the template shows."""

    name: str
    host: str
    headline: str
    bound: str
    arguments: str
    measured: str
    notes: tuple[str, ...]
    counted: str
    parts: tuple[BarPart, ...]
    """Of the bar; none where the methods disagree too far."""
    parts_in_words: str
    halves: tuple[str, ...]
    """Interpreter and calls, and the work on data, with their shares."""
    disagreement: str
    """Of the methods, in a sentence; empty where they agree."""
    breakdown: TableView
    verdict: tuple[str, ...]
    advice: tuple[AdviceView, ...]
    not_advised: tuple[str, ...]
    ways: tuple[WayView, ...]
    """Other ways to run it; none where that was not asked."""
    before: str
    """The functions that the fastest rewrite changes, as they are."""
    after: str
    patch: str
    threads: tuple[str, ...]
    """How many take part, then what each does; nothing where one does it all."""
    layers: str
    """Whose code runs, in words; empty where that is not known."""
    callees: tuple[str, ...]
    memory: tuple[str, ...]
    """Peak and temporaries, then the operations that allocate most."""
    operations: TableView
    calls: tuple[tuple[str, str], ...]
    """Each call looked into: what it is, its facts."""
    functions: tuple[FunctionView, ...]
    """The costliest first."""
    no_functions: str
    """Why there are none."""


def render(found: Explanation, *, script: bool = True) -> str:
    """The page as HTML; every text from outside is escaped by the template engine."""
    return filled(
        "explanation.html.j2",
        page=_view(found),
        css=Markup(css_variables() + own_file("page.css") + own_file("explanation.css")),
        js=Markup(own_file("copy.js")) if script else "",
    )


def frame(found: Explanation) -> str:
    """The page in a sandboxed frame, for a notebook."""
    page = html.escape(render(found, script=False), quote=True)
    name = html.escape(found.explained.name)
    return (
        f'<iframe sandbox="" srcdoc="{page}" title="profiler_suite: {name}" '
        f'style="width:100%;height:{_FRAME_HEIGHT}px;border:0"></iframe>'
    )


def _view(found: Explanation) -> ExplanationView:
    explained, time = found.explained, found.time
    shares = shown_shares(found)
    parts = _parts(shares) if shares and shares.add_up else ()
    record = explained.breakdown_record
    counted = (
        f"Its operations were not counted: {record.untraced}."
        if record.untraced
        else f"{counted_in_words(record, 'NumPy call')}."
    )
    threads = units.some(explained.threads, "BLAS thread")
    return ExplanationView(
        name=explained.name,
        host=found.machine.facts.host,
        headline=headline(found),
        bound=limits(found),
        arguments=", ".join(explained.arguments) + f" → {explained.result}",
        measured=(
            f"{units.time(time.time_s)}, 95 % interval {interval(time)}; "
            f"{time.undisturbed_visits} of {units.some(time.visits, 'visit')} undisturbed; "
            f"first call {units.time(explained.cold_s)}; {threads}"
        ),
        notes=tuple(f"{sentence(note)}." for note in notes(found)),
        counted=counted,
        parts=parts,
        parts_in_words=", ".join(f"{p.name} {p.text}" for p in parts),
        halves=halves(shares) if shares and shares.add_up else (),
        disagreement=f"{sentence(shares.disagreement)}."
        if shares and shares.disagreement
        else "",
        breakdown=_breakdown(found),
        verdict=found.verdict,
        advice=_advice(found),
        not_advised=_not_advised(found),
        ways=_ways(found),
        before=_original(found),
        after=found.best.source if found.best else "",
        patch=found.patch,
        threads=by_thread.in_words(explained.by_thread),
        layers=layers.in_words(explained.layers),
        callees=_callees(found),
        memory=memory.in_words(explained),
        operations=_operations(found),
        calls=tuple((_call_in_words(each), facts_in_words(each)) for each in found.inside),
        functions=_functions(found),
        no_functions=_no_functions(found),
    )


def _parts(shares: ShownShares) -> tuple[BarPart, ...]:
    return tuple(
        BarPart(name, share, units.percent(share), variables()[_COLOURS[name]][0])
        for name, share in shares.parts.items()
    )


def _advice(found: Explanation) -> tuple[AdviceView, ...]:
    """The fastest rewrite first: its whole function is shown."""
    ordered = sorted(found.advice, key=lambda each: each is not found.best)
    return tuple(
        AdviceView(
            each.gain_text,
            each.title,
            sentence(each.evidence),
            "; ".join(each.caveats),
            each.lines,
        )
        for each in ordered
    )


def _ways(found: Explanation) -> tuple[WayView, ...]:
    return tuple(
        WayView(way_name(each), each.headline, sentence("; ".join(each.details)))
        for each in found.what_if
    )


def _not_advised(found: Explanation) -> tuple[str, ...]:
    if not found.advice_sought:
        return ("No advice was asked for.",)
    if found.advice or found.not_advised:
        return found.not_advised
    return ("None of the slow paths in the catalogue was found in it.",)


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
        numbers("time", lambda entry: _time(entry.time_s)),
        numbers("interval", lambda entry: _interval(entry.low_s, entry.high_s)),
        numbers("share", lambda entry: _share(entry.time_s / time_s)),
        words("found by", "method"),
    )
    entries = breakdown.entries if breakdown else ()
    return tabulated("The time breakdown of one evaluation", entries, columns)


def _time(seconds: float) -> str:
    """A time; parts timed alone may leave less than nothing of the whole, which is none."""
    return units.time(seconds) if seconds >= 0 else "below noise"


def _interval(low_s: float, high_s: float) -> str:
    return units.interval(low_s, high_s) if high_s > 0 or low_s == high_s == 0 else ""


def _share(share: float) -> str:
    """A part of a whole; what is none, parts timed alone, has no share."""
    return units.percent(share) if 0 <= share <= 1 else ""


def _operations(found: Explanation) -> TableView:
    def known(form: Callable[[float], str], value: float) -> str:
        return "–" if math.isnan(value) else form(value)

    own = found.explained.file
    columns = (
        words("operation", lambda row: str(row["via"] or row["operation"])),
        words("on", lambda row: str(row["operands"])),
        numbers("line", lambda row: layers.place(row["file"], row["line"], own)),
        numbers("calls", lambda row: units.count(row["calls"])),
        numbers("fixed", lambda row: known(units.time, row["fixed_s"])),
        numbers("growing", lambda row: known(units.time, max(0.0, row["growing_s"]))),
        numbers("share", lambda row: known(part_in_words, row["share"])),
        numbers("FLOP", lambda row: units.count(row["flop"])),
        numbers("traffic", lambda row: units.size(row["traffic_bytes"])),
    )
    caption = "Operations, costliest first; times are of one call"
    return tabulated(caption, found.operations.to_dict("records"), columns)


def _callees(found: Explanation) -> tuple[str, ...]:
    record = found.explained.layers
    if record is None:
        return ()
    return tuple(layers.callee_in_words(each, record) for each in layers.costliest(record))


def _call_in_words(call: InsideCall) -> str:
    facts = call.facts
    where = layers.place(facts.file, facts.line)
    where = f" in line {where}" if where else ""
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


def _functions(found: Explanation) -> tuple[FunctionView, ...]:
    """The functions that ran, the costliest first; one that is called is also in its caller."""
    table = found.lines
    views: list[tuple[float, FunctionView]] = []
    for source in found.explained.sources:
        end = source.first_line + len(source.text.splitlines())
        own = table[
            (table["file"] == source.file) & table["line"].between(source.first_line, end - 1)
        ]
        # The line of an inner function's name belongs to both: the one that ran counts.
        ran = {row["line"]: row for row in own.sort_values("hits").to_dict("records")}
        if not ran:
            continue
        lines = tuple(
            explained_line(ran[number], text)
            if number in ran
            else SourceLine(number=number, source=text)
            for number, text in enumerate(source.text.splitlines(), source.first_line)
        )
        if views:
            said = line_totals.PART_OF_CALLERS
        else:  # without what it defines inside of itself
            names = own["function"].str.rpartition(".")[2]
            said = line_totals.totals(own[names == source.function])
        view = FunctionView(source.function, Path(source.file).name, lines, said)
        views.append((float(own["time_s"].sum()), view))
    return tuple(view for _, view in sorted(views, key=lambda each: -each[0]))
