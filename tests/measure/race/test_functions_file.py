"""What a guard races is named in a small file, or marked in the tests."""

import shutil
from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.race.functions_file import (
    functions_of,
    marked_tests,
    read,
    shared,
)
from profiler_suite.measure.race.lockstep import Revision

WHOLE = """
path = ["lib"]
build = ["make"]
install = ["pip install ."]
lock = ["uv.lock"]
share = ["data"]

[[function]]
target = "pkg.core:smooth"
setup = "made.py:smooth"
name = "smoothing"

[[function]]
target = "pkg/other.py:f"
setup = "setup"
"""


def test_the_whole_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "race.toml"
    file.write_text(WHOLE)
    settings = read(file)
    assert (settings.path, settings.build, settings.lock) == (("lib",), ("make",), ("uv.lock",))
    one, other = functions_of(settings)
    assert (one.name, one.target, one.setup) == (
        "smoothing",
        "pkg.core:smooth",
        "made.py:smooth",
    )
    assert (other.name, other.setup) == ("pkg/other.py:f", "pkg/other.py:setup")
    assert shared(settings) == ("data", "made.py")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[functions]]\n", "unknown key in .*'functions'; did you mean 'function'"),
        ("path = 'src'\n", r"\$\.path"),
        ("[[function]]\nsetup = 'x'\n", "target"),
        ("[[function]]\ntarget = 'x:f'\nsetups = 'x'\n", "setups"),
        ("path = [\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_the_file(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "race.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        read(file)


def test_without_a_file_an_example_is_shown(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\[\[function\]\]"):
        read(tmp_path / "race.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[function]]\ntarget='a:f'\n[[function]]\ntarget='a:f'\n", "two functions"),
        ("[[function]]\ntarget='a.py'\n", "'a.py' names no function"),
    ],
)
def test_functions_are_told_apart(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "race.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        functions_of(read(file))


@pytest.mark.slow
def test_marked_tests_are_found_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "import pytest\n"
        "@pytest.mark.race\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_a(n):\n    pass\n"
        "def test_b():\n    pass\n"
    )
    found = marked_tests(Revision(name="", folder=str(tmp_path)), ".")
    assert [each.target for each in found] == [
        "test_one.py::test_a[1]",
        "test_one.py::test_a[2]",
    ]
    assert all(each.marked for each in found)
    shutil.copy(tmp_path / "test_one.py", tmp_path / "test_two.py")
    (tmp_path / "test_two.py").write_text("def test_c():\n    pass\n")
    with pytest.raises(UsageError, match=r"@pytest\.mark\.race"):
        marked_tests(Revision(name="", folder=str(tmp_path)), "test_two.py")
