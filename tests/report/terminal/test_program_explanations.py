"""Explained functions of a program on the terminal."""

import pytest

from profiler_suite.report.terminal import program_explanations
from profiler_suite.report.terminal.console import cell_len
from tests.stored_explanation import stored_explanation


@pytest.mark.parametrize("width", [60, 80])
def test_one_function_says_why_its_costliest_line_and_what_to_write(width: int) -> None:
    found = stored_explanation()
    text = program_explanations.function_screen(found, width, color=False)
    assert max(map(cell_len, text.splitlines())) <= width
    assert found.verdict[0].split()[0] in text
    lines = [line for line in text.splitlines() if line.strip().startswith("line ")]
    assert len(lines) == 1
    assert any(line.startswith("    +") for line in text.splitlines())


def test_without_advice_it_says_so() -> None:
    text = program_explanations.function_screen(
        stored_explanation(advised=False), 80, color=False
    )
    assert "advice: none (" in text
