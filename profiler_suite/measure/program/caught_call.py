"""A call that was caught as it began: the function and its arguments, from its frame."""

import contextlib
import copy
import gc
import inspect
import io
import itertools
import os
import re
import socket
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FrameType, FunctionType, MappingProxyType, MethodType
from typing import Any

from profiler_suite.errors import UsageError
from profiler_suite.measure.explain.answers.same_answer import copied, in_words
from profiler_suite.measure.explain.records import LoadRequest
from profiler_suite.measure.program.repeated_input import repeat_input, rest_of_input
from profiler_suite.workloads import module_lines
from profiler_suite.workloads.user_function import FunctionCall, refuse_coroutine

# What is not copied with an object that holds it: each copy works with the same one.
_SHARED: tuple[type, ...] = (
    *(type(threading.Lock()), type(threading.RLock()), threading.Thread, threading.local),
    *(threading.Event, threading.Condition, threading.Semaphore, socket.socket),
    *(io.FileIO, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.TextIOWrapper),
    *(types.ModuleType, types.FrameType, weakref.WeakKeyDictionary, weakref.WeakSet),
)
# Of a generator among the arguments, which gives each value once.
_MOST_VALUES = 100_000
# Of a file among them.
_MOST_BYTES = 2**28
_OF_INPUT = re.compile(r"\bopen\(0\b")


def call_of(
    frame: FrameType,
    ask: LoadRequest,
    order: dict[str, Any],
    places: Mapping[int, int] = MappingProxyType({}),
) -> FunctionCall:
    """The function whose frame that is, called with what its parameters hold.

    Files that are open for reading are read from `places` (by their identity) in each call.
    Raises UsageError where an argument cannot be copied, so that no call could be repeated.
    """
    _share_what_cannot_be_copied()
    if order.get("first"):
        function, given = module_lines.function_of(
            frame.f_code.co_filename, order["first"], order["last"], _namespace(frame)
        )
        args, kwargs = given, dict[str, Any]()
    else:
        function = function_of(frame)
        args, kwargs = arguments_of(frame)
    refuse_coroutine(function, ask.target)
    stdin = getattr(sys, "stdin", None)
    if not _input_given_again(order, places):
        _refuse_input(function, ask.target)
    elif stdin is not None:  # a parameter may hold it as well
        args = tuple(sys.stdin if value is stdin else value for value in args)
        kwargs = {name: sys.stdin if v is stdin else v for name, v in kwargs.items()}
    again = order.get("input", -1)
    args = tuple(_repeatable(value, places, again) for value in args)
    kwargs = {name: _repeatable(value, places, again) for name, value in kwargs.items()}
    _refuse_uncopied(function, args, kwargs, ask.target)
    return FunctionCall(name=ask.target, function=function, args=args, kwargs=kwargs)


def _namespace(frame: FrameType) -> dict[str, Any]:
    """What lines of that frame may read: a module's values, and a function's own."""
    return {**frame.f_globals, **frame.f_locals}


def function_of(frame: FrameType) -> Callable[..., Any]:
    """The function that the frame is a call of; made anew where nothing refers to it."""
    code, values = frame.f_code, frame.f_locals
    for found in gc.get_referrers(code):
        if isinstance(found, FunctionType) and found.__code__ is code:
            cells = found.__closure__ or ()
            if all(
                _holds(cell, values, name)
                for cell, name in zip(cells, code.co_freevars, strict=True)
            ):
                return found
    return _made(code, frame)


def _holds(cell: types.CellType, values: Any, name: str) -> bool:
    try:
        return name in values and cell.cell_contents is values[name]
    except ValueError:  # not filled yet
        return name not in values


def _made(code: CodeType, frame: FrameType) -> Callable[..., Any]:
    values = frame.f_locals
    cells = tuple(
        types.CellType(values[name]) if name in values else types.CellType()
        for name in code.co_freevars
    )
    function = FunctionType(code, frame.f_globals, code.co_name, None, cells)
    function.__qualname__ = code.co_qualname
    return function


