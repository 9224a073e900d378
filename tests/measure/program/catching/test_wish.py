"""A function, or lines of a module, whose calls are wanted: which code that is."""

import os
import sys
from types import FrameType
from typing import Any

import pytest

from profiler_suite.measure.program.catching.wish import Wish


class Model:
    def score(self) -> FrameType:
        return sys._getframe()


def outer() -> FrameType:
    def inner() -> FrameType:
        return sys._getframe()

    return inner()


FRAME = outer()
METHOD = Model().score()


def is_of(frame: FrameType, **asked: Any) -> bool:
    code = frame.f_code
    return Wish(0, asked).is_of(code, frame, os.path.realpath(code.co_filename))


def test_a_function_is_known_by_file_and_name_or_by_module_and_name() -> None:
    assert is_of(FRAME, file=__file__, qualname="outer.inner")
    assert is_of(METHOD, file=__file__, qualname="Model.score")
    assert is_of(METHOD, module=__name__, qualname="Model.score")
    # The main module of a program has the name of its file.
    assert is_of(METHOD, module="catching.test_wish", qualname="Model.score")


@pytest.mark.parametrize(
    "asked",
    [
        {"file": __file__, "qualname": "score"},
        {"file": "elsewhere.py", "qualname": "Model.score"},
        {"module": "other", "qualname": "Model.score"},
        {"file": __file__, "qualname": "Model.score", "line": 1},
        {"file": __file__, "first": 1, "last": 9},
    ],
)
def test_another_one_is_not_meant(asked: dict[str, Any]) -> None:
    assert not is_of(METHOD, **asked)


def test_of_two_of_one_name_the_line_decides() -> None:
    line = METHOD.f_code.co_firstlineno
    assert is_of(METHOD, file=__file__, qualname="Model.score", line=line)


def test_costs_are_uneven_where_few_calls_take_the_time() -> None:
    wish = Wish(0, {})
    assert not wish.is_uneven(3.0)
    wish.costs = [1.0, 2.0, 3.0]
    assert not wish.is_uneven(3.0)
    wish.costs = [1.0] * 9 + [100.0]
    assert wish.is_uneven(3.0)
