"""The selfcheck: what it plans, what it concludes, what it keeps and how it shows it."""

import dataclasses
import json
import re
from pathlib import Path

import msgspec
import pytest

from profiler_suite import cli
from profiler_suite.analysis.run.quality import selfcheck_says
from profiler_suite.analysis.run.selfcheck_freshness import said, standing
from profiler_suite.analysis.selfcheck.changes import found_name
from profiler_suite.analysis.selfcheck.judge import judge
from profiler_suite.analysis.selfcheck.rates import rate
from profiler_suite.analysis.statistics import estimate
from profiler_suite.machine.kept import CACHE_VARIABLE, keep_selfcheck, kept_selfcheck
from profiler_suite.measure.clock import clock_of_a_child, read_clock
from profiler_suite.measure.selfcheck import measuring, plan
from profiler_suite.measure.selfcheck.plan import (
    ITERATIONS,
    PLANTED,
    UNITS,
    SelfCheckEffort,
    rounds_plan,
    schedule,
)
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import BreakdownRecord
from profiler_suite.model.run import Check, SelfCheck
from profiler_suite.report.content.selfcheck_table import table, value
from profiler_suite.report.terminal.selfcheck import screen
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE
from tests.fake_run import make_run
from tests.fake_selfcheck import evidence
from tests.report_fixtures import Written


@pytest.fixture(scope="module")
def calm() -> SelfCheck:
    return judge(evidence(), "1.0")


def named(found: SelfCheck, name: str) -> Check:
    (check,) = [check for check in found.checks if check.name == name]
    return check


def again(point: Point) -> Point:
    return msgspec.structs.replace(point, id=f"{point.id}/1")


def again_of(breakdown_record: BreakdownRecord) -> BreakdownRecord:
    return msgspec.structs.replace(breakdown_record, point=f"{breakdown_record.point}/1")


def defects(found: SelfCheck) -> list[str]:
    return [check.name for check in found.defects]


# -------------------------------------------------------------------- what is planned


def test_planted_slow_downs_are_true_ones_in_every_unit_and_side_by_side() -> None:
    catalogue.load(plan.KNOWN_TRUTH)
    points, pairs = rounds_plan(SelfCheckEffort(same_pairs=10, planted_pairs=5), MACHINE)
    by_id = {point.id: point for point in points}
    assert len(by_id) == len(points) == 4 + 2 * len(pairs)
    for pair in pairs:
        left, right = by_id[pair.left], by_id[pair.right]
        assert left.partner == right.id
        assert right.partner == left.id
        assert left.implementation == right.implementation == pair.unit
        assert left.problem.dims["n"] == round(ITERATIONS * (1 + pair.planted))
    for percent in PLANTED:
        assert {p.unit for p in pairs if p.planted == percent / ITERATIONS} == set(UNITS)
    assert sum(pair.planted == 0 for pair in pairs) == 10


def test_the_rounds_get_what_the_other_passes_leave_but_never_nothing() -> None:
    effort = SelfCheckEffort(rounds_s=40.0, total_s=75.0, workers=2)
    assert schedule(effort, 400, elapsed_s=10.0).budget_s == 40.0
    late = schedule(effort, 400, elapsed_s=40.0).budget_s
    assert 12.0 < late < 35.0
    assert schedule(effort, 400, elapsed_s=500.0).budget_s == pytest.approx(12.0)


def test_the_clock_is_judged_by_its_own_readings() -> None:
    readings = iter([0, 0, 20, 20, 60, 50, 90])
    clock = read_clock(lambda: next(readings), reads=7, name="a clock")
    assert clock.step_s == pytest.approx(20e-9)
    assert clock.read_s == pytest.approx(10e-9)
    assert clock.backwards == 1


def test_the_clock_is_read_in_a_child() -> None:
    clock = clock_of_a_child()
    assert 0 < clock.step_s < 1e-3
    assert clock.reads > 1000


# ------------------------------------------------------------------ what is concluded


