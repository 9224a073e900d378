"""How much of the time in a function the program was seen on which line of it, or below.

It is known from the ranking, before the function is explained: where a call takes too long for
a profile of its lines, what stands on the costliest ones is tried first.
"""

import os
from collections.abc import Sequence

from profiler_suite.analysis.program.moments import Moment
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.measure.program.samples import StackFrame

LineShares = dict[tuple[str, int], float]
"""File and line → share of the time; what a line calls is its own, too."""


def line_shares(moments: Sequence[Moment], wish: CallWish) -> LineShares:
    """Shares of all lines in and below that place; empty where it was not seen."""
    weights: LineShares = {}
    total = 0.0
    for moment in moments:
        frames = moment.python
        begin = next((n for n, frame in enumerate(frames) if _is_of(frame, wish)), None)
        if begin is None:
            continue
        total += moment.weight
        for place in {(os.path.realpath(each.file), each.line) for each in frames[begin:]}:
            weights[place] = weights.get(place, 0.0) + moment.weight
    return {place: weight / total for place, weight in weights.items()}


def _is_of(frame: StackFrame, wish: CallWish) -> bool:
    if frame.file.startswith("<") or os.path.realpath(frame.file) != wish.file:
        return False
    if wish.first:
        return wish.first <= frame.line <= wish.last
    return frame.name.rpartition(".")[2] == wish.qualname.rpartition(".")[2]
