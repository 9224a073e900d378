"""What is shown of a program: a head, rows worth a look, what to know."""

import msgspec
import pytest

from profiler_suite.analysis.program.ranking import Ranking, Spent, rank
from profiler_suite.measure.program.running import ProgramEnd
from profiler_suite.report.content import program
from tests.analysis.program.fake_answer import rewritten
from tests.analysis.program.fake_program import IMPORTING, NUMPY, UMATH, run_of, stack

MAIN = "<module> (/home/me/main.py:20)"
LOOP = "loop (/home/me/main.py:5)"
SUM = f"sum ({NUMPY}/_core/fromnumeric.py:2425)"


def looping() -> Ranking:
    return rank(
        run_of(
            stack(MAIN, LOOP, count=40),
            stack(MAIN, LOOP, SUM, f"PyUFunc_GenericReduction ({UMATH})", count=60),
            wall_s=2.0,
        )
    )


def test_the_first_row_is_what_to_look_at() -> None:
    found = program.view(looping())
    assert (found.title, found.words) == ("main.py", "main.py 'a b'")
    assert found.rows[0].where == "main.py:5 loop"
    assert found.finding.startswith("Look first at main.py:5 loop: ")
    assert found.rows[0].overhead.endswith("of 2.00 s is overhead: ")
    assert found.rows[0].rewritten == ""
    assert [row.rank for row in found.rows] == list(range(1, len(found.rows) + 1))


def test_a_measured_rewrite_is_said_in_the_row_of_its_function() -> None:
    ranking = looping()
    found = program.view(ranking, rewritten(ranking, 12.0))
    assert found.rows[0].rewritten == "Its rewrite is 12.0× as fast."


def test_where_nothing_of_the_person_s_own_takes_time_imports_are_named() -> None:
    found = program.view(rank(run_of(stack(MAIN, IMPORTING, count=50))))
    assert found.finding.startswith(
        "None of your code takes enough time to be worth a look; imports"
    )
    assert found.rows == []


def test_a_program_without_samples_is_shown_all_the_same() -> None:
    found = program.view(rank(run_of()))
    assert found.rows == []
    assert found.facts[0] == "0 samples"


@pytest.mark.parametrize(
    ("code", "said"), [(0, "exit code 0"), (3, "exit code 3"), (-9, "ended by signal 9")]
)
def test_how_it_ended_is_said(code: int, said: str) -> None:
    run = run_of(stack(MAIN, LOOP, count=10))
    run = msgspec.structs.replace(run, end=ProgramEnd(exit_code=code, wall_s=1.0))
    assert program.view(rank(run)).ended == said


def test_a_program_whose_time_was_over_is_said_to_be_ended_by_us() -> None:
    run = run_of(stack(MAIN, LOOP, count=10))
    end = ProgramEnd(exit_code=-2, wall_s=1.0, limited=True)
    found = program.view(rank(msgspec.structs.replace(run, end=end)))
    assert found.ended == "then ended by --limit"


def test_samples_for_which_it_was_stopped_are_counted() -> None:
    run = run_of(stack(MAIN, LOOP, count=1000))
    samples = msgspec.structs.replace(run.samples, stopped=250)
    found = program.view(rank(msgspec.structs.replace(run, samples=samples)))
    assert found.facts[0] == "1,000 samples, 250 of them with compiled code"


def test_what_was_counted_is_said_and_what_was_not_is_left_out() -> None:
    run = run_of(stack(MAIN, LOOP, count=10))
    end = ProgramEnd(
        exit_code=0, wall_s=1.0, user_s=1.5, system_s=0.5, peak_bytes=2**20, page_faults=1
    )
    assert program.view(rank(run)).facts == ["10 samples"]
    assert program.view(rank(msgspec.structs.replace(run, end=end))).facts == [
        "10 samples",
        "2.00 s of processor time",
        "1.00 MiB of memory at most",
        "1 page fault",
    ]


def test_kinds_of_work_are_shares_in_one_order() -> None:
    found = program.parts(looping().spent)
    assert sum(share for _, share in found) == pytest.approx(1)
    nothing = Spent(total_s=0.0, avoidable_s=0.0, breakdown={}, layers={}, states={})
    assert program.parts(nothing) == []
