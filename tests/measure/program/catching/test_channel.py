"""What is said of a call: one line of JSON for each connection, nothing where nobody hears."""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.measure.program.catching.channel import CallChannel
from profiler_suite.measure.program.catching.wish import Wish

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sockets have paths on POSIX")


def wished(**seen: Any) -> Wish:
    wish = Wish(3, {"file": __file__, "qualname": "C.f"})
    for name, value in seen.items():
        setattr(wish, name, value)
    return wish


def heard(path: Path, say: Any) -> dict[str, Any]:
    """The first line of what comes in while `say` speaks."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        say(CallChannel(str(path)))
        talk, _ = listening.accept()
        with talk, talk.makefile() as lines:
            said: dict[str, Any] = json.loads(lines.readline())
            return said


@pytest.mark.parametrize(
    ("faults", "told"), [([], -1), ([9, 9, 9, 9], -1), ([1, 2, 7, 3, 9], 3)]
)
def test_calls_and_what_they_cost_are_told(
    tmp_path: Path, faults: list[int], told: int
) -> None:
    wish = wished(calls=4, costs=[0.3, 0.1, 0.2], total_s=0.6, faults=faults)
    said = heard(tmp_path / "s", lambda channel: channel.tell("over", wish, why="enough"))
    assert (said["kind"], said["why"]) == ("over", "enough")
    assert (said["calls"], said["median_s"], said["total_s"]) == (4, 0.2, 0.6)
    assert said["faults"] == told
    assert (said["wish"], said["qualname"], said["program"]) == (3, "C.f", os.getpid())


def test_a_copy_that_waits_says_with_which_call(tmp_path: Path) -> None:
    said = heard(tmp_path / "s", lambda channel: channel.holder(wished(), 7).close())
    assert (said["kind"], said["call"], said["wish"]) == ("holder", 7, 3)


def test_where_nobody_hears_nothing_is_said(tmp_path: Path) -> None:
    channel = CallChannel(str(tmp_path / "nobody"))
    channel.tell("over", wished())
    with pytest.raises(OSError, match=r"."):
        channel.holder(wished(), 1)
