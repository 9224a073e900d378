"""A revision held against the work tree, function by function: what became slower or wrong."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from profiler_suite.analysis.race import results
from profiler_suite.analysis.race.results import Answers, RaceResult, verdict_in_words
from profiler_suite.measure.explain.records import TrialResult
from profiler_suite.measure.race.lockstep import GuardedFunction, SideError
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Verdict
from profiler_suite.workloads.sizes import ArgumentSize

GUARD_THRESHOLD = 0.05
"""Two processes that run the same code differ by 1.3 to 2.8 %; several pairs of them find 5 %
only as a rule, 10 % nearly always, and nothing where nothing changed."""


class GuardOutcome(Noun, frozen=True):
    """What came of one function at one size."""

    name: str
    result: RaceResult | None
    """None where it could not be raced."""
    reason: str = ""
    """Why it could not."""
    broken: bool = False
    """Whether the work tree cannot run it, or the base alone could not."""
    file: str = ""
    """Of the function in the repository; empty where that is not known."""
    line: int = 0

    @property
    def slower(self) -> bool:
        """Whether it is confirmed to be slower by more than the threshold."""
        return self.result is not None and self.result.verdict is Verdict.SLOWER

    @property
    def faster(self) -> bool:
        """Whether it is confirmed to be faster by more than the threshold."""
        return self.result is not None and self.result.verdict is Verdict.FASTER

    @property
    def differs(self) -> bool:
        """Whether it answers otherwise than before, or not at all."""
        if self.result is None:
            return self.broken
        return self.result.answers is Answers.DIFFERENT

    @property
    def open(self) -> bool:
        """Whether it could not be judged."""
        return self.result is not None and self.result.verdict is Verdict.UNKNOWN

    @property
    def text(self) -> str:
        """The verdict in words."""
        if self.result is None:
            return self.reason
        said = verdict_in_words(self.result)
        if self.differs and self.result.ratio:
            return f"a different answer; {said}"
        if self.result.answers is Answers.UNKNOWN:
            return f"{said}; answers not compared"
        return said


class GuardReport(Noun, frozen=True):
    """All functions of a repository, the work tree against a revision."""

    base: str
    threshold: float
    outcomes: tuple[GuardOutcome, ...]
    any_answer: bool = False
    """Whether other answers are what was wanted."""
    notes: tuple[str, ...] = ()
    python: str = ""
    host: str = ""
    head: str = ""
    head_time_s: int = 0

    @property
    def slower(self) -> tuple[GuardOutcome, ...]:
        """The slowed ones, the worst first."""
        found = [each for each in self.outcomes if each.slower]
        return tuple(sorted(found, key=lambda each: -(each.result.ratio if each.result else 0)))

    @property
    def differing(self) -> tuple[GuardOutcome, ...]:
        """Those with a different answer, unless that was wanted, and those that do not run."""
        return tuple(
            each
            for each in self.outcomes
            if each.differs and not (self.any_answer and each.result is not None)
        )

    @property
    def open(self) -> tuple[GuardOutcome, ...]:
        """Those that could not be judged."""
        return tuple(each for each in self.outcomes if each.open and not each.differs)

    @property
    def faster(self) -> tuple[GuardOutcome, ...]:
        """Those that are faster and answer the same."""
        return tuple(each for each in self.outcomes if each.faster and not each.differs)


def guarded(
    function: GuardedFunction,
    race_at: Callable[[int], RaceResult],
    sizes: Callable[[], int],
) -> list[tuple[str, RaceResult | None, str, bool]]:
    """Name, result, reason and whether it is broken, at every size of one function.

    `sizes` tells how many there are once the first was raced.
    """
    found: list[tuple[str, RaceResult | None, str, bool]] = []
    number = 0
    while number < max(1, sizes()):
        try:
            result = race_at(number)
        except SideError as error:
            found.append((function.name, None, _said(error), error.side == 1))
            return found
        several = sizes() > 1
        name = f"{function.name} [{result.size.label}]" if several else function.name
        found.append((name, result, "", False))
        number += 1
    return found


def _said(error: SideError) -> str:
    first = str(error).splitlines()[0]
    if error.side == 0:
        return f"not compared: the base cannot run it ({first})"
    return f"the work tree cannot run it ({first})"


def judged(
    done: Sequence[TrialResult],
    names: tuple[str, str],
    size: ArgumentSize,
    baselines_s: Mapping[str, float],
    threshold: float,
) -> RaceResult:
    """What pairs of processes say; answers that cannot be compared leave the time to judge."""
    first = done[0]
    reason = first.reason if first.same else ""
    plain = (msgspec.structs.replace(first, reason="") if reason else first, *done[1:])
    found = results.judged(plain, names, size, baselines_s, threshold)
    if not reason:
        return found
    return msgspec.structs.replace(
        found, answers=Answers.UNKNOWN, reason=found.reason or reason
    )
