"""What other ways give: verdicts by the whole interval, break-even between two sizes."""

from typing import Any

import pytest

from profiler_suite.analysis.explain import what_if
from profiler_suite.analysis.explain.what_if import SizeRatio, WayVerdict
from profiler_suite.analysis.statistics import PairedRatio
from profiler_suite.measure.explain.ways.records import (
    ProcessorTime,
    StoppingLine,
    WayAtSize,
    WayRecord,
    WayVisits,
)
from profiler_suite.model.way import Way, WayKind
from tests.analysis.explain.test_question import visits

NUMBA = Way(kind=WayKind.NUMBA)


def gained(ratio: float) -> WayVisits:
    return WayVisits(visits(1e-3 * ratio), visits(1e-3))


def judged(**fields: Any) -> WayVerdict:
    record = WayRecord(**{"way": NUMBA, "elements": 10_000, "checked": 3, **fields})
    (found,) = what_if.judged([record])
    return found


@pytest.mark.parametrize(
    ("low", "ratio", "high", "verdict", "said"),
    [
        (1.8, 2.0, 2.2, "faster", "2.00× as fast (1.80 to 2.20)"),
        (0.4, 0.5, 0.625, "slower", "takes 2.00× as long (1.60 to 2.50)"),
        (0.98, 1.0, 1.01, "the same", "the same within ± 2.0 %"),
        (0.98, 1.01, 1.05, "the same", "the same within ± 5.0 %"),
        (1.01, 1.2, 1.5, "could not be judged", "could not be judged: 1.20× as fast"),
        (0.5, 1.0, 2.0, "could not be judged", "could not be judged: 1.00× as fast"),
        (0.95, 1.01, 1.3, "could not be judged", "could not be judged: 1.01× as fast"),
    ],
)
def test_the_verdict_is_by_the_whole_interval(
    low: float, ratio: float, high: float, verdict: str, said: str
) -> None:
    found = PairedRatio(ratio=ratio, low=low, high=high, pairs=9)
    assert what_if.verdict(found) == verdict
    assert what_if.headline(found).startswith(said)


def test_compiling_is_earned_back_by_what_each_call_saves() -> None:
    found = judged(visits=gained(5.0), compile_s=2.0, form="compiled by njit", version="0.61")
    assert found.verdict == "faster"
    # 5 ms become 1 ms: 2 s take 500 calls.
    assert found.break_even_calls == pytest.approx(500, abs=5)
    assert any("earned back after" in each for each in found.details)
    slower = judged(visits=gained(0.5), compile_s=2.0)
    assert slower.break_even_calls is None
    assert "compiling takes 2.00 s" in slower.details


def size(elements: int, ratio: float) -> SizeRatio:
    return SizeRatio(elements, ratio, 0.98 * ratio, 1.02 * ratio)


@pytest.mark.parametrize(
    ("smaller", "full", "expected"),
    [
        ([size(100, 0.5)], size(10_000, 2.0), 1000.0),  # half way between logarithms
        ([size(100, 0.1), size(10, 0.01)], size(10_000, 10.0), 1000.0),
        ([size(100, 0.25)], size(10_000, 1.01), None),  # not seen to be faster
        ([size(100, 0.99)], size(10_000, 4.0), None),  # not seen to be slower
        ([size(1000, 1.0), size(100, 0.5)], size(10_000, 2.0), 1000.0),
        ([size(100, 2.0)], size(10_000, 3.0), None),
        ([size(100, 0.2)], size(10_000, 0.9), None),
        ([size(100, 2.0)], size(10_000, 0.9), None),  # faster where it is small
        ([], size(10_000, 3.0), None),
    ],
)
def test_the_break_even_size_lies_between_two_that_were_measured(
    smaller: list[SizeRatio], full: SizeRatio, expected: float | None
) -> None:
    found = what_if.break_even(smaller, full)
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("full", "smaller", "said"),
    [
        (4.0, (2.0, 0.5), "as fast from about"),
        (4.0, (3.0, 3.0), "with 100 elements"),
        (0.5, (0.2, 0.1), "slower the smaller the arrays: no break-even up to 10,000 elements"),
    ],
)
def test_sizes_are_said(full: float, smaller: tuple[float, float], said: str) -> None:
    sizes = (WayAtSize(1000, gained(smaller[0])), WayAtSize(100, gained(smaller[1])))
    found = judged(visits=gained(full), smaller=sizes)
    assert len(found.smaller) == 2
    assert any(said in each for each in found.details)


