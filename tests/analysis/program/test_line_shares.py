"""What share of a function's time was seen on which of its lines, and below."""

import os

import pytest

from profiler_suite.analysis.explain.rules.observed import Observation
from profiler_suite.analysis.program.line_shares import line_shares
from profiler_suite.analysis.program.ranking import rank
from profiler_suite.measure.program.caught_calls import CallWish
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.program.fake_program import run_of, stack
from tests.fake_machine import MACHINE

FILE = "/home/me/main.py"
STACKS = [
    stack(f"<module> ({FILE}:30)", f"work ({FILE}:5)", f"helper ({FILE}:12)", count=60),
    stack(f"<module> ({FILE}:30)", f"work ({FILE}:6)", count=20),
    stack(f"<module> ({FILE}:31)", f"helper ({FILE}:12)", count=20),
]


@pytest.mark.parametrize(
    ("wish", "shares"),
    [
        (CallWish(file=FILE, qualname="work"), {5: 0.75, 12: 0.75, 6: 0.25}),
        (CallWish(file=FILE, qualname="Class.helper"), {12: 1.0}),
        (CallWish(file=FILE, first=30, last=30), {30: 1.0, 5: 0.75, 12: 0.75, 6: 0.25}),
        (CallWish(file="/home/me/other.py", qualname="work"), {}),
    ],
)
def test_what_a_line_calls_is_its_own_too(wish: CallWish, shares: dict[int, float]) -> None:
    found = line_shares(rank(run_of(*STACKS)).moments, wish)
    assert found == pytest.approx({(FILE, line): share for line, share in shares.items()})


def test_what_takes_most_is_sorted_first_without_a_line_profile() -> None:
    own = Own("def f(a):\n    b = a + 1\n    return b * 2\n", 3, traced=False)
    explained = own.observed.explained
    (function,) = own.observed.functions
    plain = Observation(explained, MACHINE)
    file = os.path.realpath(function.source.file)
    known = Observation(explained, MACHINE, None, {(file, 4): 0.9})
    assert plain.share(function, [3]) == plain.share(function, [4]) == 1.0
    assert known.share(function, [3]) < 0.1 < 0.9 < known.share(function, [4]) <= 1.0
