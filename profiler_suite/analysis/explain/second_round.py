"""What the rules find in a function that was rewritten once: a look-up, then its loop.

Rewrites that touch the same lines can't be put together; one after the other they can.
"""

import msgspec

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.candidates import candidates
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.measure.explain.records import Rewrite, Trial
from profiler_suite.model.trial import TrialKind

# Rules of these families see calls and memory, which a rewrite has changed.
_OF_THE_RUN = ("memory", "threads", "not_for_arrays", "dtype")


def after(seen: Observation, first: Finding, rule: str) -> list[Finding]:
    """Findings for the rewritten function, each as a rewrite of the function as it was."""
    if len(first.trial.rewrites) != 1:
        return []
    (rewrite,) = first.trial.rewrites
    function = _of(seen, rewrite)
    changed = _rewritten(function, rewrite) if function is not None else None
    if function is None or changed is None:
        return []
    sources = tuple(
        changed.source if each is function.source else each for each in seen.explained.sources
    )
    explained = msgspec.structs.replace(seen.explained, sources=sources, lines=())
    found = []
    for second in candidates(Observation(explained, seen.machine, seen.breakdown)):
        if second.hint or second.family in _OF_THE_RUN or len(second.trial.rewrites) != 1:
            continue
        made = _both(function, changed, rewrite, second.trial.rewrites[0])
        if made is None:
            continue
        found.append(
            Finding(
                title=f"{first.title}; then {_without_lines(second.title)}",
                evidence=f"{first.evidence}; {second.evidence}",
                trial=Trial(
                    kind=TrialKind.REWRITE,
                    rewrites=(made,),
                    one_size=first.trial.one_size or second.trial.one_size,
                ),
                rule=rule,
                family=second.family,
            )
        )
    return found


def _of(seen: Observation, rewrite: Rewrite) -> Function | None:
    place = rewrite.file, rewrite.first_line
    return next(
        (f for f in seen.functions if (f.source.file, f.source.first_line) == place), None
    )


def _rewritten(function: Function, rewrite: Rewrite) -> Function | None:
    """The rewritten function, without what stands before it."""
    made = rewriting.spliced(function, rewrite.edits)
    if made is None:
        return None
    return rewriting.parsed(msgspec.structs.replace(function.source, text=made.source))


def _both(
    function: Function, changed: Function, first: Rewrite, second: Rewrite
) -> Rewrite | None:
    if (second.file, second.first_line) != (first.file, first.first_line):
        return None
    made = rewriting.spliced(changed, second.edits)
    if made is None:
        return None
    prelude = dict.fromkeys((*first.prelude, *second.prelude))
    return rewriting.spliced(
        function, rewriting.line_edits(function, made.source), tuple(prelude)
    )


def _without_lines(title: str) -> str:
    """A title without the lines of a text that nobody has seen."""
    begin, colon, rest = title.partition(": ")
    return rest if colon and begin.startswith("line") else title
