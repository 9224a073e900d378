"""What changed between two versions: parts of the time and operations."""

import msgspec
import pytest

from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.race.breakdown_changes import (
    BreakdownChange,
    OperationChange,
    breakdown_change,
    calls_in_words,
)
from profiler_suite.analysis.time_breakdown import ENTRIES
from tests.made_race import CHANGE
from tests.stored_explanation import stored_explanation


def without_calls(found: Explanation) -> Explanation:
    """The same function had it made half as many calls of its costliest operation."""
    record = found.explained.breakdown_record
    costliest = max(record.operations, key=lambda each: each.calls * each.call_s)
    fewer = tuple(
        msgspec.structs.replace(each, calls=each.calls // 2) if each is costliest else each
        for each in record.operations
    )
    changed = msgspec.structs.replace(record, operations=fewer)
    return Explanation(
        msgspec.structs.replace(found.explained, breakdown_record=changed), found.machine
    )


def test_a_function_against_itself_changes_nothing() -> None:
    found = stored_explanation(advised=False)
    change = breakdown_change(found, found, "100")
    assert [each.name for each in change.parts] == list(ENTRIES)
    assert all(each.change_s == 0 for each in change.parts)
    assert (change.operations, change.largest, change.sentence) == ((), None, "")


def test_fewer_calls_are_named_with_their_operation() -> None:
    found = stored_explanation(advised=False)
    change = breakdown_change(found, without_calls(found), "100")
    first = change.operations[0]
    assert first.after_calls < first.before_calls
    assert first.change_s < 0
    assert change.size == "100"


def test_parts_sum_to_the_time() -> None:
    found = stored_explanation(advised=False)
    change = breakdown_change(found, found, "")
    assert sum(each.before_s for each in change.parts) == pytest.approx(change.before_s)


def test_a_version_without_a_breakdown_is_said() -> None:
    found = stored_explanation(advised=False)
    record = msgspec.structs.replace(
        found.explained.breakdown_record, untraced="too long", native=None
    )
    bare = Explanation(
        msgspec.structs.replace(found.explained, breakdown_record=record), found.machine
    )
    change = breakdown_change(found, bare, "")
    assert change.parts == ()
    assert "no time breakdown" in change.notes[0]
    assert "too long" in change.notes[1]


def test_the_sentence_names_the_largest_part_and_what_moved_it() -> None:
    assert CHANGE.sentence == (
        "mostly interpreter: 580 µs less per evaluation (np.sqrt: 100 calls before, 1 call now)"
    )
    slower = BreakdownChange(
        before="a",
        after="b",
        size="",
        before_s=CHANGE.after_s,
        after_s=CHANGE.before_s,
        parts=tuple(
            msgspec.structs.replace(each, before_s=each.after_s, after_s=each.before_s)
            for each in CHANGE.parts
        ),
        operations=(),
    )
    assert slower.sentence == "mostly interpreter: 580 µs more per evaluation"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0.0, 1.0, "np.dot: none before, 1 call now"),
        (4985.0, 0.0, "np.dot: 4,985 calls before, none now"),
        (3.0, 3.0, "np.dot: 3 calls as before"),
    ],
)
def test_calls_are_said_in_words(before: float, after: float, expected: str) -> None:
    made = OperationChange(
        name="np.dot", before_calls=before, after_calls=after, before_s=1.0, after_s=2.0
    )
    assert calls_in_words(made) == expected
