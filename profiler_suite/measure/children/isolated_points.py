"""A pass over points in a child: what one point does to the child costs that point alone."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from profiler_suite.measure.children.conversation import ChildDiedError, Conversation
from profiler_suite.model.experiment import Point

# An evaluation that is traced, profiled or replayed takes many times as long as a plain one.
_EVALUATIONS = 300
# So many deaths with no answer between them are not the points' fault.
_MOST_DEATHS = 5

_Answer = TypeVar("_Answer")


def pass_over(
    module: str,
    opening: object,
    points: Sequence[Point],
    patience_s: float,
    decoder: msgspec.json.Decoder[_Answer],
    tell: Callable[[_Answer], None],
    lost: Callable[[Point, str], _Answer],
) -> str:
    """Ask a child for each point in turn; returns why it ended early, or an empty string.

    `opening` is what the child is told first. `tell` is given each answer. When the
    child dies or does not answer within `patience_s` and 300 times the point's predicted
    time, `tell` is given what `lost` makes of the point and the reason, and another
    child goes on.
    """
    talk: Conversation | None = None
    deaths = 0
    try:
        for point in points:
            if talk is None:
                try:
                    talk = Conversation.opened(module, opening)
                except ChildDiedError as died:
                    return f"it did not start: {died.reason}"
            timeout_s = patience_s + _EVALUATIONS * point.predicted_s
            try:
                answer = talk.ask_for(point, decoder, timeout_s)
            except ChildDiedError as died:
                talk.close()
                talk = None
                tell(lost(point, died.reason))
                deaths += 1
                if deaths >= _MOST_DEATHS:
                    return f"it died {deaths} times in a row: {died.reason}"
            else:
                tell(answer)
                deaths = 0
    finally:
        if talk is not None:
            talk.close()
    return ""
