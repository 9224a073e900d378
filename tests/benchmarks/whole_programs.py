"""All that is asked of `run` on the twelve programs, in one table with verdicts.

    python -m tests.benchmarks.whole_programs [--minutes 12] [NAME…]

On an idle machine. For each program: what watching costs (pairs of a run alone and a watched
one), whether its functions have the shares that an independent sampler gives them in runs of
its own, whether `run` has the planted cause in its first three rows and in the right words,
whether a rewrite of it was measured, and how long the whole command took. What time is left
of the minutes goes to further pairs, in turns over the programs.

Exit code 1 where something that is asked for was not reached.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.machine.survey import survey
from tests.benchmarks import ranking_against_spy, watching_cost
from tests.benchmarks.planted_programs import FOLDER, PLANTED

_FIRST_PAIRS, _FURTHER_PAIRS, _PAIRS_TO_A_SPY = 3, 12, 2
_ROOT = Path(__file__).resolve().parents[2]
_REASON = 80
_NO_REWRITE = ("io_bound",)
"""Planted is waiting for a device: no rewrite of the program's can spare it."""


@dataclasses.dataclass
class Tried:
    """What was seen of one program."""

    name: str
    alone_s: list[float] = dataclasses.field(default_factory=list)
    ratios: list[float] = dataclasses.field(default_factory=list)
    ours: list[dict[str, float]] = dataclasses.field(default_factory=list)
    theirs: list[dict[str, float]] = dataclasses.field(default_factory=list)
    """Function → share, for each run."""
    command_s: float = 0.0
    found: dict[str, Any] | None = None
    """What `run --json` says; None where it failed."""

    @property
    def program_s(self) -> float:
        """How long it takes alone."""
        return statistics.median(self.alone_s)

    @property
    def ratio(self) -> float:
        """What watching costs: the median of the pairs."""
        return statistics.median(self.ratios)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between which half of the pairs lie."""
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return low, high

    @property
    def apart(self) -> tuple[bool, float]:
        """Whether the first three are the same, and the largest difference of a share."""
        return ranking_against_spy.disagreement(mean_of(self.ours), mean_of(self.theirs))

    @property
    def place(self) -> int:
        """Row of the planted function, from 1; 0 where it is not there."""
        names = [each["function"] for each in self._rows]
        function = PLANTED[self.name].function
        return names.index(function) + 1 if function in names else 0

    @property
    def cause(self) -> str:
        """What is said of the planted function."""
        return str(self._rows[self.place - 1]["cause"]) if self.place else ""

    @property
    def not_advised(self) -> str:
        """Why there is no rewrite of the planted function, as `run` says it."""
        if self._planted is None:
            return "it was not explained"
        said = (self._planted["explanation"] or {}).get("not_advised")
        return " ".join(said or [self._planted["reason"]]) or "nothing was faster"

    @property
    def advised(self) -> float:
        """How many times as fast the best rewrite of the planted function is; 0 for none."""
        explanation = self._planted["explanation"] if self._planted else None
        advice = (explanation or {}).get("advice") or ()
        return max((float(one["ratio"] or 0.0) for one in advice), default=0.0)

    @property
    def _planted(self) -> dict[str, Any] | None:
        """What is said of the planted function, or of its lines, if it was explained."""
        for each in self.found["explained"] if self.found else ():
            name, _, _ = each["target"].partition(":")[2].partition(", line")
            if name == PLANTED[self.name].function:
                explained: dict[str, Any] = each
                return explained
        return None

    @property
    def most_s(self) -> float:
        """What the whole command may take."""
        return 2 * self.program_s + 30

    @property
    def _rows(self) -> list[dict[str, Any]]:
        return self.found["functions"] if self.found else []


def mean_of(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean share of each function over some runs."""
    total: Counter[str] = Counter()
    for each in runs:
        total.update(each)
    return {name: share / len(runs) for name, share in total.items()}


def failures(tried: Tried) -> list[str]:
    """What was asked for and not reached, a phrase each."""
    planted, said = PLANTED[tried.name], []
    if tried.ratio > watching_cost.EACH:
        said.append(f"watching costs {100 * tried.ratio - 100:.0f} %")
    same, most = tried.apart
    if not same:
        said.append("other first three than py-spy")
    if most > ranking_against_spy.POINTS:
        said.append(f"{100 * most:.1f} points from py-spy")
    if tried.found is None:
        return [*said, "run failed"]
    if not 1 <= tried.place <= 3:
        said.append(f"planted cause in row {tried.place or 'none'}")
    elif not re.search(planted.said, tried.cause):
        said.append(f"said of it: {tried.cause}")
    if tried.found["attributed_share"] < 0.9:
        said.append(f"{100 * tried.found['attributed_share']:.0f} % attributed")
    if tried.advised <= 1 and tried.name not in _NO_REWRITE:
        said.append(f"no rewrite of it was measured: {tried.not_advised[:_REASON]}")
    if tried.command_s > tried.most_s:
        said.append(f"the command took {tried.command_s:.0f} s of {tried.most_s:.0f} s")
    return said