def arguments_of(frame: FrameType) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What the parameters hold, as a call of the function would give them."""
    code, values = frame.f_code, frame.f_locals
    names = code.co_varnames
    positional = code.co_argcount
    after = positional + code.co_kwonlyargcount
    args = tuple(values[name] for name in names[:positional])
    kwargs = {name: values[name] for name in names[positional:after]}
    if code.co_flags & inspect.CO_VARARGS:
        args += tuple(values[names[after]])
        after += 1
    if code.co_flags & inspect.CO_VARKEYWORDS:
        kwargs |= values[names[after]]
    return args, kwargs


def _repeatable(value: Any, places: Mapping[int, int], again: int) -> Any:
    """A generator and an open file give what they have once: each call gets it anew.

    `again` is a descriptor of what standard input was.
    """
    if id(value) in places and getattr(value, "name", "") == 0:  # as open(0) has it
        with contextlib.suppress(OSError, ValueError, AttributeError):
            encoding, errors = value.encoding, value.errors
            return io.StringIO(rest_of_input(again, places[id(value)], encoding, errors))
    if id(value) in places:
        return _rest_of(value, places[id(value)])
    if isinstance(value, types.GeneratorType):
        return iter(list(itertools.islice(value, _MOST_VALUES)))
    return value


def _rest_of(file: Any, place: int) -> Any:
    """What a file has behind that place, in memory; the file itself if it is gone or large."""
    try:
        there = Path(file.name).stat()
        if not os.path.samestat(there, os.fstat(file.fileno())):
            return file
        if there.st_size > _MOST_BYTES:
            return file
        if isinstance(file, io.TextIOWrapper):
            with Path(file.name).open(encoding=file.encoding, errors=file.errors) as text:
                text.seek(place)
                return io.StringIO(text.read())
        with Path(file.name).open("rb") as binary:
            binary.seek(place)
            return io.BytesIO(binary.read())
    except (OSError, ValueError, TypeError):
        return file


def _share_what_cannot_be_copied() -> None:
    """In this process alone: a lock or an open file in an object stays the one it is."""
    known: Any = copy._deepcopy_dispatch  # type: ignore[attr-defined]
    for each in _SHARED:
        known.setdefault(each, _itself)
    known[MethodType] = known.get(MethodType, _itself)


def _itself(value: Any, memo: dict[int, Any]) -> Any:
    return value


def _input_given_again(order: dict[str, Any], places: Mapping[int, int]) -> bool:
    """Whether each call reads standard input from where it stood, which was a file then."""
    place = places.get(id(getattr(sys, "stdin", None)))
    return place is not None and repeat_input(order.get("input", -1), place)


def _refuse_input(function: Callable[..., Any], target: str) -> None:
    """What was typed in, or came through a pipe, comes once."""
    if _reads_input(function):
        raise UsageError(
            f"{target} reads standard input, which the program has read already; explain what "
            "works on it in a function of its own, or let it read a file (< FILE)"
        )


def _reads_input(function: Callable[..., Any]) -> bool:
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    names, space = code.co_names, function.__globals__
    if "fileinput" in names and "stdin" not in names:
        return not sys.argv[1:]  # else it reads the files that are named there
    if "stdin" in names or ("input" in names and "input" not in space):
        return True
    try:
        return "open" in names and _OF_INPUT.search(inspect.getsource(function)) is not None
    except (OSError, TypeError):
        return False


def _refuse_uncopied(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], target: str
) -> None:
    for name, value in _named(function, args, kwargs):
        try:
            copied((value,))
        except MemoryError:
            raise UsageError(
                f"{target}: there is not enough memory for a copy of its argument {name!r} "
                f"({in_words(value)}); let the program work on less"
            ) from None
        except Exception as error:
            raise UsageError(
                f"{target}: its argument {name!r} ({in_words(value)}) cannot be copied, so its "
                f"call cannot be repeated: {' '.join(str(error).split())}; explain a function "
                "that it calls"
            ) from error


def _named(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    for number, value in enumerate(args):
        yield names[number] if number < len(names) else f"argument {number + 1}", value
    yield from kwargs.items()
