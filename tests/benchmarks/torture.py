"""Kills parents and children of quick sweeps at random moments, a hundred times and more.

    python tests/benchmarks/torture.py [KILLS] [SEED]

Every finished round and every finished point is there afterwards, none twice; every
resumed run completes and its report is written; no process is left behind.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.short_sweeps import fill_cache
from tests.torture import torture


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    say(f"seed {seed}")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture ü ") as folder:
        cache = Path(folder) / "cache"
        fill_cache(cache)
        tally = torture(Path(folder), cache, kills, seed, tell=say)
    say(
        f"{tally.killed} killed ({tally.parents_killed} parents, {tally.children_killed} "
        f"children), {tally.stopped} stopped by SIGINT, SIGTERM or SIGHUP, in "
        f"{tally.lives} sweeps into {tally.runs} run folders, "
        f"{time.monotonic() - begun:.0f} s\n"
        f"{tally.rows} rows, {tally.rounds} rounds, {tally.points} points: all that were "
        f"finished are there, none twice; {tally.cut_rows} rows cut by a kill\n"
        f"all runs completed and have a report; children ended within "
        f"{tally.longest_orphan_s:.2f} s of their parent\n"
        f"parents were killed during: "
        + ", ".join(f"{stage} {n}" for stage, n in tally.stages.most_common())
    )


if __name__ == "__main__":
    main()
