"""Small tables: cells from records, empty columns and surplus rows left out."""

from types import SimpleNamespace

from profiler_suite.report.content.table import TableView, numbers, tabulated, words

RECORDS = [SimpleNamespace(name="a", size=3), SimpleNamespace(name="b", size=4)]
COLUMNS = (words("name", "name"), numbers("size", lambda r: f"{r.size} B", minor=True))


def test_a_table_has_a_row_for_each_record_and_a_cell_for_each_column() -> None:
    found = tabulated("Sizes", iter(RECORDS), COLUMNS, below=lambda r: f"see {r.name}")
    assert found.headings == ("name", "size")
    assert found.numeric == (False, True)
    assert found.rows == (("a", "3 B"), ("b", "4 B"))
    assert found.below == ("see a", "see b")
    assert found.minor == ("size",)


def test_without_records_there_are_headings_only() -> None:
    found = tabulated("Sizes", [], COLUMNS)
    assert (found.headings, found.rows, found.below) == (("name", "size"), (), ())


def test_columns_without_any_cell_are_left_out() -> None:
    table = TableView(
        "c", ("a", "b", "c"), (False, True, False), (("1", "", ""), ("", "", "2"))
    )
    assert table.filled().headings == ("a", "c")
    assert table.filled().numeric == (False, False)
    assert table.filled().rows == (("1", ""), ("", "2"))
    assert table.without("b").rows == (("1", ""), ("", "2"))
    assert table.without("d") == table


def test_the_first_rows_say_how_many_are_left_out() -> None:
    table = tabulated("Sizes", RECORDS * 1000, COLUMNS, below=lambda r: r.name)
    short = table.first(3)
    assert short.caption == "Sizes; the first 3 rows; 1,997 more are left out"
    assert len(short.rows) == len(short.below) == 3
    assert table.first(2000) is table
