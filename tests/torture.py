"""Kills sweeps at random moments and holds what is left against a witness.

The witness is a file that a sweep under torture writes a word to after each row that it
has appended: what the witness knows must be in the run folder, once.
"""

import dataclasses
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from profiler_suite import store
from profiler_suite.model.rows import (
    BreakdownRecord,
    LinesRecord,
    PointRecord,
    RoundRecord,
    Row,
)
from tests.short_sweeps import STEADY, alive, environment, sweep

WITNESS = "PROFILER_SUITE_TEST_WITNESS"
_GONE_WITHIN_S = 30.0


@dataclasses.dataclass
class Tally:
    """What was done and seen."""

    parents_killed: int = 0
    children_killed: int = 0
    stopped: int = 0
    """Ended by Ctrl-C, SIGTERM or SIGHUP: in order."""
    lives: int = 0
    runs: int = 0
    rows: int = 0
    rounds: int = 0
    points: int = 0
    cut_rows: int = 0
    longest_orphan_s: float = 0.0
    stages: Counter[str] = dataclasses.field(default_factory=Counter)
    """What was going on when a parent was killed."""

    @property
    def killed(self) -> int:
        return self.parents_killed + self.children_killed


def key(row: Row) -> str:
    """One word for a row that may be there only once; empty for others."""
    if isinstance(row, RoundRecord):
        return f"round/{row.round}"
    if isinstance(row, PointRecord):
        return f"point/{row.point.id}"
    if isinstance(row, LinesRecord):
        return f"lines/{row.point}"
    if isinstance(row, BreakdownRecord):
        return f"account/{row.point}"
    return ""


