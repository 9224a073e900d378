"""Operations as a trace records them, and calls as its formulas see them, one by one."""

from collections.abc import Callable
from typing import Any

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.signature import Describer, Signature, seen_array
from profiler_suite.measure.trace.work.call import Call
from profiler_suite.model.trace import Operation


def traced(function: Callable[[], Any], name: str) -> Operation:
    """The first operation of that name in a trace of the function."""
    _, counts = trace(function)
    found = [each for each in counts.operations if each.name == name]
    assert found, [each.name for each in counts.operations]
    return found[0]


def call(
    *arguments: Any,
    name: str = "np.add",
    kind: str = "ufunc",
    result: Any = None,
    origin: str = "new",
    facts: dict[str, int] | None = None,
    **keywords: Any,
) -> Call:
    """A call with these arguments; numbers among them are data."""
    describer = Describer()
    nodes = tuple(describer.data(each) for each in arguments)
    named = tuple((key, describer.node(each)) for key, each in keywords.items())
    results = () if result is None else (seen_array(result, origin),)
    found = tuple((facts or {}).items())
    return Call(Signature(name, kind, nodes, named, tuple(describer.operands), results, found))
