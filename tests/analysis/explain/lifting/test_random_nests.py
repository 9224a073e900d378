"""Nests made at random: whatever is lifted gives what the loop gives, at several sizes."""

import warnings
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.names_in_words import watch_names
from profiler_suite.measure.explain.records import SourceText
from tests.analysis.explain.lifting import checking
from tests.analysis.explain.lifting.random_nests import Nest

SIZES = ((4, 5), (5, 3), (3, 3), (1, 4), (2, 1))
# Found by longer runs: an inner loop that may be empty, an index that wraps around, counts
# below zero, a recursion over what another statement sets, and ~ of Python's own truth.
ONCE_WRONG = (10, 30, 31, 58, 62, 191, 217, 383, 992, 1040, 1154, 6215)


def arguments(seed: int, n: int, m: int) -> tuple[Any, ...]:
    random = np.random.default_rng(seed)
    return (
        random.standard_normal((n, m)),
        random.standard_normal((n, m)),
        random.standard_normal(n),
        random.standard_normal(m),
        random.integers(0, m, n),
    )


def lifted_like_the_loop(seed: int) -> int:
    """How many ways there were; each is compared."""
    source = Nest(seed).source()
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    function = namespace["f"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = watch_names(function, arguments(seed, 4, 5), [function.__code__])
    text = SourceText(
        file="nest.py",
        function="f",
        first_line=1,
        text=source,
        names=names[function.__code__],
    )
    found = lift(Function(text)).lifted
    for each in found:
        for n, m in SIZES:
            values = arguments(seed, n, m)
            try:
                expected = checking.run(function, values)
            except (IndexError, OverflowError):
                continue
            got = checking.run(checking.made(each), values)
            if all(np.all(np.isfinite(part)) for part in expected[0]):
                assert checking.same(expected, got, False), f"{source}\n{each.source}"
    return len(found)


@pytest.mark.parametrize("seed", ONCE_WRONG)
def test_nests_that_were_once_wrong(seed: int) -> None:
    lifted_like_the_loop(seed)


def test_random_nests_are_right_and_half_of_them_are_lifted() -> None:
    found = [lifted_like_the_loop(seed) for seed in range(2000, 2012)]
    assert sum(count > 0 for count in found) >= 6


@pytest.mark.long
@pytest.mark.timeout(900)
def test_many_random_nests_are_right() -> None:
    for seed in range(4000, 4500):
        try:
            lifted_like_the_loop(seed)
        except (IndexError, OverflowError):
            continue  # the loop itself has no answer
