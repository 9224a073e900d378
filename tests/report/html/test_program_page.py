"""The page of a program's run: where to look first, the picture, nothing unescaped."""

import html
import json
import re

import msgspec

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.analysis.program.tree import boxes
from profiler_suite.report.drawing.icicle import icicle
from profiler_suite.report.drawing.png_worker import png
from profiler_suite.report.formats.program_exports import firefox, program_formats, speedscope
from profiler_suite.report.html.program import render
from profiler_suite.report.kinds import FIREFOX, PNG, PROGRAM, SPEEDSCOPE
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
    assert "3 s of 4 s could be saved" in first.replace("3.00", "3").replace("4.00", "4")


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
