"""A whole program: run it as it is, say where to look first."""

import contextlib
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.outputs import opened_output
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.seconds import Seconds
from profiler_suite.cli.show import FORCE, REPORTS, terminal_width, wants_color
from profiler_suite.cli.streams import finish, tell
from profiler_suite.errors import UsageError

if TYPE_CHECKING:
    from profiler_suite.analysis.program.explained import ProgramAnswer
    from profiler_suite.analysis.program.ranking import Ranking
    from profiler_suite.files import Output
    from profiler_suite.measure.program.elsewhere import InputPlace
    from profiler_suite.measure.program.request import ProgramTarget

_TARGETS = ("-m", "-c")


class _ProgramCommand(click.Command):
    """A command whose options end where the program begins, as the interpreter's do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = self._program_at(args)
        return super().parse_args(ctx, [*args[:at], "--", *args[at:]] if args[at:] else args)

    def _program_at(self, args: Sequence[str]) -> int:
        """Where the program begins: at the first word that is no option and no value of one."""
        valued = {
            name
            for option in self.params
            if isinstance(option, click.Option) and not option.is_flag
            for name in option.opts
        }
        at = 0
        while at < len(args):
            word = args[at]
            if word == "--":
                return at
            if not word.startswith("-") or word.startswith(_TARGETS):
                return at
            at += 2 if word in valued else 1
        return len(args)


@click.command("run", cls=_ProgramCommand)
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
    help="Samples per second (100); each stops the program for a moment.",
)
@click.option(
    "--top",
    type=click.IntRange(0, 10),
    default=3,
    show_default=True,
    help="Explain so many functions, by calls of a second run.",
)
@click.option(
    "--budget",
    type=Seconds(),
    default=24.0,
    show_default=True,
    metavar="SECONDS",
    help="Time for all explanations, beside the second run.",
)
@click.option(
    "--try",
    "tries",
    is_flag=True,
    help="Run it some more times, as it is and with rewritten copies of its files.",
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
    help="Print the page's path only; explain only for --json, --patch or --try.",
)
def run_command(**options: Any) -> int:
    """Run a program and say where to look first.

    SCRIPT.py, -m PACKAGE or -c CODE, and all that follows is the program's. It runs
    as without profiler_suite: the same output, input, signals and exit code. What was
    found goes to standard error, and as a page to reports/. Where functions of yours
    take time that may be spared, it runs a second time, with its output thrown away,
    and calls that it makes of them are repeated to explain them. What ends within 2 s
    runs once more before, to be looked at closely; --top 0 runs it once.
    """
    request = RunOptions(**options)
    from profiler_suite.measure.program.elsewhere import InputPlace
    from profiler_suite.measure.program.request import parse
    from profiler_suite.measure.program.running import end_as

    request.check()
    target = parse(request.program)
    from profiler_suite.report import kinds, program_folder

    folder = request.out or Path(REPORTS) / program_folder.folder_name(target.name)
    with contextlib.ExitStack() as opened:
        force = request.force
        document = opened_output(
            opened, request.document, "--json", kinds.PROGRAM_JSON, force=force
        )
        patch = opened_output(opened, request.patch, "--patch", kinds.PATCH, force=force)
        program_folder.check_folder(folder, force=force)
        place = InputPlace()
        ranking = _watched(target, place, request)
        _tell(ranking, request)
        found = _explained(ranking, target, place, request)
        if document is not None:
            from profiler_suite.report.formats.program_document import program_json

            document.write(program_json(ranking, found))
        if patch is not None:
            _write_patch(patch, found)
        page = program_folder.write(ranking, folder, found)
        tell(f"page: {page}")
    finish()
    return end_as(ranking.run.end.exit_code)


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """What was asked for on the command line; the field names are the options'."""

    program: tuple[str, ...]
    out: Path | None
    document: Path | None
    rate: float | None
    top: int
    budget: float
    tries: bool
    patch: Path | None
    force: bool
    quiet: bool

    def check(self) -> None:
        """Raise UsageError for options that exclude each other."""
        if not self.top and (self.tries or self.patch):
            raise UsageError(
                "--try and --patch need explained functions, and --top 0 explains none; leave "
                "one of them out"
            )


def _write_patch(patch: "Output", found: "ProgramAnswer") -> None:
    from profiler_suite.report.kinds import PATCH_MARK

    if not found.diff:
        tell(f"{patch.path} was not written: no rewrite was faster here")
        return
    patch.write(PATCH_MARK + found.diff)
    tell(f"patch: {patch.path} (git apply {patch.path}, or patch -p1 < {patch.path})")


def _explained(
    ranking: "Ranking", target: "ProgramTarget", place: "InputPlace", request: RunOptions
) -> "ProgramAnswer":
    """The first functions explained, on standard error too."""
    from profiler_suite.analysis.program.explained import ProgramAnswer

    asked = request.document or request.patch or request.tries
    if not request.top or (request.quiet and not asked):
        return ProgramAnswer(())
    if ranking.run.end.exit_code:
        if not request.quiet:
            tell("nothing is explained: a program that fails is not run again")
        return ProgramAnswer(())
    from profiler_suite.cli import program_explaining

    progress = ProgressLine(sys.stderr, quiet=request.quiet)
    most, budget_s = request.top, request.budget
    found = program_explaining.answer(ranking, target, place, most, budget_s, progress)
    if request.tries:
        found = program_explaining.tried(found, target, place, progress)
    if not request.quiet and found.functions:
        from profiler_suite.report.terminal.program_explanations import screen

        color = wants_color() and sys.stderr.isatty()
        tell("")
        tell(screen(found, ranking.run.end.wall_s, terminal_width(), color))
    return found


def _watched(target: "ProgramTarget", place: "InputPlace", request: RunOptions) -> "Ranking":
    """The ranking of one run, or of a second one where the first was over at once."""
    from profiler_suite.analysis.program.ranking import rank
    from profiler_suite.measure.program import watching

    run = watching.watch_program(target, request.rate or watching.RATE_HZ)
    again = request.top and not request.rate and not run.end.exit_code
    if again and run.end.wall_s < watching.SHORT_S:
        if not request.quiet:
            tell("it ended soon: running it once more, without its output, to look closely")
        run = watching.watch_closely(run, place)
    return rank(run)


def _tell(ranking: "Ranking", request: RunOptions) -> None:
    """The summary, on standard error: standard output is the program's."""
    if request.quiet:
        return
    from profiler_suite.report.terminal.program import screen

    tell("")
    tell(screen(ranking, terminal_width(), wants_color() and sys.stderr.isatty()))
