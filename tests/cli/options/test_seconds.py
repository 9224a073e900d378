"""Times on the command line are times that can be waited."""

import click
import pytest

from profiler_suite.cli.options.seconds import Seconds


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e300", "0", "-1", "", "x", "1000001"])
def test_what_nobody_can_wait_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="not a time to wait"):
        Seconds().convert(text, None, None)


@pytest.mark.parametrize(("text", "seconds"), [("1", 1.0), ("0.5", 0.5), ("1e6", 1e6)])
def test_what_can_be_waited_is_taken(text: str, seconds: float) -> None:
    assert Seconds().convert(text, None, None) == seconds
