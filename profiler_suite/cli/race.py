"""The race: is the new version of a function faster, is it still right, and what changed?"""

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.compare import REGRESSION, UNDECIDED, Percentage
from profiler_suite.cli.options.outputs import opened_output
from profiler_suite.cli.options.race_options import RaceOptions, WrittenAs
from profiler_suite.cli.options.seconds import call_limit
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import FORCE, terminal_width, wants_color
from profiler_suite.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from profiler_suite.analysis.race.breakdown_changes import BreakdownChange
    from profiler_suite.analysis.race.results import Race, RaceResult
    from profiler_suite.measure.explain.records import ExplainEffort, TrialResult
    from profiler_suite.measure.race.processes import RaceTargets
    from profiler_suite.workloads.sizes import ArgumentSize

ANSWERS_DIFFER = 3
"""Exit code where a new version does not answer as the old one does."""


@click.command(
    "race", short_help="Which version of a function is faster, and is it still right?"
)
@click.argument("targets", metavar="OLD NEW [MORE]...", nargs=-1)
@click.option(
    "--setup",
    default="",
    help="FUNCTION next to OLD, or MODULE:FUNCTION, that returns the arguments.",
)
@click.option("--threads", type=int, default=1, show_default=True, help="BLAS threads.")
@click.option(
    "--threshold",
    type=Percentage(),
    help="Smaller differences do not count.  [default: 2%; with --base 5%]",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Also fail if NaN or empty arrays give other answers; with --base, if not judged.",
)
@click.option("--no-breakdown", is_flag=True, help="Do not say which part of the time changed.")
@call_limit
@click.option("--html", type=click.Path(path_type=Path), help="Write the page to this file.")
@click.option(
    "--base", default="", metavar="REV", help="Race the work tree against this revision of git."
)
@click.option(
    "--functions",
    type=click.Path(path_type=Path),
    help="With --base: the file that names functions.  [default: race.toml]",
)
@click.option(
    "--tests", default="", metavar="PATH", help="With --base: tests marked `race` below PATH."
)
@click.option("--any-answer", is_flag=True, help="With --base: do not fail if answers differ.")
@click.option(
    "--write",
    "writes",
    type=WrittenAs(),
    multiple=True,
    help="With --base: write markdown, json, bencher, github or asv.",
)
@click.option("--annotations", is_flag=True, help="With --base: errors at lines, for GitHub.")
@click.option("--force", is_flag=True, help=FORCE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def race_command(**options: Any) -> int:
    """Race versions of a function: which is faster, and does it still answer the same?

    OLD and NEW are MODULE:FUNCTION or path/to/file.py:function. All get the arguments that
    the setup returns; for several sizes it returns a list of tuples, a dict such as
    {1000: (x,), …}, or a generator. Exit code 0: every new version is faster or the same; 1:
    one is slower; 3: one gives a different answer; 4: one could not be judged.

    With --base, the work tree of a repository is raced against a revision of it: the
    functions that race.toml names, or marked tests. Neither tree nor index is touched.
    """
    request = RaceOptions(**options)
    if request.base:
        from profiler_suite.cli.guard import guard

        return guard(request)
    request.check()
    from profiler_suite.report import kinds

    progress = ProgressLine(sys.stderr, quiet=request.quiet)
    with contextlib.ExitStack() as opened:
        page = opened_output(opened, request.html, "--html", kinds.RACE, force=request.force)
        on_page = page is not None and page.is_standard_output
        if on_page and request.as_json:
            raise UsageError("only one of --json and --html can write to standard output")
        try:
            found = _raced(request, progress)
        finally:
            progress.clear()
        if page is not None:
            from profiler_suite.report.html.race import render

            page.write(render(found))
        if not on_page:
            _show(found, request)
    return exit_code(found, strict=request.strict)


def exit_code(found: "Race", *, strict: bool = False) -> int:
    """3 where an answer differs, 1 where one is slower, 4 where one could not be judged."""
    from profiler_suite.model.results import Verdict

    if found.differing(strict=strict):
        return ANSWERS_DIFFER
    if found.any(Verdict.SLOWER):
        return REGRESSION
    return UNDECIDED if found.any(Verdict.UNKNOWN) else 0


def _show(found: "Race", request: RaceOptions) -> None:
    if request.as_json:
        import json

        from profiler_suite.report.formats.race_document import document

        click.echo(json.dumps(document(found), indent=2, ensure_ascii=False, allow_nan=False))
        return
    from profiler_suite.report.terminal.race import screen

    click.echo(screen(found, terminal_width(), wants_color()))
    if request.html is not None:
        click.echo(f"\npage: {request.html}")


def _raced(request: RaceOptions, progress: ProgressLine) -> "Race":
    from profiler_suite.analysis.race.results import Race, crossings
    from profiler_suite.machine.facts import read_facts
    from profiler_suite.machine.fingerprint import fingerprint
    from profiler_suite.machine.kept import keep_baselines, kept_baselines
    from profiler_suite.measure.explain.records import ExplainEffort
    from profiler_suite.measure.race.processes import RaceTargets
    from profiler_suite.workloads.user_function import whole_setup

    facts = read_facts()
    name = fingerprint(facts)
    effort = ExplainEffort(
        baselines_s=kept_baselines(name),
        last_cache_bytes=float(facts.last_cache_bytes),
        memory_bytes=float(facts.memory_bytes),
    )
    old, *new = request.targets
    setup = whole_setup(old, request.setup) if request.setup else ""
    results: list[RaceResult] = []
    for after in new:
        targets = RaceTargets(
            before=old,
            after=after,
            setup=setup,
            threads=request.threads,
            timeout_s=request.timeout,
        )
        course = Course(targets, effort, progress, request.threshold)
        results += course.results()
        keep_baselines(name, course.own_baselines_s)
    changes = [] if request.no_breakdown else _changes(request, setup, results, progress)
    return Race(
        targets=request.targets,
        setup=request.setup,
        threads=request.threads,
        results=tuple(results),
        crossings=crossings(results),
        changes=tuple(changes),
    )


class Course:
    """One new version against the old one, size after size."""

    def __init__(
        self,
        targets: "RaceTargets",
        effort: "ExplainEffort",
        progress: ProgressLine,
        threshold: float | None,
    ) -> None:
        self._targets = targets
        self._effort = effort
        self._progress = progress
        self._threshold = threshold
        self._sizes: Sequence[ArgumentSize] = ()
        self.own_baselines_s: Mapping[str, float] = {}
        """Baseline of each canary in all visits, s."""

    def results(self) -> "list[RaceResult]":
        """The result at every size that the setup returns."""
        found = [self._at(0)]
        found += [self._at(number) for number in range(1, len(self._sizes))]
        return found

    def _at(self, size: int) -> "RaceResult":
        from profiler_suite.analysis.race import results

        def judge(done: "Sequence[TrialResult]") -> "RaceResult":
            return results.judged(
                done,
                (self._targets.before, self._targets.after),
                self._sizes[size],
                self._effort.baselines_s,
                results.RACE_THRESHOLD if self._threshold is None else self._threshold,
            )

        return results.raced(lambda number: self._one_process(size, number), judge)

    def _one_process(self, size: int, number: int) -> "TrialResult":
        from profiler_suite.machine import canary
        from profiler_suite.measure.race.processes import race_process

        at = f", size {size + 1} of {len(self._sizes)}" if len(self._sizes) > 1 else ""
        about = f"process {number + 1}{at}"
        found = race_process(
            self._targets,
            size,
            number,
            self._effort,
            lambda stage: self._progress.pace(f"{about}: {stage}"),
        )
        self._sizes = self._sizes or found.sizes
        own = canary.own_baselines((*found.found.before, *found.found.after))
        known = self.own_baselines_s
        self.own_baselines_s = {n: min(s, known.get(n, s)) for n, s in own.items()} or known
        return found.found


def _changes(
    request: RaceOptions,
    setup: str,
    results: "Sequence[RaceResult]",
    progress: ProgressLine,
) -> "list[BreakdownChange]":
    """For each new version that differs in time, where it differs most: what changed."""
    import math

    from profiler_suite.analysis.race.breakdown_changes import breakdown_change
    from profiler_suite.model.results import DIFFERENT

    sizes = list(dict.fromkeys(each.size for each in results))
    found = []
    for after in request.targets[1:]:
        differing = [r for r in results if r.after == after and r.verdict in DIFFERENT]
        if not differing:
            continue
        most = max(differing, key=lambda each: abs(math.log(each.ratio)))
        number = sizes.index(most.size)
        explained = [
            _explained(request, target, setup, number, progress)
            for target in (request.targets[0], after)
        ]
        found.append(breakdown_change(explained[0], explained[1], most.size.label))
    return found


def _explained(
    request: RaceOptions, target: str, setup: str, size: int, progress: ProgressLine
) -> Any:
    """Where the time of one version goes at one size; no advice."""
    from profiler_suite.analysis.explain.explanation import Explanation
    from profiler_suite.cli.explaining import effort_for
    from profiler_suite.machine.survey import survey
    from profiler_suite.measure.explain.child import ExplainChild
    from profiler_suite.measure.explain.records import LoadRequest

    machine = survey(coarse=True, progress=progress.say)
    effort = effort_for(machine, hurried=True)
    ask = LoadRequest(target=target, setup=setup, size=size, timeout_s=request.timeout)

    def tell(stage: str) -> None:
        progress.pace(f"{target}: {stage}")

    with ExplainChild(ask, tell) as child:
        return Explanation(
            child.explain(effort, request.threads), machine, None, effort.baselines_s
        )
