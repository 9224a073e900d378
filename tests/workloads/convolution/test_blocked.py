"""Lowering by blocks: how a shape is prepared for, and what that costs."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import convolution, registry
from profiler_suite.workloads.convolution import blocked

WORKLOAD = registry.find_workload("convolution")


def sized(**changes: Any) -> Problem:
    sizes = {"height": 20, "width": 20, "channels": 3, "filters": 4}
    return convolution.problem(**sizes | changes)


POINTWISE = sized(filter_height=1, filter_width=1)
SMALL = sized(height=8, width=8, filter_height=2, filter_width=2, stride=2)
LARGE = sized(height=60, width=60, channels=16, filter_height=3, filter_width=3)


@pytest.mark.parametrize("problem", [POINTWISE, SMALL, LARGE], ids=["1x1", "small", "large"])
def test_both_give_the_reference_answer_for_another_image_too(problem: Problem) -> None:
    image, filters, stride = WORKLOAD.arguments(problem, 0)
    ready = blocked.prepare_im2col(image, filters, stride)
    for seed in (0, 1):
        other, _, _ = WORKLOAD.arguments(problem, seed)
        expected = WORKLOAD.reference(problem, (other, filters, stride))
        for answer in (
            ready(other, filters, stride),
            blocked.im2col_blocked(other, filters, stride),
        ):
            np.testing.assert_allclose(answer, expected, rtol=1e-10, atol=1e-10)


def test_a_kept_form_needs_fewer_calls_than_one_that_prepares_anew() -> None:
    costs = registry.implementations()
    for problem in (SMALL, LARGE):
        kept = blocked.kept_cost(problem)
        assert kept.calls < costs["im2col_blocked"].cost(problem).calls
        assert kept.flop == costs["im2col_blocked"].cost(problem).flop
    # The image is the matrix: nothing is copied.
    assert blocked.kept_cost(POINTWISE).workspace_bytes == 0
