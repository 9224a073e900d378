"""What is shown of a program: the head, the rows, what could not be seen."""

import dataclasses
from pathlib import Path

from profiler_suite import units
from profiler_suite.analysis.program import causes
from profiler_suite.analysis.program.explained import ProgramAnswer
from profiler_suite.analysis.program.moments import BREAKDOWN, IMPORTS
from profiler_suite.analysis.program.ranking import RankedFunction, Ranking, Spent
from profiler_suite.measure.program.running import ProgramEnd

MOST_ROWS = 10
# What takes less of the wall time is not worth a look.
_LEAST_SHARE = 0.005
# Fewer tell nothing about what kind of work it was.
_LEAST_SAMPLES = 1.9
_SIGNALS = "ended by signal {}"


@dataclasses.dataclass(frozen=True)
class ProgramRow:
    """One line of the ranking, in words."""

    rank: int
    where: str
    """'script.py:11 main'."""
    file: str
    line: int
    overhead: str
    """'2.1 s of 6.4 s is overhead: '; empty where nothing is."""
    cause: str
    rewritten: str
    """'Its rewrite is 12× as fast.' where one was measured; else empty."""
    command: str
    """What explains it with the program's own arguments."""
    function: RankedFunction


@dataclasses.dataclass(frozen=True)
class ProgramView:
    """All texts of one run, for terminal, page and file."""

    title: str
    words: str
    """The program as one types it."""
    ended: str
    facts: list[str]
    """What was seen and counted, a phrase each."""
    finding: str
    """The first thing to know."""
    rows: list[ProgramRow]
    notes: list[str]
    """What could not be seen, or is to be known when reading the numbers."""


def view(ranking: Ranking, answer: ProgramAnswer | None = None) -> ProgramView:
    """The texts of one run; of a function with a rewrite, what was measured of that."""
    run = ranking.run
    words = causes.words(run.target)
    rows = [
        _row(number, function, ranking, answer)
        for number, function in enumerate(_worth_a_look(ranking), start=1)
    ]
    return ProgramView(
        title=Path(run.target.name).name if run.target.kind == "script" else words,
        words=words,
        ended=_ended(run.end),
        facts=_facts(ranking),
        finding=_finding(ranking, rows),
        rows=rows[:MOST_ROWS],
        notes=causes.missing_sentences(run.samples.missing, len(run.samples.processes)),
    )


def _worth_a_look(ranking: Ranking) -> list[RankedFunction]:
    one_s = ranking.spent.total_s / (sum(each.weight for each in ranking.moments) or 1.0)
    least_s = max(_LEAST_SHARE * ranking.spent.total_s, _LEAST_SAMPLES * one_s)
    return [each for each in ranking.functions if each.spent.total_s > least_s]


def _row(
    number: int, function: RankedFunction, ranking: Ranking, answer: ProgramAnswer | None
) -> ProgramRow:
    explained = answer.functions if answer else ()
    best = [e.best for e in explained if e.best is not None and e.place.ranked == function]
    return ProgramRow(
        rank=number,
        where=causes.where(function.file, function.line, function.function, function.lines),
        file=causes.shown_path(function.file),
        line=function.line,
        overhead=_overhead(function.spent.avoidable_s, ranking.spent.total_s),
        cause=causes.cause(function.spent, function.called),
        rewritten=f"Its rewrite is {units.ratio(best[0].ratio)} as fast." if best else "",
        command=causes.next_command(function, ranking.run.target),
        function=function,
    )


def _overhead(avoidable_s: float, whole_s: float) -> str:
    if not avoidable_s:
        return ""
    return f"{units.time(avoidable_s)} of {units.time(whole_s)} is overhead: "


def _ended(end: ProgramEnd) -> str:
    if end.limited:
        return "then ended by --limit"
    code = end.exit_code
    return f"exit code {code}" if code >= 0 else _SIGNALS.format(-code)


def _facts(ranking: Ranking) -> list[str]:
    run = ranking.run
    seen = sum(each.count for each in run.samples.stacks)
    facts = [units.some(seen, "sample")]
    if run.samples.stopped:
        facts[0] += f", {units.count(run.samples.stopped)} of them with compiled code"
    if run.end.user_s or run.end.system_s:
        busy = units.time(run.end.user_s + run.end.system_s)
        facts.append(f"{busy} of processor time")
    if run.end.peak_bytes:
        facts.append(f"{units.size(run.end.peak_bytes)} of memory at most")
    if run.end.page_faults:
        facts.append(units.some(run.end.page_faults, "page fault"))
    return facts


def _finding(ranking: Ranking, rows: list[ProgramRow]) -> str:
    spent = ranking.spent
    if not ranking.moments:
        return "The program ended before any sample of it was taken."
    imports_s = spent.breakdown.get(IMPORTS, 0.0)
    if not rows:
        said = units.percent(imports_s / (spent.total_s or 1.0))
        return f"None of your code takes enough time to be worth a look; imports take {said}."
    first = rows[0]
    share = units.percent(first.function.spent.avoidable_s / spent.total_s)
    how = causes.remedy(first.function.spent, first.function.called)
    finding = f"Look first at {first.where}: {share} of the time is overhead there"
    finding += f", to be saved {how}." if how else "."
    if imports_s > first.function.spent.avoidable_s:
        finding += f" Imports take more: {units.time(imports_s)}."
    return finding


def parts(spent: Spent) -> list[tuple[str, float]]:
    """Kinds of work with their shares, in the order of every picture."""
    whole = spent.total_s or 1.0
    return [(e, spent.breakdown[e] / whole) for e in BREAKDOWN if spent.breakdown.get(e)]
