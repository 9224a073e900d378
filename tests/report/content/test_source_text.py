"""Text of others is shown on its line, without what controls a terminal."""

import pytest

from profiler_suite.report.content.source_text import dedented, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x = 1", "x = 1"),
        ("π × “a”", "π × “a”"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb", "a\\x0ab"),
        ("\u202e", "\\x202e"),
        ("", ""),
    ],
)
def test_what_cannot_be_printed_is_shown_by_its_number(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["    a", "      b", "    c"], ["a", "  b", "c"]),
        (["\ta", "    b"], ["a", "b"]),
        (["    a", "", "    b"], ["a", "", "b"]),
        (["    a", "  ", "    b"], ["a", "", "b"]),
        (["a", "    b"], ["a", "    b"]),
        (["    a \n"], ["a"]),
        (["", ""], ["", ""]),
        ([], []),
    ],
)
def test_the_indentation_that_all_lines_have_is_taken_off(
    lines: list[str], shown: list[str]
) -> None:
    assert dedented(lines) == shown
