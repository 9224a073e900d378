"""The cost of implementations that state none: traced once per problem, in a child.

Running a user's code belongs into a child also here: planning must survive it.
"""

import os
import queue
import sys
import threading
from types import TracebackType
from typing import Any

import msgspec

from profiler_suite import child
from profiler_suite.model import Cost, Implementation, Noun, Problem
from profiler_suite.workloads import catalogue, registry

# One traced evaluation; what takes longer is planned as if nothing were known of it.
_PATIENCE_S = 30.0
_SEED = 0


class Order(Noun, frozen=True):
    """What is to be traced."""

    implementation: str
    problem: Problem


class Found(Noun, frozen=True):
    """The traced cost, or why there is none."""

    cost: Cost
    reason: str = ""


class TracedCosts:
    """Answers what one evaluation costs by tracing it, in a child started when first asked."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self._files = files
        self._process: Any = None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
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
        if self._process is None:
            self._start()
        order = Order(implementation=implementation.name, problem=problem)
        try:
            self._process.stdin.write(msgspec.json.encode(order) + b"\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=_PATIENCE_S)
        except queue.Empty:
            line, why = b"", f"tracing it takes over {_PATIENCE_S:.0f} s"
        except BrokenPipeError:
            line, why = b"", "its process died"
        else:
            why = "its process died"
        if line:
            found = msgspec.json.decode(line, type=Found)
            if found.reason:
                self.reasons[implementation.name] = found.reason
            return found.cost
        self.reasons[implementation.name] = why
        self._end()
        return _unknown(problem)

    def _start(self) -> None:
        process = child.start("profiler_suite.measure.costing", start_new_session=True)
        self._process = process
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(self._files) + b"\n")
        lines = self._lines = queue.SimpleQueue()

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                lines.put(line)
            lines.put(b"")

        threading.Thread(target=read, daemon=True).start()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process = None


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


def main() -> None:
    """Read the files, then one Order per line; answer one Found per line."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for file in msgspec.json.decode(sys.stdin.buffer.readline(), type=tuple[str, ...]):
        catalogue.find(file)
    for line in sys.stdin.buffer:
        order = msgspec.json.decode(line, type=Order)
        implementation = registry.find_implementation(order.implementation)
        # What a user's implementation raises is told when it is measured.
        try:
            found = Found(cost=traced_cost(implementation, order.problem))
        except BaseException as error:  # noqa: BLE001
            found = Found(
                cost=_unknown(order.problem), reason=f"{type(error).__name__}: {error}"
            )
        output.write(msgspec.json.encode(found) + b"\n")
        output.flush()


if __name__ == "__main__":
    main()
