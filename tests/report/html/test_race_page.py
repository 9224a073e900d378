"""The page of a race is whole, escaped and recognised as one."""

import re
from pathlib import Path

from profiler_suite.report import kinds
from profiler_suite.report.html.race import frame, render
from tests.made_race import CHANGE, LARGE, SMALL, race, refused, result


def test_the_page_holds_the_answer_the_tables_and_the_picture(tmp_path: Path) -> None:
    page = render(race(result(2.0, SMALL), result(0.5, LARGE), changes=(CHANGE,)))
    for text in ("is slower", "np.sqrt", "What changed in new.py:f", "<svg"):
        assert text in page
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    file = tmp_path / "race.html"
    file.write_text(page)
    assert kinds.RACE.wrote(file)
    assert not kinds.EXPLANATION.wrote(file)


def test_names_from_outside_are_escaped() -> None:
    page = render(race(result(0.5, after="<b>.py:f")))
    assert "<b>.py" not in page
    assert "&lt;b&gt;.py:f" in page


def test_a_race_without_times_has_a_page_too() -> None:
    page = render(race(refused()))
    assert "gives a different answer" in page
    assert "<figure>" not in page


def test_a_notebook_shows_it_in_a_frame() -> None:
    text = frame(race(result(0.5)))
    assert text.startswith('<iframe sandbox=""')
    assert "&lt;html" in text
