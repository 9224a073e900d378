"""The type of an option that names other ways to run a function."""

from typing import TYPE_CHECKING, Any

import click

from profiler_suite.cli.options.parameter import ParamType
from profiler_suite.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from profiler_suite.model.way import WayKind

INSTALLED = "installed"
AskedWay = tuple["WayKind", str]
"""A kind and the accelerator that it is wanted on, or ''."""


class WayList(ParamType[tuple[AskedWay, ...]]):
    """Ways with commas between them; one for accelerators names it: torch:cuda."""

    name = "ways"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[AskedWay, ...]:
        """The ways, or click's own kind of mistake."""
        if isinstance(value, tuple):
            return value
        try:
            return asked(str(value))
        except UsageError as error:
            self.fail(str(error), param, ctx)


def asked(text: str) -> tuple[AskedWay, ...]:
    """What a list names; raises UsageError for what is none, and what is not installed."""
    from profiler_suite.measure.explain.ways.installed import installed_kinds

    if text == INSTALLED:
        return tuple((kind, "") for kind in installed_kinds())
    found = [_asked(word.strip()) for word in text.split(",") if word.strip()]
    if not found:
        raise UsageError("it names nothing to try; leave the list out for what is installed")
    return tuple(found)


def _asked(word: str) -> AskedWay:
    from profiler_suite.measure.explain.ways.installed import is_installed
    from profiler_suite.model.way import LIBRARIES, ON_ACCELERATORS, WayKind

    name, colon, device = word.partition(":")
    if name.endswith(".py") or "/" in name:
        raise UsageError(
            f"{word!r} is no way to run it: write what is to be explained before --what-if, or "
            "--what-if=LIST"
        )
    if name not in [kind.value for kind in WayKind]:
        raise unknown_name("way to run it", name, [kind.value for kind in WayKind])
    kind = WayKind(name)
    if colon and (kind not in ON_ACCELERATORS or not device):
        with_one = " and ".join(
            f"{kind.value}:DEVICE" for kind in WayKind if kind in ON_ACCELERATORS
        )
        raise UsageError(f"{word!r} names no accelerator; {with_one} do")
    if not is_installed(kind):
        raise UsageError(
            f"{LIBRARIES[kind]} is not installed: pip install 'profiler-suite[{name}]'"
        )
    return kind, device
