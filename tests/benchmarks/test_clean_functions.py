"""What rules propose for well-written functions is right wherever the check lets it pass."""

import warnings

import pytest

from profiler_suite.analysis.explain.candidates import candidates
from profiler_suite.measure.explain.substitution import substituted
from tests.analysis.explain.rules.own_function import OwnOfModule
from tests.benchmarks.advised_gains import alike, answer
from tests.benchmarks.clean_functions import SIZES, arguments, module

NAMES = list(module().CLEAN)


def test_there_are_two_hundred() -> None:
    assert len(NAMES) * len(SIZES) == 200


@pytest.mark.long
@pytest.mark.parametrize("elements", SIZES[:3])
@pytest.mark.parametrize("name", NAMES)
def test_what_passes_the_check_is_right_for_other_numbers(name: str, elements: int) -> None:
    own = OwnOfModule(module(), name, *arguments(name, elements))
    for each in candidates(own.observed):
        assert each.trial.kind != "failed", each.evidence
        if each.trial.kind != "rewrite" or each.hint or not own.agreement(each).same:
            continue
        made, _ = substituted(own.function, each.trial.rewrites)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for seed in (0, 1):
                values = arguments(name, elements, seed)
                assert alike(answer(own.function, values), answer(made, values)), each.title
