"""Tries on the machine what might be advised: both sides in turn, answers compared."""

import functools
import math
import mmap
import random
import warnings
from collections.abc import Callable, Sequence
from time import perf_counter
from types import FunctionType
from typing import Any

import msgspec
import numpy as np
import threadpoolctl

from profiler_suite.measure import timing
from profiler_suite.measure.explain.records import Rewrite, Trial, TrialResult
from profiler_suite.measure.explain.same_answer import arrays_in, compare
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.lines.functions import python_function
from profiler_suite.measure.threads import rest
from profiler_suite.measure.trace.rebuild import rebuild
from profiler_suite.model.rows import Visit
from profiler_suite.model.trace import Operand, Operation
from profiler_suite.workloads import user_function

_LEAST_PAIRS = 6
_MOST_PAIRS = 150
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


class _UntriableError(Exception):
    """It cannot be tried, for this reason."""


def attempt(subject: Subject, operations: Sequence[Operation], trial: Trial) -> TrialResult:
    """Try one thing; what goes wrong is the reason that comes back.

    `operations` are those that were explained; only a batch needs them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _attempt(subject, operations, trial)


def _attempt(subject: Subject, operations: Sequence[Operation], trial: Trial) -> TrialResult:
    try:
        if trial.kind == "threads":
            return _threads(subject, trial)
        with threadpoolctl.threadpool_limits(limits=subject.threads):
            if trial.kind == "batch":
                return _batch(subject, operations[trial.operation], trial)
            if trial.kind == "versus":
                other = user_function.load(trial.target, trial.setup)
                before, after = _pairs(
                    subject,
                    (subject.function, subject.arguments()),
                    (functools.partial(other.function, **other.kwargs), other.args)
                    if other.kwargs
                    else (other.function, other.args),
                )
                return TrialResult(trial=trial, before=before, after=after)
            return _rewrite(subject, trial)
    except _UntriableError as error:
        reason = str(error)
    # A rewrite may be wrong in any way: then it is not advised.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        reason = f"{type(error).__name__}: {error}"
    return TrialResult(trial=trial, before=(), after=(), same=False, reason=reason)


def _pairs(
    subject: Subject,
    before: Side,
    after: Side,
    around: Callable[[int], None] = lambda side: None,
) -> tuple[tuple[Visit, ...], tuple[Visit, ...]]:
    """Visits to both sides in turn, in random order within each pair."""
    sides = (before, after)
    prepared = []
    for number, (function, arguments) in enumerate(sides):
        around(number)
        prepared.append(timing.prepare(function, arguments))
    visits: tuple[list[Visit], list[Visit]] = ([], [])
    order = random.Random(subject.effort.seed)
    begun = perf_counter()
    while len(visits[0]) < _MOST_PAIRS:
        elapsed_s = perf_counter() - begun
        if len(visits[0]) >= _LEAST_PAIRS and elapsed_s > subject.effort.trial_s:
            break
        if elapsed_s > 8 * subject.effort.trial_s and len(visits[0]) >= 2:
            break
        for number in order.sample((0, 1), 2):
            around(number)
            function, arguments = sides[number]
            visits[number].append(
                subject.visit(
                    ["before", "after"][number], function, arguments, prepared[number]
                )
            )
    return tuple(visits[0]), tuple(visits[1])


# ----------------------------------------------------------------- rewrites


def _rewrite(subject: Subject, trial: Trial) -> TrialResult:
    assert trial.rewrite is not None
    function, namespace = rewritten(subject.function, trial.rewrite)
    third = None
    one = _seeded(subject.function, subject.arguments())
    other = _seeded(function, subject.arguments())
    difference = compare(one, other)
    if difference.same:
        # A buffer that is kept between calls must never be what is returned.
        kept = [v for k, v in namespace.items() if k.startswith("buffer_")]
        if any(
            np.may_share_memory(array, buffer)
            for array in arrays_in(other)
            for buffer in kept
            if isinstance(buffer, np.ndarray)
        ):
            raise _UntriableError("its result would live in memory that is used again")
        del kept
        third = _seeded(function, subject.arguments())
        difference = compare(one, third)
    if not difference.same:
        return TrialResult(
            trial=trial,
            before=(),
            after=(),
            same=False,
            largest_error=difference.largest_error,
            reason="the answer differs",
        )
    # What lies on the heap decides whether the function's own temporaries fault: answers
    # and buffers kept there would spare it the faults that it has on its own.
    del one, other, third
    _off_the_heap(namespace)
    before, after = _pairs(
        subject, (subject.function, subject.arguments()), (function, subject.arguments())
    )
    return TrialResult(
        trial=trial,
        before=before,
        after=after,
        largest_error=difference.largest_error,
        dtype_changed=difference.dtype_changed,
    )


def rewritten(
    function: Callable[..., Any], rewrite: Rewrite
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function in a copy of its module in which one function is written another way.

    The module's own functions are copied too, so that they call the new one.
    """
    start = python_function(function)
    if start is None or not (start is function or isinstance(function, functools.partial)):
        raise _UntriableError("it is decorated, a method or compiled")
    if start.__closure__ and rewrite.function == start.__name__:
        raise _UntriableError("it uses variables of the function around it")
    namespace = dict(start.__globals__)
    for name, value in start.__globals__.items():
        if isinstance(value, FunctionType) and value.__globals__ is start.__globals__:
            namespace[name] = _moved(value, namespace)
    exec(compile(rewrite.source, f"<rewritten {rewrite.function}>", "exec"), namespace)
    if rewrite.function == start.__name__:
        made = namespace[rewrite.function]
    else:
        made = _moved(start, namespace)
    if isinstance(function, functools.partial):
        return functools.partial(made, *function.args, **function.keywords), namespace
    return made, namespace


