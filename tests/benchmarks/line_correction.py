"""Are corrected line times true? Four tables for the Python that runs this file.

Run it by hand, with nothing else running::

    python tests/benchmarks/line_correction.py [--seconds 0.5] [--model]

The first table holds totals: line_profiler's raw total and the corrected total of
functions of every kind over their plain time, which is measured between the profiled
evaluations; "again" is the corrected total over a plain time measured here once more,
of both the fastest. The second holds single lines whose true time is known: by a clock
around that one line, and from a loop that repeats that line alone. The third holds every
line of all these functions against py-spy (``pip install py-spy``), an external sampler.
The fourth is the question's inner statement. What is not met is listed at the end and
is the exit code. `--model` leaves sampling out, as on systems where it is not possible.
"""

import argparse
import linecache
import statistics
import sys
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any

import line_programs  # type: ignore[import-not-found]  # sets BLAS threads: before NumPy
import line_sampler  # type: ignore[import-not-found]
import numpy as np
from line_programs import Arguments, made

from profiler_suite.measure.lines.correct import INDICATIVE_SLOWDOWN
from profiler_suite.measure.lines.profile import Profile
from profiler_suite.measure.lines.records import records
from profiler_suite.measure.lines.session import LineSession
from profiler_suite.model.rows import LineRecord
from profiler_suite.workloads.convolution.loop import loop

_REPEATS = 5
_CLOCKED = "before = clock(); {}; spent += clock() - before"
_POINTS = 0.05
"""A share may be off by so much."""

NOT_MET: list[str] = []


def say(text: str) -> None:
    """One line of the tables."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def verdict(good: bool, what: str) -> str:
    """'ok', or 'OFF' and a line at the end."""
    if not good:
        NOT_MET.append(what)
    return "ok " if good else "OFF"


def profiled(
    session: LineSession, function: Callable[..., Any], arguments: Arguments, seconds: float
) -> tuple[Profile, list[LineRecord]]:
    """A profile and the rows of its outermost function."""
    profile = session.profile(function, arguments, seconds)
    assert profile is not None
    rows = records(profile, "", "")
    return profile, [row for row in rows if row.function == rows[0].function]


class Shares:
    """Corrected shares of a function's lines, over repeats."""

    def __init__(self) -> None:
        self._found: dict[int, list[float]] = {}
        self.indicative: set[int] = set()

    def add(self, rows: Sequence[LineRecord]) -> None:
        """The lines of one profile."""
        for row in rows:
            self._found.setdefault(row.line, []).append(row.corrected_s / row.plain_s)
            if row.indicative:
                self.indicative.add(row.line)

    def median(self, line: int) -> float:
        """Of a line, 0 when it was not seen."""
        return statistics.median(self._found.get(line, [0.0]))

    def lines(self) -> set[int]:
        """All lines that were seen."""
        return set(self._found)


def plain_s(function: Callable[..., Any], arguments: Arguments) -> float:
    """Plain time once more, s: median of the evaluations of 5 ms."""
    start = perf_counter_ns()
    function(*arguments)
    evaluations = max(1, int(5e6 / (perf_counter_ns() - start)))
    times = []
    for _ in range(evaluations):
        start = perf_counter_ns()
        result = function(*arguments)
        times.append(perf_counter_ns() - start)
        del result
    return statistics.median(times) * 1e-9


def totals(session: LineSession, seconds: float) -> dict[str, Shares]:
    """Table 1: medians over repeats, as a shared machine changes its pace."""
    say(
        f"{'function':22} {'plain':>9} {'slowed':>7} {'raw':>8} {'corrected':>17} "
        f"{'again':>6} {'looks':>6}"
    )
    shares = {}
    for name, function, arguments in line_programs.functions():
        rows, again = [], []
        shares[name] = Shares()
        for _ in range(_REPEATS):
            again.append(plain_s(function, arguments))
            profile, lines = profiled(session, function, arguments, seconds)
            again.append(plain_s(function, arguments))
            shares[name].add(lines)
            plain = profile.plain_s
            corrected = sum(line.corrected_s for line in lines)
            rows.append(
                (
                    plain,
                    profile.profiled_s / plain,
                    sum(line.time_s / line.evaluations for line in lines) / plain,
                    corrected / plain,
                    _half_width(lines) / plain,
                    corrected,
                    profile.samples,
                )
            )
        plain, slowed, raw, total, half, _, looks = (
            statistics.median(column) for column in zip(*rows, strict=True)
        )
        fastest = min(row[5] for row in rows) / min(again)
        off, raw_off = abs(total - 1), abs(raw - 1)
        allowed = max(0.05, half) if slowed > INDICATIVE_SLOWDOWN else 0.05
        good = off <= allowed and (raw_off <= 0.2 or off <= raw_off / 4)
        say(
            f"{name:22} {plain * 1e6:6.0f} µs {slowed:6.1f}x {raw:7.2f}x {total:8.3f}x "
            f"±{half:6.3f} {fastest:5.2f}x {looks:6.0f}  {verdict(good, f'total of {name}')}"
        )
    return shares


