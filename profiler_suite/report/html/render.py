"""Renders the page: one HTML file with its style, its script and its figures inside."""

import importlib.resources
from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from profiler_suite import units
from profiler_suite.report.drawing.style import css_variables
from profiler_suite.report.html.view import PageView


def render(page: PageView) -> str:
    """The page as HTML; every text from outside is escaped by the template engine."""
    environment = Environment(
        loader=PackageLoader("profiler_suite.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )
    environment.filters["together"] = units.together
    environment.filters["some"] = units.some
    return environment.get_template("page.html.j2").render(
        page=page,
        css=Markup(css_variables() + _own_file("page.css") + _cells_of_points(page)),
        js=Markup(_own_file("copy.js") + _own_file("page.js")),
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


def _own_file(name: str) -> str:
    folder = importlib.resources.files("profiler_suite.report.html") / "templates"
    return (folder / name).read_text(encoding="utf-8")
