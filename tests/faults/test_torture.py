"""A small torture: the large one is benchmarks/torture.py."""

import random
import sys
from pathlib import Path

import pytest

from tests.torture import Tally, Victim

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc"),
]


def test_ten_kills_lose_nothing_repeat_nothing_and_leave_nobody_behind(
    cache: Path, tmp_path: Path
) -> None:
    tally = Tally()
    victim = Victim(tmp_path, cache, random.Random(8), tally)
    while tally.killed < 10 and tally.lives < 9:
        victim.live([(0.0, "a child"), (0.1, "a child"), (0.2, "measuring")])
    victim.finish()
    # What happens to a life depends on the moment; it may end before all is done to it.
    assert tally.killed > 0
    assert tally.points == 10
