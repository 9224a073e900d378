"""Renders the page: one HTML file with its style, its script and its figures inside."""

from collections.abc import Iterable

from markupsafe import Markup

from profiler_suite.report.drawing.style import css_variables
from profiler_suite.report.html.template import filled, own_file
from profiler_suite.report.html.view import PageView


def render(page: PageView) -> str:
    """The page as HTML; every text from outside is escaped by the template engine."""
    return filled(
        "page.html.j2",
        page=page,
        css=Markup(css_variables() + own_file("page.css") + _cells_of_points(page)),
        js=Markup(own_file("copy.js") + own_file("page.js")),
        statuses=sorted({point.status for point in page.points}),
    )


def _cells_of_points(page: PageView) -> str:
    """How the big table's columns look, without a class on each of its cells."""

    def cells(name: str, chosen: Iterable[bool]) -> str:
        places = [place for place, one in enumerate(chosen, 1) if one]
        return ",".join(f"#points {name}:nth-child({place})" for place in places)

    numeric = cells("td", (c.numeric for c in page.columns))
    texts = cells("td", (c.wraps for c in page.columns))
    screen_only = cells(":is(td,th)", (c.screen_only for c in page.columns))
    return (
        f"{numeric}{{text-align:right}}\n"
        f"@media print{{{texts}{{white-space:normal}}{screen_only}{{display:none}}}}"
    )
