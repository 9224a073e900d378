"""Values of options are read, and what cannot be read is said with an example."""

from typing import Any

import click
import pytest

from profiler_suite.cli.options.values import (
    NameList,
    SeedNumber,
    Setting,
    Shard,
    WholeNumbers,
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (WholeNumbers(), "8,16", (8, 16)),
        (NameList(), "loop, taps,", ("loop", "taps")),
        (Setting(), "height=8,16", ("height", (8, 16))),
        (Shard(), "3/16", (3, 16)),
        (SeedNumber(), "7", 7),
    ],
)
def test_a_value_is_read_once(kind: Any, text: str, value: Any) -> None:
    assert kind.convert(text, None, None) == value
    assert kind.convert(value, None, None) == value


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (WholeNumbers(), "8,x", "try 8,16,32"),
        (Setting(), "height", "try height=8,16"),
        (Setting(), "height=x", "try 8,16,32"),
        (Shard(), "17/16", "such as 3/16"),
        (Shard(), "0/2", "such as 3/16"),
        (SeedNumber(), "-1", "from 0 to"),
        (SeedNumber(), str(2**63), "from 0 to"),
    ],
)
def test_what_cannot_be_read_is_said_with_an_example(kind: Any, text: str, said: str) -> None:
    with pytest.raises(click.BadParameter, match=said):
        kind.convert(text, None, None)
