"""The cost of implementations that state none: traced once per problem, in a child.

Running a user's code belongs into a child also here: planning must survive it.
"""

from collections.abc import Callable
from types import TracebackType

import msgspec

from profiler_suite.measure.children.conversation import ChildDiedError, Conversation
from profiler_suite.measure.children.serve import enter, serve
from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.model.noun import Noun
from profiler_suite.model.workload import Implementation
from profiler_suite.workloads import registry

# One traced evaluation; what takes longer is planned as if nothing were known of it.
_PATIENCE_S = 30.0
_MODULE = "profiler_suite.measure.planning.traced_cost"
_SEED = 0


class TraceRequest(Noun, frozen=True):
    """What is to be traced."""

    implementation: str
    problem: Problem


class TracedCost(Noun, frozen=True):
    """The traced cost, or why there is none."""

    cost: Cost
    reason: str = ""


_DECODER = msgspec.json.Decoder(TracedCost)


class TracedCosts:
    """Answers what one evaluation costs by tracing it, in a child started when first asked."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self._files = files
        self._talk: Conversation | None = None
        self.reasons: dict[str, str] = {}
        """Why there is no traced cost, by implementation."""

    def __enter__(self) -> "TracedCosts":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def cost(self, implementation: Implementation, problem: Problem) -> Cost:
        """The traced cost of one evaluation; of FLOP and bytes 0 where it cannot be traced."""
        order = TraceRequest(implementation=implementation.name, problem=problem)
        try:
            if self._talk is None:
                self._talk = Conversation.opened(_MODULE, self._files)
            found = self._talk.ask_for(order, _DECODER, _PATIENCE_S)
        except ChildDiedError as error:
            self._end()
            found = TracedCost(cost=_unknown(problem), reason=f"tracing it: {error}")
        if found.reason:
            self.reasons[implementation.name] = found.reason
        return found.cost

    def _end(self) -> None:
        if self._talk is not None:
            self._talk.close()
            self._talk = None


def _unknown(problem: Problem) -> Cost:
    data = registry.find_workload(problem.workload).data_bytes(problem)
    return Cost(flop=0.0, compulsory_bytes=max(data, 1.0))


def traced_cost(implementation: Implementation, problem: Problem) -> Cost:
    """The cost of one evaluation as traced here and now: executed FLOP and moved bytes."""
    from profiler_suite.measure.trace import trace

    arguments = registry.find_workload(problem.workload).arguments(problem, _SEED)
    ready = registry.ready(implementation, arguments)
    _, counts = trace(ready, arguments, seconds=_PATIENCE_S / 3)
    scalars = sum(o.calls for o in counts.operations if o.kind == "scalar")
    largest = max(
        (o.temporary_bytes / max(1, o.temporaries) for o in counts.operations), default=0.0
    )
    products = any(o.kind == "product" for o in counts.operations)
    return Cost(
        flop=counts.flop,
        compulsory_bytes=max(float(counts.bytes_read + counts.bytes_written), 1.0),
        calls=float(counts.calls - scalars),
        scalar_steps=float(scalars),
        workspace_bytes=largest,
        rate="blas" if products else "ufunc",
        written_bytes=float(counts.bytes_written),
    )


def _opened(opening: bytes) -> Callable[[bytes], TracedCost]:
    """Trace what each TraceRequest after the names of files asks for."""
    enter(msgspec.json.decode(opening, type=tuple[str, ...]))
    return _answer


def _answer(line: bytes) -> TracedCost:
    order = msgspec.json.decode(line, type=TraceRequest)
    implementation = registry.find_implementation(order.implementation)
    # What a user's implementation raises is reported when it is measured.
    try:
        return TracedCost(cost=traced_cost(implementation, order.problem))
    except BaseException as error:  # noqa: BLE001
        reason = f"{type(error).__name__}: {error}"
        return TracedCost(cost=_unknown(order.problem), reason=reason)


if __name__ == "__main__":
    serve(_opened)
