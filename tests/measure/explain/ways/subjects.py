"""Functions to be run another way, as the child that explains holds them."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.workloads.user_function import FunctionCall

BRIEF = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0, trial_s=0.02)


@contextlib.contextmanager
def held(function: Callable[..., Any], *args: Any) -> Iterator[Subject]:
    """The function with these arguments, on one thread."""
    with FunctionGuard("f") as guard:
        called = FunctionCall(name="f.py:f", function=function, args=args)
        yield Subject(called, BRIEF, 1, copy=True, guard=guard)
