"""The explanation: one function from its name to where its time goes and what to change."""

import contextlib
import dataclasses
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.explaining import (
    effort_for,
    first_look,
    import_analysis,
    import_page,
    machine_of,
)
from profiler_suite.cli.options.outputs import opened_output
from profiler_suite.cli.options.seconds import Seconds, call_limit
from profiler_suite.cli.options.ways import INSTALLED, AskedWay, WayList
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import FORCE, terminal_width, wants_color
from profiler_suite.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler_suite.analysis.explain.explanation import Explanation
    from profiler_suite.files import Output
    from profiler_suite.measure.explain.child import ExplainChild
    from profiler_suite.model.way import Way

SEED = "seed"
# Loading it, and whatever comes before its first call; then the passes, then advice.
_PHASES = (
    ("loading",),
    ("the first call", "timing"),
    ("tracing operations",),
    ("replaying operations",),
    ("profiling lines",),
    ("trying",),
)


@click.command(
    "explain", short_help="Show where a function's time goes, and what would be faster."
)
@click.argument("target")
@click.option("--setup", default="", help="MODULE:FUNCTION that returns the arguments.")
@click.option(
    "--from",
    "program",
    default="",
    metavar='"SCRIPT.py ARGS"',
    help="Run this program and explain a call that it makes.",
)
@click.option("--threads", type=int, default=1, show_default=True, help="BLAS threads.")
@click.option("--dtype", default="", help="Passed to a setup that takes 'dtype'.")
@click.option("--lines", "all_lines", is_flag=True, help="Show every line that ran.")
@click.option(
    "--calls",
    "all_calls",
    is_flag=True,
    help="Look inside the costliest calls: inner loop, layout.",
)
@click.option("--no-copy", is_flag=True, help="Do not copy the arguments for each pass.")
@call_limit
@click.option(
    "--budget",
    type=Seconds(),
    metavar="SECONDS",
    help="Total time; usually at most 8 calls and 20 s.",
)
@click.option(
    "--what-if",
    "what_if",
    type=WayList(),
    is_flag=False,
    flag_value=INSTALLED,
    metavar="WAYS",
    help="Measure other ways to run it: float32,threads,numba,jax,torch; alone, those that "
    "are installed.",
)
@click.option(
    "--no-advice", is_flag=True, help="Only show where the time goes; try no rewrites."
)
@click.option(
    "--patch",
    type=click.Path(path_type=Path),
    help="Write the fastest rewrite to this file, as a unified diff.",
)
@click.option("--html", type=click.Path(path_type=Path), help="Write the page to this file.")
@click.option("--force", is_flag=True, help=FORCE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def explain_command(**options: Any) -> int:
    """Explain where the time of a NumPy function goes and what would make it faster.

    TARGET is MODULE:FUNCTION or path/to/file.py:function. A bare name given to --setup
    is looked up next to it. With --from, the arguments are those of a call that the
    program makes, and TARGET may also be a method, a function inside another, a generator
    or a line of a script. `explain seed` answers the question that this project started
    with: why is a loop of 61,440 operations slower than np.dot with 3,072,000?
    """
    request = ExplainOptions(**options)
    progress = ProgressLine(sys.stderr, quiet=request.quiet)
    if request.target == SEED:
        request.check_seed()
        from profiler_suite.cli.explain_question import explain_question

        return explain_question(progress, as_json=request.as_json)
    request.check()
    from profiler_suite.report import kinds

    force = request.force
    with contextlib.ExitStack() as opened:
        page = opened_output(opened, request.html, "--html", kinds.EXPLANATION, force=force)
        diff = opened_output(opened, request.patch, "--patch", kinds.PATCH, force=force)
        shown = [each for each in (page, diff) if each and each.is_standard_output]
        if len(shown) + request.as_json > 1:
            raise UsageError(
                "only one of --json, --html and --patch can write to standard output; give the "
                "others a file"
            )
        found = _explained(request, progress)
        if page is not None:
            from profiler_suite.report.html.explanation import render

            page.write(render(found))
        if not shown:
            _show(found, request)
        if diff is not None:
            _write_patch(found, diff, quiet=request.as_json or bool(shown))
    return 0


@dataclasses.dataclass(frozen=True)
class ExplainOptions:
    """What was asked for on the command line; the field names are the options'."""

    target: str
    setup: str
    program: str
    threads: int
    dtype: str
    all_lines: bool
    all_calls: bool
    no_copy: bool
    timeout: float
    budget: float | None
    what_if: tuple[AskedWay, ...] | None
    no_advice: bool
    patch: Path | None
    html: Path | None
    force: bool
    as_json: bool
    quiet: bool

    def check_seed(self) -> None:
        """Raise UsageError for an option that `explain seed` does not take."""
        given = (
            self.setup,
            self.program,
            self.dtype,
            self.all_lines,
            self.all_calls,
            self.html,
            self.patch,
            self.budget,
            self.what_if,
        )
        if any(given) or self.no_advice or self.force or self.threads != 1:
            raise UsageError(
                "`explain seed` has its own functions; it takes only --json and -q"
            )

    def check(self) -> None:
        """Raise UsageError for what no function could be explained with."""
        if ":" not in self.target:
            raise _no_function(self.target)
        if self.program and (self.setup or self.dtype):
            raise UsageError(
                "--from takes the arguments from the program; it cannot be combined with "
                "--setup or --dtype, which make them"
            )
        if self.patch is not None and self.no_advice:
            raise UsageError(
                "--patch writes the advice that --no-advice skips; choose one of them"
            )
        allowed = _allowed_threads()
        if not 1 <= self.threads <= allowed:
            raise UsageError(
                f"{self.threads} threads cannot be used; this process may use 1 to {allowed}: "
                f"choose --threads between 1 and {allowed}"
            )


def _show(found: "Explanation", request: ExplainOptions) -> None:
    if request.as_json:
        from profiler_suite.analysis.explain.document import document, to_json

        click.echo(to_json(document(found)))
        return
    from profiler_suite.report.terminal.explanation import screen

    click.echo(
        screen(
            found,
            terminal_width(),
            wants_color(),
            all_lines=request.all_lines,
            all_calls=request.all_calls,
        )
    )
    if request.html is not None:
        click.echo(f"\npage: {request.html}")


def _write_patch(found: "Explanation", diff: "Output", *, quiet: bool) -> None:
    from profiler_suite.report.kinds import PATCH_MARK

    file = diff.path
    if not found.patch:
        raise UsageError(
            f"{file} was not written: no rewrite of {found.explained.name} was faster here"
        )
    diff.write(PATCH_MARK + found.patch)
    if not quiet:
        click.echo(f"patch: {file} (git apply {file}, or patch -p1 < {file})")


def _no_function(target: str) -> UsageError:
    import difflib

    from profiler_suite.workloads import registry

    hint = ""
    if target.endswith(".py"):
        hint = f"; `python -m profiler_suite run {target}` profiles the whole program"
    elif difflib.get_close_matches(target, [SEED], cutoff=0.6):
        hint = f"; did you mean `explain {SEED}`?"
    elif target in registry.implementations():
        hint = f"; {target!r} is an implementation: `sweep --implementations {target}` times it"
        if target in _of_the_question():
            hint += f", `explain {SEED}` explains it"
    return UsageError(
        f"{target!r} names no function; give MODULE:FUNCTION, path/to/file.py:function "
        f"or '{SEED}'{hint}"
    )


def _of_the_question() -> tuple[str, ...]:
    """The two implementations that `explain seed` compares."""
    from profiler_suite.workloads import question

    return question.experiment().pair


def _allowed_threads() -> int:
    from profiler_suite.machine import cores

    return cores.cores_allowed(cores.affinity_cpus(), cores.quota_cores())


def _explained(request: ExplainOptions, progress: ProgressLine) -> "Explanation":
    from profiler_suite.machine.kept import keep_baselines

    begun = monotonic()
    progress.phases(_PHASES if not request.no_advice else _PHASES[:-1])
    try:
        # What is wrong with the function is reported before the machine is measured.
        with _child(request, progress) as child:
            from profiler_suite.analysis.explain.explanation import explain
            from profiler_suite.measure.explain.time_plan import with_budget

            loading_s = monotonic() - begun
            machine = machine_of(progress)  # once; not of this function's time
            effort = with_budget(effort_for(machine), request.budget or 0.0, loading_s)
            explained = child.explain(
                effort,
                request.threads,
                copy=not request.no_copy,
                first_look=first_look(machine, effort, progress),
            )
            if not request.no_advice:
                child.prepare_trials()
            import_page()
            found = explain(
                explained,
                machine,
                effort.baselines_s,
                child.attempt,
                advise=not request.no_advice,
            )
            found.ways = tuple(child.try_way(way) for way in _ways(request))
    finally:
        progress.clear()
    keep_baselines(machine.fingerprint, found.explained.own_baselines_s)
    return found


def _ways(request: ExplainOptions) -> "Iterator[Way]":
    """The other ways that were asked for."""
    if request.what_if is None:
        return iter(())
    from profiler_suite.measure.explain.ways.installed import ways

    return ways(request.what_if, request.threads, _allowed_threads())


def _child(
    request: ExplainOptions, progress: ProgressLine
) -> "contextlib.AbstractContextManager[ExplainChild]":
    """What explains the function: a process that loads it, or one that the program made."""
    if request.program:
        from profiler_suite.cli.catching import caught_child

        aside = request.as_json or str(request.html) == "-" or str(request.patch) == "-"
        return caught_child(
            request.target, request.program, request.timeout, progress, aside=aside
        )
    from profiler_suite.measure.explain.child import ExplainChild
    from profiler_suite.measure.explain.records import LoadRequest

    ask = LoadRequest(
        target=request.target,
        setup=request.setup,
        dtype=request.dtype,
        timeout_s=request.timeout,
    )
    with contextlib.ExitStack() as opened:
        child = opened.enter_context(ExplainChild(ask, progress.say, waits=False))
        import_analysis()  # while the child is loading
        child.wait()
        opened.pop_all()
    return child
