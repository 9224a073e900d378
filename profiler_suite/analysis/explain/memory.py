"""Memory of one function: what each operation of a line allocates, what reuse would spare."""

from collections.abc import Sequence
from pathlib import PurePath

from profiler_suite import units
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.model.memory import LineMemory, MemoryRecord
from profiler_suite.model.noun import Count, Noun, Number, Seconds

# Smaller temporaries come from the heap and go back to it: nothing to be gained.
_WORTH_BYTES = 2**18
_MOST = 5


class Temporary(Noun, frozen=True):
    """The arrays that one operation of one line makes in an evaluation."""

    operation: str
    file: str
    line: Count
    arrays: Number
    bytes: Number
    """Of all of them."""
    faults: Number
    """Page faults that come with them."""
    spared_s: Seconds
    """What those cost: an output that is there already (`out=`) has none."""


def temporaries(explained: FunctionRecord) -> tuple[Temporary, ...]:
    """What each operation of each line allocates in one evaluation, the largest first."""
    record = explained.breakdown_record
    found = []
    for operation, time in zip(explained.operations, record.operations, strict=False):
        if not operation.temporaries:
            continue
        for place in operation.lines:
            part = place.calls / max(1, operation.calls)
            faults = place.calls * time.minor_faults
            found.append(
                Temporary(
                    operation=operation.via or operation.name,
                    file=place.file,
                    line=place.line,
                    arrays=operation.temporaries * part,
                    bytes=operation.temporary_bytes * part,
                    faults=faults,
                    spared_s=faults * record.fault_s,
                )
            )
    return tuple(sorted(found, key=lambda each: -each.bytes))


def by_line(found: Sequence[Temporary]) -> dict[tuple[str, int], float]:
    """Bytes allocated in one evaluation by (file, line)."""
    total: dict[tuple[str, int], float] = {}
    for each in found:
        place = (each.file, each.line)
        total[place] = total.get(place, 0.0) + each.bytes
    return total


def in_words(explained: FunctionRecord) -> tuple[str, ...]:
    """Peak and sum, then the operations that allocate most; nothing where little is."""
    found = temporaries(explained)
    total = sum(each.bytes for each in found)
    if max(total, explained.peak_bytes) < _WORTH_BYTES:
        return ()
    arrays = units.some(round(sum(each.arrays for each in found)), "array")
    peak = (
        f"at most {units.size(explained.peak_bytes)} at once; " if explained.peak_bytes else ""
    )
    said = [f"{peak}{units.size(total)} in {arrays} made on the way"]
    for each in found[:_MOST]:
        if each.bytes >= _WORTH_BYTES / 4:
            said.append(_one_in_words(each))
    return (*said, *_lines_in_words(explained.memory))


def _lines_in_words(record: MemoryRecord | None) -> list[str]:
    """Where the most is held, then the expressions that take most at once."""
    if record is None or not record.lines:
        return []
    # Later lines hold as much as the one that made it: that one is to blame.
    making = [each for each in record.lines if each.made_bytes >= _WORTH_BYTES / 4]
    peak = max(making or record.lines, key=lambda each: each.most_bytes)
    said = [
        f"most is held in {_place(peak.file, peak.line)}: {units.size(peak.most_bytes)}"
        f"{_held_before(record, peak)}"
    ]
    for each in record.expressions[:_MOST]:
        if each.most_bytes >= _WORTH_BYTES / 4:
            times = f", {units.count(each.times)} times" if each.times > 1 else ""
            said.append(
                f"{units.size(each.most_bytes)} at once by `{each.text}`, "
                f"{_place(each.file, each.line)}{times}"
            )
    return said


def _held_before(record: MemoryRecord, peak: LineMemory) -> str:
    """', 4 MiB of it before `…` began': what is gone before that lowers the peak."""
    own = [e for e in record.expressions if (e.file, e.line) == (peak.file, peak.line)]
    largest = max(own, key=lambda each: each.most_bytes, default=None)
    if largest is None:
        return ""
    before = peak.most_bytes - largest.most_bytes
    if before < _WORTH_BYTES / 4:
        return ""
    return (
        f", {units.size(before)} of it before `{largest.text}` began: what is not needed any "
        "more by then, deleted or made later, lowers the peak"
    )


def _place(file: str, line: int) -> str:
    return f"{PurePath(file).name}:{line}"


def _one_in_words(each: Temporary) -> str:
    where = _place(each.file, each.line) if each.line else "compiled code"
    text = f"{units.size(each.bytes)} by {each.operation}, {where}"
    if each.faults < 1:
        return text
    faults = f"{units.count(each.faults)} page faults"
    spared = f": `out=` would save {units.time(each.spared_s)}" if each.spared_s > 0 else ""
    return f"{text}, with {faults}{spared}"
