"""Any text as Markdown that shows nothing but itself."""

import pytest

from profiler_suite.report.content.table import TableView
from profiler_suite.report.formats import markdown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain text, 3.5 %", "plain text, 3.5 %"),
        ("windows_einsum", r"windows\_einsum"),
        ("<script>alert(1)</script>", r"\<script\>alert(1)\</script\>"),
        ("a|b `c` *d*", r"a\|b \`c\` \*d\*"),
        ("[x](http://y)", r"\[x\](http://y)"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("a - b # c", "a - b # c"),
        ("two\nlines\t here", "two lines here"),
        ("@user &amp; $x$", r"\@user \&amp; \$x\$"),
        ("", ""),
    ],
)
def test_signs_of_markdown_are_shown_as_they_are(value: str, text: str) -> None:
    assert markdown.text(value) == text


def test_a_table_aligns_numbers_to_the_right_and_says_what_is_left_out() -> None:
    view = TableView("", ("a_b", "n"), (False, True), (("x|y", "1"),) * 42)
    lines = markdown.table(view).splitlines()
    assert lines[:3] == [r"| a\_b | n |", "|---|---:|", r"| x\|y | 1 |"]
    assert len(lines) == 2 + 40 + 2
    assert lines[-1] == "2 more rows are in `points.csv`."


def test_a_table_without_rows_has_its_headings() -> None:
    assert markdown.table(TableView("", ("a",), (False,), ())) == "| a |\n|---|"
