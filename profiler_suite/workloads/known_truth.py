"""Functions whose truth is known beforehand: what `selfcheck` holds the suite against.

An experiment file like any other: children run it by its path, and nothing imports it.
The cost that a function states is its truth: FLOP and bytes by formula.
"""

from time import perf_counter_ns
from typing import Any

import numpy as np
from numpy.typing import NDArray

from profiler_suite.model.experiment import Cost, Experiment, Problem
from profiler_suite.model.workload import Workload
from profiler_suite.workloads import registry

Floats = NDArray[np.float64]

ITERATIONS, ELEMENTS = "known_iterations", "known_elements"

# What is computed is of no interest: every function answers with this.
_DONE = np.zeros(1)
_STEPS = tuple(range(20))
_SMALL, _SMALL_OUT = np.ones(8), np.empty(8)
_WIDE, _WIDE_OUT = np.linspace(1, 2, 1000), np.empty(1000)
_SQUARE, _SQUARE_OUT = np.ones((24, 24)), np.empty((24, 24))
_BLOCK, _BLOCK_OUT = np.ones(4096), np.empty(4096)
_HUNDRED = tuple(range(100))
_ROOTS_OUT, _COPY_OUT = np.empty(20_000), np.empty(200_000)
_PRODUCT, _PRODUCT_OUT = np.ones((300, 300)), np.empty((300, 300))


def _nothing_to_check(problem: Problem) -> None:
    """Every number of turns or elements has a meaning."""


def _elements(problem: Problem, seed: int) -> tuple[Floats]:
    return (np.linspace(1, 2, problem.dims["n"]) + seed % 2,)


def _label(problem: Problem) -> str:
    return f"n{problem.dims['n']}"


def _no_difference(problem: Problem, arguments: tuple[Any, ...], kind: str) -> float:
    return 1e-300


def _done(problem: Problem, arguments: tuple[Any, ...]) -> Floats:
    return np.zeros(1)


registry.add_workload(
    Workload(
        name=ITERATIONS,
        dims=("n",),
        validate=_nothing_to_check,
        label=_label,
        arguments=lambda problem, seed: (problem.dims["n"],),
        data_bytes=lambda problem: 0.0,
        reference=_done,
        error_bound=_no_difference,
    )
)
registry.add_workload(
    Workload(
        name=ELEMENTS,
        dims=("n",),
        validate=_nothing_to_check,
        label=_label,
        arguments=_elements,
        data_bytes=lambda problem: 8.0 * problem.dims["n"],
        reference=_done,
        error_bound=_no_difference,
    )
)


def _iterations(problem: Problem) -> Cost:
    return Cost(flop=0, compulsory_bytes=8)


def _does(flop: float, traffic_bytes: float) -> Any:
    """The cost of a function that executes and moves this much per element."""

    def cost(problem: Problem) -> Cost:
        n = problem.dims["n"]
        return Cost(flop=flop * n, compulsory_bytes=traffic_bytes * n)

    return cost


# --------------------------------------------- units of work, repeated n times


@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def interpreter_steps(n: int) -> Floats:
    """A unit of twenty interpreter steps."""
    total = 0
    for _ in range(n):
        for step in _STEPS:
            total += step & 3
    return _DONE


@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def small_calls(n: int) -> Floats:
    """A unit of one ufunc call on eight elements."""
    for _ in range(n):
        np.add(_SMALL, _SMALL, _SMALL_OUT)
    return _DONE


@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def ufunc_work(n: int) -> Floats:
    """A unit of one ufunc call on a thousand elements."""
    for _ in range(n):
        np.sqrt(_WIDE, _WIDE_OUT)
    return _DONE


@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def small_products(n: int) -> Floats:
    """A unit of one product of 24x24 matrices."""
    for _ in range(n):
        np.matmul(_SQUARE, _SQUARE, _SQUARE_OUT)
    return _DONE


@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def copies(n: int) -> Floats:
    """A unit of copying 32 KiB."""
    for _ in range(n):
        np.copyto(_BLOCK_OUT, _BLOCK)
    return _DONE


# ------------------------------------------------------------ the clock's truth


@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def nothing(n: int) -> Floats:
    """Returns at once: what measuring an evaluation adds to it."""
    return _DONE


@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def busy_wait(n: int) -> Floats:
    """Reads the clock until n nanoseconds have passed."""
    end = perf_counter_ns() + n
    while perf_counter_ns() < end:
        pass
    return _DONE


# -------------------------------------------------- all time in one time breakdown entry


@registry.implementation(ELEMENTS, family="loop", cost=_does(0, 0))
def only_interpreter(x: Floats) -> Floats:
    """A loop of interpreter steps."""
    total = 0
    for step in range(20_000):
        total += step & 3
    return _DONE


