"""Causes for a program and for a pull request."""

import json

from profiler_suite.report.formats.cause_document import document, markdown
from tests.report.made_causes import ALIKE, FOUND


def test_the_document_has_every_cause_and_null_for_what_was_not_measured() -> None:
    found = json.loads(json.dumps(document(FOUND), allow_nan=False))
    assert found["causes"][0]["name"] == "BLAS kernels"
    assert found["causes"][0]["share"] == 0.97
    assert found["causes"][0]["counts"] is True
    assert found["causes"][2]["ratio"] is None
    assert found["causes"][2]["share"] is None
    assert document(ALIKE)["together"] is None


def test_the_markdown_has_the_sentence_and_the_table() -> None:
    text = markdown(FOUND)
    assert text.startswith("### What makes the difference")
    assert "| BLAS kernels | SkylakeX | Prescott |" in text
    assert "|" not in markdown(ALIKE)
