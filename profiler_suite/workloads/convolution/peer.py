"""Convolutions by others than NumPy and SciPy, where they are installed: the line to beat.

Nothing here is needed, and nothing is imported until one of these is prepared:
`pip install "profiler-suite[peers]"`.
"""

import dataclasses
import functools
import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.model.workload import PEER, Implementation
from profiler_suite.workloads import registry
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import peer_runtimes
from profiler_suite.workloads.convolution.geometry import DTYPES, WORKLOAD, answer_shape, cost

SINGLE = ("float32",)


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
    groups = peer_runtimes.groups(image, filters)

    def convolve(pixels: Array) -> Any:
        with torch.inference_mode():
            image = torch.from_numpy(pixels)[None].permute(0, 3, 1, 2)
            answer = torch.nn.functional.conv2d(image, weights, stride=stride, groups=groups)
            return answer[0].permute(1, 2, 0)

    return functools.partial(_torch, convolve=convolve)


def prepare_packed(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Filters laid out for oneDNN once, as PyTorch does when it freezes a compiled network."""
    torch: Any = importlib.import_module("torch")
    weights = torch.from_numpy(filters.transpose(0, 3, 1, 2).copy(order="C"))
    places = ([0, 0], [stride, stride], [1, 1], peer_runtimes.groups(image, filters))
    size = [1, image.shape[2], *image.shape[:2]]
    packed = torch.ops.mkldnn._reorder_convolution_weight(weights, *places, size)

    def convolve(pixels: Array) -> Any:
        with torch.inference_mode():
            image = torch.from_numpy(pixels)[None].permute(0, 3, 1, 2)
            answer = torch.ops.mkldnn._convolution_pointwise(
                image, packed, None, *places, "none", [], ""
            )
            return answer[0].permute(1, 2, 0)

    return functools.partial(_torch, convolve=convolve)


def prepare_channels_first(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Filters as a tensor; a new image is converted once, as its network would hold it."""
    torch: Any = importlib.import_module("torch")
    weights = torch.from_numpy(filters.transpose(0, 3, 1, 2).copy(order="C"))
    groups = peer_runtimes.groups(image, filters)

    def convolve(pixels: Any) -> Array:
        with torch.inference_mode():
            answer = torch.nn.functional.conv2d(pixels, weights, stride=stride, groups=groups)
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


@dataclasses.dataclass(frozen=True)
class Peer:
    """An implementation by others, installed or not."""

    name: str
    packages: tuple[str, ...]
    """What it needs: its own package first, whose version counts."""
    summary: str
    """What stands after the name and version of its package."""
    prepare: Callable[..., Callable[..., Array]]
    dtypes: tuple[str, ...] = DTYPES


PEERS: list[Peer] = []
"""All that could be entered."""


def enter(one: Peer, workload: str, cost: Callable[[Problem], Cost]) -> None:
    """Note a peer, and enter it where its packages are installed."""
    PEERS.append(one)
    if not all(map(installed, one.packages)):
        return

    def convolve(image: Array, filters: Array, stride: int) -> Array:
        return one.prepare(image, filters, stride)(image, filters, stride)

    convolve.__name__ = one.name
    package = one.packages[0]
    convolve.__doc__ = f"{package} {importlib.metadata.version(package)}: {one.summary}."
    registry.implementation(
        workload, family=PEER, cost=cost, prepare=one.prepare, dtypes=one.dtypes
    )(convolve)


for _peer in (
    Peer(
        "torch_channels_last",
        ("torch",),
        "conv2d on images of height×width×channels",
        prepare_channels_last,
    ),
    Peer(
        "torch_channels_first",
        ("torch",),
        "conv2d on images of channels×height×width, converted beforehand",
        prepare_channels_first,
    ),
    Peer(
        "torch_packed",
        ("torch",),
        "filters packed for oneDNN, on images of height×width×channels",
        prepare_packed,
        SINGLE,
    ),
    Peer(
        "numba_loops",
        ("numba",),
        "the six loops of the textbook, compiled for the dtype",
        prepare_loops,
    ),
    Peer(
        "ncnn_net",
        ("ncnn",),
        "a net of one layer, images converted beforehand",
        peer_runtimes.prepare_ncnn,
        SINGLE,
    ),
    Peer(
        "onnxruntime_conv",
        ("onnxruntime", "onnx"),
        "Conv on images of channels×height×width, converted beforehand",
        peer_runtimes.prepare_onnxruntime,
        SINGLE,
    ),
    Peer(
        "openvino_channels_last",
        ("openvino",),
        "on images of height×width×channels, in 32-bit floats",
        peer_runtimes.prepare_openvino_last,
        SINGLE,
    ),
    Peer(
        "openvino_channels_first",
        ("openvino",),
        "on images of channels×height×width, converted beforehand",
        peer_runtimes.prepare_openvino_first,
        SINGLE,
    ),
):
    enter(_peer, WORKLOAD, _cost)


def names(*, compiled_loops: bool = True) -> tuple[str, ...]:
    """The peers that are installed; Numba's loops only where they are wanted."""

    def wanted(found: Implementation) -> bool:
        return found.family == PEER and (compiled_loops or not found.name.startswith("numba"))

    return tuple(name for name, found in registry.implementations().items() if wanted(found))
