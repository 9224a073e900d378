"""One explanation on the terminal."""

import msgspec
import pytest

from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.measure.explain.records import Rewrite
from profiler_suite.report.terminal import explanation
from profiler_suite.report.terminal.console import Page, cell_len
from tests.model.test_results import breakdown
from tests.stored_explanation import stored_explanation


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_screen_fits_its_terminal(width: int) -> None:
    text = explanation.screen(stored_explanation(), width, False)
    assert max(map(cell_len, text.splitlines())) <= width


def test_lines_and_calls_are_shown_when_asked_for() -> None:
    found = stored_explanation()
    short = explanation.screen(found, 80, False)
    whole = explanation.screen(found, 80, False, all_lines=True, all_calls=True)
    assert "\nLines\n" in whole
    assert "\nLines\n" not in short


def test_without_advice_it_says_that_there_is_none() -> None:
    advised = explanation.screen(stored_explanation(), 80, False)
    assert explanation.screen(stored_explanation(advised=False), 80, False) != advised


def bar(*entries: tuple[str, float]) -> str:
    page = Page(80, False)
    explanation.breakdown_bar(page, breakdown(1.0, *entries))
    return page.text()


def test_the_bar_has_a_letter_for_each_entry_as_wide_as_its_share() -> None:
    line = next(
        each for each in bar(("copy", 0.5), ("arithmetic", 0.5)).splitlines() if "cc" in each
    )
    assert abs(line.count("c" * 2) - line.count("a" * 2)) <= 1
    assert not set(line.split()[0]) - set("ca")


def test_parts_that_do_not_add_up_are_said_to_disagree() -> None:
    assert "disagree" in bar(("copy", 0.9), ("arithmetic", 0.9))


def advice(*lines: tuple[int, str, str]) -> Advice:
    return Advice(
        kind="a_rule",
        title="the loop at once",
        evidence="it takes all of the time",
        estimated_share=1.0,
        ratio=3.0,
        low=2.9,
        high=3.1,
        measured_on="function",
        lines=lines,
    )


@pytest.mark.parametrize("width", [60, 80])
def test_a_rewrite_over_several_lines_has_its_number_once(width: int) -> None:
    page = Page(width, False)
    explanation.one_advice(
        page,
        advice(
            (41, "for i in range(n):", "    out[...] = np.dot(\n        a,\n        b,\n    )"),
            (45, "x = 1", "    x = 2"),
        ),
    )
    code = page.text().splitlines()[2:]
    assert [line.split()[0] for line in code] == ["41", "a,", "b,", ")", "45"]


def test_lines_that_are_left_out_are_counted() -> None:
    page = Page(80, False)
    explanation.one_advice(
        page, advice((7, "old()", "\n".join(f"new_{n}()" for n in range(9))))
    )
    assert page.text().splitlines()[-1].strip() == "… 3 more lines"


def test_a_rewrite_of_one_place_has_the_whole_width_and_no_number() -> None:
    page = Page(80, False)
    code = "out[:] = (\n    " + "x" * 70 + "\n)"
    explanation.one_advice(page, advice((41, "for i in range(n):", code)))
    assert page.text().splitlines()[-3:] == ["    out[:] = (", "        " + "x" * 70, "    )"]


def test_what_is_inserted_is_shown_and_a_helper_is_named() -> None:
    helper = "def small_std(x):\n    return x"
    lines = ((0, "", "def small_std(x):"), (0, "", "    return x"), (0, "", "import math"))
    given = advice(*lines, (0, "", "n = len(x)"), (7, "old()", "return small_std(x) / n"))
    made = Rewrite(function="f", source="", lines=given.lines, prelude=(helper, "import math"))
    page = Page(80, False)
    explanation.one_advice(page, msgspec.structs.replace(given, rewrites=(made,)))
    assert [line.strip() for line in page.text().splitlines()[-4:]] == [
        "+ import math",
        "+ n = len(x)",
        "7 return small_std(x) / n",
        "with small_std(), which --patch FILE writes as well",
    ]


def test_a_line_that_is_too_long_is_broken_not_cut() -> None:
    page = Page(60, False)
    line = "out[i] = np.add.reduce(signal[i:i + width] * weights, axis=None)"
    explanation.one_advice(page, advice((7, "old()", line)))
    assert [each.strip() for each in page.text().splitlines()[-3:]] == [
        "out[i] = np.add.reduce(",
        "signal[i:i + width] * weights, axis=None",
        ")",
    ]


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"replay": 0.87, "native": 0.85}, "overhead 87 % by replay, 85 % by native"),
        (
            {"replay": -0.75, "native": 0.08},
            "overhead 8.0 % by native; its operations take longer alone",
        ),
        ({"replay": -0.1}, "overhead not known; its operations take longer alone"),
        ({"replay": 1.01, "native": 0.96}, "overhead 100 % by replay, 96 % by native"),
    ],
)
def test_no_overhead_is_below_nothing(shares: dict[str, float], said: str) -> None:
    assert explanation.overhead_in_words(shares) == said
