"""Arrays stacked, ranked and split without a step for each element."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import rearranging
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(47)
A, B, C = rng.random((3, 60))
ROWS = rng.random((9, 40))
STEPS = np.repeat(rng.integers(0, 2, 50), rng.integers(1, 5, 50))
RUNS = "    runs = np.split(x, np.where(np.diff(x) != 0)[0] + 1)\n"

FIRES = [
    Fires(rule, f"def f(a, b, c):\n    return {text}\n", lambda: (A, B, C), expected)
    for rule, text, expected in (
        ("zipped", "np.array(list(zip(a, b)))", "np.stack((a, b), axis=-1)"),
        ("zipped", "np.array(list(zip(a, b))).flatten()", "np.stack((a, b), axis=-1).ravel()"),
        ("zipped", "np.array([[u, v, w] for u, v, w in zip(a, b, c)])", "np.stack((a, b, c)"),
        ("zipped", "np.array([(p, q) for p, q in zip(c, b)])", "np.stack((c, b), axis=-1)"),
        ("zipped", "np.hstack(list(zip(a, b)))", "np.stack((a, b), axis=-1).ravel()"),
        ("ranks_by_sorting", "np.argsort(np.argsort(a + b))", "return ranks(a + b)"),
        ("ranks_by_sorting", "a.argsort().argsort()", "return ranks(a)"),
    )
]
FIRES += [
    Fires(
        "ranks_by_sorting",
        "def f(x):\n    order = x.argsort(axis=1)\n    return order.argsort(axis=1) / 2\n",
        lambda: (ROWS,),
        "    return ranks(x, axis=1) / 2",
    ),
    Fires(
        "ranks_by_sorting",
        "def f(x):\n    return np.argsort(np.argsort(x, axis=0), axis=0)\n",
        lambda: (ROWS,),
        "    return ranks(x, axis=0)",
    ),
    Fires(
        "split_to_reduce",
        f"def f(x):\n{RUNS}    return np.array([len(r) for r in runs])\n",
        lambda: (STEPS,),
        "return np.diff(np.where(np.diff(x) != 0)[0] + 1, prepend=0, append=len(x))",
    ),
    Fires(
        "split_to_reduce",
        "def f(x, p):\n    return [part.sum() for part in np.split(x, p)]\n",
        lambda: (A, np.array([3, 9, 10, 40])),
        "return over_parts(np.add, x, p).tolist()",
    ),
    Fires(
        "split_to_reduce",
        "def f(x, p):\n    return np.array([np.mean(v) for v in np.split(x, p)])\n",
        lambda: (A, np.array([3, 9, 10, 40])),
        "over_parts(np.add, x, p) / lengths_of_parts(x, p)",
    ),
    Fires(
        "split_to_reduce",
        "def f(x, p):\n    return max([len(v) for v in np.split(x, p)])\n",
        lambda: (A, np.array([3, 9, 10, 40])),
        "np.max(lengths_of_parts(x, p))",
    ),
]
SILENT = [
    Silent(rule, f"def f(a, b):\n    return {text}\n", lambda: (A, B))
    for rule, text in (
        ("zipped", "list(zip(a, b))"),
        ("zipped", "np.array([u + v for u, v in zip(a, b)])"),
        ("zipped", "np.array(list(zip(a, (b > 0.5))))"),
        ("ranks_by_sorting", "a[np.argsort(b)]"),
        ("ranks_by_sorting", "np.argsort(np.argsort(a)[::-1])"),
        ("split_to_reduce", "[v for v in np.split(a, [3, 9])]"),
    )
]
OPPOSITES = rng.permutation(np.concatenate([A, -A]))
REFUSED = [
    Refused(  # of sums that are nothing but rounding the sign is any
        "split_to_reduce",
        "def f(x, p):\n    return np.sign(np.array([v.sum() for v in np.split(x, p)]))\n",
        lambda: (np.tile(OPPOSITES, 20) * 1e16, np.arange(1, 20) * 120),
    ),
]
test_fires, test_silent, test_refused = family_tests(FIRES, SILENT, REFUSED)
namespace: dict[str, object] = {"np": np}
exec(rearranging.OVER_PARTS, namespace)
exec(rearranging.LENGTHS_OF_PARTS, namespace)
exec(rearranging.RANKS, namespace)


@pytest.mark.parametrize("places", [[], [5], [0, 5], [5, 5, 9], [12], [3, 12], [9, 4]])
def test_parts_that_are_empty_are_left_to_numpy(places: list[int]) -> None:
    x = np.arange(12.0)
    parts, given = np.split(x, places), np.array(places, int)
    sums = namespace["over_parts"](np.add, x, given)  # type: ignore[operator]
    assert np.array_equal(sums, [part.sum() for part in parts])
    lengths = namespace["lengths_of_parts"](x, given)  # type: ignore[operator]
    assert np.array_equal(lengths, [len(part) for part in parts])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("shape", [(7, 5), (1, 4), (0, 3)])
def test_ranks_are_those_of_sorting_twice(shape: tuple[int, int], axis: int) -> None:
    x = rng.integers(0, 3, shape)  # many are equal
    twice = np.argsort(np.argsort(x, axis=axis), axis=axis)
    assert np.array_equal(namespace["ranks"](x, axis), twice)  # type: ignore[operator]
