"""Two revisions in turn: a process each, and the right side is blamed for what goes wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    LoadReply,
    LoadRequest,
    Trial,
    TrialResult,
)
from profiler_suite.measure.explain.serving_process import SERVED
from profiler_suite.measure.race import lockstep
from profiler_suite.measure.race.lockstep import (
    GuardedFunction,
    Revision,
    RevisionRace,
    SideError,
    process_of,
    race_revisions,
)
from profiler_suite.model.trial import TrialKind
from tests.made_race import tried, visit

EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)


def race(any_answer: bool = False, **function: Any) -> RevisionRace:
    return RevisionRace(
        sides=(Revision(name="main", folder="base"), Revision(name="work", folder="work")),
        function=GuardedFunction(name="f", target="m:f", **function),
        effort=EFFORT,
        timeout_s=7.0,
        any_answer=any_answer,
    )


class FakeProcess:
    """Which side it runs; closed in the end."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.closed = False

    def close(self) -> None:
        self.closed = True


class FakeChild:
    """Visits that take 1 s in the base and 2 s in the work tree."""

    asked: list[tuple[str, TrialKind]]
    broken: set[str]
    same: bool

    def __init__(
        self, ask: LoadRequest, tell: Callable[[str], None], start: Callable[[], FakeProcess]
    ) -> None:
        assert ask.alone
        assert ask.timeout_s == 7.0
        self._folder = start().folder
        if self._folder in FakeChild.broken:
            raise UsageError(f"no m in {self._folder}")
        self.loaded = LoadReply(file=f"{self._folder}/m.py")

    def __enter__(self) -> "FakeChild":
        return self

    def __exit__(self, *_: object) -> None: ...

    def begin(self, effort: ExplainEffort, threads: int) -> None: ...

    def ask(self, trial: Trial, limit_s: float) -> TrialResult:
        FakeChild.asked.append((self._folder, trial.kind))
        if trial.kind is TrialKind.AGREES:
            return tried(same=FakeChild.same, reason="" if FakeChild.same else "it differs")
        return tried((visit({"base": 1.0, "work": 2.0}[self._folder]),))


@pytest.fixture(autouse=True)
def fake_children(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeChild.asked, FakeChild.broken, FakeChild.same = [], set(), True
    monkeypatch.setattr(lockstep, "ExplainChild", FakeChild)


def started() -> tuple[list[FakeProcess], Any]:
    made: list[FakeProcess] = []

    def start(side: Revision, function: GuardedFunction) -> FakeProcess:
        made.append(FakeProcess(side.folder))
        return made[-1]

    return made, start


def test_the_base_is_before_and_both_are_visited_in_turn() -> None:
    processes, start = started()
    pair = race_revisions(race(), 0, 1, start)
    assert {each.sample_times_s[0] for each in pair.found.before} == {1.0}
    assert {each.sample_times_s[0] for each in pair.found.after} == {2.0}
    assert [kind for _, kind in FakeChild.asked].count(TrialKind.ALONE) == 2 * len(
        pair.found.before
    )
    assert [each.folder for each in processes] == ["base", "work"]
    assert all(each.closed for each in processes)
    assert pair.loaded[1].file == "work/m.py"


def test_the_first_pair_compares_the_answers_before_anything_is_timed() -> None:
    race_revisions(race(), 0, 0, started()[1])
    assert FakeChild.asked[:2] == [("base", TrialKind.ANSWER), ("work", TrialKind.AGREES)]


@pytest.mark.parametrize(("any_answer", "timed"), [(False, False), (True, True)])
def test_another_answer_is_timed_only_where_it_is_wanted(any_answer: bool, timed: bool) -> None:
    FakeChild.same = False
    pair = race_revisions(race(any_answer), 0, 0, started()[1])
    assert not pair.found.same
    assert bool(pair.found.before) is timed


@pytest.mark.parametrize(
    ("broken", "side"), [({"base"}, 0), ({"work"}, 1), ({"base", "work"}, 1)]
)
def test_what_neither_can_run_is_no_matter_of_the_base(broken: set[str], side: int) -> None:
    FakeChild.broken = broken
    with pytest.raises(SideError, match="no m in") as caught:
        race_revisions(race(), 0, 0, started()[1])
    assert caught.value.side == side


def test_a_process_runs_in_the_folder_of_its_revision(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        lockstep, "StartedProcess", lambda *words, **options: seen.append((words, options))
    )
    monkeypatch.setenv("PYTHONPATH", "mine")
    side = Revision(name="", folder=str(tmp_path), python="other", path=("src",))
    process_of(side, GuardedFunction(name="f", target="m:f"))
    process_of(side, GuardedFunction(name="t", target="test_m.py::test_f", marked=True))
    (plain, options), (marked, _) = seen
    assert plain == (SERVED,)
    assert marked == (lockstep.MARKED, "test_m.py::test_f")
    assert (options["python"], options["cwd"]) == ("other", str(tmp_path))
    assert options["env"]["PYTHONPATH"].split(":")[0] == str(tmp_path / "src")
    assert options["env"]["PYTHONPATH"].endswith("mine")
