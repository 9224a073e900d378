"""What a function reaches by the names in its code."""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.reach.surroundings import (
    functions,
    globals_of,
    namespaces_of,
    without_partial,
)

TABLE = np.arange(3.0)
X = np.arange(4.0)


def leaf() -> Any:
    return TABLE.sum()


def middle() -> Any:
    return [leaf() for _ in range(2)]


def both(n: int) -> Any:
    return both(n - 1) if n else middle()


class Filter:
    taps = TABLE

    def run(self) -> Any:
        return leaf()

    @property
    def total(self) -> Any:
        return self.run()

    @staticmethod
    def still() -> int:
        return 1


def with_object() -> Any:
    return Filter().run()


def names(function: Callable[..., Any]) -> set[str]:
    return {each.__name__ for each in functions(function)}


def test_functions_are_followed_to_any_depth_and_once() -> None:
    assert names(middle) == {"middle", "leaf"}
    assert names(both) == {"both", "middle", "leaf"}
    assert names(with_object) == {"with_object", "run", "total", "still", "leaf"}


def test_wrapped_and_enclosed_functions_count() -> None:
    def enclosing(inner: Callable[[], Any]) -> Callable[[], Any]:
        @functools.wraps(leaf)
        def outer() -> Any:
            return inner()

        return outer

    assert len(functions(enclosing(middle))) == 3
    assert names(functools.partial(both, 1)) == names(both)
    assert names(Filter().run) == {"run", "leaf"}
    assert names(functools.lru_cache(middle)) == {"middle", "leaf"}


def test_libraries_and_compiled_functions_are_not_entered() -> None:
    def of_numpy() -> Any:
        return np.tensordot(TABLE, TABLE, 1)

    assert names(of_numpy) == {"of_numpy"}
    assert functions(len) == []
    assert functions(np.add) == []


def test_a_cell_that_is_not_filled_is_passed_over() -> None:
    def make() -> Callable[[], Any]:
        def early() -> Any:
            return late

        found = functions(early)
        late = 1
        assert found == [early]
        return early

    assert make()() == 1


def test_globals_of_users_modules_are_found_by_their_attributes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = ModuleType("their_module")
    module.weights = TABLE  # type: ignore[attr-defined]
    namespace: dict[str, Any] = {"their_module": module, "np": np, "weights_of": 1}
    exec("def f():\n    return np.sum(their_module.weights)", namespace)
    found = [(place is vars(module), name) for place, name in globals_of(namespace["f"])]
    assert (True, "weights") in found
    assert (False, "their_module") in found
    assert (False, "weights_of") not in found
    assert namespaces_of(namespace["f"]) == [namespace]
    assert namespaces_of(len) == []


def test_what_is_given_beforehand_becomes_arguments() -> None:
    inner = functools.partial(np.subtract, 10.0)
    function, args, kwargs = without_partial(
        functools.partial(inner, 3.0, dtype=float), (), {"casting": "safe"}
    )
    assert function is np.subtract
    assert (args, kwargs) == ((10.0, 3.0), {"dtype": float, "casting": "safe"})
    overridden = functools.partial(np.sum, axis=0)
    assert without_partial(overridden, (X,), {"axis": None})[2] == {"axis": None}


def test_a_method_of_an_array_gets_the_array_as_its_argument() -> None:
    function, args, _ = without_partial(X.sum, (), {})
    assert args[0] is X
    assert function(np.ones(3)) == 3.0
    bound = Filter().run
    assert without_partial(bound, (), {})[0] is bound
