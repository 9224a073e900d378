"""The comparison of two runs: what else differs, what is faster or slower, what is noise."""

import shlex
from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.intervening import causes_of
from profiler_suite.cli.options.parameter import ParamType
from profiler_suite.cli.show import terminal_width, wants_color
from profiler_suite.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profiler_suite.analysis.compare.causes import Causes
    from profiler_suite.analysis.compare.changes import Change, Comparison
    from profiler_suite.model.run import Provenance

REGRESSION = 1
"""Exit code for a confirmed regression; only with --fail-on."""
UNDECIDED = 4
"""Exit code for points that could not be judged; only with --strict."""


class Percentage(ParamType[float]):
    """A share as '5%'."""

    name = "N%"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """'5%' or '5 %' → 0.05."""
        if isinstance(value, float):
            return value
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / 100
        except ValueError:
            share = -1.0
        if not (text.endswith("%") and 0 <= share < 1000):
            self.fail(f"{value!r} is not a percentage; try 5%", param, ctx)
        return share


@click.command(
    "compare", short_help="Is run B faster than run A, slower, or the same within noise?"
)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--fail-on", type=Percentage(), help="Exit code 1 if a point is certainly that much slower."
)
@click.option("--strict", is_flag=True, help="Exit code 4 if a point could not be judged.")
@click.option(
    "--all", "everything", is_flag=True, help="Show every point, not only those that differ."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--markdown", is_flag=True, help="Print Markdown, for a pull request.")
@click.option(
    "--intervene",
    is_flag=True,
    help="Try what differs, one at a time: how much of the difference does each make?",
)
def compare_command(
    before: str,
    after: str,
    fail_on: float | None,
    strict: bool,
    everything: bool,
    as_json: bool,
    markdown: bool,
    intervene: bool,
) -> int:
    """Compare run B with run A: is it faster, slower, or the same within noise?

    A and B are run folders, or names below reports/. To compare two environments,
    measure both in one run: sweep --versus. With --intervene, environment variables, BLAS
    kernels and threads, interpreters, quota and random data that differ are tried.
    """
    from profiler_suite.analysis.compare import runs as comparison
    from profiler_suite.analysis.compare.other_threads import matched
    from profiler_suite.analysis.run.load import load

    if as_json and markdown:
        raise UsageError("--json and --markdown cannot be combined; choose one of them")
    first, second = matched(load(before), load(after))
    found = comparison.compare(first, second)
    form = "json" if as_json else "markdown" if markdown else "text"
    tried = causes_of(first, second) if intervene else None
    show(found, fail_on, strict=strict, everything=everything, form=form, causes=tried)
    failed = found.regressions(fail_on) if fail_on is not None else ()
    code = gate(found, fail_on, strict=strict)
    if code == REGRESSION and fail_on is not None:
        click.echo(_once_more(before, failed, second.provenance, fail_on), err=True)
    return code


def show(
    found: "Comparison",
    fail_on: float | None,
    *,
    strict: bool,
    everything: bool = False,
    form: str = "text",
    causes: "Causes | None" = None,
) -> None:
    """Print the comparison as 'text', 'json' or 'markdown'; first what a gate leaves open."""
    from profiler_suite.report.content import comparison_tables
    from profiler_suite.report.formats import cause_document, comparison_document
    from profiler_suite.report.terminal import comparison

    gated = fail_on is not None or strict
    first = comparison_tables.open_question(found, fail_on) if gated else ""
    if form == "json":
        import msgspec

        failed = found.regressions(fail_on) if fail_on is not None else ()
        plain = comparison_document.document(found, failed, fail_on)
        if causes is not None:
            plain["causes"] = cause_document.document(causes)
        click.echo(msgspec.json.format(msgspec.json.encode(plain)).decode())
    elif form == "markdown":
        click.echo(comparison_document.markdown(found, first), nl=False)
        if causes is not None:
            click.echo(f"\n{cause_document.markdown(causes)}", nl=False)
    else:
        click.echo(
            comparison.screen(
                found,
                terminal_width(),
                wants_color(),
                everything=everything,
                open_first=first,
            )
        )
        if causes is not None:
            from profiler_suite.report.terminal.causes import screen

            click.echo(f"\n{screen(causes, terminal_width(), wants_color())}")


def gate(found: "Comparison", fail_on: float | None, *, strict: bool) -> int:
    """The exit code under --fail-on and --strict; says on standard error what it rests on."""
    from profiler_suite.report.content import comparison_tables

    if fail_on is None and not strict:
        return 0
    if found.obstacles and fail_on is not None:
        raise UsageError(f"--fail-on could not be judged: {found.obstacles[0]}")
    left_open = comparison_tables.open_question(found, fail_on)
    if left_open:
        hint = "" if strict else "; --strict makes that exit code 4"
        click.echo(f"{left_open}{hint}", err=True)
    failed = found.regressions(fail_on) if fail_on is not None else ()
    if failed and fail_on is not None:
        click.echo(comparison_tables.failure(found, failed, fail_on), err=True)
        return REGRESSION
    return UNDECIDED if left_open and strict else 0


def _once_more(
    before: str, failed: "Sequence[Change]", origin: "Provenance", fail_on: float
) -> str:
    """The commands that measure the slower points again: interference passes."""
    from profiler_suite.workloads import catalogue

    files = dict(
        zip((e.name for e in origin.experiments), origin.experiment_files, strict=False)
    )
    built_in = catalogue.built_in()
    words = ["python", "-m", "profiler_suite", "sweep"]
    for name in dict.fromkeys(change.experiment for change in failed):
        words.append(name if name in built_in else files.get(name, name))
    words += ["--implementations", ",".join(dict.fromkeys(c.implementation for c in failed))]
    if origin.mode in ("quick", "full"):
        words.append(f"--{origin.mode}")
    words += ["--out", "reports/again"]
    second = ["python", "-m", "profiler_suite", "compare", before, "reports/again"]
    second += ["--fail-on", f"{100 * fail_on:g}%"]
    return (
        "Measure them again before you rely on it:\n"
        f"  {shlex.join(words)}\n  {shlex.join(second)}"
    )
