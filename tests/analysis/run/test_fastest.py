"""Findings say what to use where; nothing that nobody can act on."""

import dataclasses
import re

import pytest

from profiler_suite.analysis.run import fastest, findings
from tests.fake_run import make_run


def test_every_finding_is_something_to_do() -> None:
    run = make_run()
    said = findings.findings(run)
    assert said
    assert all(re.search(r"\buse\b|\bKeep\b|begins", sentence) for sentence in said)
    assert not any("overtakes" in sentence for sentence in said)


def test_one_that_is_fastest_throughout_is_named_once() -> None:
    run = make_run()
    points = run.points.copy()
    own = points["experiment"].eq("stride")
    points.loc[own & points["implementation"].eq("taps"), ["time_s", "low_s", "high_s"]] = 1e-9
    (said,) = (
        s
        for s in fastest.recommendations(dataclasses.replace(run, points=points))
        if "(stride)" in s
    )
    assert said.startswith("Whatever the stride (stride), use taps: the fastest")


@pytest.mark.parametrize(
    ("last", "words"),
    [(2, "use fft up to 2, loop from 3 on"), (1, "use fft at 1, loop from 2 on")],
)
def test_where_the_fastest_changes_the_value_is_said(last: int, words: str) -> None:
    run = make_run()
    points = run.points.copy()
    own = points["experiment"].eq("stride")
    times = ["time_s", "low_s", "high_s"]
    low = points["stride"].le(last)
    points.loc[own & low & points["implementation"].eq("fft"), times] = 1e-9
    points.loc[own & ~low & points["implementation"].eq("loop"), times] = 1e-9
    said = fastest.recommendations(dataclasses.replace(run, points=points))
    assert f"By stride (stride), {words}." in said


def test_a_run_without_any_time_has_no_findings() -> None:
    run = make_run()
    nothing = dataclasses.replace(run, points=run.points.assign(status="skipped"))
    assert fastest.recommendations(nothing) == ()


def test_what_prepares_beforehand_is_never_recommended() -> None:
    run = make_run()
    points = run.points.copy()
    own = points["experiment"].eq("stride") & points["implementation"].eq("taps")
    points.loc[own, ["time_s", "low_s", "high_s"]] = 1e-9
    points.loc[own, "implementation"] = "im2col_kept"
    said = fastest.recommendations(dataclasses.replace(run, points=points))
    assert not any("kept" in sentence for sentence in said)
