"""Counting versions stand in for functions while a trace runs, and only then."""

import builtins
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
