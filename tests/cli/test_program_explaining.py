"""Functions of a program are explained as far as the time goes; what fails is a sentence."""

import contextlib
import io
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.analysis.explain import explanation
from profiler_suite.analysis.program.explained import ExplainedFunction, ProgramAnswer
from profiler_suite.analysis.program.ranking import rank
from profiler_suite.cli import explaining as explaining_cli
from profiler_suite.cli import program_explaining
from profiler_suite.cli.program_explaining import ProgramExplaining
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import FunctionError
from profiler_suite.machine import survey as survey_module
from profiler_suite.machine.kept import CACHE_VARIABLE
from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.program import captured, explaining, trying
from profiler_suite.measure.program.caught_calls import CallWish, CaughtCalls
from profiler_suite.measure.program.command_time import CommandTime
from profiler_suite.measure.program.running import ProgramEnd
from tests.analysis.program.fake_program import IMPORTING, run_of, stack

MAIN = "<module> (/home/me/main.py:20)"
WALL_S = 10.0


class Clock:
    """Seconds that pass when a fake says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Place:
    """Where the program's input comes from, without any."""

    def go_back(self) -> None:
        """Nothing was read."""


def work_on(*stacks: str, clock: Clock | None = None, said: Any = None) -> ProgramExplaining:
    run = run_of(*stacks, wall_s=WALL_S)
    place: Any = Place()
    time = CommandTime(clock=clock or Clock())
    if clock is not None:
        clock.now += WALL_S + 1
    time.ran(WALL_S)
    progress = ProgressLine(said or io.StringIO(), quiet=said is None)
    return ProgramExplaining(run.target, rank(run), place, time, progress)


def answer(*stacks: str) -> ProgramAnswer:
    work = work_on(*stacks)
    work.explain(3, None)
    return work.answer


def test_where_nothing_may_be_spared_no_second_run_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(captured, "capture", None)
    assert answer(stack(MAIN, IMPORTING, count=50)).functions == ()


@pytest.fixture
def loops(tmp_path: Path) -> list[str]:
    """Stacks of a program whose time goes to three functions of a file that is there."""
    file = tmp_path / "main.py"
    text = "".join(f"def f{n}():\n    for _ in range(9):\n        pass\n\n\n" for n in range(3))
    file.write_text(text)
    return [stack(MAIN, f"f{n} ({file}:{5 * n + 3})", count=80 - 20 * n) for n in range(3)]


