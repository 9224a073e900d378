"""Explains the functions of a program where most could be saved, and tries the rewrites."""

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

from profiler_suite import units
from profiler_suite.cli import failures
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import ProfilerSuiteError

if TYPE_CHECKING:
    from profiler_suite.analysis.program.explained import ExplainedFunction
    from profiler_suite.analysis.program.ranking import Ranking
    from profiler_suite.analysis.program.to_explain import PlaceToExplain
    from profiler_suite.measure.explain.records import ExplainEffort
    from profiler_suite.measure.program.captured import Capture
    from profiler_suite.measure.program.caught_calls import CaughtCalls
    from profiler_suite.measure.program.command_time import CommandTime
    from profiler_suite.measure.program.elsewhere import InputPlace
    from profiler_suite.measure.program.request import ProgramTarget
    from profiler_suite.model.machine import Machine

# A forked copy in which other threads are gone may hang; so may a rewrite.
_LEAST_LIMIT_S, _TIMES_THE_CALL = 60.0, 60.0
_OTHER_OPTION = " (--timeout SECONDS sets the longest wait)"
"""Of `explain`, which `run` does not have."""
# Of a function's time, what its passes are to take; what may be advised is tried after them,
# and what helps is worth more than how exactly it is known.
_FOR_PASSES = 0.3
# What a trace sees of the first calls is enough for advice. It is limited in time of the
# processor, which may be a quarter of the time that passes.
_FOR_THE_TRACE = 0.04
# Passes that take more of it, with what comes before them, are given up; with so much left,
# what helps is tried without.
_PASSES_GIVEN_UP, _AGAIN = 0.5, 0.35
_SOON_S = 0.1
# Of a function that calls a helper in its loop so many calls have to fit, or nothing is tried.
_CALLS_OF_A_CALLER = 4.0
# What is set aside for a helper, should nothing be found in the loop around it: as long as two
# other functions get at least, since with less than one such part it would be left out.
_PARTS_OF_A_HELPER = 2
# So long calls are looked for, and as long as the program took: looking may slow it ten times.
_LOOKING_S = 2.0
_CUT_SHORT = (
    "The run in which calls are caught was ended after {seconds}, before its own end: it took "
    "longer than the first."
)