def test_a_calm_machine_passes_every_check_and_finds_every_change(calm: SelfCheck) -> None:
    assert [check.name for check in calm.checks if not check.ok] == []
    assert "A change of 2 % is found in 100 % of cases." in calm.verdict
    assert any("no interference was seen" in sentence for sentence in calm.verdict)
    assert named(calm, "error of a ratio, median").error == pytest.approx(0, abs=0.002)


def test_a_noisy_machine_is_a_verdict_not_a_defect() -> None:
    found = judge(evidence(noise=0.05), "1.0")
    assert not named(found, found_name(2)).ok
    assert any("change of 2 % cannot be found" in sentence for sentence in found.verdict)
    assert defects(found) == []


def test_a_slow_mode_is_named_with_its_share_and_its_factor() -> None:
    found = judge(evidence(slow_share=0.4), "1.0")
    check = named(found, "slowed canaries")
    assert check.error == pytest.approx(0.4, abs=0.05)
    assert check.note.startswith("1.7")
    assert any("others slow it down at times" in sentence for sentence in found.verdict)
    assert defects(found) == []
    # Gated on the canary, changes are found all the same.
    assert named(found, found_name(5)).error > 0.9


def test_equal_code_called_different_is_a_defect() -> None:
    assert "equal code called different" in defects(judge(evidence(same_bias=0.03), "1.0"))


def test_a_busy_wait_of_another_length_is_a_defect() -> None:
    found = judge(evidence(waits=1.05), "1.0")
    assert "busy-wait of 2.00 ms" in defects(found)
    assert named(found, "busy-wait of 2.00 ms").error == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("busy_share", [0.6, 0.9])
def test_a_wait_that_is_long_in_most_visits_only_could_not_be_judged(busy_share: float) -> None:
    found = judge(evidence(waits=1.0, busy_share=busy_share), "1.0")
    check = named(found, "busy-wait of 2.00 ms")
    assert not check.ok
    assert check.undisturbed == pytest.approx(1 - busy_share, abs=0.2)
    assert defects(found) == []


@pytest.mark.parametrize("waits", [1.03, 1.1])
def test_a_long_wait_with_few_undisturbed_visits_could_not_be_judged(waits: float) -> None:
    found = judge(evidence(waits=waits, slow_share=0.8, rounds=10), "1.0")
    check = named(found, "busy-wait of 200 µs")
    assert not check.ok
    assert check.undisturbed is not None
    assert check.undisturbed < 0.4
    assert defects(found) == []


def test_a_wait_may_last_a_call_and_a_turn_of_its_loop_longer() -> None:
    # 20 µs, 0.04 of a call and two readings of 0.045: 0.65 % more and no error.
    assert named(judge(evidence(waits=1.0065), "1.0"), "busy-wait of 20.0 µs").error < 0.002
    assert named(judge(evidence(waits=1.0065), "1.0"), "busy-wait of 2.00 ms").error > 0.004


def test_nothing_makes_a_wait_shorter() -> None:
    found = judge(evidence(waits=0.95, slow_share=0.9), "1.0")
    assert "busy-wait of 2.00 ms" in defects(found)


@pytest.mark.parametrize(
    "wrong",
    [{"copy_share": 0.5}, {"three": 5.0}],
    ids=str,
)
@pytest.mark.parametrize("interference", [{"slow_share": 0.8}, {"busy_share": 0.8}], ids=str)
def test_what_interference_may_have_caused_is_left_open(
    wrong: dict[str, float], interference: dict[str, float]
) -> None:
    assert defects(judge(evidence(**wrong), "1.0"))  # type: ignore[arg-type]
    found = judge(evidence(**wrong, **interference), "1.0")  # type: ignore[arg-type]
    assert defects(found) == []
    assert found.unjudged
    assert all(not check.ok and check.of_suite for check in found.unjudged)
    text = " ".join(screen(found, 80, color=False).split())
    assert "a defect" not in text
    assert "run it again when less is running" in text
    for check in found.unjudged:
        assert re.fullmatch(r"could not be judged here: [0-9.]+ % undisturbed", said(check))
        assert said(check) in text


