"""What the names in a function stand for, and what they held when it returned."""

import sys
from collections.abc import Callable
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from profiler_suite.measure.explain.same_answer import in_words

_DATA = (np.ndarray, np.generic, int, float, complex, tuple, list)


def bound_names(function: FunctionType) -> dict[str, str]:
    """What a function's global names stand for: modules and functions by their public names."""
    found = {}
    for name in _global_names(function.__code__):
        value = function.__globals__.get(name)
        public = _public_name(value)
        if public:
            found[name] = public
    return found


def _global_names(code: CodeType) -> set[str]:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return set(code.co_names).union(*(_global_names(each) for each in inner))


def _public_name(value: Any) -> str:
    """'numpy.linalg.inv'; private modules on the way are left out; empty for data."""
    if isinstance(value, ModuleType):
        return value.__name__
    name = getattr(value, "__name__", "")
    if isinstance(value, np.ufunc):
        return f"numpy.{name}" if hasattr(np, name) else ""
    module = getattr(value, "__module__", None)
    if not callable(value) or not isinstance(name, str) or not isinstance(module, str):
        return ""
    public = [part for part in module.split(".") if not part.startswith("_")]
    return ".".join([*public, name]) if public and name else ""


def watch_names(
    function: Callable[..., Any], arguments: tuple[Any, ...], codes: list[CodeType]
) -> dict[CodeType, dict[str, str]]:
    """What each name held when one of these functions returned, in words; global data too."""
    wanted = set(codes)
    found: dict[CodeType, dict[str, str]] = {}

    def look(frame: Any, event: str, _: Any) -> None:
        if event == "return" and frame.f_code in wanted:
            names = _global_names(frame.f_code) & frame.f_globals.keys()
            data = {k: frame.f_globals[k] for k in names}
            found[frame.f_code] = {
                **{k: in_words(v) for k, v in data.items() if isinstance(v, _DATA)},
                **{k: in_words(v) for k, v in frame.f_locals.items()},
                **_held_by_self(frame),
            }

    def _held_by_self(frame: Any) -> dict[str, str]:
        """What a method's object holds, by names such as 'self.weights'."""
        code = frame.f_code
        name = code.co_varnames[0] if code.co_argcount else ""
        owner = frame.f_locals.get(name)
        if name not in ("self", "cls") or isinstance(owner, _DATA):
            return {}
        held = getattr(owner, "__dict__", {})
        return {f"{name}.{k}": in_words(v) for k, v in held.items() if isinstance(v, _DATA)}

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return found
