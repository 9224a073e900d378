"""A traced function does what it does untraced, and leaves nothing behind."""

import builtins
import copy
import dataclasses
import functools
import gc
import math
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy import zeros

from profiler_suite.errors import UsageError
from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.arrays import CountingArray
from profiler_suite.workloads import dense, depthwise, registry
from profiler_suite.workloads.convolution import problem

pytestmark = pytest.mark.numerical
WEIGHTS = np.array([1.0, 2.0, 3.0])


def assert_same(result: Any, expected: Any) -> None:
    assert type(result) is type(expected)
    if isinstance(expected, tuple | list):
        for one, other in zip(result, expected, strict=True):
            assert_same(one, other)
    elif isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(result, expected)
        assert result.dtype == expected.dtype
        assert result.strides == expected.strides
        assert result.flags.owndata == expected.flags.owndata
    else:
        np.testing.assert_equal(result, expected)


def many_things(x: Any) -> list[Any]:
    """Uses much of NumPy on one array of at least one dimension."""
    y = np.sort(x.ravel())
    z = x * 2 + 1
    z[..., 0] = 0
    z[z > 1] -= 1
    z += np.arange(x.shape[-1])
    total = x.dtype.type(0)
    for number in y[:3]:
        total += number * number
    return [
        z,
        total,
        x.sum(axis=-1),
        np.mean(x),
        x.std(),
        x.max(),
        np.argsort(y, kind="stable"),
        np.median(x),
        np.percentile(x, 30),
        np.unique(y),
        np.where(x > 0, x, -x),
        np.concatenate([y, y]),
        np.cumsum(x, axis=0),
        np.einsum("...i->...", x),
        x.T @ x if x.ndim == 2 else x,
        np.linalg.norm(x),
        np.histogram(y, bins=3)[0],
        np.tensordot(x, x, axes=x.ndim),
        x[::-1],
        x.T.reshape(-1),
        x.astype(np.float32),
        np.full_like(x, 2),
        np.linspace(0, 1, 4) * y[0],
        [float(y[0]), int(y.size), bool(y[0] > 0), y[0] == y[-1]],
        (x.shape, x.tolist(), x.item(0), x.any(), str(x)),
    ]


@settings(deadline=None, max_examples=40)
@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int64]),
        hnp.array_shapes(min_dims=1, max_dims=3, max_side=4),
        elements=st.integers(-9, 9),
    )
)
def test_results_are_those_of_the_untraced_function(x: Any) -> None:
    expected = many_things(x.copy())
    result, counts = trace(many_things, (x,))
    assert_same(result, expected)
    assert counts.coverage == 1.0


# What other tests bring along is of other workloads.
OURS = [
    name
    for name, found in registry.implementations().items()
    if found.workload in ("convolution", "dense", "depthwise")
]


@pytest.mark.parametrize("name", OURS)
def test_every_implementation_gives_its_own_answer(name: str) -> None:
    implementation = registry.find_implementation(name)
    if implementation.workload == "convolution":
        small = problem(
            height=9, width=8, channels=2, filters=3, filter_height=3, filter_width=2, stride=2
        )
        if implementation.refuse and implementation.refuse(small):
            small = problem(
                height=9, width=8, channels=2, filters=3, filter_height=3, filter_width=3
            )
    elif implementation.workload == "depthwise":
        small = depthwise.problem(
            height=9, width=8, channels=2, filter_height=3, filter_width=2, stride=2
        )
    else:
        small = dense.problem(rows=4, columns=6, dtype=implementation.dtypes[-1])
    arguments = registry.find_workload(implementation.workload).arguments(small, 0)
    result, counts = trace(implementation.function, arguments)
    np.testing.assert_array_equal(result, implementation.function(*arguments))
    assert type(result) is np.ndarray
    assert counts.coverage == 1.0, counts.uncovered


def references() -> dict[str, Any]:
    """What must be the same before and after."""
    names = ("array", "asarray", "empty", "zeros", "arange", "nditer")
    return {
        **{name: getattr(np, name) for name in names},
        "own zeros": zeros,
        "core asarray": sys.modules["numpy._core.numeric"].asarray,
        "rand": np.random.rand,
        "default_rng": np.random.default_rng,
        "RandomState": np.random.RandomState,
        "import": builtins.__import__,
        "sum": builtins.sum,
        "sqrt": math.sqrt,
        "weights": WEIGHTS,
    }


