"""The terminal screen of one explanation: everything that matters on 80 columns."""

import math
import re
from collections.abc import Mapping
from pathlib import Path

from profiler_suite import units
from profiler_suite.analysis import shares, time_breakdown
from profiler_suite.analysis.explain import layers
from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.analysis.explain.explanation import Explanation, bound_in_words, interval
from profiler_suite.analysis.explain.line_breaks import broken
from profiler_suite.model.results import Breakdown
from profiler_suite.report.content.explanation_words import (
    calls_in_words,
    counted_in_words,
    notes,
)
from profiler_suite.report.content.source_text import dedented
from profiler_suite.report.terminal import (
    annotated_source,
    by_thread,
    call_facts,
    memory,
    what_if,
    whose_code,
)
from profiler_suite.report.terminal.console import Page, TextColumn, cut

_ENTRY_STYLES = {
    time_breakdown.INTERPRETER: ("i", "red"),
    time_breakdown.DISPATCH: ("d", "magenta"),
    time_breakdown.MEMORY: ("m", "yellow"),
    time_breakdown.COPY: ("c", "cyan"),
    time_breakdown.ARITHMETIC: ("a", "green"),
    time_breakdown.WAITING: ("w", "blue"),
    time_breakdown.RESIDUAL: ("r", "dim"),
}
_SHORT = {
    time_breakdown.INTERPRETER: "interp.",
    time_breakdown.ARITHMETIC: "arith.",
    time_breakdown.RESIDUAL: "rest",
}
_MOST_OPERATIONS = 5
_WIDEST, _WIDEST_LINES = 100, 140
_MOST_ADVICE = 4
_MOST_REWRITTEN_LINES, _FIRST_REWRITTEN_LINES = 8, 6
_DEFINES = re.compile(r"def (\w+)")
_NO_RULE = "None of the slow paths in the catalogue was found in it (list rules shows them)."
# An evaluation near what a call itself costs.
_TINY_CALLS = 20


def screen(
    found: Explanation,
    width: int,
    color: bool,
    *,
    all_lines: bool = False,
    all_calls: bool = False,
) -> str:
    """Time and bound, advice, lines, breakdown, operations, counterfactuals, in that order."""
    page = Page(min(width, _WIDEST_LINES if all_lines else _WIDEST), color)
    _head(page, found)
    _advice(page, found)
    what_if.show(page, found.what_if)
    if all_lines:
        annotated_source.every(page, found.lines, found.notes)
    else:
        annotated_source.costliest(page, found.lines)
    _breakdown(page, found)
    by_thread.show(page, found.explained.by_thread)
    whose_code.show(page, found.explained.layers)
    _operations(page, found)
    if all_calls:
        call_facts.every(page, found.inside)
        memory.show(page, found.explained)
    _what_if(page, found)
    for note in notes(found):
        page.paragraph(note, first="  ! ", indent="    ", style="yellow")
    return page.text()


def _head(page: Page, found: Explanation) -> None:
    explained, time = found.explained, found.time
    threads = f"{explained.threads} BLAS thread{'' if explained.threads == 1 else 's'}"
    name = explained.name.rpartition(":")[2]
    where = f"{Path(explained.file).name}:{explained.line}" if explained.file else "compiled"
    page.beside(name, f"{where}, {threads}", style="dim")
    given = ", ".join(explained.arguments) or "no arguments"
    page.paragraph(f"{given} → {explained.result}", first="  ", indent="    ", style="dim")
    basis = (
        f"{interval(time)} (95 %), {units.count(time.undisturbed_visits)} undisturbed of "
        f"{units.some(time.visits, 'visit')}, first call {units.time(explained.cold_s)}"
    )
    page.beside(units.time(time.time_s), basis)
    breakdown_record = explained.breakdown_record
    parts = [bound_in_words(found)]
    if time_breakdown.is_lost(breakdown_record):
        parts.append("FLOP, rate and roofs are not shown")
    elif not breakdown_record.untraced:
        if breakdown_record.flop:
            rate = units.flop_rate(breakdown_record.flop / time.time_s)
            parts.append(f"{units.count(breakdown_record.flop)} executed FLOP at {rate}")
            if breakdown_record.traffic_bytes:
                intensity = units.three_digits(
                    breakdown_record.flop / breakdown_record.traffic_bytes
                )
                parts.append(f"{intensity} FLOP/byte")
        else:
            parts.append(f"no FLOP, {units.size(breakdown_record.traffic_bytes)} moved")
    page.paragraph("; ".join(parts), indent="  ")
    if time.time_s < _TINY_CALLS * explained.empty_call_s:
        page.line(
            f"  of that, an empty Python function takes {units.time(explained.empty_call_s)}",
            "dim",
        )


def _breakdown(page: Page, found: Explanation) -> None:
    breakdown = found.breakdown
    page.line()
    if breakdown is None:
        page.line("Where the time goes: not known", "bold")
        return
    breakdown_record = found.explained.breakdown_record
    counted = ""
    if time_breakdown.is_lost(breakdown_record):
        counted = f"{calls_in_words(breakdown_record)}; "  # the rest is above
    elif not breakdown_record.untraced:
        counted = f"{counted_in_words(breakdown_record)}; "
    page.line("Where the time goes", "bold")
    said = overhead_in_words(breakdown.overhead_shares)
    page.paragraph(f"{counted}{said}", indent="  ", style="dim")
    breakdown_bar(page, breakdown)


def overhead_in_words(found: Mapping[str, float]) -> str:
    """'overhead 87 % by replay, 85 % by native'; none is below nothing or more than all."""
    known = {method: share for method, share in found.items() if share >= 0}
    said = [f"{shares.part_in_words(share)} by {method}" for method, share in known.items()]
    text = f"overhead {', '.join(said)}" if said else "overhead not known"
    return f"{text}; its operations take longer alone" if len(known) < len(found) else text


