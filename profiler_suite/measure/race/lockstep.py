"""One pair of processes of a race between two revisions: each runs one, visited in turn.

Both are started at once; while one is visited, the other waits.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from profiler_suite.errors import FunctionError, ProfilerSuiteError
from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.pairs import PairPlan, Visits, in_turn
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    LoadReply,
    LoadRequest,
    Trial,
    TrialResult,
)
from profiler_suite.measure.explain.serving_process import (
    SERVED,
    ServingProcess,
    StartedProcess,
)
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit
from profiler_suite.model.trial import TrialKind

# The processes of a pair differ by more than the visits of a median of so many pairs.
_PLAN = PairPlan(least=12, most=24, enough_s=0.3, narrow=0.005)
MARKED = "profiler_suite.measure.race.marked"


class Revision(Noun, frozen=True):
    """One side: where its code lies and what runs it."""

    name: str
    folder: str
    python: str = ""
    """An interpreter of its own; empty for this one."""
    path: tuple[str, ...] = ()
    """Folders that its modules are imported from, below its own."""


class GuardedFunction(Noun, frozen=True):
    """A function that is raced between two revisions."""

    name: str
    target: str
    """MODULE:FUNCTION, or a file of the check-out; of a marked test its node id."""
    setup: str = ""
    marked: bool = False
    """Whether it is a test that pytest prepares."""


class RevisionRace(Noun, frozen=True):
    """One function of two revisions, and what it may take."""

    sides: tuple[Revision, Revision]
    """The base first."""
    function: GuardedFunction
    effort: ExplainEffort
    timeout_s: float
    """For loading, and for any call."""
    threads: int = 1
    any_answer: bool = False
    """Also time a function whose answer has changed."""


class RevisionPair(Noun, frozen=True):
    """What one pair of processes found."""

    found: TrialResult
    loaded: tuple[LoadReply, LoadReply]


class SideError(FunctionError):
    """One revision could not run the function; `side` 0 is the base."""

    def __init__(self, side: int, text: str) -> None:
        super().__init__(text)
        self.side = side


Start = Callable[[Revision, GuardedFunction], ServingProcess]


def environment_of(revision: Revision) -> dict[str, str]:
    """The variables of a process that finds that revision's modules."""
    own = [str(Path(revision.folder) / each) for each in (*revision.path, ".")]
    inherited = os.environ.get("PYTHONPATH", "")
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([*own, inherited] if inherited else own),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def process_of(revision: Revision, function: GuardedFunction) -> ServingProcess:
    """The process that runs one function of a revision."""
    variables = environment_of(revision)
    module, words = SERVED, tuple[str, ...]()
    if function.marked:
        module, words = MARKED, (function.target,)
    return StartedProcess(
        module, *words, python=revision.python, cwd=revision.folder, env=variables
    )


def race_revisions(
    race: RevisionRace, size: int, number: int, start: Start = process_of
) -> RevisionPair:
    """Visit both revisions of a function in turn; number 0 compares their answers first."""
    with contextlib.ExitStack() as opened:
        started = [start(side, race.function) for side in race.sides]
        for process in started:
            opened.callback(process.close)
        children = _children(race, size, started, opened)
        found = TrialResult(trial=Trial(kind=TrialKind.ALONE), before=(), after=())
        if number == 0:
            found = _compared(children, race.timeout_s)
        if found.same or race.any_answer:
            before, after = _visits(children, race, number)
            found = msgspec.structs.replace(found, before=before, after=after)
        return RevisionPair(found=found, loaded=(children[0].loaded, children[1].loaded))


def _children(
    race: RevisionRace,
    size: int,
    started: Sequence[ServingProcess],
    opened: contextlib.ExitStack,
) -> list[ExplainChild]:
    """Both sides, loaded; where neither can be, it is no matter of the base."""
    children: list[ExplainChild] = []
    wrong: list[SideError] = []
    for side, process in enumerate(started):
        try:
            with _blamed(side):
                children.append(opened.enter_context(_child(race, size, process)))
        except SideError as error:
            wrong.append(error)
    if wrong:
        raise wrong[-1]
    return children


@contextlib.contextmanager
def _blamed(side: int) -> Iterator[None]:
    """What goes wrong is of that side."""
    try:
        yield
    except ProfilerSuiteError as error:
        raise SideError(side, str(error)) from error


def _child(race: RevisionRace, size: int, process: ServingProcess) -> ExplainChild:
    ask = LoadRequest(
        target=race.function.target,
        setup=race.function.setup,
        size=size,
        timeout_s=race.timeout_s,
        alone=True,
    )
    child = ExplainChild(ask, lambda text: None, lambda: process)
    child.begin(race.effort, race.threads)
    return child


def _compared(children: Sequence[ExplainChild], limit_s: float) -> TrialResult:
    """Whether the second revision answers as the first one does."""
    with tempfile.TemporaryDirectory(prefix="profiler_suite_race_") as folder:
        file = str(Path(folder) / "answers")
        kinds = (TrialKind.ANSWER, TrialKind.AGREES)
        for side, (child, kind) in enumerate(zip(children, kinds, strict=True)):
            with _blamed(side):
                found = child.ask(Trial(kind=kind, target=file), limit_s)
            if found.reason:
                break
    return found


def _visits(children: Sequence[ExplainChild], race: RevisionRace, number: int) -> Visits:
    trial = Trial(kind=TrialKind.ALONE)

    def visit(side: int) -> Visit:
        with _blamed(side):
            (found,) = children[side].ask(trial, race.timeout_s).before
        return found

    return in_turn(visit, _PLAN, race.effort.seed + number)
