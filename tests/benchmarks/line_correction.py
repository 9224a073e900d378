"""Are corrected line times true? Two tables for the Python that runs this file.

Run it by hand, with nothing else running::

    python tests/benchmarks/line_correction.py [--seconds 0.15] [--model]

The first table holds totals: line_profiler's raw total and the corrected total of
functions of every kind over their plain time; "again" is the corrected total over a plain
time measured here once more. The second holds single lines whose true time is known: by a
clock around that one line, and from a loop that repeats that line alone. The third line
of evidence is the question's inner statement. `--model` leaves sampling out, as on
systems where it is not possible.
"""

import argparse
import linecache
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter_ns
from typing import Any

# Two BLAS threads on two cores would compete with the watching process.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from profiler_suite.measure.lines.session import LineSession, Profile
from profiler_suite.workloads.convolution.loop import loop, loop_scalar

Arguments = tuple[Any, ...]
_REPEATS = 5
_CLOCKED = "before = clock(); {}; spent += clock() - before"


def say(text: str) -> None:
    """One line of the tables."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tight(n: int) -> int:
    """A tight scalar loop."""
    a = 0
    b = 1
    for i in range(n):
        a += i
        b = a * 3
        b = b // 7 + b % 5 + a
    return b


def heavy(x: Any) -> Any:
    """Three heavy NumPy lines."""
    y = x @ x
    z = np.sort(x, axis=0)
    w = np.exp(x)
    y += z
    y += w
    return y


def squared(a: int) -> int:
    b = a * a
    return b + 1


def doubled(a: int) -> int:
    c = squared(a)
    return c * 2


def nested(n: int) -> int:
    """Nested profiled calls."""
    total = 0
    for i in range(n):
        total += doubled(i)
    return total


def fibonacci(n: int) -> int:
    """Recursion."""
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


def comprehension(n: int) -> int:
    """Comprehensions."""
    a = [i * i for i in range(n)]
    b = {i: str(i) for i in range(n)}
    return len(a) + len(b)


def numbers(n: int) -> Iterator[int]:
    total = 0
    for i in range(n):
        total += i
        yield total


def generator(n: int) -> int:
    """A generator and its user."""
    s = 0
    for value in numbers(n):
        s += value
    return s


def made(
    name: str,
    lines: Sequence[str],
    turns: str,
    space: dict[str, Any],
    result: str = "None",
) -> Callable[..., Any]:
    """A function with these lines in a loop, its source where linecache finds it."""
    setup = "".join(f"    {word} = _{word}\n" for word in space)
    body = "".join(f"        {line}\n" for line in lines)
    text = f"def {name}(n):\n{setup}    for {turns}:\n{body}    return {result}\n"
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names: dict[str, Any] = {"np": np, **{f"_{word}": value for word, value in space.items()}}
    exec(compile(text, file, "exec"), names)
    names[name].__module__ = name
    return names[name]  # type: ignore[no-any-return]


def functions() -> list[tuple[str, Callable[..., Any], Arguments]]:
    """Acceptance 1: functions of every kind."""
    random = np.random.default_rng(1)
    image, filters = random.random((32, 32, 3)), random.random((10, 2, 2, 3))
    small = random.random((12, 12, 3)), random.random((4, 2, 2, 3))
    short_lines = made(
        "short_lines", ["b = a", "a = b"] * 100, "_ in range(n)", {"a": 1, "b": 2}
    )
    return [
        ("tight scalar loop", tight, (20_000,)),
        ("seed's triple loop", loop, (image, filters, 2)),
        ("scalar convolution", loop_scalar, (*small, 2)),
        ("3 heavy NumPy lines", heavy, (random.random((200, 200)),)),
        ("nested profiled calls", nested, (5_000,)),
        ("recursion", fibonacci, (16,)),
        ("comprehensions", comprehension, (5_000,)),
        ("generator", generator, (20_000,)),
        ("200 short lines", short_lines, (300,)),
    ]


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


def totals(session: LineSession, seconds: float) -> None:
    """Table 1: medians over repeats, as a shared machine changes its pace."""
    say(
        f"{'function':22} {'plain':>9} {'slowed':>7} {'raw':>8} {'corrected':>9} "
        f"{'again':>6} {'looks':>6}  verdict"
    )
    for name, function, arguments in functions():
        rows = []
        for _ in range(_REPEATS):
            before = plain_s(function, arguments)
            profile = session.profile(function, arguments, seconds)
            assert profile is not None
            again = (before + plain_s(function, arguments)) / 2
            raw, corrected = sums(profile)
            plain = profile.plain_s
            rows.append(
                (
                    plain,
                    profile.profiled_s / plain,
                    raw / plain,
                    corrected / plain,
                    corrected / again,
                    profile.looks,
                )
            )
        plain, slowed, raw, corrected, again, looks = (
            statistics.median(column) for column in zip(*rows, strict=True)
        )
        off, raw_off = abs(corrected - 1), abs(raw - 1)
        good = off <= 0.05 and (raw_off <= 0.2 or off <= raw_off / 4)
        say(
            f"{name:22} {plain * 1e6:6.0f} µs {slowed:6.1f}x {raw:7.2f}x {corrected:8.3f}x "
            f"{again:5.2f}x {looks:6.0f}  {'ok' if good else 'NOT OK'}"
        )


def sums(profile: Profile) -> tuple[float, float]:
    """Raw and corrected total of the outermost function, per evaluation, s."""
    own = [line for line in profile.lines if line.function == profile.lines[0].function]
    raw = sum(line.raw_s for line in own) / profile.evaluations
    return raw, sum(line.corrected.time_s for line in own)


# Lines that take the same time wherever they stand: no branch to learn, nothing to cache.
KNOWN: list[tuple[str, list[str], dict[str, Any]]] = [
    (
        "python",
        [
            "b = sum(hundred)",
            "c = a + 1",
            "d = list(thousand)",
            "e = a * 3",
            "f = max(hundred)",
        ],
        {"a": 3, "hundred": tuple(range(100)), "thousand": tuple(range(1000))},
    ),
    (
        "numpy",
        [
            "np.add(u, u, o)",
            "s = np.sum(w)",
            "np.exp(mid, mid_out)",
            "q = w[1:3, 1:3]",
            "p = u * u",
        ],
        {
            "u": np.ones(8),
            "o": np.ones(8),
            "w": np.ones((4, 4)),
            "mid": np.ones(500),
            "mid_out": np.ones(500),
        },
    ),
    (
        "wrappers",
        ["m = np.mean(u)", "r = np.linalg.norm(u)", "a = np.sum(u)", "b = u.sum()", "z = 1"],
        {"u": np.ones(8)},
    ),
]


def known(session: LineSession, seconds: float) -> None:
    """Table 2: lines of known time; medians over repeats, each with truth and profile."""
    for name, lines, space in KNOWN:
        truth = Truth(name, lines, space)
        first = 2 + len(space)
        numbers_of = [*range(first + 1, first + 1 + len(lines)), first]
        rows: dict[int, list[tuple[float, ...]]] = {}
        turns, whole_s, slowed = 300, [], []
        for _ in range(_REPEATS):
            before = truth.shares()
            profile = session.profile(truth.whole, (turns,), seconds)
            assert profile is not None
            after = truth.shares()
            whole_s.append(profile.plain_s / turns)
            slowed.append(profile.profiled_s / profile.plain_s)
            raw_total, _ = sums(profile)
            known_shares = {
                number: tuple((x + y) / 2 for x, y in zip(one, two, strict=True))
                for number, one, two in zip(numbers_of, before, after, strict=True)
            }
            for line in profile.lines:
                if line.line in known_shares:
                    rows.setdefault(line.line, []).append(
                        (
                            *known_shares[line.line],
                            line.corrected.time_s / profile.plain_s,
                            line.corrected.uncertainty_s / profile.plain_s,
                            line.raw_s / profile.evaluations / raw_total,
                        )
                    )
        say(
            f"\n{name}: {statistics.median(whole_s) * 1e9:.0f} ns a turn, slowed "
            f"{statistics.median(slowed):.1f}x"
        )
        say(f"  {'clocked':>7} {'alone':>6} {'corrected':>15} {'raw':>8}  within ±")
        for number, found in rows.items():
            covered = sum(abs(share - clocked) <= half for clocked, _, share, half, _ in found)
            medians = [statistics.median(column) for column in zip(*found, strict=True)]
            clocked, alone, share, half, raw = medians
            say(
                f"  {100 * clocked:6.1f}% {100 * alone:5.1f}% {100 * share:6.1f}% "
                f"±{100 * half:4.1f}% {100 * raw:7.1f}%  {covered} of {_REPEATS}  "
                f"{'ok ' if abs(share - clocked) <= 0.05 else 'OFF'} "
                f"{linecache.getline(f'<{name}>', number).strip()}"
            )


class Truth:
    """True shares of the lines of one loop, in two ways.

    *Clocked*: in turn, one line at a time has a clock read before and after it, among
    the other lines; what two readings take with nothing in between is taken off.
    *Alone*: the line ten times in a loop of its own, where caches and branch predictor
    know it better than among others.
    """

    def __init__(self, name: str, lines: Sequence[str], space: dict[str, Any]) -> None:
        turns = "_ in range(n)"
        clocked = {"clock": perf_counter_ns, "spent": 0, **space}
        self.whole = made(name, lines, turns, space)
        self._alone = [
            made(f"{name}_{i}", [line] * 10, turns, space) for i, line in enumerate(lines)
        ]
        self._empty = made(f"{name}_empty", ["pass"], turns, space)
        self._clocked = [
            made(
                f"{name}_clocked_{i}",
                [*lines[:i], _CLOCKED.format(line), *lines[i + 1 :]],
                turns,
                clocked,
                "spent",
            )
            for i, line in enumerate(lines)
        ]
        self._nothing = made(
            f"{name}_nothing", [*lines, _CLOCKED.format("pass")], turns, clocked, "spent"
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


def _once_s(function: Callable[[int], Any], turns: int) -> float:
    start = perf_counter_ns()
    function(turns)
    return (perf_counter_ns() - start) * 1e-9


def seed(session: LineSession, seconds: float) -> None:
    """The seed's inner statement against its own expression, unrolled, in turns with it."""
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
        profile = session.profile(loop, (image, filters, 2), seconds)
        assert profile is not None
        inner = sum(
            line.corrected.time_s
            for line in profile.lines
            if line.hits >= 2560 and _inner(line)
        )
        share = inner / profile.plain_s
        ratios.append(share / true_share)
        found.append((true_share, share))
    ratio = statistics.median(ratios)
    say(
        f"\nseed's inner statement: alone {100 * statistics.median(t for t, _ in found):.1f}% "
        f"of the plain time, corrected {100 * statistics.median(s for _, s in found):.1f}%; "
        f"corrected / alone {ratio:.3f} (of seven: {min(ratios):.3f} to {max(ratios):.3f})  "
        f"{'ok' if abs(ratio - 1) <= 0.07 else 'OFF'}"
    )


def _inner(line: Any) -> bool:
    text = linecache.getline(line.function[0], line.line)
    return "np.sum" in text or "filters[k]" in text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.15)
    parser.add_argument("--model", action="store_true")
    options = parser.parse_args()
    session = LineSession(sampling=not options.model)
    costs = {name: round(cost * 1e9, 2) for name, cost in session.costs.per_event.items()}
    say(f"Python {sys.version.split()[0]}, NumPy {np.__version__}")
    say(f"sampling: {session.note or 'yes'}; line_profiler adds, ns: {costs}\n")
    try:
        totals(session, options.seconds)
        known(session, options.seconds)
        seed(session, options.seconds)
    finally:
        session.close()


if __name__ == "__main__":
    main()
