"""PyTorch: what shares NumPy's memory, what is copied, what it does not have."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.ways import torch_port
from profiler_suite.measure.explain.ways.port import UnportedError


class FakeTensor:
    def __init__(self, array: Any) -> None:
        self.array = array

    def to(self, device: str) -> "FakeTensor":
        return self

    detach = cpu = lambda self: self

    def numpy(self) -> Any:
        return self.array


class Wrapped:
    def __init__(self, tensor: FakeTensor) -> None:
        self.tensor = tensor


def from_numpy(array: Any) -> FakeTensor:
    if array.dtype.name == "float16":
        raise TypeError("not this one")
    return FakeTensor(array)


TORCH: Any = SimpleNamespace(from_numpy=from_numpy, Tensor=FakeTensor)


def carried(value: Any) -> Any:
    return torch_port._carried(TORCH, Wrapped, "cpu", value)


@pytest.mark.parametrize(
    ("array", "shares"),
    [
        (np.ones((3, 4)), True),
        (np.ones((3, 4)).T, True),
        (np.ones(8)[::2], True),
        (np.ones(8)[::-1], False),
        (np.broadcast_to(np.ones(3), (2, 3)), False),
    ],
)
def test_memory_is_shared_where_it_can_be(array: Any, shares: bool) -> None:
    made = carried(array).tensor.array
    assert np.may_share_memory(made, array) is shares
    np.testing.assert_array_equal(made, array)


def test_there_and_back_in_containers() -> None:
    value = (np.arange(3.0), [np.float64(2.0), "text"], {"a": np.array(5)})
    array, (number, text), named = torch_port._back(FakeTensor, Wrapped, carried(value))
    np.testing.assert_array_equal(array, [0, 1, 2])
    assert (number, text, named) == (2.0, "text", {"a": 5})


def test_tensors_may_be_bare() -> None:
    made = torch_port._carried(TORCH, FakeTensor, "cpu", [np.arange(3.0)])
    assert isinstance(made[0], FakeTensor)
    (array,) = torch_port._back(FakeTensor, FakeTensor, made)
    np.testing.assert_array_equal(array, [0, 1, 2])


@pytest.mark.parametrize(
    "array", [np.array([None]), np.array(["a"]), np.ones(2, ">f8"), np.ones(2, np.float16)]
)
def test_arrays_that_it_does_not_have_are_said(array: Any) -> None:
    with pytest.raises(UnportedError, match="PyTorch has no arrays of dtype"):
        carried(array)


def test_an_accelerator_that_it_does_not_find_is_said() -> None:
    def zeros(n: int, device: str) -> None:
        raise AssertionError("not compiled with CUDA\nmore")

    with pytest.raises(UnportedError, match=r"finds no cuda here .*not compiled"):
        torch_port._device(SimpleNamespace(zeros=zeros), "cuda")
    assert torch_port._device(None, "") == "cpu"


@pytest.mark.parametrize("device", ["cuda:0", "mps", "cpu"])
def test_calls_on_an_accelerator_are_waited_for(device: str) -> None:
    waited: list[str] = []

    def library(name: str) -> Any:
        return SimpleNamespace(synchronize=lambda: waited.append(name))

    torch = SimpleNamespace(cuda=library("cuda"), mps=library("mps"))
    assert torch_port._waited(torch, device, 3) == 3
    assert waited == ([] if device == "cpu" else [device.partition(":")[0]])
