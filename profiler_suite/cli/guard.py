"""The guard: the work tree of a repository raced against a revision of it."""

import contextlib
import json
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from profiler_suite.analysis.race import guard as judging
from profiler_suite.analysis.race import results as races
from profiler_suite.analysis.race.guard import GUARD_THRESHOLD, GuardOutcome, GuardReport
from profiler_suite.cli.compare import REGRESSION, UNDECIDED
from profiler_suite.cli.options.outputs import opened_output
from profiler_suite.cli.options.race_options import RaceOptions
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import terminal_width, wants_color
from profiler_suite.errors import UsageError
from profiler_suite.machine import canary
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.machine.kept import keep_baselines, kept_baselines
from profiler_suite.measure.explain.records import ExplainEffort, LoadReply, TrialResult
from profiler_suite.measure.race import checkouts, environments, functions_file
from profiler_suite.measure.race.functions_file import FUNCTIONS_FILE, GuardSettings
from profiler_suite.measure.race.lockstep import (
    Revision,
    RevisionRace,
    race_revisions,
)
from profiler_suite.measure.race.templates import Templates
from profiler_suite.report import kinds
from profiler_suite.workloads.sizes import ArgumentSize

ANSWERS_DIFFER = 3


def guard(request: RaceOptions) -> int:
    """Race every function of both revisions; the exit code is the verdict."""
    check(request)
    progress = ProgressLine(sys.stderr, quiet=request.quiet)
    with contextlib.ExitStack() as opened:
        outputs = [
            (form, opened_output(opened, file, "--write", kinds.UNKNOWN, force=request.force))
            for form, file in request.writes
        ]
        folder = Path(
            opened.enter_context(tempfile.TemporaryDirectory(prefix="profiler_suite_guard_"))
        )
        try:
            report = _report(request, folder, progress)
        finally:
            progress.clear()
        from profiler_suite.report.formats.guard_document import written

        for form, output in outputs:
            assert output is not None
            output.write(written(report, form))
    show(report, request)
    return exit_code(report, strict=request.strict)


def check(request: RaceOptions) -> None:
    """Raise UsageError for what belongs to a race of two files."""
    if request.targets or request.setup or request.html or request.no_breakdown:
        raise UsageError(
            "with --base the functions come from race.toml or --tests; leave out targets, "
            "--setup, --html and --no-breakdown"
        )
    if request.tests and request.functions:
        raise UsageError("--functions and --tests cannot be combined; choose one of them")
    request.check_threads()


def exit_code(report: GuardReport, *, strict: bool = False) -> int:
    """3 where an answer differs, 1 where a function is slower, 4 if strict and open."""
    if report.differing:
        return ANSWERS_DIFFER
    if report.slower:
        return REGRESSION
    return UNDECIDED if strict and report.open else 0


def show(report: GuardReport, request: RaceOptions) -> None:
    """The screen or the document, and annotations where they are asked for."""
    from profiler_suite.report.formats import guard_document

    if request.as_json:
        plain = guard_document.document(report)
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        from profiler_suite.report.terminal.guard import screen

        click.echo(screen(report, terminal_width(), wants_color()))
    if request.annotations:
        for line in guard_document.annotations(report):
            click.echo(line, err=request.as_json)


def _report(request: RaceOptions, folder: Path, progress: ProgressLine) -> GuardReport:
    progress.say(f"checking out {request.base}")
    found = checkouts.check_out(Path.cwd(), request.base, folder)
    settings = _settings(request, found)
    checkouts.share(found, functions_file.shared(settings))
    sides, notes = environments.prepare(
        (found.base, found.work), settings, folder, progress.say
    )
    functions = (
        functions_file.marked_tests(sides[1], request.tests)
        if request.tests
        else functions_file.functions_of(settings)
    )
    facts = read_facts()
    name = fingerprint(facts)
    effort = ExplainEffort(
        baselines_s=kept_baselines(name),
        last_cache_bytes=float(facts.last_cache_bytes),
        memory_bytes=float(facts.memory_bytes),
    )
    outcomes: list[GuardOutcome] = []
    with Templates() as templates:
        for number, function in enumerate(functions, 1):
            about = f"{number} of {len(functions)}, {function.name}"
            race = RevisionRace(
                sides=sides,
                function=function,
                effort=effort,
                timeout_s=request.timeout,
                threads=request.threads,
                any_answer=request.any_answer,
            )
            course = GuardCourse(race, request.threshold, progress, about, templates)
            outcomes += course.outcomes()
            keep_baselines(name, course.own_baselines_s)
    return GuardReport(
        base=found.base.name,
        threshold=_threshold(request.threshold),
        outcomes=tuple(outcomes),
        any_answer=request.any_answer,
        notes=notes,
        python=platform.python_version(),
        host=facts.host,
        head=found.head,
        head_time_s=found.head_time_s,
    )


