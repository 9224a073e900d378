"""A selfcheck as a table: errors, limits and what each limit is about."""

from collections.abc import Sequence

from profiler_suite import units
from profiler_suite.analysis.run.selfcheck_freshness import said
from profiler_suite.model.run import Check, SelfCheck
from profiler_suite.report.content.table import TableView


def table(found: SelfCheck) -> TableView:
    """The same table for the page, with what the limits are about."""
    kinds = planted(found)
    return TableView(
        caption=f"Selfcheck of {found.measured_at}: errors on functions of known cost",
        headings=("of", "number", "measured", "limit", "from", "", *_beside(kinds), "note"),
        numeric=(False, False, True, True, True, False, *(True for _ in kinds), False),
        rows=tuple(
            (
                check.group,
                check.name,
                *cells(check),
                *beside(check, kinds),
                _remark(found, check),
            )
            for check in found.checks
        ),
    )


def planted(found: SelfCheck) -> tuple[str, ...]:
    """The kinds of interference that it planted."""
    return tuple(dict.fromkeys(kind for check in found.checks for kind in check.beside))


def _beside(kinds: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"beside {kind}" for kind in kinds)


def beside(check: Check, kinds: Sequence[str]) -> tuple[str, ...]:
    """The same number beside each of them; empty where it was not measured there."""
    return tuple(
        value(check.beside[kind], check.unit) if kind in check.beside else "" for kind in kinds
    )


def _remark(found: SelfCheck, check: Check) -> str:
    begins = "a defect" if check in found.defects else said(check)
    return ". ".join(part for part in (begins, check.note) if part)


def cells(check: Check) -> tuple[str, str, str, str]:
    """Measured, limit, sample and a word."""
    measured = value(check.error, check.unit)
    if check.low is not None and check.high is not None:
        measured += f" ({100 * check.low:.0f}–{100 * check.high:.0f})"
    sign = "≥ " if check.at_least else "± " if check.unit == "deviation" else "≤ "
    unit = "share" if check.unit == "deviation" else check.unit
    word = "ok" if check.ok else "missed" if check.at_least else "exceeded"
    if check.undisturbed is not None:
        word = "open"
    return measured, sign + value(check.limit, unit), check.sample, word


def value(number: float, unit: str) -> str:
    """A measured number or a limit in its unit."""
    if unit == "s":
        return units.time(number)
    if unit == "count":
        return units.count(number)
    if number == 0:
        return "0 %"
    sign = "+" if unit == "deviation" and number > 0 else ""
    if abs(number) < 1e-6:
        return f"{sign}{100 * number:.0e} %"
    return sign + units.percent(number)