def _half_width(lines: Sequence[LineRecord]) -> float:
    """Of the sum of modelled lines, whose errors have one cause; looks have none in sum."""
    return sum(line.uncertainty_s for line in lines if line.method == "modelled")


def known(session: LineSession, seconds: float) -> dict[str, Shares]:
    """Table 2: lines of known time; medians over repeats, each with truth and profile."""
    shares = {}
    for name, lines, space in line_programs.KNOWN:
        truth = Truth(name, lines, space)
        first = 2 + len(space)
        numbers_of = [*range(first + 1, first + 1 + len(lines)), first]
        found: dict[int, list[tuple[float, ...]]] = {}
        shares[name] = Shares()
        whole_s, slowed = [], []
        for _ in range(_REPEATS):
            before = truth.shares()
            profile, rows = profiled(session, truth.whole, (line_programs.ITERATIONS,), seconds)
            after = truth.shares()
            shares[name].add(rows)
            whole_s.append(profile.plain_s / line_programs.ITERATIONS)
            slowed.append(profile.profiled_s / profile.plain_s)
            raw_s = sum(row.time_s for row in rows)
            known_shares = {
                number: tuple((x + y) / 2 for x, y in zip(one, two, strict=True))
                for number, one, two in zip(numbers_of, before, after, strict=True)
            }
            for row in rows:
                if row.line in known_shares:
                    found.setdefault(row.line, []).append(
                        (
                            *known_shares[row.line],
                            row.corrected_s / row.plain_s,
                            row.uncertainty_s / row.plain_s,
                            row.time_s / raw_s,
                        )
                    )
        say(
            f"\n{name}: {statistics.median(whole_s) * 1e9:.0f} ns a turn, slowed "
            f"{statistics.median(slowed):.1f}x"
        )
        say(f"  {'clocked':>7} {'alone':>6} {'corrected':>15} {'raw':>8}  within ±")
        for number, values in found.items():
            covered = sum(abs(share - clocked) <= half for clocked, _, share, half, _ in values)
            medians = [statistics.median(column) for column in zip(*values, strict=True)]
            clocked, alone, share, half, raw = medians
            good = number in shares[name].indicative or abs(share - clocked) <= _POINTS
            text = linecache.getline(f"<{name}>", number).strip()
            say(
                f"  {100 * clocked:6.1f}% {100 * alone:5.1f}% {100 * share:6.1f}% "
                f"±{100 * half:4.1f}% {100 * raw:7.1f}%  {covered} of {_REPEATS}  "
                f"{verdict(good, f'line of known time: {text}')} {text}"
            )
    return shares


class Truth:
    """True shares of the lines of one loop, in two ways.

    *Clocked*: in turn, one line at a time has a clock read before and after it, among
    the other lines; what two readings take with nothing in between is taken off.
    *Alone*: the line ten times in a loop of its own, where caches and branch predictor
    know it better than among others.
    """

    def __init__(self, name: str, lines: Sequence[str], space: dict[str, Any]) -> None:
        iterations = "_ in range(n)"
        clocked = {"clock": perf_counter_ns, "spent": 0, **space}
        self.whole = made(name, lines, iterations, space)
        self._alone = [
            made(f"{name}_{i}", [line] * 10, iterations, space) for i, line in enumerate(lines)
        ]
        self._empty = made(f"{name}_empty", ["pass"], iterations, space)
        self._clocked = [
            made(
                f"{name}_clocked_{i}",
                [*lines[:i], _CLOCKED.format(line), *lines[i + 1 :]],
                iterations,
                clocked,
                "spent",
            )
            for i, line in enumerate(lines)
        ]
        self._nothing = made(
            f"{name}_nothing", [*lines, _CLOCKED.format("pass")], iterations, clocked, "spent"
        )

    def shares(self) -> list[tuple[float, float]]:
        """(clocked, alone) share of each line, then of the loop's own line."""
        alone: list[list[float]] = [[] for _ in self._alone]
        clocked: list[list[float]] = [[] for _ in self._alone]
        loops = []
        for _ in range(12):
            loops.append(_once_s(self._empty, 1000) / 1000)
            nothing_s = self._nothing(200) * 1e-9 / 200
            for own, own_clocked, single, timed in zip(
                alone, clocked, self._alone, self._clocked, strict=True
            ):
                own.append((_once_s(single, 60) / 60 - loops[-1]) / 10)
                own_clocked.append(timed(200) * 1e-9 / 200 - nothing_s)
        loop_s = statistics.median(loops)
        in_context = [statistics.median(own) for own in clocked]
        repeated = [statistics.median(own) for own in alone]
        context_s, alone_s = sum(in_context) + loop_s, sum(repeated) + loop_s
        return [
            (x / context_s, y / alone_s)
            for x, y in zip([*in_context, loop_s], [*repeated, loop_s], strict=True)
        ]


