"""A program's run on the terminal."""

import pytest

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.report.terminal import program
from profiler_suite.report.terminal.console import cell_len
from tests.analysis.program.fake_program import IMPORTING, NUMPY, UMATH, run_of, stack

MAIN = "<module> (/home/me/main.py:20)"
LOOP = "loop (/home/me/main.py:5)"
SUM = f"sum ({NUMPY}/_core/fromnumeric.py:2425)"
RANKING = rank(
    run_of(
        stack(MAIN, LOOP, count=40),
        stack(MAIN, LOOP, SUM, f"PyUFunc_GenericReduction ({UMATH})", count=60),
        wall_s=2.0,
    )
)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_bar_is_as_wide_as_its_page_and_its_letters_are_explained(width: int) -> None:
    text = program.screen(RANKING, width, False)
    bars = [
        line
        for line in text.splitlines()
        if line.strip() and set(line.strip()) <= set("idmcawpon")
    ]
    assert [cell_len(line) for line in bars] == [min(width, 100) - 2]
    for letter in set(bars[0].strip()):
        assert f"{letter} " in text


def test_the_first_place_to_look_is_above_the_others() -> None:
    lines = program.screen(RANKING, 80, False).splitlines()
    at = lines.index("Where to look first")
    assert lines[at + 2].startswith(" 1")
    assert "main.py:5 loop" in lines[at + 2]


def test_without_a_row_there_is_no_list_and_without_samples_no_bar() -> None:
    assert "Where to look first" not in program.screen(
        rank(run_of(stack(MAIN, IMPORTING, count=50))), 80, False
    )
    assert "0 samples" in program.screen(rank(run_of()), 80, False)


@pytest.mark.parametrize("width", [60, 80])
def test_a_long_place_stays_in_its_row(width: int) -> None:
    long = f"{'a_long_name_' * 4} (/home/me/{'folder' * 7}.py:7)"
    lines = program.screen(rank(run_of(stack(MAIN, long, count=50))), width, False).splitlines()
    row = lines[lines.index("Where to look first") + 2]
    assert cell_len(row) <= width
    assert "folder" in row
    assert "…" in row
