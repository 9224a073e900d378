"""Counting what line_profiler would hear of."""

from collections.abc import Iterator

from profiler_suite.measure.lines import events
from profiler_suite.measure.lines.events import EventCounts, Events, Tally


def outside(x: int) -> int:
    y = x
    return y  # noqa: RET504  (two lines are the point)


def called(x: int) -> int:
    y = x + 1
    return y  # noqa: RET504


def caller(n: int) -> int:
    total = 0
    for i in range(n):
        total += called(i)
        total += outside(i)
    return total


def yields(n: int) -> Iterator[int]:
    for i in range(n):
        yield i + 1


def uses(n: int) -> int:
    total = 0
    for i in yields(n):
        total += i
    return total


FIRST = caller.__code__.co_firstlineno


def count(seconds: float = 10.0, n: int = 10) -> EventCounts:
    return events.count(caller, (n,), [caller.__code__, called.__code__], seconds)


def test_hits_are_line_events() -> None:
    found = count()
    assert found.complete
    assert found.lines[0, FIRST + 1].hits == 1
    assert found.lines[0, FIRST + 2].hits == 11
    assert found.lines[0, FIRST + 3].hits == 10
    inner = called.__code__.co_firstlineno
    assert found.lines[1, inner + 1].hits == 10


def test_events_of_a_profiled_callee_belong_to_the_line_that_called() -> None:
    line = count().lines[0, FIRST + 3]
    assert line.inner_calls == 10
    assert line.inner == 30  # two lines and a return each
    assert line.foreign == 0
    assert line.inner_bytes == 30 * len(called.__code__.co_code)


def test_events_of_an_unprofiled_callee_are_foreign() -> None:
    line = count().lines[0, FIRST + 4]
    assert line.foreign_calls == 10
    assert line.foreign == 30
    assert line.inner == 0


def test_each_entry_is_counted() -> None:
    assert count().entries == 11


def test_a_generator_is_entered_each_time_it_goes_on() -> None:
    found = events.count(uses, (5,), [uses.__code__, yields.__code__], 10.0)
    assert found.entries == 1 + 6
    first = yields.__code__.co_firstlineno
    assert found.lines[1, first + 1].hits == 6
    assert found.lines[0, uses.__code__.co_firstlineno + 2].inner_calls == 6


def test_counting_ends_in_time_and_the_function_runs_on() -> None:
    found = count(seconds=0.0, n=5000)
    assert not found.complete
    assert 0 < found.lines[0, FIRST + 2].hits < 5000
    assert count().complete  # nothing of the counter is left behind


def test_events_add_up() -> None:
    total = Events(hits=1, foreign=2)
    total.add(Events(hits=2, inner=5))
    assert (total.hits, total.foreign, total.inner) == (3, 2, 5)


def test_what_happens_before_the_function_runs_is_not_counted() -> None:
    tally = Tally([caller.__code__])
    tally.line(outside.__code__, 1)
    tally.leave(outside.__code__)
    assert tally.lines == {}
