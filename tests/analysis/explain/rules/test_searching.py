"""Rules about sorting and searching: fire, keep silent, are refused when inexact."""

import os
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import searching
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(8)
V = rng.permutation(40) + 0.5
INTS = rng.permutation(40)
INDEX = rng.integers(0, 10, 30)
SORTED = np.sort(rng.random(20_000))
WANTED = rng.random(20_000)


def fires(rule: str, expression: str, arguments: tuple[object, ...], expected: str) -> Fires:
    names = ", ".join("xyz"[: len(arguments)])
    return Fires(
        rule, f"def f({names}):\n    return {expression}\n", lambda: arguments, expected
    )


RUNNING = """
def f(x):
    seen = []
    middle = []
    for v in x:
        seen.append(v)
        seen.sort()
        middle.append(seen[len(seen) // 2])
    return middle
"""

DRAWN = """
def f(n, x):
    rng = np.random.default_rng(3)
    seen = set()
    for i in range(n):
        seen.add(rng.choice(x) // (len(seen) + 1))
    return sorted(seen)
"""


def ties() -> np.ndarray[Any, Any]:
    """Equal elements that a part of the sort puts into another order than the whole."""
    for size in range(20, 400):
        for x in (np.zeros(size), np.arange(float(size)) % 3):
            part = np.argpartition(x, -5)[-5:]
            if (np.argsort(x)[::-1][:5] != part[np.argsort(x[part])[::-1]]).any():
                return x
    pytest.skip("with this processor's sort equal elements keep their order")


CDIST = "from scipy.spatial.distance import cdist\n"
POINTS = rng.random((40, 3))

