"""Arguments are made once for points of one problem that follow each other."""

import msgspec
import numpy as np

from profiler_suite.measure.children.inputs import LastInputs
from profiler_suite.workloads import convolution, registry

SMALL = convolution.problem(
    height=6, width=6, channels=1, filters=2, filter_height=2, filter_width=2
)


def test_the_same_problem_has_the_same_arguments() -> None:
    inputs = LastInputs(seed=3)
    first = inputs.of(SMALL)
    assert inputs.of(msgspec.structs.replace(SMALL)) is first
    made = registry.find_workload(SMALL.workload).arguments(SMALL, 3)
    assert all(np.array_equal(one, other) for one, other in zip(first, made, strict=True))


def test_another_problem_has_its_own_and_the_last_are_let_go() -> None:
    inputs = LastInputs(seed=3)
    first = inputs.of(SMALL)
    other = inputs.of(msgspec.structs.replace(SMALL, dtype="float32"))
    assert other[0].dtype == np.float32
    again = inputs.of(SMALL)
    assert again is not first
    assert np.array_equal(again[0], first[0])
