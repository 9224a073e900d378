"""Loads a person's own function with its arguments, from a module or a file.

Whatever is wrong with the file, the names or the setup ends in one sentence with
the user's own file and line; what the function itself raises is a FunctionError.
"""

import importlib
import importlib.util
import inspect
import linecache
import sys
import traceback
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from profiler_suite.errors import (
    FunctionError,
    ProfilerSuiteError,
    TimeUp,
    UsageError,
    unknown_name,
)
from profiler_suite.model.noun import Noun

_PACKAGE = Path(__file__).resolve().parents[1]
# Functions of ours in which nothing but a call of the user's can fail.
_CALLERS = frozenset(
    ("time_evaluations", "call", "drive", "_time", "enter_traced_function", "count")
)
_HOW = "give MODULE:FUNCTION or path/to/file.py:function"


class FunctionCall(Noun, frozen=True):
    """A function with the arguments it is to be called with."""

    name: str
    """As it was asked for, such as 'my.py:kernel'."""
    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = msgspec.field(default_factory=dict)
    setup: str = ""
    """What made the arguments; empty when nothing did."""

    @property
    def given(self) -> tuple[Any, ...]:
        """All its arguments, with and without names."""
        return (*self.args, *self.kwargs.values())


def load(target: str, setup: str = "", dtype: str = "") -> FunctionCall:
    """The function of `target` with the arguments that `setup` returns.

    A setup that is a bare name is looked up in the target's module. It returns a
    tuple or list of arguments, a dict of keyword arguments, a pair of both, or
    the only argument. `dtype` is passed on to a setup that takes one.
    """
    function = function_of(target)
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    if setup:
        args, kwargs = _arguments(whole_setup(target, setup), dtype)
    elif dtype:
        raise UsageError(
            f"--dtype {dtype} needs a setup that takes a parameter 'dtype'; "
            "give one with --setup FUNCTION"
        )
    return call_of(target, function, (args, kwargs), setup)


def function_of(target: str) -> Callable[..., Any]:
    """The function that MODULE:FUNCTION or path/to/file.py:function names."""
    module, name = _split(target)
    return _named(_module(module), name, target)


def file_of(function: Callable[..., Any]) -> str:
    """The file that defines it, of what is compiled its library; empty where not known."""
    try:
        file = inspect.getsourcefile(inspect.unwrap(function))
    except (TypeError, ValueError):
        module = sys.modules.get(str(getattr(function, "__module__", "")))
        file = getattr(module, "__file__", None)
    return str(Path(file).resolve()) if file else ""


def line_of(function: Callable[..., Any]) -> int:
    """The line that it begins in; 0 where that is not known."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return int(getattr(code, "co_firstlineno", 0))


def whole_setup(target: str, setup: str) -> str:
    """The setup with the module it is in: a bare name is looked up beside the target."""
    is_name = setup.replace(".", "").isidentifier() and not setup.endswith(".py")
    return f"{_split(target)[0]}:{setup}" if is_name else setup


def call_of(
    target: str,
    function: Callable[..., Any],
    given: tuple[tuple[Any, ...], dict[str, Any]],
    setup: str,
) -> FunctionCall:
    """The function with these arguments; UsageError where they do not fit."""
    args, kwargs = given
    _check_signature(function, args, kwargs, target, setup)
    refuse_coroutine(function, target)
    return FunctionCall(name=target, function=function, args=args, kwargs=kwargs, setup=setup)


def failure(error: BaseException, function: str) -> FunctionError:
    """What a user's function raised, or where it was stopped, with the user's own line."""
    what = "was stopped" if isinstance(error, TimeUp) else "raised"
    return FunctionError(_told(error, f"{function} {what}"))


def is_of_user(error: BaseException) -> bool:
    """Whether an error came from code of the user's, not from this package's own.

    Compiled code has no frame: then the last one is of ours that only calls.
    """
    if _own_frame(error) is not None:
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].name in _CALLERS


def refuse_coroutine(function: Callable[..., Any], name: str) -> None:
    """Calling a coroutine function runs nothing of it: a usage error that says so."""
    call = inspect.getattr_static(type(function), "__call__", None)
    if any(
        inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)
        for each in (function, call)
    ):
        raise _coroutine(name)


def refuse_coroutine_result(result: Any, name: str) -> None:
    """What only gave a coroutine has not run either, whatever kind of callable it is."""
    if inspect.iscoroutine(result):
        result.close()
    if inspect.iscoroutine(result) or inspect.isasyncgen(result):
        raise _coroutine(name)


def _coroutine(name: str) -> UsageError:
    return UsageError(
        f"{name} is a coroutine function: calling it does not run it; explain a function "
        "that does, such as one that returns asyncio.run(…)"
    )


def _split(target: str) -> tuple[str, str]:
    module, colon, name = target.rpartition(":")
    if not colon or not module or not name:
        if target.endswith(".py") or Path(target).is_file():
            raise UsageError(f"{target!r} names a file but no function; {_HOW}")
        raise UsageError(f"{target!r} names no function; {_HOW}")
    return module, name


def _module(text: str) -> ModuleType:
    is_path = text.endswith(".py") or "/" in text or "\\" in text or Path(text).is_file()
    return _from_file(text) if is_path else _from_name(text)


def _from_file(text: str) -> ModuleType:
    path = Path(text).expanduser()
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise UsageError(f"the file {text!r} {what}; {_HOW}")
    if path.suffix != ".py":
        raise UsageError(
            f"the file {text!r} is not a Python file: its name does not end in .py"
        )
    path = path.resolve()
    for known in sys.modules.values():
        if getattr(known, "__file__", None) == str(path):
            return known
    # Under its own name, unless that is taken: what it defines can then be pickled.
    name = path.stem if path.stem not in sys.modules else f"profiler_suite_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{text!r} is not a Python file; {_HOW}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # As when it is run as a script, it may import its neighbours.
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt):
            raise
        raise UsageError(_told(error, f"{text} cannot be loaded")) from error
    return module


def _from_name(name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{name!r} is neither the name of a module nor a file; {_HOW}")
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and (name == missing or name.startswith(f"{missing}.")):
            if Path(f"{name}.py").is_file():
                raise UsageError(f"{name!r} cannot be imported: {error}") from error
            files = [path.stem for path in Path.cwd().glob("*.py")]
            if files:
                raise unknown_name("module", name, files) from error
            raise UsageError(f"there is no module {name!r}; {_HOW}") from error
        raise UsageError(_told(error, f"module {name} cannot be imported")) from error


def identifier(name: str) -> str:
    """A name as the compiler keeps it: µ typed on a keyboard becomes the Greek letter."""
    return unicodedata.normalize("NFKC", name)


def _named(module: ModuleType, name: str, target: str) -> Callable[..., Any]:
    found: Any = module
    for written in name.split("."):
        part = written if hasattr(found, written) else identifier(written)
        if not hasattr(found, part):
            known = (
                [
                    each
                    for each, value in vars(found).items()
                    if callable(value) and not each.startswith("_")
                ]
                if hasattr(found, "__dict__")
                else []
            )
            if not known:
                raise UsageError(f"{module.__name__} has no function {name!r}; it has none")
            raise unknown_name(f"function in {target.rpartition(':')[0]}:", name, known)
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"{target} is of type {type(found).__name__}, not a function")
    return found  # type: ignore[no-any-return]


def _arguments(setup: str, dtype: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    made = made_by(setup, dtype)
    if inspect.isgenerator(made):
        raise UsageError(
            f"the setup {setup.rpartition(':')[2]} gives a generator; return the arguments"
        )
    return as_arguments(made)


def made_by(setup: str, dtype: str = "") -> Any:
    """What the setup returns."""
    module, name = _split(setup)
    function = _named(_module(module), name, setup)
    keywords: dict[str, Any] = {}
    if dtype:
        if not _takes(function, "dtype"):
            raise UsageError(
                f"the setup {name!r} takes no parameter 'dtype'; leave --dtype out or add it"
            )
        keywords["dtype"] = dtype
    missing = misfit(function, (), keywords)
    if missing:
        raise UsageError(f"the setup {name} cannot be called without arguments: {missing}")
    try:
        made = function(**keywords)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise UsageError(_told(error, f"the setup {name} raised")) from error
    if inspect.iscoroutine(made):
        made.close()
        raise UsageError(f"the setup {name} gives a coroutine; return the arguments")
    return made


def as_arguments(made: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and keyword arguments of what a setup returned for one call."""
    if isinstance(made, dict):
        return (), made
    if isinstance(made, tuple | list):
        if len(made) == 2 and isinstance(made[0], tuple | list) and isinstance(made[1], dict):
            return tuple(made[0]), made[1]
        return tuple(made), {}
    return (made,), {}