FIRES = [
    Fires(
        "counted_near",
        CDIST + "def f(x, y):\n    return (cdist(x, y) < 0.4).sum(axis=1)\n",
        lambda: (POINTS, POINTS[:25] + 0.1),
        "cKDTree(y).query_ball_point(x, np.nextafter(0.4, 0), return_length=True)",
    ),
    Fires(  # of the other points
        "counted_near",
        CDIST + "def f(x, y):\n"
        "    return np.sum(np.sqrt(cdist(x, y, 'sqeuclidean').T) <= 0.4, axis=1)\n",
        lambda: (POINTS, POINTS[:25] + 0.1),
        "cKDTree(x).query_ball_point(y, 0.4, return_length=True)",
    ),
    Fires("drawn_one_by_one", DRAWN, lambda: (9, INTS), "rng.choice(x, size=n)"),
    Fires("sorted_again", RUNNING, lambda: (V.tolist(),), "bisect.insort(seen, v)"),
    Fires(
        "sorted_again",
        RUNNING.replace("seen.sort()", "seen = sorted(seen)").replace("[]", "[3.0, 2.0]", 1),
        lambda: (V.tolist(),),
        "seen.sort()\n    for v in x:\n        bisect.insort(seen, v)",
    ),
    Fires(
        "values_replaced",
        "def f(x, table):\n    out = x.copy()\n    for old, new in table.items():\n"
        "        out[x == old] = new\n    return out\n",
        lambda: (INTS, {k: k + 100 for k in range(0, 40, 3)}),
        "out[...] = translated(x, table, out)",
    ),
    Fires(
        "values_replaced",
        "def f(x, table):\n    out = np.zeros(x.shape)\n    for old, new in table.items():\n"
        "        out[x == old] = new\n    return out\n",
        lambda: (V.reshape(5, 8), {0.5: 7.0, 3.5: -1.0, 99.0: 2.0}),
        "out[...] = translated(x, table, out)",
    ),
    Fires(
        "bincount",
        "def f(i, v):\n    a = np.ones(10)\n    np.add.at(a, i, v)\n    return a\n",
        lambda: (INDEX, rng.random(30)),
        "np.bincount(i, weights=v, minlength=len(a))",
    ),
    Fires(
        "bincount",
        "def f(i, j, n):\n"
        "    a = np.zeros((n, n))\n"
        "    np.add.at(a, (i, j), 1)\n"
        "    return a\n",
        lambda: (INDEX, INDEX[::-1].copy(), 30),
        "np.bincount(np.ravel_multi_index((i, j), a.shape), minlength=a.size)",
    ),
    Fires(
        "bincount",
        "def f(i, v):\n    a = np.ones((30, 40))\n    np.add.at(a, (i, i), v)\n    return a\n",
        lambda: (INDEX, rng.random(30)),
        "weights=v, minlength=a.size).reshape(a.shape)",
    ),
    Fires(
        "integer_histogram",
        "def f(x):\n    h, e = np.histogram(x.flatten(), 256, [0, 256])\n    return h, e\n",
        lambda: (rng.integers(0, 256, (9, 40), dtype=np.uint8),),
        "(np.bincount(np.ravel(x.flatten()), minlength=256), np.arange(256 + 1.0))",
    ),
    Fires(
        "sums_in_dictionary",
        "def f(keys, x):\n    d = {}\n    for k, v in zip(keys, x):\n"
        "        if k not in d:\n            d[k] = 0.0\n        d[k] += v\n    return d\n",
        lambda: (INDEX, rng.random(30)),
        "d.update(sums_by_key(keys, x))",
    ),
    Fires(
        "sums_in_dictionary",
        "def f(keys):\n    d = dict()\n    for k in keys:\n"
        "        d[k] = d.get(k, 0) + 1\n    return d\n",
        lambda: (INDEX,),
        "d.update(sums_by_key(keys))",
    ),
    Fires(
        "lists_in_dictionary",
        "def f(keys, x):\n    d = {}\n    for k, v in zip(keys, x):\n"
        "        d.setdefault(k, []).append(v)\n"
        "    return {k: np.mean(v) for k, v in d.items()}\n",
        lambda: (INDEX, rng.random(30)),
        "d.update(means_by_key(keys, x))",
    ),
    fires(
        "integer_histogram",
        "np.histogram(x, np.arange(10 + 1))[0]",
        (INDEX,),
        "np.bincount(x, minlength=10)[:10]",
    ),
    fires(
        "unsorted_search", "np.searchsorted(x, y)", (SORTED, WANTED), "searchsorted_in_order"
    ),
    fires("partition", "np.argsort(x)[::-1][:5]", (V,), "largest_first(x, 5)"),
    fires("partition", "np.sort(x)[:5]", (V,), "np.partition(x, 5 - 1)[:5]"),
    fires("partition", "np.argsort(x)[0] + np.sort(x)[-1]", (V,), "np.argmin(x) + np.max(x)"),
    fires("integer_sets", "np.isin(x, y)", (INTS, INTS[:5]), "kind='table'"),
    fires("integer_sets", "len(np.unique(x))", (INDEX,), "np.count_nonzero(np.bincount(x))"),
    fires(
        "quantiles_together",
        "np.percentile(x, 75) - np.percentile(x, 25)",
        (V,),
        "np.percentile(x, [75, 25])",
    ),
    fires(
        "quantiles_together",
        "np.array([np.percentile(x, q) for q in y])",
        (V, [10, 20, 30]),
        "np.percentile(x, y)",
    ),
    fires("where_chain", "np.where(x > 3, x, 3)", (V,), "np.fmax(x, 3)"),
    fires("where_chain", "np.where(x > 3, x, 3.0)", (V,), "np.fmax(x, 3.0)"),
    fires("where_chain", "np.where(x <= 3, 3.0, x)", (V,), "np.maximum(x, 3.0)"),
    fires(
        "where_chain",
        "np.where(x < 3, 3, np.where(x > 9, 9, x))",
        (V,),
        "np.clip(x, 3, 9)",
    ),
]

