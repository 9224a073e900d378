"""What a guard says, for any medium."""

from profiler_suite import units
from profiler_suite.analysis.race.guard import GuardOutcome, GuardReport
from profiler_suite.report.content.table import TableView, numbers, tabulated, words

_MOST_NAMED = 3


def headline(report: GuardReport) -> str:
    """What is wrong, in one sentence; that nothing is."""
    said = []
    if report.slower:
        said.append(f"{_named(report.slower)} slower than {report.base}")
    if report.differing:
        said.append(f"{_named(report.differing)} with a different answer, or none")
    if not said:
        compared = sum(each.result is not None for each in report.outcomes)
        if not compared:
            return f"Nothing could be compared with {report.base}."
        known = f"None of {units.some(compared, 'function')} is slower"
        said.append(f"{known} than {report.base}")
    if report.faster:
        said.append(f"{_named(report.faster)} faster")
    if report.open:
        said.append(f"{units.some(len(report.open), 'function')} could not be judged")
    return f"{'; '.join(said)}."


def _named(outcomes: tuple[GuardOutcome, ...]) -> str:
    """'1 function (smooth)', '5 functions (a, b, c, …)'."""
    names = [each.name for each in outcomes[:_MOST_NAMED]]
    more = ", …" if len(outcomes) > _MOST_NAMED else ""
    return f"{units.some(len(outcomes), 'function')} ({', '.join(names)}{more})"


def ordered(report: GuardReport) -> list[GuardOutcome]:
    """What is wrong first, then what changed, then the rest."""

    def rank(each: GuardOutcome) -> int:
        kinds = (each.slower, each.differs, each.result is None, each.faster)
        return next((n for n, is_so in enumerate((*kinds, each.open)) if is_so), len(kinds) + 1)

    return sorted(report.outcomes, key=rank)


def table(report: GuardReport) -> TableView:
    """One row for each function and size, what is wrong first."""
    columns = (
        words("function", "name"),
        words("verdict", "text"),
        numbers("before", lambda each: _time(each, 0)),
        numbers("now", lambda each: _time(each, 1)),
    )
    return tabulated(f"Against {report.base}", ordered(report), columns)


def _time(each: GuardOutcome, side: int) -> str:
    if each.result is None:
        return ""
    found = (each.result.before_time, each.result.after_time)[side]
    return units.time(found.time_s) if found is not None else ""


def basis(report: GuardReport) -> str:
    """What the verdicts rest on."""
    return (
        f"Both revisions ran in turn on this machine, in several pairs of processes; less than "
        f"{units.percent(report.threshold)} counts as no difference. Intervals are of 95 %."
    )
