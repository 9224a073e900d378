"""The page of a program's run: where to look first, the picture, nothing unescaped."""

import html
import json
import re

import msgspec

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.analysis.program.tree import boxes
from profiler_suite.measure.program.trying import ProgramTrial
from profiler_suite.report.drawing.icicle import icicle
from profiler_suite.report.drawing.png_worker import png
from profiler_suite.report.formats.program_exports import firefox, program_formats, speedscope
from profiler_suite.report.html.program import render
from profiler_suite.report.kinds import FIREFOX, PNG, PROGRAM, SPEEDSCOPE
from tests.analysis.program.fake_answer import rewritten
from tests.analysis.program.fake_program import IMPORTING, LIBC, NUMPY, UMATH, run_of, stack

MAIN = "<module> (/home/me/main.py:20)"
LOOP = "loop (/home/me/main.py:5)"
SUM = f"sum ({NUMPY}/_core/fromnumeric.py:2425)"
RUN = run_of(
    stack(MAIN, IMPORTING, count=10),
    stack(MAIN, LOOP, SUM, f"PyUFunc_GenericReduction ({UMATH})", count=50),
    stack(MAIN, LOOP, count=25),
    stack(MAIN, "load (/home/me/main.py:9)", f"read ({LIBC})", count=15),
    wall_s=4.0,
)


def test_the_ranking_comes_first_with_cause_and_command() -> None:
    page = render(rank(RUN))
    assert re.findall(r'<h2 id="(\w+)">', page) == ["first", "breakdown", "lines"]
    first = html.unescape(page).replace("\N{NO-BREAK SPACE}", " ").split("</li>")[0]
    assert "main.py:5 loop" in first
    assert "small calls of NumPy: 100 % is per-call cost, most in numpy sum" in first
    assert "explain /home/me/main.py:loop --from" in first
    assert "3 s of 4 s is overhead" in first.replace("3.00", "3").replace("4.00", "4")


def test_what_was_tried_stands_first_then_the_cause_and_the_code() -> None:
    ranking = rank(RUN)
    trial = ProgramTrial(before_s=(4.0,), after_s=(1.2,))
    page = html.unescape(render(ranking, rewritten(ranking, 12.0, trial)))
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    parts = (
        "<h1>Tried: with this rewrite the program takes 1.20 s instead of 4.00 s.</h1>",
        "It printed the same",
        "Look first at main.py:5 loop: 75 % of the time is overhead there",
        "12.0× as fast (10.8 to 13.2): line 5",
        "+y = a.sum()",
        "Where to look first",
        "Its rewrite is 12.0× as fast.",
    )
    places = [page.index(part) for part in parts[:5]]
    places += [page.index(part, places[-1]) for part in parts[5:]]
    assert places == sorted(places)
    assert "up to" not in page


def test_a_rewrite_that_changed_the_output_is_no_headline() -> None:
    ranking = rank(RUN)
    trial = ProgramTrial(before_s=(4.0,), after_s=(1.2,), difference="it printed else")
    page = render(ranking, rewritten(ranking, 12.0, trial))
    assert "<h1>Look first at main.py:5 loop" in page
    assert page.index("<h1>") < page.index("But it printed else.")


def test_without_a_rewrite_the_ranking_stands_before_what_was_explained() -> None:
    ranking = rank(RUN)
    page = render(ranking, rewritten(ranking, 0.0))
    order = re.findall(r'<h2 id="(\w+)">', page)
    assert order == ["first", "explained", "breakdown", "lines"]


def test_every_box_is_a_button_that_says_what_it_is() -> None:
    made = boxes(rank(RUN).moments)
    assert [(b.name, b.depth, round(b.width, 3), b.parent) for b in made] == [
        ("<module>", 0, 1.0, -1),
        ("loop", 1, 0.75, 0),
        ("sum", 2, 0.5, 1),
        ("load", 1, 0.15, 0),
        ("imports", 1, 0.1, 0),
    ]
    page = render(rank(RUN))
    assert len(re.findall(r'<button type="button" class="box"', page)) == len(made)
    assert 'aria-label="loop /home/me/main.py:5: 3.00' in page.replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_names_are_text_wherever_they_come_from() -> None:
    hostile = '<script>alert("x")</script>'
    found = rank(run_of(stack(f"{hostile} (/home/{hostile}/main.py:5)", count=10)))
    page = render(found)
    assert hostile not in page
    assert PROGRAM.begins.match(page.encode())


def test_a_run_that_was_never_seen_has_a_page() -> None:
    assert "None of your own code takes enough time" in render(rank(run_of()))


def test_the_picture_is_a_png_of_ours() -> None:
    drawn = png(icicle(boxes(rank(RUN).moments), "main.py $x$"))
    assert PNG.begins.match(drawn)
    assert PNG.begins.match(png(icicle([], "")))


def test_speedscope_and_firefox_get_every_thread() -> None:
    found = json.loads(speedscope(RUN))
    assert [sum(p["weights"]) for p in found["profiles"]] == [1.0]
    assert SPEEDSCOPE.begins.match(speedscope(RUN).encode())
    names = [frame["name"] for frame in found["shared"]["frames"]]
    assert [names[n] for n in found["profiles"][0]["samples"][2]] == ["<module>", "loop"]
    thread = json.loads(firefox(RUN))["threads"][0]
    assert sum(thread["samples"]["weight"]) == 100
    assert thread["isMainThread"]
    texts, functions, stacks = (
        thread["stringArray"],
        thread["funcTable"]["name"],
        thread["stackTable"],
    )
    at, path = thread["samples"]["stack"][2], []
    while at is not None:
        path.append(texts[functions[stacks["frame"][at]]])
        at = stacks["prefix"][at]
    assert path == ["loop", "<module>"]
    assert FIREFOX.begins.match(firefox(RUN).encode())
    assert set(program_formats()) == {"speedscope", "firefox"}


def test_what_was_seen_is_read_again_as_it_was() -> None:
    again = msgspec.json.decode(msgspec.json.encode(RUN), type=type(RUN))
    assert again == RUN
