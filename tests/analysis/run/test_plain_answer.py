"""The question of a pair in plain words, on a run whose numbers are known."""

import dataclasses
import re
from typing import Any

import msgspec
import pytest

from profiler_suite import units
from profiler_suite.analysis.run import findings
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.plain_answer import PlainAnswer, plain_answer
from profiler_suite.model.rows import AdviceRecord
from tests.fake_run import make_run


@pytest.fixture
def run() -> Run:
    return make_run()


def number(run: Run, point: str, column: str) -> float:
    values: Any = run.points.set_index("id").loc[point, column]
    return float(values)


def answered(run: Run) -> tuple[Run, str, str]:
    asked = findings.answer(run)
    assert asked is not None
    return run, asked.left, asked.right


TIMES = ("time_s", "low_s", "high_s")


def changed(run: Run, point: str, **columns: Any) -> Run:
    points = run.points.copy()
    for name, value in columns.items():
        points.loc[points["id"] == point, name] = value
    return dataclasses.replace(run, points=points)


def plain(run: Run, left: str, right: str) -> PlainAnswer:
    found = plain_answer(run, left, right)
    assert found is not None
    return found


def test_the_three_questions_are_answered_in_order(run: Run) -> None:
    found = plain(*answered(run))
    assert found.count.startswith(("Your count is right: ", "The count: "))
    assert "one call" in found.reason
    assert found.sentences[0] == found.count


def test_a_count_is_right_only_if_the_trace_agrees(run: Run) -> None:
    run, left, right = answered(run)
    flop = number(run, left, "flop")
    exact = changed(run, left, traced_flop=0.96 * flop, coverage=1.0)
    assert plain(exact, left, right).count.startswith("Your count is right")
    off = changed(run, left, traced_flop=3 * flop, coverage=1.0)
    assert "differs by 200 %" in plain(off, left, right).count
    partly = changed(run, left, traced_flop=0.96 * flop, coverage=0.7)
    partly = changed(partly, right, coverage=0.7)
    assert "neither was traced" in plain(partly, left, right).count


def test_a_plain_timer_that_says_more_is_explained(run: Run) -> None:
    run, left, right = answered(run)
    time_s = number(run, left, "time_s")
    slowed = changed(run, left, raw_median_s=1.8 * time_s)
    slowed = changed(slowed, right, raw_median_s=number(slowed, right, "time_s"))
    said = " ".join(plain(slowed, left, right).differs)
    ratio = float(f"{1.8 * time_s / number(slowed, right, 'time_s'):.2g}")
    assert f"a plain timer shows {units.time(1.8 * time_s)}" in said
    assert f"(about {ratio:,g} times as long), because it also counts" in said
    assert "Here the first calls take" in said
    assert "NumPy 2.4.6" in said
    calm = changed(run, left, raw_median_s=1.01 * time_s)
    calm = changed(calm, right, raw_median_s=number(calm, right, "time_s"))
    assert not any("plain timer" in sentence for sentence in plain(calm, left, right).differs)


def test_what_the_question_reports_is_set_beside_what_is_measured_here(run: Run) -> None:
    run, left, right = answered(run)
    assert plain(run, left, right).differs[-1].startswith("Your own timer may show another")
    asked = tuple(
        msgspec.structs.replace(each, reported="twice")
        for each in run.provenance.experiments
        if each.name == left.partition("/")[0]
    )
    known = dataclasses.replace(
        run, provenance=msgspec.structs.replace(run.provenance, experiments=asked)
    )
    (said,) = plain(known, left, right).differs
    assert said.startswith("The question reports twice as long")
    assert said.endswith("the reason stays the same.")


def test_ratios_beside_two_times_have_no_more_digits_than_the_times_give(run: Run) -> None:
    run, left, right = answered(run)
    for cold_s in (9.51e-3, 0.2163, 31.4):
        first = changed(changed(run, left, cold_s=cold_s), right, cold_s=1.234e-4)
        said = plain(first, left, right).differs[-1]
        slow, fast, times = re.findall(
            r"calls take (\S+ \S+) and (\S+) µs \(about (\S+) times", said
        )[0]
        value, unit = slow.split()
        shown_s = float(value) * {"s": 1.0, "ms": 1e-3}[unit]
        assert float(times.replace(",", "")) == pytest.approx(
            shown_s / (float(fast) * 1e-6), rel=0.06
        )


def test_what_is_prepared_beforehand_is_not_held_against_what_is_not(run: Run) -> None:
    run, left, right = answered(run)
    kept = left.replace("/loop/", "/im2col_gemm/")
    # The fastest of all keeps buffers from call to call: the code to type has none.
    fastest = changed(run, kept, implementation="im2col_kept", time_s=1e-6)
    for found in (plain(run, left, right), plain(fastest, left, right)):
        assert "kept" not in found.instead
        assert "Like for like" in found.instead
    asked = findings.answer(fastest)
    assert asked is not None
    assert not any("kept" in sentence for sentence in asked.sentences)


def test_numbers_on_one_screen_divide_into_each_other(run: Run) -> None:
    run, left, right = answered(run)
    # Pairs and times may differ, say where one side lives in memory.
    for factor in (1.0, 1.3, 0.85):
        times = {name: factor * number(run, right, name) for name in TIMES}
        other = changed(run, right, **times)
        asked = findings.answer(other)
        assert asked is not None
        sides = [number(other, each, "time_s") for each in (left, right)]
        assert asked.ratio == pytest.approx(sides[0] / sides[1])
        assert asked.low <= asked.ratio <= asked.high
        assert units.three_digits(asked.ratio) in asked.headline
    said = plain(run, left, right)
    took, gain = re.findall(r"takes (\S+ \S+), (\S+)× as fast", said.instead)[0]
    scale = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
    value, unit = took.split()
    shown_s = float(value) * scale[unit]
    assert number(run, left, "time_s") / shown_s == pytest.approx(float(gain), rel=0.01)


def test_a_side_that_is_not_slower_has_no_plain_answer(run: Run) -> None:
    run, left, right = answered(run)
    assert plain_answer(run, right, left) is None


def test_advice_that_was_measured_is_what_to_do_instead(run: Run) -> None:
    run, left, right = answered(run)
    advice = AdviceRecord(
        point=left,
        code="out = windows @ filters",
        source="def f(): ...",
        ratio=700.0,
        low=600.0,
        high=800.0,
        caveats=("differs by 1e-16 of the largest element", "checked on 5 sets of arguments"),
    )
    with_advice = dataclasses.replace(
        run, history=dataclasses.replace(run.history, advice={left: advice})
    )
    found = plain(with_advice, left, right)
    assert found.instead.startswith("Do this instead: 700× as fast as loop (600 to 800)")
    assert "up to rounding" in found.instead
    assert found.code == advice.code
    assert any("checked on 5 sets" in sentence for sentence in found.differs)
    none = msgspec.structs.replace(advice, reason="no rule found anything")
    without = dataclasses.replace(
        run, history=dataclasses.replace(run.history, advice={left: none})
    )
    assert plain(without, left, right).code == ""
