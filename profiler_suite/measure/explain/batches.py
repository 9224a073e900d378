"""One call over all operands stacked, against one of the traced calls."""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.measure.explain.substitution import UntriableError
from profiler_suite.measure.trace.rebuilding.rebuild import rebuild
from profiler_suite.model.trace import Operand, Operation

# A batch larger than this would measure the memory instead of the calls.
_MOST_BATCH_BYTES = 64 * 2**20
# 'scalar.mul' and its like as the call that does many of them at once.
_SCALAR_UFUNCS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.true_divide,
    "pow": np.power,
    "neg": np.negative,
    "abs": np.absolute,
    "lt": np.less,
    "gt": np.greater,
    "le": np.less_equal,
    "ge": np.greater_equal,
    "eq": np.equal,
}

Side = tuple[Callable[..., Any], tuple[Any, ...]]


def sides(operation: Operation, iterations: int) -> tuple[Side, Side, float]:
    """The single call, the call for many, and how many of its kind an evaluation needs."""
    single = rebuild(operation)
    if single is None:
        raise UntriableError("it cannot be built again")
    size = _largest_bytes(operation)
    together = max(2, operation.calls // iterations)
    count = min(together, max(2, int(_MOST_BATCH_BYTES / max(size, 1))))
    many = _stacked(operation, count)
    if many is None:
        raise UntriableError("it has no form that takes many at once")
    function, args, kwargs = single
    return _bound(function, args, kwargs), many, operation.calls / count


def _bound(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Side:
    return (functools.partial(function, **kwargs) if kwargs else function), args


def _largest_bytes(operation: Operation) -> float:
    return max(
        (
            math.prod(each.shape) * np.dtype(each.dtype).itemsize
            for each in (*operation.operands, *operation.results)
            if each.form != "python scalar"
        ),
        default=8.0,
    )


def _stacked(operation: Operation, count: int) -> Side | None:
    group, _, name = operation.name.partition(".")
    make = functools.partial(_stack_operand, count=count)
    if operation.kind == "scalar" and name in _SCALAR_UFUNCS:
        dtypes = [each.dtype for each in operation.operands if each.form == "numpy scalar"]
        of = np.dtype(dtypes[0]) if dtypes else np.dtype(float)
        parts = [np.full(count, 1.25).astype(of) for _ in operation.operands]
        return _SCALAR_UFUNCS[name], tuple(parts)
    if operation.kind == "ufunc" and group == "np" and "." not in name:
        ufunc = getattr(np, name, None)
        if not isinstance(ufunc, np.ufunc) or ufunc.signature or operation.keywords:
            return None
        inputs = _given(operation)[: ufunc.nin]
        if len(inputs) < ufunc.nin:
            return None
        dims = max((len(each.shape) for each in inputs), default=0)
        return ufunc, tuple(make(each, dims) for each in inputs)
    if operation.kind == "reduction" and name.endswith(".reduce"):
        ufunc = getattr(np, name.removesuffix(".reduce"), None)
        whole = operation.results and not operation.results[0].shape
        if not isinstance(ufunc, np.ufunc) or not whole:
            return None
        stack = make(operation.operands[0], len(operation.operands[0].shape))
        flat = stack.reshape(count, -1)
        return functools.partial(ufunc.reduce, axis=1), (flat,)
    if operation.kind == "product":
        return _stacked_product(operation, count)
    return None


def _given(operation: Operation) -> list[Operand]:
    """Its arrays and numbers as they were given: one that was given twice stands twice."""
    numbers = [each[1] for each in operation.arguments if each[0] == "operand"]
    return [operation.operands[number] for number in numbers]


def _stacked_product(operation: Operation, count: int) -> Side | None:
    given = _given(operation)
    if len(given) < 2:
        return None
    a, b = given[:2]
    left = [np.full(each.shape, 0.5, np.dtype(each.dtype)) for each in (a, b)]
    if len(a.shape) == 2 and len(b.shape) == 1:  # the same matrix with many vectors
        return np.matmul, (left[0], np.full((b.shape[0], count), 0.5, left[1].dtype))
    if len(a.shape) == 1 and len(b.shape) == 1:
        stacks = [np.full((count, *each.shape), 0.5, each.dtype) for each in left]
        return np.vecdot, tuple(stacks)
    if len(a.shape) == len(b.shape) == 2:
        stacks = [np.full((count, *each.shape), 0.5, each.dtype) for each in left]
        return np.matmul, tuple(stacks)
    return None


def _stack_operand(operand: Operand, dims: int, count: int) -> Any:
    if operand.form == "python scalar":
        return {"bool": True, "int": 2, "float": 1.25, "complex": 1.25 + 0.5j}[operand.dtype]
    padded = (1,) * (dims - len(operand.shape)) + operand.shape
    return np.full((count, *padded), 1.25).astype(np.dtype(operand.dtype))
