"""What a function allocates, on the terminal."""

import msgspec

from profiler_suite.analysis.explain import memory as words
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.report.terminal import memory
from profiler_suite.report.terminal.console import Page
from tests.stored_explanation import stored_explanation


def shown(record: FunctionRecord) -> str:
    page = Page(100, False)
    memory.show(page, record)
    return " ".join(page.text().split())


def test_totals_and_the_largest_temporaries_are_shown_below_a_heading() -> None:
    record = stored_explanation().explained
    said = words.in_words(record)
    assert said
    text = shown(record)
    assert text.startswith("Memory ")
    assert all(" ".join(each.split()) in text for each in said)


def test_a_function_that_allocates_little_has_no_section() -> None:
    record = stored_explanation().explained
    breakdown = msgspec.structs.replace(
        record.breakdown_record, temporaries=0, temporary_bytes=0, operations=()
    )
    nothing = msgspec.structs.replace(
        record, operations=(), breakdown_record=breakdown, peak_bytes=0.0
    )
    assert shown(nothing) == ""
