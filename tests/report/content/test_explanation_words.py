"""Words on one explanation that page and terminal share."""

import pytest

from profiler_suite.analysis.shares import ShownShares
from profiler_suite.model.rows import PYTHON_NUMBERS
from profiler_suite.report.content import explanation_words
from tests.analysis.test_time_breakdown import breakdown_record, operation
from tests.stored_explanation import stored_explanation


def test_the_headline_names_the_function_its_time_and_the_best_rewrite() -> None:
    found = explanation_words.headline(stored_explanation())
    assert found.startswith("features takes ")
    assert "; rewritten as below it is " in found
    assert "× as fast (" in found


def test_without_advice_the_headline_is_the_time_alone() -> None:
    found = explanation_words.headline(stored_explanation(advised=False))
    assert "rewritten" not in found
    assert found.endswith(")")


def test_both_halves_of_the_time_are_said() -> None:
    shown = ShownShares(
        parts={"interpreter": 0.5, "dispatch": 0.25, "copy": 0.2, "residual": 0.05},
        disagreement="",
        add_up=True,
    )
    assert explanation_words.halves(shown) == (
        "interpreter and calls 75 %",
        "work on data 20 %",
    )


def test_what_python_computes_is_no_call() -> None:
    numbers = operation(PYTHON_NUMBERS, 4000, 1e-8, 1e-8)
    record = breakdown_record(operations=(numbers,), calls=4002)
    assert explanation_words.calls_in_words(record) == (
        "2 calls and 4,000 operations on Python numbers"
    )
    assert explanation_words.calls_in_words(breakdown_record(calls=1), "NumPy call") == (
        "1 NumPy call"
    )


def test_of_no_calls_no_share_is_counted() -> None:
    none = breakdown_record(calls=0, operations=())
    assert explanation_words.counted_in_words(none) == "0 calls"
    some = breakdown_record(calls=2, operations=())
    assert explanation_words.counted_in_words(some, "NumPy call") == (
        "2 NumPy calls, 100 % of calls counted"
    )
    escaped = breakdown_record(calls=0, operations=(), coverage=0.2, coverage_samples=50)
    assert explanation_words.counted_in_words(escaped) == (
        "0 calls, 20 % of the time in array code counted"
    )


def test_new_memory_and_waiting_are_no_work_on_data() -> None:
    shown = ShownShares(
        parts={"interpreter": 0.01, "memory": 0.6, "copy": 0.2, "waiting": 0.19},
        disagreement="",
        add_up=True,
    )
    assert explanation_words.halves(shown) == (
        "interpreter and calls 1.0 %",
        "work on data 20 %",
        "new memory 60 %",
        "waiting 19 %",
    )


def test_the_shares_shown_are_parts_of_one_whole() -> None:
    shown = explanation_words.shown_shares(stored_explanation())
    assert shown is not None
    assert sum(shown.parts.values()) == pytest.approx(1)


def test_limits_are_one_sentence() -> None:
    found = explanation_words.limits(stored_explanation())
    assert found[0].isupper() or found[0].isdigit()
    assert found.endswith(".")
    assert not found.endswith("..")


@pytest.mark.parametrize(
    ("text", "said"), [("", ""), ("a", "A"), ("über", "Über"), ("NumPy is", "NumPy is")]
)
def test_a_sentence_begins_with_a_capital_letter(text: str, said: str) -> None:
    assert explanation_words.sentence(text) == said
