"""The page of a race: one HTML file with its style and its picture inside."""

import dataclasses
import html

from markupsafe import Markup

from profiler_suite.analysis.race.results import Race
from profiler_suite.report.content import race_words
from profiler_suite.report.content.table import TableView
from profiler_suite.report.drawing import svg
from profiler_suite.report.drawing.style import css_variables
from profiler_suite.report.figures.race import picture
from profiler_suite.report.html.template import filled, own_file

_FRAME_HEIGHT = 560


@dataclasses.dataclass(frozen=True)
class ChangeView:
    """What changed from the old version to a new one."""

    title: str
    sentence: str
    tables: tuple[TableView, ...]
    notes: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class RacePage:
    """What the template shows."""

    name: str
    headline: str
    basis: str
    results: TableView
    answers: tuple[str, ...]
    crossings: tuple[str, ...]
    changes: tuple[ChangeView, ...]
    caption: str
    """Of the picture; empty where there is none."""
    notes: tuple[str, ...]


def render(race: Race) -> str:
    """The page as HTML; every text from outside is escaped by the template engine."""
    drawn = picture(race)
    return filled(
        "race.html.j2",
        page=_view(race, drawn.caption if drawn else ""),
        picture=Markup(svg.inline(drawn, svg.draw(drawn), ())) if drawn else "",
        css=Markup(css_variables() + own_file("page.css") + own_file("explanation.css")),
    )


def frame(race: Race) -> str:
    """The page in a sandboxed frame, for a notebook."""
    page = html.escape(render(race), quote=True)
    name = html.escape(" and ".join(race.targets))
    return (
        f'<iframe sandbox="" srcdoc="{page}" title="profiler_suite: {name}" '
        f'style="width:100%;height:{_FRAME_HEIGHT}px;border:0"></iframe>'
    )


def _view(race: Race, caption: str) -> RacePage:
    called = race_words.names(race)
    several = len(race.results) > 1
    answers = [
        f"{called[each.after]}, {each.size.label}: " * several
        + " ".join(
            filter(None, (race_words.answer_in_words(each), race_words.costs_in_words(each)))
        )
        for each in race.results
    ]
    return RacePage(
        name=" and ".join(called.values()),
        headline=race_words.headline(race),
        basis=race_words.basis(race),
        results=race_words.results_table(race),
        answers=tuple(answers),
        crossings=tuple(
            race_words.crossing_in_words(each, called[each.after]) for each in race.crossings
        ),
        changes=tuple(
            ChangeView(
                title=f"What changed in {called[each.after]}, at {each.size}",
                sentence=each.sentence,
                tables=tuple(
                    table
                    for table in (
                        race_words.parts_table(each),
                        race_words.operations_table(each),
                    )
                    if table.rows
                ),
                notes=each.notes,
            )
            for each in race.changes
        ),
        caption=caption,
        notes=race.notes,
    )