def _threshold(asked: float | None) -> float:
    return GUARD_THRESHOLD if asked is None else asked


def _settings(request: RaceOptions, found: checkouts.CheckOuts) -> GuardSettings:
    """What the functions file says; where tests are marked there need be none."""
    file = request.functions or Path(found.root) / FUNCTIONS_FILE
    if request.tests and not file.is_file():
        return GuardSettings()
    settings = functions_file.read(file)
    if not settings.function and not request.tests:
        raise UsageError(f"{file} names no function; write [[function]] and its target")
    return settings


class GuardCourse:
    """One function of both revisions, size after size."""

    def __init__(
        self,
        race: RevisionRace,
        threshold: float | None,
        progress: ProgressLine,
        about: str,
        templates: Templates,
    ) -> None:
        self._race = race
        self._templates = templates
        self._threshold = _threshold(threshold)
        self._progress = progress
        self._about = about
        self._sizes: Sequence[ArgumentSize] = ()
        self._loaded: LoadReply | None = None
        self.own_baselines_s: Mapping[str, float] = {}

    def outcomes(self) -> list[GuardOutcome]:
        """What came of it, at every size."""
        function, work = self._race.function, self._race.sides[1]
        return [
            GuardOutcome(
                name=name,
                result=result,
                reason=reason,
                broken=broken,
                file=_in_repository(self._loaded, work),
                line=self._loaded.line if self._loaded else 0,
            )
            for name, result, reason, broken in judging.guarded(
                function, self._at, lambda: len(self._sizes)
            )
        ]

    def _at(self, size: int) -> races.RaceResult:
        names = (self._race.sides[0].name, self._race.function.name)

        def judge(done: Sequence[TrialResult]) -> races.RaceResult:
            return judging.judged(
                done,
                names,
                self._sizes[size],
                self._race.effort.baselines_s,
                self._threshold,
            )

        return races.raced(lambda number: self._one_pair(size, number), judge)

    def _one_pair(self, size: int, number: int) -> TrialResult:
        self._progress.pace(f"{self._about}: pair of processes {number + 1}")
        start = self._templates.starting(number)
        pair = race_revisions(self._race, size, number, start)
        _check_apart(pair.loaded, self._race)
        self._loaded = pair.loaded[1]
        self._sizes = self._sizes or pair.loaded[1].sizes
        own = canary.own_baselines((*pair.found.before, *pair.found.after))
        known = self.own_baselines_s
        self.own_baselines_s = {n: min(s, known.get(n, s)) for n, s in own.items()} or known
        return pair.found


def _check_apart(loaded: tuple[LoadReply, LoadReply], race: RevisionRace) -> None:
    """Both sides must not run one and the same file: that would never be slower."""
    before, after = (each.file for each in loaded)
    if before and before == after:
        raise UsageError(
            f"{race.function.target} comes from {before} on both sides, not from the "
            "check-outs; name its folder with `path` in race.toml, or build it there with "
            "`build`"
        )


def _in_repository(loaded: LoadReply | None, work: Revision) -> str:
    """The function's file as the repository calls it; empty where it lies elsewhere."""
    if loaded is None or not loaded.file:
        return ""
    try:
        return Path(loaded.file).relative_to(Path(work.folder).resolve()).as_posix()
    except ValueError:
        return ""
