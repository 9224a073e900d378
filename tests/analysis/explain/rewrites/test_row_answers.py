"""Answers of models for one row at a time: asked for once where the loop leaves them alike."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import row_answers
from tests.analysis.explain.rules.own_function import Own

ASKED = """
def score(model, row):
    return float(model.predict_proba([row])[0, 1])

def f(model, rows):
    blocked, scores = [], []
    for i, row in enumerate(rows):
        s = score(model, row)
        scores.append(s)
        if s > 0.5:
            blocked.append(i)
    return blocked, scores
"""
LOOP = """
def f(model, rows):
    total = 0.0
    for row in rows:
        answer = model.predict(row.reshape(1, -1))[0]
        if answer > 1:
            total += answer
    return total
"""
ROWS = np.random.default_rng(3).random((12, 3))


class Model:
    def predict(self, rows: Any) -> Any:
        return np.asarray(rows).sum(axis=1)

    def predict_proba(self, rows: Any) -> Any:
        first = np.asarray(rows)[:, 0]
        return np.stack([1 - first, first], axis=1)


def test_a_loop_that_does_more_asks_once() -> None:
    own = Own(LOOP, Model(), ROWS)
    (found,) = own.findings("one_row_calls")
    source = found.trial.rewrites[0].source
    assert "row_answers = model.predict(rows) if len(rows) else []" in source
    assert "for row, row_answer in zip(rows, row_answers):" in source
    assert own.agreement(found).same


def test_a_helper_that_asks_is_read_in_place() -> None:
    own = Own(ASKED, Model(), ROWS.tolist())
    (found,) = own.findings("one_row_calls")
    source = found.trial.rewrites[0].source
    assert "for (i, row), row_answer in zip(enumerate(rows), row_answers):" in source
    assert "s = float(row_answer[1])" in source
    assert own.agreement(found).same


@pytest.mark.parametrize(
    "text",
    [
        LOOP.replace("in rows:", "in iter(rows):"),
        LOOP.replace("reshape(1, -1)", "reshape(-1, 1)"),
        LOOP.replace("    total += answer", "    model = model"),
        LOOP.replace("in rows:", "in rows[::2]:"),
    ],
)
def test_other_loops_stay(text: str) -> None:
    (function,) = Own(text, Model(), ROWS).observed.functions
    assert row_answers.asked_before(function) is None
