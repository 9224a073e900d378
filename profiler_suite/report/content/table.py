"""A small table for any medium, and the columns that make one of records."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any


@dataclasses.dataclass(frozen=True)
class TableView:
    """A small table; `numeric` tells the columns that are right-aligned."""

    caption: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...] = ()
    """A second, smaller line in the first cell of every row."""
    minor: tuple[str, ...] = ()
    """Headings of columns that a phone leaves out."""
    note: str = ""
    """What one has to know to read it, below."""

    def filled(self) -> "TableView":
        """The table without the columns that are empty in every row."""
        return self._only(
            [n for n in range(len(self.headings)) if any(row[n] for row in self.rows)]
        )

    def without(self, heading: str) -> "TableView":
        """The table without the columns of this heading."""
        return self._only([n for n, each in enumerate(self.headings) if each != heading])

    def _only(self, kept: Sequence[int]) -> "TableView":
        return dataclasses.replace(
            self,
            headings=tuple(self.headings[n] for n in kept),
            numeric=tuple(self.numeric[n] for n in kept),
            rows=tuple(tuple(row[n] for n in kept) for row in self.rows),
        )

    def first(self, most: int) -> "TableView":
        """The table with at most that many rows; its caption says how many are left out."""
        left_out = len(self.rows) - most
        if left_out <= 0:
            return self
        return dataclasses.replace(
            self,
            caption=f"{self.caption}; the first {most:,} rows; {left_out:,} more are left out",
            rows=self.rows[:most],
            below=self.below[:most],
        )


@dataclasses.dataclass(frozen=True)
class TableColumn:
    """One column: its heading and how the cell of a record is written."""

    heading: str
    cell: Callable[[Any], str]
    numeric: bool = False
    minor: bool = False
    """Left out on a phone."""


def words(
    heading: str, cell: Callable[[Any], str] | str, *, minor: bool = False
) -> TableColumn:
    """A column of texts; a name stands for the record's field."""
    return TableColumn(heading, _cell(cell), minor=minor)


def numbers(
    heading: str, cell: Callable[[Any], str] | str, *, minor: bool = False
) -> TableColumn:
    """A column of numbers."""
    return TableColumn(heading, _cell(cell), numeric=True, minor=minor)


def _cell(cell: Callable[[Any], str] | str) -> Callable[[Any], str]:
    return (lambda record: str(getattr(record, cell))) if isinstance(cell, str) else cell


def tabulated(
    caption: str,
    records: Iterable[Any],
    columns: Sequence[TableColumn],
    below: Callable[[Any], str] | None = None,
    note: str = "",
) -> TableView:
    """The table of these records; `below` is written into the first cell of each."""
    records = list(records)
    return TableView(
        caption,
        tuple(column.heading for column in columns),
        tuple(column.numeric for column in columns),
        tuple(tuple(column.cell(each) for column in columns) for each in records),
        below=tuple(map(below, records)) if below else (),
        minor=tuple(column.heading for column in columns if column.minor),
        note=note,
    )
