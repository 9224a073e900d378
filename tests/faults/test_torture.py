"""A small torture: the large one is benchmarks/torture.py."""

import random
import sys
from pathlib import Path

import pytest

from tests.short_sweeps import fill_cache
from tests.torture import Tally, Victim

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="finds processes in /proc"
)


@pytest.mark.timeout(200)
def test_ten_kills_lose_nothing_repeat_nothing_and_leave_nobody_behind(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    fill_cache(cache)
    tally = Tally()
    victim = Victim(tmp_path, cache, random.Random(8), tally)
    while tally.killed < 10 and tally.lives < 9:
        victim.live([(0.0, "a child"), (0.1, "a child"), (0.2, "measuring")])
    victim.finish()
    # A life may end before all is done to it: by a child that is killed as it starts.
    assert tally.killed >= 7
    assert tally.points == 10
