"""A whole program: run it unchanged, and say where to look first."""

import contextlib
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.failures import tell_failure, told
from profiler_suite.cli.options.outputs import opened_output
from profiler_suite.cli.options.run_options import ProgramCommand, RunOptions
from profiler_suite.cli.options.seconds import Seconds
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import FORCE, REPORTS, terminal_width, wants_color
from profiler_suite.cli.stopping import StopRequest
from profiler_suite.cli.streams import finish, tell

if TYPE_CHECKING:
    from profiler_suite.analysis.program.explained import ProgramAnswer
    from profiler_suite.analysis.program.ranking import Ranking
    from profiler_suite.files import Output
    from profiler_suite.measure.program.captured import Capture
    from profiler_suite.measure.program.command_time import CommandTime
    from profiler_suite.measure.program.elsewhere import InputPlace
    from profiler_suite.measure.program.request import ProgramTarget
    from profiler_suite.measure.program.running import ProgramEnd

_INTERRUPTED = (
    "nothing is explained: the program was interrupted (--limit SECONDS ends a program after "
    "that time, and explains what it did)"
)


@click.command("run", cls=ProgramCommand)
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="SCRIPT.py [ARGS]…")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the page.")
@click.option(
    "--json",
    "document",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write all numbers to this file.",
)
@click.option(
    "--rate",
    type=click.FloatRange(10, 1000),
    help="Samples per second (100); every fifth briefly stops the program.",
)
@click.option(
    "--limit",
    type=Seconds(),
    metavar="SECONDS",
    help="End the program after this time, as Ctrl-C does, and report.",
)
@click.option(
    "--top",
    type=click.IntRange(0, 10),
    default=3,
    show_default=True,
    help="How many functions to explain.",
)
@click.option(
    "--budget",
    type=Seconds(),
    default=24.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for all explanations.",
)
@click.option("--once", is_flag=True, help="Catch the calls to explain in the only run.")
@click.option(
    "--try",
    "tries",
    is_flag=True,
    help="Run it again a few times, unchanged and with its files rewritten in copies.",
)
@click.option(
    "--patch",
    type=click.Path(path_type=Path),
    help="Write all rewrites to this file, as a unified diff.",
)
@click.option("--force", is_flag=True, help=FORCE)
@click.option(
    "-q",
    "--quiet",
    is_flag=True,
    help="Print only the page's path; explain only for --json, --patch or --try.",
)
def run_command(**options: Any) -> int:
    """Run a program and say where to look first.

    Give SCRIPT.py, -m PACKAGE or -c CODE; everything after it belongs to the program,
    which runs as it would without profiler_suite: same output, input, signals and exit
    code. Findings go to standard error and to a page below reports/. To explain functions
    the program runs a second time, with its output thrown away; if it ends within 2 s, it
    runs once more before that. --once and --top 0 run it only once. Everything takes at
    most twice the program's time plus 30 s.
    """
    request = RunOptions(**options)
    from profiler_suite.measure.program.elsewhere import InputPlace
    from profiler_suite.measure.program.request import parse
    from profiler_suite.measure.program.running import end_as

    request.check()
    from profiler_suite.measure.program.code_file import in_a_file

    target = parse(request.program)
    target.check()
    from profiler_suite.report import kinds, program_folder

    folder = request.out or Path(REPORTS) / program_folder.folder_name(target.name)
    with contextlib.ExitStack() as opened:
        # As soon as the program runs, what there is is written, whoever presses Ctrl-C.
        stop = opened.enter_context(StopRequest())
        force = request.force
        document = opened_output(
            opened, request.document, "--json", kinds.PROGRAM_JSON, force=force
        )
        patch = opened_output(opened, request.patch, "--patch", kinds.PATCH, force=force)
        program_folder.check_folder(folder, force=force)
        with stop.raising():
            place = InputPlace()
        target = opened.enter_context(in_a_file(target))
        work = _Work(target, place, request, stop)
        try:
            ranking, found = _watched_and_explained(work)
            with told():
                _write_numbers(document, patch, ranking, found)
            _write_page(folder, ranking, found)
        except Exception as error:
            if work.end is None:
                raise
            tell_failure(error)
    finish()
    end = work.end
    assert end is not None
    return end_as(0 if end.limited else end.exit_code)


@dataclasses.dataclass
class _Work:
    """A program that is run, and how it ended."""

    target: "ProgramTarget"
    place: "InputPlace"
    request: RunOptions
    stop: StopRequest
    end: "ProgramEnd | None" = None
    """None until it has; from then on errors of ours are told, and the exit code is its own."""


def _write_numbers(
    document: "Output | None",
    patch: "Output | None",
    ranking: "Ranking",
    found: "ProgramAnswer",
) -> None:
    if document is not None:
        from profiler_suite.report.formats.program_document import program_json

        document.write(program_json(ranking, found))
    if patch is not None:
        _write_patch(patch, found)


