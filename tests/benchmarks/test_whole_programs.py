"""What is asked of `run` on whole programs is judged as it says."""

from typing import Any

import pytest

from tests.benchmarks.whole_programs import Tried, failures, mean_of, row, table


def found(**changes: Any) -> dict[str, Any]:
    function = {"function": "blur", "cause": "small calls of NumPy: 90 % is per-call cost"}
    advice = [{"ratio": 3.0}, {"ratio": 40.0}]
    explained = {"target": "image_windows.py:blur", "explanation": {"advice": advice}}
    return {
        "functions": [function],
        "attributed_share": 0.99,
        "explained": [explained],
    } | changes


NOT_EXPLAINED = {"target": "x.py:blur", "explanation": None, "reason": "no time was left"}


def tried(**changes: Any) -> Tried:
    made = Tried(
        "image_windows",
        alone_s=[2.0, 2.1, 1.9],
        ratios=[1.01, 1.03, 1.02],
        ours=[{"blur": 0.9, "<module>": 0.1}, {"blur": 0.94, "<module>": 0.06}],
        theirs=[{"blur": 0.91, "<module>": 0.09}],
        command_s=20.0,
        found=found(),
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_a_program_that_has_everything_is_as_asked() -> None:
    assert failures(tried()) == []
    assert row(tried()).endswith("as asked")
    assert (tried().place, tried().advised, tried().most_s) == (1, 40.0, 34.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ratios": [1.2, 1.3, 1.1]}, "watching costs 20 %"),
        ({"theirs": [{"blur": 0.8, "<module>": 0.2}]}, "points from py-spy"),
        (
            {"theirs": [{"blur": 0.5, "load": 0.3, "edges": 0.2}]},
            "other first three than py-spy",
        ),
        ({"found": None}, "run failed"),
        ({"found": found(functions=[])}, "planted cause in row none"),
        (
            {"found": found(functions=[{"function": "blur", "cause": "sleeps"}])},
            "said of it: sleeps",
        ),
        ({"found": found(attributed_share=0.5)}, "50 % attributed"),
        ({"found": found(explained=[])}, "no rewrite of it was measured"),
        (
            {"found": found(explained=[NOT_EXPLAINED])},
            "no rewrite of it was measured: no time was left",
        ),
        ({"command_s": 40.0}, "the command took 40 s of 34 s"),
    ],
)
def test_what_was_not_reached_is_said(changes: dict[str, Any], said: str) -> None:
    assert any(said in each for each in failures(tried(**changes)))


def test_of_a_program_that_waits_for_a_device_no_rewrite_is_asked() -> None:
    waits = {"function": "receive", "cause": "waits for input and output"}
    seen = found(functions=[waits], explained=[])
    assert failures(tried(name="io_bound", found=seen)) == []


def test_the_table_ends_with_what_it_amounts_to() -> None:
    text, failed = table([tried(), tried(command_s=99.0), tried(theirs=[])])
    assert failed == 1
    lines = text.splitlines()
    assert len(lines) == 1 + 2 + 1 + 2
    assert lines[-2].startswith("watching, median of 2 programs: 1.020 (as asked)")
    assert lines[-1].startswith("as asked in everything: 1 of 2 programs (12 are asked for)")
    assert table([])[1] == 1


def test_watching_that_costs_too_much_in_the_median_fails_alone() -> None:
    text, failed = table([tried(ratios=[1.06, 1.05, 1.07])])
    assert failed == 1
    assert "more than 4 %" in text


def test_shares_of_several_runs_are_averaged() -> None:
    assert mean_of([{"a": 1.0}, {"a": 0.5, "b": 0.5}]) == {"a": 0.75, "b": 0.25}
