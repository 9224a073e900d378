"""Explains one call of compiled code in this process, within two seconds."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from profiler_suite.errors import UsageError
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.machine.kept import kept_machine
from profiler_suite.measure.explain import passes
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.machine import Machine
from profiler_suite.notebook import IN_PROCESS, NotebookView, called_with, effort_of

NO_ROOFS = (
    "roofs are not measured here yet: `python -m profiler_suite machine` measures them once"
)


class CallExplanation(NotebookView):
    """What happens inside one call: its inner loop, operands, misses, distance to the roofs."""

    def __str__(self) -> str:
        from profiler_suite.report.terminal.call_facts import screen

        return screen(self, 80, color=False)

    def __repr__(self) -> str:
        words = ", ".join(dict.fromkeys(each.word for each in self.inside))
        return f"<CallExplanation of {self.explained.name}: {words or 'nothing inside'}>"


def explain_call(
    function: Callable[..., Any],
    /,
    *args: Any,
    profiler_threads: int = 1,
    profiler_copy: bool = True,
    **kwargs: Any,
) -> CallExplanation:
    """Look inside one call: which inner loop ran, on what layout, how near the machine's roofs.

    Runs function(*args, **kwargs) in this process on `profiler_threads` BLAS threads for at
    most two seconds; longer only if a few calls take longer. The arguments are copied unless
    `profiler_copy` is False. The roofs are those that an earlier command measured. Raises
    FunctionError if the function raises.
    """
    called = called_with(function, args, kwargs, "explain_call")
    machine, known = _machine()
    allowed = machine.facts.cores_allowed
    if not 1 <= profiler_threads <= allowed:
        raise UsageError(
            f"{profiler_threads} threads cannot be used: this process may use 1 to {allowed}"
        )
    effort = msgspec.structs.replace(
        effort_of(machine),
        timing_s=0.15,
        trace_s=0.2,
        coverage_s=0.05,
        replay_s=0.15,
        sample_s=0.2,
        look_s=0.2,
        most_looks=2,
        lines_s=0.0,
    )
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with FunctionGuard(called.name) as guard:
            subject = Subject(called, effort, profiler_threads, copy=profiler_copy, guard=guard)
            subject.sampling_allowed = False
            subject.notes.append(IN_PROCESS)
            if not known:
                subject.notes.append(NO_ROOFS)
            found = passes.explain(subject)
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002
    return CallExplanation(found, machine, None, effort.baselines_s)


def _machine() -> tuple[Machine, bool]:
    """The machine as it is kept; without ceilings where none was measured."""
    facts = read_facts()
    name = fingerprint(facts)
    kept = kept_machine(name)
    if kept is not None:
        return msgspec.structs.replace(kept, facts=facts), True
    return Machine.unmeasured(name, facts), False