def test_what_was_not_measured_has_its_reason_and_its_line_and_no_number() -> None:
    found = judged(
        reason="numpy.x has no counterpart in JAX",
        stopped_at=StoppingLine(file="/a/my.py", line=7, text="np.x(y)"),
    )
    assert (found.verdict, found.ratio, found.line) == ("not measured", None, 7)
    assert found.details == ("numpy.x has no counterpart in JAX", "my.py, line 7: np.x(y)")


def test_another_answer_is_said_with_how_far_it_is_off() -> None:
    found = judged(reason="its answer differs", largest_error=0.25, bound=1e-12)
    assert found.reason == (
        "its answer differs by 2.5e-01 of the largest element; rounding explains up to 1.0e-12"
    )


def test_arrays_that_stay_are_said_where_that_makes_a_difference() -> None:
    both = judged(way=Way(kind=WayKind.JAX), visits=gained(2.0), resident=gained(4.0))
    assert any("where arrays stay in JAX" in each for each in both.details)
    alike = judged(way=Way(kind=WayKind.JAX), visits=gained(2.0), resident=gained(2.0))
    assert not any("stay" in each for each in alike.details)
    there = judged(
        way=Way(kind=WayKind.TORCH, device="cuda"), visits=gained(2.0), resident=gained(2.0)
    )
    assert "with the time to carry arrays to the cuda and back" in there.details


def test_the_fastest_comes_first_and_what_was_not_measured_last() -> None:
    records = [
        WayRecord(way=NUMBA, reason="no"),
        WayRecord(way=NUMBA, visits=gained(0.5)),
        WayRecord(way=NUMBA, visits=gained(3.0)),
    ]
    found = what_if.judged(records)
    assert [each.verdict for each in found] == ["faster", "slower", "not measured"]


def test_how_the_answers_agree_is_said() -> None:
    exact = judged(visits=gained(2.0), checked=4, conditions=("for empty arrays",))
    assert exact.details[-3:] == (
        "the same answer, bit for bit",
        "checked on 4 sets of arguments",
        "gives a different answer for empty arrays",
    )
    rounded = judged(visits=gained(2.0), largest_error=2e-8, bound=1e-4, dtype_changed=True)
    assert any(each.startswith("differs by 2.0e-08") for each in rounded.details)
    assert "its result has a different dtype" in rounded.details


@pytest.mark.parametrize(
    ("processors", "cores", "device", "held_up"),
    [
        (3.9, 1.0, "", False),
        (1.1, 1.0, "", False),  # more cores on one side
        (1.9, 0.2, "", True),
        (0.5, 0.2, "", True),
        (3.9, 0.2, "", False),  # others take as much of both
        (1.0, 0.2, "cuda", False),  # an accelerator works
    ],
)
def test_what_other_processes_hold_up_is_not_judged(
    processors: float, cores: float, device: str, held_up: bool
) -> None:
    found = judged(
        way=Way(kind=WayKind.TORCH, device=device),
        visits=gained(4.0),
        compile_s=1.0,
        processor_time=ProcessorTime(ratio=processors, cores_before=cores, cores_after=cores),
    )
    assert found.processor_ratio == processors
    assert found.verdict == ("could not be judged" if held_up else "faster")
    assert ("other processes held it up; by processor time" in found.headline) is held_up
    assert (found.break_even_calls is None) is held_up


@pytest.mark.parametrize(("cores", "high"), [(0.5, 4.4), (1.0, 4.18)])
def test_a_side_with_less_than_a_core_has_a_wider_interval(cores: float, high: float) -> None:
    time = ProcessorTime(ratio=4.4, cores_before=cores, cores_after=1.0)
    found = judged(visits=gained(4.0), processor_time=time)
    assert found.ratio is not None
    assert found.verdict == "faster"
    assert found.ratio.high == pytest.approx(high, abs=0.02)
