"""The command line: from arguments to stages to an exit code. Nothing else prints.

Exit codes: 0 ok; 1 a confirmed regression, only with `--fail-on` or in a `race`; 2 usage or
configuration; 3 some points or the selfcheck failed, or answers differ; 4 something is noisy or
undecided, only with `--strict` or in a `race`;
70 a defect in the suite itself; 130 interrupted, data kept (or 128 plus the number of
another signal).
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from profiler_suite import __version__
from profiler_suite.cli.compare import compare_command
from profiler_suite.cli.explain import explain_command
from profiler_suite.cli.failures import USAGE, exit_code, reader_is_gone, tell_failure
from profiler_suite.cli.merge import merge_command
from profiler_suite.cli.options.plugins import with_plugins
from profiler_suite.cli.race import race_command
from profiler_suite.cli.run import run_command
from profiler_suite.cli.selfcheck import selfcheck_command
from profiler_suite.cli.show import (
    export_command,
    list_command,
    machine_command,
    report_command,
    wants_color,
)
from profiler_suite.cli.stopping import Stopping, leave_unraised_to, stay
from profiler_suite.cli.streams import finish, prepare, tell
from profiler_suite.cli.sweep import sweep_command
from profiler_suite.errors import unknown_name

OK = 0
# What a shell's start-up file sets to be told how to complete the installed command's words.
_COMPLETE, _INSTALLED = "_PROFILER_SUITE_COMPLETE", "profiler-suite"


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
    run_command,
    race_command,
    compare_command,
    report_command,
    export_command,
    list_command,
    machine_command,
    selfcheck_command,
):
    # Of the machine alone, nothing can be added to.
    own = _command in (machine_command, selfcheck_command, race_command)
    _commands.add_command(_command if own else with_plugins(_command))


def run(arguments: Sequence[str] | None = None, stopping: Stopping | None = None) -> int:
    """Run the command line and return its exit code; `arguments` defaults to sys.argv[1:]."""
    stopping = stopping or Stopping()
    with stopping:
        try:
            result: Any = _commands.main(
                args=None if arguments is None else list(arguments),
                prog_name=_INSTALLED if _COMPLETE in os.environ else "python -m profiler_suite",
                complete_var=_COMPLETE,
                standalone_mode=False,
                # Where colour is forced, it also goes into a pipe.
                color=wants_color() or None,
            )
            return result if isinstance(result, int) else OK
        except click.ClickException as error:
            tell(_as_shown(error))
            return USAGE
        except (click.Abort, KeyboardInterrupt):
            tell("\ninterrupted")
            return stopping.exit_code
        except SystemExit:
            # click's way out when whoever read our output (head, less) has gone.
            return OK
        except Exception as error:  # noqa: BLE001 - ours, whatever it is
            tell_failure(error)
            return OK if reader_is_gone(error) else exit_code(error)


def _as_shown(error: click.ClickException) -> str:
    """What click says of a mistake, with the usage it belongs to."""
    shown = io.StringIO()
    error.show(shown)
    return shown.getvalue().rstrip("\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of ``python -m profiler_suite``."""
    prepare()
    stopping = Stopping()
    leave_unraised_to(stopping)
    code = run(arguments, stopping)
    stay()
    failed = finish()
    if failed is not None:
        tell(f"error: cannot write the output: {failed.strerror}")
        finish()
        code = code or USAGE
    sys.exit(code)


def run_file(path: str) -> None:
    """Sweep the experiment in that file, with the options of this process's command line."""
    main(["sweep", path, *sys.argv[1:]])
