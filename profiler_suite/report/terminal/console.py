"""Lays out text for a terminal of a given width."""

import dataclasses
import textwrap
import unicodedata
from collections.abc import Sequence

from profiler_suite import units
from profiler_suite.report.content.source_text import visible

_NARROWEST = 32  # columns: below that, lines are left to the terminal to break

# Words of a style → parameters of ECMA-48's SGR.
_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


@dataclasses.dataclass(frozen=True)
class TextColumn:
    """One column of a terminal table."""

    heading: str
    numeric: bool = False
    rank: int = 0
    """Columns of the highest rank are left out first when the terminal is narrow."""
    least: int = 0
    """The fewest characters a text column may be shortened to; 0 means never."""
    style: str = ""


class Page:
    """Collects styled lines and returns them as one string."""

    def __init__(self, width: int, color: bool) -> None:
        self.width = max(width, _NARROWEST)
        self._color = color
        self._lines: list[str] = []

    @property
    def height(self) -> int:
        """Lines so far."""
        return len(self._lines)

    def add(self, other: "Page") -> None:
        """All lines of another page."""
        self._lines += other._lines

    def part(self) -> "Page":
        """An empty page as wide as this one, to be added where it fits."""
        return Page(self.width, self._color)

    def line(self, text: str = "", style: str = "") -> None:
        """One line as it is; control characters of names are shown, not obeyed."""
        self.pieces((text, style))

    def pieces(self, *pieces: tuple[str, str]) -> None:
        """One line of (text, style) pieces."""
        self._lines.append(
            "".join(self._styled(visible(text), style) for text, style in pieces)
        )

    def _styled(self, text: str, style: str) -> str:
        if not (self._color and text and style):
            return text
        return f"\x1b[{';'.join(_STYLES[word] for word in style.split())}m{text}\x1b[0m"

    def beside(self, bold: str, text: str, style: str = "") -> None:
        """The text after what it is about; below, where both do not fit into one line."""
        if cell_len(f"{bold}  {text}") <= self.width:
            self.pieces((bold, "bold"), (f"  {text}", style))
        else:
            self.line(bold, "bold")
            self.paragraph(text, first="  ", indent="  ", style=style)

    def paragraph(
        self, text: str, *, indent: str = "", first: str = "", style: str = ""
    ) -> None:
        """Text broken at words; `first` stands before line one, `indent` before the rest."""
        lines = textwrap.wrap(
            units.together(visible(text)),
            self.width,
            initial_indent=first or indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        for line in lines or [first]:
            self.line(line.replace("\N{NO-BREAK SPACE}", " "), style)

    def command(self, first: str, command: str) -> None:
        """A shell command after a word; where it is too long, continued with a backslash."""
        space = " " * len(first)
        lines = [""]
        for word in visible(command).split(" "):
            if lines[-1] and len(first) + len(lines[-1]) + len(word) + 3 > self.width:
                lines.append("  ")
            lines[-1] += word if lines[-1].strip() == "" else f" {word}"
        for number, line in enumerate(lines):
            more = " \\" if number < len(lines) - 1 else ""
            self.pieces((space if number else first, "bold"), (line + more, ""))

    def entries(self, entries: Sequence[tuple[str, str]]) -> None:
        """Names with a sentence each; a sentence that is too long goes on below itself."""
        if not entries:
            return
        widest = max(cell_len(visible(name)) for name, _ in entries)
        room = self.width - widest - 4
        for name, text in entries:
            first, *rest = textwrap.wrap(visible(text), max(room, 20)) or [""]
            self.pieces(("  " + _set(visible(name), widest, False), "cyan"), (f"  {first}", ""))
            for line in rest:
                self.line(" " * (widest + 4) + line)

    def table(
        self,
        columns: Sequence[TextColumn],
        rows: Sequence[Sequence[str]],
        *,
        indent: str = "  ",
        emphasised: Sequence[bool] = (),
    ) -> None:
        """A table that fits: less important columns go first, then names are shortened.

        A number is never cut.
        """
        rows = [[visible(cell) for cell in row] for row in rows]
        kept, widths = self._fit(columns, rows, len(indent))
        headings = [columns[i].heading for i in kept]
        if any(headings):
            self.line(indent + self._row(columns, kept, widths, headings), "dim")
        for number, row in enumerate(rows):
            bold = number < len(emphasised) and emphasised[number]
            pieces: list[tuple[str, str]] = [(indent, "")]
            for place, (i, width) in enumerate(zip(kept, widths, strict=True)):
                gap = "  " if place else ""
                cell = _set(shortened(row[i], width), width, columns[i].numeric)
                last = place == len(kept) - 1
                style = f"bold {columns[i].style}".strip() if bold else columns[i].style
                pieces.append((gap + (cell.rstrip() if last else cell), style))
            self.pieces(*pieces)

    def _fit(
        self, columns: Sequence[TextColumn], rows: Sequence[Sequence[str]], indent: int
    ) -> tuple[list[int], list[int]]:
        widest = [
            max([cell_len(c.heading), *(cell_len(row[i]) for row in rows)])
            for i, c in enumerate(columns)
        ]
        kept = [i for i in range(len(columns)) if rows or columns[i].heading]

        def needed(least: bool) -> int:
            sizes = [
                min(widest[i], columns[i].least) if least and columns[i].least else widest[i]
                for i in kept
            ]
            return sum(sizes) + 2 * (len(kept) - 1) + indent

        while needed(least=True) > self.width and any(columns[i].rank for i in kept):
            kept.remove(max(kept, key=lambda i: (columns[i].rank, i)))
        widths = [widest[i] for i in kept]
        excess = needed(least=False) - self.width
        for place, i in sorted(enumerate(kept), key=lambda pair: -widths[pair[0]]):
            if excess > 0 and columns[i].least:
                cut = min(excess, max(widths[place] - columns[i].least, 0))
                widths[place] -= cut
                excess -= cut
        return kept, widths

    @staticmethod
    def _row(
        columns: Sequence[TextColumn],
        kept: Sequence[int],
        widths: Sequence[int],
        cells: Sequence[str],
    ) -> str:
        set_ = [
            _set(shortened(cell, width), width, columns[i].numeric)
            for i, width, cell in zip(kept, widths, cells, strict=True)
        ]
        return "  ".join(set_).rstrip()

    def text(self) -> str:
        """All lines so far, without a newline at the end."""
        return "\n".join(line.rstrip() for line in self._lines).rstrip("\n")


def cell_len(text: str) -> int:
    """How many columns of a terminal a text takes: marks none, wide characters two."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shortened(text: str, width: int) -> str:
    """`text`, cut in the middle with '…' when wider than `width`."""
    if cell_len(text) <= width:
        return text
    head = (width - 1 + 1) // 2
    tail = width - 1 - head
    return text[:head] + "…" + (text[-tail:] if tail else "")


def cut(text: str, width: int) -> str:
    """Source loses its end, not its middle."""
    if cell_len(text) <= width:
        return text
    while cell_len(text) >= width:
        text = text[:-1]
    return text + "…"


def _set(text: str, width: int, right: bool) -> str:
    space = " " * max(0, width - cell_len(text))
    return space + text if right else text + space
