"""A child that loads while its parent does other things, and a first look that comes early."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
import pytest

from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    FailureReply,
    FirstLook,
    LoadReply,
    LoadRequest,
    Stage,
    Trial,
    TrialResult,
)
from profiler_suite.model.noun import to_json
from profiler_suite.model.trial import TrialKind
from tests.stored_explanation import stored_explanation

ASK = LoadRequest("x.py:f")
EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
RECORD = stored_explanation().explained


class Prompt:
    """A process whose answers are known beforehand."""

    def __init__(self, *answers: Any) -> None:
        self.requests: BinaryIO = io.BytesIO()
        self.answers: BinaryIO = io.BytesIO(b"".join(to_json(a) + b"\n" for a in answers))
        self.closed = 0

    def asked(self) -> list[str]:
        """The kinds of requests so far."""
        assert isinstance(self.requests, io.BytesIO)
        lines = self.requests.getvalue().splitlines()
        return [msgspec.json.decode(line)["type"] for line in lines]

    def end(self) -> None:
        self.closed += 1

    def how_it_ended(self) -> str:
        return "it was killed"

    def close(self) -> None:
        self.closed += 1


def made(*processes: Prompt, **more: Any) -> ExplainChild:
    left = iter(processes)
    return ExplainChild(ASK, lambda _: None, lambda: next(left), **more)


def test_it_is_asked_at_once_and_waited_for_later() -> None:
    process = Prompt(Stage(text="loading"), LoadReply(file="x.py", line=3))
    child = made(process, waits=False)
    assert process.asked() == ["ask"]
    assert child.loaded == LoadReply()
    child.wait()
    child.wait()
    assert child.loaded == LoadReply(file="x.py", line=3)


def test_what_is_wrong_with_the_function_is_told_by_whoever_waits() -> None:
    process = Prompt(FailureReply(usage=True, reason="no such function"))
    child = made(process, waits=False)
    with pytest.raises(UsageError, match="no such function"):
        child.explain(EFFORT)
    assert process.closed


def test_a_first_look_is_told_before_the_passes_are_done() -> None:
    child = made(Prompt(LoadReply(), FirstLook(record=RECORD), Stage(text="on"), RECORD))
    told: list[Any] = []
    assert child.explain(EFFORT, first_look=told.append) == RECORD
    assert told == [RECORD]


@pytest.mark.parametrize("wanted", [True, False])
def test_it_is_asked_for_where_somebody_wants_it(wanted: bool) -> None:
    process = Prompt(LoadReply(), FirstLook(record=RECORD), RECORD)
    child = made(process)
    look = (lambda record: None) if wanted else None
    assert child.explain(EFFORT, first_look=look) == RECORD
    assert isinstance(process.requests, io.BytesIO)
    begin = process.requests.getvalue().splitlines()[1]
    assert msgspec.json.decode(begin)["first_look"] is wanted


TRIAL = Trial(kind=TrialKind.REWRITE)
TRIED = TrialResult(trial=TRIAL, before=(), after=())


def test_the_process_for_trials_loads_before_the_first_of_them() -> None:
    fresh = Prompt(LoadReply(), LoadReply(), TRIED, TRIED)
    child = made(Prompt(LoadReply(), RECORD), fresh)
    child.explain(msgspec.structs.replace(EFFORT, memory_bytes=1e12))
    assert fresh.asked() == []
    child.prepare_trials()
    assert fresh.asked() == ["ask", "begin"]
    assert child.attempt(TRIAL) == TRIED
    assert fresh.asked() == ["ask", "begin", "wish"]
    assert child.attempt(TRIAL) == TRIED


def test_a_process_that_cannot_load_again_is_a_reason_not_to_advise() -> None:
    broken = Prompt(FailureReply(usage=False, reason="there is one ticket only"))
    child = made(Prompt(LoadReply(), RECORD), broken, Prompt(LoadReply(), LoadReply(), TRIED))
    child.explain(msgspec.structs.replace(EFFORT, memory_bytes=1e12))
    child.prepare_trials()
    found = child.attempt(TRIAL)
    assert (found.same, found.reason) == (False, "there is one ticket only")
    assert broken.closed
    assert child.attempt(TRIAL) == TRIED  # by another one


def test_nothing_is_timed_beside_a_process_that_loads() -> None:
    threads = Trial(kind=TrialKind.THREADS, threads=2)
    order: list[str] = []

    class Noted(Prompt):
        def __init__(self, name: str, *answers: Any) -> None:
            super().__init__(*answers)
            lines = self.answers.read().splitlines(keepends=True)
            self.answers = self._noting(name, lines)  # type: ignore[assignment]

        @staticmethod
        def _noting(name: str, lines: list[bytes]) -> Iterator[bytes]:
            for line in lines:
                order.append(name)
                yield line

    own = Noted("own", LoadReply(), RECORD, msgspec.structs.replace(TRIED, trial=threads))
    child = made(own, Noted("fresh", LoadReply(), LoadReply()))
    child.explain(msgspec.structs.replace(EFFORT, memory_bytes=1e12))
    child.prepare_trials()
    assert child.attempt(threads).trial == threads
    assert order == ["own", "own", "fresh", "fresh", "own"]


def test_none_is_started_for_arguments_that_fit_into_the_memory_once() -> None:
    child = made(Prompt(LoadReply(), RECORD))
    child.explain(msgspec.structs.replace(EFFORT, memory_bytes=1.0))
    child.prepare_trials()


def test_one_that_ends_while_it_is_waited_for_says_so() -> None:
    child = made(Prompt(Stage(text="loading")), waits=False)
    with pytest.raises(FunctionError, match="it was killed during loading"):
        child.wait()
