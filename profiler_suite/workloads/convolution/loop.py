"""Convolutions that loop in Python: the question's own loop, one inside it, one around it."""

import numpy as np

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.units import count
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import WORKLOAD, Geometry, answer_shape, cost
from profiler_suite.workloads.registry import implementation

# At about 0.3 µs each this is 0.15 s: repeated twenty times, still bearable.
_MOST_SCALAR_MULTIPLY_ADDS = 500_000


def _loop_scalar_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    return cost(
        problem,
        rate="python",
        calls=size.outputs + 1,
        # Two image indices (4), two array accesses, multiply, add.
        scalar_steps=8.0 * size.multiply_adds,
    )


def _loop_scalar_refuse(problem: Problem) -> str:
    multiply_adds = Geometry.of(problem).multiply_adds
    if multiply_adds > _MOST_SCALAR_MULTIPLY_ADDS:
        return (
            f"{count(multiply_adds)} multiply-adds one at a time in Python; "
            f"loop_scalar takes at most {count(_MOST_SCALAR_MULTIPLY_ADDS)}"
        )
    return ""


@implementation(WORKLOAD, family="loop", cost=_loop_scalar_cost, refuse=_loop_scalar_refuse)
def loop_scalar(image: Array, filters: Array, stride: int) -> Array:
    """Six Python loops, one multiply and one add at a time."""
    _, height, width, channels = filters.shape
    out = np.empty(answer_shape(image.shape, filters.shape, stride), image.dtype)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(out.shape[2]):
                total = image.dtype.type(0)
                for a in range(height):
                    for b in range(width):
                        for c in range(channels):
                            total += (
                                image[stride * i + a, stride * j + b, c] * filters[k, a, b, c]
                            )
                out[i, j, k] = total
    return out


def _loop_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    return cost(
        problem,
        rate="ufunc",
        # Per output: slice of the image, one filter, multiply, sum, store.
        calls=5.0 * size.outputs + 1,
        scalar_steps=6.0 * size.outputs,
        workspace_elements=size.length,
        executed_flop=float(size.outputs * (2 * size.length - 1)),
    )


@implementation(WORKLOAD, family="loop", cost=_loop_cost)
def loop(image: Array, filters: Array, stride: int) -> Array:
    """The question's triple loop: slice, multiply, np.sum, store."""
    _, height, width, _ = filters.shape
    s = stride
    out = np.empty(answer_shape(image.shape, filters.shape, stride), image.dtype)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(out.shape[2]):
                out[i, j, k] = np.sum(
                    image[s * i : s * i + height, s * j : s * j + width] * filters[k]
                )
    return out


def _loop_pixels_cost(problem: Problem) -> Cost:
    size = Geometry.of(problem)
    return cost(
        problem,
        rate="ufunc",
        # Per pixel: slice, multiply, sum over three axes, store.
        calls=4.0 * size.pixels + 1,
        scalar_steps=6.0 * size.pixels,
        workspace_elements=size.filters * size.length,
        executed_flop=float(size.outputs * (2 * size.length - 1)),
    )


@implementation(WORKLOAD, family="loop", cost=_loop_pixels_cost)
def loop_pixels(image: Array, filters: Array, stride: int) -> Array:
    """Two loops over the pixels, all filters at once by broadcasting."""
    _, height, width, _ = filters.shape
    s = stride
    out = np.empty(answer_shape(image.shape, filters.shape, stride), image.dtype)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            window = image[s * i : s * i + height, s * j : s * j + width]
            out[i, j] = np.sum(window * filters, axis=(1, 2, 3))
    return out
