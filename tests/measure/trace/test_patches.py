"""Counting versions stand in for functions while a trace runs, and only then."""

import builtins
import dataclasses
import functools
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.patches import Patches


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that imported names from NumPy."""
    module = ModuleType("other_module_of_a_test")
    vars(module).update(zeros=np.zeros, alias=np.zeros, own=lambda: 1, pi=np.pi)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_every_reference_is_replaced_and_put_back(other: ModuleType) -> None:
    zeros, own, summed = np.zeros, other.own, builtins.sum
    namespace: dict[str, Any] = {"zeros": zeros}
    with Patches([namespace]) as patches:
        standing = patches.stand_in(zeros)
        assert standing is not zeros
        assert np.zeros is other.zeros is other.alias is namespace["zeros"] is standing
        assert other.own is own
        assert patches.stand_in(own) is own
        assert builtins.sum is not summed
        assert builtins.sum([1, 2], 3) == 6
    assert np.zeros is other.zeros is other.alias is namespace["zeros"] is zeros
    assert builtins.sum is summed


@dataclasses.dataclass(frozen=True)
class Metric:
    """A record in which a package keeps a function."""

    function: Any


def test_functions_in_tables_records_and_partials_are_replaced(other: ModuleType) -> None:
    other.__file__ = "/home/me/other.py"
    metric, partial = Metric(np.zeros), functools.partial(np.zeros, dtype=int)
    partial.kept = "name"  # type: ignore[attr-defined]
    vars(other).update(
        table={"zeros": np.zeros, "one": 1},
        metrics={"zeros": metric},
        listed=[metric, 2],
        partial=partial,
    )
    zeros = np.zeros
    with Patches() as patches:
        standing = patches.stand_in(zeros)
        assert other.table["zeros"] is metric.function is standing
        assert other.partial.func is standing
        assert other.partial.kept == "name"
        assert other.partial(3).dtype == int
    assert other.table["zeros"] is metric.function is zeros
    assert other.partial is partial
    assert other.listed == [metric, 2]


def test_they_are_put_back_also_after_an_error(other: ModuleType) -> None:
    zeros, importing = np.zeros, builtins.__import__
    with pytest.raises(ZeroDivisionError), Patches():
        _ = 1 // 0
    assert np.zeros is other.zeros is zeros
    assert builtins.__import__ is importing


def test_modules_that_are_imported_in_the_meantime_are_seen_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "late_module_of_a_test"
    tmp_path.joinpath(f"{name}.py").write_text(
        "from numpy import zeros\nkept = [zeros]\ndef f(): return zeros(3)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    zeros = np.zeros
    with Patches() as patches:
        late = importlib.import_module(name)
        assert late.zeros is patches.stand_in(zeros)
        assert late.kept == [zeros]  # what is kept at import is the plain function
    assert late.zeros is zeros
    monkeypatch.delitem(sys.modules, name)


def test_an_import_that_fails_fails_as_ever() -> None:
    with Patches(), pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        exec("import no_such_module_at_all", {})


def test_compiled_functions_of_classes_are_replaced_unbound(other: ModuleType) -> None:
    other.__file__ = "/home/me/other.py"
    holding = type("Holding", (), {"make": np.zeros, "__module__": other.__name__})
    vars(other).update(holding=holding)
    zeros = np.zeros
    with Patches() as patches:
        assert holding.make is patches.stand_in(zeros)  # type: ignore[attr-defined]
        np.testing.assert_array_equal(holding().make(2), [0.0, 0.0])
    assert vars(holding)["make"] is zeros
