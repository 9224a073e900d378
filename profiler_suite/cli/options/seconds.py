"""Options that take a time to wait: their type, and the limit of a call."""

import math
from typing import Any

import click

from profiler_suite.cli.options.parameter import ParamType

# Eleven days; clocks and timers of the system take no more than some thousand years.
_MOST_S = 1e6


class Seconds(ParamType[float]):
    """A number of seconds that can be waited: above 0, finite, at most a million."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number, or click's own kind of mistake."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds <= _MOST_S:
            self.fail(
                f"{value!r} is not a time to wait; give seconds above 0, at most "
                f"{_MOST_S:,.0f}",
                param,
                ctx,
            )
        return seconds


call_limit = click.option(
    "--timeout",
    type=Seconds(),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up if a call takes longer.",
)
"""The option of commands that call a function of the user's."""
