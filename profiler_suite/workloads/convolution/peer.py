"""Convolutions by others than NumPy and SciPy, where they are installed: the line to beat.

Nothing here is needed, and nothing is imported until one of these is prepared:
`pip install "profiler-suite[peers]"`.
"""

import functools
import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.model.workload import PEER, Implementation
from profiler_suite.workloads import registry
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import peer_runtimes
from profiler_suite.workloads.convolution.geometry import WORKLOAD, answer_shape, cost


def installed(package: str) -> bool:
    """Whether a package could be imported; imports nothing."""
    return importlib.util.find_spec(package) is not None


def _own(array: Array) -> Array:
    """The array itself where its memory can be shared, else a copy in C order."""
    shared = array.flags.c_contiguous and array.flags.writeable
    return array if shared else array.copy(order="C")


def _torch(
    image: Array, _filters: Array, _stride: int, *, convolve: Callable[..., Any]
) -> Array:
    """Share the image's memory, call conv2d, share the answer's memory."""
    answer: Array = convolve(_own(image)).numpy()
    return answer


def prepare_channels_last(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Filters as a tensor; images as they are, height×width×channels."""
    torch: Any = importlib.import_module("torch")
    weights = torch.from_numpy(filters.copy(order="C")).permute(0, 3, 1, 2)

    def convolve(pixels: Array) -> Any:
        with torch.inference_mode():
            image = torch.from_numpy(pixels)[None].permute(0, 3, 1, 2)
            answer = torch.nn.functional.conv2d(image, weights, stride=stride)
            return answer[0].permute(1, 2, 0)

    return functools.partial(_torch, convolve=convolve)


def prepare_channels_first(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Filters as a tensor; a new image is converted once, as its network would hold it."""
    torch: Any = importlib.import_module("torch")
    weights = torch.from_numpy(filters.transpose(0, 3, 1, 2).copy(order="C"))

    def convolve(pixels: Any) -> Array:
        with torch.inference_mode():
            answer = torch.nn.functional.conv2d(pixels, weights, stride=stride)
            planes: Array = answer[0].numpy()
        return planes.transpose(1, 2, 0)

    def convert(image: Array) -> Any:
        return torch.from_numpy(peer_runtimes.by_channels(image))

    return peer_runtimes.converted_once(convert, convolve)


def _loops(image: Array, filters: Array, stride: int, out: Array) -> None:
    """The six loops of the textbook, for a compiler; channels innermost."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(out.shape[2]):
                total = image.dtype.type(0)
                for a in range(filters.shape[1]):
                    for b in range(filters.shape[2]):
                        for c in range(filters.shape[3]):
                            total += (
                                image[stride * i + a, stride * j + b, c] * filters[k, a, b, c]
                            )
                out[i, j, k] = total


@functools.cache
def _compiled() -> Callable[..., None]:
    numba: Any = importlib.import_module("numba")
    # Without the leave to reorder additions the sum over channels cannot use vectors.
    compiled: Callable[..., None] = numba.njit(fastmath={"reassoc", "contract"})(_loops)
    return compiled


def prepare_loops(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Compile the loops for the dtype, which takes a second."""
    compiled, own_filters = _compiled(), filters.copy(order="C")
    shape = answer_shape(image.shape, filters.shape, stride)
    compiled(_own(image), own_filters, stride, np.empty(shape, image.dtype))

    def convolve(image: Array, _filters: Array, _stride: int) -> Array:
        out = np.empty(shape, image.dtype)
        compiled(_own(image), own_filters, stride, out)
        return out

    return convolve


def _cost(problem: Problem) -> Cost:
    return cost(problem, rate="blas", calls=4.0)


PACKAGES: dict[str, tuple[str, ...]] = {}
"""What each peer needs, installed or not: its own package first, whose version counts."""


def _enter(
    packages: tuple[str, ...],
    name: str,
    summary: str,
    prepare: Callable[..., Callable[..., Array]],
    dtypes: tuple[str, ...] = ("float32", "float64"),
) -> None:
    """Enter an implementation whose packages are installed."""
    PACKAGES[name] = packages
    if not all(map(installed, packages)):
        return

    def convolve(image: Array, filters: Array, stride: int) -> Array:
        return prepare(image, filters, stride)(image, filters, stride)

    convolve.__name__ = name
    convolve.__doc__ = summary
    registry.implementation(WORKLOAD, family=PEER, cost=_cost, prepare=prepare, dtypes=dtypes)(
        convolve
    )


_enter(
    ("torch",),
    "torch_channels_last",
    "PyTorch's conv2d on images of height×width×channels, as all others here have them.",
    prepare_channels_last,
)
_enter(
    ("torch",),
    "torch_channels_first",
    "PyTorch's conv2d on images of channels×height×width, converted beforehand.",
    prepare_channels_first,
)
_enter(
    ("numba",),
    "numba_loops",
    "The six loops of the textbook, compiled by Numba for the dtype.",
    prepare_loops,
)
_enter(
    ("ncnn",),
    "ncnn_net",
    "ncnn's Convolution layer on images of channels×height×width, converted beforehand.",
    peer_runtimes.prepare_ncnn,
    ("float32",),
)
_enter(
    ("onnxruntime", "onnx"),
    "onnxruntime_conv",
    "ONNX Runtime's Conv on images of channels×height×width, converted beforehand.",
    peer_runtimes.prepare_onnxruntime,
    ("float32",),
)
_enter(
    ("openvino",),
    "openvino_channels_last",
    "OpenVINO's convolution on images of height×width×channels, in 32-bit floats.",
    peer_runtimes.prepare_openvino_last,
    ("float32",),
)
_enter(
    ("openvino",),
    "openvino_channels_first",
    "OpenVINO's convolution on images of channels×height×width, converted beforehand.",
    peer_runtimes.prepare_openvino_first,
    ("float32",),
)


def names(*, compiled_loops: bool = True) -> tuple[str, ...]:
    """The peers that are installed; Numba's loops only where they are wanted."""

    def wanted(found: Implementation) -> bool:
        return found.family == PEER and (compiled_loops or not found.name.startswith("numba"))

    return tuple(name for name, found in registry.implementations().items() if wanted(found))