def test_nothing_stays_replaced_after_an_exception() -> None:
    before = references()

    def fails(x: Any) -> Any:
        y = zeros(3) + x * WEIGHTS
        raise LookupError(str(y))

    with pytest.raises(LookupError, match="1"):
        trace(fails, (np.ones(3),))
    assert all(before[name] is value for name, value in references().items())
    assert type(WEIGHTS) is np.ndarray
    gc.collect()
    for module in list(sys.modules.values()):
        for name, value in list(getattr(module, "__dict__", {}).items()):
            of = str(getattr(type(value), "__module__", ""))
            stray = "measure.trace" in of and "measure.trace" not in module.__name__
            assert not (stray and not module.__name__.startswith("test_")), (module, name)


def test_names_imported_from_numpy_and_globals_are_counted() -> None:
    def function() -> Any:
        made = zeros(3)
        return made + WEIGHTS

    result, counts = trace(function)
    assert counts.flop == 3
    np.testing.assert_array_equal(result, WEIGHTS)
    assert type(WEIGHTS) is np.ndarray


def test_changes_to_arguments_reach_the_caller() -> None:
    x = np.arange(4.0)
    holder = [np.ones(4)]

    def function(a: Any, held: list[Any]) -> Any:
        a += 1
        held[0] *= 3
        held.append(a * 2)
        return a

    result, _ = trace(function, (x, holder))
    assert result is x
    np.testing.assert_array_equal(x, [1, 2, 3, 4])
    np.testing.assert_array_equal(holder[0], [3, 3, 3, 3])
    np.testing.assert_array_equal(holder[1], [2, 4, 6, 8])
    assert all(type(each) is np.ndarray for each in holder)


@dataclasses.dataclass(frozen=True)
class Pair:
    left: Any
    right: Any


class Model:
    def __init__(self) -> None:
        self.weights = np.ones(3)

    def predict(self, x: Any) -> Any:
        self.last = x * self.weights
        return self.last.sum()

    def __call__(self, x: Any) -> Any:
        return self.predict(x)


def test_dataclasses_methods_partials_and_closures_are_followed() -> None:
    pair = Pair(np.ones(3), np.ones(3))
    left = pair.left
    result, counts = trace(lambda p: Pair(p.left + p.right, p.left), (pair,))
    assert counts.flop == 3
    assert type(result.left) is np.ndarray
    assert pair.left is left
    assert result.right is left

    model = Model()
    weights = model.weights
    _, counts = trace(model.predict, (np.ones(3),))
    assert counts.flop == 3 + 2
    assert model.weights is weights
    assert type(model.last) is np.ndarray
    assert trace(model, (np.ones(3),))[1].flop == 5
    assert trace(lambda m: m.predict(np.ones(3)), (model,))[1].flop == 5

    _, counts = trace(functools.partial(np.add, np.ones(3)), (np.ones(3),))
    assert counts.flop == 3

    closed = np.ones(3)
    _, counts = trace(lambda default=WEIGHTS: closed + default)
    assert counts.flop == 3
    assert type(closed) is np.ndarray


def test_a_function_of_a_namespace_that_is_no_module() -> None:
    namespace: dict[str, Any] = {}
    exec("from numpy import ones\ndef function(): return ones(3) + 1", namespace)
    kept = namespace["ones"]
    assert trace(namespace["function"])[1].flop == 3
    assert namespace["ones"] is kept


def test_the_built_in_sum_is_the_same() -> None:
    x = np.random.default_rng(1).random(1000)
    expected = sum(x.tolist())
    result, counts = trace(lambda a: sum(a.tolist()), (x,))
    assert result == expected
    assert type(result) is float
    assert counts.flop == 1000
    assert trace(lambda a: sum(row for row in a), (np.ones((3, 4)),))[1].flop == 12


