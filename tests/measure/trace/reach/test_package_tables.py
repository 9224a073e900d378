"""What packages keep beside their names is found once, and again when names change."""

import dataclasses
import functools
from types import ModuleType
from typing import Any

import numpy as np

from profiler_suite.measure.trace.reach.package_tables import kept_by, remembered


@dataclasses.dataclass(frozen=True)
class Record:
    """Holds a function."""

    function: Any


def module_with(**values: Any) -> ModuleType:
    """One that is neither Python's own nor NumPy's."""
    made = ModuleType("mine")
    made.__file__ = "/home/me/mine.py"
    vars(made).update(values)
    return made


def test_tables_records_and_partials_are_found() -> None:
    record, partial = Record(np.zeros), functools.partial(np.zeros, 3)
    table = {"zeros": np.zeros, "record": record}
    found = kept_by(module_with(table=table, listed=[record], partial=partial, one=1))
    assert any(each is table for each in found.tables)
    assert [each for each in found.tables if each is vars(record)]
    assert found.partials == (partial,)
    assert found.memories == ()


def test_what_functions_remember_is_found() -> None:
    def roots(n: int) -> Any:
        return n

    roots.cache = {3: np.ones(3)}  # type: ignore[attr-defined]
    found = kept_by(module_with(roots=roots, method=roots.__get__(3)))
    assert found.memories == (roots.cache,)  # type: ignore[attr-defined]
    assert found.tables == ()


def test_long_tables_and_python_s_own_are_left_alone() -> None:
    table = {"zeros": np.zeros}
    assert kept_by(module_with(long=dict.fromkeys(range(1000)), empty={})).tables == ()
    assert kept_by(dataclasses) == kept_by(ModuleType("frozen")) == ((), (), (), ())
    assert kept_by(module_with(__table__=table)).tables == ()


def test_a_new_name_is_seen() -> None:
    module = module_with()
    assert kept_by(module).tables == ()
    table = {"zeros": np.zeros}
    vars(module)["table"] = table
    assert kept_by(module).tables == (table,)


def test_a_module_is_looked_through_again_when_its_names_change() -> None:
    looked: list[str] = []

    @remembered
    def names(module: ModuleType) -> list[str]:
        looked.append(module.__name__)
        return list(vars(module))

    mine = module_with(one=1.5)
    for _ in range(2):
        assert names(np.linalg) == list(vars(np.linalg))
        assert "one" in names(mine)
    assert looked == ["numpy.linalg", "mine"]
    vars(mine)["one"] = 2.5
    names(mine)
    assert looked == ["numpy.linalg", "mine", "mine"]


def test_another_object_under_the_same_name_of_a_users_module_is_seen() -> None:
    first, second = {"zeros": np.zeros}, {"ones": np.ones}
    module = module_with(table=first)
    assert kept_by(module).tables == (first,)
    vars(module)["table"] = second
    assert kept_by(module).tables == (second,)


def test_classes_with_compiled_functions_are_found() -> None:
    compiled = {"runner": len, "__module__": "made"}
    holding, other = type("Holding", (), compiled), type("Other", (), {"__module__": "made"})
    elsewhere = type("Elsewhere", (), {"runner": len, "__module__": "other"})
    module = ModuleType("made")
    vars(module).update(__file__=__file__, a=holding, b=other, c=elsewhere, d=int)
    assert kept_by(module).classes == (holding,)