def _takes(function: Callable[..., Any], name: str) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters or any(
        each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()
    )


def _first_parameter(function: Callable[..., Any]) -> str:
    try:
        return next(iter(inspect.signature(function).parameters), "")
    except (TypeError, ValueError):
        return ""


def misfit(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Why these arguments do not fit; empty when they do, or when nobody can tell."""
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        return str(error)
    except ValueError:
        pass  # compiled functions often have no signature
    return ""


def _check_signature(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    target: str,
    setup: str,
) -> None:
    wrong = misfit(function, args, kwargs)
    if not wrong:
        return
    if _first_parameter(function) in ("self", "cls"):
        raise UsageError(
            f"{target} is a method; --from 'SCRIPT.py ARGS' takes its object from a program "
            "that calls it, or give a function that makes the object and calls it"
        )
    if setup:
        raise UsageError(f"what {setup} returns does not fit {target}: {wrong}")
    raise UsageError(
        f"{target} needs arguments ({wrong}); give --setup FUNCTION that returns them, or "
        "--from 'SCRIPT.py ARGS' that calls it"
    )


def _told(error: BaseException, what: str) -> str:
    """One sentence and the user's own line: 'what: my.py, line 3, in f: ValueError: …'."""
    said = _said(error)
    text = f"{type(error).__name__}{f': {said}' if said else ''}"
    if isinstance(error, TimeUp):
        text = said
    if isinstance(error, SyntaxError) and error.filename:
        source = (error.text or "").strip()
        where = f"{error.filename}, line {error.lineno or 1}"
        shown = f"\n    {source}" if source else ""
        return f"{what}: {where}: not valid Python: {error.msg}{shown}"
    if isinstance(error, ProfilerSuiteError):
        return f"{what}: {said}"
    frame = _own_frame(error)
    if frame is None:
        return f"{what}: {text}"
    source = linecache.getline(frame.filename, frame.lineno or 0).strip()
    shown = f"\n    {source}" if source else ""
    return f"{what}: {frame.filename}, line {frame.lineno}, in {frame.name}: {text}{shown}"


def _said(error: BaseException) -> str:
    """The error's own text in one line that is safe to print."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a user's error class may be wrong as well
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _own_frame(error: BaseException) -> traceback.FrameSummary | None:
    """The innermost frame of the user's code: not ours, not Python's, not a library's."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(("<frozen", str(_PACKAGE)))
    ]
    own = [frame for frame in frames if not _is_library(frame.filename)]
    return own[-1] if own else None


def _is_library(file: str) -> bool:
    parts = Path(file).parts
    if "site-packages" in parts or "dist-packages" in parts:
        return True
    return file.startswith(str(Path(inspect.__file__).parent) + "/") and "tests" not in parts
