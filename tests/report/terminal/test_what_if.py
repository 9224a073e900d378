"""Other ways to run a function on the terminal."""

import pytest

from profiler_suite.analysis.explain.what_if import judged
from profiler_suite.measure.explain.ways.records import StoppingLine, WayRecord, WayVisits
from profiler_suite.model.way import Way, WayKind
from profiler_suite.report.terminal import explanation, what_if
from profiler_suite.report.terminal.console import Page, cell_len
from tests.analysis.explain.test_question import visits
from tests.stored_explanation import stored_explanation

RECORDS = (
    WayRecord(
        way=Way(kind=WayKind.JAX),
        reason="numpy.lib.stride_tricks.as_strided has no counterpart in JAX",
        stopped_at=StoppingLine(file="/a/b/my.py", line=12, text="as_strided(x, …)"),
    ),
    WayRecord(
        way=Way(kind=WayKind.NUMBA),
        version="0.61.2",
        form="compiled by njit",
        compile_s=1.2,
        visits=WayVisits(visits(8e-3), visits(1e-3)),
        checked=3,
    ),
)


def test_each_way_has_its_verdict_and_its_reason() -> None:
    page = Page(80, False)
    what_if.show(page, judged(RECORDS))
    lines = page.text().splitlines()
    assert lines[1] == "Other ways to run it, measured here"
    assert lines[2].startswith("  Numba 0.61.2: 8.00× as fast (")
    assert "  JAX: not measured" in lines
    assert "my.py, line 12" in " ".join(page.text().split())


def test_nothing_is_said_where_nothing_was_asked() -> None:
    page = Page(80, False)
    what_if.show(page, ())
    assert page.text().strip() == ""
    assert "Other ways" not in explanation.screen(stored_explanation(), 80, False)


@pytest.mark.parametrize("width", [60, 80])
def test_the_screen_fits_its_terminal_with_them(width: int) -> None:
    found = stored_explanation()
    found.ways = RECORDS
    text = explanation.screen(found, width, False)
    assert "Other ways to run it" in text
    assert max(map(cell_len, text.splitlines())) <= width
