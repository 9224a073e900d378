"""What Numba says of what it cannot compile, in one line."""

from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite.measure.explain.ways import numba_port
from profiler_suite.measure.explain.ways.installed import is_installed
from profiler_suite.model.way import WayKind
from tests.measure.explain.ways import kinds


class FakeTypingError(Exception):
    msg = ""
    loc: Any = None


FakeTypingError.__module__ = "numba.core.errors"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Use of unsupported NumPy function 'numpy.x'", "Use of unsupported NumPy"),
        ("\x1b[1mUntyped global name 'f'\x1b[0m\nmore", "Untyped global name 'f'"),
        ("Failed in nopython mode pipeline\n\nNo implementation", "No implementation"),
        (
            "- Resolution failure for literal arguments:\nNo implementation of function "
            "Function(<function f at 0x7f>) found for signature:\n\n >>> f(int64, axis=0)\n",
            "no implementation of f(int64, axis=0)",
        ),
        (
            "Unknown attribute 'x' of type Module(<module 'scipy.signal' from '/a/b.py'>)",
            "Unknown attribute 'x' of type Module(scipy.signal)",
        ),
        ("use of " + 300 * "x", "use of " + 152 * "x" + "…"),
    ],
    ids=["unsupported", "coloured", "second paragraph", "address", "module", "long"],
)
def test_the_telling_line_of_a_message(message: str, said: str) -> None:
    error = FakeTypingError(message)
    error.msg = message
    error.loc = SimpleNamespace(filename=__file__, line=1)
    found = numba_port.unported(error)
    assert found is not None
    assert str(found).startswith(f"Numba cannot compile it: {said}")
    assert found.stopped_at is not None
    assert found.stopped_at.line == 1
    assert "one line" in found.stopped_at.text


def test_an_error_of_another_kind_is_not_numbas() -> None:
    assert numba_port.unported(ValueError("x")) is None


def test_an_error_without_a_place_has_none() -> None:
    found = numba_port.unported(FakeTypingError("Failed in it"))
    assert found is not None
    assert found.stopped_at is None


@pytest.mark.slow
def test_helpers_are_compiled_with_it() -> None:
    if not is_installed(WayKind.NUMBA):
        pytest.skip("Numba is not installed")
    made = numba_port.port(kinds.calls_helper)
    assert made.function(kinds.VECTOR) == pytest.approx(kinds.calls_helper(kinds.VECTOR))
