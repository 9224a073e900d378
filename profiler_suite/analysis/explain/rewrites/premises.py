"""Whether the premise of a what-if can hold; one whose premise fails is not shown."""

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import loops
from profiler_suite.measure.explain.records import FunctionRecord

# Fewer calls than this of one kind are no loop.
_MANY_CALLS = 16
_MOST_CARRIED = 0.5


def calls_could_be_one(explained: FunctionRecord) -> bool:
    """Whether most of the repeated calls stand in loops whose iterations are independent.

    Calls whose place is not known count as such: nothing speaks against it.
    """
    functions = [f for f in map(rewriting.parsed, explained.sources) if f is not None]
    carried, repeated = 0, 0
    for o in explained.operations:
        if o.calls < _MANY_CALLS or not o.lines:
            continue
        place = o.lines[0]
        function = next(
            (
                f
                for f in functions
                if f.source.file == place.file
                and f.source.first_line <= place.line < f.source.first_line + len(f.lines)
            ),
            None,
        )
        if function is None:
            continue
        around = loops.loops_around(function, place.line)
        repeated += o.calls
        carried += o.calls if around.stopped_by and not around.independent else 0
    return carried <= _MOST_CARRIED * repeated
