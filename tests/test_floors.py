"""The architecture: imports go down the floors, and the light commands stay light."""

import ast
import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "profiler_suite"

# A package or module may import from the same name and from lower floors only.
FLOORS = {
    "cli": 7,
    "notebook": 7,
    "one_call": 7.5,
    "two_calls": 7.5,
    "pytest_plugin": 7.5,
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
    "own_code": 0.2,
    "registry": 0.4,
}
# Third-party packages and the only rooms they may be imported in; NumPy and msgspec are the
# ground that every room may stand on.
HOMES = {
    "scipy": {"analysis", "machine", "workloads"},
    "pytest": {"measure", "pytest_plugin"},
    "_pytest": {"pytest_plugin"},
    "click": {"cli"},
    "matplotlib": {"report"},
    "PIL": {"report"},
    "pyarrow": {"report"},
    "jinja2": {"report"},
    "markupsafe": {"report"},
    "pandas": {"analysis", "report"},
    "line_profiler": {"measure"},
    "threadpoolctl": {"measure", "machine", "host"},
    "platformdirs": {"machine"},
    "elftools": {"measure"},
    "distributed": {"fleet"},
    "dask": {"fleet"},
}
GROUND = {"numpy", "msgspec"}


# Inside these rooms the same rule holds between folders; modules that stand alone are folders
# of their own. Where a floor is given for ANY, it is that of all modules that are not listed,
# and modules of one floor may import one another.
ANY = "*"
INSIDE: dict[str, dict[str, float]] = {
    "analysis": {
        "selfcheck": 3,
        "race": 4,
        "program": 4,
        "explain": 3,
        "compare": 3,
        "run": 2,
        "time_breakdown": 1,
        "shares": 1.5,
        "roofline": 0,
        "statistics": 1,
        "level": 0.5,
        "one_state": 0,
        "correction": 0,
    },
    "measure": {
        "selfcheck": 7,
        "sweep": 6,
        "program": 6,
        "race": 6,
        "intervene": 6.5,
        "explain": 5,
        "inside": 4.5,
        "breakdown": 4,
        "planning": 3,
        "layers": 2.5,
        "per_thread": 2.5,
        "lines": 2,
        "reading": 1,
        "trace": 1,
        "native": 1,
        "children": 1,
        "timing": 0.5,
        "preemption": 0,
        "arguments": 0,
        "threads": 0,
        "clock": 0,
        "interference": 0,
    },
    "analysis.explain": {
        "function_names": 0,
        "expressions": 0,
        "own_names": 0,
        "extremes": 0,
        "rewriting": 0.25,
        "line_breaks": 0,
        "syntax": 0.5,
        "lifting": 1,
        "rewrites": 1.5,
        "rules": 2,
        ANY: 3,
    },
    "analysis.explain.lifting": {
        "normal_form": 0,
        "source": 1,
        "code": 1,
        "expressions": 2,
        "loops": 3,
        ANY: 4,
    },
    "measure.explain": {
        "records": 0,
        "answers": 1,
        "guarding": 1,
        ANY: 2,
        "ways": 3,
        **dict.fromkeys(("trials", "served", "serving_process", "pipe", "child"), 4),
    },
    "measure.trace": {
        ANY: 0,
        **dict.fromkeys(("reach", "work", "rebuilding"), 1),
        **dict.fromkeys(("compiled", "lending", "look_ups", "patches", "summary", "run"), 2),
    },
    "machine": {ANY: 0, "examining": 1},
    "cli": {"options": 0, ANY: 1, "sweeping": 2, "sweep": 3, "merge": 3},
    "workloads": {ANY: 0, "convolution": 1, "depthwise_peers": 2},
    "report": {
        "write": 4,
        "program_folder": 4,
        "outputs": 3,
        "terminal": 3,
        "html": 3,
        "formats": 3,
        "figures": 2,
        "content": 1,
        "drawing": 0,
        "kinds": -1,
    },
}


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    dotted(path): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.parent != PACKAGE / "experiments"
}


