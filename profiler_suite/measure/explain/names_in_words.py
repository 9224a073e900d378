"""What the names in a function stand for, and what they held when it returned."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from profiler_suite.measure.explain.answers.same_answer import in_words
from profiler_suite.measure.explain.fields_in_words import fields
from profiler_suite.measure.lines.functions import python_function, python_name

# Elements of a list that are looked at, to tell what they are.
_MOST = 1_000_000
_DATA = (
    *(np.ndarray, np.generic, int, float, complex, tuple, list),
    *(np.random.Generator, np.random.RandomState),
)
_NUMBERS = {int, float, bool, np.float64, np.int64, np.bool_}
_ALIKE = ({float, np.float64}, {int, np.int64}, {bool, np.bool_})
# Of any functions, after which those that were not called yet are waited for no more.
_MOST_CALLS = 200_000
_MOST_KEYS = 10_000
# Of a wider table nobody names the columns one by one.
_MOST_COLUMNS = 200

VECTORIZED = "vectorized:"
FROM_PYFUNC = "frompyfunc:"
"""Before the name of a function that np.vectorize calls for every element."""
COUNTING = "RangeIndex"
"""An index that counts 0, 1, 2, …: labels are places."""


_NOTHING_BUT_BUILTINS = {"__builtins__": "builtins"}
"""Of a function that names no module: what a rewrite needs has to be imported for it."""


_FOR_REWRITES = ("numpy", "pandas")


def bound_names(function: FunctionType) -> dict[str, str]:
    """What a function's global names stand for: modules and functions by their public names.

    NumPy and pandas are among them wherever its file imports them: a rewrite may use them.
    What np.vectorize or np.frompyfunc has made of a function is named after that:
    'vectorized:price', 'frompyfunc:price'.
    """
    found = {
        name: value.__name__
        for name, value in function.__globals__.items()
        if isinstance(value, ModuleType) and value.__name__ in _FOR_REWRITES
    }
    for name in _global_names(function.__code__):
        value = function.__globals__.get(name)
        public = _public_name(value)
        if public:
            found[name] = public
    return found or _NOTHING_BUT_BUILTINS


def _global_names(code: CodeType) -> set[str]:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return set(code.co_names).union(*(_global_names(each) for each in inner))


def _public_name(value: Any) -> str:
    """'numpy.linalg.inv'; private modules on the way are left out; empty for data."""
    if isinstance(value, ModuleType):
        return value.__name__
    if isinstance(value, np.vectorize):
        return f"{VECTORIZED}{getattr(value.pyfunc, '__name__', '')}"
    name = getattr(value, "__name__", "")
    if type(value).__module__.startswith("scipy.stats.") and hasattr(value, "freeze"):
        return f"scipy.stats.{getattr(value, 'name', '')}"  # a distribution is an object
    if isinstance(value, np.ufunc) and python_name(value):
        return f"{FROM_PYFUNC}{python_name(value)}" if value.nout == 1 else ""
    if isinstance(value, np.ufunc):
        return f"numpy.{name}" if hasattr(np, name) else ""
    module = getattr(value, "__module__", None)
    if not callable(value) or not isinstance(name, str) or not isinstance(module, str):
        return ""
    public = [part for part in module.split(".") if not part.startswith("_")]
    for length in range(len(public), 0, -1):  # the longest that people import it from
        shown = ".".join(public[:length])
        if getattr(sys.modules.get(shown), name or " ", None) is value:
            return f"{shown}.{name}"
    return ".".join([*public, name]) if public and name else ""


def _is_data(value: Any) -> bool:
    if isinstance(value, _DATA):
        return True
    # Tables and sparse matrices, not what their modules define.
    return _package(value) in ("pandas", "scipy") and hasattr(value, "shape")


def _package(value: Any) -> str:
    return type(value).__module__.partition(".")[0]


def _columns(name: str, table: Any) -> Iterator[tuple[str, str]]:
    """What a table of pandas holds, by names such as "df['a']", 's.values' and 'df.index'.

    Of a sparse matrix what it is as an array, by 'm.toarray()'.
    """
    if _package(table) == "scipy" and hasattr(table, "toarray") and hasattr(table, "nnz"):
        yield f"{name}.toarray()", f"{table.dtype} {table.shape}"
    if _package(table) != "pandas" or not hasattr(table, "iloc"):
        return
    index = getattr(table, "index", None)
    counts = getattr(index, "start", 1) == 0 and getattr(index, "step", 0) == 1
    yield f"{name}.index", COUNTING if counts else "Index"
    if not hasattr(table, "columns"):
        yield f"{name}.values", f"{table.dtype} ({len(table)},)"
    elif len(table.columns) <= _MOST_COLUMNS:
        for column, dtype in zip(table.columns, table.dtypes, strict=True):
            yield f"{name}[{column!r}]", f"{dtype} ({len(table)},)"


def _held(values: list[Any]) -> str:
    """In words, with the array that its numbers make: 'list of 2 as int64 (2, 3)'."""
    array = _as_array(values)
    words = in_words(values)
    return words if array is None else f"{words} as {array.dtype} {array.shape}"


def _of_python(values: Any) -> str:
    """'float' of a list whose first number is Python's own; empty for other values."""
    while type(values) is list and values:
        values = values[0]
        if type(values) in (int, float, bool):
            return type(values).__name__
    return ""


