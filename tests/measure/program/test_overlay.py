"""Modules are read from copies of their files and keep everything else."""

import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from profiler_suite.measure.program import overlay

NAME = "module_of_the_overlay_test"


@pytest.fixture
def original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "place" / f"{NAME}.py"
    file.parent.mkdir()
    file.write_text("answer = 'original'\n")
    monkeypatch.syspath_prepend(file.parent)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield file
    sys.modules.pop(NAME, None)


def test_the_copy_is_run_under_the_name_and_place_of_the_original(
    original: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.py"
    copy.write_text("answer = 'copy'\nplace = __file__\n")
    overlay.start(json.dumps({os.path.realpath(original): str(copy)}))
    module = importlib.import_module(NAME)
    assert module.answer == "copy"
    assert module.place == module.__file__ == str(original)
    assert module.__name__ == NAME
    assert not list(original.parent.glob("__pycache__/*"))


def test_other_modules_are_found_as_ever(original: Path, tmp_path: Path) -> None:
    overlay.start(json.dumps({str(tmp_path / "another.py"): str(tmp_path / "copy.py")}))
    assert importlib.import_module(NAME).answer == "original"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_of_the_overlay_test")


def test_a_copy_that_has_gone_is_an_error_that_names_it(original: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone.py"
    overlay.start(json.dumps({os.path.realpath(original): str(gone)}))
    with pytest.raises(FileNotFoundError, match=r"gone\.py"):
        importlib.import_module(NAME)
