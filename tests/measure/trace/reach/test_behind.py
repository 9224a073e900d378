"""Lists and dicts behind iterators, views and proxies are found; others' objects are left."""

import collections
import io
import itertools
import threading
import types
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.reach.behind import (
    begun_anew,
    containers_behind,
    is_plain_iterator,
)

HELD: list[Any] = [1, 2]
TABLE: dict[str, Any] = {"a": 1}
LOCAL = threading.local()
LOCAL.held = 1


def yielding(values: Any) -> Any:
    yield from values


@pytest.mark.parametrize(
    ("value", "container"),
    [
        (iter(HELD), HELD),
        (reversed(HELD), HELD),
        (enumerate(HELD), HELD),
        (map(str, HELD), HELD),
        (zip([0, 0], HELD, strict=True), HELD),
        (itertools.chain([], HELD), HELD),
        (itertools.islice(map(str, HELD), 1), HELD),
        (yielding(HELD), HELD),
        ((each for each in HELD), HELD),
        (iter(TABLE.values()), TABLE),
        (TABLE.keys(), TABLE),
        (TABLE.values(), TABLE),
        (TABLE.items(), TABLE),
        (types.MappingProxyType(TABLE), TABLE),
        (LOCAL, vars(LOCAL)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_read_from_is_found(value: Any, container: Any) -> None:
    assert any(each is container for each in containers_behind(value))


@pytest.mark.parametrize(
    "value",
    [HELD, TABLE, (1, 2), 3, "text", None, object(), io.StringIO("a"), collections.deque(HELD)],
    ids=lambda value: type(value).__name__,
)
def test_nothing_is_behind_other_values(value: Any) -> None:
    assert containers_behind(value) == []


def test_iterators_of_python_s_own_are_known_from_those_of_others() -> None:
    class Mine:
        def __iter__(self) -> Any:
            return self

        def __next__(self) -> int:
            return 1

    assert is_plain_iterator(iter(HELD))
    assert is_plain_iterator(itertools.cycle(HELD))
    assert is_plain_iterator(yielding(HELD))
    assert not is_plain_iterator(Mine())
    assert not is_plain_iterator(io.StringIO("a"))
    assert not is_plain_iterator(HELD)


def test_a_chain_without_end_ends() -> None:
    value: Any = iter(HELD)
    for _ in range(50):
        value = map(str, value)
    assert containers_behind(value) == []


def test_a_generator_begins_anew_with_other_values() -> None:
    factor = 10

    def counting(first: int, *, last: int) -> Any:
        for number in range(first, last):
            yield number * factor

    def doubled(value: Any) -> Any:
        return 2 * value if isinstance(value, int) else iter([5])

    made = begun_anew(counting(1, last=3), doubled)
    assert made is not None
    assert list(made) == [40, 60, 80, 100]  # from 2 to 6, times 20
    expression = begun_anew((each for each in HELD), doubled)
    assert expression is not None
    assert list(expression) == [5]


def test_a_generator_that_has_begun_or_takes_any_number_stays_as_it_is() -> None:
    def many(*values: Any) -> Any:
        yield from values

    begun = yielding(HELD)
    next(begun)
    assert begun_anew(begun, str) is None
    assert begun_anew(many(1, 2), str) is None
    assert next(begun) == 2


def test_a_generator_begun_anew_shares_what_it_does_not_need_lent() -> None:
    steps, factor = 0, np.ones(2)

    def counting(last: int) -> Any:
        nonlocal steps
        for number in range(last):
            steps += 1
            yield number * factor

    lent = np.full(2, 5.0)
    made = begun_anew(counting(3), lambda value: lent if value is factor else value)
    assert made is not None
    assert [each[0] for each in made] == [0.0, 5.0, 10.0]
    assert steps == 3
