"""Slow paths of memory: temporaries, page faults, arrays that need not be there."""

from collections.abc import Iterator

from profiler_suite import units
from profiler_suite.analysis.explain import buffer_rewrites
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation, at
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.model.trace import Operation

_LARGE_TEMPORARY_BYTES = 16 * 2**10


@rule(
    "memory",
    looks_for="large temporaries, made anew in every evaluation: page faults and cache misses",
    rewrite="a * b + c → np.add(np.multiply(a, b, out=buffer), c)",
    exact="always: the same operations; not for use by several threads at once",
    thread="https://stackoverflow.com/questions/27293830/utility-of-parameter-out-in-numpy-"
    "functions",
)
def out(seen: Observation) -> Iterator[Finding]:
    """Temporaries that buffers could hold."""
    for function in seen.functions:
        yield from _buffers(seen, function)


def _buffers(seen: Observation, function: Function) -> Iterator[Finding]:
    by_line: dict[int, set[tuple[tuple[int, ...], str]]] = {}
    chosen: list[Operation] = []
    for o in seen.operations(function):
        if o.kind != "ufunc" or not o.temporaries:
            continue
        new = [r for r in o.results if r.origin == "new" and r.form == "array"]
        if not new:
            continue
        for line in o.lines:
            by_line.setdefault(line.line, set()).add((tuple(new[0].shape), new[0].dtype))
        if o.temporary_bytes / o.temporaries >= _LARGE_TEMPORARY_BYTES:
            chosen.append(o)
    large = {line.line for o in chosen for line in o.lines}
    forms = {
        line: next(iter(f)) for line, f in by_line.items() if len(f) == 1 and line in large
    }
    if not forms:
        return
    count = sum(o.temporaries for o in chosen)
    size = units.size(max(o.temporary_bytes / o.temporaries for o in chosen))
    faults = seen.explained.breakdown_record.minor_faults
    known: set[str] = set()
    for named in (True, False):
        rewrite = buffer_rewrites.with_buffers(function, forms, named=named)
        if rewrite is None or rewrite.source in known:
            continue
        known.add(rewrite.source)
        found = seen.finding(
            function,
            rewrite,
            title=f"{at(forms)}: write temporaries into buffers used again (out=)",
            evidence=f"{units.count(count)} temporaries of up to {size} per evaluation, "
            f"{units.count(faults)} page faults",
            lines=forms,
        )
        if found is not None:
            yield found
