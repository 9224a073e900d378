"""The founding question answered from two explanations."""

from typing import Any

import msgspec
import pytest

from profiler_suite import units
from profiler_suite.analysis.explain.question import QuestionAnswer, Side
from profiler_suite.measure.explain.records import Trial, TrialResult
from profiler_suite.model.rows import Visit
from profiler_suite.model.trial import TrialKind
from tests.stored_explanation import stored_explanation

THIS = stored_explanation(advised=False)
BASELINE_S = THIS.baselines_s["ufunc"]
SIDES = (
    Side(name="loop", problem="p", textbook_flop=1e6, textbook_bytes=1e4),
    Side(name="product", problem="q", textbook_flop=4e6, textbook_bytes=1e6),
)


def visits(time_s: float) -> tuple[Visit, ...]:
    return tuple(
        Visit(
            point="p",
            at_s=float(number),
            sample_times_s=(time_s * (1 + number % 3 * 1e-3),),
            canaries_s={"ufunc": (BASELINE_S, BASELINE_S)},
            minor_faults=0.0,
        )
        for number in range(24)
    )


def tried(factor: float) -> TrialResult:
    before, after = (visits(factor * 1e-3), visits(1e-3)) if factor else ((), ())
    return TrialResult(trial=Trial(kind=TrialKind.VERSUS), before=before, after=after)


def answer(factor: float, alternative: float = 0.0, **sides: Any) -> QuestionAnswer:
    return QuestionAnswer(
        "why?", SIDES, (THIS, THIS), tried(factor), "gemm", tried(alternative)
    )


def test_the_ratio_is_of_visits_in_turn_and_holds_the_quotient() -> None:
    found = answer(1.0)
    assert found.quotient == 1.0
    assert found.ratio is not None
    assert found.ratio.low <= 1.0 <= found.ratio.high
    apart = answer(3.0).ratio
    assert apart is not None
    assert apart.ratio == pytest.approx(3.0, rel=0.01)
    assert apart.low <= 1.0  # each timed on its own they took as long


def test_the_headline_says_operations_and_time() -> None:
    said = answer(1.0).headline
    assert said.startswith("loop does 1/4 of the operations of product and takes 1.00 times")
    # Timed in turn it is 3, one after the other 1: no number of its own.
    apart = answer(3.0)
    assert apart.ratio is not None
    wide = apart.headline
    assert f"and takes about {units.three_digits(apart.ratio.low)} to 3." in wide
    assert wide.endswith("times as long")
    assert answer(0.0).headline == "loop and product could not be compared"


def test_a_ratio_that_changed_between_the_two_ways_is_said() -> None:
    assert any("one after the other" in each for each in answer(3.0).sentences)
    assert not any("one after the other" in each for each in answer(1.0).sentences)


def test_another_way_to_the_answer_is_named() -> None:
    found = answer(1.0, alternative=5.0)
    assert found.alternative is not None
    assert found.alternative.ratio == pytest.approx(5.0, rel=0.01)
    assert any("by gemm (a few large calls) takes 1/5.00" in each for each in found.sentences)
    assert answer(1.0).alternative is None


def test_without_a_trace_nothing_is_said_of_calls() -> None:
    record = THIS.explained
    untraced = msgspec.structs.replace(record.breakdown_record, untraced="too long")
    bare = type(THIS)(
        msgspec.structs.replace(record, breakdown_record=untraced),
        THIS.machine,
        None,
        THIS.baselines_s,
    )
    found = QuestionAnswer("why?", SIDES, (bare, THIS), tried(1.0), "gemm", tried(0.0))
    assert not any("Infinitely fast" in each for each in found.sentences)
