"""A program's run as one JSON document."""

import json

import pytest

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.report.formats.program_document import program_document, program_json
from tests.analysis.program.fake_program import IMPORTING, run_of, stack

MAIN = "<module> (/home/me/main.py:20)"
LOOP = "loop (/home/me/main.py:5)"


def test_functions_come_in_their_rank_with_cause_and_command() -> None:
    ranking = rank(run_of(stack(MAIN, count=30), stack(MAIN, LOOP, count=70), wall_s=2.0))
    found = json.loads(program_json(ranking))
    assert [each["rank"] for each in found["functions"]] == [1, 2]
    first = found["functions"][0]
    assert (first["function"], first["line"]) == ("loop", 5)
    assert first["self_s"] == pytest.approx(1.4)
    assert first["cause"]
    assert first["next"].startswith("python -m profiler_suite explain")
    assert found["spent"]["total_s"] == pytest.approx(2.0)
    assert found["program"]["name"] == "main.py"


@pytest.mark.parametrize("stacks", [(), (stack(MAIN, IMPORTING, count=5),)])
def test_a_program_without_functions_of_its_own_is_a_document_all_the_same(
    stacks: tuple[str, ...],
) -> None:
    found = program_document(rank(run_of(*stacks)))
    json.dumps(found, allow_nan=False)
    assert (found["functions"], found["explained"], found["with_rewrites"]) == ([], [], None)


def test_the_file_ends_its_line() -> None:
    assert program_json(rank(run_of())).endswith(b"}\n")
