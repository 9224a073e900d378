"""Functions whose corrected line times are checked."""

import linecache
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

# Two BLAS threads on two cores would compete with the sampling process.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from profiler_suite.workloads.convolution.loop import loop, loop_scalar

Arguments = tuple[Any, ...]
ITERATIONS = 300


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
    iterations: str,
    space: dict[str, Any],
    result: str = "None",
) -> Callable[..., Any]:
    """A function with these lines in a loop, its source where linecache finds it."""
    setup = "".join(f"    {word} = _{word}\n" for word in space)
    body = "".join(f"        {line}\n" for line in lines)
    text = f"def {name}(n):\n{setup}    for {iterations}:\n{body}    return {result}\n"
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


def known_functions() -> list[tuple[str, Callable[..., Any], Arguments]]:
    """The functions with lines of known time."""
    return [
        (name, made(name, lines, "_ in range(n)", space), (ITERATIONS,))
        for name, lines, space in KNOWN
    ]
