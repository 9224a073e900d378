"""Functions and lines where most may be spared are explained, those that are no use are not."""

from pathlib import Path

import pytest

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.analysis.program.to_explain import has_loop, places, wish_at
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
        (14, "", (13, 15)),
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
        "main.py:lines 13 to 15",
        "main.py:Model.fit",
    ]
    assert found[0].time_s == pytest.approx(100 / 151)


def test_of_a_short_program_what_has_a_loop_comes_first(file: str) -> None:
    run = run_of(
        stack(f"<module> ({file}:16)", SUM, count=3), stack(f"<module> ({file}:15)", count=1)
    )
    (first,) = places(rank(run), 1)
    assert first.wish.target == "main.py:lines 13 to 15"


def test_a_source_in_another_encoding_is_read_as_python_does(tmp_path: Path) -> None:
    file = tmp_path / "main.py"
    file.write_bytes(
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\ndef f():\n    for _ in x:\n        pass\n"
    )
    assert has_loop(str(file), 5)
    wish = wish_at(str(file), 5)
    assert wish is not None
    assert wish.qualname == "f"
