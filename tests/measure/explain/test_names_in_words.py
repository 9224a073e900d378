"""What names stand for, and what they held."""

import math
import os.path
import sys
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve

from profiler_suite.measure.explain import names_in_words
from profiler_suite.measure.explain.names_in_words import (
    COUNTING,
    bound_names,
    names_of_arguments,
    watch_names,
)

SCALE = 2.0
TABLE = np.arange(6.0)
join = os.path.join


def uses(x: Any) -> Any:
    inner = [math.sqrt(np.float64(each)) for each in x]
    return np.linalg.inv, ndimage.gaussian_filter, join, inner, SCALE, undefined  # type: ignore[name-defined] # noqa: F821


def test_names_are_public_ones_and_data_has_none() -> None:
    assert isinstance(uses, FunctionType)
    found = bound_names(uses)
    assert (found["np"], found["ndimage"], found["math"]) == ("numpy", "scipy.ndimage", "math")
    assert found["join"] == "posixpath.join"
    assert "SCALE" not in found
    assert "undefined" not in found


@pytest.mark.parametrize(
    ("value", "name"),
    [(np.add, "numpy.add"), (np.dot, "numpy.dot"), (np.linalg.inv, "numpy.linalg.inv")],
)
def test_functions_go_by_where_people_find_them(value: Any, name: str) -> None:
    namespace: dict[str, Any] = {"g": value}
    exec("def f():\n    return g", namespace)
    assert bound_names(namespace["f"]) == {"g": name}


def test_a_ufunc_of_the_users_own_has_no_public_name() -> None:
    namespace: dict[str, Any] = {"g": np.frompyfunc(len, 1, 1)}
    exec("def f():\n    return g", namespace)
    assert bound_names(namespace["f"]) == {"g": "frompyfunc:len"}


class Model:
    def __init__(self) -> None:
        self.weights = TABLE
        self.name = object()

    def run(self, x: Any) -> Any:
        y = x * SCALE
        return y @ self.weights


def helper(a: Any) -> Any:
    total = a.sum()
    return total * TABLE[0]


def outer(x: Any) -> Any:
    y = helper(x)
    return y > 1e9


def test_what_each_name_held_when_its_function_returned() -> None:
    x = np.ones((2, 3), np.float32)
    found = watch_names(outer, (x,), [outer.__code__, helper.__code__])
    held = found[helper.__code__]
    assert held == {
        "TABLE": "float64 (6,)",
        "a": "float32 (2, 3)",
        "total": "float32 number",
    }
    assert found[outer.__code__]["y"] == "float64 number"


def test_what_a_method_holds_is_named_by_its_object() -> None:
    model = Model()
    found = watch_names(model.run, (np.ones(6),), [Model.run.__code__])[Model.run.__code__]
    assert found["self.weights"] == "float64 (6,)"
    assert "self.name" not in found
    assert found["SCALE"] == "float 2.0"


class Bodies:
    softening = 0.5

    def __init__(self) -> None:
        self.all = [Model(), Model()]

    def count(self) -> int:
        return len(self.all)


def test_constants_of_a_class_and_fields_of_objects_in_lists_are_known() -> None:
    code = Bodies.count.__code__
    for found in (
        watch_names(Bodies().count, (), [code])[code],
        names_of_arguments(Bodies().count, ())[code],
    ):
        assert found["self.softening"] == "float 0.5"
        assert found["self.all[].weights"] == "float64 (2, 6)"


def test_functions_that_did_not_run_have_no_names_and_the_profiler_is_put_back() -> None:
    def watcher(*_: Any) -> None:
        """Somebody else's."""

    before = sys.getprofile()
    sys.setprofile(watcher)
    try:
        assert watch_names(helper, (TABLE,), [outer.__code__]) == {}
        with pytest.raises(AttributeError):
            watch_names(helper, (None,), [helper.__code__])
        assert sys.getprofile() is watcher
    finally:
        sys.setprofile(before)


def test_tables_tell_their_columns_and_whether_their_index_counts() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0], "k": [1, 2]})

    def f(df: Any, s: Any, m: Any) -> Any:
        return df, s, m

    found = watch_names(
        f, (table, table["a"].set_axis([5, 6]), csr_matrix(np.eye(3))), [f.__code__]
    )[f.__code__]
    assert found["df['a']"] == "float64 (2,)"
    assert found["df['k']"] == "int64 (2,)"
    assert (found["df.index"], found["s.index"]) == (COUNTING, "Index")
    assert found["s.values"] == "float64 (2,)"
    assert found["m.toarray()"] == "float64 (3, 3)"


def test_functions_that_are_defined_deeper_go_by_where_they_are_imported_from() -> None:
    namespace: dict[str, Any] = {"g": spsolve}
    exec("def f():\n    return g", namespace)
    assert bound_names(namespace["f"]) == {"g": "scipy.sparse.linalg.spsolve"}


