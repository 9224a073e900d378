"""A pass over points in a child: what one point does to the child costs that point alone."""

from collections.abc import Callable, Sequence

import msgspec

from profiler_suite.measure.children.conversation import ChildDiedError, Conversation
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import Status

READY = b"ready"
"""What the child answers to the first line, once it can take points."""
_START_TIMEOUT_S = 60.0
# An evaluation that is traced, profiled or replayed takes many times as long as a plain one.
_EVALUATIONS = 300
# So many deaths with no answer between them are not the points' fault.
_MOST_DEATHS = 5


def pass_over(
    module: str,
    opening: bytes,
    points: Sequence[Point],
    patience_s: float,
    tell: Callable[[Point, bytes], None],
    lost: Callable[[Point, str], None],
) -> str:
    """Ask a child for each point in turn; returns why it ended early, or an empty string.

    `opening` is the first line, answered with READY; every other line is a point.
    `tell` is given each answer. When the child dies or does not answer within
    `patience_s` and 300 times the point's predicted time, `lost` is given the point
    with the reason, and another child goes on.
    """
    talk: Conversation | None = None
    deaths = 0
    try:
        for point in points:
            if talk is None:
                talk = Conversation(module)
                try:
                    talk.ask(opening, _START_TIMEOUT_S)
                except ChildDiedError as died:
                    return f"it did not start: {died.reason}"
            try:
                answer = talk.ask(
                    msgspec.json.encode(point), patience_s + _EVALUATIONS * point.predicted_s
                )
                _told(tell, point, answer)
                deaths = 0
            except ChildDiedError as died:
                talk.close()
                talk = None
                lost(point, died.reason)
                deaths += 1
                if deaths >= _MOST_DEATHS:
                    return f"it died {deaths} times in a row: {died.reason}"
    finally:
        if talk is not None:
            talk.close()
    return ""


def _told(tell: Callable[[Point, bytes], None], point: Point, answer: bytes) -> None:
    try:
        tell(point, answer)
    except msgspec.DecodeError as error:
        raise ChildDiedError(
            Status.CRASHED, f"its process gave an answer that cannot be read ({error})"
        ) from error
