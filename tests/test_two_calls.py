"""Racing two functions in this process, as a notebook does."""

import random
from typing import Any

import numpy as np
import pytest

import profiler_suite
from profiler_suite import two_calls
from profiler_suite.errors import UsageError
from profiler_suite.model.results import Verdict
from profiler_suite.notebook import called_with
from profiler_suite.two_calls import RaceView
from tests.fake_machine import MACHINE
from tests.made_race import CHANGE, race, result

X = np.linspace(0.0, 1.0, 400)


def loop(x: Any) -> Any:
    return np.array([np.sqrt(each) + 1 for each in x])


def expression(x: Any) -> Any:
    return np.sqrt(x) + 1


def wrong(x: Any) -> Any:
    return np.sqrt(x) + 1.001


@pytest.fixture(autouse=True)
def known_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_calls, "survey", lambda coarse: MACHINE)
    monkeypatch.setattr(two_calls, "_PAIRS_S", 0.05)


@pytest.mark.measures
def test_an_expression_is_faster_than_a_loop_and_leaves_the_random_state() -> None:
    random.seed(3)
    state = random.getstate()
    found = profiler_suite.race(loop, expression, X, profiler_breakdown=False)
    assert random.getstate() == state
    assert found.verdict is Verdict.FASTER
    assert found.results[0].ratio < 0.5
    assert "× as fast" in str(found)
    assert "faster" in repr(found) or "as fast" in repr(found)
    assert found.document()["results"][0]["verdict"] == "faster"


@pytest.mark.measures
def test_a_wrong_answer_is_refused() -> None:
    found = profiler_suite.race(loop, wrong, X)
    assert found.race.differing()
    assert found.race.changes == ()
    assert "a different answer" in str(found)


@pytest.mark.measures
def test_several_sizes_have_a_result_each() -> None:
    sizes = [(X[:50],), (X,)]
    found = profiler_suite.race(
        loop, expression, profiler_sizes=sizes, profiler_breakdown=False
    )
    assert [each.size.elements for each in found.results] == [50, 400]


def test_a_notebook_shows_a_page() -> None:
    view = RaceView(race(result(0.5), changes=(CHANGE,)))
    assert view._repr_html_().startswith("<iframe")


@pytest.mark.parametrize("threads", [0, 1000])
def test_threads_that_cannot_be_used_are_a_mistake(threads: int) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        profiler_suite.race(loop, expression, X, profiler_threads=threads)


def test_a_result_in_place_of_a_function_is_a_mistake() -> None:
    with pytest.raises(UsageError, match=r"race\(f, x\), not race\(f\(x\)\)"):
        profiler_suite.race(loop, expression(X))


def test_functions_of_one_name_are_told_apart() -> None:
    calls = [called_with(loop, (X,), {}, "race") for _ in range(2)]
    before, after = two_calls._names(calls)
    assert after == f"{before} (new)"
