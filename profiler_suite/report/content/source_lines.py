"""The annotated lines of a function as every medium shows them."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pandas as pd

from profiler_suite import units
from profiler_suite.analysis.run import line_breakdown
from profiler_suite.report.content.source_text import dedented

_MODELLED = "modelled, may be off by 5 percentage points or more"


@dataclasses.dataclass(frozen=True)
class SourceLine:
    """One line; a line that did not run has its number and its text."""

    number: int
    source: str
    hits: str = ""
    time: str = ""
    """Corrected where it could be; 'below …' where it is too small to be resolved."""
    raw: str = ""
    """As line_profiler counts it, its own cost included."""
    per_hit: str = ""
    share: float = 0.0
    spread: str = ""
    """The uncertainty of a corrected time."""
    corrected: bool = False
    indicative: bool = False
    split: str = ""
    """What its time consists of, and what else is to be said."""
    gap: bool = False
    """True when lines were left out before this one."""

    def beside(self, *, per_hit: bool = True, raw: bool = True) -> str:
        """What has no column: how sure the time is, that of one hit, the raw one, its parts."""
        said = (
            self.spread,
            f"{self.per_hit} per hit" if per_hit and self.per_hit and self.hits != "1" else "",
            f"{self.raw} with the profiler's own cost" if raw and self.corrected else "",
            _MODELLED if self.indicative else "",
            self.split,
        )
        return "; ".join(filter(None, said))

    @property
    def words(self) -> str:
        """All of that, where a line has hits, time and share for columns."""
        return self.beside()


@dataclasses.dataclass(frozen=True)
class FunctionView:
    """The annotated lines of one function."""

    name: str
    file: str
    lines: tuple[SourceLine, ...]
    totals: str = ""
    """Profiled time beside the plain time."""


def source_line(
    row: Mapping[Any, Any], text: str, *, shown_s: float, raw_s: float, share: float
) -> SourceLine:
    """A line that may have run, with the time to be shown and the one of line_profiler."""
    hits, number = float(row["hits"]), int(row["line"])
    if not hits:
        return SourceLine(number, text)
    resolved = not row["method"] or bool(row["resolved"])
    corrected = bool(row["method"]) and resolved
    below = max(row["uncertainty_s"], shown_s)
    return SourceLine(
        number,
        text,
        hits=units.count(hits),
        time=units.time(shown_s) if resolved else f"below {units.time(below)}",
        raw=units.time(raw_s),
        per_hit=units.time(shown_s / hits) if resolved else "",
        share=max(0.0, min(1.0, share)),
        spread=f"± {units.time(row['uncertainty_s'])}"
        if corrected and row["uncertainty_s"] > 0
        else "",
        corrected=corrected,
        indicative=corrected and bool(row["indicative"]),
        split=line_breakdown.in_words(row, shown_s),
    )


def explained_line(row: Mapping[Any, Any], text: str) -> SourceLine:
    """A line of the table of an explanation."""
    return source_line(row, text, shown_s=row["time_s"], raw_s=row["raw_s"], share=row["share"])


def explained_lines(part: pd.DataFrame) -> list[SourceLine]:
    """The lines of one function that ran, in their order."""
    rows = part.sort_values("line").to_dict("records")
    texts = dedented([str(row["source"]) for row in rows])
    return [explained_line(row, text) for row, text in zip(rows, texts, strict=True)]