def test_arguments_tell_their_names_without_a_call() -> None:
    def f(df: Any, n: int = 3) -> Any:
        raise AssertionError("it is not called")

    (found,) = names_of_arguments(f, (pd.DataFrame({"a": [1.0]}),)).values()
    assert (found["df"], found["df['a']"], found["n"]) == ("DataFrame", "float64 (1,)", "int 3")
    assert names_of_arguments(f, ()) == {}


class Ledger:
    def __init__(self) -> None:
        self.frame = pd.DataFrame({"a": [1.0, 2.0]})

    def total(self) -> float:
        return float(self.frame["a"].sum())


def test_tables_of_objects_are_known_by_their_columns_before_a_call_and_after() -> None:
    ledger = Ledger()
    for function, arguments in ((Ledger.total, (ledger,)), (ledger.total, ())):
        (found,) = names_of_arguments(function, arguments).values()
        assert found["self.frame['a']"] == "float64 (2,)"
        assert found["self.frame"] == "DataFrame"
    (found,) = watch_names(ledger.total, (), [Ledger.total.__code__]).values()
    assert found["self.frame['a']"] == "float64 (2,)"


def test_of_compiled_functions_nothing_is_known() -> None:
    assert names_of_arguments(len, ([],)) == {}


RNG = np.random.default_rng(0)
by_element = np.vectorize(abs)
times_two = np.vectorize(uses)
as_objects = np.frompyfunc(uses, 1, 1)
two_results = np.frompyfunc(divmod, 2, 2)


def draws(n: int) -> Any:
    return times_two, by_element, as_objects, two_results, [RNG.random() for _ in range(n)]


def test_a_generator_of_the_module_is_named_and_so_is_what_is_called_for_each_element() -> None:
    held = watch_names(draws, (3,), [draws.__code__])[draws.__code__]
    assert held["RNG"].startswith("Generator")
    assert isinstance(draws, FunctionType)
    assert bound_names(draws) == {
        "times_two": "vectorized:uses",
        "by_element": "vectorized:abs",
        "as_objects": "frompyfunc:uses",
        "np": "numpy",  # of its file, as the next
        "pd": "pandas",
    }


def small_step(i: int) -> int:
    doubled = 2 * i
    return abs(doubled)


def many_steps(n: int) -> int:
    return sum(small_step(i) for i in range(n))


def test_of_many_calls_the_first_is_looked_at_and_then_nothing_is_watched() -> None:
    watched: list[Any] = []

    def steps(n: int) -> int:
        total = 0
        for i in range(n):
            total += small_step(i)
            watched.append(sys.gettrace())
        return total

    before = sys.gettrace()
    held = watch_names(steps, (50,), [small_step.__code__, steps.__code__])
    assert sys.gettrace() is before
    assert watched == [before] * 50
    assert held[small_step.__code__] == {"i": "int 0", "doubled": "int 0"}
    assert held[steps.__code__]["total"] == "int 2450"


def test_who_waits_for_what_is_never_called_does_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(names_in_words, "_MOST_CALLS", 20)
    held = watch_names(many_steps, (50,), [many_steps.__code__, draws.__code__])
    assert held == {many_steps.__code__: {"n": "int 50"}}


def yields(n: int) -> Any:
    last = n
    for each in range(n):
        last = each
        yield last


def test_a_generator_that_has_ended_holds_what_it_held() -> None:
    held = watch_names(lambda n: list(yields(n)), (3,), [yields.__code__])
    assert held[yields.__code__] == {"n": "int 3", "last": "int 2", "each": "int 2"}


def test_a_list_of_numpy_numbers_is_one_of_numbers() -> None:
    def filled(x: Any) -> Any:
        out = []
        for v in x:
            out.append(v)
        return out

    found = watch_names(filled, (np.arange(3.0),), [filled.__code__])[filled.__code__]
    assert found["out"] == "list of 3 as float64 (3,)"
    assert "out[]" not in found
    plain = watch_names(filled, ([1.0, 2.0],), [filled.__code__])[filled.__code__]
    assert plain["out[]"] == plain["x[]"] == "float"
    narrow = watch_names(filled, (np.arange(3, dtype="int8"),), [filled.__code__])
    assert narrow[filled.__code__]["out"] == "list of 3"


def test_zeros_of_python_among_numbers_of_an_array_make_the_same_array() -> None:
    def f(x: Any) -> Any:
        kept = [v if v > 0 else 0.0 for v in x]
        mixed = [v if v > 0 else 1 for v in x]
        return kept, mixed

    given = np.array([0.5, -1.0, 2.0])
    (names,) = watch_names(f, (given,), [f.__code__]).values()
    assert names["kept"] == "list of 3 as float64 (3,)"
    assert names["mixed"] == "list of 3"
