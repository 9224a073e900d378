"""Convolution by fast Fourier transforms."""

import math
from typing import cast

import numpy as np

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, cost
from profiler_suite.workloads.registry import implementation

# fftconvolve's Python code at vanishing size takes about as long as this many
# small NumPy calls.
_CALLS_OF_FFTCONVOLVE = 80


def _fft_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    padded = (size.height + size.filter_height - 1) * (size.width + size.filter_width - 1)
    pairs = size.channels * size.filters
    # Real transforms of the image's channels, of every filter's channels and
    # back, 2.5 N log₂N each; half-spectra multiplied, 6 FLOP per complex pair.
    transforms = (size.channels + 2 * pairs) * 2.5 * padded * math.log2(max(padded, 2))
    return cost(
        problem,
        rate="fft",
        calls=_CALLS_OF_FFTCONVOLVE + 5.0,
        # Spectra of filters and products, and the products' inverse.
        workspace_elements=3.0 * pairs * padded,
        executed_flop=transforms + 3.0 * padded * pairs + size.unstrided_pixels * pairs,
    )


@implementation(WORKLOAD, family="fft", cost=_fft_cost, error="fft")
def fft(image: Array, filters: Array, stride: int) -> Array:
    """scipy.signal.fftconvolve per filter and channel, summed."""
    from scipy.signal import fftconvolve

    # Transforms of contiguous rows are fastest: height and width go last.
    planes = np.ascontiguousarray(image.transpose(2, 0, 1))
    # fftconvolve flips the filters; flipped before, they are not.
    flipped = np.ascontiguousarray(filters[:, ::-1, ::-1].transpose(0, 3, 1, 2))
    each = fftconvolve(planes[None], flipped, mode="valid", axes=(2, 3))
    answer = each[:, :, ::stride, ::stride].sum(axis=1).transpose(1, 2, 0)
    return cast(Array, answer.astype(image.dtype, order="C", copy=False))
