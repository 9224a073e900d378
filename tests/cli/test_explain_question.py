"""The founding question: what is asked of which child, in which order."""

import io
from contextlib import AbstractContextManager
from typing import Any

import pytest

from profiler_suite.analysis.explain import explanation
from profiler_suite.cli import explain_question as module
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.measure.explain import child
from profiler_suite.measure.explain.records import ExplainEffort, Trial, TrialResult
from profiler_suite.workloads import question
from tests.fake_machine import MACHINE
from tests.made_race import visit
from tests.stored_explanation import stored_explanation

STORED = stored_explanation()
EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)


def name_of(implementation: str) -> str:
    return question.target(implementation).rpartition(":")[2]


LOOP, PRODUCT = (name_of(each) for each in question.experiment().pair)
OTHER = name_of(question.ALTERNATIVE)


class FakeChild(AbstractContextManager["FakeChild"]):
    """A child that notes what it is asked."""

    log: list[str]

    def __init__(self, ask: Any, tell: Any, *, waits: bool) -> None:
        assert not waits
        self.name = ask.target.rpartition(":")[2]
        self.note("start")

    def note(self, what: str) -> None:
        self.log.append(f"{self.name}: {what}")

    def wait(self) -> None:
        self.note("wait")

    def explain(self, effort: Any, first_look: Any = None) -> Any:
        self.note("explain")
        return STORED.explained

    def attempt(self, trial: Trial) -> TrialResult:
        self.note(f"against {trial.target.rpartition(':')[2]}")
        return TrialResult(trial=trial, before=(visit(2e-3),) * 9, after=(visit(1e-3),) * 9)

    def prepare_trials(self) -> None:
        self.note("prepare")

    def close(self) -> None:
        self.note("close")

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture(name="log")
def _log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    log: list[str] = []

    def machine(_: ProgressLine) -> Any:
        log.append("machine")
        return MACHINE

    FakeChild.log = log
    monkeypatch.setattr(child, "ExplainChild", FakeChild)
    monkeypatch.setattr(module, "machine_of", machine)
    monkeypatch.setattr(module, "effort_for", lambda *_, **__: EFFORT)
    monkeypatch.setattr(module, "import_analysis", lambda: log.append("import"))
    return log


def answered(monkeypatch: pytest.MonkeyPatch, *, everything: bool, advised: bool) -> Any:
    found = stored_explanation(advised=advised)
    monkeypatch.setattr(explanation, "explain", lambda *_, **__: found)
    progress = ProgressLine(io.StringIO(), quiet=True)
    return module._answered(progress, everything=everything)


def test_both_sides_load_at_once_and_nothing_is_timed_before_they_have(
    log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(monkeypatch, everything=False, advised=True)
    assert log[:6] == [
        f"{LOOP}: start",
        f"{PRODUCT}: start",
        "import",
        f"{LOOP}: wait",
        f"{PRODUCT}: wait",
        "machine",
    ]
    assert log[6:9] == [
        f"{LOOP}: explain",
        f"{LOOP}: against {PRODUCT}",
        f"{PRODUCT}: explain",
    ]
    # The other side is over before rewrites are tried.
    assert log.index(f"{PRODUCT}: close") < log.index(f"{LOOP}: prepare")


@pytest.mark.parametrize(
    ("everything", "advised", "raced"),
    [(False, True, False), (False, False, True), (True, True, True)],
)
def test_the_other_way_is_timed_where_it_is_told(
    log: list[str],
    monkeypatch: pytest.MonkeyPatch,
    everything: bool,
    advised: bool,
    raced: bool,
) -> None:
    found = answered(monkeypatch, everything=everything, advised=advised)
    assert (f"{LOOP}: against {OTHER}" in log) is raced
    assert (found.alternative is not None) is raced
    assert found.ratio is not None
    said = " ".join(found.sentences)
    assert ("The same answer by" in said) is (raced and not advised)
