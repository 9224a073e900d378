"""Each version finds the neighbours of its own folder."""

import sys
from pathlib import Path

import pytest

from profiler_suite.workloads import own_modules, user_function
from profiler_suite.workloads.own_modules import ModulesInTurn, modules_beside


def versions(folder: Path, name: str) -> tuple[str, str]:
    """Two folders with a module that imports a neighbour of the same name."""
    targets = []
    for version in ("one", "two"):
        (folder / version).mkdir()
        (folder / version / f"{name}_near.py").write_text(f"VERSION = {version!r}\n")
        (folder / version / f"{name}.py").write_text(
            f"import {name}_near\n"
            "def early():\n"
            f"    return {name}_near.VERSION\n"
            "def late():\n"
            f"    import {name}_late\n"
            f"    return {name}_late.VERSION\n"
        )
        (folder / version / f"{name}_late.py").write_text(f"VERSION = {version!r}\n")
        targets.append(str(folder / version / f"{name}.py"))
    return targets[0], targets[1]


def test_each_side_finds_its_own_neighbours_early_and_late(tmp_path: Path) -> None:
    before = list(sys.path), set(sys.modules)
    one, two = versions(tmp_path, "race_versions")
    own, other = modules_beside(f"{one}:late"), modules_beside(f"{two}:late")
    assert own is not None
    own.put()
    functions = [user_function.function_of(f"{one}:{name}") for name in ("early", "late")]
    turn = ModulesInTurn((own, other))
    with turn.of(1):
        functions += [user_function.function_of(f"{two}:{name}") for name in ("early", "late")]
        assert [f() for f in functions[2:]] == ["two", "two"]
    assert [f() for f in functions[:2]] == ["one", "one"]
    with turn.of(1):
        assert functions[3]() == "two"
    own.take()
    assert (list(sys.path), set(sys.modules)) == before


def test_what_is_installed_below_the_folder_is_everybodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / ".venv" / "lib" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "race_installed.py").write_text("")
    monkeypatch.syspath_prepend(str(packages))
    import race_installed  # type: ignore[import-not-found]

    own = own_modules.modules_of(str(tmp_path))
    own.put()
    own.take()
    assert sys.modules.pop("race_installed") is race_installed


def test_a_module_by_its_name_is_the_same_for_all() -> None:
    assert modules_beside("numpy.linalg:norm") is None
    assert modules_beside("a/b.py:f") is modules_beside("a/c.py:g")
    assert modules_beside("a/b.py:f") is not modules_beside("b.py:f")


def test_sides_of_one_folder_share_their_modules() -> None:
    own = modules_beside("a/b.py:f")
    turn = ModulesInTurn((own, own))
    before = list(sys.path)
    with turn.of(1):
        assert sys.path == before
