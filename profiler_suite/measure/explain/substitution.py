"""Functions in a copy of their module in which some are written another way."""

import ast
import functools
import mmap
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.measure.explain.records import Rewrite
from profiler_suite.measure.lines.functions import python_function


class UntriableError(ProfilerSuiteError):
    """It cannot be tried, for this reason."""


def substituted(
    function: Callable[..., Any], rewrites: Sequence[Rewrite]
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function in a copy of its module in which some functions are written another way.

    The module's own functions are copied too, so that they call the new ones.
    """
    start = python_function(function)
    if start is None or not (start is function or isinstance(function, functools.partial)):
        raise UntriableError("it is decorated, a method or compiled")
    names = {each.function for each in rewrites}
    if start.__closure__ and start.__name__ in names:
        raise UntriableError("it uses variables of the function around it")
    namespace = dict(start.__globals__)
    for name, value in start.__globals__.items():
        if isinstance(value, FunctionType) and value.__globals__ is start.__globals__:
            namespace[name] = _moved(value, namespace)
    for each in rewrites:
        own = start if start.__name__ == each.function else namespace.get(each.function)
        exec(_without_decorators(each, own), namespace)
        made = namespace[each.function]
        if isinstance(own, FunctionType) and isinstance(made, FunctionType):
            # Default values are objects that were made once; they serve the new one too.
            made.__defaults__, made.__kwdefaults__ = own.__defaults__, own.__kwdefaults__
    entry = namespace[start.__name__] if start.__name__ in names else _moved(start, namespace)
    if isinstance(function, functools.partial):
        return functools.partial(entry, *function.args, **function.keywords), namespace
    return entry, namespace


def _without_decorators(rewrite: Rewrite, own: Any) -> CodeType:
    """The code of a rewritten function; decorators that left the original alone are not run.

    Raises UntriableError where a decorator made another function of the original.
    """
    tree = ast.parse(rewrite.source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == rewrite.function:
            plain = isinstance(own, FunctionType) and own.__code__.co_name == rewrite.function
            if node.decorator_list and not plain:
                raise UntriableError("a decorator makes another function of it")
            node.decorator_list = []
    return compile(tree, f"<rewritten {rewrite.function}>", "exec")


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


def buffers(namespace: dict[str, Any]) -> list[np.ndarray[Any, Any]]:
    """What a rewritten function keeps between calls."""
    return [
        value
        for name, value in namespace.items()
        if name.startswith("buffer_") and isinstance(value, np.ndarray)
    ]


def move_off_the_heap(namespace: dict[str, Any]) -> None:
    """Moves the buffers of a rewritten function to memory of their own.

    What lies on the heap decides whether the function's own temporaries fault: buffers
    kept there would spare it the faults that it has on its own.
    """
    for name, value in namespace.items():
        if name.startswith("buffer_") and isinstance(value, np.ndarray) and value.nbytes:
            memory = np.frombuffer(mmap.mmap(-1, value.nbytes), value.dtype)
            namespace[name] = memory.reshape(value.shape)
