"""The base of the command line's own kinds of values, for every click that may be installed."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click import ParamType
else:

    class ParamType(click.ParamType):
        """A kind of value, named by what it becomes; click's own is generic only since 8.4."""

        def __class_getitem__(cls, becomes: object) -> "type[ParamType]":
            return cls


__all__ = ["ParamType"]