def _dictionary(values: dict[Any, Any]) -> str:
    """In words, with the array that its values make: 'dict of 9 as uint8 (3,)' for colours."""
    words = in_words(values)
    if not 0 < len(values) <= _MOST_KEYS:
        return words
    kinds = {type(each) for each in values.values()}
    if len(kinds) != 1 or not kinds <= {int, float, bool, str, tuple, list, np.ndarray}:
        return words
    try:
        made = np.array(list(values.values()))
    except (ValueError, OverflowError):  # of different lengths, or beyond 64 bits
        return words
    plain = made.dtype.kind in "bif" or (made.dtype.kind == "u" and made.itemsize < 8)
    if made.dtype.kind == "U" and made.ndim == 1:
        plain = True
    return f"{words} as {made.dtype} {made.shape[1:]}" if plain else words


def _as_array(values: list[Any]) -> np.ndarray[Any, Any] | None:
    """The array of a list of numbers of one kind, or of lists of one length of them.

    Of one kind are also 0.0 and what is computed of elements of an array.
    """
    rows = [values]
    if values and all(type(each) is list for each in values):
        rows = values
    if len({len(each) for each in rows}) != 1 or not 0 < len(rows) * len(rows[0]) <= _MOST:
        return None
    kinds = {type(each) for row in rows for each in row}
    alike = len(kinds) == 1 or any(kinds <= each for each in _ALIKE)
    if not alike or not kinds <= _NUMBERS:
        return None
    made = np.array(values)
    return made if made.dtype.kind in "bif" else None


