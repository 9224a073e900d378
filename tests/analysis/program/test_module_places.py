"""A loop of a script is one place, whichever of its lines takes the time."""

from pathlib import Path

from profiler_suite.analysis.program.module_places import statements_at
from profiler_suite.analysis.program.ranking import rank
from profiler_suite.report.content.program import view
from tests.analysis.program.fake_program import run_of, stack

SOURCE = """import numpy as np

found = []
for i in range(9):
    a = np.sqrt(i)
    found.append(a)

def work():
    return 1

print(
    found,
)
"""


def test_lines_that_belong_together_are_one_place(tmp_path: Path) -> None:
    file = tmp_path / "main.py"
    file.write_text(SOURCE)
    assert {statements_at(str(file), line) for line in (3, 4, 5, 6)} == {(3, 6)}
    assert statements_at(str(file), 12) == (11, 13)
    assert statements_at(str(file), 9) == (9, 9)  # of a function
    file.write_text("\n" + SOURCE)
    assert statements_at(str(file), 5) == (4, 7)


def test_what_nobody_can_read_is_a_line_for_itself() -> None:
    assert statements_at("/nowhere/main.py", 7) == (7, 7)
    assert statements_at("<string>", 7) == (7, 7)


def test_a_loop_of_a_script_is_one_row_at_its_costliest_line(tmp_path: Path) -> None:
    file = tmp_path / "main.py"
    file.write_text(SOURCE)
    stacks = [
        stack(f"<module> ({file}:{line})", count=count)
        for line, count in ((4, 10), (5, 50), (6, 30), (12, 10))
    ]
    found = rank(run_of(*stacks))
    first, second = found.functions
    assert (first.line, first.lines, second.lines) == (5, (3, 6), (11, 13))
    assert first.total_s == 0.9
    finding = view(found).finding
    assert finding.startswith("Look first at main.py:5, in lines 3 to 6: 90 % of")
    assert finding.endswith("by array operations instead of a loop in Python.")
