"""Explains a call that was caught, in the copy of the program that holds it."""

from collections.abc import Callable

import msgspec

from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    FunctionRecord,
    LoadRequest,
    SourceText,
)
from profiler_suite.measure.program.captured import Capture
from profiler_suite.measure.program.caught_calls import CaughtCalls
from profiler_suite.workloads import module_lines


class CaughtChild(ExplainChild):
    """As a child that has loaded a function by its name, with the caught call instead."""

    def __init__(
        self,
        capture: Capture,
        caught: CaughtCalls,
        tell: Callable[[str], None],
        timeout_s: float,
        within_s: float = 0.0,
    ) -> None:
        self._caught = caught
        ask = LoadRequest(target=caught.wish.target, timeout_s=timeout_s)
        super().__init__(ask, tell, lambda: capture.session(caught, within_s), within_s)

    def explain(
        self,
        effort: ExplainEffort,
        threads: int = 1,
        *,
        copy: bool = True,
        first_look: Callable[[FunctionRecord], None] | None = None,
    ) -> FunctionRecord:
        """All passes over the call."""
        found = super().explain(effort, threads, copy=copy, first_look=first_look)
        wish = self._caught.wish
        said = [each for each in (self._caught.words(), self._caught.memory.words) if each]
        if said:
            found = msgspec.structs.replace(found, notes=(*said, *found.notes))
        if wish.first:
            found = placed(found, wish.file, wish.first, wish.last)
        return found


def placed(found: FunctionRecord, file: str, first: int, last: int) -> FunctionRecord:
    """What was measured of lines of a module, as being in the file that they stand in."""
    made_of = module_lines.made_file(file, first)
    text = msgspec.json.encode(found)
    text = text.replace(msgspec.json.encode(made_of), msgspec.json.encode(file))
    record = msgspec.json.decode(text, type=FunctionRecord)

    def source(each: SourceText) -> SourceText:
        own = each.function == module_lines.NAME.format(first, last)
        return msgspec.structs.replace(each, module_lines=(first, last)) if own else each

    return msgspec.structs.replace(
        record, line=first, sources=tuple(source(each) for each in record.sources)
    )