def names_of_arguments(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> dict[CodeType, dict[str, str]]:
    """What the parameters and the global data of a function hold before it is called."""
    start = python_function(function)
    if start is None:
        return {}
    try:
        bound = inspect.signature(function).bind(*arguments)
    except (TypeError, ValueError):
        return {}
    bound.apply_defaults()
    names = _global_names(start.__code__) & start.__globals__.keys()
    data = {k: v for k in names if _is_data(v := start.__globals__[k])}
    given = bound.arguments
    if isinstance(function, MethodType):
        given = {start.__code__.co_varnames[0]: function.__self__, **given}
    held = {**data, **bound.arguments, **_data_of_objects(given)}
    found = {k: in_words(v) for k, v in held.items()}
    found |= {key: said for k, v in held.items() for key, said in _columns(k, v)}
    found |= {key: said for k, v in held.items() for key, said in fields(k, v)}
    return {start.__code__: found}


def _data_of_objects(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the objects among the arguments, and their classes, hold: 'self.weights'."""
    found: dict[str, Any] = {}
    for name, owner in given.items():
        if owner is None or isinstance(owner, (*_DATA, ModuleType, FunctionType, dict)):
            continue
        held = getattr(owner, "__dict__", None)
        if not isinstance(held, dict) or _package(owner) in ("pandas", "scipy", "numpy"):
            continue
        of_class = {k: v for each in type(owner).__mro__ for k, v in vars(each).items()}
        own = {k: v for k, v in of_class.items() if not k.startswith("__")} | held
        found |= {f"{name}.{k}": v for k, v in own.items() if _is_data(v)}
    return found


def watch_names(
    function: Callable[..., Any], arguments: tuple[Any, ...], codes: list[CodeType]
) -> dict[CodeType, dict[str, str]]:
    """What each name held when these functions first returned, in words; global data too."""
    found: dict[CodeType, dict[str, str]] = {}
    known: dict[tuple[CodeType, str], tuple[Any, list[tuple[str, str]]]] = {}
    lists: dict[tuple[CodeType, str], tuple[int, str]] = {}

    def columns(frame: Any, name: str, value: Any) -> list[tuple[str, str]]:
        """Of a table that was as large at the last return, what was found then."""
        if _package(value) not in ("pandas", "scipy"):
            return []
        key, shape = (frame.f_code, name), getattr(value, "shape", None)
        if key not in known or known[key][0] != shape:
            known[key] = shape, list(_columns(name, value))
        return known[key][1]

    def words(frame: Any, name: str, value: Any) -> str:
        """Of a list that was as long at the last return, what was found then."""
        if type(value) is dict:
            return _dictionary(value)
        if type(value) is not list:
            return in_words(value)
        key = (frame.f_code, name)
        if key not in lists or lists[key][0] != len(value):
            lists[key] = len(value), _held(value)
        return lists[key][1]

    def look(frame: Any) -> None:
        names = _global_names(frame.f_code) & frame.f_globals.keys()
        data = {k: frame.f_globals[k] for k in names}
        code = frame.f_code
        parameters = code.co_varnames[: code.co_argcount]
        given = {k: frame.f_locals[k] for k in parameters if k in frame.f_locals}
        of_objects = _data_of_objects(given)
        held = {**data, **frame.f_locals, **of_objects}
        found[code] = {
            **{k: words(frame, k, v) for k, v in data.items() if _is_data(v)},
            **{k: words(frame, k, v) for k, v in frame.f_locals.items()},
            **{f"{k}[]": kind for k, v in frame.f_locals.items() if (kind := _of_python(v))},
            **{key: said for k, v in held.items() for key, said in columns(frame, k, v)},
            **{k: words(frame, k, v) for k, v in of_objects.items()},
            **{key: said for k, v in held.items() for key, said in fields(k, v)},
        }

    for frame in _frames_of(function, arguments, codes):
        look(frame)
    return found


def _frames_of(
    function: Callable[..., Any], arguments: tuple[Any, ...], codes: list[CodeType]
) -> list[Any]:
    """The frame of the first call of each of these, as the call has left it.

    A frame that somebody holds keeps what its names held when it returned. Once one of each
    is held nothing is looked at any more, and the function runs as fast as ever.
    """
    held: dict[int, Any] = {}
    wanted = {id(code) for code in codes}  # a code's hash is computed anew each time
    left = _MOST_CALLS

    def begins(frame: Any, event: str, _: Any) -> None:
        nonlocal left
        left -= 1
        if id(frame.f_code) in wanted:
            held.setdefault(id(frame.f_code), frame)
        if len(held) == len(wanted) or left < 0:
            sys.settrace(before)

    before = sys.gettrace()
    sys.settrace(begins)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return list(held.values())
