"""What runs in the child: one answer for every request, and a failure as an answer."""

import io
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.explain.guard import FunctionGuard
from profiler_suite.measure.explain.records import ExplainEffort, ExplainRequest, LoadRequest
from profiler_suite.measure.explain.served import serve_call
from profiler_suite.measure.explain.serving_process import SERVED, Answer, StartedProcess
from profiler_suite.model.noun import to_json


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
