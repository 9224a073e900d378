"""Functions and lines where most may be spared are explained, those that are no use are not."""

import threading
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.analysis.program.to_explain import (
    has_loop,
    places,
    settled,
    wish_at,
    wishes_of,
)
from profiler_suite.measure.program.caught_calls import CallWish, CaughtCalls
from tests.analysis.program.fake_program import NUMPY, run_of, stack

SOURCE = """import numpy as np

class Model:
    def fit(self, x):
        def step(i):
            return x[i]
        return [step(i) for i in range(9)]

async def waits():
    return 1

a = np.zeros(9)
for i in range(9):
    for j in range(9):
        a[i] += j
b = a.sum()
"""
SUM = f"sum ({NUMPY}/_core/fromnumeric.py:2425)"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "main.py"
    path.write_text(SOURCE)
    return str(path)


@pytest.mark.parametrize(
    ("line", "qualname", "lines"),
    [
        (6, "Model.fit.step", (0, 0)),
        (7, "Model.fit", (0, 0)),
        (14, "", (12, 15)),
        (16, "", (16, 16)),
    ],
)
def test_a_line_is_of_the_innermost_function_or_of_a_statement(
    file: str, line: int, qualname: str, lines: tuple[int, int]
) -> None:
    wish = wish_at(file, line)
    assert wish is not None
    assert (wish.qualname, (wish.first, wish.last)) == (qualname, lines)


@pytest.mark.parametrize("line", [2, 10, 99])
def test_a_coroutine_and_an_empty_line_are_not_explained(file: str, line: int) -> None:
    assert wish_at(file, line) is None


IN_TURNS = """import asyncio, queue, threading
work = queue.Queue()

async def station(out):
    for _ in range(3):
        await asyncio.sleep(0)
        total = 0
        for v in range(9):
            total += v
        out.append(total)

def worker():
    while True:
        job = work.get()
        if job is None:
            return
        for v in range(9):
            job += v
"""


def test_of_what_runs_in_turns_with_others_a_loop_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "turns.py"
    path.write_text(IN_TURNS)
    wish = wish_at(str(path), 9)
    assert wish is not None
    assert (wish.qualname, wish.first, wish.last) == ("station", 7, 9)
    assert wish_at(str(path), 6) is None
    whole = wish_at(str(path), 18)
    assert whole is not None
    assert (whole.qualname, whole.first) == ("worker", 0)
    thread = stack(
        f"_bootstrap ({threading.__file__}:9)",
        f"worker ({path}:18)",
        count=300,
        thread=8,
    )
    lock = stack(
        f"<module> ({path}:1)",
        f"join ({threading.__file__}:1112)",
        "PyThread_acquire_lock_timed (/usr/lib/libpython3.11.so)",
        count=300,
    )
    (place,) = places(rank(run_of(lock, thread)), 3)
    assert (place.wish.qualname, place.wish.first, place.wish.last) == ("worker", 17, 18)
    assert place.caller is None


def test_a_file_that_is_gone_is_not_explained() -> None:
    assert wish_at("/none/such.py", 1) is None
    assert not has_loop("/none/such.py", 1)


def test_lines_of_one_loop_are_one_place(file: str) -> None:
    found = places(
        rank(
            run_of(
                stack(f"<module> ({file}:14)", count=40),
                stack(f"<module> ({file}:15)", SUM, count=60),
                stack(f"<module> ({file}:16)", SUM, count=1),
                stack(f"<module> ({file}:3)", f"fit ({file}:7)", count=50),
            )
        ),
        3,
    )
    assert [each.wish.target for each in found] == [
        "main.py:lines 12 to 15",
        "main.py:Model.fit",
    ]
    assert found[0].time_s == pytest.approx(100 / 151)


def test_what_waits_for_others_is_not_called_alone(file: str) -> None:
    waits = "epoll_wait (/usr/lib/libc.so.6)"
    looped = [stack(f"<module> ({file}:14)", count=200), stack(f"f ({file}:5)", count=1)]
    found = rank(run_of(stack(f"<module> ({file}:16)", waits, count=500), *looped))
    assert found.functions[0].line == 16
    assert [each.wish.first for each in places(found, 3)] == [12]


