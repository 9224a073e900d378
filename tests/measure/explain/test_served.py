"""What runs in the child: one answer for every request, and a failure as an answer."""

import inspect
import io
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.arguments import ArgumentChange, given
from profiler_suite.measure.explain import trials
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    ExplainRequest,
    LoadReply,
    LoadRequest,
    Rewrite,
    Trial,
    TrialRequest,
)
from profiler_suite.measure.explain.served import serve_call
from profiler_suite.measure.explain.serving_process import SERVED, Answer, StartedProcess
from profiler_suite.model.noun import to_json
from profiler_suite.model.trial import TrialKind
from profiler_suite.workloads.user_function import FunctionCall


@pytest.fixture(autouse=True)
def process_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the function's alone: alarms and limits stay what they are."""
    monkeypatch.setattr(FunctionGuard, "own_process", lambda self: None)


def served(load: Callable[[LoadRequest], Any], *requests: Any) -> list[Any]:
    """The answers, apart from what stage it is in."""
    lines = b"".join(to_json(each) + b"\n" for each in requests)
    output = io.BytesIO()
    serve_call(load, io.BytesIO(lines), output)
    answers = [
        msgspec.json.decode(line, type=Answer) for line in output.getvalue().splitlines()
    ]
    return [each for each in answers if type(each).__name__ != "Stage"]


@pytest.mark.parametrize(
    ("error", "usage", "said"),
    [
        (FunctionError("f raised ValueError"), False, "f raised ValueError"),
        (UsageError("there is no f"), True, "there is no f"),
        (MemoryError("at once"), False, "not enough memory"),
    ],
)
def test_what_goes_wrong_while_loading_is_an_answer(
    error: Exception, usage: bool, said: str
) -> None:
    def load(ask: LoadRequest) -> Any:
        raise error

    (answer,) = served(load, LoadRequest(target="x.py:f", alone=True))
    assert (answer.usage, answer.defect) == (usage, "")
    assert said in answer.reason


def test_a_defect_of_the_suite_comes_with_its_traceback() -> None:
    def load(ask: LoadRequest) -> Any:
        raise KeyError("the suite's own")

    (answer,) = served(load, LoadRequest(target="x.py:f", alone=True))
    assert "KeyError" in answer.defect


def squares(n: int) -> Iterator[int]:
    for i in range(n):
        yield i * i


def given_squares(n: int) -> Iterator[int]:
    return squares(n)


@pytest.mark.parametrize("function", [squares, given_squares])
@pytest.mark.parametrize(("new", "same"), [("i**2", True), ("i + i", False)])
def test_what_a_generator_yields_is_compared_where_rewrites_are_tried(
    function: Callable[..., Any], new: str, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "glance", lambda *_: 1.0)  # it need not be timed
    rewrite = Rewrite(
        function="squares",
        source=inspect.getsource(squares).replace("i * i", new),
        lines=(),
        file=squares.__code__.co_filename,
        first_line=squares.__code__.co_firstlineno,
    )
    called = FunctionCall(name="x.py:f", function=function, args=(7,))
    effort = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
    *_, found = served(
        lambda ask: (called, LoadReply()),
        LoadRequest(target="x.py:f"),
        ExplainRequest(effort=effort, passes=False, first_s=1e-5, iterates=True),
        TrialRequest(trial=Trial(kind=TrialKind.REWRITE, rewrites=(rewrite,))),
    )
    assert (found.same, found.reason) == (same, "" if same else "its answer differs")


def total_of(values: Iterator[int]) -> int:
    total = 0
    for value in values:
        total += value
    return total


def test_where_rewrites_are_tried_each_evaluation_has_what_the_first_one_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    totals: list[int] = []

    def look(before: Any, after: Any, _: float) -> float:
        for function, arguments in (before, after, before, after):
            totals.append(function(*given(arguments)))
        return 1.0

    monkeypatch.setattr(trials, "glance", look)
    rewrite = Rewrite(
        function="total_of",
        source="def total_of(values):\n    return sum(values)\n",
        lines=(),
        file=total_of.__code__.co_filename,
        first_line=total_of.__code__.co_firstlineno,
    )
    called = FunctionCall(name="x.py:f", function=total_of, args=(iter([1, 2, 3]),))
    effort = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
    changes = (ArgumentChange(name="values", of_values=False),)
    served(
        lambda ask: (called, LoadReply()),
        LoadRequest(target="x.py:f"),
        ExplainRequest(effort=effort, passes=False, first_s=1e-5, changes=changes),
        TrialRequest(trial=Trial(kind=TrialKind.REWRITE, rewrites=(rewrite,))),
    )
    assert totals == [6, 6, 6, 6]


def test_the_module_that_a_process_runs_is_there() -> None:
    """Started, it loads what it is asked for; ended, it says how."""
    process = StartedProcess(SERVED)
    try:
        begin = ExplainRequest(
            effort=ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
        )
        assert begin.passes
        ask = LoadRequest(target="no_such_module_at_all:f", alone=True)
        process.requests.write(to_json(ask) + b"\n")
        process.requests.flush()
        answers = [
            msgspec.json.decode(line, type=Answer)
            for line in iter(process.answers.readline, b"")
        ]
        assert "no_such_module_at_all" in answers[-1].reason  # type: ignore[union-attr]
    finally:
        process.end()
        process.close()
    assert "its process" in process.how_it_ended()
