"""The cost of implementations that state none."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.children.conversation import ChildDiedError, Conversation
from profiler_suite.measure.planning.traced_cost import TracedCost, TracedCosts, traced_cost
from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.model.rows import Status
from profiler_suite.workloads.registry import find_implementation

PROBLEM = Problem(workload="dense", dims={"rows": 6, "columns": 5, "batch": 1})


def test_a_product_costs_its_operations_and_its_bytes() -> None:
    found = traced_cost(find_implementation("dot"), PROBLEM)
    assert found.flop == 2 * 6 * 5
    assert found.compulsory_bytes == 8 * (30 + 5 + 6)
    assert (found.rate, found.calls, found.scalar_steps) == ("blas", 1.0, 0.0)
    assert found.written_bytes == 8 * 6


def test_a_loop_over_numbers_is_told_from_calls() -> None:
    found = traced_cost(find_implementation("python_loop"), PROBLEM)
    assert found.scalar_steps >= 2 * 6 * 5 - 6
    assert found.rate == "ufunc"
    assert np.isfinite(found.compulsory_bytes)


class Talk:
    """A child that answers, dies, or has never started."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.closed = 0

    def ask_for(self, order: Any, _decoder: Any, _timeout_s: float) -> TracedCost:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert order.implementation == "dot"
        made: TracedCost = answer
        return made

    def close(self) -> None:
        self.closed += 1


def test_a_child_that_dies_costs_one_answer_and_another_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = TracedCost(cost=Cost(flop=7.0, compulsory_bytes=1.0))
    talks = [Talk([ChildDiedError(Status.CRASHED, "ended by signal 11")]), Talk([known])]
    waiting = list(talks)
    monkeypatch.setattr(Conversation, "opened", lambda *_: waiting.pop(0))
    dot = find_implementation("dot")
    with TracedCosts(()) as costs:
        lost = costs.cost(dot, PROBLEM)
        assert lost.flop == 0.0
        assert lost.compulsory_bytes > 0
        assert "tracing it: ended by signal 11" in costs.reasons["dot"]
        assert costs.cost(dot, PROBLEM).flop == 7.0
    assert [talk.closed for talk in talks] == [1, 1]


def test_no_child_is_started_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("started")

    monkeypatch.setattr(Conversation, "opened", never)
    with TracedCosts(()) as costs:
        assert costs.reasons == {}
