"""Slow paths of calls: Python between the line and the loop, once per element or too often."""

from collections.abc import Iterator

from profiler_suite.analysis.explain import call_rewrites
from profiler_suite.analysis.explain.rules.observed import (
    Finding,
    Observation,
    at,
    counted,
    elements,
)
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.model.trace import Operation

_SMALL_ELEMENTS = 40_960
_WRAPPERS = (
    *(
        f"{owner}.{name}"
        for owner in ("np", "ndarray")
        for name in ("sum", "prod", "max", "amax", "min", "amin", "any", "all", "mean", "clip")
    ),
    "np.linalg.norm",
)


@rule(
    "calls",
    looks_for="np.sum, np.max, np.mean, np.clip, np.linalg.norm on few elements: the Python "
    "wrapper costs more than the sum",
    rewrite="np.sum(x) → np.add.reduce(x, axis=None)",
    exact="always for arrays; norm and mean up to rounding",
    thread="https://github.com/numpy/numpy/issues/11330",
)
def wrapper(seen: Observation) -> Iterator[Finding]:
    """Reductions behind Python wrappers."""
    for function in seen.functions:
        chosen = [o for o in seen.operations(function) if _is_wrapped(o)]
        if seen.traced and not chosen:
            continue
        lines = {line.line for o in chosen for line in o.lines} or set(seen.lines_of(function))
        found = seen.finding(
            function,
            call_rewrites.without_wrappers(function, lines),
            title=f"{at(lines)}: call the ufunc's own reduction instead of its Python wrapper",
            evidence=f"{counted(chosen)}: the wrapper costs more than the work"
            if chosen
            else "wrappers seen in its source",
            lines=lines,
        )
        if found is not None:
            yield found


def _is_wrapped(operation: Operation) -> bool:
    largest = max((elements(each) for each in operation.operands), default=1)
    return operation.via in _WRAPPERS and largest <= _SMALL_ELEMENTS