def _off_the_heap(namespace: dict[str, Any]) -> None:
    """Moves the buffers of a rewritten function to memory of their own."""
    for name, value in namespace.items():
        if name.startswith("buffer_") and isinstance(value, np.ndarray) and value.nbytes:
            memory = np.frombuffer(mmap.mmap(-1, value.nbytes), value.dtype)
            namespace[name] = memory.reshape(value.shape)


def _moved(function: FunctionType, namespace: dict[str, Any]) -> FunctionType:
    made = FunctionType(
        function.__code__,
        namespace,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _seeded(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Its result with the global generators in a known state, which is restored."""
    # The global generator is what functions that draw from np.random use.
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    try:
        return function(*arguments)
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002


# ------------------------------------------------------------------ threads


def _threads(subject: Subject, trial: Trial) -> TrialResult:
    controller = threadpoolctl.ThreadpoolController()
    limits = (subject.threads, trial.threads)
    current = 0

    def around(side: int) -> None:
        nonlocal current
        if limits[side] != current:
            controller.limit(limits=limits[side])
            if current > limits[side]:
                rest()
            current = limits[side]

    saved = {each.filepath: each.num_threads for each in controller.lib_controllers}
    arguments = subject.arguments()
    try:
        before, after = _pairs(
            subject, (subject.function, arguments), (subject.function, arguments), around
        )
    finally:
        for each in controller.lib_controllers:
            each.set_num_threads(saved[each.filepath])
    return TrialResult(trial=trial, before=before, after=after)


# ------------------------------------------------------------------ batches


def _batch(subject: Subject, operation: Operation, trial: Trial) -> TrialResult:
    """One call over all operands stacked, against one of the traced calls."""
    single = rebuild(operation)
    if single is None:
        raise _UntriableError("it cannot be built again")
    size = _largest_bytes(operation)
    together = max(2, operation.calls // trial.iterations)
    count = min(together, max(2, int(_MOST_BATCH_BYTES / max(size, 1))))
    many = _stacked(operation, count)
    if many is None:
        raise _UntriableError("it has no form that takes many at once")
    function, args, kwargs = single
    before, after = _pairs(subject, _bound(function, args, kwargs), many)
    scale = operation.calls / count
    after = tuple(
        msgspec.structs.replace(
            visit, sample_times_s=tuple(t * scale for t in visit.sample_times_s)
        )
        for visit in after
    )
    return TrialResult(trial=trial, before=before, after=after, calls=operation.calls)


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
        inputs = list(operation.operands)[: ufunc.nin]
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


def _stacked_product(operation: Operation, count: int) -> Side | None:
    if len(operation.operands) < 2:
        return None
    a, b = operation.operands[:2]
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
