"""A small table for any medium."""

import dataclasses


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
        kept = [n for n in range(len(self.headings)) if any(row[n] for row in self.rows)]
        return dataclasses.replace(
            self,
            headings=tuple(self.headings[n] for n in kept),
            numeric=tuple(self.numeric[n] for n in kept),
            rows=tuple(tuple(row[n] for n in kept) for row in self.rows),
        )

    def first(self, most: int) -> "TableView":
        """The table with at most so many rows; its caption tells how many are left out."""
        left_out = len(self.rows) - most
        if left_out <= 0:
            return self
        return dataclasses.replace(
            self,
            caption=f"{self.caption}; the first {most:,}, {left_out:,} more are left out",
            rows=self.rows[:most],
            below=self.below[:most],
        )
