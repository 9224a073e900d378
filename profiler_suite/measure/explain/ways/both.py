"""A function as it stands and another way to run it: the same answer, then both in turn."""

import dataclasses
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter, process_time

import msgspec

from profiler_suite.measure.arguments import RestoredArguments, given
from profiler_suite.measure.explain.answers import checks
from profiler_suite.measure.explain.answers.checks import Agreement
from profiler_suite.measure.explain.answers.same_answer import arrays_in, copied
from profiler_suite.measure.explain.answers.variants import Variant, smaller
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.explain.subject_pairs import Side, glance, pairs
from profiler_suite.measure.explain.ways.port import Arguments, Function
from profiler_suite.measure.explain.ways.records import (
    ProcessorTime,
    WayAtSize,
    WayRecord,
    WayVisits,
)
from profiler_suite.model.way import Way, WayKind

# A side that is so much slower or faster than the other is seen in few pairs.
_PLAIN = 3.0
FEW, _FEWEST = 0.5, 0.3
# So many pairs tell few percent beside busy processes.
LEAST = 14
# How often, and how long at least, the time of processors is counted for each side.
_COUNTS, _COUNTING_S = 5, 0.02
# Of the lengths: a sixteenth and a 256th of the elements of a matrix.
_SMALLER = (1 / 4, 1 / 16)
# Below, a size says nothing that the next larger one did not.
_LEAST_ELEMENTS = 8


@dataclasses.dataclass(frozen=True)
class Both:
    """The function as it stands, and another way to run it."""

    subject: Subject
    function: Function
    """The other way."""
    own: Callable[[Arguments], Arguments] = lambda arguments: arguments
    """What it is given instead of NumPy's arguments: the same values in another form."""
    checked: Function | None = None
    """What is checked, where that is another one than is timed."""
    around: Callable[[int], None] = lambda side: None
    """What is done before either side, 0 or 1, is timed."""

    def sides(self, arguments: Callable[[], Arguments]) -> tuple[Side, Side]:
        """Both functions with arguments of their own."""
        return (self.subject.function, arguments()), (self.function, self.own(arguments()))

    def agreement(self, *, others: bool = True) -> Agreement:
        """Whether the answers are the same, on the arguments and, if asked for, on others."""
        return checks.agreement(
            self.subject.function,
            self.checked or self.function,
            lambda: tuple(self.subject.arguments()),
            calling=checks.Calling(self.own),
            others=others,
        )

    def agrees(self, arguments: Arguments) -> bool | None:
        """Whether they are on these; None where the function does not take them."""
        these = Variant(name="a size", arguments=arguments, essential=False)
        checked = self.checked or self.function
        return checks.agrees(self.subject.function, checked, these, checks.Calling(self.own))


def compared(both: Both, way: Way) -> WayRecord:
    """The times of both where they answer alike; else why there are none.

    Other arguments come after the times: larger arrays, once they are freed, let the C library
    keep the memory of temporaries, and a function that has its page faults in a process of its
    own has none here. One seemed 1.8 instead of 1.4 times as fast when it was compiled.
    """
    subject = both.subject
    agreed, visits, time = both.agreement(others=False), WayVisits(), None
    if agreed.same:
        sides = both.sides(subject.arguments)
        apart = 1.0 if way.kind is WayKind.THREADS else glance(*sides)
        plain = apart > _PLAIN or apart < 1 / _PLAIN
        visits = WayVisits(*pairs(subject, *sides, both.around, FEW if plain else 1.0, LEAST))
        time = processor_time(both)
        agreed = both.agreement()
    record = WayRecord(
        way=way,
        reason="" if agreed.same else agreed.reason,
        largest_error=agreed.largest_error,
        bound=agreed.bound,
        dtype_changed=agreed.dtype_changed,
        conditions=agreed.conditions,
        checked=agreed.checked,
    )
    if not agreed.same:
        return record
    return msgspec.structs.replace(
        record,
        visits=visits,
        elements=_elements(subject.arguments()),
        processor_time=time,
        smaller=tuple(_at_smaller_sizes(both)),
    )


def processor_time(both: Both) -> ProcessorTime:
    """What both take of the processors, which is the same beside busy processes.

    A call that fits between two turns of other processes seems many times as fast as one that
    is a little longer: the clock on the wall alone would not tell.
    """
    sides = both.sides(both.subject.arguments)
    cpu_s: tuple[list[float], list[float]] = ([], [])
    cores: tuple[list[float], list[float]] = ([], [])
    for _ in range(_COUNTS):
        for number, (function, arguments) in enumerate(sides):
            both.around(number)
            wall, used, calls = perf_counter(), process_time(), 0
            while calls == 0 or perf_counter() - wall < _COUNTING_S:
                function(*given(arguments))
                calls += 1
            used = process_time() - used
            cpu_s[number].append(used / calls)
            cores[number].append(used / (perf_counter() - wall))
    before, after = (median(each) for each in cores)
    ratio = median(cpu_s[0]) / max(median(cpu_s[1]), 1e-9)
    return ProcessorTime(ratio=ratio, cores_before=before, cores_after=after)


def _at_smaller_sizes(both: Both) -> Iterator[WayAtSize]:
    """With shorter arguments, where the function takes them and the answers are the same."""
    subject = both.subject
    last = _elements(subject.arguments())
    for share in _SMALLER:
        arguments = smaller(tuple(subject.arguments()), share)
        elements = _elements(arguments)
        if not _LEAST_ELEMENTS <= elements < last:
            continue
        if not both.agrees(arguments):
            continue
        last = elements
        sides = both.sides(_made_anew(arguments, subject.arguments()))
        found = pairs(subject, *sides, both.around, _FEWEST)
        yield WayAtSize(elements=elements, visits=WayVisits(*found))


def _made_anew(arguments: Arguments, like: Arguments) -> Callable[[], Arguments]:
    """Copies of the arguments, restored before each call where those of the function are."""
    if not isinstance(like, RestoredArguments):
        return lambda: copied(arguments)
    return lambda: RestoredArguments.of(copied(arguments), lambda: copied(arguments))


def _elements(arguments: Arguments) -> int:
    return sum(each.size for each in arrays_in(tuple(arguments)))
