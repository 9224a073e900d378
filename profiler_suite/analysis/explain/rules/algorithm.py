"""Slow paths of the algorithm: another way to the same numbers needs less work."""

from collections.abc import Iterator

from profiler_suite.analysis.explain import call_rewrites
from profiler_suite.analysis.explain.rules.observed import Finding, Observation, at, counted
from profiler_suite.analysis.explain.rules.registry import rule


@rule(
    "algorithm",
    looks_for="einsum without optimize: one loop over all indices, no BLAS",
    rewrite="np.einsum(…) → np.einsum(…, optimize=True)",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/10343",
)
def einsum(seen: Observation) -> Iterator[Finding]:
    """Contractions in no order."""
    for function in seen.functions:
        chosen = [o for o in seen.operations(function) if o.name == "np.einsum"]
        if seen.traced and not chosen:
            continue
        lines = {line.line for o in chosen for line in o.lines} or set(seen.lines_of(function))
        found = seen.finding(
            function,
            call_rewrites.optimised_einsum(function, lines),
            title=f"{at(lines)}: let einsum choose an order and BLAS",
            evidence=f"{counted(chosen) or 'einsum'} without optimize: one loop over all "
            "indices, no BLAS",
            lines=lines,
        )
        if found is not None:
            yield found
