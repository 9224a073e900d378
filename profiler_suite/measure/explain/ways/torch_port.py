"""The function on PyTorch's tensors: NumPy's names stand for PyTorch's.

Many calls have the same name and meaning in both. Where some have not, those of torch._numpy
serve, by which torch.compile runs code that is written for NumPy; each takes longer.
"""

import dataclasses
import functools
import importlib
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import numpy as np

from profiler_suite.measure.explain.ways.copies import FunctionCopies
from profiler_suite.measure.explain.ways.counterparts import replacing
from profiler_suite.measure.explain.ways.port import (
    Function,
    Port,
    UnportedError,
    in_one_line,
    no_such_dtype,
    plain_function,
    with_arrays,
)

LIBRARY = "PyTorch"
_OLDEST = "2.1"


def ports(function: Function, *, writes: bool, threads: int, device: str) -> Iterator[Port]:
    """By PyTorch's own calls, then by those that mean what NumPy's do."""
    start = plain_function(function, LIBRARY)
    torch = importlib.import_module("torch")
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    torch.set_default_dtype(torch.float64)
    where = _device(torch, device)
    plain = Port(
        function=function,
        form="one operation after the other",
        wait=functools.partial(_waited, torch, where),
        version=torch.__version__.partition("+")[0],
        carries=True,
        writes=writes,
    )
    yield _with(plain, start, torch, (torch, torch.Tensor, where))
    arrays = _as_numpy(torch)
    made = _with(plain, start, arrays, (torch, arrays.ndarray, where))
    yield dataclasses.replace(made, form=f"{plain.form}, by torch._numpy")


def _with(plain: Port, start: FunctionType, names: Any, to: tuple[Any, type, str]) -> Port:
    """The function with these names for NumPy's, and arrays of that kind on that device."""
    carry = functools.partial(_carried, *to)
    copies = FunctionCopies(replacing({"numpy": names}, LIBRARY, carry), library=LIBRARY)
    return dataclasses.replace(
        plain,
        function=copies.of(start),
        there=carry,
        back=functools.partial(_back, to[0].Tensor, to[1]),
    )


def _as_numpy(torch: Any) -> Any:
    try:
        arrays = importlib.import_module("torch._numpy")
    except ImportError as error:
        raise UnportedError(
            f"PyTorch {torch.__version__} has no calls named as NumPy's; {_OLDEST} and later do"
        ) from error
    arrays.ndarray.__array__ = _not_by_numpy
    arrays.ndarray.__array_ufunc__ = None
    # For functions that ask their arguments for a namespace, as the array API has it.
    arrays.ndarray.__array_namespace__ = lambda tensor, api_version=None: arrays
    return arrays


def _not_by_numpy(*_: Any, **__: Any) -> Any:
    """Half of the work left to NumPy would be a time of neither."""
    raise UnportedError("a call of NumPy's gets a tensor that it cannot work on")


def _device(torch: Any, name: str) -> str:
    """The accelerator that was asked for, or the processor."""
    if not name:
        return "cpu"
    try:
        torch.zeros(1, device=name)
    except Exception as error:
        raise UnportedError(f"PyTorch finds no {name} here ({in_one_line(error)})") from error
    torch.set_default_device(name)
    return name


def _carried(torch: Any, kind: type, device: str, value: Any) -> Any:
    """Arrays as tensors on that device; a number of NumPy's as one of Python's."""

    def array(each: Any) -> Any:
        if each.dtype.kind not in "biufc" or not each.dtype.isnative:
            raise no_such_dtype(each, LIBRARY)
        if isinstance(each, np.generic):
            return each.item()
        shared = each if _sharable(each) else each.copy()
        try:
            tensor = torch.from_numpy(shared)
        except TypeError as error:
            raise no_such_dtype(each, LIBRARY) from error
        moved = tensor.to(device)
        return moved if kind is torch.Tensor else kind(moved)

    return with_arrays(value, array)


def _sharable(array: np.ndarray[Any, Any]) -> bool:
    """Whether a tensor can lie where the array does."""
    forward = all(stride >= 0 and stride % array.itemsize == 0 for stride in array.strides)
    return forward and array.flags.writeable


def _back(tensor: type, kind: type, value: Any) -> Any:
    """Tensors in a value and its containers as arrays; one of no dimension as a number."""
    if isinstance(value, tensor | kind):
        own: Any = value if isinstance(value, tensor) else value.tensor  # type: ignore[attr-defined]
        found = own.detach().cpu().numpy()
        return found if found.ndim else found[()]
    if type(value) in (tuple, list):
        return type(value)(_back(tensor, kind, each) for each in value)
    if type(value) is dict:
        return {name: _back(tensor, kind, each) for name, each in value.items()}
    return value


def _waited(torch: Any, device: str, value: Any) -> Any:
    """Calls on an accelerator return before they are done."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    elif device.startswith("mps"):
        torch.mps.synchronize()
    return value
