"""What the rewrites of a program's functions spare of the whole."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from profiler_suite.analysis.program.explained import (
    ExplainedFunction,
    ProgramAnswer,
    headline,
    sentences,
)
from profiler_suite.measure.program.trying import ProgramTrial


def explained(time_s: float, ratio: float) -> ExplainedFunction:
    best = SimpleNamespace(ratio=ratio, rewrites=())
    record = SimpleNamespace(sources=())
    found: Any = SimpleNamespace(best=best if ratio else None, explained=record)
    return ExplainedFunction(cast("Any", SimpleNamespace(time_s=time_s)), 5, found)


ANSWER = ProgramAnswer((explained(4.0, 8.0), explained(1.0, 2.0), explained(1.0, 0.0)))


def test_the_estimate_takes_each_gain_from_its_own_part_of_the_time() -> None:
    assert ANSWER.estimate_s(6.4) == pytest.approx(6.4 - 3.5 - 0.5)
    said, how = sentences(ANSWER, 6.4)
    assert said.startswith("With these 2 rewrites the program would take about 2.40 s instead")
    assert headline(ANSWER, 6.4) == said
    assert "--try" in how


def test_nothing_is_said_without_a_rewrite() -> None:
    assert sentences(ProgramAnswer((explained(1.0, 0.0),)), 2.0) == []
    assert ProgramAnswer(()).diff == ""


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (
            ProgramTrial(before_s=(6.4,), after_s=(1.9,)),
            "takes 1.90 s instead of 6.40 s.|printed the same, byte for byte",
        ),
        (
            ProgramTrial(before_s=(6.4,), after_s=(1.9,), rounded=True),
            "the same, up to rounding",
        ),
        (
            ProgramTrial(before_s=(6.4,), after_s=(1.9,), rounded=True, varies=True),
            "but for numbers that differ from run to run",
        ),
        (
            ProgramTrial(before_s=(1.0, 2.0), after_s=(1.5, 0.9), difference="it printed x"),
            "overlap|But it printed x.",
        ),
    ],
)
def test_a_trial_is_said_as_it_was_measured(trial: ProgramTrial, said: str) -> None:
    text = " ".join(sentences(ProgramAnswer(ANSWER.functions, trial), 6.4))
    assert all(each in text for each in said.split("|"))


def test_a_second_run_that_was_ended_is_said_first_and_without_rewrites_too() -> None:
    said = "The run was ended."
    assert sentences(ProgramAnswer((), cut_short=said), 2.0) == [said]
    both = sentences(ProgramAnswer(ANSWER.functions, cut_short=said), 6.4)
    assert both[0] == said
    assert both[1:] == sentences(ProgramAnswer(ANSWER.functions), 6.4)


def test_why_it_was_not_tried_is_said() -> None:
    answer = ProgramAnswer(ANSWER.functions, not_tried="interrupted")
    assert sentences(answer, 6.4)[-1] == "They were not tried: interrupted."


def test_the_headline_is_what_was_measured_unless_that_is_in_doubt() -> None:
    measured = ProgramTrial(before_s=(6.4,), after_s=(1.9,))
    answer = ProgramAnswer(ANSWER.functions, measured, cut_short="The run was ended.")
    assert headline(answer, 6.4).startswith("Tried: with these 2 rewrites the program takes")
    for doubtful in (
        ProgramTrial(before_s=(6.4,), after_s=(1.9,), difference="it printed x"),
        ProgramTrial(before_s=(1.0, 2.0), after_s=(1.5, 0.9)),
    ):
        assert headline(ProgramAnswer(ANSWER.functions, doubtful), 6.4) == ""
    assert headline(ProgramAnswer(()), 6.4) == ""