def breakdown_bar(page: Page, breakdown: Breakdown) -> None:
    """The time breakdown as a bar of letters with its legend; not where it cannot be one."""
    shown = shares.shown({e.name: breakdown.share(e.name) for e in breakdown.entries})
    if shown.disagreement:
        said = shown.disagreement
        page.paragraph(f"{said[0].upper()}{said[1:]}.", first="  ", indent="  ")
    if not shown.add_up:
        return
    page.pieces(("  ", ""), *_bar(shown.parts, page.width - 4))
    pieces: list[tuple[str, str]] = []
    taken = 0
    for entry, part in shown.parts.items():
        _, style = _ENTRY_STYLES[entry]
        name, share = _SHORT.get(entry, entry), f"{100 * part:.0f} %"
        long = len(f"  {name} {share}")
        if taken + long > page.width:
            page.pieces(*pieces)
            pieces, taken = [], 0
        pieces += [("  ", ""), (name, style), (f" {share}", "")]
        taken += long
    page.pieces(*pieces)


def _bar(parts: Mapping[str, float], width: int) -> list[tuple[str, str]]:
    """Letters in proportion."""
    pieces, used = [], 0.0
    drawn = 0
    for entry, share in parts.items():
        used += share
        length = round(used * width) - drawn
        drawn += length
        letter, style = _ENTRY_STYLES[entry]
        pieces.append((letter * length, style))
    return pieces


def _operations(page: Page, found: Explanation) -> None:
    table = found.operations.head(_MOST_OPERATIONS)
    if table.empty:
        return
    page.line()
    rows = []
    for row in table.to_dict("records"):
        known = not math.isnan(row["call_s"])
        rows.append(
            (
                row["via"] or row["operation"],
                row["operands"],
                units.count(row["calls"]),
                units.time(row["fixed_s"]) if known else "",
                units.time(max(0.0, row["growing_s"])) if known else "",
                shares.part_in_words(row["share"]) if known else "not replayed",
                layers.place(row["file"], row["line"], found.explained.file),
            )
        )
    page.table(
        (
            TextColumn("Costliest operations", least=20),
            TextColumn("on", least=14, rank=2, style="dim"),
            TextColumn("calls", numeric=True),
            TextColumn("fixed", numeric=True),
            TextColumn("growing", numeric=True, rank=1),
            TextColumn("share", numeric=True),
            TextColumn("line", numeric=True),
        ),
        rows,
    )


def _what_if(page: Page, found: Explanation) -> None:
    worth = [each for each in found.counterfactuals if each.share >= 0.005]
    if not worth:
        return
    page.line()
    page.line("What if", "bold")
    for each in worth:
        least = "at least " if each.name == "one_call" else ""
        page.paragraph(
            f"{each.text}: {least}{units.percent(each.share)} less", first="  ", indent="    "
        )


def _advice(page: Page, found: Explanation) -> None:
    if not found.advice_sought:
        return
    page.line()
    given = found.advice
    page.line("Advice, tried on this machine" if given else "Advice: none", "bold")
    for each in given[:_MOST_ADVICE]:
        one_advice(page, each)
    if len(given) > _MOST_ADVICE:
        page.line(f"  {len(given) - _MOST_ADVICE} more: --html FILE shows them", "dim")
    for sentence in found.not_advised or (() if given else (_NO_RULE,)):
        page.paragraph(sentence, first="  ", indent="    ", style="dim")
    if not given and found.near_limit:
        page.paragraph(found.near_limit, first="  ", indent="    ", style="dim")
    if found.patch:
        page.line("  --patch FILE writes the fastest rewrite as a unified diff", "dim")


def one_advice(page: Page, each: Advice, *, with_lines: bool = True) -> None:
    """One thing to change: what it gains, why, where it differs, and its first new lines."""
    page.paragraph(f"{each.gain_text}  {each.title}", first="  ", indent="    ")
    page.paragraph(each.evidence, indent="    ", style="dim")
    if each.caveats:
        page.paragraph("; ".join(each.caveats), indent="    ", style="dim")
    if not with_lines:
        return
    _rewritten_lines(page, each)


def _rewritten_lines(page: Page, each: Advice) -> None:
    """The first new lines, as wide as the terminal; with their numbers where they lie apart."""
    helpers = [p for r in each.rewrites for p in r.prelude if _DEFINES.match(p)]
    hidden = {line for helper in helpers for line in helper.splitlines()}
    own = [
        # A rewrite over several lines has one number: that of the line it stands for.
        (number, place, text)
        for number, _, after in each.lines
        if number or after not in hidden
        for place, text in enumerate(t for t in after.splitlines() if t.strip())
    ]
    apart = len({number for number, _, _ in own}) > 1
    room = page.width - (len("    12345 ") if apart else len("    "))
    sources = dedented([text for _, _, text in own])
    lines = [
        ("" if place or more else str(number or "+"), text)
        for (number, place, _), source in zip(own, sources, strict=True)
        for more, text in enumerate(broken(source, room))
    ]
    most = len(lines) if len(lines) <= _MOST_REWRITTEN_LINES else _FIRST_REWRITTEN_LINES
    for mark, text in lines[:most]:
        before = f"    {mark:>5} " if apart else "    "
        page.pieces((before, "dim"), (cut(text, room), "green"))
    indent = "          " if apart else "    "
    if len(lines) > most:
        page.line(f"{indent}… {units.some(len(lines) - most, 'more line')}", "dim")
    for helper in helpers:
        name = _DEFINES.match(helper)
        assert name is not None
        page.line(f"{indent}with {name[1]}(), which --patch FILE writes as well", "dim")
