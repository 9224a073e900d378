"""The command line: arguments become stages become an exit code. Only here is anything printed.

Exit codes: 0 ok; 1 a confirmed regression, only with `--fail-on`; 2 usage or configuration;
3 some points failed, or the selfcheck; 4 `--strict` and flagged points; 130 interrupted,
data kept.
"""

import sys
from collections.abc import Sequence
from typing import Any

import click

from profiler_suite import __version__
from profiler_suite.cli.compare import compare_command
from profiler_suite.cli.explain import explain_command
from profiler_suite.cli.merge import merge_command
from profiler_suite.cli.selfcheck import selfcheck_command
from profiler_suite.cli.show import (
    export_command,
    list_command,
    machine_command,
    report_command,
)
from profiler_suite.cli.sweep import sweep_command
from profiler_suite.errors import (
    ChildError,
    FunctionError,
    ProfilerSuiteError,
    unknown_name,
)

OK, USAGE, POINTS_FAILED, INTERRUPTED = 0, 2, 3, 130


class _Group(click.Group):
    """A group that names the nearest command when there is none of that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise unknown_name("command", args[0], self.commands)
        return super().resolve_command(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="profiler_suite")
def _commands() -> None:
    """Why is my NumPy code slower than its operation count says?

    Start with:  python -m profiler_suite sweep --quick
    """


for _command in (
    sweep_command,
    merge_command,
    explain_command,
    compare_command,
    report_command,
    export_command,
    list_command,
    machine_command,
    selfcheck_command,
):
    _commands.add_command(_command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `arguments` defaults to sys.argv[1:]."""
    try:
        result: Any = _commands.main(
            args=None if arguments is None else list(arguments),
            prog_name="python -m profiler_suite",
            standalone_mode=False,
        )
        return result if isinstance(result, int) else OK
    except click.ClickException as error:
        error.show()
        return USAGE
    except ProfilerSuiteError as error:
        click.echo(f"error: {error}", err=True)
        return POINTS_FAILED if isinstance(error, (ChildError, FunctionError)) else USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("\ninterrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output (head, less) has gone; there is nobody to tell.
        sys.stderr.close()
        return OK


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of ``python -m profiler_suite``."""
    sys.exit(run(arguments))


def run_file(path: str) -> None:
    """Sweep the experiment in that file, with the options of this process's command line."""
    main(["sweep", path, *sys.argv[1:]])
