"""The tests mirror the package: every module is imported by a test in its own folder."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "profiler_suite"


def _modules() -> tuple[str, ...]:
    """Every module of the package, as its dotted path below it."""
    return tuple(
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "__init__.py" and "templates" not in path.parts
    )


def _imported(source: str) -> set[str]:
    """Dotted paths below the package that `source` imports, or imports a name from."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    prefix = "profiler_suite."
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def _folder(module: str) -> str:
    """The folder of the tests that mirrors the module's: `""` for one at the top."""
    return "/".join(module.split(".")[:-1])


def _imports_by_folder() -> dict[str, set[str]]:
    """What the test files of each folder import, those of its subfolders included."""
    imports: dict[str, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        names = _imported(path.read_text("utf-8"))
        place = path.relative_to(TESTS).parent
        for folder in {place, *place.parents}:
            key = "" if folder == Path() else folder.as_posix()
            imports.setdefault(key, set()).update(names)
    return imports


def _own_imports(module: str, imports: dict[str, set[str]]) -> set[str]:
    """What the tests of the module's own folder import.

    A module at the top has tests beside the rooms, or in a folder called as it is.
    """
    if folder := _folder(module):
        return imports.get(folder, set())
    beside = set().union(
        *(_imported(path.read_text("utf-8")) for path in TESTS.glob("test_*.py"))
    )
    return beside | imports.get(module, set())


def test_every_module_is_imported_by_a_test_in_its_own_folder() -> None:
    imports = _imports_by_folder()
    without = [name for name in _modules() if name not in _own_imports(name, imports)]
    assert not without, (
        "no test in the folder of tests/ that mirrors theirs imports these modules: "
        f"{without}; write one"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import profiler_suite.store.folder", {"store.folder"}),
        ("import profiler_suite.store.folder as kept", {"store.folder"}),
        ("from profiler_suite.store import folder", {"store", "store.folder"}),
        ("def f():\n    from profiler_suite import units", {"units"}),
        ("from profiler_suite.units import Quantity", {"units", "units.Quantity"}),
        ("from tests.fake_run import units", set()),
        ('text = "import profiler_suite.units"', set()),
        ("from .units import x", set()),
    ],
)
def test_imports_are_read_in_each_spelling(source: str, expected: set[str]) -> None:
    assert expected == _imported(source) - {"profiler_suite"}


@pytest.mark.parametrize(
    ("module", "imports", "own"),
    [
        ("a.b.c", {"a/b": {"a.b.c"}}, {"a.b.c"}),
        ("a.b.c", {"a": {"a.b.c"}}, set()),
        ("a.b.c", {"other": {"a.b.c"}}, set()),
    ],
)
def test_only_the_mirrored_folder_counts(
    module: str, imports: dict[str, set[str]], own: set[str]
) -> None:
    assert _own_imports(module, imports) == own
