"""Are corrected line times true? Two tables for the Python that runs this file.

Run it by hand, with nothing else running::

    python tests/benchmarks/line_correction.py [--seconds 0.15] [--model]

The first table holds totals: line_profiler's raw total and the corrected total of
functions of every kind, against their plain time, which is measured here once more, on
its own. The second holds single lines whose true time is known because the line, and
nothing else, was repeated in a loop, in turns with the function. `--model` leaves
sampling out, as on systems where it is not possible.
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

from profiler_suite.measure.lines import correct
from profiler_suite.measure.lines.session import LineSession, Profile
from profiler_suite.workloads.convolution.loop import loop, loop_scalar

Arguments = tuple[Any, ...]


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
    name: str, lines: Sequence[str], turns: str, space: dict[str, Any]
) -> Callable[..., Any]:
    """A function with these lines in a loop, with source that tracebacks and reports find."""
    setup = "".join(f"    {word} = _{word}\n" for word in space if not word.startswith("_"))
    body = "".join(f"        {line}\n" for line in lines)
    text = f"def {name}(n):\n{setup}    for {turns}:\n{body}    return None\n"
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
    """Plain time once more, s: best of visits of 5 ms."""
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
    """Table 1."""
    print(
        f"{'function':22} {'plain':>9} {'slowed':>7} {'raw':>8} {'corrected':>9} "
        f"{'again':>6} {'±':>5}  verdict"
    )
    for name, function, arguments in functions():
        before = plain_s(function, arguments)
        profile = session.profile(function, arguments, seconds)
        assert profile is not None
        again = (before + plain_s(function, arguments)) / 2
        raw, corrected, half = _sums(profile)
        slowed = profile.profiled_s / profile.plain_s
        off, raw_off = abs(corrected / profile.plain_s - 1), abs(raw / profile.plain_s - 1)
        good = off <= 0.05 or (slowed > 5 and off <= half / profile.plain_s)
        good &= raw_off <= 0.2 or off <= raw_off / 4
        print(
            f"{name:22} {profile.plain_s * 1e6:6.0f} µs {slowed:6.1f}x "
            f"{raw / profile.plain_s:7.2f}x {corrected / profile.plain_s:8.3f}x "
            f"{corrected / again:5.2f}x {100 * half / profile.plain_s:4.1f}%  "
            f"{'ok' if good else 'NOT OK'}"
        )


def _sums(profile: Profile) -> tuple[float, float, float]:
    """Raw and corrected total of the outermost function and its uncertainty, s."""
    own = [line for line in profile.lines if line.function == profile.lines[0].function]
    raw = sum(line.raw_s for line in own) / profile.evaluations
    corrected = sum(line.corrected.time_s for line in own)
    # Shares of looks exclude one another: their sum is as sure as the plain time itself.
    half = sum(
        line.corrected.uncertainty_s**2 for line in own if line.corrected.method == "modelled"
    )
    return raw, corrected, half**0.5


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
            "np.multiply(big, big, big_out)",
            "q = w[1:3, 1:3]",
            "p = u * u",
        ],
        {
            "u": np.ones(8),
            "o": np.ones(8),
            "w": np.ones((4, 4)),
            "big": np.ones(8000),
            "big_out": np.ones(8000),
        },
    ),
    (
        "wrappers",
        ["m = np.mean(u)", "r = np.roll(u, 1)", "a = np.sum(u)", "b = u.sum()", "z = 1"],
        {"u": np.ones(8)},
    ),
]


def known(session: LineSession, seconds: float) -> None:
    """Table 2: lines of known time."""
    for name, lines, space in KNOWN:
        whole = made(name, lines, "_ in range(n)", space)
        alone = [
            made(f"{name}_{i}", [line] * 10, "_ in range(n)", space)
            for i, line in enumerate(lines)
        ]
        empty = made(f"{name}_empty", ["pass"], "_ in range(n)", space)
        turns = 300
        times: list[list[float]] = [[] for _ in range(len(lines) + 1)]
        for _ in range(25):
            loop_s = _once_s(empty, 1000) / 1000
            times[-1].append(loop_s)
            for own, single in zip(times, alone, strict=False):
                own.append((_once_s(single, 60) / 60 - loop_s) / 10)
        true = [statistics.median(own) for own in times]
        profile = session.profile(whole, (turns,), seconds)
        assert profile is not None
        first = 2 + len(space)
        numbered = [first + 1 + i for i in range(len(lines))] + [first]
        print(
            f"\n{name}: {profile.plain_s / turns * 1e9:.0f} ns a turn, its lines alone "
            f"{sum(true) * 1e9:.0f} ns; {profile.looks} looks, slowed "
            f"{profile.profiled_s / profile.plain_s:.1f}x"
        )
        _shares(profile, dict(zip(numbered, true, strict=True)))


def _once_s(function: Callable[[int], Any], turns: int) -> float:
    start = perf_counter_ns()
    function(turns)
    return (perf_counter_ns() - start) * 1e-9


def _shares(profile: Profile, true: dict[int, float]) -> None:
    total = sum(true.values())
    raw_total, _, _ = _sums(profile)
    print(f"  {'true':>6} {'corrected':>16} {'raw':>7}")
    for line in profile.lines:
        if line.line not in true:
            continue
        share = line.corrected.time_s / profile.plain_s
        half = line.corrected.uncertainty_s / profile.plain_s
        off = share - true[line.line] / total
        verdict = (
            "ok"
            if abs(off) <= 0.05
            else "within its uncertainty"
            if abs(off) <= half
            else "OFF"
        )
        print(
            f"  {100 * true[line.line] / total:5.1f}% {100 * share:6.1f}% ±{100 * half:4.1f}%   "
            f"{100 * line.raw_s / profile.evaluations / raw_total:6.1f}%  {verdict:4} "
            f"{linecache.getline(line.function[0], line.line).strip()}"
        )


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
    print(
        f"\nseed's inner statement: alone {100 * statistics.median(t for t, _ in found):.1f}% of "
        f"the plain time, corrected {100 * statistics.median(s for _, s in found):.1f}%; "
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
    print(
        f"Python {sys.version.split()[0]}, NumPy {np.__version__}; sampling: {session.note or 'yes'}"
    )
    print(f"line_profiler adds, ns: {costs}")
    print(
        f"(slowed: under line_profiler; indicative from {correct.INDICATIVE_SLOWDOWN:.0f}x where modelled)\n"
    )
    try:
        totals(session, options.seconds)
        known(session, options.seconds)
        seed(session, options.seconds)
    finally:
        session.close()


if __name__ == "__main__":
    main()