def row(tried: Tried) -> str:
    """One line of the table."""
    low, high = tried.quartiles
    same, most = tried.apart
    advised = f"{tried.advised:.3g}×" if tried.advised else "none"
    verdict = "; ".join(failures(tried)) or "as asked"
    share = tried.found["attributed_share"] if tried.found else 0.0
    return (
        f"{tried.name:16}{tried.program_s:6.2f} s  "
        f"{tried.ratio:5.3f} ({low:5.3f} to {high:5.3f}, {len(tried.ratios):2})  "
        f"{'same' if same else 'OTHER':5} {100 * most:4.1f}  "
        f"{tried.place:3}  {100 * share:5.0f} %  {advised:>7}  "
        f"{tried.command_s:4.0f} of {tried.most_s:2.0f} s  {verdict}"
    )


HEAD = (
    f"{'':16}{'alone':>8}  {'watched (quartiles, pairs)':27}  "
    f"{'first 3, points':10}  row  attrib.  rewrite  {'command':>12}  verdict"
)


def table(all_tried: Iterable[Tried]) -> tuple[str, int]:
    """The table with what it amounts to, and how many programs are not as asked."""
    seen = [t for t in all_tried if len(t.ratios) > 1 and t.theirs and t.command_s]
    lines = [HEAD, *map(row, seen)]
    if not seen:
        return "nothing was tried to its end", 1
    medians = [each.ratio for each in seen]
    whole = statistics.median(medians)
    verdict = "as asked" if whole <= watching_cost.MEDIAN else "more than 4 %"
    failed = sum(bool(failures(each)) for each in seen)
    lines += [
        "",
        f"watching, median of {len(seen)} programs: {whole:.3f} ({verdict}); most "
        f"{max(medians):.3f}",
        f"as asked in everything: {len(seen) - failed} of {len(seen)} programs"
        + ("" if len(seen) == len(PLANTED) else f" ({len(PLANTED)} are asked for)"),
    ]
    return "\n".join(lines), failed + (whole > watching_cost.MEDIAN)


def take_pair(tried: Tried) -> None:
    """One more pair; its watched run is one more for the shares."""
    alone_s, run = watching_cost.pair(tried.name)
    tried.alone_s.append(alone_s)
    tried.ratios.append(run.end.wall_s / alone_s)
    tried.ours.append(ranking_against_spy.ours(rank(run)))


def compare_with_spy(tried: Tried) -> None:
    """One more run under the independent sampler."""
    tried.theirs.append(ranking_against_spy.theirs(tried.name))


def command(tried: Tried) -> None:
    """`run` as a person gives it, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        begun = monotonic()
        done = subprocess.run(
            [
                *(sys.executable, "-m", "profiler_suite", "run", "--json", "found.json"),
                str(FOLDER / f"{tried.name}.py"),
            ],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": _path()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        tried.command_s = monotonic() - begun
        if done.returncode:
            sys.stderr.write(done.stderr)
            return
        tried.found = json.loads((Path(folder) / "found.json").read_text())


def _path() -> str:
    return os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))


Step = Callable[[Tried], None]


def main(names: Sequence[str], minutes: float) -> int:
    """Try all, print the table; 1 where something is not as asked."""
    os.environ.pop("PYTHONUNBUFFERED", None)
    until = monotonic() + 60 * minutes
    chosen = [name for name in names or PLANTED if watching_cost.can_run(name)]
    for name in set(names or PLANTED) - set(chosen):
        sys.stderr.write(f"{name} is left out: {PLANTED[name].needs} is not installed\n")
    programs = [Tried(name) for name in chosen]
    survey(coarse=True)  # measured once on a machine, for no program
    first: list[Step] = [*(take_pair,) * _FIRST_PAIRS, compare_with_spy, command]
    further: list[Step] = [*(take_pair,) * _PAIRS_TO_A_SPY, compare_with_spy]
    steps = first + further * (_FURTHER_PAIRS // _PAIRS_TO_A_SPY)
    with contextlib.suppress(KeyboardInterrupt):
        for number, step in enumerate(steps):
            for tried in programs:
                left_s = max(0.0, until - monotonic())
                if number >= len(first) and not left_s:
                    break
                said = f"{step.__name__} {tried.name}, {left_s:.0f} s left"
                sys.stderr.write(f"\r\x1b[2K{said}")
                sys.stderr.flush()
                step(tried)
    text, failed = table(programs)
    sys.stderr.write(f"\r\x1b[2K{text}\n")
    return int(failed > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    sys.exit(main(asked.names, asked.minutes))