def _once_s(function: Callable[[int], Any], iterations: int) -> float:
    start = perf_counter_ns()
    function(iterations)
    return (perf_counter_ns() - start) * 1e-9


def by_py_spy() -> dict[str, dict[int, float]]:
    """Line shares of every function by an external sampler, before a profiler saw any."""
    if not line_sampler.py_spy():
        return {}
    everything = [*line_programs.functions(), *line_programs.known_functions()]
    return {name: line_sampler.shares(*given) for name, *given in everything}


def against_py_spy(shares: dict[str, Shares], found: dict[str, dict[int, float]]) -> None:
    """Table 3: every line against an external sampler; the three that differ most are shown."""
    if not found:
        say("\npy-spy is not installed: no external sampler")
        return
    say("\nagainst py-spy: lines compared, largest difference in points, the farthest lines")
    for name, sampled in found.items():
        if not sampled:
            say(f"{name:22} py-spy gave no samples")
            continue
        own = shares[name]
        lines = (own.lines() | set(sampled)) - own.indicative
        if own.lines() <= own.indicative:
            say(f"{name:22} indicative only")
            continue
        by_distance = sorted(lines, key=lambda n: -abs(own.median(n) - sampled.get(n, 0.0)))
        most = by_distance[0]
        largest = abs(own.median(most) - sampled.get(most, 0.0))
        farthest = ", ".join(
            f"{n}: {100 * own.median(n):.1f} % / {100 * sampled.get(n, 0.0):.1f} %"
            for n in by_distance[:3]
        )
        good = verdict(largest <= _POINTS, f"py-spy on {name}, line {most}")
        say(f"{name:22} {len(lines):4} {100 * largest:5.1f}  {good} {farthest}")


def seed(session: LineSession, seconds: float) -> None:
    """Table 4: the seed's inner statement against its own expression, unrolled, in turns."""
    random = np.random.default_rng(1)
    image, filters = random.random((32, 32, 3)), random.random((10, 2, 2, 3))
    space = {
        "image": image,
        "filters": filters,
        "out": np.empty((16, 16, 10)),
        "s": 2,
        "i": 7,
        "height": 2,
        "width": 2,
        **{f"k{k}": k for k in range(10)},
    }
    statement = (
        "out[i, j, k{k}] = np.sum(image[s * i : s * i + height, s * j : s * j + width] "
        "* filters[k{k}])"
    )
    unrolled = made(
        "unrolled", [statement.format(k=k) for k in range(10)], "j in range(16)", space
    )
    empty = made("unrolled_empty", ["pass"], "j in range(16)", space)
    ratios = []
    found = []
    for _ in range(7):
        alone = []
        plain = []
        for _ in range(5):
            alone.append((_once_s(unrolled, 0) - _once_s(empty, 0)) * 16)
            plain.append(plain_s(loop, (image, filters, 2)))
        true_share = statistics.median(a / p for a, p in zip(alone, plain, strict=True))
        _, rows = profiled(session, loop, (image, filters, 2), seconds)
        inner = sum(row.corrected_s for row in rows if row.hits >= 2560 and _inner(row))
        share = inner / rows[0].plain_s
        ratios.append(share / true_share)
        found.append((true_share, share))
    ratio = statistics.median(ratios)
    say(
        f"\nseed's inner statement: alone {100 * statistics.median(t for t, _ in found):.1f}% "
        f"of the plain time, corrected {100 * statistics.median(s for _, s in found):.1f}%; "
        f"corrected / alone {ratio:.3f} (of seven: {min(ratios):.3f} to {max(ratios):.3f})  "
        f"{verdict(abs(ratio - 1) <= 0.07, 'inner statement of the seed')}"
    )


def _inner(row: LineRecord) -> bool:
    return "np.sum" in row.source or "filters[k]" in row.source


def main() -> int:
    """All tables; 1 when something is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--model", action="store_true")
    options = parser.parse_args()
    sampled = by_py_spy()
    session = LineSession(sampling=not options.model)
    costs = {name: round(cost * 1e9, 2) for name, cost in session.costs.per_event.items()}
    say(f"Python {sys.version.split()[0]}, NumPy {np.__version__}")
    say(f"sampling: {session.note or 'yes'}; line_profiler adds, ns: {costs}\n")
    try:
        shares = totals(session, options.seconds)
        shares |= known(session, options.seconds)
        against_py_spy(shares, sampled)
        seed(session, options.seconds)
    finally:
        session.close()
    say("\n" + ("not met: " + "; ".join(NOT_MET) if NOT_MET else "all met"))
    return 1 if NOT_MET else 0


if __name__ == "__main__":
    sys.exit(main())
