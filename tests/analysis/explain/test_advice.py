"""Advice is given only where its gain was measured."""

import textwrap
from typing import Any

import msgspec
import numpy as np
import pytest

from profiler_suite.analysis.explain import advice, attempts, rewriting
from profiler_suite.analysis.explain.attempts import Attempt
from profiler_suite.analysis.explain.rewrites import call_rewrites
from profiler_suite.analysis.explain.rules.observed import Finding
from profiler_suite.measure.explain.records import (
    FunctionRecord,
    SourceText,
    Trial,
    TrialResult,
)
from profiler_suite.model.rows import Visit
from profiler_suite.model.trial import TrialKind
from tests.fake_rows import breakdown_record
from tests.own_source import X

FLOORS = {"ufunc": 40e-6}


def visits(time_s: float) -> tuple[Visit, ...]:
    return tuple(
        Visit(
            point="",
            at_s=float(i),
            sample_times_s=(time_s * (1 + 0.001 * (i % 5)),),
            canaries_s={"ufunc": (40e-6, 40e-6)},
            minor_faults=0.0,
        )
        for i in range(40)
    )


def explained(text: str) -> FunctionRecord:
    from profiler_suite.measure.trace import trace

    namespace: dict[str, Any] = {"np": np}
    text = textwrap.dedent(text).strip("\n") + "\n"
    exec(compile(text, "own.py", "exec"), namespace)
    _, counts = trace(namespace["f"], (X,))
    breakdown = breakdown_record("f", calls=counts.calls, flop=counts.flop)
    return FunctionRecord(
        name="own.py:f",
        setup="",
        file="own.py",
        line=1,
        threads=1,
        arguments=("x float64 (6, 4)",),
        result="float64 number",
        argument_bytes=0.0,
        result_bytes=0.0,
        cold_s=1e-3,
        evaluations=1,
        visits=visits(1e-3),
        own_baselines_s=FLOORS,
        empty_call_s=1e-8,
        breakdown_record=breakdown,
        operations=(),
        bytes_written=0.0,
        flop_by_dtype={},
        product_flop=0.0,
        lines=(),
        sources=(SourceText(file="own.py", function="f", first_line=1, text=text),),
    )


@pytest.fixture
def einsum() -> tuple[FunctionRecord, Trial]:
    found = explained("def f(x):\n    return np.einsum('ij,kj->ik', x, x)\n")
    own = rewriting.parsed(found.sources[0])
    assert own is not None
    rewrite = call_rewrites.optimised_einsum(own, {2})
    assert rewrite is not None
    return found, Trial(kind=TrialKind.REWRITE, rewrites=(rewrite,))


def judge(found: FunctionRecord, tried: TrialResult) -> tuple[advice.Advice, ...]:
    finding = Finding(title="let it", evidence="none", trial=tried.trial, rule="einsum")
    return advice.judged(found, (Attempt(finding=finding, tried=tried),), FLOORS)


@pytest.mark.parametrize(("after_s", "kept"), [(0.99e-3, False), (0.9e-3, True)])
def test_what_gains_together_hardly_more_than_one_alone_is_left_out(
    einsum: tuple[FunctionRecord, Trial], after_s: float, kept: bool
) -> None:
    found, trial = einsum
    times_s = {"einsum": 1e-3, attempts.TOGETHER: after_s}
    done = [
        Attempt(
            finding=Finding(title=rule, evidence="none", trial=trial, rule=rule),
            tried=TrialResult(trial=trial, before=visits(2e-3), after=visits(time_s)),
        )
        for rule, time_s in times_s.items()
    ]
    given = advice.judged(found, done, FLOORS)
    assert [each.kind for each in given] == [attempts.TOGETHER] * kept + ["einsum"]


def test_of_a_large_gain_what_adds_less_than_is_known_of_it_is_left_out(
    einsum: tuple[FunctionRecord, Trial],
) -> None:
    found, trial = einsum
    uneven = (*visits(0.9e-5), *visits(1.3e-5))
    after = {"einsum": visits(1e-5), attempts.TOGETHER: uneven}
    done = [
        Attempt(
            finding=Finding(title=rule, evidence="none", trial=trial, rule=rule),
            tried=TrialResult(trial=trial, before=visits(2e-3) * 2, after=times),
        )
        for rule, times in after.items()
    ]
    given = advice.judged(found, done, FLOORS)
    assert [each.kind for each in given] == ["einsum"]


