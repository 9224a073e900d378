"""The founding question on the terminal."""

import pytest

from profiler_suite.analysis.explain.patch import added_lines
from profiler_suite.analysis.explain.question import QuestionAnswer, Side
from profiler_suite.measure.explain.records import Trial, TrialResult
from profiler_suite.model.trial import TrialKind
from profiler_suite.report.terminal import question
from profiler_suite.report.terminal.console import Page, cell_len
from tests.stored_explanation import stored_explanation


def answered() -> QuestionAnswer:
    loop, product = (
        Side(name=name, problem=problem, textbook_flop=flop, textbook_bytes=1e4)
        for name, problem, flop in (("loop", "32×32×3 input", 6e4), ("dot", "500×3072", 3e6))
    )
    nothing = TrialResult(trial=Trial(kind=TrialKind.VERSUS), before=(), after=())
    both = (stored_explanation(), stored_explanation(advised=False))
    return QuestionAnswer("Is it?", (loop, product), both, nothing, "im2col_gemm", nothing)


@pytest.mark.parametrize(
    ("bound", "level", "reached", "said"),
    [
        ("overhead", "", 0.91, ("per-call cost", "91 % of the time")),
        ("memory", "L3", 0.69, ("L3 bandwidth", "69 % of that roof")),
        ("compute", "", 1.2, ("arithmetic", "above it")),
        ("work", "", 0.1, ("its inner loops", "10 % of that roof")),
        ("", "", 0.0, ("no roof known", "")),
    ],
)
def test_only_a_roof_of_the_machine_has_a_share_of_a_roof(
    bound: str, level: str, reached: float, said: tuple[str, str]
) -> None:
    assert question._limit(bound, level, reached) == said


@pytest.mark.parametrize("width", [80, 200])
def test_both_sides_stand_side_by_side(width: int) -> None:
    text = question.screen(answered(), width, False)
    assert text.startswith("Is it?\nloop and dot could not be compared.")
    heading = next(line for line in text.splitlines() if line.split() == ["loop", "dot"])
    assert heading
    assert "32×32×3 input" in text
    assert max(map(cell_len, text.splitlines())) <= min(width, 100)


def test_on_60_columns_all_but_the_code_fits() -> None:
    found = answered()
    code = {line.strip() for line in added_lines(found.explanations[0].patch).splitlines()}
    lines = [
        line
        for line in question.screen(found, 60, False).splitlines()
        if line.strip() not in code
    ]
    assert max(map(cell_len, lines)) <= 60


def test_what_to_write_instead_is_shown_in_a_few_lines() -> None:
    text = question.screen(answered(), 100, False)
    assert "Instead of loop, " in text


@pytest.mark.parametrize("number", [0, 1, 2, 40])
def test_notes_are_as_many_as_the_screen_holds(number: int) -> None:
    page = Page(80, False)
    for _ in range(38):
        page.line("what stands above")
    question._notes(page, [f"note {each}" for each in range(number)])
    lines = page.text().splitlines()
    assert len(lines) <= 42
    shown = sum(line.startswith("  ! note") for line in lines)
    assert shown == number or lines[-1] == f"  ! {number - shown} more notes: --json"


def test_notes_that_do_not_fit_at_all_are_counted() -> None:
    page = Page(80, False)
    for _ in range(42):
        page.line("what stands above")
    question._notes(page, ["one", "two"])
    assert page.text().splitlines()[42:] == ["  ! 2 notes: --json"]