def test_recursion_generators_and_loops_over_arrays() -> None:
    def halves(x: Any) -> Any:
        if len(x) == 1:
            return x[0]
        middle = len(x) // 2
        return halves(x[:middle]) + halves(x[middle:])

    result, counts = trace(halves, (np.arange(8.0),))
    assert result == 28.0
    assert type(result) is np.float64
    assert counts.flop == 7

    def rows(x: Any) -> Iterator[Any]:
        for row in x:
            yield row * 2

    result, counts = trace(lambda x: sum(row.sum() for row in rows(x)), (np.ones((3, 4)),))
    assert result == 24.0
    # sum() begins at the whole number 0: three additions.
    assert counts.flop == 3 * (4 + 3) + 3

    unconsumed, counts = trace(rows, (np.ones((3, 4)),))
    assert counts.flop == 0
    assert all(type(row) is np.ndarray for row in unconsumed)


def test_random_numbers_are_the_same_and_counted() -> None:
    def draw(generator: Any) -> Any:
        made = np.random.default_rng(3)
        legacy = np.random.RandomState(3)
        return generator.normal(size=3) + made.random(3) + legacy.normal(size=3)

    expected = draw(np.random.default_rng(1))
    generator = np.random.default_rng(1)
    result, counts = trace(draw, (generator,))
    np.testing.assert_array_equal(result, expected)
    assert counts.flop == 6
    assert generator.normal() != np.random.default_rng(1).normal()  # it has moved on


def test_copies_and_pickles_made_inside_are_plain_afterwards() -> None:
    def function(x: Any) -> Any:
        return copy.deepcopy(x), copy.copy(x), pickle.loads(pickle.dumps(x)), x[0]

    result, _ = trace(function, (np.arange(3.0),))
    assert [type(each) for each in result] == [np.ndarray] * 3 + [np.float64]


def test_an_array_that_escapes_behaves_as_an_ordinary_one() -> None:
    kept: list[Any] = []
    trace(lambda x: kept.append(x * 2), (np.arange(3.0),))
    # `kept` is in the closure: it was given back as well.
    assert type(kept[0]) is np.ndarray
    hidden: dict[str, Any] = {}
    stored = CountingArray((3,))
    stored[...] = 1
    hidden["array"] = stored + 1
    assert type(hidden["array"]) is np.ndarray
    assert type(stored.sum()) is np.float64


def test_only_one_trace_at_a_time() -> None:
    with pytest.raises(UsageError, match="already under way"):
        trace(lambda: trace(lambda: None))
    assert trace(lambda: None)[1].calls == 0


def test_threads_of_the_function_are_counted() -> None:
    def function(x: Any) -> Any:
        results: list[Any] = []
        threads = [threading.Thread(target=lambda: results.append(x + 1)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    _, counts = trace(function, (np.ones(5),))
    assert counts.flop == 15


def test_lines_are_the_innermost_of_the_user() -> None:
    def helper(x: Any) -> Any:
        return np.mean(x)

    def function(x: Any) -> Any:
        y = x + 1
        return helper(y) + helper(y)

    _, counts = trace(function, (np.ones(5),))
    first = function.__code__.co_firstlineno
    found = {
        each.name: [(line.line, line.calls) for line in each.lines]
        for each in counts.operations
    }
    assert found["np.add"] == [(first + 1, 1)]
    assert found["np.add.reduce"] == [(helper.__code__.co_firstlineno + 1, 2)]
    assert found["scalar.add"] == [(first + 2, 1)]
    assert all(line.file == __file__ for each in counts.operations for line in each.lines)
    of_mean = next(each for each in counts.operations if each.name == "np.add.reduce")
    assert of_mean.via == "np.mean"


def test_counting_a_loop_takes_some_thirty_times_as_long_as_the_loop() -> None:
    seed = problem(
        height=32, width=32, channels=3, filters=10, filter_height=2, filter_width=2, stride=2
    )
    arguments = registry.find_workload("convolution").arguments(seed, 0)
    loop = registry.find_implementation("loop").function
    begun = time.thread_time()
    loop(*arguments)
    plain_s = time.thread_time() - begun
    trace(loop, arguments)
    # What others do takes no time of this thread.
    assert time.thread_time() - begun - plain_s < 150 * plain_s


def test_out_with_dots_gives_an_array() -> None:
    if np.lib.NumpyVersion(np.__version__) < "2.3.0":
        pytest.skip("out=... is new in NumPy 2.3")
    function: Callable[..., Any] = lambda a: np.add(a, 1.0, out=...)  # noqa: E731
    result, _ = trace(function, (np.array(1.0),))
    assert type(result) is np.ndarray
    assert result.ndim == 0