def test_a_measured_gain_becomes_advice(einsum: tuple[FunctionRecord, Trial]) -> None:
    found, trial = einsum
    (given,) = judge(found, TrialResult(trial=trial, before=visits(2e-3), after=visits(1e-3)))
    assert given.ratio == pytest.approx(2.0, rel=0.01)
    assert given.low < 2 < given.high
    assert "optimize=True" in given.lines[0][2]


@pytest.mark.parametrize("after_s", [1.99e-3, 2.0e-3, 3e-3])
def test_no_gain_is_no_advice(einsum: tuple[FunctionRecord, Trial], after_s: float) -> None:
    found, trial = einsum
    assert not judge(
        found, TrialResult(trial=trial, before=visits(2e-3), after=visits(after_s))
    )


def test_another_answer_is_no_advice(einsum: tuple[FunctionRecord, Trial]) -> None:
    found, trial = einsum
    tried = TrialResult(trial=trial, before=visits(2e-3), after=visits(1e-3), same=False)
    assert not judge(found, tried)


def test_what_is_made_for_the_sizes_at_hand_says_so(
    einsum: tuple[FunctionRecord, Trial],
) -> None:
    found, trial = einsum
    own = msgspec.structs.replace(trial, one_size=True)
    (given,) = judge(found, TrialResult(trial=own, before=visits(2e-3), after=visits(1e-3)))
    assert "for arrays of these sizes only" in given.caveats


def test_what_runs_as_array_expressions_needs_no_compiler(
    einsum: tuple[FunctionRecord, Trial],
) -> None:
    found, trial = einsum
    lifted = TrialResult(trial=trial, before=visits(2e-3), after=visits(1e-3))
    kept = TrialResult(
        trial=Trial(kind=TrialKind.COMPILED), before=(), after=(), same=False, reason="no Numba"
    )

    def attempt(family: str, tried: TrialResult, **fields: bool) -> Attempt:
        finding = Finding(
            title="t", evidence="e", trial=tried.trial, rule=family, family=family, **fields
        )
        return Attempt(finding=finding, tried=tried)

    hint = attempt("not_for_arrays", kept, hint=True, stands=True)
    (alone,) = advice.judged(found, (hint,), FLOORS)
    assert alone.hint
    assert "no Numba" in alone.caveats[0]
    both = advice.judged(found, (hint, attempt("loops", lifted)), FLOORS)
    assert [each.kind for each in both] == ["loops"]
    little = attempt("dtype", lifted)
    assert [each.kind for each in advice.judged(found, (hint, little), FLOORS)] == [
        "dtype",
        "not_for_arrays",
    ]
    much = attempt("dtype", TrialResult(trial=trial, before=visits(2e-3), after=visits(2.5e-4)))
    assert [each.kind for each in advice.judged(found, (hint, much), FLOORS)] == ["dtype"]


def a_way(source: str, ratio: float, spread: float = 1.02) -> advice.Advice:
    return advice.Advice(
        kind="r",
        title="",
        evidence="",
        estimated_share=1.0,
        ratio=ratio,
        low=ratio / spread,
        high=ratio * spread,
        measured_on="function",
        source=source,
    )


def test_of_ways_that_gain_alike_the_one_of_fewest_lines_is_given() -> None:
    few, many = "a_long_name = another_long_name\n", "a\nb\nc\n"
    assert advice._is_better(a_way(few, 100.0), a_way(many, 110.0))
    assert not advice._is_better(a_way(many, 110.0), a_way(few, 100.0))
    assert advice._is_better(a_way(many, 200.0), a_way(few, 100.0))
    assert advice._is_better(a_way("a\nb\n", 100.0), a_way("aa\nb\n", 101.0))


@pytest.mark.parametrize(("ratio", "is_better"), [(144.0, True), (30.0, False)])
def test_a_wide_interval_does_not_hide_what_gains_many_times_more(
    ratio: float, is_better: bool
) -> None:
    """8 (2 to 32) beside 144 (36 to 576) or 30 (7.5 to 120): the intervals of both overlap."""
    few, many = "a\n", "a\nb\nc\n"
    assert advice._is_better(a_way(many, ratio, 4.0), a_way(few, 8.0, 4.0)) is is_better
    assert advice._is_better(a_way(few, 8.0, 4.0), a_way(many, ratio, 4.0)) is not is_better
