"""Whole line profiles of real functions; margins are wide, the machine is shared."""

import functools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from line_profiler import load_stats

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.lines import lprof
from profiler_suite.measure.lines.functions import functions_to_profile
from profiler_suite.measure.lines.instrument import Instrumentation
from profiler_suite.measure.lines.profile import Profile
from profiler_suite.measure.lines.records import records
from profiler_suite.measure.lines.rounds import EvaluationRounds, SharedSampler
from profiler_suite.measure.lines.session import LineSession
from tests.interference import holds

pytestmark = pytest.mark.measures
Profiler = Callable[..., Profile]


@pytest.fixture(scope="module")
def session() -> Iterator[LineSession]:
    session = LineSession()
    yield session
    session.close()


@pytest.fixture(scope="module")
def modelling() -> LineSession:
    return LineSession(sampling=False)


def keep(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


def tight(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


def uneven(n: int) -> int:
    total = 0
    for _ in range(n):
        total += sum(range(900))
        total += sum(range(100))
    return total


def leaf(x: int) -> int:
    return x + 1


def calls(n: int) -> int:
    total = 0
    for i in range(n):
        total += leaf(i)
    return total


def fibonacci(n: int) -> int:
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


def numbers(n: int) -> Iterator[int]:
    for i in range(n):
        yield i * 2


def consumes(n: int) -> int:
    total = 0
    for i in numbers(n):
        total += i
    return total


def comprehends(n: int) -> int:
    squares = [i * i for i in range(n)]
    return len(squares)


def defines(n: int) -> int:
    def inner(x: int) -> int:
        y = x + 1
        return y  # noqa: RET504

    total = 0
    for i in range(n):
        total += inner(i)
    return total


@keep
def decorated(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total


class Model:
    def fit(self, n: int) -> int:
        total = 0
        for i in range(n):
            total += self.step(i)
        return total

    def step(self, i: int) -> int:
        return i + 1


def of_first(profile: Profile) -> list[Any]:
    return [line for line in profile.lines if line.function == profile.lines[0].function]


def profiled(session: LineSession, function: Callable[..., Any], *arguments: Any) -> Profile:
    found = session.profile(function, arguments, 0.06)
    assert found is not None
    return found


EVERY_KIND = [
    (tight, 5000),
    (uneven, 40),
    (calls, 1500),
    (fibonacci, 12),
    (consumes, 3000),
    (comprehends, 5000),
    (defines, 1500),
    (decorated, 5000),
    (Model().fit, 1500),
]


def named(value: object) -> str:
    """The same in every process: no address."""
    return getattr(value, "__qualname__", str(value))


@pytest.mark.parametrize(("function", "n"), EVERY_KIND, ids=named)
def test_corrected_lines_sum_to_the_plain_time(
    session: LineSession, function: Callable[..., Any], n: int
) -> None:
    def wrong() -> list[str]:
        found = profiled(session, function, n)
        corrected_s = sum(line.corrected.time_s for line in of_first(found))
        said = []
        if found.samples > 30 and abs(corrected_s / found.plain_s - 1) > 0.15:
            said.append(f"{corrected_s} of {found.plain_s}")
        # The lines of `uneven` are too long for line_profiler to slow them.
        if function is not uneven and found.plain_s >= found.profiled_s:
            said.append(f"plain {found.plain_s}, profiled {found.profiled_s}")
        return said

    holds(wrong)


def test_raw_numbers_are_line_profilers_own(session: LineSession) -> None:
    found = profiled(session, calls, 500)
    own = {
        (label, line): (hits, ticks * found.stats.unit)
        for label, lines in found.stats.timings.items()
        for line, hits, ticks in lines
    }
    ours = {
        (line.function, line.line): (line.hits, line.raw_s) for line in found.lines if line.hits
    }
    assert ours == own
    first = calls.__code__.co_firstlineno
    by_line = {line.line: line for line in of_first(found)}
    assert by_line[first + 2].hits == 501 * found.evaluations
    assert by_line[first + 3].hits == 500 * found.evaluations


def test_the_exported_file_holds_line_profilers_own_numbers(
    session: LineSession, tmp_path: Path
) -> None:
    found = profiled(session, consumes, 400)
    content = lprof.content(records(found, "a point", "consumes"))
    (tmp_path / "run.lprof").write_bytes(content)
    exported = load_stats(str(tmp_path / "run.lprof"))
    assert exported.unit == found.stats.unit
    assert exported.timings == {
        label: sorted(lines) for label, lines in found.stats.timings.items() if lines
    }


def test_watched_and_plain_evaluations_come_before_any_profiler(
    monkeypatch: pytest.MonkeyPatch, session: LineSession
) -> None:
    """Code that a profiler saw is slower for good on 3.12, another code object on 3.13."""
    order = []
    for owner, name in (
        (EvaluationRounds, "plain"),
        (EvaluationRounds, "sample"),
        (EvaluationRounds, "profiled"),
    ):
        real = getattr(owner, name)

        def noted(*args: Any, real: Any = real, name: str = name) -> Any:
            order.append(name)
            return real(*args)

        monkeypatch.setattr(owner, name, noted)
    profiled(session, tight, 500)
    first = order.index("profiled")
    assert "plain" in order[:first]
    assert set(order[first:]) == {"profiled"}


def test_a_line_that_takes_nine_tenths_gets_nine_tenths(session: LineSession) -> None:
    heavy = uneven.__code__.co_firstlineno + 3

    def wrong() -> str:
        found = profiled(session, uneven, 200)
        line = next(line for line in found.lines if line.line == heavy)
        share = line.corrected.time_s / found.plain_s
        if found.samples >= 50:
            return "" if 0.75 < share < 0.995 else f"{share} of {found.samples} samples"
        # Without samples the line is modelled, with its uncertainty.
        off = abs(share - 0.9) - line.corrected.uncertainty_s / found.plain_s
        return "" if off < 0.15 else f"{share} {line.corrected} {found.note}"

    holds(wrong)


def test_callees_of_the_module_have_lines_of_their_own(session: LineSession) -> None:
    names = {line.function[2] for line in profiled(session, calls, 300).lines}
    assert names == {"calls", "leaf"}
    names = {line.function[2] for line in profiled(session, Model().fit, 300).lines}
    assert names == {"Model.fit", "Model.step"}
    names = {line.function[2] for line in profiled(session, defines, 300).lines}
    assert names == {"defines", "defines.<locals>.inner"}
    names = {line.function[2] for line in profiled(session, consumes, 300).lines}
    assert names == {"consumes", "numbers"}


def test_recursion_is_counted_once(session: LineSession) -> None:
    def wrong() -> str:
        found = profiled(session, fibonacci, 13)
        raw_s = sum(line.raw_s for line in of_first(found)) / found.evaluations
        corrected_s = sum(line.corrected.time_s for line in of_first(found))
        right = raw_s > 5 * found.plain_s and corrected_s < 2 * found.plain_s
        return "" if right else f"raw {raw_s}, corrected {corrected_s}, plain {found.plain_s}"

    holds(wrong)


def test_the_function_is_left_as_it_was(session: LineSession) -> None:
    before = [defines.__code__, leaf.__code__]
    profiled(session, defines, 100)
    profiled(session, calls, 100)
    assert [defines.__code__, leaf.__code__] == before
    assert defines.__code__ is before[0]


def test_a_function_that_is_profiled_twice_grows_no_longer(session: LineSession) -> None:
    lengths = set()
    for _ in range(3):
        instrumented = Instrumentation(functions_to_profile(calls))
        instrumented.profiled()
        lengths.add((len(calls.__code__.co_code), len(leaf.__code__.co_code)))
        instrumented.plain()
    assert len(lengths) == 1


def test_what_the_function_raises_comes_through_and_nothing_is_left(
    session: LineSession,
) -> None:
    calls_left = 5

    def fails(n: int) -> int:
        nonlocal calls_left
        calls_left -= 1
        if not calls_left:
            raise RuntimeError("no more")
        return n

    code = fails.__code__
    with pytest.raises(RuntimeError, match="no more"):
        session.profile(fails, (1,), 0.02)
    assert fails.__code__ is code
    assert profiled(session, tight, 100).plain_s > 0


def test_a_compiled_function_has_no_profile(session: LineSession) -> None:
    assert session.profile(np.dot, (np.ones(3), np.ones(3)), 0.02) is None


def test_a_line_that_is_not_resolved_says_so_and_stays(session: LineSession) -> None:
    found = profiled(session, tight, 20_000)
    lines = {line.line: line for line in of_first(found)}
    assert tight.__code__.co_firstlineno + 1 in lines
    for line in lines.values():
        assert line.corrected.resolved == (line.corrected.time_s > line.corrected.uncertainty_s)


def test_without_sampling_the_model_says_it_is_indicative(modelling: LineSession) -> None:
    found = profiled(modelling, tight, 5000)
    assert found.samples == 0
    assert found.note == "sampling was not asked for"
    rows = records(found, "a point", "tight")
    assert {row.method for row in rows} == {"modelled"}
    slow = found.profiled_s > 5 * found.plain_s
    unsure = {row.line for row in rows if row.uncertainty_s > 0.05 * row.plain_s}
    assert unsure
    for row in rows:
        assert row.indicative == (slow or row.line in unsure)


def test_rows_carry_all_of_it(session: LineSession) -> None:
    found = profiled(session, tight, 5000)
    rows = records(found, "a point", "tight")
    assert [row.line for row in rows] == [line.line for line in found.lines]
    first = tight.__code__.co_firstlineno
    row = next(row for row in rows if row.line == first + 3)
    assert row.source.strip() == "total += i"
    assert row.first_line == first
    assert row.evaluations == found.evaluations
    assert row.plain_s == found.plain_s
    assert row.added_s > 0
    assert row.uncertainty_s > 0


def test_what_takes_long_to_restore_is_evaluated_less_often() -> None:
    def restore() -> None:
        time.sleep(0.01)

    given = RestoredArguments.of((3,), restore)
    reference: Any = None
    rounds: list[EvaluationRounds] = [
        EvaluationRounds(SharedSampler(False), reference, [], leaf, each, 1e-6, 1.0)
        for each in ((3,), given)
    ]
    assert rounds[0].restoring_s == 0.0
    assert rounds[1].restoring_s >= 0.01
    assert rounds[0]._evaluations(0.5) == 20_000
    assert rounds[1]._evaluations(0.5) <= 50
