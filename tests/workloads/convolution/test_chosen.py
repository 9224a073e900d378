"""The implementation that stands for whichever a model chooses."""

import numpy as np

from profiler_suite.model.workload import CHOICE, unstated
from profiler_suite.workloads import registry
from profiler_suite.workloads.convolution import chosen
from tests.workloads.convolution.examples import ANSWER, FILTERS, IMAGE


def test_by_itself_it_serves_any_problem() -> None:
    np.testing.assert_allclose(chosen.best(IMAGE, FILTERS, 1), ANSWER)


def test_each_candidate_exists_for_the_workload_and_states_its_work() -> None:
    best = registry.find_implementation("best")
    assert best.family == CHOICE
    for name in best.chooses:
        found = registry.find_implementation(name)
        assert (found.workload, found.family == CHOICE) == (best.workload, False)
        assert found.work is not unstated
