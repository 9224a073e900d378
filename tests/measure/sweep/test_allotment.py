"""Visits go where intervals are wide; every point stays in sight."""

import pytest

from profiler_suite.measure.sweep.allotment import Allotment

ALONE = {name: (name,) for name in "abcd"}


def visits(allotment: Allotment, active: str, rounds: int) -> dict[str, int]:
    counts = dict.fromkeys(active, 0)
    for _ in range(rounds):
        for name in allotment.chosen(active):
            counts[name] += 1
    return counts


def test_before_anything_is_known_all_are_visited_in_every_round() -> None:
    assert visits(Allotment(ALONE), "abcd", 10) == dict.fromkeys("abcd", 10)


def test_visits_go_with_the_square_of_the_width_and_never_stop() -> None:
    allotment = Allotment(ALONE)
    allotment.update({"a": 0.09, "b": 0.03, "c": 0.02, "d": 0.001}, target=0.03)
    found = visits(allotment, "abcd", 36)
    assert found["a"] == found["b"] == 36
    assert found["c"] == pytest.approx(16, abs=1)
    assert found["d"] == 9


def test_partners_are_visited_together_as_often_as_the_wider_one_needs() -> None:
    allotment = Allotment(ALONE | {"a": ("a", "b"), "b": ("a", "b")})
    allotment.update({"a": 0.001, "b": 0.09, "c": 0.001}, target=0.03)
    for _ in range(8):
        chosen = allotment.chosen("abc")
        assert ("a" in chosen) == ("b" in chosen)
    assert visits(allotment, "abc", 8) == {"a": 8, "b": 8, "c": 2}


def test_a_round_is_never_empty_while_there_is_a_point() -> None:
    allotment = Allotment(ALONE)
    allotment.update(dict.fromkeys("ab", 0.0), target=0.03)
    assert all(allotment.chosen("ab") for _ in range(20))
    assert allotment.chosen("") == []


def test_a_new_process_sees_all_of_them_again() -> None:
    allotment = Allotment(ALONE)
    allotment.update({"a": 0.0}, target=0.03)
    allotment.reset()
    assert visits(allotment, "ab", 3) == {"a": 3, "b": 3}


def test_without_a_target_nothing_is_left_out() -> None:
    allotment = Allotment(ALONE)
    allotment.update({"a": 0.0}, target=0.0)
    assert visits(allotment, "a", 4) == {"a": 4}