class Victim:
    """One run folder and the sweeps into it."""

    def __init__(self, folder: Path, cache: Path, dice: random.Random, tally: Tally) -> None:
        self.out = folder / "a run"
        self.witness = folder / "witness"
        self.mark = f"{os.getpid()}-{folder.name}"
        self.env = environment(cache, self.mark, **{WITNESS: str(self.witness)})
        self.dice = dice
        self.tally = tally
        self.cuts = 0

    def live(self, moments_s: list[tuple[float, str]], patience_s: float = 120.0) -> int:
        """Start a sweep and do to it what is planned at each moment; how it ended."""
        before = self._content()
        process = subprocess.Popen(
            sweep(self.out, file=STEADY),
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.tally.lives += 1
        begun = time.monotonic()
        for moment_s, what in sorted(moments_s):
            while process.poll() is None and time.monotonic() - begun < moment_s:
                time.sleep(0.002)
            if process.poll() is None:
                self._strike(process, what)
        _, said = process.communicate(timeout=patience_s)
        self._check(before, process.returncode, said.decode(errors="replace"))
        return process.returncode

    def _strike(self, process: "subprocess.Popen[bytes]", what: str) -> None:
        if what in ("measuring", "a child"):  # while there is one, whenever that is
            while process.poll() is None and not self._children(process.pid):
                time.sleep(0.02)
            time.sleep(self.dice.uniform(0, 0.8))
            what = {"measuring": "parent", "a child": "child"}[what]
        if process.poll() is not None:
            return
        if what == "child":
            self._strike_child(process.pid)
            return
        if what == "parent":
            self.tally.stages[self._stage(process.pid)] += 1
            process.kill()
            self.tally.parents_killed += 1
        else:
            number = getattr(signal, what)
            process.send_signal(number)
            self.tally.stopped += 1

    def _strike_child(self, parent: int) -> None:
        children = self._children(parent)
        if children:
            try:
                os.kill(self.dice.choice(children), signal.SIGKILL)
                self.tally.children_killed += 1
            except ProcessLookupError:
                pass

    def _children(self, parent: int) -> list[int]:
        return [pid for pid in alive(self.mark) if pid != parent]

    def _stage(self, parent: int) -> str:
        """What the sweep is doing, by its children and files."""
        for pid in alive(self.mark):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            for word in words:
                if pid != parent and word.startswith("profiler_suite."):
                    return word.removeprefix("profiler_suite.")
        if not (self.out / store.RECORDS).exists():
            return "planning"
        return "between children, or the report"

    def _content(self) -> bytes:
        path = self.out / store.RECORDS
        return path.read_bytes() if path.exists() else b""

    def _check(self, before: bytes, code: int, said: str) -> None:
        """Nothing lost, nothing twice, nobody left behind, nothing but sentences said."""
        begun = time.monotonic()
        while alive(self.mark):
            lasted_s = time.monotonic() - begun
            assert lasted_s < _GONE_WITHIN_S, f"left behind: {alive(self.mark)}"
            time.sleep(0.01)
        lasted_s = time.monotonic() - begun
        self.tally.longest_orphan_s = max(self.tally.longest_orphan_s, lasted_s)
        assert code in (0, 2, 3, 130, 129, 143, -signal.SIGKILL), (code, said)
        assert "Traceback" not in said, said
        content = self._content()
        assert content.startswith(before), "something that was written has changed"
        assert content.count(b"\n") >= before.count(b"\n")
        rows, unreadable = store.read_rows(self.out)
        self.cuts = unreadable
        assert unreadable <= self.tally.parents_killed
        there = Counter(word for row in rows if (word := key(row)))
        twice = [word for word, times in there.items() if times > 1]
        assert not twice, f"there twice: {twice}"
        seen = self.witness.read_text().split("\n") if self.witness.exists() else []
        lost = {word for word in seen if word} - set(there)
        assert not lost, f"finished but not there: {lost}"

    def finish(self) -> None:
        """The sweep that nobody disturbs comes to its end, and the report is there."""
        code = self.live([])
        assert code in (0, 3), code
        import profiler_suite

        run = profiler_suite.load(self.out)
        assert run.complete
        assert (run.points["status"] != "skipped").all(), run.points[["id", "status"]]
        rows, _ = store.read_rows(self.out)
        kinds = Counter(key(row).partition("/")[0] for row in rows)
        assert kinds["point"] == len(run.provenance.points)
        ok = run.points[(run.points["status"] == "ok") & (run.points["replica"] == 0)]
        assert kinds["account"] >= len(ok)
        for name in ("report.html", "summary.md", "points.csv"):
            assert (self.out / name).stat().st_size > 500
        left = [p.name for p in self.out.iterdir() if p.name == ".holder.json"]
        assert not left
        self.tally.runs += 1
        self.tally.rows += len(rows)
        self.tally.rounds += kinds["round"]
        self.tally.points += kinds["point"]
        self.tally.cut_rows += self.cuts


def torture(
    folder: Path, cache: Path, kills: int, seed: int, *, life_s: float = 9.0, tell: Any = None
) -> Tally:
    """Disturb sweeps until so many processes were killed, then let each run end."""
    dice = random.Random(seed)
    tally = Tally()
    number = 0
    while tally.killed < kills:
        own = folder / f"{number:03}"
        own.mkdir(parents=True)
        number += 1
        victim = Victim(own, cache, dice, tally)
        for _ in range(dice.randint(2, 6)):
            if tally.killed >= kills:
                break
            if victim.live(_plan(dice, life_s)) == 0:
                break  # it was done before anything could be done to it
        victim.finish()
        if tell:
            tell(f"{number} runs, {tally.killed} killed, {tally.stopped} stopped")
    return tally


def _plan(dice: random.Random, life_s: float) -> list[tuple[float, str]]:
    """One to three disturbances at random moments of a life, the last one mostly its end."""
    ends = dice.uniform(0.3, life_s)
    moments = [(dice.uniform(0.3, ends), "child") for _ in range(dice.choice((0, 1, 1, 2, 3)))]
    last = dice.choice(
        ("parent",) * 4 + ("measuring",) * 6 + ("SIGINT", "SIGTERM", "SIGHUP", "")
    )
    if last == "measuring":
        ends = dice.uniform(0.3, 2.0)
    return [*moments, (ends, last)] if last else moments


def witnessed_sweep() -> None:
    """In the sweep's process: note every row that was appended (see files/short.py)."""
    append = store.RunFolder.append
    witness = os.open(os.environ[WITNESS], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def noted(self: store.RunFolder, row: Row) -> None:
        append(self, row)
        if word := key(row):
            os.write(witness, f"{word}\n".encode())

    store.RunFolder.append = noted  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit("run tests/benchmarks/torture.py")
