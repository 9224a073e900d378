"""Two runs, one verdict: what is called different, what is not, and what is not judged."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.compare import environment, runs, verdicts
from profiler_suite.analysis.compare.changes import Change, Comparison
from profiler_suite.analysis.compare.verdicts import ChangeEvidence
from profiler_suite.analysis.run.history import history_of
from profiler_suite.analysis.run.load import Run
from profiler_suite.errors import UsageError
from profiler_suite.model.machine import MachineFacts
from profiler_suite.model.results import Verdict
from profiler_suite.model.rows import RoundRecord
from profiler_suite.report.content import comparison_tables as text
from profiler_suite.report.formats import comparison_document
from profiler_suite.report.terminal import comparison
from profiler_suite.report.terminal.console import cell_len
from tests.fake_run import HOSTILE, make_run

_SCALED = ["time_s", "low_s", "high_s", "minimum_s", "raw_median_s", "p95_s"]


def changed(
    run: Run, factors: Callable[[pd.Series], float], name: str = "second", seed: int = 11
) -> Run:
    """The run measured again, its points by these factors slower, with a little noise."""
    noise = np.random.default_rng(seed)
    points = run.points.copy()
    by: pd.Series[float] = points.apply(factors, axis=1) * np.exp(
        noise.normal(0, 0.006, len(points))
    )
    for column in _SCALED:
        points[column] *= by
    return dataclasses.replace(run, folder=Path("reports") / name, points=points)


def same(row: pd.Series) -> float:
    return 1.0


def of(found: Comparison, start: str) -> Change:
    return next(c for c in found.changes if c.id.startswith(start))


@pytest.fixture(scope="module")
def run() -> Run:
    return make_run()


def with_facts(run: Run, **facts: object) -> Run:
    machine = run.provenance.machine
    changed_facts: MachineFacts = msgspec.structs.replace(machine.facts, **facts)
    machine = msgspec.structs.replace(machine, facts=changed_facts, fingerprint=str(facts))
    provenance = msgspec.structs.replace(run.provenance, machine=machine)
    return dataclasses.replace(run, folder=Path("reports/second"), provenance=provenance)


def evidence(
    ratio: float, half: float, *, minima: float = 0.0, limit: float = 0.03
) -> ChangeEvidence:
    return ChangeEvidence(
        ratio=ratio,
        low=ratio * math.exp(-half),
        high=ratio * math.exp(half),
        minima=minima or ratio,
        threshold=limit,
    )


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (evidence(1.10, 0.03), Verdict.SLOWER),
        (evidence(0.90, 0.03), Verdict.FASTER),
        (evidence(1.01, 0.03), Verdict.SAME),
        (evidence(1.02, 0.005), Verdict.SAME),  # surely 2 %, and 2 % is noise
        (evidence(1.10, 0.03, minima=1.01), Verdict.UNKNOWN),
        (evidence(1.06, 0.04), Verdict.UNKNOWN),  # something, but not surely beyond noise
        (evidence(1.00, 0.30), Verdict.UNKNOWN),  # says nothing
        (evidence(1.08, 0.03, limit=0.12), Verdict.SAME),  # beyond the caches
    ],
)
def test_a_verdict_takes_an_interval_beyond_the_noise_and_minima_that_agree(
    seen: ChangeEvidence, verdict: Verdict
) -> None:
    found, reason = verdicts.judge(seen)
    assert found is verdict
    assert bool(reason) is (verdict is Verdict.UNKNOWN)


def test_the_same_code_measured_again_is_the_same(run: Run) -> None:
    found = runs.compare(run, changed(run, same))
    tally = found.tally()
    assert tally[Verdict.SAME] > 150
    assert tally[Verdict.SLOWER] == tally[Verdict.FASTER] == 0
    assert not found.regressions(0.0)
    assert "as fast as" in text.headline(found)
    assert all(f.verdict is Verdict.SAME for f in found.families)


def test_a_slower_implementation_is_found_and_named(run: Run) -> None:
    slower = changed(run, lambda row: 1.1 if row["implementation"] == "taps" else 1.0)
    found = runs.compare(run, slower)
    hit = [c for c in found.changes if c.verdict is Verdict.SLOWER]
    assert len(hit) > 20
    assert {c.implementation for c in hit} == {"taps"}
    worst = found.regressions(0.05)
    assert worst
    assert {c.implementation for c in worst} == {"taps"}
    assert [c.ratio for c in worst] == sorted((c.ratio for c in worst), reverse=True)
    assert "(taps on " in text.headline(found)
    (taps,) = [g for g in found.implementations if g.name == "taps"]
    assert taps.verdict is Verdict.SLOWER
    assert taps.low < 1.1 < taps.high
    assert not found.regressions(0.5)


def test_faster_is_no_regression(run: Run) -> None:
    found = runs.compare(run, changed(run, lambda row: 0.8))
    assert found.tally()[Verdict.FASTER] > 150
    assert not found.regressions(0.0)


def test_a_single_small_difference_among_many_points_may_be_chance(run: Run) -> None:
    name = "stride/loop_pixels/64x64x3-f16-3x3-s2"
    worse = changed(run, lambda row: 1.065 if row["id"].startswith(name) else 1.0)
    found = runs.compare(run, worse)
    one = of(found, name)
    assert one.verdict is Verdict.UNKNOWN
    assert one.reason == "slower, or chance among so many points"
    assert not found.regressions(0.0)
    # Alone, the same evidence is enough.
    alone = runs.compare(run, only(worse, name))
    assert of(alone, name).verdict is Verdict.SLOWER


def only(run: Run, start: str) -> Run:
    points = tuple(p for p in run.provenance.points if p.id.startswith(start))
    provenance = msgspec.structs.replace(run.provenance, points=points)
    return dataclasses.replace(run, provenance=provenance)


def test_adjusted_probabilities_keep_their_order_and_end_at_one() -> None:
    adjusted = verdicts.holm([0.01, 0.04, 0.03, 0.9, math.nan])
    assert adjusted == pytest.approx([0.04, 0.09, 0.09, 0.9, 1.0])
    assert verdicts.holm([]) == []


def test_the_threshold_of_a_point_is_what_its_own_processes_differ_by(run: Run) -> None:
    name = next(p.id for p in run.provenance.points if p.implementation == "taps")
    visits, baselines = run.history.visits[name], run.history.baselines
    workers = run.history.worker_of[name]
    assert runs.threshold([(visits, workers, baselines)]) == runs.LEAST_THRESHOLD
    apart = [
        msgspec.structs.replace(
            v, sample_times_s=tuple(t * (1.06 if n else 1.0) for t in v.sample_times_s)
        )
        for v, n in zip(visits, workers, strict=True)
    ]
    assert runs.threshold([(apart, workers, baselines)]) == pytest.approx(0.09, abs=0.02)
    beyond = [
        msgspec.structs.replace(v, canaries_s={**v.canaries_s, "memory": (1e-3, 1e-3)})
        for v in visits
    ]
    found = runs.threshold([(beyond, workers, baselines)])
    assert found == runs.MEMORY_THRESHOLD


def test_what_has_no_time_on_one_side_cannot_be_told(run: Run) -> None:
    found = runs.compare(run, changed(run, same))
    crashed = of(found, "input_size/fft")
    assert crashed.verdict is Verdict.UNKNOWN
    assert "crashed in the first run" in crashed.reason
    assert crashed.ratio == 0


def test_flagged_points_cannot_be_told_and_say_why(run: Run) -> None:
    found = runs.compare(run, changed(run, lambda row: 1.3))
    contended = [c for c in found.changes if "contended" in c.reason]
    assert contended
    assert all(c.verdict is Verdict.UNKNOWN for c in contended)


def test_another_machine_allows_no_verdict(run: Run) -> None:
    other = with_facts(changed(run, lambda row: 1.5), cpu="Imaginary CPU 10000")
    found = runs.compare(run, other)
    assert {c.verdict for c in found.changes} == {Verdict.UNKNOWN}
    assert "different machines" in found.obstacles[0]
    assert not found.regressions(0.0)
    assert ("CPU", "Imaginary CPU 9000", "Imaginary CPU 10000") in {
        (d.name, d.before, d.after) for d in found.differences
    }


def test_another_numpy_is_named_and_may_be_judged(run: Run) -> None:
    found = runs.compare(run, with_facts(changed(run, lambda row: 1.2), numpy="2.5.0"))
    assert not found.obstacles
    assert [d.name for d in found.differences] == ["NumPy"]
    assert found.tally()[Verdict.SLOWER] > 150


def test_a_machine_that_was_slower_allows_no_verdict(run: Run) -> None:
    history = run.history
    slow = dataclasses.replace(
        history, own_baselines={"ufunc": history.own_baselines["ufunc"] * 1.07}
    )
    second = dataclasses.replace(changed(run, lambda row: 1.2), history=slow)
    found = runs.compare(run, second)
    assert "7.0 % slower during the second run" in found.obstacles[0]
    assert {c.verdict for c in found.changes} == {Verdict.UNKNOWN}
    assert "slower during the first run" in runs.compare(second, run).obstacles[0]


def test_environment_variables_and_versions_are_differences(run: Run) -> None:
    origin = run.provenance
    other = msgspec.structs.replace(
        origin,
        git="def5678",
        suite_version="9.9",
        environment={"OMP_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "1"},
    )
    found = {d.name: (d.before, d.after) for d in environment.differences(origin, other)}
    assert found == {
        "OMP_NUM_THREADS": ("1", "2"),
        "MALLOC_ARENA_MAX": ("not set", "1"),
        "git": ("abc1234 (clean)", "def5678"),
        "profiler_suite": ("0.1.0", "9.9"),
    }


def test_points_of_one_run_only_are_named_and_runs_without_any_are_refused(run: Run) -> None:
    points = run.provenance.points
    first = dataclasses.replace(
        run, provenance=msgspec.structs.replace(run.provenance, points=points[:20])
    )
    found = runs.compare(first, changed(run, same))
    assert any(w.startswith("Only in the second run: ") for w in found.warnings)
    nothing = dataclasses.replace(
        run,
        folder=Path("reports/nothing"),
        provenance=msgspec.structs.replace(run.provenance, points=()),
    )
    with pytest.raises(UsageError, match="no point in common"):
        runs.compare(nothing, run)


def test_a_point_that_became_another_problem_is_left_out(run: Run) -> None:
    points = run.provenance.points
    other = msgspec.structs.replace(
        points[0], problem=msgspec.structs.replace(points[0].problem, layout="F")
    )
    second = dataclasses.replace(
        run,
        folder=Path("reports/second"),
        provenance=msgspec.structs.replace(run.provenance, points=(other, *points[1:])),
    )
    found = runs.compare(run, second)
    assert points[0].id not in {c.id for c in found.changes}
    assert any("a different problem" in w for w in found.warnings)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("factor", [1.0, 1.2])
def test_the_comparison_fits_the_terminal_and_shows_no_control_character(
    run: Run, width: int, factor: float
) -> None:
    second = with_facts(changed(run, lambda row: factor), numpy="2.5.0", host="evil\x1b[31m")
    for everything in (False, True):
        shown = comparison.screen(
            runs.compare(run, second), width, False, everything=everything
        )
        assert max(cell_len(line) for line in shown.splitlines()) <= width
        assert "\x1b" not in shown
        assert "What else differs" in shown


def test_markdown_and_json_hold_the_same_and_no_raw_html(run: Run) -> None:
    second = with_facts(changed(run, lambda row: 1.2), numpy="2.5.0")
    found = runs.compare(run, second)
    assert HOSTILE not in comparison_document.markdown(found)
    assert "| NumPy | 2.4.6 | 2.5.0 |" in comparison_document.markdown(found)
    failed = found.regressions(0.05)
    plain = msgspec.json.decode(
        msgspec.json.encode(comparison_document.document(found, failed))
    )
    assert plain["regressions"] == [c.id for c in failed]
    assert plain["verdicts"]["slower"] == found.tally()[Verdict.SLOWER]
    by_id: Mapping[str, dict[str, object]] = {p["id"]: p for p in plain["points"]}
    crashed = next(p for name, p in by_id.items() if name.startswith("input_size/fft"))
    assert crashed["ratio"] is None
    assert crashed["verdict"] == "could not be judged"


def test_rounds_of_a_run_give_its_workers(run: Run) -> None:
    rows = [RoundRecord(round=n, worker=n % 2, visits=()) for n in range(4)]
    assert runs.between_workers([], [], history_of(rows, 0, {}).baselines) == []


@pytest.mark.parametrize("common", [0.0, 0.3, math.inf])
def test_a_family_of_one_point_has_the_interval_of_its_point(run: Run, common: float) -> None:
    """What all points share is in the point's own interval, or is unknown of both alike."""
    found = runs.compare(run, changed(run, same))
    usable = [c for c in found.changes if c.usable]
    one = verdicts.group_of("one", usable[:1], common)
    assert (one.ratio, one.low, one.high) == (usable[0].ratio, usable[0].low, usable[0].high)
    assert (one.points, one.p, one.verdict) == (1, usable[0].p, usable[0].verdict)
    unusable = msgspec.structs.replace(usable[1], usable=False)
    assert verdicts.group_of("one", [usable[0], unusable], common) == one
    slower = [msgspec.structs.replace(c, ratio=1.2, low=1.1, high=1.3) for c in usable[:4]]
    for several in (usable[:4], slower):
        wide = verdicts.group_of("several", several, common)
        assert wide.low <= wide.ratio * math.exp(-common)
        assert wide.high >= wide.ratio * math.exp(common)


