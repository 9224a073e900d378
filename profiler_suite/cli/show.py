"""The commands that show what is there: report, list, machine."""

import contextlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.options.parameter import ParamType
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from profiler_suite.analysis.compare.changes import Comparison
    from profiler_suite.analysis.run.load import Run


REPORTS = "reports"
"""Where runs go when no other folder is given, and are looked for by name."""
FORCE = "Replace files that profiler_suite did not write."


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def wants_color() -> bool:
    """Colour on a terminal only; NO_COLOR, FORCE_COLOR and TERM=dumb are honoured."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


@click.command("report", short_help="Write the report of a run again, without measuring.")
@click.argument("run", default="latest")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the report to another folder."
)
@click.option("--baseline", help="Add a section that compares with this run.")
@click.option(
    "--everything", is_flag=True, help="Unfold all sections of the page, for printing."
)
@click.option("--force", is_flag=True, help=FORCE)
@click.option("-q", "--quiet", is_flag=True, help="Print only the page's path.")
def report_command(
    run: str,
    out: Path | None,
    baseline: str | None,
    everything: bool,
    force: bool,
    quiet: bool,
) -> int:
    """Write the page, the figures and the tables of RUN again, without measuring.

    RUN is a run folder, or a name below reports/ (default: latest).
    """
    from profiler_suite.analysis.run.load import collections_put_off, find_run, load
    from profiler_suite.report.outputs import check_outputs, places_of
    from profiler_suite.report.terminal.listings import summary

    folder = find_run(run)
    target = out or folder
    remedy = "choose another folder with --out, or --force to replace it"
    check_outputs(places_of(folder, target), force=force, remedy=remedy)
    from profiler_suite.report.write import write_report

    # Where nobody looks on, the page is soon there.
    progress = ProgressLine(sys.stderr, quiet=quiet or not sys.stderr.isatty())
    with collections_put_off():
        progress.say("reading the run")
        loaded = load(folder)
        found = _comparison(baseline, loaded)
        page = write_report(
            loaded,
            target,
            comparison=found,
            force=force,
            remedy=remedy,
            progress=progress.say,
            everything=everything,
        )
    progress.clear()
    if quiet:
        click.echo(str(page))
        return 0
    click.echo(summary(loaded, terminal_width(), wants_color()))
    if found is not None:
        from profiler_suite.report.terminal import comparison

        click.echo()
        click.echo(comparison.screen(found, terminal_width(), wants_color(), everything=False))
    return 0


def _comparison(baseline: str | None, run: "Run") -> "Comparison | None":
    from profiler_suite.analysis.compare.paired import comparison_within
    from profiler_suite.analysis.compare.runs import compare
    from profiler_suite.analysis.run.load import load

    return compare(load(baseline), run) if baseline else comparison_within(run)


class _FormatName(ParamType[str]):
    """The name of an export format, of the suite's own or a plugin's."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Every format there is, known when it is asked for: plugins may add some."""
        return f"[{'|'.join(_all_formats())}]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The name itself, if there is such a format."""
        known = _all_formats()
        if value not in known:
            self.fail(str(unknown_name("export format", value, known)), param, ctx)
        return str(value)


def _all_formats() -> dict[str, str]:
    """Name → summary of the formats of sweeps, then of those that only programs have."""
    from profiler_suite.report.formats.exports import formats
    from profiler_suite.report.formats.program_exports import program_formats

    found = {each.name: each.summary for each in formats().values()}
    for each in program_formats().values():
        summary = f"{each.summary[:1].lower()}{each.summary[1:]}"
        found.setdefault(each.name, f"From `run`: {summary}")
    return found


