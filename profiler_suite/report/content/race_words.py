"""What a race says, for any medium: sentences and small tables."""

from pathlib import Path

from profiler_suite import units
from profiler_suite.analysis.race.breakdown_changes import BreakdownChange
from profiler_suite.analysis.race.results import (
    Answers,
    Crossing,
    Race,
    RaceResult,
    verdict_in_words,
)
from profiler_suite.model.results import Estimate, Verdict
from profiler_suite.report.content.table import TableView, numbers, tabulated, words

# Less is what an interpreter's own objects take, and what a few pages more or less are.
_WORTH_BYTES, _WORTH_FAULTS = 2**16, 16


def short(target: str) -> str:
    """'src/old.py:f' → 'old.py:f'."""
    file, colon, name = target.rpartition(":")
    return f"{Path(file).name}{colon}{name}" if file.endswith(".py") else target


def names(race: Race) -> dict[str, str]:
    """What each target is called: short where that tells them apart."""
    shortened = {target: short(target) for target in race.targets}
    apart = len(set(shortened.values())) == len(race.targets)
    return shortened if apart else {target: target for target in race.targets}


def headline(race: Race) -> str:
    """The answer in one sentence."""
    called = names(race)
    one = len(race.results) == 1
    said = []
    for result in race.results:
        at = "" if one or not _sized(race) else f" at {result.size.label}"
        said.append(f"{called[result.after]}{at} {_verb(result)}")
    return f"{'; '.join(said[:3])}{'; …' if len(said) > 3 else ''}."


def _verb(result: RaceResult) -> str:
    text = verdict_in_words(result)
    if result.answers is Answers.DIFFERENT:
        return "gives no answer" if result.answers_nothing else "gives a different answer"
    if text.startswith("the same"):
        return f"takes {text.replace('the same', 'the same time')}"
    if text.startswith("could not"):
        return text
    return f"is {text}"


def _sized(race: Race) -> bool:
    return len({each.size for each in race.results}) > 1


def answer_in_words(result: RaceResult) -> str:
    """What is known of the answer of the new version, in a sentence."""
    if result.answers is Answers.DIFFERENT:
        far = ""
        if result.largest_error:
            far = (
                f" (by {result.largest_error:.1e} of the largest element; rounding explains "
                f"up to {result.bound:.1e})"
            )
        return f"It is refused: {_on_one_line(result.reason)}{far}."
    if result.answers is Answers.UNKNOWN:
        return f"The answers were not compared: {result.reason}."
    checked = units.some(result.checked, "set")
    said = f"The same answer on {checked} of arguments"
    if result.largest_error:
        said += (
            f", up to {result.largest_error:.1e} of the largest element (rounding explains "
            f"up to {result.bound:.1e})"
        )
    if result.dtype_changed:
        said += "; the result has a different dtype"
    if result.conditions:
        said += f"; a different answer {' and '.join(result.conditions)}"
    return f"{said}."


def _on_one_line(text: str) -> str:
    """What happened, and the line of code that it happened in."""
    said, *lines = text.splitlines()
    code = " ".join(line.strip() for line in lines)
    return f"{said} ({code})" if code else said


def costs_in_words(result: RaceResult) -> str:
    """Memory and page faults where they changed, in a sentence; empty where they did not."""
    said = []
    before, after = result.peak_bytes
    if before and after and abs(after - before) > _WORTH_BYTES:
        said.append(f"at most {units.size(after)} held at once, {units.size(before)} before")
    before, after = result.faults
    if abs(after - before) > _WORTH_FAULTS:
        said.append(f"{units.count(after)} page faults, {units.count(before)} before")
    return f"Per evaluation {'; '.join(said)}." if said else ""


def crossing_in_words(crossing: Crossing, called: str) -> str:
    """Where the faster version changes, in a sentence."""
    side = "below" if crossing.faster_below else "from"
    about = units.count(float(f"{crossing.elements:.2g}"))
    on = "" if crossing.faster_below else " on"
    return (
        f"{called} is faster {side} about {about} elements{on} (measured at "
        f"{crossing.below.label} and at {crossing.above.label})."
    )