def test_a_program_that_does_not_run_again_leaves_a_reason_for_each_function(
    monkeypatch: pytest.MonkeyPatch, loops: list[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise FunctionError("the program did not start")

    monkeypatch.setattr(captured, "capture", fails)
    found = answer(*loops)
    assert len(found.functions) == 3
    assert {each.reason for each in found.functions} == {"the program did not start"}
    assert all(each.explanation is None for each in found.functions)


class FakeCapture:
    """A second run that took so long, and one call of each function."""

    def __init__(self, clock: Clock, end: ProgramEnd) -> None:
        self._clock, self.end = clock, end
        self.limits_s: list[float] = []

    @contextlib.contextmanager
    def __call__(
        self,
        target: object,
        wishes: Sequence[CallWish],
        beside: Any,
        limit_s: float,
        looking_s: float,
    ) -> Iterator["FakeCapture"]:
        self.limits_s.append(limit_s)
        self._clock.now += self.end.wall_s
        yield self

    def of(self, wish: CallWish) -> CaughtCalls:
        found = CaughtCalls(wish)
        found.seen_in(1, 1)
        found.median_s = 0.1
        talk: Any = None
        found.kept[1, 1] = talk
        return found


@pytest.fixture
def fake_explanations(monkeypatch: pytest.MonkeyPatch) -> tuple[Clock, list[ExplainEffort]]:
    """Each explanation takes all the time that it may; what they were given is kept."""
    clock = Clock()
    efforts: list[ExplainEffort] = []

    class Child:
        def __init__(self, capture: Any, calls: Any, tell: Any, limit_s: float, s: float):
            self._within_s = s
            tell("timing it")

        def __enter__(self) -> "Child":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def explain(self, effort: ExplainEffort) -> str:
            assert effort.budget_s <= self._within_s
            efforts.append(effort)
            clock.now += effort.budget_s
            return "record"

        def attempt(self, *_: object) -> None:
            pass

    def explain(*_: object, **__: object) -> Any:
        return types.SimpleNamespace(best=None, explained=None)

    effort = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
    monkeypatch.setattr(explaining, "CaughtChild", Child)
    monkeypatch.setattr(explanation, "explain", explain)
    monkeypatch.setattr(survey_module, "survey", lambda **_: None)
    monkeypatch.setattr(explaining_cli, "effort_for", lambda _: effort)
    return clock, efforts


@pytest.mark.parametrize("again_s", [WALL_S, 0.5 * WALL_S, 1000 * WALL_S])
def test_the_whole_command_takes_no_more_than_twice_the_time_and_half_a_minute(
    again_s: float,
    monkeypatch: pytest.MonkeyPatch,
    loops: list[str],
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, efforts = fake_explanations
    work = work_on(*loops, clock=clock)
    longest_s = 2 * WALL_S + 30 - clock.now - 6
    end = ProgramEnd(exit_code=0, wall_s=min(again_s, longest_s), limited=again_s > longest_s)
    fake = FakeCapture(clock, end)
    monkeypatch.setattr(captured, "capture", fake)
    work.explain(3, None)
    assert fake.limits_s == [pytest.approx(longest_s)]
    assert clock.now <= 2 * WALL_S + 30 - 3 + 1e-9, "and the page is still to be written"
    assert efforts
    assert sum(each.budget_s for each in efforts) <= 24.0 + 1e-9
    assert bool(work.answer.cut_short) == end.limited
    if end.limited:
        assert len(efforts) == 1
        reasons = [each.reason for each in work.answer.functions if each.reason]
        assert reasons == ["no time was left; allow more with --budget SECONDS"] * 2
    else:
        assert len(efforts) == 3
        assert efforts[0].budget_s > efforts[2].budget_s / 2


def test_the_time_is_told_before_and_the_time_left_during_it(
    monkeypatch: pytest.MonkeyPatch,
    loops: list[str],
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, _ = fake_explanations
    said = io.StringIO()
    work = work_on(*loops, clock=clock, said=said)
    fake = FakeCapture(clock, ProgramEnd(exit_code=0, wall_s=WALL_S))
    monkeypatch.setattr(captured, "capture", fake)
    work.explain(3, None)
    first, *others = said.getvalue().splitlines()
    assert first.startswith(
        "running it again, about 10 s, to explain 3 functions, 24 s at most"
    )
    left = [each for each in others if "timing it" in each]
    assert "24 s left at most" in left[0]
    assert "24 s left at most" not in left[1]


def test_calls_that_were_caught_at_once_need_no_second_run(
    monkeypatch: pytest.MonkeyPatch,
    loops: list[str],
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, efforts = fake_explanations
    monkeypatch.setattr(captured, "capture", None)
    work = work_on(*loops, clock=clock)
    caught: Any = FakeCapture(clock, ProgramEnd(exit_code=0, wall_s=0.0))
    work.explain(3, caught)
    assert len(efforts) == 3


def test_a_limit_of_the_persons_own_holds_for_the_second_run_and_is_no_surprise(
    monkeypatch: pytest.MonkeyPatch,
    loops: list[str],
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, _ = fake_explanations
    fake = FakeCapture(clock, ProgramEnd(exit_code=-2, wall_s=WALL_S, limited=True))
    monkeypatch.setattr(captured, "capture", fake)
    work = work_on(*loops, clock=clock)
    work.explain(3, None, WALL_S)
    assert fake.limits_s == [WALL_S]
    assert not work.answer.cut_short


@pytest.mark.parametrize("when", ["in the second run", "while calls are explained"])
def test_ctrl_c_keeps_what_there_is(
    when: str,
    monkeypatch: pytest.MonkeyPatch,
    loops: list[str],
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, efforts = fake_explanations
    interrupted = when == "in the second run"
    end = ProgramEnd(exit_code=-2, wall_s=1.0, interrupted=interrupted)
    monkeypatch.setattr(captured, "capture", FakeCapture(clock, end))
    if not interrupted:
        before = explanation.explain

        def explain(*arguments: Any, **more: Any) -> Any:
            if len(efforts) == 2:
                raise KeyboardInterrupt
            return before(*arguments, **more)

        monkeypatch.setattr(explanation, "explain", explain)
    work = work_on(*loops, clock=clock)
    with pytest.raises(KeyboardInterrupt):
        work.explain(3, None)
    assert len(work.answer.functions) == (0 if interrupted else 1)


def test_ctrl_c_while_rewrites_are_tried_keeps_the_explanations(
    monkeypatch: pytest.MonkeyPatch, loops: list[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    work = work_on(*loops)
    monkeypatch.setattr(ProgramAnswer, "rewritten", lambda _: {"a.py": "x = 1\n"})
    monkeypatch.setattr(trying, "try_program", stopped)
    place: Any = types.SimpleNamespace(time_s=1.0, wish=CallWish(qualname="f"))
    work.answer = ProgramAnswer((ExplainedFunction(place, 1, None, "why"),))
    with pytest.raises(KeyboardInterrupt):
        work.try_rewrites()
    assert work.answer.not_tried == "interrupted"
    assert len(work.answer.functions) == 1


def test_without_rewrites_the_program_is_not_run_again() -> None:
    work = work_on()
    work.try_rewrites()
    assert work.answer == ProgramAnswer(())


def test_a_helper_is_caught_with_its_caller_explained_there_and_has_the_last_seconds(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, efforts = fake_explanations
    file = tmp_path / "main.py"
    file.write_text("def f(x):\n    return x\n\nfor i in range(9):\n    f(i)\n")
    wished: list[CallWish] = []

    class Often(FakeCapture):
        @contextlib.contextmanager
        def __call__(
            self,
            target: object,
            wishes: Sequence[CallWish],
            beside: Any,
            limit_s: float,
            looking_s: float,
        ) -> Iterator[FakeCapture]:
            wished.extend(wishes)
            with super().__call__(target, wishes, beside, limit_s, looking_s) as found:
                yield found

        def of(self, wish: CallWish) -> CaughtCalls:
            found = super().of(wish)
            if wish.qualname:
                found.seen_in(1, 9000)
                found.median_s = 1e-6
            return found

    monkeypatch.setattr(
        captured, "capture", Often(clock, ProgramEnd(exit_code=0, wall_s=WALL_S))
    )
    others = stack(MAIN, IMPORTING, count=100)
    helper = stack(f"<module> ({file}:5)", f"f ({file}:2)", count=100)
    work = work_on(others, helper, clock=clock)
    work.explain(3, None)
    assert [each.target for each in wished] == ["main.py:f", "main.py:lines 4 to 5"]
    explained = [f.place.wish.target for f in work.answer.functions]
    assert explained == ["main.py:lines 4 to 5", "main.py:f"]
    assert all(each.advice_first for each in efforts)
    # The loop has all that is not set aside for its helper, which is enough to explain it.
    assert [round(each.budget_s) for each in efforts] == [18, 6]


def test_where_the_callers_loop_has_no_advice_the_helper_is_explained_as_well(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, _ = fake_explanations
    file = tmp_path / "main.py"
    file.write_text("def f(x):\n    return x\n\nfor i in range(9):\n    f(i)\n")
    slow: Any = explaining.CaughtChild

    class Quick(slow):  # type: ignore[misc]
        def explain(self, effort: ExplainEffort) -> str:
            clock.now += 1.0
            return "record"

    class Often(FakeCapture):
        def of(self, wish: CallWish) -> CaughtCalls:
            found = super().of(wish)
            if wish.qualname:
                found.seen_in(1, 9000)
                found.median_s, found.uncounted = 1e-6, True
            return found

    monkeypatch.setattr(explaining, "CaughtChild", Quick)
    monkeypatch.setattr(
        captured, "capture", Often(clock, ProgramEnd(exit_code=0, wall_s=WALL_S))
    )
    others = stack(MAIN, IMPORTING, count=100)
    helper = stack(f"<module> ({file}:5)", f"f ({file}:2)", count=100)
    work = work_on(others, helper, clock=clock)
    work.explain(3, None)
    found = [(f.place.wish.target, f.calls_in_words) for f in work.answer.functions]
    assert found == [("main.py:lines 4 to 5", ""), ("main.py:f", "9,000 calls or more")]


def test_where_passes_fail_what_helps_is_tried_without_them(
    monkeypatch: pytest.MonkeyPatch,
    loops: list[str],
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, efforts = fake_explanations
    fine: Any = explaining.CaughtChild

    class Fails(fine):  # type: ignore[misc]
        def explain(self, effort: ExplainEffort) -> str:
            if not effort.advice_only:
                raise FunctionError("its trace does not end")
            return str(super().explain(effort))

    monkeypatch.setattr(explaining, "CaughtChild", Fails)
    end = ProgramEnd(exit_code=0, wall_s=WALL_S)
    monkeypatch.setattr(captured, "capture", FakeCapture(clock, end))
    work = work_on(loops[0], clock=clock)
    work.explain(3, None)
    (found,) = work.answer.functions
    assert found.explanation is not None
    assert [each.advice_only for each in efforts] == [True]


def test_a_defect_in_one_explanation_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    loops: list[str],
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    clock, _ = fake_explanations
    fine: Any = explaining.CaughtChild
    seen: list[str] = []

    class FailsOnce(fine):  # type: ignore[misc]
        def explain(self, effort: ExplainEffort) -> str:
            seen.append("")
            if len(seen) == 1:
                raise ZeroDivisionError("planted")
            return str(super().explain(effort))

    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr(explaining, "CaughtChild", FailsOnce)
    end = ProgramEnd(exit_code=0, wall_s=WALL_S)
    monkeypatch.setattr(captured, "capture", FakeCapture(clock, end))
    work = work_on(*loops, clock=clock)
    work.explain(3, None)
    reasons = [each.reason for each in work.answer.functions]
    assert len(reasons) > 1
    (reason,) = filter(None, reasons)
    assert reason.startswith("internal error (ZeroDivisionError: planted)")


def test_what_comes_before_the_passes_counts_as_theirs(
    monkeypatch: pytest.MonkeyPatch,
    loops: list[str],
    fake_explanations: tuple[Clock, list[ExplainEffort]],
) -> None:
    """Else passes that are given up late leave no time to try what helps."""
    clock, efforts = fake_explanations
    fine: Any = explaining.CaughtChild
    loading_s = 3.0

    class Slow(fine):  # type: ignore[misc]
        def __init__(self, *given: Any) -> None:
            clock.now += loading_s
            super().__init__(*given)

    monkeypatch.setattr(explaining, "CaughtChild", Slow)
    monkeypatch.setattr(program_explaining, "monotonic", clock)
    end = ProgramEnd(exit_code=0, wall_s=WALL_S)
    monkeypatch.setattr(captured, "capture", FakeCapture(clock, end))
    work_on(loops[0], clock=clock).explain(3, None)
    (effort,) = efforts
    assert effort.passes_s + loading_s == pytest.approx(effort.budget_s / 2)