class _ExportCommand(click.Command):
    """Its help ends with what each format is for."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Formats"):
            formatter.write_dl(list(_all_formats().items()))


@click.command("export", cls=_ExportCommand)
@click.argument("run", default="latest")
@click.option("--format", "form", type=_FormatName(), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--force", is_flag=True, help=FORCE)
def export_command(run: str, form: str, out: Path | None, force: bool) -> int:
    """Write RUN (default: latest) in the format of another tool."""
    from profiler_suite.analysis.run.load import find_run, load
    from profiler_suite.files import Output
    from profiler_suite.report.formats.exports import exported, formats

    seen = _program_folder(run)
    if seen is not None:
        return _export_program(seen, form, out, force)
    if form not in formats():
        raise unknown_name("export format of a sweep", form, formats())
    folder, chosen = find_run(run), formats()[form]
    target = out or folder / f"{folder.name}.{chosen.ending}"
    remedy = "choose another file with --out, or --force to replace it"
    with Output(target, chosen.kind, force=force, remedy=remedy) as output:
        output.write(exported(load(folder), chosen))
    if not output.is_standard_output:
        click.echo(str(target))
    return 0


def _program_folder(run: str) -> Path | None:
    """The folder of that path, or of that name below reports/, if `run` has made it."""
    folders = (Path(run), Path(REPORTS) / run)
    return next((each for each in folders if (each / "program.json").is_file()), None)


def _export_program(folder: Path, form: str, out: Path | None, force: bool) -> int:
    from profiler_suite.files import Output
    from profiler_suite.report.formats.program_exports import program_formats
    from profiler_suite.report.program_folder import read

    if form not in program_formats():
        raise unknown_name("export format of a program's run", form, program_formats())
    chosen = program_formats()[form]
    target = out or folder / f"{folder.name}.{chosen.ending}"
    remedy = "choose another file with --out, or --force to replace it"
    with Output(target, chosen.kind, force=force, remedy=remedy) as output:
        output.write(chosen.content(read(folder)))
    if not output.is_standard_output:
        click.echo(str(target))
    return 0


@click.command("list")
@click.argument("what", type=click.Choice(("all", "rules")), default="all")
@click.option("--json", "as_json", is_flag=True, help="Print the rules as one JSON document.")
def list_command(what: str, as_json: bool) -> int:
    """List the experiments and the implementations, one line each.

    `list rules` shows the catalogue of slow paths that `explain` looks for.
    """
    if what == "rules":
        return _list_rules(as_json)
    if as_json:
        raise UsageError("only the rules have a JSON form: list rules --json")
    from profiler_suite.report.terminal.listings import listing
    from profiler_suite.workloads import catalogue, registry

    experiments = [found.experiment for found in catalogue.built_in_experiments()]
    implementations = list(registry.implementations().values())
    click.echo(listing(experiments, implementations, terminal_width(), wants_color()))
    return 0


def _list_rules(as_json: bool) -> int:
    from profiler_suite.analysis.explain.rules.registry import catalogue, document

    if as_json:
        click.echo(json.dumps(document(), indent=2, ensure_ascii=False))
        return 0
    from profiler_suite.report.terminal.rule_list import screen

    click.echo(screen(catalogue(), terminal_width(), wants_color()))
    return 0


@click.command(
    "machine", short_help="Show this machine's facts, measured ceilings and call costs."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--refresh", is_flag=True, help="Measure again, even what is kept.")
def machine_command(as_json: bool, refresh: bool) -> int:
    """Show what this machine can do: facts, measured ceilings, call costs."""
    import msgspec

    from profiler_suite.machine.kept import kept_selfcheck
    from profiler_suite.machine.survey import survey
    from profiler_suite.report.terminal.listings import machine_page

    progress = ProgressLine(sys.stderr, quiet=False)
    machine = survey(coarse=False, refresh=refresh, progress=progress.pace)
    progress.clear()
    checked = kept_selfcheck(machine.fingerprint)
    if as_json:
        from profiler_suite.report.formats.document import machine_document

        document = machine_document(machine) | {"selfcheck": msgspec.to_builtins(checked)}
        click.echo(msgspec.json.format(msgspec.json.encode(document)).decode())
    else:
        click.echo(machine_page(machine, terminal_width(), wants_color(), checked))
    return 0


def point_latest(folder: Path) -> None:
    """Let ``latest`` beside the run folder point at it, where the system allows links.

    A link that leads out of its folder is somebody else's, and stays.
    """
    link = folder.parent / "latest"
    new = folder.parent / f".latest.{os.getpid()}"
    try:
        ours = link.is_symlink() and len(link.readlink().parts) == 1
        if ours or not os.path.lexists(link):
            new.symlink_to(folder.name, target_is_directory=True)
            new.replace(link)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
