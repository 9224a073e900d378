"""Templates are filled with escaped text, and not with what is missing."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from profiler_suite.report.html import template


def test_what_comes_from_outside_is_escaped_and_markup_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Loaded:
        def __init__(self, *_: object, **options: object) -> None:
            from jinja2 import DictLoader, Environment

            page = {"page": "{{ own }}{{ theirs }}{{ 2 | some('call') }}"}
            self._real = Environment(
                loader=DictLoader(page),
                autoescape=options["autoescape"] is True,
                undefined=options["undefined"],  # type: ignore[arg-type]
            )
            self.filters = self._real.filters
            self.get_template = self._real.get_template

    monkeypatch.setattr(template, "Environment", Loaded)
    found = template.filled("page", own=Markup("<b>"), theirs="<script>")
    assert found == "<b>&lt;script&gt;2 calls"
    with pytest.raises(UndefinedError, match="theirs"):
        template.filled("page", own="")


@pytest.mark.parametrize("name", ["page.css", "explanation.css", "copy.js", "page.js"])
def test_files_beside_the_templates_are_read(name: str) -> None:
    assert template.own_file(name).strip()
