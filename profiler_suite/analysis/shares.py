"""Shares of a time as people are shown them: parts of a whole, or a word that they are not.

Parts that were timed alone may take longer than the whole they are parts of: the machine
was another then. A share above 100 %, or a rest below 0 %, is a disagreement of the
methods and is never shown as a finding.
"""

from collections.abc import Mapping
from typing import Any

from profiler_suite import units
from profiler_suite.analysis.time_breakdown import ENTRIES, RESIDUAL
from profiler_suite.model.noun import Noun

# Parts that take this much more than the whole are within what two passes may differ by.
_WITHIN_NOISE = 0.02
# Beyond that the methods disagree, and shares say nothing.
_MOST_OVER = 0.10


class ShownShares(Noun, frozen=True):
    """Shares that add up to 1, none of them negative."""

    parts: dict[str, float]
    """Entry of the time breakdown → share of the whole, or of the sum of all parts."""
    disagreement: str
    """How far the parts are from adding up, a sentence without its dot; empty if they do."""
    add_up: bool
    """Whether they say anything: False where the methods disagree too far."""


def part_in_words(share: float) -> str:
    """One part of a whole: timed alone it may take longer, but is no more than all of it."""
    return units.percent(min(1.0, share))


def of_row(row: Any) -> ShownShares:
    """What may be shown of a row of the points table (a named tuple) with a time breakdown."""
    return shown({name: float(getattr(row, name)) for name in ENTRIES})


def shown(shares: Mapping[str, float]) -> ShownShares:
    """What may be shown of the raw shares of all entries, the residual among them."""
    parts = {name: max(0.0, share) for name, share in shares.items() if name != RESIDUAL}
    total = sum(parts.values())
    if total <= 1:
        return ShownShares(parts=parts | {RESIDUAL: 1 - total}, disagreement="", add_up=True)
    scaled = {name: share / total for name, share in parts.items()}
    over = total - 1
    if over > _MOST_OVER:
        said = (
            f"the methods disagree: the parts, timed alone, take {units.percent(total)} of "
            "the time of the whole"
        )
    elif over > _WITHIN_NOISE:
        said = (
            f"the parts, timed alone, take {units.percent(over)} longer than the whole; "
            "shares are of their sum"
        )
    else:
        said = ""
    return ShownShares(
        parts=scaled | {RESIDUAL: 0.0}, disagreement=said, add_up=over <= _MOST_OVER
    )
