"""Calls that were seen and kept: their names, the one that stands for all, and their memory."""

from typing import Any

import pytest

from profiler_suite.measure.program.caught_calls import CallMemory, CallWish, CaughtCalls


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        (CallWish(file="/x/a.py", qualname="A.f"), "a.py:A.f"),
        (CallWish(module="p.q", qualname="f"), "p.q:f"),
        (CallWish(file="/x/a.py", first=3, last=3), "a.py:line 3"),
        (CallWish(file="/x/a.py", first=3, last=9), "a.py:lines 3 to 9"),
        (CallWish(file="/x/a.py", qualname="f", first=3, last=9), "a.py:f, lines 3 to 9"),
    ],
)
def test_a_wish_is_called_as_one_asks_for_it(wish: CallWish, target: str) -> None:
    assert wish.target == target


def test_the_kept_call_in_the_middle_of_their_time_stands_for_all() -> None:
    calls = CaughtCalls(CallWish(qualname="f"))
    assert calls.representative is None
    assert calls.words() == ""
    talk: Any = None
    calls.kept = {(1, 2): talk, (1, 5): talk, (1, 9): talk}
    assert calls.representative == (1, 2), "of those that have not ended, the first"
    calls.costs_s = {(1, 2): 3.0, (1, 5): 2.5, (1, 9): 1.0, (1, 7): 9.0}
    calls.seen_in(1, 1200)
    assert calls.representative == (1, 5)
    assert "call 5 of 1,200: of the 3 that were kept, the one in" in calls.words()
    calls.uncounted = True
    assert "call 5 of 1,200 or more: " in calls.words()


def test_of_calls_that_mostly_find_their_answer_one_that_computes_it_stands_for_all() -> None:
    calls = CaughtCalls(CallWish(qualname="f"))
    talk: Any = None
    calls.kept = {(1, n): talk for n in range(1, 6)}
    calls.costs_s = {(1, n): 1e-5 for n in range(1, 5)} | {(1, 5): 2.0}
    assert calls.representative == (1, 5)


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        (CallMemory(), ""),
        (CallMemory(page_faults=200.0, grown_bytes=2**20), ""),
        (CallMemory(page_faults=24_600.0), "in the program, a call causes 24,600 page faults"),
        (
            CallMemory(page_faults=300.0, grown_bytes=2**30),
            "in the program, a call causes 300 page faults and the program's peak of memory "
            "grew by 1.00 GiB in it",
        ),
    ],
)
def test_what_calls_do_to_memory_is_said_where_it_is_much(
    memory: CallMemory, said: str
) -> None:
    assert memory.words == said
