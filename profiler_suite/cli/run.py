"""A whole program: run it as it is, say where to look first."""

import contextlib
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.show import FORCE, terminal_width, wants_color
from profiler_suite.cli.streams import finish, tell

if TYPE_CHECKING:
    from profiler_suite.analysis.program.ranking import Ranking
    from profiler_suite.files import Output
    from profiler_suite.measure.program.request import ProgramTarget

_TARGETS = ("-m", "-c")
REPORTS = "reports"


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
    default=200.0,
    show_default=True,
    help="Samples per second; each stops the program for a moment.",
)
@click.option("--force", is_flag=True, help=FORCE)
@click.option("-q", "--quiet", is_flag=True, help="Print the page's path only.")
def run_command(**options: Any) -> int:
    """Run a program and say where to look first.

    SCRIPT.py, -m PACKAGE or -c CODE, and all that follows is the program's. It runs
    as without profiler_suite: the same output, input, signals and exit code. What was
    found goes to standard error, and as a page to reports/.
    """
    request = RunOptions(**options)
    from profiler_suite.measure.program.request import parse
    from profiler_suite.measure.program.running import end_as

    target = parse(request.program)
    from profiler_suite.report import program_folder

    folder = request.out or Path(REPORTS) / program_folder.folder_name(target.name)
    with contextlib.ExitStack() as opened:
        document = _document(opened, request)
        program_folder.check_folder(folder, force=request.force)
        ranking = _watched(target, request.rate)
        if document is not None:
            from profiler_suite.report.formats.program_document import program_json

            document.write(program_json(ranking))
        _tell(ranking, request)
        # Where the folder lies was settled before the program could change its own.
        page = program_folder.write(ranking, folder)
        tell(f"page: {page}")
    finish()
    return end_as(ranking.run.end.exit_code)


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """What was asked for on the command line; the field names are the options'."""

    program: tuple[str, ...]
    out: Path | None
    document: Path | None
    rate: float
    force: bool
    quiet: bool


def _document(opened: contextlib.ExitStack, request: RunOptions) -> "Output | None":
    if request.document is None:
        return None
    from profiler_suite.files import Output
    from profiler_suite.report.kinds import PROGRAM_JSON

    remedy = "give another file with --json, or --force to replace it"
    return opened.enter_context(
        Output(request.document, PROGRAM_JSON, force=request.force, remedy=remedy)
    )


def _watched(target: "ProgramTarget", rate_hz: float) -> "Ranking":
    from profiler_suite.analysis.program.ranking import rank
    from profiler_suite.measure.program.watching import watch_program

    return rank(watch_program(target, rate_hz))


def _tell(ranking: "Ranking", request: RunOptions) -> None:
    """The summary, on standard error: standard output is the program's."""
    if request.quiet:
        return
    from profiler_suite.report.terminal.program import screen

    tell("")
    tell(screen(ranking, terminal_width(), wants_color() and sys.stderr.isatty()))