def imports(name: str) -> set[str]:
    """What a module imports anywhere in it: at its top, in a function, for type checkers."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                module = full in MODULES or node.module == "profiler_suite"
                found.add(full if module else node.module or "")
    return found - {name}


IMPORTS = {name: imports(name) for name in MODULES}


def goes_down(here: str, there: str) -> bool:
    """Whether one module may import the other: from a lower floor, or beside it."""
    _, room, *rest = here.split(".")
    _, other, *others = there.split(".")
    if room != other:
        return FLOORS[other] < FLOORS[room]
    while rest and others:
        inside = INSIDE.get(room)
        if inside and rest[0] != others[0]:
            upper, lower = (floor_inside(inside, each[0]) for each in (rest, others))
            return lower < upper or (ANY in inside and lower == upper)
        room = f"{room}.{rest[0]}"
        rest, others = rest[1:], others[1:]
    return True


def floor_inside(floors: dict[str, float], name: str) -> float:
    return floors[name] if name in floors or ANY not in floors else floors[ANY]


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_down_the_floors(name: str) -> None:
    if name == "profiler_suite":
        return  # lazy: names for users only; a test below holds it to that
    for other in sorted(IMPORTS[name]):
        top = other.split(".")[0]
        if other in MODULES and other != "profiler_suite":
            assert goes_down(name, other), f"{name} imports {other}"
        elif top == "profiler_suite":
            assert other == "profiler_suite.__version__", f"{name} imports {other}"
        elif top not in sys.stdlib_module_names and top not in GROUND:
            assert name.split(".")[1] in HOMES.get(top, ()), f"{name} imports {top}"


@pytest.mark.parametrize("name", MODULES)
def test_modules_that_are_named_in_a_text_lie_on_lower_floors_too(name: str) -> None:
    """Child processes and registries start modules by their names."""
    if name == "profiler_suite":
        return
    room = name.split(".")[1]
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Constant) and node.value in MODULES.keys() - {"profiler_suite"}:
            other = node.value.split(".")[1]
            assert other == room or FLOORS[other] < FLOORS[room], f"{name} names {node.value}"


def circles(arrows: dict[str, set[str]]) -> list[str]:
    """Modules that reach themselves."""
    reached = {name: set(others) & arrows.keys() for name, others in arrows.items()}
    for via in reached:
        for found in reached.values():
            if via in found:
                found |= reached[via]
    return sorted(name for name, found in reached.items() if name in found)


def test_no_module_imports_itself_by_way_of_others() -> None:
    inner = {name: found for name, found in IMPORTS.items() if name != "profiler_suite"}
    assert circles(inner) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_an_import_that_goes_up_is_found() -> None:
    assert goes_down("profiler_suite.report.html.fill", "profiler_suite.report.content.table")
    for here, there in (
        ("report.content.table", "report.html.fill"),
        ("report.html.fill", "report.terminal.console"),
        ("measure.trace", "measure.lines.session"),
        ("analysis.explain.lifting.normal_form.terms", "analysis.explain.rewrites.forms"),
        ("measure.explain.ways.both", "measure.explain.trials"),
        ("measure.explain.answers.checks", "measure.explain.ways.both"),
        ("workloads.dense", "workloads.convolution.gemm"),
        ("units", "errors"),
    ):
        here, there = f"profiler_suite.{here}", f"profiler_suite.{there}"
        assert not goes_down(here, there)


def test_the_code_map_names_every_room_on_its_floor() -> None:
    text = (PACKAGE.parent / "docs" / "pages" / "internals.md").read_text()
    table = text.split("**Code map**")[1].split("**Inside the large rooms**")[0]
    shown = [
        re.findall(r"`(\w+)`", row.split("|")[1]) for row in table.splitlines() if "`" in row
    ]
    rooms = {name.split(".")[1] for name in MODULES if "." in name} - {"__main__"}
    assert sorted(itertools.chain.from_iterable(shown)) == sorted(rooms)
    floors = [[FLOORS[room] for room in row] for row in shown]
    for above, below in itertools.pairwise(floors):
        assert min(above) >= max(below), (above, below)


def test_the_code_map_names_every_folder_in_its_room() -> None:
    text = (PACKAGE.parent / "docs" / "pages" / "internals.md").read_text()
    table = text.split("**Inside the large rooms**")[1].split("**Invariants.**")[0]
    shown: set[str] = set()
    room = ""
    for row in table.splitlines():
        cells = [re.findall(r"`([\w.]+)`", cell) for cell in row.split("|")]
        if len(cells) < 4 or not cells[2]:
            continue
        room = cells[1][0] if cells[1] else room
        shown |= {f"{room}.{folder}" for folder in cells[2]}
        shown |= {f"{room}.{cells[2][0]}.{folder}" for folder in cells[3]}
    folders = {
        dotted(path).partition(".")[2]
        for path in PACKAGE.rglob("__init__.py")
        if len(path.relative_to(PACKAGE).parts) > 2
    }
    assert folders <= shown, folders - shown


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
