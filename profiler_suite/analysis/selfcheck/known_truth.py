"""Judges ledgers, counts and line times of functions whose truth is known."""

import dataclasses
from collections.abc import Sequence
from statistics import median

from profiler_suite import units
from profiler_suite.analysis import ledger
from profiler_suite.analysis.ledger import ARITHMETIC, COPY, DISPATCH, INTERPRETER, MEMORY
from profiler_suite.measure.lines.correct import MODEL_INTERVAL
from profiler_suite.measure.selfcheck import BOOKS, COUNTS, Evidence
from profiler_suite.model.results import Ledger, LedgerEntry
from profiler_suite.model.rows import LineRecord
from profiler_suite.model.run import Check

# Share of its time that a function made of one kind of work must have in that entry.
_PURE = 0.80
_LINES = 0.05
_HEAVIER = 0.75
_CLOSED = 1e-9
# Text of the work that stands once in one line of these functions and three times in another.
_WORK = {"one_and_three": "sum(", "one_and_three_short": "a * b"}

# Implementation → entries that its time belongs to, by the ledger and by samples alone.
# By address alone, CPython's part of entering a call counts as interpreter; packing is part
# of a BLAS product and counted as copy.
_ENTRIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "only_interpreter": ((INTERPRETER,), (INTERPRETER,)),
    "only_dispatch": ((DISPATCH,), (DISPATCH, INTERPRETER)),
    "only_copy": ((COPY,), (COPY,)),
    "only_arithmetic": ((ARITHMETIC,), (ARITHMETIC,)),
    "only_product": ((ARITHMETIC, COPY), (ARITHMETIC, COPY)),
    "only_page_faults": ((MEMORY,), (MEMORY,)),
}


def checks(evidence: Evidence) -> tuple[list[Check], list[str]]:
    """The checks of books, lines and counts, and what could not be checked, in sentences."""
    found, missing = _books(evidence)
    found += _lines(evidence.lines)
    found += _counts(evidence)
    return found, missing


def _books(evidence: Evidence) -> tuple[list[Check], list[str]]:
    """Each function by the better of its ledgers: a defect is in all of them, noise in one."""
    names = {point.id: point.implementation for point in evidence.points}
    books: dict[str, list[tuple[Ledger, int]]] = {}
    for account in evidence.accounts:
        book = ledger.ledger(account, evidence.machine)
        if book is not None and names[account.point] in BOOKS:
            books.setdefault(names[account.point], []).append((book, account.rounds))
    missing = [f"{name}: no ledger could be made." for name in BOOKS if name not in books]
    if not books:
        return [], missing
    found = [
        max(
            (_purity(name, book, rounds) for book, rounds in books[name]),
            key=lambda check: check.error,
        )
        for name in BOOKS
        if name in books
    ]
    gaps = {
        name: min(max(shares) - min(shares) for shares in several)
        for name, own in books.items()
        if (several := [s for book, _ in own if len(s := _overheads(book)) > 1])
    }
    if gaps:
        over = ", ".join(name for name, gap in gaps.items() if gap > ledger.GAP)
        sample = units.some(len(gaps), "function")
        found.append(
            _within("overhead: replay, samples", max(gaps.values()), ledger.GAP, sample, over)
        )
    else:
        missing.append("No native samples here: the books rest on replay alone.")
    every = [book for own in books.values() for book, _ in own]
    off = max(abs(sum(e.time_s for e in book.entries) / book.time_s - 1) for book in every)
    found.append(_within("entries against sum", off, _CLOSED, f"{len(every)} books"))
    return found, missing


def _overheads(book: Ledger) -> list[float]:
    return list(book.overhead_shares.values())


def _within(name: str, error: float, limit: float, sample: str, note: str = "") -> Check:
    return Check(
        group="books",
        name=name,
        error=error,
        unit="share",
        limit=limit,
        ok=error <= limit,
        of_suite=True,
        sample=sample,
        note=note,
    )


def _purity(name: str, book: Ledger, rounds: int) -> Check:
    joined, native = _ENTRIES[name]
    by_ledger = _share(book.entries, joined, book.time_s)
    by_samples = _share(book.native, native, book.time_s) if book.native else by_ledger
    # Above 1 is as wrong as below.
    worst = min(by_ledger, by_samples, 2 - by_ledger, 2 - by_samples)
    note = f"by replay {units.percent(by_ledger)}"
    if book.native:
        note += f", by samples {units.percent(by_samples)}"
    return Check(
        group="books",
        name=name.replace("only_", "all ").replace("_", " "),
        error=worst,
        unit="share",
        limit=_PURE,
        ok=worst >= _PURE,
        # What a fault costs depends on what else asks the kernel for pages meanwhile.
        of_suite=name != "only_page_faults",
        sample=units.some(rounds, "round"),
        at_least=True,
        note=note,
    )


