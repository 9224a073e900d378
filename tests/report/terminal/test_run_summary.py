"""The summary of a run on the terminal."""

import dataclasses

import pytest

from profiler_suite.report.content.headline import headline
from profiler_suite.report.terminal import run_summary
from tests.report.known import known


@pytest.mark.parametrize("width", [50, 80, 120])
def test_it_begins_with_the_headline_at_every_width(width: int) -> None:
    text = " ".join(run_summary.summary(known(), width, False).split())
    assert text.startswith(headline(known()))


def test_findings_warnings_and_the_next_step_are_said() -> None:
    found = dataclasses.replace(known(), findings=("alpha beta",), warnings=("gamma delta",))
    text = run_summary.summary(found, 80, False)
    assert "alpha beta" in text
    assert "gamma delta" in text
    assert "python -m profiler_suite" in text


def test_a_run_without_a_question_shows_its_experiments() -> None:
    text = run_summary.summary(dataclasses.replace(known(), answer=None), 80, False)
    assert "input_size" in text
