"""What the records of one function say."""

import msgspec

from profiler_suite.analysis.explain.explanation import Explanation
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


def test_the_interval_holds_the_time() -> None:
    time = STORED.time
    assert time.low_s <= time.time_s <= time.high_s
    assert time.minimum_s <= time.time_s


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
