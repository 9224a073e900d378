"""The explained functions of a program on the terminal: why, and what to write instead."""

from profiler_suite import units
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.program.explained import (
    ExplainedFunction,
    ProgramAnswer,
    sentences,
)
from profiler_suite.report.content.source_text import dedented
from profiler_suite.report.terminal.console import Page, cut, shortened
from profiler_suite.report.terminal.explanation import breakdown_bar, one_advice

_WIDEST = 100
_MOST_LINES = 16
_MOST_SENTENCES = 3


def screen(answer: ProgramAnswer, wall_s: float, width: int, color: bool) -> str:
    """What the rewrites do for the program, then each function; empty without any."""
    if not answer.functions:
        return ""
    page = Page(min(width, _WIDEST), color)
    for each in sentences(answer, wall_s):
        page.paragraph(each, style="bold")
    for number, function in enumerate(answer.functions, 1):
        page.line()
        _function(page, number, function)
    return page.text()


def _function(page: Page, number: int, each: ExplainedFunction) -> None:
    taken = units.time(each.place.time_s)
    calls = f", {each.calls_in_words}" if each.calls_in_words else ""
    page.beside(
        f"{number:>2}  {each.place.wish.target}", f"{taken} of the program{calls}", "dim"
    )
    if each.memory.words:
        page.paragraph(each.memory.words, indent="    ", style="dim")
    found = each.explanation
    if found is None:
        page.paragraph(f"not explained: {each.reason}", indent="    ", style="yellow")
        return
    _explanation(page, found)


def function_screen(found: Explanation, width: int, *, color: bool) -> str:
    """One function in short: why, its costliest line, and what to write instead."""
    page = Page(min(width, _WIDEST), color)
    _explanation(page, found)
    return page.text()


def _explanation(page: Page, found: Explanation) -> None:
    for said in found.verdict[:_MOST_SENTENCES]:
        page.paragraph(said, first="    ", indent="    ")
    if found.breakdown is not None:
        breakdown_bar(page, found.breakdown)
    _costliest_line(page, found)
    best = found.best or next(iter(found.advice), None)
    if best is None:
        said = " ".join(found.not_advised) or "no rule found anything faster"
        page.paragraph(f"advice: none ({said})", first="    ", indent="    ", style="dim")
        return
    one_advice(page, best, with_lines=not found.patch)
    if found.patch:
        _diff(page, found.patch)


def _costliest_line(page: Page, found: Explanation) -> None:
    ran = found.lines[found.lines["hits"] > 0] if len(found.lines) else found.lines
    if not len(ran):
        return
    row = ran.sort_values("time_s", ascending=False).to_dict("records")[0]
    share = units.percent(min(1.0, row["share"]))
    line = f"    line {row['line']}, {share} of it: {str(row['source']).strip()}"
    page.line(shortened(line, page.width))


def _diff(page: Page, diff: str) -> None:
    """The lines that go and those that come, as many as can be read at a glance."""
    lines = [
        line
        for line in diff.splitlines()
        if line[:1] in "+-" and not line.startswith(("+++", "---"))
    ]
    sources = dedented([line[1:] for line in lines])
    for line, source in list(zip(lines, sources, strict=True))[:_MOST_LINES]:
        style = "green" if line[0] == "+" else "red"
        page.pieces((f"    {line[0]} {cut(source, page.width - 6)}", style))
    if len(lines) > _MOST_LINES:
        page.line(f"    … {len(lines) - _MOST_LINES} more lines: --patch FILE", "dim")
