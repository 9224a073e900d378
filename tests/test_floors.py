"""The architecture: imports go down the floors, and the light commands stay light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "profiler_suite"

# A package or module may import from the same name and from lower floors only.
FLOORS = {
    "cli": 7,
    "notebook": 7,
    "__main__": 8,
    "report": 6,
    "fleet": 6,
    "analysis": 5,
    "measure": 4,
    "store": 4,
    "machine": 3,
    "workloads": 2,
    "host": 1.5,  # knows the nouns; implementations ask it for sizes of caches
    "model": 1,
    "units": 0,
    "child": 1,
    "files": 0.5,
    "errors": 0,
}
# Third-party packages and the only rooms they may be imported in.
HOMES = {
    "click": {"cli"},
    "rich": {"cli", "report"},
    "matplotlib": {"report"},
    "PIL": {"report"},
    "pyarrow": {"report"},
    "jinja2": {"report"},
    "markupsafe": {"report"},
    "pandas": {"analysis", "report"},
    "line_profiler": {"measure"},
    "threadpoolctl": {"measure", "machine"},
    "platformdirs": {"machine"},
    "elftools": {"measure"},
    "torch": {"workloads"},
    "numba": {"workloads"},
    "distributed": {"fleet"},
    "dask": {"fleet"},
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            if module == "profiler_suite":
                found += [f"profiler_suite.{alias.name}" for alias in node.names]
            else:
                found.append(module)
    return found


MODULES = [p for p in sorted(PACKAGE.rglob("*.py")) if p.parent != PACKAGE / "experiments"]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down_the_floors(path: Path) -> None:
    here = room(path)
    if here == "__init__":
        return  # lazy: names for users only; the next test holds it to that
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "profiler_suite":
            assert rest, f"{path.name} imports the package root"
            there = rest[0]
            if there == "__version__":
                continue
            assert there == here or FLOORS[there] < FLOORS[here], f"{path.name} imports {name}"
        elif top in HOMES:
            assert here in HOMES[top], f"{path.name} imports {top}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "import profiler_suite"],
        ["-m", "profiler_suite", "--help"],
        ["-m", "profiler_suite", "sweep", "--help"],
        ["-m", "profiler_suite", "swep"],
        ["-m", "profiler_suite", "sweep", "--qick"],
        ["-m", "profiler_suite", "sweep", "--sizes", "nan"],
        ["-m", "profiler_suite", "sweep", "no_such_experiment"],
    ],
    ids=" ".join,
)
def test_light_commands_import_none_of_the_scientific_stack(arguments: list[str]) -> None:
    heavy = {"numpy", "scipy", "pandas", "matplotlib"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True
    )
    imported = {
        line.rsplit("|", 1)[-1].strip().split(".")[0]
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert not heavy & imported
    assert "Traceback" not in done.stderr


def test_the_timing_child_imports_neither_pandas_nor_matplotlib_nor_scipy() -> None:
    code = "import sys, profiler_suite.measure.sweep.worker; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    modules = {name.split(".")[0] for name in done.stdout.split()}
    assert not {"pandas", "matplotlib", "scipy", "jinja2", "rich", "click"} & modules
