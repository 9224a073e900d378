"""Arrays are lent as counting views where they are found, and given back."""

import time
from collections import namedtuple
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.lending import Loan
from profiler_suite.measure.trace.wrapping import Counting, wrap

TABLE = np.arange(3.0)
Pair = namedtuple("Pair", "a b")


def named_table() -> Any:
    return TABLE


def test_containers_are_changed_in_place_and_changed_back() -> None:
    x, y, z = np.zeros(2), np.ones(2), np.full(2, 2.0)
    holder = {"list": [x], "object": SimpleNamespace(deep={"y": y}), "pair": Pair(z, 1)}
    loan = Loan()
    assert loan.lend(holder) is holder
    assert isinstance(holder["list"][0], Counting)
    assert isinstance(holder["object"].deep["y"], Counting)
    pair: Any = holder["pair"]
    assert isinstance(pair, Pair)
    assert isinstance(pair.a, Counting)
    pair.a[0] = 9.0
    loan.give_back()
    back: Any = holder
    assert back["list"][0] is x
    assert back["object"].deep["y"] is y
    assert back["pair"].a is z
    assert z[0] == 9.0


def test_tuples_without_arrays_and_plain_values_are_the_same_objects() -> None:
    loan = Loan()
    for value in ((1, "a"), "text", 3, None, frozenset({1})):
        assert loan.lend(value) is value


def test_what_the_function_put_there_is_plain_afterwards() -> None:
    holder: dict[str, Any] = {"x": np.zeros(2)}
    loan = Loan()
    loan.lend(holder)
    holder["new"] = wrap(np.ones(3))
    holder["number"] = wrap(np.float64(2))
    loan.give_back()
    assert type(holder["new"]) is np.ndarray
    assert type(holder["number"]) is np.float64


def test_a_container_that_holds_itself_is_looked_through_once() -> None:
    ring: list[Any] = [np.zeros(1)]
    ring.append(ring)
    original = ring[0]
    loan = Loan()
    loan.lend(ring)
    assert isinstance(ring[0], Counting)
    loan.give_back()
    assert ring[0] is original


def test_globals_closures_and_defaults_are_lent_as_well() -> None:
    inside = np.ones(2)

    def make() -> Callable[..., Any]:
        def function(given: Any = inside) -> Any:
            return named_table(), inside, given

        return function

    function = make()
    loan = Loan()
    loan.lend_surroundings(function)
    assert all(isinstance(each, Counting) for each in function())
    loan.give_back()
    table, enclosed, default = function()
    assert table is TABLE
    assert enclosed is default is inside


def test_an_array_that_was_lent_twice_is_the_original_in_results() -> None:
    x = np.arange(4.0)
    loan = Loan()
    lent = loan.lend([x, x])
    result = loan.plain((lent[0], {"half": lent[1][:2]}, {1, 2}))
    assert result[0] is x
    assert type(result[1]["half"]) is np.ndarray
    assert np.shares_memory(result[1]["half"], x)
    assert result[2] == {1, 2}
    loan.give_back()


def test_generators_give_counting_items_in_and_plain_ones_out() -> None:
    loan = Loan()
    lent = loan.lend(each for each in [np.zeros(1)])
    assert isinstance(next(lent), Counting)
    (plain,) = loan.plain(each for each in [wrap(np.ones(1))])
    assert type(plain) is np.ndarray


def test_a_chain_of_objects_without_end_is_cut() -> None:
    head: Any = SimpleNamespace(array=np.zeros(1), next=None)
    for _ in range(200):
        head = SimpleNamespace(array=np.zeros(1), next=head)
    loan = Loan()
    loan.lend(head)
    assert isinstance(head.next.array, Counting)
    loan.give_back()
    assert not isinstance(head.next.array, Counting)


class Bunch(tuple[Any, ...]):
    """A tuple that is made from its items one by one, with an attribute beside them."""

    def __new__(cls, one: Any, other: Any, beside: Any = None) -> "Bunch":
        made = super().__new__(cls, (one, other))
        made.beside = beside
        return made

    beside: Any


def test_tuples_of_any_class_keep_it_with_their_attributes() -> None:
    array = np.ones(3)
    given = Bunch(array, 2.0, array)

    def function(bunch: Any) -> Any:
        assert type(bunch) is Bunch
        return Bunch(bunch[0] * 2.0, 1.0, bunch[0] + bunch.beside)

    result, counts = trace(function, (given,))
    assert type(result) is Bunch
    assert counts.flop == 6
    assert type(result[0]) is type(result.beside) is np.ndarray
    assert given[0] is given.beside is array
    now = time.localtime(0.0)
    assert trace(lambda: (np.ones(2), now))[0][1] is now


def test_lending_ends_when_its_time_is_over_and_all_is_given_back() -> None:
    array = np.ones(3)
    rows = [{"text": str(n), "values": array} for n in range(2000)]
    now_s = iter(range(100))
    borrowed = Loan(seconds=3.0, clock=lambda: float(next(now_s)))
    borrowed.lend(rows)
    counting = [isinstance(row["values"], Counting) for row in rows]
    assert counting[0]
    assert not counting[-1]
    borrowed.give_back()
    assert all(row["values"] is array for row in rows)
