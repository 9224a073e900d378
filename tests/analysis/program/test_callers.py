"""The loop that calls a function is found on the stacks that it was seen on."""

from pathlib import Path

import pytest

from profiler_suite.analysis.program.callers import LoopsOfFiles, calling_line
from profiler_suite.analysis.program.ranking import rank
from tests.analysis.program.fake_program import run_of, stack

SOURCE = """def leaf(x):
    return x + 1

def between(x):
    return leaf(x)

def walk(n):
    return leaf(n) + walk(n - 1)

for i in range(9):
    def inner():
        return leaf(i)
    between(i)
    inner()
values = [leaf(i) for i in range(9)]
leaf(3)
"""
SCIPY = "/v/lib/python3.11/site-packages/scipy/optimize.py"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "main.py"
    path.write_text(SOURCE)
    return str(path)


@pytest.mark.parametrize(
    ("frames", "line"),
    [
        (["<module> (F:13)", "between (F:5)", "leaf (F:2)"], 13),
        (["<module> (F:15)", "<listcomp> (F:15)", "leaf (F:2)"], 15),
        (["<module> (F:16)", "leaf (F:2)"], None),
        (["<module> (F:16)", f"minimize ({SCIPY}:9)", "leaf (F:2)"], 16),
        (["<module> (F:13)", "walk (F:8)", "walk (F:8)", "leaf (F:2)"], 13),
        (["<module> (F:14)", "inner (F:12)", "leaf (F:2)"], 14),
        ([f"run ({SCIPY}:9)", "leaf (F:2)"], None),
        (["<module> (F:16)", *["between (F:5)"] * 5, "leaf (F:2)"], None),
    ],
)
def test_a_loop_or_a_library_calls_it(file: str, frames: list[str], line: int | None) -> None:
    seen = rank(run_of(stack(*(each.replace("F", file) for each in frames), count=9)))
    found = calling_line(seen.moments, file, "leaf", LoopsOfFiles())
    assert found == (None if line is None else (file, line))


def test_where_no_place_answers_for_most_of_it_there_is_none(file: str) -> None:
    calls = [f"<module> ({file}:13)", f"<module> ({file}:15)", f"<module> ({file}:16)"]
    run = run_of(*(stack(each, f"leaf ({file}:2)", count=10) for each in calls))
    assert calling_line(rank(run).moments, file, "leaf", LoopsOfFiles()) is None


def test_lines_of_a_function_in_a_loop_are_in_none(file: str) -> None:
    loops = LoopsOfFiles()
    assert [line for line in range(1, 18) if loops.hold(file, line)] == [10, 13, 14, 15]
    assert not loops.hold("/none/such.py", 1)
