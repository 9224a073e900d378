"""Convolutions by runtimes for trained networks: a network of one layer, filters prepared.

Each is given what it is fastest with: 32-bit floats (not the 16-bit ones that some would take
by themselves), the threads that NumPy's BLAS may use, memory that it does not have to copy.
Images are channels×height×width and converted once, as their network would hold them, except
where a runtime takes height×width×channels.
"""

import contextlib
import functools
import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from profiler_suite.host import blas
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import answer_shape

Convert = Callable[[Array], Any]
Convolve = Callable[[Any], Array]


def by_channels(image: Array) -> Array:
    """1×C×H×W, a copy."""
    return image.transpose(2, 0, 1)[None].copy(order="C")


def groups(image: Array, filters: Array) -> int:
    """Into how many groups filters of fewer channels than the image cut them."""
    return int(image.shape[2] // filters.shape[3])


def _turned(planes: Array) -> Array:
    """1×F×OH×OW as OH×OW×F, the same memory."""
    answer: Array = planes[0].transpose(1, 2, 0)
    return answer


def converted_once(convert: Convert, convolve: Convolve) -> Callable[..., Array]:
    """The convolution with its last image kept converted."""
    held: list[Any] = [None, None]

    def call(image: Array, _filters: Array, _stride: int) -> Array:
        if held[0] is not image:
            held[:] = image, convert(image)
        return convolve(held[1])

    return call


def prepare_onnxruntime(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """A session of one Conv node; images and answers bound where they are."""
    runtime: Any = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = blas.threads()
    options.inter_op_num_threads = 1
    # Its threads would else go on spinning beside whatever runs next.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = runtime.InferenceSession(
        _onnx_model(image, filters, stride), options, providers=["CPUExecutionProvider"]
    )
    height, width, count = answer_shape(image.shape, filters.shape, stride)

    def convolve(planes: Array) -> Array:
        out = np.empty((1, count, height, width), planes.dtype)
        binding = session.io_binding()
        for bind, name, array in (
            (binding.bind_input, "image", planes),
            (binding.bind_output, "answer", out),
        ):
            bind(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        session.run_with_iobinding(binding)
        return _turned(out)

    return converted_once(by_channels, convolve)


def _onnx_model(image: Array, filters: Array, stride: int) -> bytes:
    onnx: Any = importlib.import_module("onnx")
    make, single = onnx.helper, onnx.TensorProto.FLOAT
    height, width, count = answer_shape(image.shape, filters.shape, stride)
    weights = np.ascontiguousarray(filters.transpose(0, 3, 1, 2))
    node = make.make_node(
        "Conv",
        ["image", "filters"],
        ["answer"],
        strides=[stride, stride],
        group=groups(image, filters),
    )
    graph = make.make_graph(
        [node],
        "convolution",
        [make.make_tensor_value_info("image", single, [1, image.shape[2], *image.shape[:2]])],
        [make.make_tensor_value_info("answer", single, [1, count, height, width])],
        [onnx.numpy_helper.from_array(weights, "filters")],
    )
    # An old version that every runtime reads: Conv has not changed since.
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 13)], ir_version=8)
    serialized: bytes = model.SerializeToString()
    return serialized


