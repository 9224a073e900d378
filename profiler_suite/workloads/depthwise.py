"""Depthwise convolution: every channel of an image with a filter of its own.

An H×W×C image, kh×kw×C filters, valid positions at a stride s; the answer has OH×OW×C
elements. Of kh·kw products for each element none is shared, so BLAS has nothing to do here:
a pass of multiplying and one of adding for every place in the filter.
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.host import caches
from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.model.workload import DimensionWords, Workload
from profiler_suite.workloads import registry, requirements, rounding
from profiler_suite.workloads.arrays import Array, random_array
from profiler_suite.workloads.registry import implementation

WORKLOAD = "depthwise"
DIMS = ("height", "width", "channels", "filter_height", "filter_width", "stride")
DTYPES = ("float32", "float64")
# The rows of a block, their products and their sums share a core's own cache with the image.
_PARTS_OF_CACHE = 8
_USUAL_CACHE_BYTES = 2**20


def problem(
    *,
    height: int,
    width: int,
    channels: int,
    filter_height: int,
    filter_width: int,
    stride: int = 1,
    dtype: str = "float64",
    name: str = "",
) -> Problem:
    """A depthwise convolution; raises ProblemError when it is impossible."""
    dims = {
        "height": height,
        "width": width,
        "channels": channels,
        "filter_height": filter_height,
        "filter_width": filter_width,
        "stride": stride,
    }
    return requirements.checked_problem(WORKLOAD, dims, validate, dtype=dtype, name=name)


def validate(problem: Problem) -> None:
    """Raise ProblemError, in one sentence, unless the filter fits into the image."""
    requirements.check(problem, DIMS, DTYPES)
    requirements.check_filter_fits(problem)


def label(problem: Problem) -> str:
    """The convolution in a few characters: '114x114x32-3x3-s1-depthwise'."""
    height, width, channels, high, wide, stride = (problem.dims[name] for name in DIMS)
    return f"{height}x{width}x{channels}-{high}x{wide}-s{stride}-depthwise"


def in_words(problem: Problem) -> str:
    """The convolution for readers who do not know the labels."""
    height, width, channels, high, wide, stride = (problem.dims[name] for name in DIMS)
    return (
        f"{height}×{width}×{channels} input, a {high}×{wide} filter for each channel, "
        f"stride {stride}"
    )


def answer_shape(
    image_shape: tuple[int, ...], filters_shape: tuple[int, ...], stride: int
) -> tuple[int, int, int]:
    """OH×OW×C from the shapes of the arguments."""
    height, width, channels = image_shape
    return (
        (height - filters_shape[0]) // stride + 1,
        (width - filters_shape[1]) // stride + 1,
        channels,
    )


def _outputs(problem: Problem) -> int:
    height, width, channels, high, wide, stride = (problem.dims[name] for name in DIMS)
    rows, columns, _ = answer_shape((height, width, channels), (high, wide), stride)
    return rows * columns * channels


def _places(problem: Problem) -> int:
    """Places in a filter: products of one element of the answer."""
    return problem.dims["filter_height"] * problem.dims["filter_width"]


def data_bytes(problem: Problem) -> float:
    """Image, filters and answer, bytes."""
    height, width, channels, high, wide, _ = (problem.dims[name] for name in DIMS)
    elements = height * width * channels + high * wide * channels + _outputs(problem)
    return float(elements * requirements.ITEM_BYTES[problem.dtype])


def arguments(problem: Problem, seed: int) -> tuple[Any, ...]:
    """Image (in the problem's layout), filters kh×kw×C and stride."""
    height, width, channels, high, wide, stride = (problem.dims[name] for name in DIMS)
    generator = np.random.default_rng(seed)
    return (
        random_array(generator, (height, width, channels), problem.dtype, problem.layout),
        random_array(generator, (high, wide, channels), problem.dtype),
        stride,
    )


def reference(problem: Problem, arguments: tuple[Any, ...]) -> Array:
    """The answer in float64: rows and columns picked by index lists, the last place first."""
    image, filters, stride = arguments
    image, filters = image.astype(np.float64), filters.astype(np.float64)
    total = np.zeros(answer_shape(image.shape, filters.shape, stride))
    for a, b in reversed(list(np.ndindex(filters.shape[:2]))):
        rows = [stride * i + a for i in range(total.shape[0])]
        columns = [stride * j + b for j in range(total.shape[1])]
        total += np.einsum("ijc,c->ijc", image[np.ix_(rows, columns)], filters[a, b])
    return total


def error_bound(problem: Problem, arguments: tuple[Any, ...], kind: str) -> float:
    """Largest absolute error of one element that rounding can explain, for any order of sums.

    Σ|aᵢbᵢ| is at most max|image| times the sum of a filter's magnitudes. The rounding of the
    float64 reference is added.
    """
    rounding.require_direct(kind, "a depthwise convolution")
    image, filters, _ = arguments
    sums = np.abs(filters).astype(np.float64).sum(axis=(0, 1))
    magnitude = float(np.abs(image).max()) * float(sums.max())
    return magnitude * rounding.distance_from_float64(_places(problem), problem.dtype)


registry.add_workload(
    Workload(
        name=WORKLOAD,
        dims=DIMS,
        validate=validate,
        label=label,
        arguments=arguments,
        reference=reference,
        error_bound=error_bound,
        data_bytes=data_bytes,
        describe=in_words,
        words={
            "height": DimensionWords(heading="input height and width", noun="input size"),
            "width": DimensionWords(heading="input width", noun="input width"),
            "channels": DimensionWords(heading="channels", noun="channel count"),
        },
    )
)


def cost(problem: Problem, *, calls: float, workspace_elements: float = 0.0) -> Cost:
    """The textbook cost with what an implementation adds to it."""
    item_bytes = requirements.ITEM_BYTES[problem.dtype]
    return Cost(
        flop=2.0 * _places(problem) * _outputs(problem),
        compulsory_bytes=data_bytes(problem),
        written_bytes=_outputs(problem) * item_bytes,
        calls=calls,
        workspace_bytes=workspace_elements * item_bytes,
        rate="ufunc",
    )


def _taps_cost(problem: Problem) -> Cost:
    return cost(
        problem, calls=4.0 * _places(problem), workspace_elements=float(_outputs(problem))
    )


@implementation(WORKLOAD, family="vectorized", cost=_taps_cost)
def depthwise_taps(image: Array, filters: Array, stride: int) -> Array:
    """Per place in the filters: the image shifted, times it, summed."""
    rows, columns, _ = shape = answer_shape(image.shape, filters.shape, stride)
    out = np.zeros(shape, image.dtype)
    for a, b in np.ndindex(filters.shape[:2]):
        shifted = image[a : a + stride * rows : stride, b : b + stride * columns : stride]
        out += shifted[:rows, :columns] * filters[a, b]
    return out


@dataclasses.dataclass(frozen=True)
class KeptRows:
    """What serves many images of one size."""

    weights: Array
    """kh×kw×(OW·C): filters repeated along a row of the answer."""
    phases: Array | None
    """Phase of a column × H × pixels·C: columns that a stride sets apart; None: as they are."""
    scratch: Array
    """rows×(OW·C): products of a block of rows with one place of the filters."""


def _by_rows(kept: KeptRows, image: Array, _filters: Array, stride: int) -> Array:
    """Rows of pixels are long vectors; by blocks of rows that the cache holds."""
    high, wide, length = kept.weights.shape
    channels = image.shape[2]
    if kept.phases is None and image.flags.c_contiguous:
        phases = image.reshape(1, len(image), -1)
    else:
        phases = _set_apart(kept.phases, image, stride)
    rows = (len(image) - high) // stride + 1
    out = np.empty((rows, length), image.dtype)
    for first in range(0, rows, len(kept.scratch)):
        sums = out[first : first + len(kept.scratch)]
        product = kept.scratch[: len(sums)]
        for a, b in np.ndindex(high, wide):
            begin, shift = first * stride + a, b // stride * channels
            lines = phases[b % stride, begin : begin + stride * (len(sums) - 1) + 1 : stride]
            into = product if a or b else sums
            np.multiply(lines[:, shift : shift + length], kept.weights[a, b], out=into)
            if a or b:
                np.add(sums, product, out=sums)
    return out.reshape(rows, -1, channels)


def _set_apart(phases: Array | None, image: Array, stride: int) -> Array:
    """Columns of one phase side by side; what no filter reaches is left out."""
    if phases is None:
        return image.reshape(1, len(image), -1)
    channels = image.shape[2]
    for phase, plane in enumerate(phases.reshape(len(phases), len(image), -1, channels)):
        columns = image[:, phase::stride][:, : plane.shape[1]]
        np.copyto(plane[:, : columns.shape[1]], columns)
    return phases


def prepare_kept(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Repeat the filters along a row of the answer; allocate what a stride sets apart."""
    high, wide, channels = filters.shape
    _, columns, _ = answer_shape(image.shape, filters.shape, stride)
    reach = columns + (wide - 1) // stride
    length = columns * channels
    phases = None
    if stride > 1:
        shape = (min(stride, wide), len(image), reach * channels)
        phases = np.zeros(shape, image.dtype)
    rows = min(_rows(length, image.itemsize), (len(image) - high) // stride + 1)
    kept = KeptRows(
        weights=np.ascontiguousarray(np.tile(filters, (1, 1, columns))),
        phases=phases,
        scratch=np.empty((rows, length), image.dtype),
    )
    return functools.partial(_by_rows, kept)


def _rows(length: int, item_bytes: int) -> int:
    cache_bytes = caches.size_bytes(2, _USUAL_CACHE_BYTES)
    return max(1, cache_bytes // (_PARTS_OF_CACHE * length * item_bytes))


def _kept_cost(problem: Problem) -> Cost:
    height, width, channels, high, wide, stride = (problem.dims[name] for name in DIMS)
    rows, columns, _ = answer_shape((height, width, channels), (high, wide), stride)
    item_bytes = requirements.ITEM_BYTES[problem.dtype]
    block = min(rows, _rows(columns * channels, item_bytes))
    blocks = -(-rows // block)
    return cost(
        problem,
        calls=3.0 * stride + 3.0 + blocks * (2.0 + 4.0 * _places(problem)),
        workspace_elements=float(height * width * channels + block * columns * channels),
    )


@implementation(WORKLOAD, family="vectorized", cost=_kept_cost, prepare=prepare_kept)
def depthwise_kept(image: Array, filters: Array, stride: int) -> Array:
    """The same in blocks of rows that the cache holds; buffers kept."""
    return prepare_kept(image, filters, stride)(image, filters, stride)
