"""What is said about packages, completion and the conda recipe."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from profiler_suite import __version__
from tests.docs.documents import ROOT

RECIPE = (ROOT / "docs" / "packaging" / "recipe.yaml").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# The same thing under conda's name.
CONDA = {"matplotlib": "matplotlib-base"}


def required(lines: list[str]) -> dict[str, str]:
    found = (re.match(r"([\w.-]+) ?(.*)", line) for line in lines)
    return {each[1]: each[2] for each in found if each}


def listed(section: str) -> list[str]:
    """The items below a key of the recipe that stands alone in its line."""
    after = RECIPE.split(f"\n  {section}:\n", 1)[1]
    return re.findall(r"^    - (.*)$", re.split(r"\n(?=\S|  \S)", after)[0], flags=re.MULTILINE)


def test_the_recipe_requires_what_the_project_requires() -> None:
    recipe = required(listed("run"))
    assert recipe.pop("python") == PROJECT["requires-python"]
    project = required(PROJECT["dependencies"])
    assert recipe == {CONDA.get(name, name): version for name, version in project.items()}


def test_the_recipe_builds_this_version_as_the_project_does() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    host = required(listed("host"))
    assert required(build).items() <= host.items()
    assert f'version: "{__version__}"' in RECIPE
    for name, target in PROJECT["scripts"].items():
        assert f"- {name} = {target}" in RECIPE
    assert f"summary: {PROJECT['description'].split('?')[0]}" in RECIPE


def test_the_builder_itself_reads_the_recipe() -> None:
    builder = pytest.importorskip("rattler_build", reason="pip install py-rattler-build")
    (variant,) = builder.Stage0Recipe.from_yaml(RECIPE).render()
    assert f"version='{__version__}'" in repr(variant)


def test_the_changelog_has_a_section_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    sections = re.findall(r"^## \[(.+?)\]", changelog, flags=re.MULTILINE)
    assert sections[:2] == ["Unreleased", __version__]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    said = completing({"_PROFILER_SUITE_COMPLETE": f"{shell}_source"})
    assert "_profiler_suite_completion" in said
    assert "COMP_WORDS" in said


def test_commands_and_options_are_completed() -> None:
    asked = {"_PROFILER_SUITE_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    assert "plain,explain" in completing(asked | {"COMP_WORDS": "profiler-suite exp"})
    asked["COMP_CWORD"] = "2"
    assert "plain,--dry-run" in completing(asked | {"COMP_WORDS": "profiler-suite sweep --dr"})


def completing(variables: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_the_wheel_has_the_command(tmp_path: Path) -> None:
    pytest.importorskip("build")
    words = [sys.executable, "-m", "build", "-q", "--outdir", str(tmp_path), str(ROOT)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode and "ERROR Could not find" in done.stderr + done.stdout:
        pytest.skip("no index of packages can be reached")
    assert done.returncode == 0, done.stderr
    kinds = {path.suffix for path in tmp_path.iterdir()}
    assert kinds == {".whl", ".gz"}
    code = "import sys; sys.path.insert(0, sys.argv[1]); sys.argv[1:] = ['list']\n"
    code += "from profiler_suite import cli; cli.main()"
    (wheel,) = tmp_path.glob("*.whl")
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(unpacked)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "seed_question" in done.stdout, done.stderr
