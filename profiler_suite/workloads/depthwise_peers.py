"""Depthwise convolutions by others than NumPy, where they are installed."""

from collections.abc import Callable

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.workloads import depthwise
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import peer, peer_runtimes

SINGLE = ("float32",)
Prepare = Callable[..., Callable[..., Array]]


def of_groups(prepare: Prepare) -> Prepare:
    """A peer's convolution, told by the filters' shape that each sees one channel."""

    def prepared(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
        return prepare(image, filters.transpose(2, 0, 1)[..., None], stride)

    return prepared


def _cost(problem: Problem) -> Cost:
    return depthwise.cost(problem, calls=4.0)


for _peer in (
    peer.Peer(
        "torch_depthwise_last",
        ("torch",),
        "conv2d by groups on images of height×width×channels",
        of_groups(peer.prepare_channels_last),
        depthwise.DTYPES,
    ),
    peer.Peer(
        "torch_depthwise_first",
        ("torch",),
        "conv2d by groups on images of channels×height×width",
        of_groups(peer.prepare_channels_first),
        depthwise.DTYPES,
    ),
    peer.Peer(
        "ncnn_depthwise",
        ("ncnn",),
        "a net of one layer, images converted beforehand",
        of_groups(peer_runtimes.prepare_ncnn),
        SINGLE,
    ),
    peer.Peer(
        "onnxruntime_depthwise",
        ("onnxruntime", "onnx"),
        "Conv by groups on images of channels×height×width",
        of_groups(peer_runtimes.prepare_onnxruntime),
        SINGLE,
    ),
    peer.Peer(
        "openvino_depthwise_last",
        ("openvino",),
        "by groups on images of height×width×channels",
        of_groups(peer_runtimes.prepare_openvino_last),
        SINGLE,
    ),
    peer.Peer(
        "openvino_depthwise_first",
        ("openvino",),
        "by groups on images of channels×height×width",
        of_groups(peer_runtimes.prepare_openvino_first),
        SINGLE,
    ),
):
    peer.enter(_peer, depthwise.WORKLOAD, _cost)
