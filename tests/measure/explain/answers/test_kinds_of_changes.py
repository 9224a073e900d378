"""Ways of changing an argument: each is named, and undone before every evaluation."""

import collections
import dataclasses
import io
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import linalg, sparse

from profiler_suite.measure.explain.answers.restoring import changes, restored
from profiler_suite.measure.explain.answers.same_answer import compare, copied


@dataclasses.dataclass
class Layer:
    """Weights with a counter."""

    weights: Any
    calls: int = 0


class Cached:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.known: dict[int, Any] = {}

    def ask(self, n: int) -> Any:
        if n not in self.known:
            self.known[n] = np.ones(n)
        return self.known[n]


def frame() -> Any:
    return pd.DataFrame({"a": [3.0, 1.0], "b": [1, 2]})


def matrix() -> Any:
    return np.arange(12.0).reshape(3, 4)


def square() -> Any:
    return np.asfortranarray([[4.0, 1.0], [1.0, 3.0]])


def put_at(x: Any) -> None:
    np.add.at(x, np.array([0, 0, 1]), 1.0)


def by_mask(x: Any) -> None:
    x[x > 3.0] = -1.0


def by_flat(x: Any) -> None:
    x.flat[3] = 7.0


def through_a_view(x: Any) -> None:
    x.T[0, 1] = 9.0


def through_out(x: Any) -> None:
    np.sqrt(x, out=x)


def by_copyto(x: Any) -> None:
    np.copyto(x, 5.0)


def by_put(x: Any) -> None:
    np.put(x, [0, 5], -3.0)


def by_place(x: Any) -> None:
    np.place(x, x > 2.0, [0.5])


def by_putmask(x: Any) -> None:
    np.putmask(x, x > 2.0, x * 2)


def by_diagonal(x: Any) -> None:
    np.fill_diagonal(x, 9.0)


def partitions(x: Any) -> None:
    x[:, ::-1].partition(1, axis=1)


def swaps_bytes(x: Any) -> None:
    x.byteswap(inplace=True)


def overwrites(x: Any) -> Any:
    return linalg.lu_factor(x, overwrite_a=True)


def shuffles(x: Any) -> None:
    np.random.default_rng(0).shuffle(x)


def reverses(held: Any) -> None:
    held.reverse()


def pops(held: Any) -> Any:
    return held.pop()


def clears(held: Any) -> None:
    held.clear()


def sorts_list(held: Any) -> None:
    held.sort()


def sets_item(held: Any) -> None:
    held[0] = 5


def extends(held: Any) -> None:
    held += [7, 8]


def updates(held: Any) -> None:
    held.update(a=5)


def reads_a_default(held: Any) -> Any:
    return held["new"]


def adds(held: Any) -> None:
    held.add(9)


def rotates(held: Any) -> None:
    held.rotate(1)


def trains(held: Any) -> Any:
    held.weights *= 0.5
    held.calls += 1
    return held.weights.sum()


def remembers(held: Any) -> Any:
    return held.ask(3)


def deletes(held: Any) -> None:
    del held.weights


def in_a_tuple(held: Any) -> None:
    held[1][0] += 1.0


def assigns_column(held: Any) -> None:
    held["c"] = held["a"] * 2.0


def drops_in_place(held: Any) -> None:
    held.drop(columns="b", inplace=True)


def sorts_frame(held: Any) -> None:
    held.sort_values("a", inplace=True)


def sets_cell(held: Any) -> None:
    held.loc[0, "a"] = 9.0


def fills_series(held: Any) -> None:
    held.fillna(0.0, inplace=True)


def scales_sparse(held: Any) -> None:
    held.data *= 2.0


def draws(held: Any) -> Any:
    return held.random()


def draws_legacy(held: Any) -> Any:
    return held.rand(2)


def counts(held: Any) -> None:
    held.update("ab")


def appends_bytes(held: Any) -> None:
    held.append(1)


def writes(held: Any) -> Any:
    return held.write(b"xy")


def adds_up(held: Any) -> float:
    return float(sum(each.sum() for each in held))


def takes_one(held: Any) -> Any:
    return next(held).sum()


def doubled(x: Any) -> Any:
    return x * 2.0


def yielding(x: Any) -> Any:
    yield x
    yield x + 1.0


def of_objects(x: Any) -> None:
    x[0]["a"] = 5


def of_complex(x: Any) -> None:
    x.imag[:] = 0.0


CASES: list[tuple[Callable[..., Any], Callable[[], Any]]] = [
    *((put_at, lambda: np.zeros(3)), (by_mask, matrix), (by_flat, matrix)),
    *((through_a_view, matrix), (through_out, matrix), (by_copyto, matrix)),
    *((by_put, matrix), (by_place, matrix), (by_putmask, matrix), (by_diagonal, matrix)),
    *((partitions, matrix), (swaps_bytes, matrix), (overwrites, square), (shuffles, matrix)),
    *((reverses, lambda: [1, 2, 3]), (pops, lambda: [1, 2, 3]), (clears, lambda: {"a": 1})),
    *((sorts_list, lambda: [3, 1]), (sets_item, lambda: [1, 2]), (extends, lambda: [1])),
    *((updates, lambda: {"a": 1}), (adds, lambda: {1, 2})),
    (reads_a_default, lambda: collections.defaultdict(list)),
    (rotates, lambda: collections.deque([1, 2, 3])),
    *((trains, lambda: Layer(np.ones(3))), (deletes, lambda: Layer(np.ones(3)))),
    (remembers, Cached),
    (in_a_tuple, lambda: ("a", np.ones(2))),
    *((assigns_column, frame), (drops_in_place, frame), (sorts_frame, frame)),
    *((sets_cell, frame), (fills_series, lambda: pd.Series([1.0, np.nan]))),
    (scales_sparse, lambda: sparse.csr_array(np.eye(3))),
    (draws, lambda: random.Random(0)),
    (draws_legacy, lambda: np.random.RandomState(0)),
    (counts, lambda: collections.Counter("aab")),
    (appends_bytes, lambda: bytearray(b"ab")),
    (writes, lambda: io.BytesIO(b"abcd")),
    (adds_up, lambda: iter([np.ones(2), np.ones(3)])),
    (takes_one, lambda: iter([np.ones(2), np.ones(3)])),
    (adds_up, lambda: reversed([np.ones(2), np.ones(3)])),
    (adds_up, lambda: map(doubled, [np.ones(2), np.ones(3)])),
    (adds_up, lambda: filter(np.any, [np.ones(2), np.zeros(3)])),
    (adds_up, lambda: (each * 2.0 for each in [np.ones(2), np.ones(3)])),
    (adds_up, lambda: yielding(np.ones(3))),
    (takes_one, lambda: yielding(np.ones(3))),
    (adds_up, lambda: map(doubled, yielding(np.ones(3)))),
    (of_objects, lambda: np.array([{"a": 1}, None], object)),
    (of_complex, lambda: np.array([1j, 2j])),
]


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize(("function", "make"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_what_changed_is_named_and_undone(
    function: Callable[..., Any], make: Callable[[], Any]
) -> None:
    pristine = (make(),)
    first = copied(pristine)
    name = function.__code__.co_varnames[0]
    expected = function(*first)
    found = changes(pristine, first, (name,))
    assert found, "it was changed, and nobody noticed"
    assert all(each.name.startswith(name) for each in found)
    again = restored(pristine, found, (name,))
    for _ in range(2):
        fresh = again.fresh()
        assert not changes(pristine, fresh, (name,))
        assert compare(function(*fresh), expected).same
    assert not changes(pristine, (make(),), (name,))
