"""Each cause has its remedy, in general words; where nothing helps nothing is said."""

import dataclasses

import pytest

from profiler_suite.analysis.program import states
from profiler_suite.analysis.program.causes import cause, remedy
from profiler_suite.analysis.program.ranking import Spent
from profiler_suite.measure.native import layers


def _spent(entry: str, layer: str = layers.USER, state: str = states.RUNNING) -> Spent:
    return Spent(
        total_s=1.0,
        avoidable_s=0.0 if entry == "arithmetic" else 1.0,
        breakdown={entry: 1.0},
        layers={layer: 1.0},
        states={state: 1.0},
    )


@pytest.mark.parametrize(
    ("spent", "said", "helps"),
    [
        (_spent("dispatch", layers.NUMPY_COMPILED), "small calls of NumPy", "whole arrays"),
        (_spent("interpreter", "pandas"), "small calls of pandas", "whole columns"),
        (_spent("interpreter"), "Python bytecode", "array operations"),
        (_spent("copy"), "copies", "not copying"),
        (_spent("memory"), "new arrays", "using arrays again"),
        (_spent("waiting", state=states.IO), "waits for input", "asking for more at once"),
        (_spent("waiting", state=states.GIL), "interpreter lock", "processes"),
        (_spent("waiting", state=states.SLEEP), "sleeps", ""),
        (_spent("arithmetic"), "computes", ""),
        (_spent("imports"), "imports modules", ""),
        (_spent("not split"), "in its own lines", ""),
    ],
)
def test_a_cause_has_its_remedy(spent: Spent, said: str, helps: str) -> None:
    assert said in cause(spent)
    assert bool(remedy(spent)) == bool(helps)
    assert helps in remedy(spent)


def test_what_a_library_has_done_by_another_is_its_own() -> None:
    below = {"narwhals": 0.6, "scikit-learn": 0.4}
    spent = dataclasses.replace(_spent("interpreter"), layers=below)
    assert "small calls of scikit-learn" in cause(spent, "sklearn Ridge.predict")
    assert "small calls of narwhals" in cause(spent)
    arrays = dataclasses.replace(spent, layers={layers.NUMPY_COMPILED: 0.6, "SciPy": 0.4})
    assert "small calls of NumPy" in cause(arrays, "scipy solve_ivp")
