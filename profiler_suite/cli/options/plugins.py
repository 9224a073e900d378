"""The option `--plugin FILE` of the commands that plugins add something to."""

import click

from profiler_suite.registry import use_plugins


def _use(_: click.Context, __: click.Parameter, files: tuple[str, ...]) -> None:
    use_plugins(files)


def with_plugins(command: click.Command) -> click.Command:
    """The command with the option; it is read before all others, `--help` among them."""
    command.params.append(
        click.Option(
            ["--plugin"],
            multiple=True,
            metavar="FILE",
            is_eager=True,
            expose_value=False,
            callback=_use,
            help="Load this plugin file; may be repeated.",
        )
    )
    return command