SILENT = [
    # A list of its own: the other rules see all that uses it.
    Silent(
        "kept_list_searched",
        "def f(x, names):\n    return [v for v in x if v in names]\n",
        lambda: (["3"] * 9, [str(i) for i in range(500)]),
    ),
    Silent(  # too many coordinates for a tree
        "counted_near",
        CDIST + "def f(x):\n    return (cdist(x, x) < 0.4).sum(axis=1)\n",
        lambda: (rng.random((9, 30)),),
    ),
    Silent(  # of another size each time
        "drawn_one_by_one",
        DRAWN.replace("rng.choice(x)", "rng.choice(x[:i + 1])"),
        lambda: (9, INTS),
    ),
    Silent(  # sorted by something else
        "sorted_again",
        RUNNING.replace("sort()", "sort(key=abs)"),
        lambda: (V.tolist(),),
    ),
    Silent(  # it adds, where a value may match twice
        "values_replaced",
        "def f(x, table):\n    out = x.copy()\n    for old, new in table.items():\n"
        "        out[x == old] += new\n    return out\n",
        lambda: (INTS, {k: k + 100 for k in range(9)}),
    ),
    Silent(  # not the values of the key, but larger ones
        "values_replaced",
        "def f(x, table):\n    out = x.copy()\n    for old, new in table.items():\n"
        "        out[x > old] = new\n    return out\n",
        lambda: (INTS, {k: k + 100 for k in range(9)}),
    ),
    Silent(  # products, not sums
        "sums_in_dictionary",
        "def f(keys, x):\n    d = {}\n    for k, v in zip(keys, x):\n"
        "        d[k] = d.get(k, 1) * v\n    return d\n",
        lambda: (INDEX, rng.random(30)),
    ),
    Silent(  # the last of each key, not all
        "lists_in_dictionary",
        "def f(keys, x):\n    d = {}\n    for k, v in zip(keys, x):\n"
        "        d[k] = [v]\n    return {k: np.mean(v) for k, v in d.items()}\n",
        lambda: (INDEX, rng.random(30)),
    ),
    Silent(  # it holds something already
        "sums_in_dictionary",
        "def f(keys):\n    d = {}\n    d[3] = 1\n    for k in keys:\n"
        "        d[k] = d.get(k, 0) + 1\n    return d\n",
        lambda: (INDEX,),
    ),
    Silent(
        "bincount",
        "def f(a, i):\n    np.add.at(a, i, 1)\n    return a\n",
        lambda: (np.zeros((4, 4)), INDEX % 4),
    ),
    Silent(
        "integer_histogram",
        "def f(x):\n    return np.histogram(x, np.arange(10 + 1))[0]\n",
        lambda: (V,),
    ),
    Silent(
        "unsorted_search",
        "def f(x, y):\n    return np.searchsorted(x, y)\n",
        lambda: (SORTED[:100], WANTED[:100]),
    ),
    Silent("partition", "def f(x):\n    return np.sort(x)\n", lambda: (V,)),
    Silent("integer_sets", "def f(x):\n    return np.unique(x)\n", lambda: (V,)),
    Silent("quantiles_together", "def f(x):\n    return np.percentile(x, 9)\n", lambda: (V,)),
    Silent("where_chain", "def f(x):\n    return np.where(x > 0, 1, x)\n", lambda: (V,)),
]

