"""The terminal screen that answers the founding question."""

from profiler_suite import units
from profiler_suite.analysis.explain.explanation import interval
from profiler_suite.analysis.explain.patch import added_lines
from profiler_suite.analysis.explain.question import QuestionAnswer
from profiler_suite.analysis.roofline import WORK
from profiler_suite.report.terminal.console import Page, TextColumn
from profiler_suite.report.terminal.explanation import breakdown_bar

# What one screen holds, with the commands at its end; code that is cut cannot be copied.
_SCREEN, _ENDING, _MOST_LINES = 45, 3, 8


def screen(found: QuestionAnswer, width: int, color: bool) -> str:
    """Headline, both sides side by side, their time breakdowns, what would be saved."""
    page = Page(min(width, 100), color)
    page.paragraph(found.question, style="dim")
    page.paragraph(f"{found.headline}.", style="bold")
    page.line()
    left, right = (_column(found, number) for number in (0, 1))
    page.table(
        (
            TextColumn(""),
            TextColumn(found.sides[0].name, numeric=True),
            TextColumn(found.sides[1].name, numeric=True),
        ),
        [(name, left[name], right[name]) for name in left],
    )
    for side, each in zip(found.sides, found.explanations, strict=True):
        if each.breakdown is not None:
            page.line(f"Where the time of {side.name} goes", "bold")
            breakdown_bar(page, each.breakdown)
    for sentence in found.sentences:
        page.paragraph(sentence, first="  · ", indent="    ")
    _instead(page, found)
    _notes(page, sorted({note for each in found.explanations for note in each.notes}))
    page.line()
    page.command("More:  ", "python -m profiler_suite sweep seed_question --quick")
    page.command(
        "Yours: ", "python -m profiler_suite explain FILE.py:FUNCTION --setup FUNCTION"
    )
    return page.text()


def _instead(page: Page, found: QuestionAnswer) -> None:
    """What to type instead, found by the rules and measured."""
    best = found.explanations[0].best
    if best is None:
        return
    page.line(f"Instead of {found.sides[0].name}, {best.gain_text.rstrip(':')}", "bold")
    lines = added_lines(found.explanations[0].patch).splitlines()
    for line in lines[:_MOST_LINES]:
        page.line(f"    {line}")
    if len(lines) > _MOST_LINES:
        page.line("    …  (the report of a sweep shows all of it)", "dim")
    page.paragraph("; ".join(best.caveats[:2]), first="    ", indent="    ", style="dim")


def _notes(page: Page, notes: list[str]) -> None:
    """As many as the screen holds; how many more there are is said."""
    for number, note in enumerate(notes):
        part = page.part()
        part.paragraph(note, first="  ! ", indent="    ", style="yellow")
        others = 1 if number < len(notes) - 1 else 0
        if page.height + part.height + others + _ENDING > _SCREEN:
            more = units.some(len(notes) - number, "more note" if number else "note")
            page.line(f"  ! {more}: --json", "yellow")
            return
        page.add(part)


def _column(found: QuestionAnswer, number: int) -> dict[str, str]:
    side, each = found.sides[number], found.explanations[number]
    breakdown_record, placement = each.explained.breakdown_record, each.roofline
    limit, near = _limit(placement.bound, placement.level, placement.of_attainable)
    return {
        "problem": side.problem,
        "time": units.time(each.time.time_s),
        "interval, 95 %": interval(each.time),
        "textbook FLOP": units.count(side.textbook_flop),
        "executed FLOP": units.count(breakdown_record.flop)
        if not breakdown_record.untraced
        else "not traced",
        "textbook rate": units.flop_rate(side.textbook_flop / each.time.time_s),
        "NumPy calls": units.count(breakdown_record.calls)
        if not breakdown_record.untraced
        else "not traced",
        "limited by": limit,
        "how far": near,
    }


def _limit(bound: str, level: str, of_attainable: float) -> tuple[str, str]:
    """What limits a side, and how much of that: calls are a part of its time, not a roof."""
    if not bound:
        return "no roof known", ""
    share = units.percent(of_attainable)
    if bound == "overhead":
        return "per-call cost", f"{share} of the time"
    names = {"memory": f"{level} bandwidth", "compute": "arithmetic", WORK: "its inner loops"}
    return names.get(
        bound, bound
    ), f"{share} of that roof" if of_attainable <= 1 else "above it"
