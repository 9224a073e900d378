"""The arguments of a problem, kept until another one is asked for."""

from typing import Any

import msgspec

from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import registry


class LastInputs:
    """Makes arguments once for points of the same problem, which follow each other."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._last: tuple[bytes, tuple[Any, ...]] = (b"", ())

    def of(self, problem: Problem) -> tuple[Any, ...]:
        """The arguments that the workload makes for it."""
        key = msgspec.json.encode(problem)
        if self._last[0] != key:
            self._last = (b"", ())  # two large problems are not held at once
            workload = registry.find_workload(problem.workload)
            self._last = (key, workload.arguments(problem, self._seed))
        return self._last[1]
