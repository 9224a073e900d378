"""The line that is shown while the passes go on."""

import msgspec

from profiler_suite import units
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.report.terminal.first_look import words
from tests.stored_explanation import stored_explanation


def early(**breakdown: object) -> Explanation:
    """The stored function as it was after its first second."""
    whole = stored_explanation(advised=False)
    record = msgspec.structs.replace(
        whole.explained,
        breakdown_record=msgspec.structs.replace(whole.explained.breakdown_record, **breakdown),
        lines=(),
        sources=(),
        inside=(),
    )
    return Explanation(record, whole.machine, None, whole.baselines_s)


def test_time_bound_and_the_largest_parts_stand_in_one_line() -> None:
    whole = stored_explanation(advised=False)
    said = words(early())
    assert said.startswith(f"first look at {whole.explained.name.rpartition(':')[2]}: ")
    assert units.time(whole.time.time_s) in said
    assert whole.breakdown is not None
    largest = max(whole.breakdown.entries, key=lambda entry: entry.time_s)
    assert f"{largest.name} " in said
    assert "\n" not in said


def test_without_samples_and_replay_no_part_is_named() -> None:
    found = early(native=None, unsampled="not allowed", operations=(), untraced="no")
    assert found.breakdown is None
    said = words(found)
    assert units.time(found.time.time_s) in said
    assert "interpreter" not in said.partition("; ")[2].partition(";")[2]
