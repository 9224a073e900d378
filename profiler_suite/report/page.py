"""Renders the page: one HTML file with its style, its script and its figures inside."""

import importlib.resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from profiler_suite.report.style import css_variables
from profiler_suite.report.view import PageView


def render(page: PageView) -> str:
    """The page as HTML; every text from outside is escaped by the template engine."""
    environment = Environment(
        loader=PackageLoader("profiler_suite.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )
    return environment.get_template("page.html.j2").render(
        page=page,
        css=Markup(css_variables() + _own_file("page.css") + _numeric_cells(page)),
        js=Markup(_own_file("page.js")),
        statuses=sorted({point.status for point in page.points}),
    )


def _numeric_cells(page: PageView) -> str:
    """Right-aligns the numbers of the big table without a class on each of its cells."""
    places = [number for number, column in enumerate(page.columns, 1) if column.numeric]
    cells = ",".join(f"#points td:nth-child({place})" for place in places)
    return f"{cells}{{text-align:right}}"


def _own_file(name: str) -> str:
    folder = importlib.resources.files("profiler_suite.report") / "templates"
    return (folder / name).read_text(encoding="utf-8")
