"""Loop interchange: an inner loop stays and comes first; those around it run at once."""

from __future__ import annotations

from itertools import pairwise

from profiler_suite.analysis.explain.lifting.code.emitting import Emitter
from profiler_suite.analysis.explain.lifting.loops import dependence, pads
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.normal_form.terms import Label, Refusal
from profiler_suite.analysis.explain.lifting.source.units import Piece, Unit


def interchanged(
    unit: Unit, walk: Walk, label: Label, emitter: Emitter, fresh: frozenset[str]
) -> Piece | None:
    """The nest with this loop around all others; None where it must not be there."""
    scope = walk.scope
    lowering = emitter.lowering
    inside = [label in store.labels for store in walk.effects]
    if any(a > b for a, b in pairwise(inside)) and any(a < b for a, b in pairwise(inside)):
        middle = inside[inside.index(True) : len(inside) - inside[::-1].index(True)]
        if not all(middle):
            return None
    try:
        assumed = dependence.check(walk.effects, [], scope.facts, fresh, label)
        scope.pads.clear()
        stores, _ = pads.padded(walk.effects, {}, scope)
        emitter.begin()
        first = inside.index(True)
        last = len(inside) - inside[::-1].index(True)
        for each in stores[:first]:
            emitter.store(each)
        emitter.one_by_one(label, stores[first:last])
        for each in stores[last:]:
            emitter.store(each)
        emitter.end(stores)
    except Refusal:
        return None
    for words in assumed:
        scope.assume(words)
    return Piece(
        unit,
        tuple(emitter.lines),
        tuple(lowering.imports),
        tuple(scope.assumptions),
        lowering.memory.largest,
    )
