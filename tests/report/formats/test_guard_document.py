"""A guard's report for a pull request and for machines."""

import json

import msgspec
import pytest

from profiler_suite.report.formats import guard_document
from profiler_suite.report.formats.guard_document import FORMATS, annotations, markdown, written
from tests.analysis.race.test_guard import outcome, report
from tests.made_race import refused, result

SLOW = outcome(result(2.0), file="pkg/core.py", line=12)
FOUND = report(
    outcome(result(1.0)),
    SLOW,
    outcome(refused()),
    notes=("uv.lock differs: each side has its own environment",),
    head="abc",
    python="3.12.1",
    host="box",
)


def test_the_markdown_says_what_is_wrong_first() -> None:
    text = markdown(FOUND)
    assert text.startswith("### 1 function (f) slower than main")
    rows = [line for line in text.splitlines() if line.startswith("| f |")]
    assert "slower" in rows[0]
    assert "uv.lock differs" in text


def test_the_markdown_is_never_larger_than_a_summary_may_be() -> None:
    names = [f"function_{number}_of_very_many_with_a_long_name" for number in range(9000)]
    many = report(*(msgspec.structs.replace(SLOW, name=name) for name in names))
    text = markdown(many)
    assert len(text.encode()) <= guard_document.MOST_BYTES
    assert "did not fit here" in text
    small = markdown(many, 6000)
    assert len(small.encode()) <= 6000


def test_annotations_stand_at_the_line_and_cannot_break_out() -> None:
    (first, second) = annotations(FOUND)
    assert first.startswith("::error file=pkg/core.py,line=12,title=f%3A slower::f: slower: ")
    assert second.startswith("::error title=f%3A a different answer::")
    odd = msgspec.structs.replace(SLOW, name="a,b::c\n::warning::x")
    (line,) = annotations(report(odd))
    assert "\n" not in line
    assert line.startswith(
        "::error file=pkg/core.py,line=12,title=a%2Cb%3A%3Ac%0A%3A%3Awarning"
    )


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_written(form: str) -> None:
    text = written(FOUND, form)
    if form != "markdown":
        assert json.loads(text)


def test_the_document_lists_what_is_wrong() -> None:
    found = json.loads(written(FOUND, "json"))
    assert (found["slower"], found["differing"]) == (["f"], ["f"])
    assert len(found["functions"]) == 3
    assert found["functions"][1]["result"]["verdict"] == "slower"


def test_only_what_was_timed_goes_to_trackers() -> None:
    assert len(json.loads(written(FOUND, "github"))) == 2