class ProgramExplaining:
    """What is known of the program's first functions, as far as the time goes."""

    def __init__(
        self,
        target: "ProgramTarget",
        ranking: "Ranking",
        place: "InputPlace",
        time: "CommandTime",
        progress: ProgressLine,
    ) -> None:
        from profiler_suite.analysis.program.explained import ProgramAnswer

        self._target, self._ranking, self._place = target, ranking, place
        self._time, self._progress = time, progress
        self.answer: ProgramAnswer = ProgramAnswer(())

    def explain(self, most: int, caught: "Capture | None", limit_s: float = 0.0) -> None:
        """The first functions by calls of a second run, or by those that were caught already.

        Whatever goes wrong is a sentence: the ranking stands without it.
        """
        from profiler_suite.analysis.program.explained import ExplainedFunction
        from profiler_suite.analysis.program.to_explain import places

        chosen = places(self._ranking, most)
        if not chosen:
            return
        with contextlib.ExitStack() as stack:
            stack.callback(self._progress.clear)
            try:
                self._progress.say(self._time.forecast(len(chosen)))
                if caught is None:
                    caught = stack.enter_context(self._caught_again(chosen, limit_s))
                self._explain_all(caught, chosen)
            except ProfilerSuiteError as error:
                known = {each.place.wish for each in self.answer.functions}
                for place in chosen:
                    if place.wish not in known:
                        self._add(ExplainedFunction(place, 0, None, str(error)))

    def _add(self, found: "ExplainedFunction") -> None:
        functions = sorted((*self.answer.functions, found), key=lambda each: -each.spared_s)
        self.answer = dataclasses.replace(self.answer, functions=tuple(functions))

    @contextlib.contextmanager
    def _caught_again(
        self, chosen: "list[PlaceToExplain]", limit_s: float
    ) -> "Iterator[Capture]":
        """Calls of these functions in another run, whose output nobody hears."""
        from profiler_suite.analysis.program.to_explain import wishes_of
        from profiler_suite.measure.program.captured import capture
        from profiler_suite.measure.program.elsewhere import streams

        nothing = os.open(os.devnull, os.O_WRONLY)
        try:
            self._place.go_back()
            wishes = wishes_of(chosen)
            most_s = self._time.again_s
            until_s = min(limit_s, most_s) if limit_s else most_s
            aside = streams(nothing, nothing)
            with capture(
                self._target,
                wishes,
                beside=aside,
                limit_s=until_s,
                looking_s=_LOOKING_S + self._ranking.run.end.wall_s,
            ) as caught:
                if caught.end.interrupted:
                    raise KeyboardInterrupt
                if caught.end.limited and until_s != limit_s:
                    said = _CUT_SHORT.format(seconds=units.duration(caught.end.wall_s))
                    self.answer = dataclasses.replace(self.answer, cut_short=said)
                yield caught
        finally:
            os.close(nothing)

    def _explain_all(self, caught: "Capture", chosen: "list[PlaceToExplain]") -> None:
        from profiler_suite.analysis.program.explained import ExplainedFunction
        from profiler_suite.analysis.program.to_explain import settled
        from profiler_suite.machine.survey import survey

        begun = monotonic()
        machine = survey(coarse=True, progress=self._progress.say)
        self._time.set_aside(monotonic() - begun)
        self._time.explains_now()
        chosen = settled(chosen, caught.of, self._time.explaining_s / _CALLS_OF_A_CALLER)
        for number, each in enumerate(chosen):
            if number and self._time.is_over:
                reason = "no time was left; allow more with --budget SECONDS"
                calls = caught.of(each.wish).calls
                self._add(ExplainedFunction(each, calls, None, reason))
                continue
            rest = chosen[number + 1 :]
            found = self._explain_one(caught, each, rest, machine)
            if each.helper is not None and found.best is None and not self._time.is_over:
                # Nothing was found in the loop around it: it may have a cause of its own.
                self._explain_one(caught, each.helper, rest, machine)

    def _explain_one(
        self,
        caught: "Capture",
        place: "PlaceToExplain",
        rest: "list[PlaceToExplain]",
        machine: "Machine",
    ) -> "ExplainedFunction":
        """In the time that the rest, and the helpers that are called in loops, leave for it."""
        helpers = sum(each.helper is not None for each in (place, *rest))
        within_s = self._time.most_s(1 + len(rest) + _PARTS_OF_A_HELPER * helpers)
        planned_s = min(self._time.part_s([each.weight for each in (place, *rest)]), within_s)
        calls = caught.of(place.wish)
        found = self._explained(caught, calls, place, machine, (planned_s, within_s))
        found = dataclasses.replace(found, uncounted=calls.uncounted)
        self._add(found)
        return found

    def _explained(
        self,
        caught: "Capture",
        calls: "CaughtCalls",
        place: "PlaceToExplain",
        machine: "Machine",
        seconds: tuple[float, float],
    ) -> "ExplainedFunction":
        """`seconds` are what is planned for it, and when it is stopped whatever it does."""
        import msgspec

        from profiler_suite.analysis.explain.explanation import explain
        from profiler_suite.analysis.program.explained import ExplainedFunction
        from profiler_suite.analysis.program.line_shares import line_shares
        from profiler_suite.cli.explaining import effort_for
        from profiler_suite.measure.explain.time_plan import with_budget
        from profiler_suite.measure.program.explaining import CaughtChild

        if calls.representative is None:
            return ExplainedFunction(place, calls.calls, None, _not_caught(calls))
        tell = self._teller(calls.wish.target)
        limit_s = max(_LEAST_LIMIT_S, _TIMES_THE_CALL * (calls.median_s or place.time_s))
        planned_s, within_s = seconds
        effort = with_budget(effort_for(machine), _FOR_PASSES * planned_s)
        effort = msgspec.structs.replace(
            effort,
            budget_s=planned_s,
            trace_s=min(effort.trace_s, _FOR_THE_TRACE * planned_s),
            advice_first=True,
            passes_s=_PASSES_GIVEN_UP * planned_s,
        )
        shares = line_shares(self._ranking.moments, place.wish)
        begun = monotonic()
        while True:
            try:
                with CaughtChild(caught, calls, tell, limit_s, within_s) as child:
                    record = child.explain(_from_now(effort, monotonic() - begun))
                    found = explain(
                        record, machine, effort.baselines_s, child.attempt, shares=shares
                    )
                return ExplainedFunction(place, calls.calls, found, memory=calls.memory)
            except ProfilerSuiteError as error:
                within_s -= monotonic() - begun
                if effort.advice_only or within_s < _AGAIN * planned_s:
                    reason = str(error).splitlines()[0].replace(_OTHER_OPTION, "")
                    return ExplainedFunction(place, calls.calls, None, reason, calls.memory)
                # A pass that cannot cope with it, or does not end: what helps may be tried.
                effort = msgspec.structs.replace(
                    effort, advice_only=True, budget_s=within_s, passes_s=0.0
                )
            except Exception as error:  # noqa: BLE001 - a defect; the others can be explained
                reason = failures.in_words(error)
                return ExplainedFunction(place, calls.calls, None, reason, calls.memory)

    def _teller(self, target: str) -> Callable[[str], None]:
        """Tells what is done with this function, and how much time is left."""
        last = ""

        def tell(text: str) -> None:
            nonlocal last
            say = self._progress.pace if text == last else self._progress.say
            say(f"{target}: {text}; {units.duration(self._time.explaining_s)} left at most")
            last = text

        return tell

    def try_rewrites(self) -> None:
        """The program beside itself, with its files rewritten in a temporary folder."""
        from profiler_suite.measure.program.trying import try_program

        files = self.answer.rewritten()
        if not files:
            return
        once = units.duration(max(1.0, self._ranking.run.end.wall_s))
        self._progress.say(
            f"running the program unchanged and with the rewrites: each way about {once}, "
            "three times if it takes less than 3 s"
        )
        try:
            trial = try_program(self._target, files, self._place)
            self.answer = dataclasses.replace(self.answer, trial=trial)
        except ProfilerSuiteError as error:
            self.answer = dataclasses.replace(self.answer, not_tried=str(error))
        except KeyboardInterrupt:
            self.answer = dataclasses.replace(self.answer, not_tried="interrupted")
            raise
        finally:
            self._progress.clear()


def _from_now(effort: "ExplainEffort", spent_s: float) -> "ExplainEffort":
    """With what is left for the passes after so many seconds; 0 is no limit."""
    import msgspec

    if not effort.passes_s:
        return effort
    left_s = max(_SOON_S, effort.passes_s - spent_s)
    return msgspec.structs.replace(effort, passes_s=left_s)


def _not_caught(calls: "CaughtCalls") -> str:
    if calls.calls:
        return "none of its calls could be kept"
    if calls.wish.first:
        return "it did not run when calls were caught, or is no loop (--once keeps loops only)"
    return "it was not called when calls were caught"
