"""Explains the functions of a program where most may be spared, and tries their rewrites."""

import contextlib
import dataclasses
import os
from time import monotonic
from typing import TYPE_CHECKING

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import ProfilerSuiteError

if TYPE_CHECKING:
    from profiler_suite.analysis.program.explained import ExplainedFunction, ProgramAnswer
    from profiler_suite.analysis.program.ranking import Ranking
    from profiler_suite.analysis.program.to_explain import PlaceToExplain
    from profiler_suite.measure.program.captured import Capture, CaughtCalls
    from profiler_suite.measure.program.elsewhere import InputPlace
    from profiler_suite.measure.program.request import ProgramTarget
    from profiler_suite.model.machine import Machine

# A forked copy in which other threads are gone may hang; so may a rewrite.
_LEAST_LIMIT_S, _TIMES_THE_CALL = 60.0, 60.0
_LEAST_S = 3.0
_OTHER_OPTION = " (--timeout SECONDS sets the longest wait)"
"""Of `explain`, which `run` does not have."""
# Of the time for passes, what passes and trials may take together: on a busy machine passes
# take longer than they should, and what helps is worth more than how exactly it is known.
_FOR_ADVICE = 3.0
# A rewrite is tried in some more calls; of those that take longer, for no longer than this.
_MORE_CALLS, _LONGEST_CALL_S = 14.0, 1.0


def answer(
    ranking: "Ranking",
    target: "ProgramTarget",
    place: "InputPlace",
    most: int,
    budget_s: float,
    progress: ProgressLine,
) -> "ProgramAnswer":
    """The first functions explained by calls of a second run; what was not reached is left out.

    Whatever goes wrong is a sentence: the ranking stands without it.
    """
    from profiler_suite.analysis.program.explained import ExplainedFunction, ProgramAnswer
    from profiler_suite.analysis.program.to_explain import places
    from profiler_suite.measure.program.captured import capture
    from profiler_suite.measure.program.elsewhere import streams

    chosen = places(ranking, most)
    if not chosen:
        return ProgramAnswer(())
    found: list[ExplainedFunction] = []
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        progress.say("running the program again, without its output, to catch calls")
        place.go_back()
        aside = streams(nothing, nothing)
        with capture(target, [each.wish for each in chosen], beside=aside) as caught:
            _explain_all(found, caught, chosen, budget_s, progress)
    except KeyboardInterrupt:
        progress.clear()
        progress.say("interrupted: what there is follows")
    except ProfilerSuiteError as error:
        found += [
            ExplainedFunction(place, 0, None, str(error)) for place in chosen[len(found) :]
        ]
    finally:
        os.close(nothing)
        progress.clear()
    return ProgramAnswer(tuple(sorted(found, key=lambda each: -each.spared_s)))


def _explain_all(
    found: "list[ExplainedFunction]",
    caught: "Capture",
    chosen: "list[PlaceToExplain]",
    budget_s: float,
    progress: ProgressLine,
) -> None:
    from profiler_suite.analysis.program.explained import ExplainedFunction
    from profiler_suite.machine.survey import survey

    machine = survey(coarse=True, progress=progress.say)
    until = monotonic() + budget_s
    for number, (calls, each) in enumerate(zip(caught.caught, chosen, strict=True)):
        left_s = (until - monotonic()) / (len(chosen) - number)
        if number and left_s < _LEAST_S:
            reason = "no time was left; --budget SECONDS gives more"
            found.append(ExplainedFunction(each, calls.calls, None, reason))
        else:
            found.append(_explained(caught, calls, each, machine, left_s, progress))


def _explained(
    caught: "Capture",
    calls: "CaughtCalls",
    place: "PlaceToExplain",
    machine: "Machine",
    seconds: float,
    progress: ProgressLine,
) -> "ExplainedFunction":
    import msgspec

    from profiler_suite.analysis.explain.explanation import explain
    from profiler_suite.analysis.program.explained import ExplainedFunction
    from profiler_suite.cli.explain import effort_for
    from profiler_suite.measure.explain.time_plan import with_budget
    from profiler_suite.measure.program.explaining import CaughtChild

    wish = calls.wish
    if calls.representative is None:
        reason = "no call of it was seen when the program ran again"
        return ExplainedFunction(place, calls.calls, None, reason)

    def tell(text: str) -> None:
        progress.say(f"{wish.target}: {text}")

    call_s = calls.median_s or place.time_s
    limit_s = max(_LEAST_LIMIT_S, _TIMES_THE_CALL * call_s)
    try:
        with CaughtChild(caught, calls, tell, limit_s) as child:
            effort = with_budget(effort_for(machine), max(_LEAST_S, seconds))
            # The passes take their share; what may be advised is tried after them.
            trials_s = _MORE_CALLS * min(call_s, _LONGEST_CALL_S)
            budget_s = _FOR_ADVICE * effort.budget_s + trials_s
            effort = msgspec.structs.replace(effort, budget_s=budget_s)
            record = child.explain(effort)
            explained = explain(record, machine, effort.baselines_s, child.attempt)
    except ProfilerSuiteError as error:
        reason = str(error).splitlines()[0].replace(_OTHER_OPTION, "")
        return ExplainedFunction(place, calls.calls, None, reason)
    return ExplainedFunction(place, calls.calls, explained)


def tried(
    found: "ProgramAnswer",
    target: "ProgramTarget",
    place: "InputPlace",
    progress: ProgressLine,
) -> "ProgramAnswer":
    """With the program run beside itself, its files rewritten in a temporary folder."""
    from profiler_suite.measure.program.trying import try_program

    files = found.rewritten()
    if not files:
        return found
    progress.say("running the program as it is and with the rewrites")
    with contextlib.ExitStack() as stack:
        stack.callback(progress.clear)
        try:
            return dataclasses.replace(found, trial=try_program(target, files, place))
        except ProfilerSuiteError as error:
            return dataclasses.replace(found, not_tried=str(error))
        except KeyboardInterrupt:
            return dataclasses.replace(found, not_tried="interrupted")
