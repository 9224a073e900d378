"""Native samples as a speedscope document, and what is asked of a pass."""

import json
from collections.abc import Callable

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.native import sampler
from profiler_suite.measure.native.sampler import available, to_speedscope
from profiler_suite.model.native import NativeSamples, NativeWeight


def samples(*weights: NativeWeight) -> NativeSamples:
    return NativeSamples(
        frequency_hz=1000.0,
        wall_s=1.0,
        cpu_s=1.0,
        evaluations=10,
        samples=sum(each.samples for each in weights),
        lost=0,
        slept_s=0.0,
        unseen=0.0,
        threads=1,
        threads_refused=0,
        kernel_included=False,
        kernel_symbols=False,
        weights=weights,
        other_weights=(),
    )


def weight(entry: str, library: str, symbol: str, count: int) -> NativeWeight:
    return NativeWeight(entry=entry, library=library, symbol=symbol, samples=count)


def test_each_symbol_is_a_stack_and_weights_are_seconds_of_one_evaluation() -> None:
    found = to_speedscope(
        samples(weight("blas", "openblas", "dgemm", 30), weight("blas", "openblas", "", 10)),
        "ünusual <name>",
    )
    names = [each["name"] for each in found["shared"]["frames"]]
    assert names == [
        *("blas", "blas · openblas", "dgemm (openblas)"),
        "(no symbol) (openblas)",
    ]
    (profile,) = found["profiles"]
    assert profile["samples"] == [[0, 1, 2], [0, 1, 3]]
    assert profile["weights"] == pytest.approx([3e-3, 1e-3])
    assert profile["endValue"] == pytest.approx(4e-3)
    assert json.loads(json.dumps(found))["name"] == "ünusual <name>"


def test_no_samples_are_an_empty_profile() -> None:
    (profile,) = to_speedscope(samples(), "f")["profiles"]
    assert (profile["samples"], profile["endValue"]) == ([], 0)


@pytest.mark.parametrize(
    ("seconds", "frequency_hz", "said"),
    [
        (0.1, 5.0, "cannot sample 5 times a second; take 10 to 20,000"),
        (0.1, 1e6, "cannot sample 1e\\+06 times a second"),
        (0.0, 1000.0, "cannot sample for 0 s; take 0.1 s or more"),
        (-1.0, 1000.0, "cannot sample for -1 s"),
    ],
)
def test_what_cannot_be_sampled_is_said_before_anything_runs(
    seconds: float, frequency_hz: float, said: str
) -> None:
    def never() -> None:
        raise AssertionError("called")

    with pytest.raises(UsageError, match=said):
        sampler.sample(never, (), seconds, frequency_hz)


def test_where_the_kernel_refuses_the_reason_is_one_sentence() -> None:
    def refuse(_thread: int, _period_ns: int, _kernel: bool) -> int:
        raise PermissionError(13, "Permission denied")

    opener: Callable[[int, int, bool], int] = refuse
    reason = available(opener)
    assert reason
    assert "\n" not in reason
