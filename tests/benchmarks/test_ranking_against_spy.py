"""What is compared with an independent sampler is counted as it says."""

import pytest

from tests.benchmarks.planted_programs import FOLDER
from tests.benchmarks.ranking_against_spy import disagreement, function_of, shares_of

OWN = FOLDER / "classes.py"


def test_the_innermost_function_of_the_program_answers_for_what_it_calls() -> None:
    text = (
        f'process 7:"x";thread (7): MainThread;<module> ({OWN}:9);step ({OWN}:3);'
        "mean (/v/site-packages/numpy/m.py:8) 30\n"
        f'process 7:"x";thread (7): MainThread;<module> ({OWN}:9) 10\n'
        f'process 7:"x";thread (8): Thread-1;<module> ({OWN}:9);other ({OWN}:5) 60\n'
        f'process 7:"x";thread (7): MainThread;<module> ({OWN}:1);'
        "_find_and_load (<frozen importlib._bootstrap>:1176) 50\n"
    )
    assert shares_of(text, pool=False) == {"step": 0.75, "<module>": 0.25}
    assert shares_of(text, pool=True)["other"] == 0.6


def test_comprehensions_are_their_functions_own() -> None:
    assert function_of("f.<locals>.<listcomp>") == function_of("f.<lambda>") == "f"
    assert function_of("<listcomp>") == function_of("<module>") == "<module>"
    assert function_of("A.step") == "A.step"


def test_functions_near_each_other_may_change_places() -> None:
    one = {"a": 0.5, "b": 0.2, "c": 0.16, "d": 0.14}
    other = {"a": 0.52, "b": 0.2, "d": 0.15, "c": 0.13}
    same, most = disagreement(one, other)
    assert same
    assert most == pytest.approx(0.03)
    assert not disagreement(one, {"a": 0.5, "b": 0.3, "d": 0.2})[0]
