"""One explanation in words that the page and the terminal share."""

from profiler_suite import units
from profiler_suite.analysis import shares as shares_of
from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.explain.explanation import Explanation, bound_in_words, interval
from profiler_suite.analysis.explain.what_if import WayVerdict
from profiler_suite.analysis.shares import ShownShares

OTHER_WAYS = "Other ways to run it, measured here"
_OVERHEAD = (time_breakdown.INTERPRETER, time_breakdown.DISPATCH)
_WORK = (time_breakdown.MEMORY, time_breakdown.COPY, time_breakdown.ARITHMETIC)


def headline(found: Explanation) -> str:
    """How long it takes, and how much faster it could be."""
    name = found.explained.name.rpartition(":")[2]
    took = f"{name} takes {units.time(found.time.time_s)} ({interval(found.time)})"
    best = found.best
    if best is None:
        return took
    low, high = units.three_digits(best.low), units.three_digits(best.high)
    return (
        f"{took}; rewritten as below it is {units.ratio(best.ratio)} as fast ({low} to {high})"
    )


def shown_shares(found: Explanation) -> ShownShares | None:
    """The shares of its time breakdown that may be shown; None without one."""
    breakdown = found.breakdown
    if breakdown is None:
        return None
    return shares_of.shown({e.name: breakdown.share(e.name) for e in breakdown.entries})


def _split(shown: ShownShares) -> tuple[float, float]:
    return (
        sum(shown.parts.get(name, 0.0) for name in _OVERHEAD),
        sum(shown.parts.get(name, 0.0) for name in _WORK),
    )


def halves(shown: ShownShares) -> tuple[str, str]:
    """The split in two that matters most: interpreter and calls, and the work on data."""
    overhead, work = _split(shown)
    return (
        f"interpreter and calls {units.percent(overhead)}",
        f"work on data {units.percent(work)}",
    )


def limits(found: Explanation) -> str:
    """The split in two, and what bounds it, in one sentence."""
    shown = shown_shares(found)
    parts = []
    if shown and shown.add_up:
        overhead, work = _split(shown)
        parts.append(
            f"{units.percent(overhead)} of the time goes to the interpreter and to entering "
            f"calls, {units.percent(work)} to work on data"
        )
    if not time_breakdown.is_lost(found.explained.breakdown_record):
        parts.append(bound_in_words(found))
    return f"{sentence('; '.join(parts) or bound_in_words(found))}."


def notes(found: Explanation) -> tuple[str, ...]:
    """What is missing and what to know, without what is said beside the counts."""
    counted = time_breakdown.coverage_in_words(found.explained.breakdown_record)
    return tuple(note for note in found.notes if note != counted)


def way_name(found: WayVerdict) -> str:
    """'Numba 0.61.2', 'PyTorch 2.13.0 on cuda', '2 BLAS threads'."""
    if not found.version:
        return found.way.text
    name, on, device = found.way.text.partition(" on ")
    return f"{name} {found.version}{on}{device}"


def sentence(text: str) -> str:
    """The text with a capital letter, as a sentence begins."""
    return text[:1].upper() + text[1:]
