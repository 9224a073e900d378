"""A line that calls functions with lines of their own: its time, and of that the callees'.

The truth is made: a unit of work is done so many times in the line and so many times in what
it calls.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from profiler_suite.measure.lines.profile import Profile
from profiler_suite.measure.lines.records import records
from profiler_suite.measure.lines.session import LineSession
from profiler_suite.model.rows import LineRecord
from tests.interference import holds

pytestmark = [pytest.mark.slow, pytest.mark.measures]

WORK = range(3000)
BETWEEN = 30
"""So many units a call of the function: some milliseconds."""


@pytest.fixture(scope="module")
def session() -> Iterator[LineSession]:
    session = LineSession()
    yield session
    session.close()


def one(x: Any = None) -> int:
    return sum(WORK)


def three(x: Any = None) -> int:
    return sum(WORK) + sum(WORK) + sum(WORK)


def deeper(x: Any = None) -> int:
    return one() + one()


def recursive(n: int) -> int:
    return sum(WORK) + (recursive(n - 1) if n else 0)


def numbers(n: int) -> Iterator[int]:
    for _ in range(n):
        yield sum(WORK)


def keeping(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def kept(*args: Any) -> Any:
        return function(*args)

    return kept


@keeping
def decorated(x: Any = None) -> int:
    return sum(WORK)


class Model:
    def step(self) -> int:
        return sum(WORK)

    def __call__(self, x: Any = None) -> int:
        return sum(WORK)

    @property
    def value(self) -> int:
        return sum(WORK)

    @staticmethod
    def fixed() -> int:
        return sum(WORK)


MODEL = Model()
PARTIAL = functools.partial(one, None)


def only_callees() -> Any:
    return [one() for _ in range(BETWEEN)]


def nothing_of_callees() -> Any:
    return [sum(WORK) for _ in range(BETWEEN)]


def half_and_half() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += one() + sum(WORK)
    return total


def one_to_three() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += one() + sum(WORK) + sum(WORK) + sum(WORK)
    return total


def three_to_one() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += three() + sum(WORK)
    return total


def two_callees() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += one() + three() + sum(WORK)
    return total


def through_two_levels() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += deeper() + sum(WORK)
    return total


def of_recursion() -> Any:
    total = 0
    for _ in range(BETWEEN // 3):
        total += recursive(2) + sum(WORK)
    return total


def of_a_method() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += MODEL.step() + sum(WORK)
    return total


def of_a_callable() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += MODEL() + sum(WORK)
    return total


def of_a_static_method() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += Model.fixed() + sum(WORK)
    return total


def of_a_decorated() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += decorated() + sum(WORK)
    return total


def as_an_argument() -> Any:
    return sum(map(one, range(BETWEEN)))


def sorted_by() -> Any:
    return sorted(range(BETWEEN), key=one)


def of_a_generator() -> Any:
    return sum(numbers(BETWEEN))


def in_a_condition() -> Any:
    count = 0
    while one() and count < BETWEEN:
        count += 1
    return count


def on_several_lines() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += (
            one()
            + sum(WORK)
        )  # fmt: skip
    return total


def nested_calls() -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += one(three())
    return total


def in_a_try() -> Any:
    total = 0
    for _ in range(BETWEEN):
        try:
            total += one() + sum(WORK) + sum(WORK) + sum(WORK)
        finally:
            total += 1
    return total


def of_an_inner_function() -> Any:
    def inner() -> int:
        return sum(WORK)

    total = 0
    for _ in range(BETWEEN):
        total += inner() + sum(WORK)
    return total


# Of the time of its costliest line, what the callees take.
CASES: list[tuple[Callable[[], Any], float]] = [
    *((only_callees, 1.0), (nothing_of_callees, 0.0), (half_and_half, 1 / 2)),
    *((one_to_three, 1 / 4), (three_to_one, 3 / 4), (two_callees, 4 / 5)),
    *((through_two_levels, 2 / 3), (of_recursion, 3 / 4), (of_a_decorated, 1 / 2)),
    *((as_an_argument, 1.0), (sorted_by, 1.0), (of_a_generator, 1.0)),
    *((in_a_condition, 1.0), (nested_calls, 1.0), (in_a_try, 1 / 4)),
    *((on_several_lines, 1 / 2), (of_an_inner_function, 1 / 2)),
    # Methods of another object have no lines of their own: their time is the line's.
    *((of_a_method, 0.0), (of_a_callable, 0.0), (of_a_static_method, 0.0)),
]


def of_function(found: Profile, name: str) -> list[LineRecord]:
    return [line for line in records(found, "p", name) if line.function == name]


@pytest.mark.parametrize(("function", "share"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_a_line_has_its_own_time_apart_from_its_callees(
    session: LineSession, function: Callable[[], Any], share: float
) -> None:
    def wrong() -> str:
        found = session.profile(function, (), 0.25)
        assert found is not None
        lines = of_function(found, function.__name__)
        total_s = sum(line.corrected_s for line in lines)
        callees_s = sum(line.callees_s for line in lines)
        # Totals are those of the function: no more than it takes.
        if total_s > 1.15 * found.plain_s:
            return f"{total_s} of {found.plain_s}"
        apart = callees_s / total_s - share
        return "" if abs(apart) <= 0.12 else f"{apart}: {lines}"

    holds(wrong)


def of_a_given_model(model: Any) -> Any:
    total = 0
    for _ in range(BETWEEN):
        total += model.step() + sum(WORK)
    return total


def test_methods_of_what_is_given_have_lines_of_their_own(session: LineSession) -> None:
    def wrong() -> str:
        found = session.profile(of_a_given_model, (Model(),), 0.25)
        assert found is not None
        assert of_function(found, "Model.step")
        lines = of_function(found, of_a_given_model.__name__)
        share = sum(each.callees_s for each in lines) / sum(each.corrected_s for each in lines)
        return "" if abs(share - 0.5) <= 0.12 else f"{share}: {lines}"

    holds(wrong)


def test_the_line_that_defines_a_function_has_no_time(session: LineSession) -> None:
    found = session.profile(of_an_inner_function, (), 0.1)
    assert found is not None
    first = of_an_inner_function.__code__.co_firstlineno
    own = of_function(found, of_an_inner_function.__name__)
    assert own
    assert first not in [line.line for line in own if line.hits]