def _write_page(folder: Path, ranking: "Ranking", found: "ProgramAnswer") -> None:
    """The page; without the explanations where they cannot be shown."""
    from profiler_suite.analysis.program.explained import ProgramAnswer
    from profiler_suite.report import program_folder

    try:
        page = program_folder.write(ranking, folder, found)
    except Exception as error:  # noqa: BLE001 - the ranking can be shown without them
        tell_failure(error)
        page = program_folder.write(ranking, folder, ProgramAnswer(()))
    tell(f"page: {page}")


def _write_patch(patch: "Output", found: "ProgramAnswer") -> None:
    from profiler_suite.report.kinds import PATCH_MARK

    if not found.diff:
        tell(f"{patch.path} was not written: no rewrite was faster here")
        return
    patch.write(PATCH_MARK + found.diff)
    tell(f"patch: {patch.path} (git apply {patch.path}, or patch -p1 < {patch.path})")


def _watched_and_explained(work: _Work) -> "tuple[Ranking, ProgramAnswer]":
    """The program's ranking, and its first functions explained."""
    from profiler_suite.measure.program.captured import Capture
    from profiler_suite.measure.program.command_time import CommandTime
    from profiler_suite.measure.program.wishes import loops_outside_functions

    request, target = work.request, work.target
    once = request.once and request.explains
    time = CommandTime(request.budget, runs=1 if once else 2)
    _forecast(target, time, request)
    with contextlib.ExitStack() as opened:
        caught = None
        if once:
            loops = loops_outside_functions(target.name) if target.kind == "script" else []
            caught = opened.enter_context(Capture(loops))
        ranking = _watched(work, caught)
        time.ran(ranking.run.end.wall_s)
        if caught is not None:
            caught.hear_all()
        with told():
            _tell(ranking, request)
        return ranking, _explained(work, ranking, time, caught)


def _forecast(target: "ProgramTarget", time: "CommandTime", request: RunOptions) -> None:
    """How long all will take, where the same program has run here before."""
    from profiler_suite.report import program_folder

    if request.quiet:
        return
    wall_s = program_folder.last_wall_s(Path(REPORTS), target.printable)
    if wall_s:
        tell(time.as_before(wall_s, explains=request.explains))


def _explained(
    work: _Work, ranking: "Ranking", time: "CommandTime", caught: "Capture | None"
) -> "ProgramAnswer":
    """The first functions explained, on standard error too."""
    from profiler_suite.analysis.program.explained import ProgramAnswer

    request, stop = work.request, work.stop
    if not request.explains:
        return ProgramAnswer(())
    end = ranking.run.end
    failed = end.exit_code and not end.limited and caught is None
    if stop.asked or failed:
        said = _INTERRUPTED if stop.asked else "nothing is explained: a program that fails"
        if not request.quiet:
            tell(said if stop.asked else f"{said} is not run again")
        return ProgramAnswer(())
    from profiler_suite.cli.program_explaining import ProgramExplaining

    progress = ProgressLine(sys.stderr, quiet=request.quiet)
    explaining = ProgramExplaining(work.target, ranking, work.place, time, progress)
    try:
        with told(), stop.raising():
            explaining.explain(request.top, caught, request.limit or 0.0)
            if request.tries:
                explaining.try_rewrites()
    except KeyboardInterrupt:
        progress.clear()
        progress.say("interrupted; results so far:")
    found = explaining.answer
    if not request.quiet and found.functions:
        from profiler_suite.report.terminal.program_explanations import screen

        color = wants_color() and sys.stderr.isatty()
        with told():
            shown = screen(found, end.wall_s, terminal_width(), color)
            tell("")
            tell(shown)
    return found


def _watched(work: _Work, caught: "Capture | None") -> "Ranking":
    """The ranking of one run, or of a second one where the first was over at once."""
    from profiler_suite.analysis.program.ranking import rank
    from profiler_suite.measure.program import watching
    from profiler_suite.measure.program.code_file import named
    from profiler_suite.measure.program.request import with_workers

    request, stop = work.request, work.stop
    probes = with_workers(caught.probe_of_all()) if caught is not None else ()
    rate_hz, limit_s = request.rate or watching.RATE_HZ, request.limit or 0.0
    run = watching.watch_program(work.target, rate_hz, probes, limit_s)
    work.end = run.end
    if run.end.interrupted:
        stop.ask()
    ended = not run.end.exit_code and not run.end.limited and not stop.asked
    again = ended and request.top and not request.once and not request.rate
    if again and run.end.wall_s < watching.SHORT_S:
        if not request.quiet:
            tell("it ended quickly: running it again, without its output, to sample it closely")
        with told():
            run = watching.watch_closely(run, work.place)
        if run.end.interrupted:
            stop.ask()
    return rank(watching.to_show(named(run), "" if caught is None else watching.CAUGHT))


def _tell(ranking: "Ranking", request: RunOptions) -> None:
    """The summary, on standard error: standard output is the program's."""
    if request.quiet:
        return
    from profiler_suite.report.terminal.program import screen

    tell("")
    tell(screen(ranking, terminal_width(), wants_color() and sys.stderr.isatty()))
