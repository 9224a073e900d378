"""Operations as a trace records them, one by one."""

from collections.abc import Callable
from typing import Any

from profiler_suite.measure.trace import trace
from profiler_suite.model.trace import Operation


def traced(function: Callable[[], Any], name: str) -> Operation:
    """The first operation of that name in a trace of the function."""
    _, counts = trace(function)
    found = [each for each in counts.operations if each.name == name]
    assert found, [each.name for each in counts.operations]
    return found[0]
