"""Memory of one function: what each operation of a line allocates, what reuse would spare."""

from collections.abc import Sequence
from pathlib import PurePath

from profiler_suite import units
from profiler_suite.measure.explain.records import FunctionRecord
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
        f"{units.size(explained.peak_bytes)} at once at most; " if explained.peak_bytes else ""
    )
    said = [f"{peak}{units.size(total)} in {arrays} made on the way"]
    for each in found[:_MOST]:
        if each.bytes >= _WORTH_BYTES / 4:
            said.append(_one_in_words(each))
    return tuple(said)


def _one_in_words(each: Temporary) -> str:
    where = f"{PurePath(each.file).name}:{each.line}" if each.line else "compiled code"
    text = f"{units.size(each.bytes)} by {each.operation}, {where}"
    if each.faults < 1:
        return text
    faults = f"{units.count(each.faults)} page faults"
    spared = f": `out=` would spare {units.time(each.spared_s)}" if each.spared_s > 0 else ""
    return f"{text}, with {faults}{spared}"