def test_of_a_short_program_what_has_a_loop_comes_first(file: str) -> None:
    run = run_of(
        stack(f"<module> ({file}:16)", SUM, count=3), stack(f"<module> ({file}:15)", count=1)
    )
    (first,) = places(rank(run), 1)
    assert first.wish.target == "main.py:lines 12 to 15"


def test_a_source_in_another_encoding_is_read_as_python_does(tmp_path: Path) -> None:
    file = tmp_path / "main.py"
    file.write_bytes(
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\ndef f():\n    for _ in x:\n        pass\n"
    )
    assert has_loop(str(file), 5)
    wish = wish_at(str(file), 5)
    assert wish is not None
    assert wish.qualname == "f"


HELPERS = """import numpy as np

def area(w, h):
    return w * h

def length(points):
    total = 0.0
    for p in points:
        total += p
    return total

def run(n):
    for i in range(n):
        area(i, i)
        length([i, i])

run(9)
table.apply(area, axis=1)
"""
PANDAS = "/v/lib/python3.11/site-packages/pandas"


@pytest.fixture
def helpers(tmp_path: Path) -> str:
    path = tmp_path / "main.py"
    path.write_text(HELPERS)
    return str(path)


class Seen:
    """What is known of each function's calls: how many, and how long the median one took."""

    def __init__(self, **calls: tuple[int, float]) -> None:
        self._calls = calls

    def __call__(self, wish: CallWish) -> CaughtCalls:
        found = CaughtCalls(wish)
        calls, found.median_s = self._calls.get(wish.qualname or "module", (1, 1.0))
        found.seen_in(1, calls)
        if wish.qualname in self._calls or not wish.qualname:
            talk: Any = None
            found.kept[1, 1] = talk
        return found


def helpers_in_a_loop(file: str) -> list[str]:
    return [
        stack(f"<module> ({file}:17)", f"run ({file}:14)", f"area ({file}:4)", count=60),
        stack(f"<module> ({file}:17)", f"run ({file}:15)", f"length ({file}:9)", count=50),
    ]


@pytest.mark.parametrize(
    ("calls", "explained"),
    [
        # Each is called for every element: what is slow is the loop that calls them.
        ({"area": (900, 1e-6), "length": (900, 3e-6), "run": (1, 1.0)}, ["run"]),
        # One of them has work of its own in a loop of its own.
        ({"area": (900, 1e-6), "length": (900, 3e-3), "run": (1, 1.0)}, ["run", "length"]),
        # Each is called a few times only.
        ({"area": (9, 0.1), "length": (9, 0.1), "run": (1, 1.0)}, ["area", "length"]),
        # Their caller was not caught.
        ({"area": (900, 1e-6), "length": (900, 3e-6)}, ["area", "length"]),
    ],
)
def test_a_helper_is_explained_in_the_loop_that_calls_it(
    helpers: str, calls: dict[str, tuple[int, float]], explained: list[str]
) -> None:
    chosen = places(rank(run_of(*helpers_in_a_loop(helpers))), 3)
    assert [each.wish.qualname for each in chosen] == ["area", "length"]
    assert [each.qualname for each in wishes_of(chosen)] == ["area", "length", "run"]
    found = settled(chosen, Seen(**calls))
    assert [each.wish.qualname for each in found] == explained
    assert sum(each.time_s for each in found) == pytest.approx(1.0)
    assert sum(each.weight for each in found) == pytest.approx(1.0)


def test_a_helper_is_not_lost_where_its_caller_has_a_row_of_its_own(helpers: str) -> None:
    own = stack(f"<module> ({helpers}:17)", f"run ({helpers}:13)", count=90)
    chosen = places(rank(run_of(own, *helpers_in_a_loop(helpers))), 2)
    assert [each.wish.qualname for each in chosen] == ["run", "area"]
    (found,) = settled(chosen, Seen(area=(900, 1e-6), run=(1, 1.0)))
    assert found.wish.qualname == "run"
    assert found.helper is not None
    assert found.helper.wish.qualname == "area"