@pytest.mark.parametrize(
    "interference", [{}, {"slow_share": 0.9}, {"busy_share": 0.9}], ids=str
)
def test_interference_does_not_change_a_count(interference: dict[str, float]) -> None:
    found = judge(evidence(miscount=1.0, **interference), "1.0")  # type: ignore[arg-type]
    assert "FLOP against formulas" in defects(found)


def test_one_operation_too_many_is_a_defect_with_the_functions_named() -> None:
    found = judge(evidence(miscount=1.0), "1.0")
    assert defects(found) == ["FLOP against formulas"]
    assert "only_copy" in named(found, "FLOP against formulas").note


def test_a_breakdown_that_is_wrong_once_is_noise() -> None:
    wrong, right = evidence(copy_share=0.5), evidence()
    both = msgspec.structs.replace(
        right,
        points=(*right.points, *(again(p) for p in right.points)),
        breakdown_records=(
            *right.breakdown_records,
            *(again_of(a) for a in wrong.breakdown_records),
        ),
    )
    assert defects(judge(both, "1.0")) == []


def test_time_in_the_wrong_entry_is_a_defect() -> None:
    found = judge(evidence(copy_share=0.5), "1.0")
    assert defects(found) == ["all copy"]


def test_more_than_all_of_the_time_is_as_wrong_as_too_little() -> None:
    assert defects(judge(evidence(copy_share=1.6), "1.0")) == ["all copy"]


def test_a_line_with_the_wrong_share_is_a_defect() -> None:
    found = judge(evidence(three=5.0), "1.0")
    assert [name for name in defects(found) if name.startswith("75 % line")]


def test_what_could_not_be_measured_is_missing_not_right(calm: SelfCheck) -> None:
    some = msgspec.structs.replace(
        evidence(), breakdown_records=(), lines=(), problems=("the accounting process ended",)
    )
    found = judge(some, "1.0")
    assert any("accounting process" in sentence for sentence in found.missing)
    assert {c.group for c in calm.checks} - {c.group for c in found.checks} == {
        "breakdown",
        "counts",
        "lines",
    }


def test_without_any_visit_there_is_still_a_result() -> None:
    found = judge(msgspec.structs.replace(evidence(), rows=()), "1.0")
    assert not any(check.group == "planted changes" for check in found.checks)


def test_a_rate_of_the_suite_is_exceeded_only_with_its_whole_interval() -> None:
    few = rate("r", 2, 10, 0.1, group="g", of_suite=True, sample="")
    many = rate("r", 40, 200, 0.1, group="g", of_suite=True, sample="")
    assert few.error == many.error == 0.2
    assert few.ok
    assert not many.ok
    assert few.low is not None
    assert few.low < 0.1
    machine = rate("r", 2, 10, 0.1, group="g", of_suite=False, sample="")
    assert not machine.ok


# ----------------------------------------------------------------- kept and carried


def test_it_is_kept_per_machine_and_survives_a_broken_file(
    calm: SelfCheck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert kept_selfcheck(calm.fingerprint) is None
    assert keep_selfcheck(calm)
    assert kept_selfcheck(calm.fingerprint) == calm
    (file,) = tmp_path.glob("selfcheck-*.json")
    file.rename(tmp_path / "selfcheck-other.json")
    assert kept_selfcheck("other") is None
    (tmp_path / "selfcheck-broken.json").write_bytes(b'{"fingerprint": "broken"\xff')
    assert kept_selfcheck("broken") is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, ""),
        ({"fingerprint": "another machine"}, "No selfcheck was made on this machine"),
        ({"suite_version": "0.9"}, "version 0.9"),
        ({"measured_at": "2026-01-01T00:00:00+00:00"}, "59 days old"),
        ({"measured_at": "yesterday"}, "no readable date"),
    ],
)
def test_a_selfcheck_speaks_for_a_run_of_its_machine_version_and_time(
    calm: SelfCheck, changed: dict[str, str], why: str
) -> None:
    fresh = msgspec.structs.replace(calm, measured_at="2026-02-20T00:00:00+00:00")
    kept = msgspec.structs.replace(fresh, **changed)
    found = standing(kept, "1.0", "2026-03-01T00:00:00+00:00", calm.fingerprint)
    assert why in found
    assert bool(found) == bool(why)
    if why:
        assert "profiler_suite selfcheck" in found
    assert "No selfcheck" in standing(None, "1.0", "", "")


