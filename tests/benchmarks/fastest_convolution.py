"""How fast NumPy's convolutions are against PyTorch's and against a bare GEMM, layer by layer.

One process, one thread, float32. Per layer, visits of all candidates in fresh random
order; medians of the visits whose canaries were both near the baseline of the whole run
(of all visits where there are fewer than five). PyTorch is asked in both memory layouts,
the better one counts.

Run:  python tests/benchmarks/fastest_convolution.py [SECONDS_PER_LAYER] [NAME…]
"""

import math
import random
import sys
from collections.abc import Callable
from statistics import median
from typing import Any

import msgspec
import numpy as np

from profiler_suite.machine import canary
from profiler_suite.measure import timing
from profiler_suite.measure.threads import NativeThreads
from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.workloads import catalogue, registry
from profiler_suite.workloads.convolution.geometry import Geometry

FAMILIES = ("gemm", "winograd")
SECONDS_PER_LAYER = 4.5
LEAST_UNDISTURBED = 5
SEED = 7
Call = Callable[[], Any]


def experiment(name: str) -> Experiment:
    """A built-in experiment."""
    return catalogue.load(catalogue.locate(name))


def candidates(problem: Problem) -> dict[str, tuple[str, Call]]:
    """Name → family and a call without arguments: NumPy's, the peers', the bare GEMM."""
    workload = registry.find_workload(problem.workload)
    arguments = workload.arguments(problem, SEED)
    found: dict[str, tuple[str, Call]] = {}
    for name, each in registry.implementations().items():
        if each.workload != problem.workload:
            continue
        serves = each.refuse is None or not each.refuse(problem)
        if each.family in (*FAMILIES, "peer") and serves and not name.startswith("numba"):
            found[name] = (each.family, call(registry.ready(each, arguments), arguments))
    size = Geometry.of(problem)
    generator = np.random.default_rng(SEED)
    lowered = generator.random((size.pixels, size.length), np.float32)
    weights = generator.random((size.length, size.filters), np.float32)
    out = np.empty((size.pixels, size.filters), np.float32)
    found["bare GEMM"] = ("bare", lambda: np.dot(lowered, weights, out=out))
    return found


def call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Call:
    """The function with its arguments."""
    return lambda: function(*arguments)


def visits(
    calls: dict[str, Call], run_canary: canary.Canary, seconds: float
) -> dict[str, list[tuple[float, float]]]:
    """Per candidate: time of an evaluation and the worse canary of each visit, s."""
    order = random.Random(SEED)
    prepared = {name: timing.prepare(each, ()) for name, each in calls.items()}
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    spent = 0.0
    while spent < seconds:
        for name in order.sample(list(calls), len(calls)):
            times, canaries, *_ = timing.visit(
                calls[name], (), prepared[name], {"ufunc": run_canary}
            )
            seen[name].append((median(times), max(canaries["ufunc"])))
            spent += sum(times) * prepared[name].evaluations
    return seen


def geometric_mean(values: list[float]) -> float:
    """The mean of ratios."""
    return math.exp(sum(map(math.log, values)) / len(values))


def is_winograd_s(problem: Problem) -> bool:
    """A 3×3 layer at stride 1 of VGG-16 or ResNet-50: what acceptance asks most of."""
    size = Geometry.of(problem)
    three = (size.filter_height, size.filter_width, size.stride) == (3, 3, 1)
    return three and not problem.name.startswith("AlexNet")


def in_range(problem: Problem) -> bool:
    """From 56×56×64 to 14×14×256."""
    size = Geometry.of(problem)
    return 14 <= size.out_height <= 56 and size.channels >= 64


