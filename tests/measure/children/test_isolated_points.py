"""What one point does to the child costs that point alone."""

from typing import Any, ClassVar

import msgspec
import pytest

from profiler_suite.measure.children import isolated_points
from profiler_suite.measure.children.conversation import ChildDiedError
from profiler_suite.measure.children.isolated_points import pass_over
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import Status
from tests.fake_run import make_run

TEMPLATE = make_run().provenance.points[0]
DECODER: "msgspec.json.Decoder[str]" = msgspec.json.Decoder(str)


def points(*names: str, predicted_s: float = 0.0) -> list[Point]:
    return [
        msgspec.structs.replace(TEMPLATE, id=name, predicted_s=predicted_s) for name in names
    ]


class Talk:
    """A child that dies at points called 'kill'."""

    made = 0
    closed = 0
    starts = True
    timeouts: ClassVar[list[float]] = []

    @classmethod
    def opened(cls, module: str, opening: object) -> "Talk":
        if not cls.starts:
            raise ChildDiedError(Status.CRASHED, "no memory")
        cls.made += 1
        return cls()

    def ask_for(self, point: Point, decoder: object, timeout_s: float) -> str:
        Talk.timeouts.append(timeout_s)
        if point.id.startswith("kill"):
            raise ChildDiedError(Status.CRASHED, "ended by signal 9")
        if point.id == "break":
            raise KeyboardInterrupt
        return f"answer of {point.id}"

    def close(self) -> None:
        Talk.closed += 1


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    Talk.made = Talk.closed = 0
    Talk.starts = True
    Talk.timeouts = []
    monkeypatch.setattr(isolated_points, "Conversation", Talk)


def told(given: list[Point], patience_s: float = 1.0) -> tuple[str, list[str]]:
    answers: list[str] = []
    lost: Any = lambda point, why: f"{point.id}: {why}"  # noqa: E731
    ended = pass_over("m", None, given, patience_s, DECODER, answers.append, lost)
    return ended, answers


def test_another_child_goes_on_after_one_that_died() -> None:
    ended, answers = told(points("a", "kill", "b"))
    assert ended == ""
    assert answers == ["answer of a", "kill: ended by signal 9", "answer of b"]
    assert (Talk.made, Talk.closed) == (2, 2)


def test_one_child_does_for_all_and_none_is_started_for_nothing() -> None:
    told(points("a", "b", "c"))
    assert (Talk.made, Talk.closed) == (1, 1)
    assert told([]) == ("", [])
    assert Talk.made == 1


def test_deaths_in_a_row_end_the_pass_and_answers_between_them_do_not() -> None:
    ended, answers = told(points(*["kill"] * 7))
    assert ended == "it died 5 times in a row: ended by signal 9"
    assert len(answers) == 5
    ended, answers = told(points(*["kill", "kill", "kill", "kill", "a"] * 3))
    assert ended == ""
    assert len(answers) == 15


def test_a_child_that_does_not_start_is_said() -> None:
    Talk.starts = False
    assert told(points("a", "b")) == ("it did not start: no memory", [])


def test_patience_grows_with_the_predicted_time() -> None:
    told(points("a", predicted_s=2.0), patience_s=10.0)
    assert Talk.timeouts == [610.0]


def test_the_child_is_closed_also_when_the_person_stops() -> None:
    with pytest.raises(KeyboardInterrupt):
        told(points("a", "break"))
    assert Talk.closed == 1