def prepare_openvino_first(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Images of channels×height×width, converted beforehand."""
    convolve = _openvino(image, filters, stride, last=False)

    return converted_once(by_channels, lambda planes: _turned(convolve(planes)))


def prepare_openvino_last(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """Images as they are, height×width×channels."""
    convolve = _openvino(image, filters, stride, last=True)

    def call(image: Array, _filters: Array, _stride: int) -> Array:
        own = image.flags.c_contiguous and image.flags.writeable
        answer: Array = convolve((image if own else image.copy(order="C"))[None])[0]
        return answer

    return call


def _openvino(image: Array, filters: Array, stride: int, *, last: bool) -> Convolve:
    openvino: Any = importlib.import_module("openvino")
    operations: Any = importlib.import_module("openvino.opset13")
    pixels = operations.parameter([1, image.shape[2], *image.shape[:2]], image.dtype)
    weights, operation = filters.transpose(0, 3, 1, 2), operations.convolution
    if (count := groups(image, filters)) > 1:
        weights = weights.reshape(count, -1, *weights.shape[1:])
        operation = operations.group_convolution
    held = operations.constant(np.ascontiguousarray(weights))
    answer = operation(pixels, held, [stride, stride], [0, 0], [0, 0], [1, 1])
    model = openvino.Model([answer], [pixels], "convolution")
    if last:
        layouts = openvino.preprocess.PrePostProcessor(model)
        for side in (layouts.input(), layouts.output()):
            side.tensor().set_layout(openvino.Layout("NHWC"))
            side.model().set_layout(openvino.Layout("NCHW"))
        model = layouts.build()
    compiled = openvino.Core().compile_model(
        model,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": str(blas.threads()),
            "PERFORMANCE_HINT": "LATENCY",
        },
    )
    request = compiled.create_infer_request()
    height, width, count = answer_shape(image.shape, filters.shape, stride)
    shape = (1, height, width, count) if last else (1, count, height, width)

    def convolve(pixels: Array) -> Array:
        out = np.empty(shape, pixels.dtype)
        request.set_input_tensor(openvino.Tensor(pixels, shared_memory=True))
        request.set_output_tensor(openvino.Tensor(out, shared_memory=True))
        request.infer()
        return out

    return convolve


def prepare_ncnn(image: Array, filters: Array, stride: int) -> Callable[..., Array]:
    """A net of one Convolution layer, with memory that it keeps."""
    ncnn: Any = importlib.import_module("ncnn")
    net = ncnn.Net()
    net.opt.num_threads = blas.threads()
    for smaller in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage"):
        with contextlib.suppress(AttributeError):  # not in every release
            setattr(net.opt, f"use_{smaller}", False)
    net.opt.blob_allocator, net.opt.workspace_allocator = _ncnn_memory()
    _load_ncnn(net, filters, stride, groups(image, filters))

    def convert(image: Array) -> Any:
        height, width, channels = image.shape
        planes = ncnn.Mat((width, height, channels))  # each plane begins at a whole vector
        np.asarray(planes)[:] = image.transpose(2, 0, 1)
        return planes

    def convolve(planes: Any) -> Array:
        extractor = net.create_extractor()
        extractor.input("image", planes)
        failed, answer = extractor.extract("answer")
        if failed:
            raise RuntimeError(f"ncnn could not convolve: error {failed}")
        return np.asarray(answer).transpose(1, 2, 0)

    return converted_once(convert, convolve)


@functools.cache
def _ncnn_memory() -> tuple[Any, Any]:
    """Of blobs and of work: never freed, as answers may lie in it."""
    ncnn: Any = importlib.import_module("ncnn")
    return ncnn.PoolAllocator(), ncnn.PoolAllocator()


def _load_ncnn(net: Any, filters: Array, stride: int, count: int) -> None:
    """By way of files, which every release reads."""
    height, width = filters.shape[1:3]
    sizes = f"0={len(filters)} 1={width} 11={height} 3={stride} 13={stride} 6={filters.size}"
    kind = "Convolution" if count == 1 else "ConvolutionDepthWise"
    described = (
        "7767517\n2 2\nInput image 0 1 image\n"
        f"{kind} convolution 1 1 image answer {sizes} 7={count}\n"
    )
    weights = np.ascontiguousarray(filters.transpose(0, 3, 1, 2), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        param, model = Path(folder) / "net.param", Path(folder) / "net.bin"
        param.write_text(described)
        model.write_bytes(bytes(4) + weights.tobytes())  # 0: 32-bit floats follow
        if net.load_param(str(param)) or net.load_model(str(model)):
            raise RuntimeError("ncnn could not read its net of one convolution")
