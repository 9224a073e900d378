"""The child that times: prepares points, checks their answers, takes their visits."""

import functools
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import msgspec
import numpy as np
import pytest

from profiler_suite.measure import timing
from profiler_suite.measure.planning.plan import Overrides, plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.sweep import worker
from profiler_suite.measure.sweep.protocol import PrepareRequest, WorkerSetup
from profiler_suite.measure.sweep.worker import TimingWorker
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import Status
from profiler_suite.registry import forget
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE

TINY = Path(__file__).parents[2] / "files" / "tiny.py"
WANTED = Overrides(implementations=("times_two", "wrong"))


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    forget(TINY.resolve())


@functools.cache
def point_of(implementation: str) -> Point:
    """Planned when it is first asked for: its file enters names that all tests share."""
    made = plan([catalogue.load(TINY)], MACHINE, QUICK, WANTED)
    return next(p for p in made.points if p.implementation == implementation)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> TimingWorker:
    """A worker that takes short visits."""
    monkeypatch.setattr(timing, "SAMPLE_S", 1e-6)
    setup = WorkerSetup(
        files=(str(TINY),), seed=1, epoch_ns=perf_counter_ns(), canary_names=("ufunc",)
    )
    return TimingWorker(setup)


def request(point: Point, **fields: Any) -> PrepareRequest:
    given: dict[str, Any] = {"worker": 3, "check": True, "canaries": ("ufunc",), **fields}
    return PrepareRequest(point=point, **given)


def test_a_right_answer_is_timed(made: TimingWorker) -> None:
    record = made.prepare(request(point_of("times_two")))
    assert (record.status, record.reason, record.worker) == (Status.OK, "", 3)
    assert record.cold_s > 0
    assert record.evaluations >= 1
    visit = made.take(point_of("times_two").id)
    assert visit.point == point_of("times_two").id
    assert all(time_s > 0 for time_s in visit.sample_times_s)
    assert set(visit.canaries_s) == {"ufunc"}
    assert visit.at_s >= 0


def test_a_wrong_answer_is_never_timed(made: TimingWorker) -> None:
    record = made.prepare(request(point_of("wrong")))
    assert record.status is Status.WRONG
    assert record.reason
    assert record.largest_error > record.error_bound
    assert msgspec.json.encode(record)  # JSON has no infinity: it would not be read again
    with pytest.raises(KeyError):
        made.take(point_of("wrong").id)


def test_threads_that_a_library_will_not_give_are_said(
    made: TimingWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made._threads, "limit", lambda _: {"openblas:lib": 4})
    record = made.prepare(request(point_of("times_two"), check=False))
    assert record.status is Status.FAILED
    assert record.reason == "asked for 1 thread, but openblas:lib uses 4"


def test_every_request_has_an_answer_whatever_the_implementation_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        def __init__(self, _: Any) -> None: ...

        def prepare(self, asked: PrepareRequest) -> Any:
            raise ModuleNotFoundError("no module", name="scipy")

        def take(self, _: str) -> Any:
            raise ValueError("two\n  lines")

    monkeypatch.setattr(worker, "TimingWorker", Broken)
    setup = WorkerSetup(files=(), seed=0, epoch_ns=0, canary_names=())
    answer: Any = worker._opened(msgspec.json.encode(setup))
    point = point_of("times_two")
    failed = answer(msgspec.json.encode(request(point)))
    assert failed.record.status is Status.FAILED
    assert failed.record.reason.startswith("ModuleNotFoundError: no module")
    other = msgspec.structs.replace(point, environment="other")
    skipped = answer(msgspec.json.encode(request(other)))
    assert skipped.record.status is Status.SKIPPED
    assert "has no module 'scipy'" in skipped.record.reason
    raised = answer(b'{"type":"take","point":"p"}')
    assert raised.reason.startswith("ValueError: two lines (")
    assert np.size(raised.reason.splitlines()) == 1