REFUSED = [
    Refused(  # a tree of points without coordinates
        "counted_near",
        CDIST + "def f(x):\n    return (cdist(x, x) < 0.4).sum(axis=1)\n",
        lambda: (np.where(POINTS > 0.95, np.nan, POINTS),),
    ),
    Refused(  # a function that is called draws, too
        "drawn_one_by_one",
        "def g(rng):\n    return rng.random()\n\n"
        + DRAWN.strip("\n").replace("len(seen)", "g(rng)"),
        lambda: (9, INTS),
    ),
    Refused(  # it is reversed before the next one comes
        "sorted_again",
        RUNNING.replace("middle.append", "seen[:] = seen[::-1]; middle.append"),
        lambda: (V.tolist(),),
    ),
    Refused(  # a new value is the next key
        "values_replaced",
        "def f(x, table):\n    x = x.copy()\n    for old, new in table.items():\n"
        "        x[x == old] = new\n    return x\n",
        lambda: (INTS, {1: 2, 2: 3}),
    ),
    Refused(  # single precision overflows on the way, double does not
        "sums_in_dictionary",
        "def f(keys, x):\n    d = {}\n    for k, v in zip(keys, x):\n"
        "        d[k] = d.get(k, 0) + v\n    return d\n",
        lambda: (np.array([1, 1, 1]), np.array([3e38, 3e38, -3e38], np.float32)),
    ),
    Refused(  # lists are handed out, not what is made of them
        "lists_in_dictionary",
        "def f(keys, x):\n    d = {}\n    for k, v in zip(keys, x):\n"
        "        d.setdefault(k, []).append(v)\n    return d\n",
        lambda: (INDEX, rng.random(30)),
    ),
    Refused(  # a negative place is none
        "bincount",
        "def f(i):\n    a = np.ones((5, 5))\n    np.add.at(a, (i, i), 1)\n    return a\n",
        lambda: (np.array([-1, 2, 3]),),
    ),
    Refused(  # a negative index counts from the end
        "bincount",
        "def f(i):\n    a = np.ones(10)\n    np.add.at(a, i, 1)\n    return a\n",
        lambda: (np.array([-1, 2, 3]),),
    ),
    Refused(
        "integer_histogram",
        "def f(x):\n    return np.histogram(x, np.arange(5 + 1))[0]\n",
        lambda: (np.array([-1, 2, 5, 5]),),
    ),
    Refused(  # equal elements may come in another order
        "partition",
        "def f(x):\n    return np.argsort(x, kind='stable')[:5], np.argsort(x)[::-1][:5]\n",
        lambda: (ties(),),
    ),
    Refused(
        "integer_sets",
        "def f(x):\n    return np.unique(x)\n",
        lambda: (np.array([-3, 2, 5]),),
    ),
    Refused(  # an empty array of integers is one of floats without a dtype
        "integer_sets",
        "def f(x, y):\n    return np.intersect1d(x, y)[::1].dtype.kind\n",
        lambda: (INTS[:5], INTS[5:9]),
    ),
    Refused(  # between two infinities lies no number, but a median
        "quantiles_together",
        "def f(x):\n    return np.percentile(x, 50)\n",
        lambda: (np.array([np.inf, np.inf]),),
    ),
    Refused(  # no times minus infinity is no number
        "where_chain",
        "def f(x):\n    return (x > 0) * x\n",
        lambda: (np.array([-np.inf, 1.0, 2.0]),),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


NOTED = """
class Visitors:
    def __init__(self, seen):
        self.seen = seen

    def note(self, name):
        if name not in self.seen:
            self.seen.append(name)

f = Visitors.note
given = Visitors([str(i) for i in range(COUNT)])
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NOTED.replace("COUNT", "500"), True),
        (NOTED.replace("COUNT", "50"), False),
        (
            NOTED.replace("COUNT", "500").replace("[str(i)", "{str(i)").replace(")])", ")})"),
            False,
        ),
    ],
)
def test_a_list_that_an_object_keeps_is_searched_slowly(text: str, found: bool) -> None:
    space: dict[str, Any] = {}
    text = text.replace("append", "append" if "[str" in text else "add")
    exec(text, space)
    own = Own(text, space["given"], "3", traced=False)
    rule = searching.kept_list_searched.__name__
    assert not own.findings(rule)  # nobody knows what its lines take
    (place,) = [n for n, line in enumerate(own.text.splitlines(), 1) if "not in" in line]
    own.observed._shares = {(os.path.realpath(own.file), place): 0.9}
    hints = own.findings(rule)
    assert [each.title for each in hints] == [
        f"line {place}: a set or a dict for self.seen, a list of 500, that is searched for name"
    ] * found
    assert all(each.hint and each.stands for each in hints)