def test_what_to_look_at_first_is_explained_however_little_it_is(file: str) -> None:
    blas = "/v/lib/python3.11/site-packages/numpy.libs/libscipy_openblas64_.so"
    product = stack(f"<module> ({file}:16)", f"dgemm_kernel ({blas})", count=990)
    little = stack(f"<module> ({file}:15)", SUM, count=10)
    found = places(rank(run_of(product, little)), 3)
    assert {each.wish.first for each in found} == {12, 16}
    assert [each.wish.first for each in places(rank(run_of(product)), 3)] == [16]


NESTED = """
def distance(a, b):
    return (a - b) ** 2

def closest(x, centres):
    return min(range(9), key=lambda j: 0) or [distance(x, c) for c in centres]

def assign(points, centres):
    return [closest(x, centres) for x in points]

def fit(n):
    for i in range(n):
        assign([1], [2])
"""


@pytest.mark.parametrize(
    ("calls", "explained"),
    [
        ({"distance": (10**4, 1e-6), "closest": (1000, 1e-5), "assign": (9, 0.1)}, "assign"),
        # What its callers take is quick: a helper's own loop is seen there as well.
        ({"distance": (10**4, 1e-6), "closest": (1000, 3e-4), "assign": (9, 0.1)}, "assign"),
        ({"distance": (10**4, 1e-6), "closest": (1000, 3e-4), "assign": (1, 9.0)}, "closest"),
        ({"distance": (10**4, 1e-6), "closest": (1000, 9e-3), "assign": (9, 0.1)}, "closest"),
        ({"distance": (10**4, 1e-6), "closest": (1000, 1e-5)}, "closest"),
    ],
)
def test_a_helper_of_a_helper_is_explained_in_the_outer_loop(
    tmp_path: Path, calls: dict[str, tuple[int, float]], explained: str
) -> None:
    file = tmp_path / "main.py"
    file.write_text(NESTED)
    moments = stack(
        f"<module> ({file}:14)",
        f"fit ({file}:13)",
        f"assign ({file}:9)",
        f"closest ({file}:6)",
        f"distance ({file}:3)",
        count=200,
    )
    (chosen,) = places(rank(run_of(moments)), 1)
    wished = [each.qualname for each in wishes_of([chosen])]
    assert wished == ["distance", "closest", "assign", "fit"]
    (found,) = settled([chosen], Seen(**calls))
    assert found.wish.qualname == explained


def test_where_a_call_of_the_caller_takes_too_long_the_helper_is_explained(
    helpers: str,
) -> None:
    chosen = places(rank(run_of(*helpers_in_a_loop(helpers))), 3)
    once, often = (
        Seen(area=(900, 1e-6), length=(900, 1e-6), run=(calls, 30.0)) for calls in (1, 9)
    )
    assert [each.wish.qualname for each in settled(chosen, once, 0.2)] == ["area", "length"]
    assert [each.wish.qualname for each in settled(chosen, once, 2.0)] == ["run"]
    assert [each.wish.qualname for each in settled(chosen, often, 0.2)] == ["run"]


def test_what_a_library_calls_for_each_row_is_explained_where_it_was_handed_over(
    helpers: str,
) -> None:
    frames = (f"<module> ({helpers}:18)", f"apply ({PANDAS}/frame.py:9)")
    run = run_of(stack(*frames, f"area ({helpers}:4)", count=100))
    (place,) = settled(places(rank(run), 3), Seen(area=(900, 1e-5)))
    assert place.wish.target == "main.py:line 18"


def test_what_is_all_arithmetic_may_have_a_better_algorithm(file: str) -> None:
    blas = "/v/lib/python3.11/site-packages/numpy.libs/libscipy_openblas64_.so"
    product = f"dgemm_kernel ({blas})"
    large = stack(f"<module> ({file}:3)", f"fit ({file}:7)", product, count=90)
    small = stack(f"<module> ({file}:16)", product, count=10)
    (place,) = places(rank(run_of(large, small)), 3)
    assert place.wish.qualname == "Model.fit"
    assert 0 < place.weight < place.time_s
