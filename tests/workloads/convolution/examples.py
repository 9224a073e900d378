"""One convolution small enough to add up by hand."""

import numpy as np

from profiler_suite.model.experiment import Problem
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import problem

# Each output is the sum of a 2×2 window, and its first pixel times ten.
IMAGE: Array = np.arange(9.0).reshape(3, 3, 1)
FILTERS: Array = np.array([[[[1.0], [1.0]], [[1.0], [1.0]]], [[[10.0], [0.0]], [[0.0], [0.0]]]])
ANSWER: Array = np.array(
    [[[8.0, 0.0], [12.0, 10.0]], [[20.0, 30.0], [24.0, 40.0]]],
)
STRIDE_TWO: Array = ANSWER[:1, :1]


def of_size(
    height: int = 8, channels: int = 3, filters: int = 4, window: int = 3, stride: int = 1
) -> Problem:
    """A square problem."""
    return problem(
        height=height,
        width=height,
        channels=channels,
        filters=filters,
        filter_height=window,
        filter_width=window,
        stride=stride,
    )