def say(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure every layer, then print the table and the geometric means."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS_PER_LAYER
    wanted = sys.argv[2:]
    seed = msgspec.structs.replace(
        experiment("seed_question").problems[0], dtype="float32", name="the question's"
    )
    problems = [
        p
        for p in (seed, *experiment("network_layers").problems)
        if not wanted or any(w in p.name for w in wanted)
    ]
    run_canary, threads = canary.make("ufunc"), NativeThreads()
    seen: list[tuple[Problem, dict[str, str], dict[str, list[tuple[float, float]]]]] = []
    for problem in problems:
        found = candidates(problem)
        calls = {name: each for name, (_, each) in found.items()}
        families = {name: family for name, (family, _) in found.items()}
        threads.limit(1)  # of libraries that the candidates have loaded, too
        seen.append((problem, families, visits(calls, run_canary, seconds)))
    everything = [c for _, _, by in seen for pairs in by.values() for _, c in pairs]
    limit_s = canary.limit("ufunc") * canary.own_baseline(everything)
    rows = [(p, families, medians(by, limit_s)) for p, families, by in seen]
    table(rows)
    summary(rows)


def medians(by_name: dict[str, list[tuple[float, float]]], limit_s: float) -> dict[str, float]:
    """Median time of the undisturbed visits, s."""
    found = {}
    for name, pairs in by_name.items():
        undisturbed = [t for t, c in pairs if c <= limit_s]
        found[name] = median(
            undisturbed if len(undisturbed) >= LEAST_UNDISTURBED else [t for t, _ in pairs]
        )
    return found


Rows = list[tuple[Problem, dict[str, str], dict[str, float]]]


def best(families: dict[str, str], times: dict[str, float], *of: str) -> str:
    """The fastest candidate of some families; empty without any."""
    names = [name for name, family in families.items() if family in of]
    return min(names, key=lambda name: times[name], default="")


def table(rows: Rows) -> None:
    """One row per layer, times in ms."""
    say(
        "| layer | out×C→F, filter, stride | fastest NumPy | ms | PyTorch last | first "
        "| PyTorch / NumPy | best gemm family | ms | bare GEMM | bare / gemm |"
    )
    say("|---|---|---|---|---|---|---|---|---|---|---|")
    for problem, families, t in rows:
        size = Geometry.of(problem)
        numpy_s, gemm = best(families, t, *FAMILIES), best(families, t, "gemm")
        peer = best(families, t, "peer")
        last, first = (
            f"{1e3 * t[name]:.3f}" if name in t else "–"
            for name in ("torch_channels_last", "torch_channels_first")
        )
        against = f"{t[peer] / t[numpy_s]:.2f}" if peer else "–"
        say(
            f"| {problem.name} | {size.out_height}²×{size.channels}→{size.filters}, "
            f"{size.filter_height}×{size.filter_width}, {size.stride} | {numpy_s} "
            f"| {1e3 * t[numpy_s]:.3f} | {last} | {first} | {against} | {gemm} "
            f"| {1e3 * t[gemm]:.3f} | {1e3 * t['bare GEMM']:.3f} "
            f"| {t['bare GEMM'] / t[gemm]:.2f} |"
        )


def summary(rows: Rows) -> None:
    """The geometric means that are asked for."""
    layers = [row for row in rows if row[0].name != "the question's"]
    groups = {
        "3×3 stride-1 layers of VGG-16 and ResNet-50": [
            r for r in layers if is_winograd_s(r[0])
        ],
        "of these, 56×56×64 to 14×14": [
            r for r in layers if is_winograd_s(r[0]) and in_range(r[0])
        ],
        "all other layers": [r for r in layers if not is_winograd_s(r[0])],
        "the question's problem": [r for r in rows if r[0].name == "the question's"],
    }
    for title, group in groups.items():
        ratios = [
            t[best(f, t, "peer")] / t[best(f, t, *FAMILIES)]
            for _, f, t in group
            if best(f, t, "peer")
        ]
        if ratios:
            say(
                f"PyTorch / fastest NumPy, {title}: geometric mean "
                f"{geometric_mean(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}, "
                f"{len(ratios)} problems)"
            )
    bare = [
        t["bare GEMM"] / t[best(f, t, "gemm")]
        for p, f, t in layers
        if Geometry.of(p).filter_height == 3 and Geometry.of(p).channels >= 64
    ]
    if bare:
        say(
            f"bare GEMM / best of the gemm family, 3×3 filters and at least 64 channels: "
            f"{min(bare):.2f} to {max(bare):.2f}, geometric mean {geometric_mean(bare):.2f} "
            f"({sum(b >= 0.85 for b in bare)} of {len(bare)} at 0.85 or above)"
        )


if __name__ == "__main__":
    main()
