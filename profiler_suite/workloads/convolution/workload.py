"""Makes a convolution's data and judges its answers: inputs, reference, error bound."""

import math
from typing import Any

import numpy as np

from profiler_suite.errors import UsageError
from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import DimensionWords, Workload
from profiler_suite.workloads import registry, rounding
from profiler_suite.workloads.arrays import Array, random_array
from profiler_suite.workloads.convolution import geometry, minimal_filtering_error, winograd
from profiler_suite.workloads.convolution.geometry import Geometry


def arguments(problem: Problem, seed: int) -> tuple[Any, ...]:
    """Image (in the problem's layout), filters (C order) and stride."""
    size = Geometry.of(problem)
    generator = np.random.default_rng(seed)
    image_shape = (size.height, size.width, size.channels)
    filters_shape = (size.filters, size.filter_height, size.filter_width, size.channels)
    return (
        random_array(generator, image_shape, problem.dtype, problem.layout),
        random_array(generator, filters_shape, problem.dtype),
        size.stride,
    )


def reference(problem: Problem, arguments: tuple[Any, ...]) -> Array:
    """The answer in float64, by another road than any implementation.

    The pixels under one row of the filters are picked by explicit index lists
    (no slices, no strided views), multiplied with that row's weights, and the
    products added up from the last row to the first.
    """
    size = Geometry.of(problem)
    image, filters, stride = arguments
    image = image.astype(np.float64)
    filters = filters.astype(np.float64)
    across = range(size.filter_width)
    columns = np.array([[stride * j + b for b in across] for j in range(size.out_width)])
    total = np.zeros((size.out_height, size.out_width, size.filters))
    for a in reversed(range(size.filter_height)):
        rows = np.array([stride * i + a for i in range(size.out_height)])
        picked = image[rows[:, None, None], columns]  # OH×OW×kw×C
        total += np.tensordot(picked, filters[:, a], axes=((2, 3), (1, 2)))
    return total


def error_bound(problem: Problem, arguments: tuple[Any, ...], kind: str) -> float:
    """Largest absolute error of one element that rounding can explain.

    'direct': n products summed in any order. Σ|aᵢbᵢ| is at most
    max|image| √n max‖filter‖₂ by Cauchy and Schwarz. 'fft': an error relative to
    ‖image‖₂ max‖filter‖₂. 'winograd_2x2' and larger tiles: see minimal_filtering_error. The
    rounding of the float64 reference is added.
    """
    size = Geometry.of(problem)
    image, filters, stride = arguments
    largest_filter = float(
        np.linalg.norm(filters.reshape(size.filters, -1).astype(np.float64), axis=1).max()
    )
    magnitude = float(np.abs(image).max()) * math.sqrt(size.length) * largest_filter
    reference_error = rounding.sum_of_products_error(size.length, "float64") * magnitude
    if kind == "direct":
        own = rounding.sum_of_products_error(size.length, problem.dtype) * magnitude
    elif kind == "fft":
        padded = (size.height + size.filter_height - 1) * (size.width + size.filter_width - 1)
        norm = float(np.linalg.norm(image.astype(np.float64))) * largest_filter
        own = rounding.fft_error(padded, problem.dtype) * norm
    elif kind in winograd.TILES:
        own = minimal_filtering_error.largest(winograd.TILES[kind], image, filters, stride)
    else:
        known = ", ".join(("direct", "fft", *winograd.TILES))
        raise UsageError(f"unknown error bound {kind!r}; use one of {known}")
    return own + reference_error


registry.add_workload(
    Workload(
        name=geometry.WORKLOAD,
        dims=geometry.DIMS,
        validate=geometry.validate,
        label=geometry.label,
        arguments=arguments,
        reference=reference,
        error_bound=error_bound,
        data_bytes=geometry.data_bytes,
        describe=geometry.in_words,
        words={
            "height": DimensionWords(heading="input height and width", noun="input size"),
            "width": DimensionWords(heading="input width", noun="input width"),
            "channels": DimensionWords(heading="channels", noun="channel count"),
            "filters": DimensionWords(heading="filters", noun="filter count"),
            "filter_height": DimensionWords(
                heading="filter height and width", noun="filter size", setting="filters {0}×{0}"
            ),
            "filter_width": DimensionWords(heading="filter width", noun="filter width"),
        },
        short_forms={
            "sizes": ("height", "width"),
            "filters": ("filters",),
            "strides": ("stride",),
        },
        grid=("filters", "stride"),
        glossary={
            "im2col": "every window becomes a row of a matrix, the convolution one matrix "
            "product",
            "taps": "one product for each position in the filter, added up",
            "kept": "(im2col_kept, winograd_kept, …) what serves many inputs, such as "
            "transformed filters and buffers, is prepared once and kept; that is not in the "
            "time",
        },
    )
)
