"""Catches a call in this very process, while something else runs that makes it."""

import cProfile
import pstats
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from profiler_suite.measure.explain.answers.same_answer import copied
from profiler_suite.measure.native import layers
from profiler_suite.measure.program.caught_call import arguments_of, function_of

_PACKAGE = str(Path(layers.__file__).resolve().parents[2])
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


Code = tuple[str, int, str]
"""File, first line and name."""


def code_of(code: CodeType) -> Code:
    """How a profile names that code."""
    return code.co_filename, code.co_firstlineno, code.co_name


def costliest_code(run: Callable[[], object], without: Sequence[CodeType] = ()) -> Code | None:
    """The user's own function that spends most while `run` runs.

    What it calls of others' code is its own; those of `without` only make the calls.
    """
    profile = cProfile.Profile()
    try:
        profile.runcall(run)
    except ValueError:  # another profiler is at work
        return None
    known: Any = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    spent: dict[Code, float] = {}
    for code, (_, _, own_s, _, callers) in known.items():
        if _is_own(code):
            spent[code] = spent.get(code, 0.0) + own_s
            continue
        for caller, (_, _, _, total_s) in callers.items():
            if _is_own(caller):
                spent[caller] = spent.get(caller, 0.0) + total_s
    for each in without:
        spent.pop(code_of(each), None)
    return max(spent, key=lambda code: spent[code], default=None)


def _is_own(code: Code) -> bool:
    file, line, name = code
    if not line or name[0] == "<" or file.startswith(_PACKAGE):
        return False
    return layers.of_source(file) == layers.USER


def caught(run: Callable[[], object], code: Code) -> Call | None:
    """The first call of that function while `run` runs, with copies of its arguments."""
    found: list[Call] = []

    def hook(frame: FrameType, event: str, argument: object) -> None:
        its = frame.f_code
        if found or code_of(its) != code:
            return
        args, kwargs = arguments_of(frame)
        (args, kwargs) = copied((args, kwargs))
        found.append((function_of(frame), args, kwargs))

    before = sys.gettrace()
    sys.settrace(hook)
    try:
        run()
    finally:
        sys.settrace(before)
    return found[0] if found else None
