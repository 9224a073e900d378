"""What other ways to run a function give: verdict, break-even, error, in numbers and words."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import msgspec

from profiler_suite import units
from profiler_suite.analysis import statistics
from profiler_suite.analysis.statistics import PairedRatio
from profiler_suite.measure.explain.ways.records import WayRecord, WayVisits
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit
from profiler_suite.model.way import LIBRARIES, Way, WayKind

FASTER, SLOWER, SAME = "faster", "slower", "the same"
HELD_UP = "held up"
NOT_JUDGED, NOT_MEASURED = "could not be judged", "not measured"
# Nearer to 1 a ratio is within what two runs of the same code differ by.
_LEAST_GAIN = 1.03
# An interval within this says that both take as long.
_ALIKE = 1.1
# Where arrays that stay make as much of a difference, that is said.
_WORTH_SAYING = 1.1
# Of a core: who has less was held up, or waits.
_WHOLE_CORE = 0.9
# By so much the times of wall and processor may have another ratio.
_APART = 1.2
_MOST_CALLS = 1e9


class SizeRatio(Noun, frozen=True):
    """Time as it stands over time of another way, with smaller arguments."""

    elements: int
    ratio: float
    low: float
    high: float


class WayVerdict(Noun, frozen=True):
    """What one way gives; ratios are of times: as it stands over the other way."""

    way: Way
    verdict: str
    """'faster', 'slower', 'the same', 'could not be judged' or 'not measured'."""
    ratio: PairedRatio | None = None
    """NumPy's arrays in and out; None where nothing was timed."""
    resident: PairedRatio | None = None
    """Where arrays stay what the library has; None where nothing is carried."""
    processor_ratio: float | None = None
    """The same of the time of processors, which busy processes beside it do not change."""
    form: str = ""
    version: str = ""
    compile_s: float = 0.0
    break_even_calls: float | None = None
    """Calls that earn compiling back; None where nothing is compiled or gained."""
    break_even_elements: float | None = None
    """Elements of all arrays from which on it is faster; None where that is not among the sizes
    that were measured."""
    elements: int = 0
    """Of all arrays among the arguments."""
    smaller: tuple[SizeRatio, ...] = ()
    largest_error: float = 0.0
    bound: float = 0.0
    reason: str = ""
    file: str = ""
    line: int = 0
    """That could not be run another way; 0 where none is known."""
    source: str = ""
    headline: str = ""
    details: tuple[str, ...] = ()
    """In words."""


def judged(
    records: Sequence[WayRecord],
) -> tuple[WayVerdict, ...]:
    """What each way gives: the fastest first, what was not measured last."""
    found = [_judged(each) for each in records]
    return tuple(sorted(found, key=lambda each: -(each.ratio.ratio if each.ratio else -1.0)))


def _judged(record: WayRecord) -> WayVerdict:
    found = _ratio(record.visits, record.way)
    if record.reason or found is None:
        return _not_measured(record)
    held_up = is_held_up(record, found)
    # What was in its way a little widens the interval.
    if _has_less_than_a_core(record) and record.processor_time is not None:
        found = statistics.holding(found, record.processor_time.ratio)
    sizes = tuple(_sizes(record))
    word = HELD_UP if held_up else verdict(found)
    plain = WayVerdict(
        way=record.way,
        verdict=NOT_JUDGED if word == HELD_UP else word,
        ratio=found,
        resident=_ratio(record.resident, record.way),
        form=record.form,
        version=record.version,
        compile_s=record.compile_s,
        break_even_calls=None if held_up else _calls(record, found),
        break_even_elements=None
        if word in (HELD_UP, NOT_JUDGED)
        else break_even(sizes, SizeRatio(record.elements, *_numbers(found))),
        elements=record.elements,
        smaller=sizes,
        largest_error=record.largest_error,
        bound=record.bound,
        processor_ratio=record.processor_time.ratio if record.processor_time else None,
        headline=_held_up(record) if word == HELD_UP else headline(found),
    )
    return _with_details(plain, record)


