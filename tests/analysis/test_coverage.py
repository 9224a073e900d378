"""Intervals hold the truth on machines whose truth is known: quiet, disturbed, contended."""

from typing import NamedTuple

import pytest

from profiler_suite.analysis import correction, statistics
from profiler_suite.analysis.correction import Exponent
from tests.simulated_machine import Code, Measured, SimulatedMachine, sweep

# A loop that lasts several time slices, code of its kind, and products that hardly follow.
CODES = {
    "loop": Code(14e-3, 0.75),
    "short": Code(2e-3, 0.68),
    "other": Code(0.7e-3, 0.80),
    "dot": Code(0.3e-3, 0.15),
    "gemm": Code(1e-3, 0.10),
}
KINDS = (("loop", "short", "other"), ("dot", "gemm"))
TRUE_RATIO = CODES["loop"].time_s / CODES["dot"].time_s
QUIET, BUSY, LOADED = (0.1, False), (0.85, False), (0.85, True)


class Tally(NamedTuple):
    times: list[bool]
    """Whether the interval of a time holds it."""
    ratios: list[bool]
    agree: list[bool]
    """Whether the interval of a ratio holds the quotient of the two times."""
    halves: list[float]
    loop: list[float]
    """Its time over the truth."""


def exponents(measured: Measured) -> dict[str, Exponent]:
    found: dict[str, Exponent] = {}
    for kind in KINDS:
        series = [(measured.of(name)[0], measured.baselines) for name in kind]
        found |= dict.fromkeys(kind, correction.learn(series))
    return found


def judged(machines: int, state: tuple[float, bool], pause_s: float) -> Tally:
    tally = Tally([], [], [], [], [])
    for seed in range(machines):
        measured = sweep(SimulatedMachine(seed, *state), CODES, pause_s=lambda: pause_s)
        learned = exponents(measured)
        times_s = {}
        for name, code in CODES.items():
            visits, workers = measured.of(name)
            found = statistics.estimate(
                visits, workers, measured.baselines, exponent=learned[name]
            )
            times_s[name] = found.time_s
            tally.times.append(found.low_s <= code.time_s <= found.high_s)
            tally.halves.append(found.half_width)
        ratio = statistics.paired_ratio(
            measured.visits["loop"],
            measured.visits["dot"],
            measured.baselines,
            exponents=(learned["loop"], learned["dot"]),
            worker_of=measured.worker_of,
            processes=statistics.UNLIKE_CODE,
        )
        assert ratio is not None
        tally.ratios.append(ratio.low <= TRUE_RATIO <= ratio.high)
        tally.agree.append(ratio.low <= times_s["loop"] / times_s["dot"] <= ratio.high)
        tally.loop.append(times_s["loop"] / CODES["loop"].time_s)
    return tally


def share(answers: list[bool]) -> float:
    return sum(answers) / len(answers)


@pytest.mark.parametrize("state", [QUIET, BUSY, LOADED], ids=["quiet", "busy", "loaded"])
def test_intervals_hold_the_truth(state: tuple[float, bool]) -> None:
    found = judged(20, state, pause_s=0.3)
    assert share(found.times) >= 0.90
    assert share(found.ratios) >= 0.85
    assert share(found.agree) >= 0.90
    assert all(abs(off - 1) < 0.1 for off in found.loop)
    assert sorted(found.halves)[len(found.halves) // 2] < 0.04


@pytest.mark.slow
@pytest.mark.parametrize("pause_s", [0.3, 2.0], ids=["quick rounds", "slow rounds"])
@pytest.mark.parametrize("state", [QUIET, BUSY, LOADED], ids=["quiet", "busy", "loaded"])
def test_coverage_is_what_it_says(state: tuple[float, bool], pause_s: float) -> None:
    found = judged(200, state, pause_s)
    assert 0.90 <= share(found.times) <= 0.995
    assert 0.90 <= share(found.ratios) <= 0.995
    assert share(found.agree) >= 0.95
    assert sorted(found.halves)[len(found.halves) // 2] < 0.04