def test_a_run_says_what_its_selfcheck_found_or_how_to_make_one() -> None:
    run = make_run()
    assert any("5 % is found in 90 %" in sentence for sentence in selfcheck_says(run))
    without = dataclasses.replace(
        run, provenance=msgspec.structs.replace(run.provenance, selfcheck=None)
    )
    (sentence,) = selfcheck_says(without)
    assert "No selfcheck" in sentence


# ---------------------------------------------------------------------------- shown


def test_the_page_carries_it(report: Written) -> None:
    assert "<h3>Selfcheck</h3>" in report.html
    assert "A change of 5 % is found in 90 % of cases" in report.html
    assert "Every number and its limit" in report.html


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_and_states_every_sample(calm: SelfCheck, width: int) -> None:
    text = screen(calm, width, color=False)
    assert max(map(len, text.splitlines())) <= width
    if width >= 80:
        assert all(check.sample in text for check in calm.checks)
    assert text.count("  ok") == len(calm.checks)
    assert text.splitlines()[0].startswith("A change of 10 %")


def test_a_defect_is_named_with_what_to_do() -> None:
    text = screen(judge(evidence(miscount=1.0), "1.0"), 80, color=False)
    assert "exceeded" in text
    assert "a defect of the suite" in text
    assert "selfcheck --json" in text


def test_the_page_says_what_each_number_is_of(calm: SelfCheck) -> None:
    view = table(calm)
    assert len(view.rows) == len(calm.checks)
    assert all(len(row) == len(view.headings) == len(view.numeric) for row in view.rows)


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (45e-9, "s", "45.0 ns"),
        (0.0, "share", "0 %"),
        (0.031, "deviation", "+3.1 %"),
        (-0.031, "deviation", "-3.1 %"),
        (2e-16, "share", "2e-14 %"),
        (3.0, "count", "3"),
    ],
)
def test_numbers_are_shown_in_their_unit(number: float, unit: str, text: str) -> None:
    assert value(number, unit) == text


# ----------------------------------------------------------------------- the command


@pytest.mark.parametrize(("miscount", "code"), [(0.0, 0), (1.0, 3)])
def test_the_command_keeps_and_prints_the_result_and_a_defect_is_exit_code_3(
    miscount: float,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    made = evidence(miscount=miscount)
    monkeypatch.setattr("profiler_suite.machine.survey.survey", lambda **_: made.machine)
    monkeypatch.setattr(measuring, "measure", lambda *_: made)
    assert cli.run(["selfcheck", "--json", "-q"]) == code
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert {check["name"] for check in document["checks"]} >= {"undisturbed visits"}
    assert kept_selfcheck(made.machine.fingerprint) is not None


@pytest.mark.slow
def test_a_short_real_one_finds_no_defect_whatever_else_runs(
    tmp_path: Path,
) -> None:
    effort = SelfCheckEffort(
        same_pairs=5,
        planted_pairs=5,
        rounds_s=2.0,
        workers=1,
        replay_s=0.2,
        sample_s=0.2,
        lines_s=0.3,
        line_profiles=1,
        breakdown_passes=1,
    )
    told: list[str] = []
    made = measuring.measure(MACHINE, {}, estimate, effort, told.append, lambda progress: None)
    assert made.problems == ()
    found = judge(made, "1.0")
    groups = {check.group for check in found.checks}
    assert {"clock", "times", "planted changes", "breakdown", "lines", "counts"} <= groups
    # What else runs here may leave a miss open. It changes no count and no sum, makes no wait
    # shorter, and is no defect.
    exact = [c for c in found.checks if c.group == "counts" or c.name == "entries against sum"]
    assert len(exact) == 3
    assert all(check.ok for check in exact)
    assert found.defects == (), text(found)
    assert all(0 <= (check.undisturbed or 0) < 1 for check in found.unjudged)
    beside = [text for text in told if text.startswith("beside ")]
    assert (len(told), len(beside)) == (5, 2)


def text(found: SelfCheck) -> str:
    return screen(found, 120, color=False)