def test_one_point_that_is_slower_is_not_borne_out_by_itself(run: Run) -> None:
    """A family of one must not pass what its point among so many did not."""
    found = runs.compare(run, changed(run, same))
    doubtful = msgspec.structs.replace(
        found.changes[0], verdict=Verdict.SLOWER, p=0.02, implementation="alone", usable=True
    )
    seen = verdicts.concluded(
        msgspec.structs.replace(found, changes=(doubtful, *found.changes[1:])), common=0.0
    )
    assert seen.changes[0].verdict is Verdict.UNKNOWN
    (alone,) = [g for g in seen.implementations if g.name == "alone"]
    assert alone.verdict is Verdict.UNKNOWN


def test_a_point_that_is_surely_not_so_much_slower_leaves_no_gate_open(run: Run) -> None:
    found = runs.compare(run, changed(run, same))
    open_ = msgspec.structs.replace(
        found.changes[0], verdict=Verdict.UNKNOWN, ratio=1.02, low=1.01, high=1.04, usable=True
    )
    lone = msgspec.structs.replace(found, changes=(open_,))
    assert lone.undecided() == (open_,)
    assert lone.undecided(0.03) == (open_,)
    assert lone.undecided(0.05) == ()
    doubtful = msgspec.structs.replace(open_, usable=False)
    assert msgspec.structs.replace(found, changes=(doubtful,)).undecided(0.05) == (doubtful,)
