"""The page of a program's run: where to look first, in one file."""

import dataclasses
from collections.abc import Sequence

from markupsafe import Markup

from profiler_suite import units
from profiler_suite.analysis.program import causes
from profiler_suite.analysis.program.explained import ProgramAnswer, headline, sentences
from profiler_suite.analysis.program.moments import BREAKDOWN
from profiler_suite.analysis.program.ranking import Ranking, Spent
from profiler_suite.analysis.program.tree import Box, boxes
from profiler_suite.report.content.program import MOST_ROWS, ProgramView, parts, view
from profiler_suite.report.content.table import TableView
from profiler_suite.report.drawing.icicle import PROGRAM_COLOURS
from profiler_suite.report.drawing.style import css_variables, variables
from profiler_suite.report.html.template import filled, own_file

_MOST_LINES = 15


@dataclasses.dataclass(frozen=True)
class BoxView:
    """One box of the picture, ready for the template."""

    name: str
    place: str
    said: str
    """Name, time and kinds of work in words."""
    depth: int
    begin: float
    width: float
    """Of the whole, %."""
    strip: str
    """CSS gradient of its kinds of work."""
    parent: int


@dataclasses.dataclass(frozen=True)
class ExplainedView:
    """One explained function, with the page that says all of it."""

    target: str
    time: str
    memory: str
    """What its calls do to the program's memory; empty for nothing much."""
    reason: str
    """Why it is not explained; empty where it is."""
    verdict: tuple[str, ...]
    gain: str
    patch: str
    not_advised: str
    page: str


def render(ranking: Ranking, answer: ProgramAnswer | None = None) -> str:
    """The page as HTML; every text from outside is escaped by the template engine."""
    seen, wall_s = view(ranking, answer), ranking.run.end.wall_s
    won = headline(answer, wall_s) if answer else ""
    said = sentences(answer, wall_s) if answer else []
    shown = [_box(each, ranking.spent.total_s) for each in boxes(ranking.moments)]
    return filled(
        "program.html.j2",
        page=seen,
        wall=units.time(wall_s),
        headline=won or seen.finding,
        said=[each for each in said if each != won] + ([seen.finding] if won else []),
        parts=_parts(ranking.spent),
        boxes=shown,
        rows_deep=1 + max((box.depth for box in shown), default=0),
        row_breakdowns=[_gradient(row.function.spent.breakdown) for row in seen.rows],
        functions=_functions(seen, ranking.spent.total_s),
        lines=_lines(ranking),
        owners=_owners(ranking.spent),
        others=_others(ranking),
        explained=_explained(answer),
        has_rewrite=bool(answer and answer.rewrites),
        processes=list(ranking.run.samples.processes.items()),
        css=Markup(css_variables() + own_file("page.css") + own_file("explanation.css"))
        + Markup(own_file("program.css")),
        js=Markup(own_file("copy.js") + own_file("program.js")),
    )


def _explained(answer: ProgramAnswer | None) -> list[ExplainedView]:
    views = []
    for number, each in enumerate(answer.functions if answer else (), 1):
        found, best = each.explanation, each.best
        views.append(
            ExplainedView(
                target=each.place.wish.target,
                time=units.time(each.place.time_s),
                memory=each.memory.words,
                reason=each.reason,
                verdict=found.verdict if found else (),
                gain=f"{best.gain_text} {best.title}" if best else "",
                patch=found.patch if found else "",
                not_advised=" ".join(found.not_advised) if found else "",
                page=f"function-{number}.html" if found else "",
            )
        )
    return views


def _colour(name: str) -> str:
    return variables()[PROGRAM_COLOURS[name]][0]


def _parts(spent: Spent) -> list[tuple[str, float, str, str]]:
    return [(n, share, units.percent(share), _colour(n)) for n, share in parts(spent)]


def _gradient(breakdown: dict[str, float]) -> str:
    """Kinds of work side by side, each as wide as its share."""
    whole = sum(breakdown.values()) or 1.0
    at, stops = 0.0, []
    for name in BREAKDOWN:
        if breakdown.get(name):
            end = at + 100 * breakdown[name] / whole
            stops.append(f"var({_colour(name)}) {at:.2f}% {end:.2f}%")
            at = end
    return f"linear-gradient(to right,{','.join(stops)})" if stops else "none"


def _box(box: Box, whole_s: float) -> BoxView:
    kinds = sorted(box.breakdown.items(), key=lambda item: -item[1])
    said = ", ".join(f"{name} {units.percent(part)}" for name, part in kinds[:4])
    place = f"{causes.shown_path(box.file)}:{box.line}" if box.file else ""
    time = f"{units.time(box.width * whole_s)}, {units.percent(box.width)}"
    return BoxView(
        name=box.name,
        place=place,
        said=f"{time}; {said}; {box.layer}",
        depth=box.depth,
        begin=100 * box.begin,
        width=100 * box.width,
        strip=_gradient(box.breakdown),
        parent=box.parent,
    )


def _functions(seen: ProgramView, whole_s: float) -> TableView:
    rows = []
    for row in seen.rows:
        spent = row.function.spent
        rows.append(
            (
                row.where,
                _time(spent.avoidable_s),
                units.percent(spent.avoidable_s / whole_s),
                _time(row.function.self_s),
                _time(row.function.total_s),
                ", ".join(
                    f"{name} {units.percent(taken / (spent.total_s or 1))}"
                    for name, taken in list(spent.layers.items())[:3]
                ),
            )
        )
    return TableView(
        caption="Your functions",
        headings=("function", "overhead", "of all", "self", "total", "whose code ran"),
        numeric=(False, True, True, True, True, False),
        rows=tuple(rows),
        minor=("self", "whose code ran"),
        note="Self is the function and the compiled code that it calls directly; total "
        "includes everything it calls. Overhead is per-call cost, copies, memory and waiting, "
        "in the function and in the libraries that it calls; a rewrite may save arithmetic, "
        "too.",
    )


def _time(seconds: float) -> str:
    return units.time(seconds) if seconds else "0"


def _lines(ranking: Ranking) -> TableView:
    rows = [
        (
            causes.where(each.file, each.line, each.function),
            _time(each.spent.avoidable_s),
            _time(each.spent.total_s),
            causes.cause(each.spent, each.called),
        )
        for each in ranking.lines[:_MOST_LINES]
    ]
    return TableView(
        caption="Your lines, including the library code that they call",
        headings=("line", "overhead", "total", "why"),
        numeric=(False, True, True, False),
        rows=tuple(rows),
    )


def _owners(spent: Spent) -> TableView:
    whole = spent.total_s or 1.0
    return TableView(
        caption="Whose code ran",
        headings=("owner", "time", "of all"),
        numeric=(False, True, True),
        rows=tuple(
            (name or "unknown", units.time(taken), units.percent(taken / whole))
            for name, taken in spent.layers.items()
        ),
    )


def _others(ranking: Ranking) -> TableView:
    rows: Sequence[tuple[str, float, float]] = ranking.others[:MOST_ROWS]
    return TableView(
        caption="Library functions, by their own time",
        headings=("function", "self", "total"),
        numeric=(False, True, True),
        rows=tuple((name, _time(own), _time(whole)) for name, own, whole in rows),
    )
