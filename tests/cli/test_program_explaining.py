"""Functions of a program are explained as far as that goes; whatever fails is a sentence."""

import io
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.analysis.program.explained import ProgramAnswer
from profiler_suite.analysis.program.ranking import rank
from profiler_suite.cli import program_explaining
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import FunctionError
from profiler_suite.measure.program import captured
from tests.analysis.program.fake_program import IMPORTING, run_of, stack

QUIET = ProgressLine(io.StringIO(), quiet=True)
MAIN = "<module> (/home/me/main.py:20)"


class Place:
    """Where the program's input comes from, without any."""

    def go_back(self) -> None:
        """Nothing was read."""


def answer(*stacks: str) -> ProgramAnswer:
    run = run_of(*stacks)
    place: Any = Place()
    return program_explaining.answer(rank(run), run.target, place, 3, 10.0, QUIET)


def test_where_nothing_may_be_spared_no_second_run_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(captured, "capture", None)
    assert answer(stack(MAIN, IMPORTING, count=50)).functions == ()


@pytest.fixture
def loop(tmp_path: Path) -> str:
    """The stack of a program whose time goes to a loop of a file that is there."""
    file = tmp_path / "main.py"
    file.write_text("def loop():\n    for _ in range(9):\n        pass\n\n\nloop()\n")
    return stack(f"<module> ({file}:6)", f"loop ({file}:3)", count=80)


def test_a_program_that_does_not_run_again_leaves_a_reason_for_each_function(
    monkeypatch: pytest.MonkeyPatch, loop: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise FunctionError("the program did not start")

    monkeypatch.setattr(captured, "capture", fails)
    found = answer(loop)
    assert found.functions
    assert {each.reason for each in found.functions} == {"the program did not start"}
    assert all(each.explanation is None for each in found.functions)


def test_ctrl_c_keeps_what_there_is(monkeypatch: pytest.MonkeyPatch, loop: str) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(captured, "capture", stopped)
    assert answer(loop).functions == ()


def test_without_rewrites_the_program_is_not_run_again() -> None:
    nothing = ProgramAnswer(())
    place: Any = Place()
    assert program_explaining.tried(nothing, run_of().target, place, QUIET) is nothing
