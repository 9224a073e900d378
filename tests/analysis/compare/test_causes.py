"""How much of the difference between two runs each cause makes."""

import math
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.compare import causes as judging
from profiler_suite.analysis.compare.candidates import Candidate, Candidates
from profiler_suite.analysis.compare.causes import Causes, chosen_points, waited
from profiler_suite.analysis.run.load import Run, load
from profiler_suite.measure.intervene.side_setting import SideSetting
from profiler_suite.measure.intervene.sides import SideVisits
from profiler_suite.model.rows import Visit
from tests.fake_folder import made_points, time_of, write_run

BASE_S = 41e-6


@pytest.fixture
def first(tmp_path: Path) -> Run:
    return load(write_run(tmp_path / "a", seed=1))


def slowed(tmp_path: Path, factor: float, **fields: Any) -> Run:
    """Another run in which `taps` took that many times as long."""
    return load(
        write_run(
            tmp_path / f"b{factor}{len(fields)}",
            lambda point: factor if point.implementation == "taps" else 1.0,
            seed=2,
            **fields,
        )
    )


def side(factor: float, *, slow: float = 1.0, seed: int = 0, lost: float = 0.0) -> SideVisits:
    """What four processes gave in which every point took that many times as long."""
    rng = random.Random(seed)
    found = []
    for _ in range(4):
        process: dict[str, tuple[Visit, ...]] = {}
        for point in made_points():
            process[point.id] = tuple(
                _visit(time_of(point) * factor * math.exp(rng.gauss(0, 0.004)), slow, lost)
                for _ in range(8)
            )
        found.append(process)
    return SideVisits(processes=tuple(found))


def _visit(time_s: float, slow: float, lost: float) -> Visit:
    return Visit(
        point="",
        at_s=0.0,
        sample_times_s=(time_s, time_s, time_s * (1 + lost)),
        canaries_s={"ufunc": (BASE_S * slow, BASE_S * slow)},
        minor_faults=0.0,
        lost_s=(0.0, 0.0, time_s * lost),
    )


def candidate(name: str, threads: int = 0, reason: str = "") -> Candidate:
    quota = 0.5 if name == "quota" else 0.0
    setting = None if reason else SideSetting(threads=threads, quota_cores=quota)
    return Candidate(name=name, before="x", after="y", setting=setting, reason=reason)


def found_causes(
    runs: tuple[Run, Run], tried: list[tuple[str, SideVisits]], *more: SideVisits
) -> Causes:
    points = chosen_points(*runs)
    assert points
    each = tuple(candidate(name, number + 1) for number, (name, _) in enumerate(tried))
    out = candidate("governor", reason="it is the administrator's to change")
    sides = [side(1.0, seed=9), *(visits for _, visits in tried), *more]
    return judging.causes(
        runs, points, Candidates(base=SideSetting(), each=(*each, out)), sides
    )


def test_points_that_differ_most_in_one_direction_are_chosen(
    first: Run, tmp_path: Path
) -> None:
    other = slowed(tmp_path, 1.5)
    chosen = chosen_points(first, other)
    assert {p.implementation for p in chosen} == {"taps"}
    assert chosen_points(first, load(write_run(tmp_path / "again", seed=5))) == ()


def test_the_cause_of_most_of_it_is_first(first: Run, tmp_path: Path) -> None:
    other = slowed(tmp_path, 2.0)
    found = found_causes(
        (first, other),
        [("values", side(1.0, seed=1)), ("kernels", side(1.9, seed=2)), ("pages", side(1.06))],
        side(2.0, seed=3),
    )
    assert found.observed == pytest.approx(2.0, rel=0.01)
    assert [e.cause.name for e in found.effects[:2]] == ["kernels", "pages"]
    kernels = found.effects[0]
    assert kernels.counts
    assert kernels.share == pytest.approx(math.log(1.9) / math.log(2), rel=0.03)
    assert not next(e for e in found.effects if e.cause.name == "values").counts
    assert found.together_share == pytest.approx(1.0, abs=0.03)
    assert found.effects[-1].cause.name == "governor"
    assert found.effects[-1].ratio is None


def test_a_faster_second_run_has_causes_as_well(first: Run, tmp_path: Path) -> None:
    other = slowed(tmp_path, 0.5)
    found = found_causes((first, other), [("threads", side(0.52)), ("seed", side(1.0))])
    assert found.effects[0].cause.name == "threads"
    assert 0.9 < found.effects[0].share < 1.0


def test_what_works_against_the_difference_is_below_nothing_and_not_first(
    first: Run, tmp_path: Path
) -> None:
    other = slowed(tmp_path, 1.5)
    found = found_causes((first, other), [("against", side(0.8)), ("for", side(1.8))])
    assert [e.cause.name for e in found.effects[:2]] == ["for", "against"]
    assert found.effects[1].share < 0


def test_other_programs_are_seen_by_the_reference_workload(first: Run, tmp_path: Path) -> None:
    other = slowed(tmp_path, 1.6, baseline_s=1.6 * BASE_S)
    found = found_causes((first, other), [("values", side(1.0, seed=4))])
    assert found.effects[0].cause.name == judging.OTHER_PROGRAMS
    assert found.effects[0].share == pytest.approx(1.0, abs=0.1)


def test_what_a_cause_does_to_the_reference_workload_is_not_laid_to_other_programs(
    first: Run, tmp_path: Path
) -> None:
    other = slowed(tmp_path, 1.6, baseline_s=1.6 * BASE_S)
    found = found_causes((first, other), [("SIMD", side(1.58, slow=1.6))])
    assert found.effects[0].cause.name == "SIMD"
    others = next(e for e in found.effects if e.cause.name == judging.OTHER_PROGRAMS)
    assert not others.counts


def test_waits_for_a_core_count_as_time(first: Run, tmp_path: Path) -> None:
    assert waited([_visit(1.0, 1.0, 3.0)]) == pytest.approx(2.0)
    assert waited([_visit(1.0, 1.0, 0.0)]) == 1.0
    other = slowed(tmp_path, 2.0)
    found = found_causes((first, other), [("quota", side(1.0, lost=3.0)), ("x", side(1.0))])
    assert found.effects[0].cause.name == "quota"
    assert found.effects[0].share == pytest.approx(1.0, abs=0.05)


def test_waits_are_laid_only_to_what_takes_processor_time(first: Run, tmp_path: Path) -> None:
    other = slowed(tmp_path, 2.0)
    found = found_causes((first, other), [("kernels", side(1.0, lost=3.0)), ("x", side(1.0))])
    assert not next(e for e in found.effects if e.cause.name == "kernels").counts


def test_a_side_that_failed_has_its_reason(first: Run, tmp_path: Path) -> None:
    other = slowed(tmp_path, 2.0)
    found = found_causes(
        (first, other),
        [("kernels", SideVisits(reason="its process was killed by SIGILL")), ("x", side(1.0))],
    )
    effect = next(e for e in found.effects if e.cause.name == "kernels")
    assert effect.ratio is None
    assert "SIGILL" in effect.reason


def test_long_evaluations_are_left_out(first: Run, tmp_path: Path) -> None:
    long = [msgspec.structs.replace(p, predicted_s=5.0) for p in made_points()]
    assert long
    other = load(write_run(tmp_path / "long", lambda point: 1e6, seed=4))
    assert chosen_points(first, other) == ()