def results_table(race: Race) -> TableView:
    """One row for each new version and size."""
    called = names(race)
    columns = (
        words("version", lambda each: called[each.after]),
        words("size", lambda each: each.size.label),
        numbers("before", lambda each: _time(each.before_time)),
        numbers("now", lambda each: _time(each.after_time)),
        words("verdict", short_verdict),
        words("95 % interval", interval, minor=True),
        numbers("processes", lambda each: str(each.processes or ""), minor=True),
    )
    return tabulated(
        f"Against {called[race.targets[0]]}",
        race.results,
        columns,
        note=_note(race),
    ).filled()


def _note(race: Race) -> str:
    """What one has to know to read the results; nothing where none was timed."""
    processes = max(each.processes for each in race.results)
    if not processes:
        return ""
    said = "Times are of one evaluation; ratios with their 95 % intervals are of visits in turn"
    if processes == 1:
        return f"{said}."
    return f"{said} in several processes, half of which load the new version first."


def short_verdict(result: RaceResult) -> str:
    """'1.42× as fast', 'the same', 'refused', 'not judged'."""
    if result.answers is Answers.DIFFERENT and not result.ratio:
        return "refused"
    if result.verdict is Verdict.FASTER:
        return f"{units.ratio(1 / result.ratio)} as fast"
    if result.verdict is Verdict.SLOWER:
        return f"{units.ratio(result.ratio)} the time"
    return "the same" if result.verdict is Verdict.SAME else "not judged"


def interval(result: RaceResult) -> str:
    """Of what the verdict says: how many times as fast, else how many times the time."""
    if not result.ratio or result.low <= 0:
        return ""
    ends = (result.low, result.high)
    if result.verdict is Verdict.FASTER:
        ends = (1 / result.high, 1 / result.low)
    return " to ".join(map(units.three_digits, ends))


def _time(found: Estimate | None) -> str:
    return units.time(found.time_s) if found is not None else ""


def parts_table(change: BreakdownChange) -> TableView:
    """The time breakdown of both versions."""
    columns = (
        words("part", "name"),
        numbers("before", lambda each: _part(each.before_s)),
        numbers("now", lambda each: _part(each.after_s)),
        numbers("change", lambda each: signed(each.change_s)),
    )
    return tabulated("Where the time goes", change.parts, columns)


def operations_table(change: BreakdownChange) -> TableView:
    """The operations that changed."""
    columns = (
        words("operation", "name"),
        numbers("calls before", lambda each: units.count(each.before_calls)),
        numbers("calls now", lambda each: units.count(each.after_calls)),
        numbers("time before", lambda each: _part(each.before_s)),
        numbers("time now", lambda each: _part(each.after_s)),
    )
    return tabulated("Operations that changed", change.operations, columns)


def _part(seconds: float) -> str:
    """A part of a time; parts timed alone may leave less than nothing."""
    if seconds == 0:
        return "–"
    return units.time(seconds) if seconds > 0 else "below noise"


def signed(seconds: float) -> str:
    """A change with its sign: '+12 µs', '−3.1 ms'."""
    if seconds == 0:
        return "–"
    return f"{'+' if seconds > 0 else '−'}{units.time(abs(seconds))}"


def basis(race: Race) -> str:
    """What the verdicts rest on, in a sentence."""
    threads = units.some(race.threads, "BLAS thread")
    limit = units.percent(max(each.threshold for each in race.results))
    processes = max(each.processes for each in race.results)
    if not processes:
        return f"{threads}; nothing was timed."
    measured = f"{processes} processes" if processes > 1 else "this process"
    return (
        f"{threads}; pairs of visits in turn in {measured}; less than {limit} counts as no "
        "difference."
    )
