"""What makes the difference between two runs: a sentence and a table, for any medium."""

from profiler_suite import units
from profiler_suite.analysis.compare.causes import (
    LEAST_DIFFERENCE,
    OTHER_PROGRAMS,
    Causes,
    Effect,
)
from profiler_suite.report.content.table import TableView, numbers, tabulated, words

TITLE = "What makes the difference"
HINT = "compare --intervene measures how much of the difference each of these makes."
_ALL = 1.005  # 100 % in the digits that are shown


def headline(found: Causes) -> str:
    """The first cause and its share, in one sentence."""
    if found.nothing_to_explain:
        return (
            f"No point differs by more than {units.percent(LEAST_DIFFERENCE)}: there is "
            "nothing to explain."
        )
    said = f"{units.some(len(found.points), 'point')}: the second run took {_times(found)}"
    first = next((each for each in found.effects if each.counts), None)
    if first is None:
        return f"{said}; nothing that could be tried here makes a difference."
    cause = first.cause
    if cause.name == OTHER_PROGRAMS:
        return (
            f"{said}; what other programs did to the machine explains {share(first)} of that."
        )
    values = f"{cause.before} → {cause.after}"
    return f"{said}; {cause.name} ({values}) explains {share(first)} of that."


def _times(found: Causes) -> str:
    return f"{units.three_digits(found.observed)} times as long as the first"


def share(effect: Effect) -> str:
    """'97 %', '–' of what makes no difference or was not measured."""
    return _part(effect.share) if effect.counts else "–"


def _part(share: float) -> str:
    """No share of a whole is outside of it: causes that work against each other may be."""
    if share < 0:
        return "the opposite"
    return "more than all" if share > _ALL else units.percent(share)


def table(found: Causes) -> TableView:
    """A row for each cause, the largest first; why some were not tried."""
    columns = (
        words("cause", lambda each: each.cause.name),
        words("first", lambda each: each.cause.before),
        words("second", lambda each: each.cause.after),
        numbers("alone", lambda each: units.ratio(each.ratio.ratio) if each.ratio else ""),
        numbers("95 % interval", _interval),
        numbers("explains", share),
        words("not tried because", "reason"),
    )
    return tabulated(TITLE, found.effects, columns, note=note(found)).filled()


def _interval(effect: Effect) -> str:
    found = effect.ratio
    if found is None:
        return ""
    return f"{units.three_digits(found.low)} to {units.three_digits(found.high)}"


def note(found: Causes) -> str:
    """How it was found, and what all of it explains together."""
    said = (
        "Alone: time with the second run's value over time with the first run's, everything "
        "else as in the first run, measured now on this machine in turn, in several processes. "
        f"What {OTHER_PROGRAMS} did is read from the waits and the reference workload of both "
        "runs."
    )
    if found.together is None:
        return said
    ratio, part = units.ratio(found.together.ratio), _part(found.together_share)
    return f"All that was tried, at once: {ratio}, {part} of the difference. {said}"
