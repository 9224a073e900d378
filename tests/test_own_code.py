"""A person's own file runs as a module, and its failures are one sentence each."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from profiler_suite import own_code
from profiler_suite.errors import UsageError

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(source: str) -> Path:
        path = tmp_path / "mine.py"
        path.write_text(source)
        return path

    return _write


def failure(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        own_code.execute(path, "experiment")
    return str(caught.value).replace(str(path), "mine.py")


def test_a_file_is_run_as_a_module_that_is_found_by_its_name(write: Write) -> None:
    path = write("import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int = 3\n")
    module = own_code.execute(path, "plugin")
    assert module.A().x == 3
    assert module.__file__ == str(path)
    assert sys.modules["profiler_suite_plugin_mine"] is module


def test_it_may_import_its_neighbours_and_leaves_the_path_as_it_was(write: Write) -> None:
    path = write("import neighbour_of_own_code\nx = neighbour_of_own_code.value")
    (path.parent / "neighbour_of_own_code.py").write_text("value = 4")
    before = list(sys.path)
    assert own_code.execute(path, "experiment").x == 4
    assert sys.path == before


def test_a_folder_that_stood_first_on_the_path_stays_first(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("x = 1")
    monkeypatch.setattr(sys, "path", [str(path.parent), *sys.path])
    before = list(sys.path)
    own_code.execute(path, "experiment")
    assert sys.path == before


def test_a_file_that_empties_the_path_fails_with_nothing_of_ours(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert own_code.execute(write("import sys\nsys.path.clear()\nx = 5"), "experiment").x == 5


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\ny = x / 0\n", "mine.py, line 2: ZeroDivisionError: division by zero"),
        ("def f():\n    raise KeyError\nf()", "mine.py, line 2: KeyError"),
        ("raise SystemExit(3)", "mine.py, line 1: SystemExit: 3"),
        ("a = (", "mine.py, line 1: not valid Python: '(' was never closed"),
        (
            "from profiler_suite.errors import UsageError\nraise UsageError('no such size')",
            "mine.py, line 2: no such size",
        ),
    ],
)
def test_what_failed_is_said_with_its_line(write: Write, source: str, said: str) -> None:
    assert failure(write(source)) == said


def test_what_failed_in_a_neighbour_is_said_with_the_line_that_called_it(write: Write) -> None:
    path = write("import breaking_neighbour_of_own_code\n\nbreaking_neighbour_of_own_code.f()")
    (path.parent / "breaking_neighbour_of_own_code.py").write_text(
        "def f():\n\n\n    raise OSError('x')"
    )
    assert failure(path) == "mine.py, line 3: OSError: x"


def test_ctrl_c_is_not_a_failure_of_the_file(write: Write) -> None:
    with pytest.raises(KeyboardInterrupt):
        own_code.execute(write("raise KeyboardInterrupt"), "experiment")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.py cannot be read: No such file"):
        own_code.execute(tmp_path / "missing.py", "experiment")
