"""A program's ranking with its first functions explained, and what their rewrites spare."""

import dataclasses

from profiler_suite import units
from profiler_suite.analysis.explain import patch
from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.program.to_explain import PlaceToExplain
from profiler_suite.measure.explain.records import Rewrite, SourceText
from profiler_suite.measure.program.caught_calls import CallMemory
from profiler_suite.measure.program.trying import ProgramTrial

_UNKNOWN = CallMemory()


@dataclasses.dataclass(frozen=True)
class ExplainedFunction:
    """One of the functions where most may be spared, explained by a call of the program."""

    place: PlaceToExplain
    calls: int
    """Of it in the program; 0 where it was not seen."""
    explanation: Explanation | None
    reason: str = ""
    """Why there is no explanation; empty where there is one."""
    memory: CallMemory = _UNKNOWN
    """What its calls did to the program's memory."""
    uncounted: bool = False
    """Whether there may have been more calls than were counted."""

    @property
    def calls_in_words(self) -> str:
        """'700 calls', '20,001 calls or more'; empty for one."""
        more = " or more" if self.uncounted else ""
        return f"{units.some(self.calls, 'call')}{more}" if self.calls > 1 else ""

    @property
    def best(self) -> Advice | None:
        """The rewrite that gained most."""
        return self.explanation.best if self.explanation else None

    @property
    def spared_s(self) -> float:
        """Time of the program that its rewrite spares, if all its calls gain alike, s.

        By the rewrite's measured ratio, so it may be more than the function's overhead: array
        operations spare arithmetic as well.
        """
        best = self.best
        return self.place.time_s * (1 - 1 / best.ratio) if best else 0.0


@dataclasses.dataclass(frozen=True)
class ProgramAnswer:
    """The explained functions, and the program with their rewrites."""

    functions: tuple[ExplainedFunction, ...]
    trial: ProgramTrial | None = None
    not_tried: str = ""
    """Why the rewrites were not tried together although that was asked for."""
    cut_short: str = ""
    """How the run whose calls were caught was ended before its own end; empty else."""

    @property
    def rewrites(self) -> int:
        """Functions of which a rewrite is faster."""
        return sum(each.best is not None for each in self.functions)

    def estimate_s(self, wall_s: float) -> float:
        """What the program would take with all rewrites, if all calls gain alike, s."""
        return max(0.0, wall_s - sum(each.spared_s for each in self.functions))

    @property
    def diff(self) -> str:
        """All rewrites as one unified diff; empty without any."""
        return patch.unified_diff(*self._sources_and_rewrites())

    def rewritten(self) -> dict[str, str]:
        """The text of each file with all rewrites; what would be no Python is left out."""
        texts = {}
        files = patch.rewritten_files(*self._sources_and_rewrites())
        for file, (_, new) in files.items():
            text = "".join(new)
            try:
                compile(text, file, "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                continue
            texts[file] = text
        return texts

    def _sources_and_rewrites(self) -> tuple[list[SourceText], list[Rewrite]]:
        found = [each.explanation for each in self.functions if each.explanation is not None]
        sources = [source for each in found for source in each.explained.sources]
        return sources, [r for each in found if each.best for r in each.best.rewrites]


def sentences(answer: ProgramAnswer, wall_s: float) -> list[str]:
    """What the rewrites do for the whole program, tried or estimated."""
    cut_short = [answer.cut_short] if answer.cut_short else []
    return cut_short + _of_rewrites(answer, wall_s)


def headline(answer: ProgramAnswer, wall_s: float) -> str:
    """The one of these sentences that says how much is won; empty where that is not known."""
    trial = answer.trial
    if trial is not None and (trial.difference or trial.overlaps):
        return ""
    return next(iter(_of_rewrites(answer, wall_s)), "")


def _of_rewrites(answer: ProgramAnswer, wall_s: float) -> list[str]:
    count = answer.rewrites
    if not count:
        return []
    these = "this rewrite" if count == 1 else f"these {count} rewrites"
    trial = answer.trial
    if trial is None:
        estimate = units.time(answer.estimate_s(wall_s))
        said = f"With {these} the program would take about {estimate} instead of "
        said += f"{units.time(wall_s)}, if every call gains as much."
        if answer.not_tried:
            they = "It was" if count == 1 else "They were"
            return [said, f"{they} not tried: {answer.not_tried}."]
        return [said, f"--try runs the program with {'it' if count == 1 else 'them'}."]
    before, after = (units.time(s) for s in trial.medians_s)
    found = [f"Tried: with {these} the program takes {after} instead of {before}."]
    if trial.overlaps:
        found.append(
            f"The times of {units.some(len(trial.before_s), 'run')} each overlap: the rest of "
            "the program, its start and its imports hide the difference."
        )
    if trial.difference:
        found.append(f"But {trial.difference}.")
    elif trial.varies:
        found.append(
            "It printed the same, but for numbers that differ from run to run, and ended with "
            "the same exit code."
        )
    elif trial.rounded:
        found.append("It printed the same, up to rounding, and ended with the same exit code.")
    else:
        found.append("It printed the same, byte for byte, and ended with the same exit code.")
    return found
