"""What each line and expression takes, on functions whose arrays are known."""

import contextlib
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.explain import memory_profile as profile
from profiler_suite.measure.explain.memory_profile import (
    InstructionSpan,
    memory_profile,
    text_of,
)
from profiler_suite.model.memory import ExpressionMemory, LineMemory, MemoryRecord

A = np.ones((300, 400))
ONE = A.nbytes


@pytest.fixture(autouse=True)
def _untraced() -> Iterator[None]:
    """Whoever measures the coverage of tests traces as well."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


def profiled(function: Callable[..., Any], *args: Any, seconds: float = 5.0) -> MemoryRecord:
    return memory_profile(function, args or (A,), 10.0 * ONE, seconds)


def of_text(record: MemoryRecord, text: str) -> ExpressionMemory:
    (found,) = [each for each in record.expressions if each.text == text]
    return found


def of_line(record: MemoryRecord, function: Callable[..., Any], number: int) -> LineMemory:
    first = function.__code__.co_firstlineno
    (found,) = [
        each for each in record.lines if each.file == __file__ and each.line == first + number
    ]
    return found


def two_expressions(a: Any) -> Any:
    kept = np.sqrt(a)
    return a[:, ::2] * 2.0 + np.maximum(kept[:, 1::2], 1.0)


def test_expressions_of_one_line_are_told_apart() -> None:
    record = profiled(two_expressions)
    assert of_text(record, "np.sqrt(a)").most_bytes == pytest.approx(ONE, rel=0.02)
    for text in ("a[:, ::2] * 2.0", "np.maximum(kept[:, 1::2], 1.0)"):
        # Older versions of NumPy take a buffer for the elements that do not lie in a row.
        assert of_text(record, text).most_bytes in (
            pytest.approx(ONE / 2, rel=0.02),
            pytest.approx(ONE / 2 + 8 * np.getbufsize(), rel=0.02),
        )
    first, second = (of_line(record, two_expressions, n) for n in (1, 2))
    assert first.most_bytes == pytest.approx(ONE, rel=0.02)
    # The sum may reuse one of the temporaries.
    buffer = 8 * np.getbufsize()
    assert any(
        second.most_bytes == pytest.approx(arrays * ONE + buffers * buffer, rel=0.02)
        for arrays in (2, 2.5)
        for buffers in (0, 1)
    )


def test_what_is_given_back_within_a_call_counts() -> None:
    record = profiled(lambda a: np.concatenate([a, a]).sum())
    assert record.expressions[0].text == "np.concatenate([a, a])"
    assert record.expressions[0].most_bytes == pytest.approx(2 * ONE, rel=0.02)


def helper(a: Any) -> Any:
    return a + 1.0


def calls_a_helper(a: Any) -> Any:
    before = a * 3.0
    return helper(before)


def test_callees_count_for_the_calling_line_and_for_their_own() -> None:
    record = profiled(calls_a_helper)
    assert of_text(record, "helper(before)").most_bytes == pytest.approx(ONE, rel=0.02)
    assert of_text(record, "a + 1.0").most_bytes == pytest.approx(ONE, rel=0.02)
    assert of_line(record, calls_a_helper, 2).most_bytes == pytest.approx(2 * ONE, rel=0.02)
    assert of_line(record, helper, 1).most_bytes == pytest.approx(2 * ONE, rel=0.02)


def in_a_loop(a: Any) -> None:
    for _ in range(5):
        a * 2.0


def test_a_loop_counts_every_time_and_holds_one_at_once() -> None:
    record = profiled(in_a_loop)
    found = of_text(record, "a * 2.0")
    assert found.times == 5
    assert found.most_bytes == pytest.approx(ONE, rel=0.02)
    assert found.made_bytes == pytest.approx(5 * ONE, rel=0.02)


def generated(a: Any) -> float:
    return sum(float((a * n).max()) for n in range(3))


def test_generators_are_followed_from_one_item_to_the_next() -> None:
    found = of_text(profiled(generated), "a * n")
    assert found.times == 3
    assert found.most_bytes == pytest.approx(ONE, rel=0.02)


def raises_and_goes_on(a: Any) -> Any:
    def fails() -> None:
        kept = a * 2.0
        raise ValueError(kept.shape)

    with contextlib.suppress(ValueError):
        fails()
    return a * 3.0


def test_a_function_that_raises_is_left_again() -> None:
    record = profiled(raises_and_goes_on)
    assert of_text(record, "a * 3.0").most_bytes == pytest.approx(ONE, rel=0.02)


def test_a_callback_from_a_library_is_the_users() -> None:
    def row(values: Any) -> Any:
        return np.repeat(values, 300)

    def applied(a: Any) -> Any:
        return np.apply_along_axis(row, 1, a[:40])

    record = profiled(applied)
    assert of_text(record, "np.repeat(values, 300)").times == 40


def test_what_runs_too_many_instructions_is_told_in_part() -> None:
    def long(a: Any) -> int:
        kept = a * 2.0
        return sum(n & 3 for n in range(20_000)) + len(kept)

    record = profiled(long, seconds=0.0)
    assert "only the first part" in record.reason
    assert of_text(record, "a * 2.0").times == 1


def test_arguments_are_restored_and_little_memory_is_no_reason_to_look() -> None:
    restored = []
    arguments = RestoredArguments.of((A,), lambda: restored.append(1))
    assert memory_profile(in_a_loop, arguments, 10.0 * ONE, 5.0).expressions
    assert restored
    assert memory_profile(in_a_loop, (A,), 100.0, 5.0) == MemoryRecord(peak_bytes=100.0)


def test_nobody_else_s_tracing_is_disturbed() -> None:
    tracemalloc.start()
    try:
        assert "something else" in profiled(in_a_loop).reason
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    sys.settrace(lambda *_: None)
    try:
        assert "something else" in profiled(in_a_loop).reason
    finally:
        sys.settrace(None)
    assert not tracemalloc.is_tracing()


def test_an_error_of_the_function_ends_the_tracing() -> None:
    def fails(a: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        profiled(fails)
    assert sys.gettrace() is None
    assert not tracemalloc.is_tracing()


def test_the_text_of_an_expression_is_one_short_line(tmp_path: Any) -> None:
    file = tmp_path / "f.py"
    file.write_text(f"é = (a +\n       b * c)\nx = {'a + ' * 40}b\n", encoding="utf-8")
    assert text_of(str(file), InstructionSpan(1, 2, 6, 12)) == "a + b * c"
    long = text_of(str(file), InstructionSpan(3, 3, 4, 160))
    assert long.endswith("…")
    assert len(long) <= 60
    assert text_of(str(tmp_path / "absent.py"), InstructionSpan(1, 1, 0, 5)) == ""


def test_instructions_without_a_place_have_no_span() -> None:
    assert profile.span_of(helper.__code__, 10_000) is None