@registry.implementation(
    ELEMENTS, family="loop", cost=lambda p: Cost(flop=0, compulsory_bytes=2000 * 16)
)
def only_dispatch(x: Floats) -> Floats:
    """Two thousand ufunc calls on one element, with hardly any bytecode between them."""
    negative, one, out = np.negative, x[:1], _SMALL_OUT[:1]
    for _ in range(2000):
        negative(one, out=out)
    return _DONE


@registry.implementation(ELEMENTS, family="vectorized", cost=_does(0, 4 * 16))
def only_copy(x: Floats) -> Floats:
    """Four copies of all elements."""
    for _ in range(4):
        np.copyto(_COPY_OUT, x)
    return _DONE


@registry.implementation(ELEMENTS, family="vectorized", cost=_does(4, 4 * 16))
def only_arithmetic(x: Floats) -> Floats:
    """Four square roots of all elements."""
    for _ in range(4):
        np.sqrt(x, out=_ROOTS_OUT)
    return _DONE


@registry.implementation(
    ELEMENTS,
    family="gemm",
    cost=lambda p: Cost(flop=2 * 300**3, compulsory_bytes=2 * 8 * 300**2),
)
def only_product(x: Floats) -> Floats:
    """A 300x300 matrix times itself, read once: arithmetic, and what BLAS copies to pack."""
    np.matmul(_PRODUCT, _PRODUCT, out=_PRODUCT_OUT)
    return _DONE


@registry.implementation(
    ELEMENTS, family="vectorized", cost=lambda p: Cost(flop=0, compulsory_bytes=2**14)
)
def only_page_faults(x: Floats) -> Floats:
    """One store into every page of 64 MiB that the allocator takes from the kernel anew."""
    np.empty(64 << 20, np.uint8)[::4096] = 1
    return _DONE


# ------------------------------------------------------------ counts by formula


@registry.implementation(ELEMENTS, family="vectorized", cost=_does(2, 48))
def counts_multiply_add(x: Floats) -> Floats:
    """A product and a sum of all elements, each reading two arrays and writing one."""
    x * x[::-1] + x[::-1]
    return _DONE


@registry.implementation(ELEMENTS, family="vectorized", cost=_does(8, 16))
def counts_exponentials(x: Floats) -> Floats:
    """Exponentials of all elements: by convention 8 FLOP each."""
    np.exp(x)
    return _DONE


@registry.implementation(
    ELEMENTS,
    family="vectorized",
    cost=lambda p: Cost(flop=p.dims["n"] - 1, compulsory_bytes=8 * p.dims["n"]),
)
def counts_reduction(x: Floats) -> Floats:
    """The sum of all elements: one addition less than there are."""
    np.sum(x)
    return _DONE


@registry.implementation(
    ELEMENTS,
    family="gemm",
    cost=lambda p: Cost(
        flop=2 * 40 * 50 * 30, compulsory_bytes=8 * (40 * 50 + 50 * 30 + 40 * 30)
    ),
)
def counts_product(x: Floats) -> Floats:
    """A product of a 40x50 and a 50x30 matrix: 2·m·k·n."""
    x[:2000].reshape(40, 50) @ x[2000:3500].reshape(50, 30)
    return _DONE


@registry.implementation(
    ELEMENTS,
    family="loop",
    cost=lambda p: Cost(flop=100 * (12 + 11), compulsory_bytes=100 * (3 * 8 * 12 + 8 * 12)),
)
def counts_small_loop(x: Floats) -> Floats:
    """A hundred times a product of 2x2x3 windows and its sum, as in the question's loop."""
    image, window = x[:300].reshape(10, 10, 3), x[300:312].reshape(2, 2, 3)
    for turn in range(100):
        i = turn % 5
        np.sum(image[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] * window)
    return _DONE


@registry.implementation(ELEMENTS, family="vectorized", cost=_does(0.5, 8))
def counts_strided(x: Floats) -> Floats:
    """Twice every second element, read from a strided view: half of them."""
    x[::2] * 2.0
    return _DONE


# ------------------------------------------------------------------------ lines


@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def one_and_three(n: int) -> Floats:
    """Two lines, of which the second does three times what the first does."""
    for _ in range(n):
        sum(_HUNDRED)
        sum(_HUNDRED), sum(_HUNDRED), sum(_HUNDRED)
    return _DONE


# fmt: off
@registry.implementation(ITERATIONS, family="loop", cost=_iterations)
def one_and_three_short(n: int) -> Floats:
    """The same with lines so short that line_profiler slows them several times."""
    a, b = 1, 7
    for _ in range(n):
        a = a * b & 1023
        a = a * b & 1023; a = a * b & 1023; a = a * b & 1023  # noqa: E702
    return _DONE
# fmt: on


experiment = Experiment(
    name="known_truth",
    question="What does the suite say of functions whose truth is known?",
    axis="n",
    problems=(Problem(workload=ITERATIONS, dims={"n": 100}),),
    implementations=("interpreter_steps", "small_calls", "ufunc_work", "small_products"),
)
