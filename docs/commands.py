"""The page of commands: the help of each, as a terminal of 80 columns shows it."""

import click

from profiler_suite import cli

_HEAD = """# Commands

<!-- Made by `python -m docs`: the help of every command. -->

Exit codes are listed under [Comparing and guarding](comparing.md#in-continuous-integration).
"""


def helps() -> dict[str, str]:
    """Command → its help at 80 columns; the group itself under an empty name."""
    group = cli._commands
    settings = group.context_settings
    name_of_all = "python -m profiler_suite"
    top = click.Context(group, info_name=name_of_all, terminal_width=80, **settings)
    found = {"": group.get_help(top)}
    for name, command in group.commands.items():
        context = click.Context(command, parent=top, info_name=name, terminal_width=80)
        found[name] = command.get_help(context)
    return found


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for name, text in helps().items():
        title = f"\n## {name}\n" if name else ""
        parts.append(f"{title}\n```text\n{text}\n```\n")
    return "".join(parts)
