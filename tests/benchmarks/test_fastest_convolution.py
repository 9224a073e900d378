"""What the benchmark of convolutions makes of the times it took."""

import math

import pytest

from profiler_suite.model.workload import Implementation
from profiler_suite.workloads import convolution
from tests.benchmarks import fastest_convolution as benchmark
from tests.benchmarks.fastest_convolution import Candidate

PROBLEM = convolution.problem(
    height=8, width=8, channels=2, filters=2, filter_height=3, filter_width=3
)


def candidate(
    name: str, family: str, times: list[float], error: float = 1.0, prepare_s: float = 0.0
) -> Candidate:
    found = Implementation(
        name=name, workload="convolution", family=family, function=lambda: None
    )
    made = Candidate(found, lambda: None, prepare_s, 1, False, error)
    made.rounds_s = times
    return made


def test_the_interval_holds_the_median_of_most_samples() -> None:
    middle, low, high = benchmark.interval([2.0, 4.0, 6.0] * 7, [1.0, 2.0, 3.0] * 7)
    assert middle == low == high == 2.0
    middle, low, high = benchmark.interval([float(k) for k in range(1, 22)], [1.0] * 21)
    # The sixth and the sixteenth of 21: P(fewer than six heads of 21 coins) is 1.3 %.
    assert (middle, low, high) == (11.0, 6.0, 16.0)
    outside = sum(math.comb(21, k) for k in range(6)) / 2**21
    assert outside <= 0.025 < outside + math.comb(21, 6) / 2**21


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_few_rounds_give_all_of_their_range(rounds: int) -> None:
    times = [float(k) for k in range(1, rounds + 1)]
    assert benchmark.interval(times, [1.0] * rounds)[1:] == (1.0, float(rounds))


def test_what_is_far_from_the_fastest_of_its_side_is_left_out_but_not_the_most_exact() -> None:
    made = [
        candidate("fast", "winograd", [1.0, 1.0], error=9.0),
        candidate("near", "winograd", [1.5, 1.5], error=8.0),
        candidate("far", "winograd", [9.0, 9.0], error=7.0),
        candidate("exact", "gemm", [9.0, 9.0], error=1.0),
        candidate("theirs", "peer", [5.0, 5.0]),
        candidate("slow", "peer", [50.0, 50.0], error=2.0),
    ]
    kept = {each.name for each in benchmark.near(made)}
    assert kept == {"fast", "near", "exact", "theirs"}


def test_ours_is_the_fastest_that_is_exact_enough() -> None:
    rounds = benchmark.LEAST_ROUNDS
    coarse = candidate("coarse", "winograd", [1.0] * rounds, error=2.5)
    fine = candidate("fine", "winograd", [2.0] * rounds, error=1.9, prepare_s=0.5)
    direct = candidate("direct", "gemm", [4.0] * rounds, error=1.0, prepare_s=0.1)
    theirs = candidate("theirs", "peer", [3.0] * rounds)
    row = benchmark.compared(PROBLEM, [coarse, fine, direct, theirs])
    assert (row.ours, row.rival, row.ratio) == (fine, theirs, (1.5, 1.5, 1.5))
    assert benchmark.pays_after(row) == "1"
    alone = benchmark.compared(PROBLEM, [coarse, direct])
    assert (alone.ours, alone.rival) == (coarse, None)


@pytest.mark.parametrize(
    ("prepare_s", "own_s", "calls"), [(0.5, 3.9, "4"), (0.0, 3.9, "1"), (0.5, 4.0, "–")]
)
def test_preparing_pays_when_its_time_has_been_saved(
    prepare_s: float, own_s: float, calls: str
) -> None:
    own = candidate("own", "winograd", [own_s] * 6, prepare_s=prepare_s)
    direct = candidate("direct", "gemm", [4.0] * 6, prepare_s=0.1)
    row = benchmark.Row(PROBLEM, own, None, (0.0, 0.0, 0.0), direct)
    assert benchmark.pays_after(row) == calls
