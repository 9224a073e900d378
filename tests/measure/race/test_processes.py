"""One process of a race: every other one loads the new version first."""

from collections.abc import Callable
from typing import Any

import pytest

from profiler_suite.errors import FunctionError
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    LoadReply,
    LoadRequest,
    Trial,
    TrialResult,
)
from profiler_suite.measure.race import processes
from profiler_suite.measure.race.processes import RaceTargets, race_process
from profiler_suite.workloads.sizes import ArgumentSize
from tests.made_race import tried, visit

TARGETS = RaceTargets(before="old.py:f", after="new.py:f", setup="old.py:setup", threads=2)
EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
SIZES = (ArgumentSize(label="3", elements=3.0),)


class FakeChild:
    """Says what it was asked for; the side that was loaded first is the slow one."""

    asked: LoadRequest
    tried: Trial
    effort: ExplainEffort

    def __init__(self, ask: LoadRequest, tell: Callable[[str], None], start: Any) -> None:
        FakeChild.asked = ask
        self.loaded = LoadReply(sizes=SIZES)

    def __enter__(self) -> "FakeChild":
        return self

    def __exit__(self, *_: object) -> None: ...

    def race(self, trial: Trial, effort: ExplainEffort, threads: int) -> TrialResult:
        FakeChild.tried, FakeChild.effort = trial, effort
        assert threads == 2
        return tried((visit(2.0),), (visit(1.0),))


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_sides_are_swapped_in_every_other_process_and_back(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "ExplainChild", FakeChild)
    pair = race_process(TARGETS, 1, number, EFFORT, lambda text: None)
    swapped = number % 2 == 1
    first, second = ("new.py:f", "old.py:f") if swapped else ("old.py:f", "new.py:f")
    assert (FakeChild.asked.target, FakeChild.asked.other) == (first, second)
    assert (FakeChild.asked.setup, FakeChild.asked.size) == ("old.py:setup", 1)
    assert FakeChild.tried.target == second
    assert pair.found.before[0].sample_times_s[0] == (1.0 if swapped else 2.0)
    assert pair.sizes == SIZES


def test_answers_are_compared_once_and_orders_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ExplainChild", FakeChild)
    seen = []
    for number in range(3):
        race_process(TARGETS, 0, number, EFFORT, lambda text: None)
        seen.append((FakeChild.tried.answer, FakeChild.effort.seed))
    assert seen == [("same", 0), ("unchecked", 1), ("unchecked", 2)]


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        (
            "old.py:f …: it was killed by SIGSEGV during the first call of new.py:f",
            True,
        ),
        ("old.py:f …: it was killed by SIGSEGV during the first call", False),
    ],
)
def test_a_new_version_that_ends_its_process_is_refused(
    said: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DyingChild(FakeChild):
        def race(self, trial: Trial, effort: ExplainEffort, threads: int) -> TrialResult:
            raise FunctionError(said)

    monkeypatch.setattr(processes, "ExplainChild", DyingChild)
    if refused:
        pair = race_process(TARGETS, 0, 0, EFFORT, lambda text: None)
        assert not pair.found.same
        assert pair.found.reason.startswith("new.py:f: ")
        assert pair.sizes == SIZES
    else:
        with pytest.raises(FunctionError):
            race_process(TARGETS, 0, 0, EFFORT, lambda text: None)
