"""A sitting goes on where the last one ended, and ends before its time is over."""

from pathlib import Path

import pytest

from tests.benchmarks import sittings
from tests.benchmarks.sittings import Sittings, verdict

KEYS = ("a", "b", "c", "d")


@pytest.fixture(autouse=True)
def one_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sittings, "origin", lambda: {"machine": "m", "commit": "1"})


class FakeClock:
    """Moves on only where it is told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_what_is_there_is_not_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "results.jsonl"
    first = Sittings(file)
    first.add("b", good=False)
    again = Sittings(file)
    assert list(again.open(KEYS)) == ["a", "c", "d"]
    again.add("a", good=True)
    assert [row["good"] for row in again.of(KEYS)] == [True, False]
    assert again.where() == "1 machine, 1 commit"


def test_it_ends_before_its_time_is_over(tmp_path: Path) -> None:
    clock = FakeClock()
    sitting = Sittings(tmp_path / "r.jsonl", minutes=1.0, clock=clock)
    done = []
    for key in sitting.open(KEYS):
        clock.now_s += 25.0
        done.append(key)
    assert done == ["a", "b"]  # a third one would end after 75 s


def test_the_first_of_two_results_counts_and_a_line_that_was_cut_off_does_not(
    tmp_path: Path,
) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text('{"key": "a", "n": 1}\n{"key": "a", "n": 2}\n{"key": "b"')
    assert sittings.read(file) == {"a": {"key": "a", "n": 1}}


@pytest.mark.parametrize(
    ("good", "done", "word"),
    [(45, 50, "holds (at"), (44, 50, "fails (at"), (9, 10, "holds so far"), (0, 0, "0 of 50")],
)
def test_the_verdict_says_how_many_of_how_many(good: int, done: int, word: str) -> None:
    assert word in verdict(good, done, 0.9, 50)
