"""The statements that a nest becomes, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from profiler_suite.analysis.explain.lifting.code.arrays import tidy
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter

_QUIET = "divide='ignore', invalid='ignore', over='ignore'"


class Statements:
    """Lines of text, with what must stand before each of them."""

    def __init__(self, lowering: ArrayWriter) -> None:
        self.lowering = lowering
        self.facts = lowering.facts
        self.np = lowering.np
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        """One more statement, without warnings where the loop gave none."""
        lines = [*self._needed(), tidy(text)]
        if self.lowering.risky:
            head = f"with {self.np}.errstate({_QUIET}):"
            heads = [each for each in self.lines if not each.startswith(" ")]
            if heads[-1:] != [head]:
                self.lines.append(head)
            lines = [f"    {line}" for line in lines]
        self.lowering.risky = False
        self.lines += lines

    def flush(self) -> None:
        """What the next statement needs: names of parts, loops that stay."""
        self.lines += self._needed()

    def _needed(self) -> list[str]:
        lines = [line for each in self.lowering.before for line in tidy(each).splitlines()]
        self.lowering.before.clear()
        return lines

    @contextmanager
    def under(self, head: str) -> Iterator[None]:
        """Within, statements stand below this head."""
        around, self.lines = self.lines, []
        try:
            yield
        finally:
            body, self.lines = self.lines, around
            self.lines += [head, *(f"    {line}" for line in body)]
