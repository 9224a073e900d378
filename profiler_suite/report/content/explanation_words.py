"""One explanation in words that the page and the terminal share."""

from profiler_suite import units
from profiler_suite.analysis import shares as shares_of
from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.explain.explanation import Explanation, bound_in_words, interval
from profiler_suite.analysis.explain.what_if import WayVerdict
from profiler_suite.analysis.shares import ShownShares
from profiler_suite.model.rows import PYTHON_NUMBERS, BreakdownRecord

OTHER_WAYS = "Other ways to run it, measured here"
_OVERHEAD = (time_breakdown.INTERPRETER, time_breakdown.DISPATCH)
_WORK = (time_breakdown.COPY, time_breakdown.ARITHMETIC)
# Beside these two, where they take a part of the time worth saying.
_OTHERS = {time_breakdown.MEMORY: "new memory", time_breakdown.WAITING: "waiting"}
_WORTH_SAYING = 0.05


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


def _beside(shown: ShownShares) -> dict[str, float]:
    shares = {name: shown.parts.get(entry, 0.0) for entry, name in _OTHERS.items()}
    return {name: share for name, share in shares.items() if share >= _WORTH_SAYING}


def halves(shown: ShownShares) -> tuple[str, ...]:
    """The split that matters most: interpreter and calls, and the work on data.

    New memory (allocation, page faults) and waiting are neither, and said where they matter.
    """
    overhead, work = _split(shown)
    parts = {"interpreter and calls": overhead, "work on data": work, **_beside(shown)}
    return tuple(f"{name} {units.percent(share)}" for name, share in parts.items())


def limits(found: Explanation) -> str:
    """The split of `halves`, and what bounds it, in one sentence."""
    shown = shown_shares(found)
    parts = []
    if shown and shown.add_up:
        overhead, work = _split(shown)
        goes = [
            f"{units.percent(overhead)} of the time goes to the interpreter and to entering "
            f"calls",
            f"{units.percent(work)} to work on data",
        ]
        goes += [f"{units.percent(share)} to {name}" for name, share in _beside(shown).items()]
        parts.append(", ".join(goes))
    parts.append(found.cause.text or bound_in_words(found))
    return f"{sentence('; '.join(parts))}."


def calls_in_words(record: BreakdownRecord, one: str = "call") -> str:
    """Such as '16 calls', '2 calls and 400,538 operations on Python numbers'."""
    of_python = sum(o.calls for o in record.operations if o.kind == PYTHON_NUMBERS)
    calls = units.some(max(0, record.calls - of_python), one)
    if not of_python:
        return calls
    return f"{calls} and {units.some(of_python, 'operation')} on Python numbers"


def counted_in_words(record: BreakdownRecord, one: str = "call") -> str:
    """How many calls, and how much of the work that is; of none no share is counted."""
    calls = calls_in_words(record, one)
    nothing = not record.calls and not record.coverage_samples and record.coverage >= 1
    return calls if nothing else f"{calls}, {time_breakdown.coverage_in_words(record)}"


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
