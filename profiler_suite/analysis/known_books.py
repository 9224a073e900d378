"""Judges ledgers, counts and line times of functions whose truth is known."""

from collections.abc import Sequence

from profiler_suite import units
from profiler_suite.analysis import ledger
from profiler_suite.analysis.ledger import ARITHMETIC, COPY, DISPATCH, INTERPRETER, MEMORY
from profiler_suite.measure.lines.correct import MODEL_INTERVAL
from profiler_suite.measure.selfcheck import BOOKS, COUNTS, Evidence
from profiler_suite.model import Check, Ledger, LedgerEntry, LineRecord

# Share of its time that a function made of one kind of work must have in that entry.
_PURE = 0.80
_LINES = 0.05
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
    found: list[Check] = []
    missing: list[str] = []
    open_share = 0.0
    gaps: dict[str, float] = {}
    names = {point.id: point.implementation for point in evidence.points}
    books = {
        names[account.point]: ledger.ledger(account, evidence.machine)
        for account in evidence.accounts
        if names[account.point] in BOOKS
    }
    rounds = {names[a.point]: a.rounds for a in evidence.accounts}
    for name in BOOKS:
        book = books.get(name)
        if book is None:
            missing.append(f"{name}: no ledger could be made.")
            continue
        if name == "only_page_faults" and not ledger.fault_cost(evidence.machine):
            missing.append("only_page_faults: the cost of a page fault was not measured.")
            continue
        closed = sum(entry.time_s for entry in book.entries)
        open_share = max(open_share, abs(closed / book.time_s - 1))
        if len(book.overhead_shares) > 1:
            shares = book.overhead_shares.values()
            gaps[name] = max(shares) - min(shares)
        found.append(_purity(name, book, rounds[name]))
    if not found:
        return found, missing
    if all(book is None or not book.native for book in books.values()):
        missing.append("No native samples here: the books rest on replay alone.")
    else:
        found.append(
            _within(
                "overhead: replay, samples",
                max(gaps.values(), default=0.0),
                ledger.GAP,
                f"{len(gaps)} books",
                ", ".join(name for name, gap in gaps.items() if gap > ledger.GAP),
            )
        )
    found.append(_within("entries against sum", open_share, _CLOSED, f"{len(books)} books"))
    return found, missing


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
        # Faults are priced as those of small pages; NumPy asks for huge ones from 4 MiB on
        # where the system grants them, and then a fault costs what clearing 2 MiB takes.
        of_suite=name != "only_page_faults",
        sample=units.some(rounds, "round"),
        at_least=True,
        note=note,
    )


def _share(entries: Sequence[LedgerEntry], names: tuple[str, ...], time_s: float) -> float:
    return sum(entry.time_s for entry in entries if entry.name in names) / time_s


# ------------------------------------------------------------------------- lines


def _lines(lines: Sequence[LineRecord]) -> list[Check]:
    by_function: dict[str, list[LineRecord]] = {}
    for line in lines:
        by_function.setdefault(line.implementation, []).append(line)
    found: list[Check] = []
    for name, own in by_function.items():
        slowed = units.ratio(own[0].profiled_s / own[0].plain_s)
        work = {line.source.count(_WORK[name]): line for line in own}
        one, three = work.get(1), work.get(3)
        if one is None or three is None or one.corrected_s + three.corrected_s <= 0:
            continue
        raw_share = three.time_s / (one.time_s + three.time_s)
        found.append(
            _line_check(
                f"75 % line, slowed {slowed}",
                three.corrected_s / (one.corrected_s + three.corrected_s) - 0.75,
                _LINES,
                f"{one.looks + three.looks:,} looks",
                f"{three.method or 'not corrected'}; by line_profiler "
                f"{units.percent(raw_share)}",
            )
        )
        found += _model(own, slowed)
    return found


def _model(own: Sequence[LineRecord], slowed: str) -> list[Check]:
    """What line_profiler added, by the model, against what it really added in total."""
    raw_s = sum(line.time_s / line.evaluations for line in own)
    modelled_s = sum(line.added_s for line in own)
    added_s = raw_s - own[0].plain_s
    if modelled_s < own[0].plain_s:  # too little to be told from noise
        return []
    return [
        _line_check(
            f"model, slowed {slowed}",
            added_s / modelled_s - 1,
            MODEL_INTERVAL,
            units.some(own[0].evaluations, "run"),
            "serves where lines cannot be sampled",
        )
    ]


def _line_check(name: str, error: float, limit: float, sample: str, note: str) -> Check:
    return Check(
        group="lines",
        name=name,
        error=error,
        unit="deviation",
        limit=limit,
        ok=abs(error) <= limit,
        of_suite=True,
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