def _ratio(visits: WayVisits, way: Way) -> PairedRatio | None:
    """Each visit counts by its fastest sample, as in a race: what slows it for longer slows the
    other one of its pair as well.

    All visits are of one process, and another one gives another ratio. What a process does to
    code that is run otherwise, compiled or on arrays of another dtype, it does not do to the
    function as it stands, so that it does not cancel.
    """
    unlike = 0.0 if way.kind is WayKind.THREADS else statistics.UNLIKE_CODE
    return statistics.paired_ratio(
        dict(enumerate(map(_fastest, visits.before))),
        dict(enumerate(map(_fastest, visits.after))),
        {},
        run_to_run=statistics.RUN_TO_RUN_ONE_WORKER,
        processes=unlike,
    )


def _fastest(visit: Visit) -> Visit:
    return msgspec.structs.replace(visit, sample_times_s=(min(visit.running_s),), lost_s=())


def _numbers(found: PairedRatio) -> tuple[float, float, float]:
    return found.ratio, found.low, found.high


def _sizes(record: WayRecord) -> Iterator[SizeRatio]:
    for each in record.smaller:
        found = _ratio(each.visits, record.way)
        if found is not None:
            yield SizeRatio(each.elements, *_numbers(found))


def verdict(found: PairedRatio) -> str:
    """In a word, by the whole interval."""
    if found.low >= _LEAST_GAIN:
        return FASTER
    if found.high <= 1 / _LEAST_GAIN:
        return SLOWER
    return SAME if found.low >= 1 / _ALIKE and found.high <= _ALIKE else NOT_JUDGED


def is_held_up(record: WayRecord, found: PairedRatio) -> bool:
    """Whether other processes were in its way so much that the ratio says nothing.

    Both sides then have less than a core, and the time of processors has another ratio. What
    waits by itself has the same one, and what an accelerator does no processor takes part in.
    """
    time = record.processor_time
    if time is None or not _has_less_than_a_core(record):
        return False
    return not 1 / _APART < found.ratio / max(time.ratio, 1e-9) < _APART


def _has_less_than_a_core(record: WayRecord) -> bool:
    """Whether a side waited, or others were in its way; where an accelerator works, no."""
    time = record.processor_time
    if time is None or record.way.device:
        return False
    return min(time.cores_before, time.cores_after) < _WHOLE_CORE


def _held_up(record: WayRecord) -> str:
    time = record.processor_time
    assert time is not None
    said = f"{NOT_JUDGED}: other processes held it up"
    if time.ratio >= 1:
        return f"{said}; by processor time {units.ratio(time.ratio)} as fast"
    return f"{said}; by processor time {units.ratio(1 / time.ratio)} as long"


def headline(found: PairedRatio) -> str:
    """'1.85× as fast (1.80 to 1.90)', 'takes 1.3× as long (1.2 to 1.4)', …"""
    word = verdict(found)
    if word == SAME:
        apart = max(found.high - 1, 1 - found.low)
        return f"the same within ± {units.percent(apart)}"
    if word == SLOWER:
        low, high = units.three_digits(1 / found.high), units.three_digits(1 / found.low)
        return f"takes {units.ratio(1 / found.ratio)} as long ({low} to {high})"
    low, high = units.three_digits(found.low), units.three_digits(found.high)
    said = f"{units.ratio(found.ratio)} as fast ({low} to {high})"
    return said if word == FASTER else f"could not be judged: {said}"


def break_even(smaller: Sequence[SizeRatio], full: SizeRatio) -> float | None:
    """Elements from which on it is as fast, between a size that is slower and a larger, faster.

    Both by their whole intervals, on the straight line between their logarithms; None where no
    two sizes that were measured are such.
    """
    slower = [each for each in (*smaller, full) if each.high < 1]
    one = max(slower, key=lambda each: each.elements, default=None)
    if one is None:
        return None
    faster = [e for e in (*smaller, full) if e.low > 1 and e.elements > one.elements]
    other = min(faster, key=lambda each: each.elements, default=None)
    if other is None:
        return None
    share = -math.log(one.ratio) / (math.log(other.ratio) - math.log(one.ratio))
    span = math.log(other.elements) - math.log(one.elements)
    return math.exp(math.log(one.elements) + share * span)


