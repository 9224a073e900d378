"""Causes on the terminal: within its width, reasons below the table."""

import pytest

from profiler_suite.report.terminal.causes import screen
from profiler_suite.report.terminal.console import cell_len
from tests.report.made_causes import ALIKE, FOUND


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_and_says_why_something_was_not_tried(width: int) -> None:
    text = screen(FOUND, width, color=False)
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert "BLAS kernels" in text
    assert "governor was not tried" in text


def test_alike_runs_have_a_sentence_alone() -> None:
    assert "nothing to explain" in screen(ALIKE, 80, color=False)
    assert "alone" not in screen(ALIKE, 80, color=False).lower()
