"""The line-profiling child answers every point, whatever its implementation does."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from profiler_suite.measure.lines import worker
from profiler_suite.measure.lines.job import LinesReply, LinesRequest
from profiler_suite.workloads import registry
from tests.fake_run import make_run

POINT = next(
    p for p in make_run().provenance.points if p.implementation == "loop" and p.threads == 1
)
ORDER = LinesRequest(files=(), seed=0, seconds=0.1)


class Threads:
    """Remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def limit(self, threads: int) -> None:
        self.asked.append(threads)


def answer(profile: Any, monkeypatch: pytest.MonkeyPatch, threads: int = 1) -> LinesReply:
    workload = SimpleNamespace(arguments=lambda problem, seed: (problem, seed))
    monkeypatch.setattr(registry, "find_workload", lambda _: workload)
    monkeypatch.setattr(registry, "ready", lambda each, _: each)
    session: Any = SimpleNamespace(
        profile=lambda *_: profile() if callable(profile) else profile,
        costs=SimpleNamespace(per_event={"line": 1e-7}),
    )
    native: Any = Threads()
    found = worker.answer(session, native, msgspec.structs.replace(POINT, threads=2), ORDER)
    assert native.asked == [2]
    return found


def test_what_the_implementation_raises_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises() -> None:
        raise MemoryError("3 GB")

    found = answer(raises, monkeypatch)
    assert (found.point, found.lines, found.reason) == (POINT.id, (), "MemoryError: 3 GB")


def test_what_is_compiled_has_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    found = answer(None, monkeypatch)
    assert found.lines == ()
    assert "it is compiled" in found.reason


def test_lines_come_with_what_the_profiler_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "records", lambda profile, *names: profile.lines)
    found = answer(SimpleNamespace(lines=(), note="modelled"), monkeypatch)
    assert (found.note, found.reason, found.costs_s) == ("modelled", "", {"line": 1e-7})