def _calls(record: WayRecord, found: PairedRatio) -> float | None:
    if not record.compile_s or verdict(found) != FASTER:
        return None
    before_s = median(min(each.running_s) for each in record.visits.before)
    saved_s = before_s * (1 - 1 / found.ratio)
    calls = math.ceil(record.compile_s / saved_s) if saved_s > 0 else math.inf
    return float(calls) if calls <= _MOST_CALLS else None


# ------------------------------------------------------------------------------ in words


def _not_measured(record: WayRecord) -> WayVerdict:
    stopped = record.stopped_at
    said = record.reason or "nothing was timed"
    if record.bound and record.largest_error > record.bound:
        said += (
            f" by {record.largest_error:.1e} of the largest element; rounding explains up to "
            f"{record.bound:.1e}"
        )
    details = [said]
    if stopped is not None:
        text = f": {stopped.text}" if stopped.text else ""
        details.append(f"{Path(stopped.file).name}, line {stopped.line}{text}")
    return WayVerdict(
        way=record.way,
        verdict=NOT_MEASURED,
        version=record.version,
        reason=said,
        file=stopped.file if stopped else "",
        line=stopped.line if stopped else 0,
        source=stopped.text if stopped else "",
        headline=NOT_MEASURED,
        details=tuple(details),
    )


def _with_details(found: WayVerdict, record: WayRecord) -> WayVerdict:
    return msgspec.structs.replace(found, details=tuple(_details(found, record)))


def _details(found: WayVerdict, record: WayRecord) -> Iterator[str]:
    if found.form:
        yield found.form
    if record.compile_s:
        yield _compiling(found)
    is_judged = found.verdict != NOT_JUDGED
    if found.resident is not None and found.ratio is not None and is_judged:
        yield from _staying(found.ratio, found.resident, found.way)
    if is_judged:
        yield from _by_size(found)
    yield from _sameness(record)
    yield from record.notes


def _compiling(found: WayVerdict) -> str:
    said = f"compiling takes {units.time(found.compile_s)}"
    calls = found.break_even_calls
    if calls is None:
        return said
    return f"{said}, earned back after {units.some(int(calls), 'call')}"


def _staying(whole: PairedRatio, resident: PairedRatio, way: Way) -> Iterator[str]:
    library = LIBRARIES[way.kind]
    if way.device:
        yield f"with the time to carry arrays to the {way.device} and back"
    if resident.low > whole.high * _WORTH_SAYING or way.device:
        yield f"where arrays stay in {library}: {headline(resident)}"


def _by_size(found: WayVerdict) -> Iterator[str]:
    if found.ratio is None or not found.smaller:
        return
    least = found.smaller[-1]
    if found.break_even_elements is not None:
        elements = units.count(_two_digits(found.break_even_elements))
        yield f"as fast from about {elements} elements on"
    elif found.verdict == FASTER and least.low >= _LEAST_GAIN:
        yield f"{units.ratio(least.ratio)} as fast with {units.count(least.elements)} elements"
    elif found.verdict == SLOWER and least.ratio < found.ratio.ratio / _LEAST_GAIN:
        most = units.count(found.elements)
        yield f"slower the smaller the arrays: no break-even up to {most} elements"


def _two_digits(value: float) -> float:
    digits = 1 - math.floor(math.log10(value)) if value >= 1 else 0
    return round(value, digits)


def _sameness(record: WayRecord) -> Iterator[str]:
    if record.largest_error:
        yield (
            f"differs by {record.largest_error:.1e} of the largest element; rounding explains "
            f"up to {record.bound:.1e}"
        )
    else:
        yield "the same answer, bit for bit"
    if record.dtype_changed and record.way.kind is not WayKind.FLOAT32:
        yield "its result has a different dtype"
    if record.checked > 1:
        yield f"checked on {record.checked} sets of arguments"
    if record.conditions:
        yield f"gives a different answer {' and '.join(record.conditions)}"
