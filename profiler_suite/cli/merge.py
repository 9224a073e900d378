"""The merge: runs measured by several jobs become one run with one report."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.sweeping.reporting import report_on
from profiler_suite.errors import RunFolderError

if TYPE_CHECKING:
    from profiler_suite.fleet.merging import MergeOutcome, MergePart
    from profiler_suite.store import RunFolder


@click.command("merge", short_help="Join runs, such as the shards of a sweep, into one report.")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of the merged run."
)
@click.option(
    "--hosts",
    type=click.Choice(("split", "each")),
    default="split",
    show_default=True,
    help="split: one series, of like hosts only; each: hosts side by side.",
)
@click.option("--strict", is_flag=True, help="Exit code 4 if points are flagged as noisy.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def merge_command(
    runs: tuple[Path, ...], out: Path, hosts: str, strict: bool, as_json: bool, quiet: bool
) -> int:
    """Join RUNS, such as the shards of a sweep, into one run with one report."""
    from profiler_suite.analysis.run.load import find_run
    from profiler_suite.fleet.merging import by_host, check, folders_of, read_part
    from profiler_suite.store import RunFolder

    _check_new(out)
    progress = ProgressLine(sys.stderr, quiet=quiet)
    progress.say(f"reading {len(runs)} runs")
    folders = dict.fromkeys(folder for run in runs for folder in folders_of(find_run(run)))
    parts = [read_part(folder) for folder in folders]
    groups = by_host(parts) if hosts == "each" else {"": parts}
    for group in groups.values():
        check(group)
    with RunFolder(out) as target:
        merged = _merge(groups, target, hosts)
    progress.clear()
    for what in merged.missing:
        progress.keep(f"warning: {what}")
    code = report_on(out, progress, as_json=as_json, strict=strict)
    return code or (3 if merged.missing else 0)


def _check_new(out: Path) -> None:
    """Refuse a folder that holds anything, or that cannot be made or written to."""
    from profiler_suite.files import check_folder

    check_folder(out)
    if out.exists() and any(out.iterdir()):
        raise RunFolderError(f"{out} already exists; give a new folder with --out")


def _merge(
    groups: "dict[str, list[MergePart]]", target: "RunFolder", hosts: str
) -> "MergeOutcome":
    from profiler_suite.fleet.merging import merge, merge_each

    command = ("python", "-m", "profiler_suite", *sys.argv[1:])
    if hosts == "each":
        return merge_each(groups, target, command)
    return merge(groups[""], target, command)