def _share(entries: Sequence[LedgerEntry], names: tuple[str, ...], time_s: float) -> float:
    return sum(entry.time_s for entry in entries if entry.name in names) / time_s


# ------------------------------------------------------------------------- lines


def _lines(lines: Sequence[LineRecord]) -> list[Check]:
    """Medians over the profiles of each function: no canary gates a line profile."""
    profiles: dict[str, dict[str, list[LineRecord]]] = {}
    for line in lines:
        profiles.setdefault(line.implementation, {}).setdefault(line.point, []).append(line)
    found: list[Check] = []
    for name, by_point in profiles.items():
        seen = [_seen(_WORK[name], own) for own in by_point.values()]
        known = [each for each in seen if each is not None]
        if known:
            found += _line_checks(known)
    return found


@dataclasses.dataclass(frozen=True)
class _Seen:
    """What one profile says of a function whose heavier line has 75 % of the work."""

    share: float
    raw_share: float
    looks: int
    method: str
    slowed: float
    model: float | None
    """What line_profiler added over what the model says, less 1; None: too little to tell."""


def _seen(work: str, own: Sequence[LineRecord]) -> _Seen | None:
    by_work = {line.source.count(work): line for line in own}
    one, three = by_work.get(1), by_work.get(3)
    if one is None or three is None or one.corrected_s + three.corrected_s <= 0:
        return None
    raw_s = sum(line.time_s / line.evaluations for line in own)
    modelled_s = sum(line.added_s for line in own)
    return _Seen(
        share=three.corrected_s / (one.corrected_s + three.corrected_s),
        raw_share=three.time_s / (one.time_s + three.time_s),
        looks=one.looks + three.looks,
        method=three.method,
        slowed=one.profiled_s / one.plain_s,
        model=(raw_s - one.plain_s) / modelled_s - 1 if modelled_s > one.plain_s else None,
    )


def _line_checks(seen: Sequence[_Seen]) -> list[Check]:
    slowed = units.ratio(median(each.slowed for each in seen))
    raw_share = units.percent(median(each.raw_share for each in seen))
    checks = [
        _line_check(
            f"75 % line, slowed {slowed}",
            median(each.share for each in seen) - _HEAVIER,
            _LINES,
            f"{sum(each.looks for each in seen):,} looks",
            f"{seen[0].method}; by line_profiler {raw_share}",
        )
    ]
    model = [each.model for each in seen if each.model is not None]
    if model:
        checks.append(
            _line_check(
                f"model, slowed {slowed}",
                median(model),
                MODEL_INTERVAL,
                units.some(len(model), "profile"),
                "raw times, which no canary gates; serves where lines cannot be sampled",
                of_suite=False,
            )
        )
    return checks


def _line_check(
    name: str, error: float, limit: float, sample: str, note: str, of_suite: bool = True
) -> Check:
    return Check(
        group="lines",
        name=name,
        error=error,
        unit="deviation",
        limit=limit,
        ok=abs(error) <= limit,
        of_suite=of_suite,
        sample=sample,
        note=note,
    )


# ------------------------------------------------------------------------ counts


def _counts(evidence: Evidence) -> list[Check]:
    """Traced FLOP and bytes against the formulas that the functions state."""
    points = {point.id: point for point in evidence.points}
    flop: dict[str, float] = {}
    moved: dict[str, float] = {}
    for account in evidence.accounts:
        name, cost = points[account.point].implementation, points[account.point].cost
        if name not in BOOKS | COUNTS:
            continue
        flop[name] = _off(account.flop, cost.flop)
        moved[name] = _off(account.traffic_bytes, cost.compulsory_bytes)
    return [
        Check(
            group="counts",
            name=f"{what} against formulas",
            error=max(off.values()),
            unit="share",
            limit=0.0,
            ok=not any(off.values()),
            of_suite=True,
            sample=units.some(len(off), "function"),
            note=", ".join(name for name, error in off.items() if error),
        )
        for what, off in (("FLOP", flop), ("bytes", moved))
        if off
    ]


def _off(counted: float, truth: float) -> float:
    return abs(counted - truth) / max(truth, 1.0)
