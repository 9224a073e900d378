"""A function alone in its process answers with one visit at a time, and with its answers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.alone import UNREPEATABLE, FunctionAlone
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.records import ExplainEffort, Trial
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.trial import TrialKind
from profiler_suite.workloads.user_function import FunctionCall

EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=1e9, memory_bytes=0.0)
X = np.linspace(0.5, 2.0, 30)

Made = Callable[[Callable[..., Any]], FunctionAlone]


@pytest.fixture
def alone() -> Iterator[Made]:
    opened: list[FunctionAlone] = []
    with FunctionGuard("f") as guard:

        def made(function: Callable[..., Any]) -> FunctionAlone:
            call = FunctionCall(name="f", function=function, args=(X,))
            opened.append(FunctionAlone(Subject(call, EFFORT, 1, copy=True, guard=guard)))
            return opened[-1]

        yield made
    for each in reversed(opened):
        each.close()


@pytest.mark.measures
def test_each_request_is_one_visit(alone: Made) -> None:
    function = alone(np.sum)
    for _ in range(2):
        found = function.attempt(Trial(kind=TrialKind.ALONE))
        (visit,) = found.before
        assert min(visit.sample_times_s) > 0
        assert "ufunc" in visit.canaries_s
        assert found.after == ()


@pytest.mark.measures
def test_its_answers_are_compared_with_those_of_another_process(
    alone: Made, tmp_path: Path
) -> None:
    answer = Trial(kind=TrialKind.ANSWER, target=str(tmp_path / "answers"))
    agrees = Trial(kind=TrialKind.AGREES, target=answer.target)
    assert alone(np.sum).attempt(answer).reason == ""
    found = alone(np.add.reduce).attempt(agrees)
    assert (found.same, found.reason) == (True, "")
    assert found.checked > 1
    found = alone(np.max).attempt(agrees)
    assert not found.same
    assert "differs" in found.reason


@pytest.mark.measures
def test_answers_that_never_repeat_or_cannot_be_read_are_not_other_ones(
    alone: Made, tmp_path: Path
) -> None:
    def draws(x: Any) -> Any:
        return x * np.random.default_rng().random()

    answer = Trial(kind=TrialKind.ANSWER, target=str(tmp_path / "answers"))
    agrees = Trial(kind=TrialKind.AGREES, target=answer.target)
    alone(draws).attempt(answer)
    found = alone(draws).attempt(agrees)
    assert (found.same, found.reason) == (True, UNREPEATABLE)
    (tmp_path / "answers").write_bytes(b"no pickle")
    found = alone(draws).attempt(agrees)
    assert found.same
    assert "cannot be compared" in found.reason
