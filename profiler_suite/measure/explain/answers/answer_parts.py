"""Takes an answer of any kind apart into what can be compared: arrays, numbers, texts."""

import collections
import random
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from profiler_suite.measure.trace.reach.containers import items

Parts = list[tuple[str, Any]]

# A list of this many floats is compared as an array.
_MANY = 50
_FLOATS = (float, np.float64)
_DEEPEST = 12
# Objects of compiled code without equality of their own and without attributes.
_IDENTITY: Any = object.__eq__


def kind_of(value: Any) -> tuple[str, str]:
    """The class of a value by name: a class that a function defines is new at every call."""
    module, name = type(value).__module__, type(value).__qualname__
    # An index that counts and one that holds the numbers are the same to whoever uses them.
    counts = name == "RangeIndex" and module.partition(".")[0] == "pandas"
    return ("pandas", "Index") if counts else (module, name)


def parts(value: Any) -> Parts | None:
    """Names and values that make up a value; None where it has to be compared as a whole."""
    try:
        return _parts(value)
    except Exception:  # noqa: BLE001 - whatever an object's own attributes and lengths raise
        return None


def _parts(value: Any) -> Parts | None:
    package = type(value).__module__.partition(".")[0]
    if isinstance(value, np.ndarray):
        return _parts_of_array(value)
    if isinstance(value, np.random.Generator):
        return [("state", value.bit_generator.state)]
    if isinstance(value, np.random.RandomState):
        return [("state", value.get_state(legacy=False))]
    if isinstance(value, tuple | list | collections.deque):
        if len(value) > _MANY and all(type(each) in _FLOATS for each in value):
            return [("numbers", np.array(value))]
        return [(str(number), each) for number, each in enumerate(value)]
    if isinstance(value, random.Random):
        return [("state", value.getstate())]
    if isinstance(value, type({}.values())):
        listed: list[Any] = list(value)
        return [(str(number), each) for number, each in enumerate(listed)]
    # Before dictionaries: a matrix of keys of older versions of SciPy is one.
    if hasattr(value, "tocsr") and hasattr(value, "nnz"):
        return _parts_of_sparse(value)
    if isinstance(value, dict | types.MappingProxyType):
        # Keys are compared as values: 1 and np.int64(1) find the same.
        return [("keys", list(value)), *((str(n), v) for n, v in enumerate(value.values()))]
    if package == "pandas":
        return _parts_of_pandas(value)
    if isinstance(value, types.FunctionType):
        return _parts_of_function(value)
    if isinstance(value, types.MethodType):
        return [("self", value.__self__), ("function", value.__func__)]
    if isinstance(value, type | types.ModuleType | set | frozenset):
        return None
    found = [(str(name), each) for name, each in items(value)]
    if not found and (has_equality(value) or not _has_attributes(value)):
        return None
    return found + _kept_besides(value) if _keeps_more(value) or not found else found


def _keeps_more(value: Any) -> bool:
    """Whether compiled code keeps a state of its own in it, beside its attributes."""
    kind: Any = type(value)
    return bool(kind.__reduce__ is not object.__reduce__)


def _kept_besides(value: Any) -> Parts:
    """What pickle would keep of an object: what it is made of, and its state.

    Classes are compared by name elsewhere: one that a function defines is new at every call.
    """
    made = value.__reduce_ex__(4)
    if isinstance(made, str):
        return []
    kept = [each for each in made[1] if not isinstance(each, type)]
    kept += [each for each in made[2:3] if each is not None]
    kept += [list(each) for each in made[3:5] if each is not None]
    return [(f"kept {number}", each) for number, each in enumerate(kept)]


def arrays_of(value: Any, depth: int = 0) -> Iterator[np.ndarray[Any, Any]]:
    """Every array of plain elements in an answer of any kind."""
    if isinstance(value, str | bytes | int | float | complex | None) or depth > _DEEPEST:
        return
    inner = parts(value)
    if inner is not None:
        for _, each in inner:
            yield from arrays_of(each, depth + 1)
    elif isinstance(value, np.ndarray):
        yield value


def has_equality(value: Any) -> bool:
    """False for objects that are equal to themselves alone."""
    return type(value).__eq__ is not _IDENTITY


def _has_attributes(value: Any) -> bool:
    slots = any("__slots__" in vars(kind) for kind in type(value).__mro__[:-1])
    return slots or hasattr(value, "__dict__")


def _parts_of_array(array: np.ndarray[Any, Any]) -> Parts | None:
    if isinstance(array, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(array)
        return [("mask", np.asarray(mask)), ("data", np.asarray(array.filled()))]
    if array.dtype.names is not None:
        plain = array.view(np.ndarray)
        return [(name, plain[name]) for name in array.dtype.names]
    if array.dtype.hasobject and array.dtype.kind == "O":
        return [("shape", array.shape), ("elements", array.ravel().tolist())]
    return None


def _parts_of_pandas(value: Any) -> Parts | None:
    if hasattr(value, "columns") and hasattr(value, "iloc"):
        columns = [(f"column {n}", value.iloc[:, n].array) for n in range(len(value.columns))]
        return [("columns", value.columns), ("index", value.index), *columns]
    if hasattr(value, "index") and hasattr(value, "to_numpy"):
        return [("name", value.name), ("index", value.index), ("values", value.array)]
    if hasattr(value, "to_numpy"):
        return [
            ("dtype", str(value.dtype)),
            ("names", list(getattr(value, "names", ()))),
            ("values", _values(value)),
        ]
    return None


def _values(value: Any) -> Any:
    """As plain numbers where it holds numbers, else as Python objects."""
    numbers = getattr(value.dtype, "kind", "O") in "biufcmM"
    plain = np.asarray(value) if numbers else value.to_numpy(dtype=object)
    return plain if plain.dtype.kind != "O" else plain.tolist()


def _parts_of_sparse(value: Any) -> Parts:
    rows = value.tocsr(copy=True)
    rows.sum_duplicates()
    return [
        ("shape", value.shape),
        ("format", getattr(value, "format", "")),
        ("data", rows.data),
        ("indices", rows.indices),
        ("indptr", rows.indptr),
    ]


def _parts_of_function(function: types.FunctionType) -> Parts:
    code = function.__code__
    constants = [each for each in code.co_consts if not isinstance(each, types.CodeType)]
    held = []
    for cell in function.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:
            continue  # not filled yet
    return [
        ("code", code.co_code),
        ("constants", constants),
        ("names", code.co_names),
        ("defaults", function.__defaults__),
        ("closure", held),
    ]
