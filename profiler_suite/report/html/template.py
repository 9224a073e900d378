"""Fills the templates of pages: everything from outside is escaped."""

import importlib.resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from profiler_suite import units

_PACKAGE = "profiler_suite.report.html"


def filled(template: str, **values: Any) -> str:
    """The page that a template gives with these values; all but Markup is escaped."""
    environment = Environment(
        loader=PackageLoader(_PACKAGE), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["together"] = units.together
    environment.filters["some"] = units.some
    return environment.get_template(template).render(**values)


def own_file(name: str) -> str:
    """The text of a style sheet or script that lies beside the templates."""
    return (importlib.resources.files(_PACKAGE) / "templates" / name).read_text("utf-8")
