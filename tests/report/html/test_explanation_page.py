"""The page of one function: advice first, then its lines, then where the time goes."""

import html
import math
import re
from types import SimpleNamespace

import msgspec
import pytest

from profiler_suite.analysis.explain.document import document
from profiler_suite.analysis.explain.explanation import Explanation, bound_in_words
from profiler_suite.measure.explain.ways.records import StoppingLine, WayRecord
from profiler_suite.model.threads import CALLING, GIL, LOCK, ThreadsRecord, ThreadTime
from profiler_suite.model.way import Way, WayKind
from profiler_suite.report.content import line_totals
from profiler_suite.report.content.explanation_words import halves, shown_shares
from profiler_suite.report.content.source_lines import source_line
from profiler_suite.report.html import explanation
from profiler_suite.report.html.explanation import frame, render
from profiler_suite.report.terminal.explanation import screen
from tests.stored_explanation import stored_explanation


@pytest.fixture(scope="module")
def found() -> Explanation:
    return stored_explanation()


@pytest.fixture(scope="module")
def page(found: Explanation) -> str:
    return render(found)


def test_the_advice_comes_first_then_the_lines_then_the_rest(page: str) -> None:
    headings = re.findall(r'<h2 id="(\w+)">', page)
    assert headings == ["advice", "lines", "breakdown", "verdict", "operations"]


def test_threads_and_waiting_are_shown_where_there_are_any(
    found: Explanation, page: str
) -> None:
    assert 'class="threads"' not in page
    worker = ThreadTime(name="Thread (work) 1", running={"copy": 0.5}, waiting={GIL: 0.5})
    calling = ThreadTime(name=CALLING, running={}, waiting={LOCK: 1.0})
    native = found.explained.breakdown_record.native
    assert native is not None
    record = msgspec.structs.replace(
        found.explained,
        by_thread=ThreadsRecord(samples=99, threads=(calling, worker)),
        breakdown_record=msgspec.structs.replace(
            found.explained.breakdown_record,
            native=msgspec.structs.replace(native, slept_s=0.9 * native.wall_s),
            coverage=1.0,
        ),
    )
    waits = Explanation(record, found.machine)
    text = html.unescape(re.sub(r"<[^>]+>", "\n", render(waits)))
    assert "Thread (work) 1: copy" in text
    assert "interpreter lock (GIL) 50" in text
    assert bound_in_words(waits) == (
        "it waits for a lock, 90 % of the time; its other threads: waiting for the interpreter "
        "lock (GIL) 50 %, copy 50 %"
    )
    shown = screen(waits, 80, False)
    assert "calling thread: waits for lock 100 %" in shown
    plain = document(waits)["by_thread"]
    assert plain["cores_busy"] == 0.5
    assert [each["name"] for each in plain["threads"]] == [CALLING, "Thread (work) 1"]


def test_other_ways_to_run_it_stand_behind_the_advice_and_are_escaped() -> None:
    found = stored_explanation()
    found.ways = (
        WayRecord(
            way=Way(kind=WayKind.NUMBA),
            reason="Numba cannot compile it: <b>",
            stopped_at=StoppingLine(file="/a/my.py", line=3, text="x < y"),
        ),
    )
    page = render(found)
    headings = re.findall(r'<h2 id="(\w+)">', page)
    assert headings == ["advice", "ways", "lines", "breakdown", "verdict", "operations"]
    assert "<h3>Numba: not measured</h3>" in page
    assert "compile it: &lt;b&gt;; my.py, line 3: x &lt; y" in page


def test_no_time_is_less_than_nothing(found: Explanation) -> None:
    breakdown = found.breakdown
    assert breakdown is not None
    less = [
        msgspec.structs.replace(entry, time_s=-2e-3, low_s=-3e-3, high_s=-1e-3)
        for entry in breakdown.entries
    ]
    table = explanation._breakdown(
        SimpleNamespace(breakdown=msgspec.structs.replace(breakdown, entries=tuple(less)))  # type: ignore[arg-type]
    )
    said = " ".join(cell for row in table.rows for cell in row)
    assert "below noise" in said
    assert not re.search(r"[-−]\d", said)


def test_the_whole_rewritten_function_is_there_to_copy(found: Explanation, page: str) -> None:
    best = found.best
    assert best is not None
    start = page.index('<code id="after">')
    code = page[start : page.index("</code>", start)].partition(">")[2]
    assert html.unescape(code).rstrip() == best.source.rstrip()
    assert 'data-copies="after"' in page[start:]
    assert page.index("as fast") < start


def test_functions_stand_in_order_of_their_cost(found: Explanation, page: str) -> None:
    names = re.findall(r'<table class="code"><caption>(\w+)', page)
    assert names == [name for (_, name), _ in line_totals.by_cost(found.lines)]
    assert len(names) == 2


def test_without_advice_or_operations_nothing_empty_is_shown() -> None:
    bare = stored_explanation(advised=False)
    bare.operations = bare.operations.iloc[:0]
    bare.lines = bare.lines.iloc[:0]
    text = render(bare)
    assert "No advice was asked for." in text
    assert "<tbody>\n</tbody>" not in text
    assert 'id="operations"' not in text
    assert 'id="after"' not in text


def test_no_negative_time_or_share_is_shown(page: str) -> None:
    assert not re.search(r">(at most )?[-−]\d", page)
    assert "(s)" not in page


def test_page_and_terminal_name_the_same_bound(found: Explanation, page: str) -> None:
    text = " ".join(screen(found, 80, color=False).split())
    assert bound_in_words(found) in text
    assert bound_in_words(found) in found.verdict[0]
    shares = shown_shares(found)
    assert shares is not None
    for half in halves(shares):
        assert half in page.replace("\N{NO-BREAK SPACE}", " ")


def test_the_screen_has_the_advice_before_the_lines_and_the_lines_with_bars(
    found: Explanation,
) -> None:
    for width in (60, 80):
        lines = screen(found, width, color=False).splitlines()
        assert max(map(len, lines)) <= width
        places = [
            next(n for n, line in enumerate(lines) if part in line)
            for part in ("Advice, tried", "share", "Where the time goes")
        ]
        assert places == sorted(places)
        assert any("█" in line for line in lines)


def test_parts_that_do_not_add_up_are_a_sentence_and_no_bar(found: Explanation) -> None:
    other = stored_explanation()
    breakdown = other.breakdown
    assert breakdown is not None
    entries = tuple(
        msgspec.structs.replace(e, time_s=2 * breakdown.time_s) if e.name == "arithmetic" else e
        for e in breakdown.entries
    )
    other.breakdown = msgspec.structs.replace(breakdown, entries=entries)
    text = render(other)
    assert "The methods disagree" in text
    assert 'class="breakdown"' not in text
    on_screen = screen(other, 80, color=False)
    assert "The methods disagree" in on_screen
    assert "200 %" not in on_screen


def test_a_notebook_shows_it_without_a_script(found: Explanation) -> None:
    assert "&lt;script" not in frame(found)


def test_a_line_below_resolution_has_no_time_of_its_own() -> None:
    row = dict.fromkeys(("hits", "uncertainty_s"), 1e-6) | {
        "line": 1,
        "interpreter_s": math.nan,
        "method": "sampled",
        "resolved": False,
        "indicative": False,
    }
    line = source_line(row, "x = 1", shown_s=0.0, raw_s=1e-3, share=0.0)
    assert line.time == "below 1.00 µs"
    assert line.words == ""
