"""What the records of one function say."""

import msgspec
import pytest

from profiler_suite.analysis.explain import cause, explanation
from profiler_suite.analysis.explain.cause import Cause
from profiler_suite.analysis.explain.explanation import (
    Explanation,
    largest_part,
    usual_in_words,
)
from profiler_suite.model.layers import LayerRecord, LayerSamples
from profiler_suite.model.results import Breakdown, BreakdownEntry
from tests.stored_explanation import stored_explanation

STORED = stored_explanation()


def test_the_best_advice_saves_most() -> None:
    assert STORED.best is not None
    assert STORED.best == STORED.advice[0]
    assert STORED.patch.startswith("---")


def test_what_ifs_save_a_share_of_the_time_and_never_more_than_all() -> None:
    assert STORED.counterfactuals == ()  # too little of it was counted
    record = STORED.explained
    counted = msgspec.structs.replace(record.breakdown_record, coverage=1.0)
    covered = msgspec.structs.replace(record, breakdown_record=counted)
    found = Explanation(covered, STORED.machine, None, STORED.baselines_s).counterfactuals
    assert found
    for each in found:
        assert 0.0 <= each.share <= 1.0
        assert each.saved_s >= 0.0
        assert each.text
    assert len({each.name for each in found}) == len(found)


def test_what_a_package_computes_is_near_its_limit_where_little_stands_around_it() -> None:
    own = LayerRecord(
        samples=100, layers=(LayerSamples(layer="SciPy", samples=97),), callees=()
    )
    record = msgspec.structs.replace(STORED.explained, layers=own)
    found = Explanation(record, STORED.machine, None, STORED.baselines_s)
    found.__dict__["advice"] = ()
    found.__dict__["cause"] = Cause(name="package", share=0.97, text="the code of SciPy")
    said = explanation._near_its_limit(found, 0.03)
    assert said.startswith("97 % of the time the code of SciPy computes")
    assert explanation._near_its_limit(found, 0.4) == ""  # much stands around it
    assert "free_arithmetic" not in {each.name for each in found.counterfactuals}
    found.__dict__["cause"] = Cause(name="package", share=0.97, text="", slow_path="solve")
    assert explanation._near_its_limit(found, 0.03) == ""


def test_one_operation_in_vector_instructions_is_near_its_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = STORED.explained.breakdown_record.operations[0]
    most = msgspec.structs.replace(most, name="np.sort", via="")
    monkeypatch.setattr(cause, "_works_most", lambda _: (most, 1.0))
    monkeypatch.setattr(cause, "_instructions", lambda _: ", in AVX2 instructions")
    found = Explanation(STORED.explained, STORED.machine, None, STORED.baselines_s)
    found.__dict__["advice"] = ()
    found.__dict__["cause"] = Cause(name="work", share=0.97, text="")
    said = explanation._near_its_limit(found, 0.03)
    assert said.startswith("97 % of the time np.sort computes, in AVX2 instructions, and next")
    found.__dict__["cause"] = Cause(name="work", share=0.7, text="")
    assert explanation._near_its_limit(found, 0.03) == ""


def test_the_interval_holds_the_time() -> None:
    time = STORED.time
    assert time.low_s <= time.time_s <= time.high_s
    assert time.minimum_s <= time.time_s


def test_what_a_plain_timer_shows_is_said_where_it_is_much_more() -> None:
    time = msgspec.structs.replace(STORED.time, time_s=8e-3, raw_median_s=8.5e-3)
    assert usual_in_words(time) == ()
    usual = msgspec.structs.replace(time, raw_median_s=36e-3)
    assert "a plain timer shows 36.0 ms here now" in usual_in_words(usual)[0]
    assert "core" not in usual_in_words(usual)[0]
    waited = msgspec.structs.replace(usual, switched_out=0.9)
    assert usual_in_words(waited)[0].endswith("90 % of the samples had to wait for a core")


def test_without_a_trace_there_is_no_breakdown_by_counts_and_a_note_says_why() -> None:
    record = STORED.explained
    untraced = msgspec.structs.replace(
        record,
        breakdown_record=msgspec.structs.replace(
            record.breakdown_record, operations=(), untraced="it raised ValueError"
        ),
        operations=(),
    )
    this = Explanation(untraced, STORED.machine, None, STORED.baselines_s)
    assert this.operations.empty
    assert this.advice == ()
    assert this.best is None
    assert this.patch == ""
    assert any("it raised ValueError" in note for note in this.notes)
    assert this.verdict
    assert record.name in repr(this)


def split(**times_s: float) -> Breakdown:
    entries = tuple(
        BreakdownEntry(name=name, time_s=time_s, low_s=time_s, high_s=time_s, method="replay")
        for name, time_s in times_s.items()
    )
    return Breakdown(
        point="",
        time_s=1.0,
        entries=entries,
        replay=entries,
        native=(),
        overhead_shares={},
        coverage=1.0,
        undisturbed=True,
        notes=(),
    )


@pytest.mark.parametrize(
    ("breakdown", "said"),
    [
        (split(dispatch=0.6, copy=0.3, residual=0.1), "The largest part is dispatch, 60 %"),
        (split(dispatch=0.2, copy=0.3, residual=0.5), "The largest part is copy, 30 %"),
        (split(dispatch=1.05, residual=-0.05), "The largest part is dispatch, 100 %"),
        (split(dispatch=1.21, copy=0.03, residual=-0.24), ""),
    ],
    ids=["of all", "never the rest", "within what passes differ by", "the methods disagree"],
)
def test_the_largest_part_is_no_more_than_all(breakdown: Breakdown, said: str) -> None:
    found = largest_part(breakdown)
    assert found.startswith(said)
    assert bool(found) == bool(said)
